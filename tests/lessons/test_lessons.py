"""Every lesson of the folder: all its claims hold, and a claim that does not would be caught."""

import pytest

from ui.lessons.check import check_file, check_text
from ui.lessons.library import label_of, lesson_files, lesson_of
from ui.lessons.views import page_names, read_view

FILES, TOUR = lesson_files(), "00-tour"


@pytest.mark.parametrize("name", FILES)
def test_the_engine_agrees_with_every_claim(name):
    assert check_file(FILES[name]) == []


@pytest.mark.parametrize("name", FILES)
def test_every_step_claims_something_and_every_lesson_ends_with_something_to_try(name):
    lesson = lesson_of(name)
    assert [step.title for step in lesson.steps if not step.claims] == []
    assert lesson.steps[-1].title == "Your turn"
    assert any(step.guess for step in lesson.steps)
    assert name == TOUR or 5 <= lesson.minutes <= 10


@pytest.mark.parametrize("name", FILES)
def test_a_false_claim_would_be_caught(name):
    text = FILES[name].read_text(encoding="utf-8")
    views = text.count("\nview: ")
    broken = text.replace("\nview: ", "\nclaim: 1 < steps < 2\nview: ")
    assert len(check_text(name, broken)) == views


def test_there_are_eight_lessons_and_a_tour_in_the_order_of_the_course():
    labels = [label_of(name) for name in FILES]
    assert labels == ["Tour", *(f"Lesson {number}" for number in range(1, 9))]


def test_the_lessons_visit_every_page_that_shows_why():
    seen = {read_view(step.view).page for name in FILES for step in lesson_of(name).steps}
    assert seen == set(page_names()) - {"own", "museum"}, "a network of one's own and mistakes are no lesson"
