"""A question on a page of its own: the main figure, hidden until the reader has guessed."""

from dataclasses import replace

from cells import RunSettings
from ui import compute
from ui.export.exportables import Exportable
from ui.views.page import PageView
from viz.flow_figure import Drawn
from viz.guess import Question, question_data


def question_offer(settings: RunSettings, view: PageView, question: Question) -> Exportable:
    """Return what can be saved while the view asks."""

    def draw(theme: str) -> Drawn:
        drawn = compute.drawn_of("flow", settings, replace(view, scrub=()), theme)
        return replace(drawn, name="question", title=question.text, ask=question_data(question))

    return Exportable("question", question.text, draw, asks=True)
