"""A teacher's file: what is right passes, and each kind of mistake gets one clear sentence on the right line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cells import RunSettings, run
from cells.analysis.numbers import NUMBERS, UnknownNumber, known_names, value_of
from ui.lessons.check import check_file, check_text
from ui.lessons.claims import Unreadable, evaluate, holds
from ui.lessons.live import fill
from ui.lessons.parse import parse

ROOT = Path(__file__).parents[2]
GOOD = """---
title: A short one
minutes: 5
needs: Nothing.
---
## What vanishes
view: http://somewhere:8501/?steps=20&hidden=4&batch=2
claim: kind is vanishing
claim: 0 < half_life < 10
claim: log10_ratio < -1 * 0.5
guess: curve
ask: What becomes of it?
answer: vanish
why: Each step keeps {kept}.

After {half_life:1} steps half is gone: $\\frac{1}{2} \\approx {=kept}^{{=half_life:1}}$.
## And grows
view: /jacobians?activation=relu&weight_scale=3&steps=20&hidden=4&batch=2&pins=tanh~steps-20
claim: pin1.log10_ratio < log10_ratio

{doubling} steps to double, and {pin1.half_life} to halve.
"""
QUESTION = "guess: curve\nask: What becomes of it?\nanswer: vanish"
HOW_LONG = "guess: half_life\nask: How long?\nanswer: "
MISTAKES = [  # (what is put in its place, what stands there, line, words of the sentence)
    ("---\ntitle", "title", 1, "does not begin with ---"),
    ("needs: Nothing.\n---", "needs: Nothing.\n", 1, "front matter is not closed"),
    ("title: A short one\n", "", 1, "has no title"),
    ("minutes: 5", "minutes: five", 3, "minutes = five is no whole number in [1, 60]"),
    ("claim: kind is", "clame: kind is", 8, "clame is no field here; did you mean claim?"),
    ("title: A short one", "title: A short one\nhello", 3, "'hello' is no `field: value`"),
    ("---\n## What", "---\nHello\n## What", 6, "'Hello' stands before the first step"),
    ("## And grows", "## What vanishes", 17, "stands on line 6 already"),
    ("view: /jacobians", "view: /jacobian", 18, "/jacobian is no page"),
    ("weight_scale=3&", "weight_scale=9&", 18, "weight_scale = '9' is outside [0, 4]"),
    ("activation=relu", "colour=red", 18, "'colour' is no setting of this page"),
    ("tanh~steps-20", "tanh~steps-20~sTEPS-3", 18, "in pins 'tanh'"),
    ("{half_life:1} steps", "{halflife} steps", 16, "halflife is no number of this run; did you mean half_life?"),
    ("{half_life:1} steps", "{h[21,1]} steps", 16, "h[21,1] lies outside the run: it has 20 steps, 4 units"),
    ("{half_life:1} steps", "{h[3]} steps", 16, "h takes [step, unit], not 1 of them"),
    ("{half_life:1} steps", "{c[3,1]} steps", 16, "This cell has no cell state c."),
    ("{half_life:1} steps", "{half_life steps", 16, "A brace in the text is not closed"),
    ("is gone: $", "is gone: ", 16, "A formula in the text is not closed"),
    ("kind is vanishing", "kind is exploding", 8, "contradicts the claim kind is exploding: kind is vanishing"),
    ("0 < half_life < 10", "half_life > 10", 9, "contradicts the claim half_life > 10: half_life is"),
    ("0 < half_life < 10", "half_life >", 9, "'half_life >' cannot be read"),
    ("0 < half_life < 10", "half_life", 9, "states nothing"),
    ("0 < half_life < 10", "half_life == 3", 9, "are written ≈ or `is`"),
    ("pin1.log10", "pin2.log10", 19, "pin2 is not there: the view has 1 pinned runs"),
    ("answer: vanish", "answer: explode", 13, "contradicts the answer explode: the gradient is vanishing"),
    ("answer: vanish", "answer: perhaps", 13, "answer = perhaps is none of vanish, explode, stay"),
    ("guess: curve", "guess: curv", 11, "guess = curv cannot be asked for; did you mean curve?"),
    ("guess: curve\n", "", 11, "ask needs `guess: fate`"),
    ("ask: What becomes of it?\n", "", 11, "`ask:` is missing"),
    (QUESTION, HOW_LONG + "50", 13, "contradicts the answer 50"),
    (QUESTION, HOW_LONG + "long", 13, "answer = long is no number"),
    ("view: http://somewhere:8501/?steps=20&hidden=4&batch=2\n", "", 6, "has no view"),
    ("\n{doubling} steps to double, and {pin1.half_life} to halve.\n", "", 17, "has no text"),
    ("claim: kind is vanishing", "view: /credit", 8, "view stands twice in this step"),
]  # fmt: skip


def test_a_good_file_has_no_mistake():
    assert check_text("good", GOOD) == []


@pytest.mark.parametrize(("there", "instead", "line", "words"), MISTAKES, ids=[words for *_, words in MISTAKES])
def test_a_mistake_gets_its_sentence_on_its_line(there, instead, line, words):
    assert there in GOOD
    found = check_text("bad", GOOD.replace(there, instead, 1))
    assert any(mistake.line == line and words in mistake.sentence for mistake in found), list(map(str, found))


@pytest.mark.parametrize(("there", "instead", "line", "words"), MISTAKES, ids=[words for *_, words in MISTAKES])
def test_every_sentence_ends_and_says_no_jargon(there, instead, line, words):
    for mistake in check_text("bad", GOOD.replace(there, instead, 1)):
        assert mistake.sentence.rstrip()[-1] in ".?"
        assert not any(word in mistake.sentence for word in ("Traceback", "Error", "ast.", "None"))


def test_a_file_of_ten_mistakes_gets_ten_sentences():
    text = GOOD
    for there, instead, *_ in [MISTAKES[k] for k in (2, 3, 4, 8, 12, 19, 24)]:
        text = text.replace(there, instead, 1)
    text += "## Third\nview: /\nclaim: half_life > 1000\n\n{nothing_like_it} and {h[1]}\n"
    assert len(check_text("bad", text)) == 10


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"---\n", b"---\n---\n", b"## A\n", b"\n\n"])
def test_any_bytes_get_sentences_and_no_exception(content, tmp_path):
    path = tmp_path / "any.md"
    path.write_bytes(content)
    assert check_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert check_file(tmp_path / "no.md") == [f"{tmp_path / 'no.md'} cannot be read: No such file or directory."]


def test_the_command_says_one_sentence_a_line(tmp_path):
    bad = tmp_path / "bad.md"
    bad.write_text(GOOD.replace("kind is vanishing", "kind is exploding"), encoding="utf-8")
    command = [sys.executable, "-m", "ui.lessons", "check", str(bad)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "bad.md: line 8: The run contradicts the claim kind is exploding: kind is vanishing."
    ]


# ── the small language


ALWAYS = re.compile(r"abs|2\^3|h\[")  # true of any run
ABSENT = {"rnn": {"gate", "c", "dc", "closed_form_gap"}, "lstm": {"safe_scale", "closed_form_gap", "du"}}
SMALL = RunSettings(steps=5, hidden=2, batch=2)
LSTM = RunSettings(cell="lstm", steps=5, hidden=2, batch=2)


@pytest.mark.parametrize(
    "text",
    ["steps is 5", "hidden ≈ 2", "2 * hidden + 1 ≈ steps", "abs(-3) ≈ 3", "2^3 ≈ 8", "h[1,1]^2 < 1", "cell is rnn"]
    + ["u[2,1] ≈ x[2,1] * W_x[1,1] + h[1,1] * W_h[1,1] + h[1,2] * W_h[2,1]", "hidden is not 3", "1 < hidden < 3"],
)
def test_what_is_true_holds_and_its_opposite_does_not(text):
    assert holds(text, [run(SMALL)])[0]
    assert (
        not holds(text, [run(SMALL.replace(steps=4, hidden=3, cell="lstm"))])[0]
        or "abs" in text
        or "2^3" in text
        or "h[" in text
    )


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "h.__class__", "(1).real", "[1]", "lambda: 1", "open('x')", "h[h]", "pin1.kind", "steps.x"]
    + ["1 if steps else 2", "steps and 1", "'a' * 9", "9**9**9**9", "1/0", "(" * 600, "x" * 501, "f(1)", "kind + 1"],
)
def test_nothing_but_arithmetic_is_computed(text):
    with pytest.raises((Unreadable, UnknownNumber)):
        evaluate(text, [run(SMALL)])


@pytest.mark.parametrize("settings", [SMALL, LSTM], ids=["rnn", "lstm"])
@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_is_told_or_its_absence_is_explained(name, settings):
    number, trace = NUMBERS[name], run(settings)
    index = {"gate": "f", "θ": 0.1}
    asked = f"{name}[{','.join(str(index.get(one, 1)) for one in number.indices)}]".removesuffix("[]")
    text = fill(f"{{{asked}}}", [trace])
    if name in ABSENT[settings.cell]:
        assert text == "…"
        with pytest.raises(ValueError, match=r"\w+"):
            value_of(trace, name, *(index.get(one, 1) for one in number.indices))
    else:
        assert text not in ("", "…")


def test_settings_can_be_quoted_too():
    assert fill("{steps} {weight_scale} {forget_bias}", [run(LSTM)]) == "5 1 1"
    assert set(known_names(LSTM)) >= {"half_life", "steps", "forget_bias"}


def test_numbers_in_formulas_are_written_as_tex_and_braces_of_tex_stay():
    text = r"$W_{hh}^{\top} = {=half_life:2}$ and {half_life:2}"
    told = fill(text, [run(SMALL)])
    assert told.startswith(r"$W_{hh}^{\top} = ")
    assert "{=" not in told


def test_a_step_knows_the_lines_of_its_fields():
    lesson, mistakes = parse("good", GOOD)
    assert mistakes == []
    assert [step.title for step in lesson.steps] == ["What vanishes", "And grows"]
    assert lesson.steps[0].line_of("answer") == 13
    assert lesson.steps[0].text_line == 16


def test_a_formula_on_lines_of_its_own_stays_one_that_breaks_where_the_column_ends():
    assert fill("a\n\n$$u\n= {=steps}$$\n\nb", [run(SMALL)]) == "a\n\n$\\displaystyle u = 5$\n\nb"
