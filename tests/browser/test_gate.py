"""The gate room in a real browser: the dragged curve is the engine's, and dragging says nothing to the server."""

import json
from pathlib import Path

import numpy as np
import pytest

from cells.analysis.time_gate.clock_curve import Clock, clock_curve
from cells.clock import SIGNS, time_gate

GATE_SCRIPT = Path(__file__).parents[2] / "ui/gate/time_gate.js"
PLOT = ".bf-clock .bf-plot"
DRAG = """([name, values]) => new Promise(done => {
  const slider = document.querySelector(`.bf-clock [name=${name}]`);
  const step = k => {
    if (k === values.length) return requestAnimationFrame(() => requestAnimationFrame(done));
    slider.value = values[k];
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => step(k + 1));
  };
  step(0);
})"""
SENT = """() => { const send = WebSocket.prototype.send; window.sent = 0;
  WebSocket.prototype.send = function (...data) { window.sent += 1; return send.apply(this, data); }; }"""


@pytest.fixture
def gate(visit):
    """Opens the gate room of a link."""

    def open_room(query: str = "?cell=phased_lstm&steps=30&hidden=8", **how):
        return visit(f"gate{query}", until=f"{PLOT}[data-painted]", **how)

    return open_room


def drag(page, name, values):
    """Move a slider through these positions, one a frame, without letting it go."""
    page.page.evaluate(DRAG, [name, values])


def drawn(page):
    """The curves on the screen, as Plotly.js holds them: x and y of k, of k at the samples, of φ."""
    lines = f"document.querySelector('{PLOT}').data.map(line => [[...line.x], [...line.y]])"
    return [tuple(map(np.array, line)) for line in json.loads(page.page.evaluate(f"JSON.stringify({lines})"))]


def said(page) -> str:
    return page.page.locator(".bf-told").inner_text()


def test_the_scripts_formula_is_pythons_to_the_last_bit(gate):
    page, rng, cases = gate(), np.random.default_rng(1), []
    for _ in range(4000):
        tau, r_on = float(np.exp(rng.uniform(0, 6.2))), float(rng.choice([1.0, rng.uniform(0.001, 1.0)]))
        shift, sign = float(rng.uniform(0, tau)), float(rng.choice(list(SIGNS.values())))
        cases.append([float(rng.uniform(-1e4, 1e4)), tau, shift, r_on, float(rng.choice([0.0, rng.random()])), sign])
    call = "cases.map(([t, tau, s, r_on, leak, sign]) => timeGate(t, { tau, s, r_on, leak }, sign))"
    script = f"cases => {{ {GATE_SCRIPT.read_text(encoding='utf-8')} return {call}.map(({{ phi, k }}) => [phi, k]); }}"
    theirs = np.array(page.page.evaluate(script, cases))
    for (t, tau, shift, r_on, leak, sign), found in zip(cases, theirs, strict=True):
        one = (np.array([value]) for value in (tau, shift, r_on))
        phi, k = time_gate(np.array([[t]]), *one, leak, sign)
        assert found.tolist() == [float(phi.item()), float(k.item())], (t, tau, shift, r_on, leak, sign)


def test_dragging_moves_the_curve_as_the_engine_has_it_and_sends_nothing(gate):
    page = gate()
    page.page.evaluate(SENT)
    before, words = drawn(page), said(page)
    drag(page, "tau", [180, 160, 140, 100])  # of 400 stops, from 1 to 500
    drag(page, "s", [1.0, 2.5])
    drag(page, "r_on", [380, 300])  # from 0.001 to 1
    drag(page, "leak", [0.1, 0.2])
    after = drawn(page)
    assert page.page.evaluate("window.sent") == 0
    assert said(page) != words and said(page).startswith("Open 17.8 % of the time, 0.8419 of every 4.73;")
    assert any(len(one[0]) != len(other[0]) for one, other in zip(before, after, strict=True))
    expected = clock_curve(Clock(4.73, 2.5, 0.178, 0.2), np.arange(1.0, 31.0), (0.0, 30.0))
    for (x, y), at, values in zip(
        after,
        (expected.times, expected.samples, expected.times),
        (expected.k, expected.sampled, expected.phi),
        strict=True,
    ):
        np.testing.assert_allclose(x, at, rtol=0, atol=1e-9)
        np.testing.assert_allclose(y, values, rtol=0, atol=1e-9)


def test_letting_go_brings_the_clock_into_the_link_and_use_these_into_the_net(gate):
    page = gate()
    slider = page.page.locator(".bf-clock [name=leak]")
    slider.fill("0.25")  # an input and a change, as when a slider is let go
    page.wait_query(cell="phased_lstm", steps="30", hidden="8", clock_leak="0.25")
    page.page.get_by_role("button", name="Give the net this clock").click()
    page.wait_query(
        cell="phased_lstm",
        steps="30",
        hidden="8",
        clock_leak="0.25",
        shortest_period="20",
        longest_period="20",
        shift_spread="0",
        open_ratio="0.25",
        leak="0.25",
    )
    assert slider.input_value() == "0.25"


def test_arrow_keys_drag_too(gate):
    page = gate()
    slider = page.page.locator(".bf-clock [name=s]")
    slider.focus()
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
    page.wait_query(cell="phased_lstm", steps="30", hidden="8", clock_s="0.3")


def test_no_arrow_key_is_lost_to_the_answer_of_an_earlier_one(gate):
    page = gate()
    slider = page.page.locator(".bf-clock [name=s]")
    for pause in (0, 40, 80, 120):
        slider.focus()
        for _ in range(9):
            page.page.keyboard.press("ArrowRight")
            page.page.wait_for_timeout(pause)
        page.wait_query(cell="phased_lstm", steps="30", hidden="8", clock_s="0.9")
        page.wait_still()
        assert slider.input_value() == "0.9", f"{pause} ms between two presses"
        slider.press("Home")
        page.wait_query(cell="phased_lstm", steps="30", hidden="8")
    slider.press("ArrowRight")
    page.press("reset")  # what comes from elsewhere is followed
    page.wait_until("document.querySelector('.bf-clock [name=s]').value === '0'")


def test_another_cell_switches_in_the_sidebar_too(gate):
    page = gate("?cell=lstm&steps=30&hidden=8")
    page.page.get_by_role("button", name="Switch to Phased LSTM").click()
    page.page.wait_for_selector("[class*=st-key-chart-gate_room] .bf-plot[data-painted]")
    page.wait_query(cell="phased_lstm", steps="30", hidden="8")
    assert page.page.locator(".st-key-cell [aria-checked=true]").inner_text() == "Phased"


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_at_the_smallest_size_nothing_reaches_beyond_the_page(gate, dark):
    page = gate(width=1280, height=720, dark=dark)
    page.page.wait_for_selector("[class*=st-key-chart-clock_gradient] .bf-plot[data-painted]")
    main = page.page.locator(".stMain")
    assert main.evaluate("box => box.scrollWidth <= box.clientWidth")
    right = main.evaluate("box => box.getBoundingClientRect().right")
    for box in page.page.locator(".stMain .bf-plot .main-svg").all():
        place = box.bounding_box()
        assert place is None or place["x"] + place["width"] <= right
