"""A question on a page of its own: the main figure, hidden until the reader has guessed."""

from dataclasses import replace

from cells import RunSettings
from ui import compute
from ui.offers import Offer
from ui.view import PageView
from viz.flow import Drawn
from viz.guess import Question, question_data


def question_offer(settings: RunSettings, view: PageView, question: Question) -> Offer:
    """Return what can be saved while the view asks."""

    def draw(theme: str) -> Drawn:
        drawn = compute.drawn_of("flow", settings, replace(view, scrub=()), theme)
        return replace(drawn, name="question", title=question.text, ask=question_data(question))

    return Offer("question", question.text, draw, asks=True)
