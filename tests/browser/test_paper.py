"""On paper every word of a chart is there, upright and across, and what is touched is not."""

import pypdfium2
import pytest

MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), "0.4in")  # the browser's own
VIEWS = {
    "flow": "?cell=lstm&steps=40",
    "scrubbed": "?cell=phased_lstm&steps=40&scrub=weight_scale",
    "credit": "credit?steps=40",
    "phase": "phase?map_size=9&steps=12&hidden=4",
}
WORDS = """[...document.querySelectorAll(".bf-plot .main-svg text")]
  .filter((text) => text.getBoundingClientRect().width && !text.querySelector("tspan[style]"))
  .map((text) => text.textContent.trim()).filter((words) => /^[A-Za-z ]{3,}$/.test(words))"""
WIDTHS = "JSON.stringify([...document.querySelectorAll('.bf-plot')].map(plot => plot._fullLayout.width))"
TOUCHED = ("Reset", "Copy link", "Export", "Network", "Pin this run")


def printed(page, landscape: bool) -> list[str]:
    """The words of each page that the browser prints on A4, without their blanks."""
    document = pypdfium2.PdfDocument(page.pdf(format="A4", landscape=landscape, margin=MARGINS))
    try:
        return ["".join(sheet.get_textpage().get_text_bounded().split()) for sheet in document]
    finally:
        document.close()


@pytest.mark.parametrize("view", ["flow", *(pytest.param(view, marks=pytest.mark.slow) for view in list(VIEWS)[1:])])
def test_no_word_of_a_chart_is_cut_on_paper_and_the_screen_is_as_it_was(visit, view):
    opened = visit(VIEWS[view])
    page = opened.page
    words, widths = page.evaluate(WORDS), page.evaluate(WIDTHS)
    assert words
    for landscape in (False, True):
        text = "".join(printed(page, landscape))
        assert [word for word in words if word.replace(" ", "") not in text] == []
        assert [word for word in TOUCHED if word.replace(" ", "") in text] == []
        page.wait_for_function(f"{WIDTHS} === '{widths}'")
