"""Terms and page names: every term has two sentences and a lesson; every page says what it answers."""

import re

import pytest

from ui.glossary import BY_NAME, TERMS, explained
from ui.lessons.library import lesson_files
from ui.lessons.views import page_names
from ui.shell.page_titles import TITLES


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_has_two_sentences_and_a_lesson(term):
    assert len(re.findall(r"[.!?](?= |$)", term.meaning.replace("nn.", "nn"))) == 2
    assert term.lesson in lesson_files()


@pytest.mark.parametrize("page", page_names())
def test_a_page_says_its_question_in_one_sentence_and_knows_its_terms(page):
    title = TITLES[page]
    assert title.question.endswith("?") and title.question.count("?") == 1
    assert all(name in BY_NAME for name in title.terms)


def test_the_first_mention_alone_is_explained_and_markup_is_left_alone():
    html = explained('<b title="credit">credit</b> and credit, self-credit')
    assert html.count('class="bf-term"') == 1
    assert html.startswith('<b title="credit"><span class="bf-term"')


def test_the_terms_of_the_main_page_are_there():
    assert BY_NAME.keys() >= {"half-life", "spectral radius", "credit", "direct part", "saturated", "k(t)"}
