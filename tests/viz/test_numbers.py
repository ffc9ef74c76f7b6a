"""The numbers drawn are the trace's, computed here the plain way."""

import numpy as np
import pytest

from viz import View, flow, loss_curve, low_precision_curve, panel_figure, total_curve
from viz.heat import unpacked

HALF_DIGIT = 0.6e-4  # lines carry four decimals of log10, or five digits of the largest value


def line(drawn, name):
    """y of the line of that name as an array, NaN where it is broken."""
    (found,) = [
        t
        for t in drawn.figure["data"]
        if t.get("name") == name
        and t.get("hovertemplate")
        and len(t["y"]) > 0
        and t["mode"] in ("lines", "lines+markers")
    ]
    return np.array([np.nan if y is None else y for y in found["y"]])


def heat(drawn, place=0):
    maps = [trace for trace in drawn.figure["data"] if trace["type"] == "heatmap"]
    return unpacked(maps[place]["z"])


def norms(values):
    """Mean over the batch of the L2 norms at steps 1..T."""
    return np.linalg.norm(values[1:], axis=-1).mean(axis=1)


def test_the_total_gradient_is_the_mean_norm(trace):
    shown = line(flow(trace), "total dL/dh<sub>t</sub>")
    np.testing.assert_allclose(shown, np.log10(norms(trace.grads["h"])), rtol=0, atol=HALF_DIGIT)


def test_the_memory_has_a_gradient_of_its_own(run_of):
    trace = run_of(cell="lstm")
    shown = line(flow(trace), "dL/dc<sub>t</sub>")
    np.testing.assert_allclose(shown, np.log10(norms(trace.grads["c"])), rtol=0, atol=HALF_DIGIT)


def test_the_direct_part_is_broken_where_it_is_exactly_zero(trace):
    shown = line(flow(trace), "direct part")
    assert np.isnan(shown[:-1]).all()
    np.testing.assert_allclose(shown[-1], np.log10(norms(trace.direct_grads["h"])[-1]), rtol=0, atol=HALF_DIGIT)


def test_states_are_the_mean_norms(trace):
    drawn = flow(trace)
    for part in trace.states:
        shown = line(drawn, f"‖{part}<sub>t</sub>‖")
        np.testing.assert_allclose(shown, norms(trace.states[part]), rtol=0, atol=1e-4)


def test_gates_are_means_over_units_and_batch(run_of):
    trace = run_of(cell="gru")
    for gate, name in {"r": "reset r", "z": "update z", "n": "candidate n"}.items():
        shown = line(flow(trace), name)
        np.testing.assert_allclose(shown, trace.gates[gate].mean(axis=(1, 2)), rtol=0, atol=1e-5)


def test_the_time_gate_is_drawn_by_falling_period(run_of):
    trace = run_of(cell="phased_lstm")
    order = np.argsort(-trace.params["tau"])
    drawn = panel_figure("time_gate", trace)
    np.testing.assert_allclose(heat(drawn), trace.gates["k"].mean(axis=1)[:, order].T, rtol=1e-6)
    np.testing.assert_array_equal(drawn.columns["k, unit 3"], trace.gates["k"].mean(axis=1)[:, 2])


def test_the_heatmap_of_gradients_is_the_mean_size_of_each_unit(trace):
    shown = heat(panel_figure("gradient_units", trace))
    np.testing.assert_allclose(shown, np.log10(np.abs(trace.grads["h"][1:]).mean(axis=1).T), rtol=0, atol=1e-5)


def test_a_heatmap_of_one_sample_shows_that_sample(trace):
    view = View(sample=3)
    shown = heat(panel_figure("gradient_units", trace, view))
    np.testing.assert_allclose(shown, np.log10(np.abs(trace.grads["h"][1:, 3]).T), rtol=0, atol=1e-5)
    shown = heat(panel_figure("state_units", trace, view))
    np.testing.assert_allclose(shown, trace.states["h"][1:, 3].T, rtol=1e-6)


def test_the_heatmap_is_right_where_plain_gradients_are_zero(run_of):
    trace = run_of(cell="rnn", steps=400, activation="identity", weight_scale=0.05, init="orthogonal")
    assert np.linalg.norm(trace.grads["h"][1, 0]) == 0
    logs = heat(panel_figure("gradient_units", trace, View(sample=0)))[:, 100]
    norm = logs.max() + 0.5 * np.log10((10.0 ** (2 * (logs - logs.max()))).sum())
    np.testing.assert_allclose(norm, trace.log10_grad_norms["h"][101, 0], rtol=1e-6)


def test_states_beyond_float64_are_shown_by_their_size(run_of):
    trace = run_of(cell="rnn", steps=1000, activation="identity", weight_scale=4.0)
    assert np.isinf(trace.states["h"][1000, 0]).any()
    logs = heat(panel_figure("state_units", trace, View(sample=0)))[:, -1]
    norm = logs.max() + 0.5 * np.log10((10.0 ** (2 * (logs - logs.max()))).sum())
    np.testing.assert_allclose(norm, trace.log10_state_norms["h"][1000, 0], rtol=1e-6)


def test_gates_by_unit_are_the_mean_over_the_batch(run_of):
    trace = run_of(cell="lstm")
    drawn = panel_figure("gates", trace, View(gates="units"))
    for place, gate in enumerate("fiog"):
        np.testing.assert_allclose(heat(drawn, place), trace.gates[gate].mean(axis=1).T, rtol=0, atol=1e-6)


def test_the_band_holds_the_quantiles(trace):
    (band,) = [t for t in flow(trace).figure["data"] if t.get("name") == "total dL/dh<sub>t</sub>, 10–90 %"]
    high, low = np.array(band["y"][:50]), np.array(band["y"][50:])[::-1]
    sizes = np.linalg.norm(trace.grads["h"][1:], axis=-1)
    np.testing.assert_allclose([low, high], np.log10(np.quantile(sizes, [0.1, 0.9], axis=1)), rtol=0, atol=HALF_DIGIT)


def test_a_lower_layer_shows_its_own_numbers(run_of):
    trace = run_of(cell="gru", layers=3)
    for layer in range(3):
        shown = line(flow(trace, View(layer=layer)), "total dL/dh<sub>t</sub>")
        np.testing.assert_allclose(shown, np.log10(norms(trace.layer(layer).grads["h"])), rtol=0, atol=HALF_DIGIT)


def test_states_turn_logarithmic_when_they_span_decades(run_of):
    trace = run_of(cell="rnn", activation="identity", weight_scale=2.0)
    shown = line(flow(trace), "‖h<sub>t</sub>‖")
    np.testing.assert_allclose(shown, np.log10(norms(trace.states["h"])), rtol=0, atol=HALF_DIGIT)


def test_a_wild_candidate_leaves_the_gates_their_scale(run_of):
    trace = run_of(cell="gru", activation="identity", weight_scale=3.0, steps=200, hidden=32)
    layout = flow(trace).figure["layout"]
    ranges = {axis["title"]["text"]: axis["range"] for name, axis in layout.items() if name.startswith("yaxis")}
    np.testing.assert_allclose(ranges["gate"], [-0.05, 1.05])
    shown = line(flow(trace), "candidate n")
    np.testing.assert_allclose(shown, np.log10(np.abs(trace.gates["n"]).mean(axis=(1, 2))), rtol=0, atol=HALF_DIGIT)


def test_hover_says_the_number_in_words(run_of):
    trace = run_of(cell="rnn")
    (shown,) = [t for t in flow(trace).figure["data"] if "text" in t and t.get("name") == "total dL/dh<sub>t</sub>"]
    size = norms(trace.grads["h"])[0]
    exponent = int(np.floor(np.log10(size)))
    assert shown["text"][0].startswith(f"{size / 10.0**exponent:.1f}".removesuffix(".0"))


def test_a_long_run_is_thinned_for_the_eye_and_says_so(run_of):
    trace = run_of(cell="rnn", steps=4500, hidden=2, batch=2)
    drawn = flow(trace)
    (shown,) = [t for t in drawn.figure["data"] if "text" in t and t.get("name") == "total dL/dh<sub>t</sub>"]
    assert (shown["x"][0], shown["x"][1], shown["x"][-1]) == (1, 4, 4500)
    assert any("every 3rd step drawn" in note["text"] for note in drawn.figure["layout"]["annotations"])
    assert len(drawn.columns["log10 norm dL/dh"]) == 4500


def test_up_to_two_thousand_steps_every_step_is_drawn(run_of):
    drawn = flow(run_of(cell="rnn", steps=2000, hidden=2, batch=2))
    assert len(line(drawn, "total dL/dh<sub>t</sub>")) == 2000


def test_both_loss_modes_are_drawn_together(run_of):
    last, every = run_of(cell="lstm"), run_of(cell="lstm", loss="all")
    drawn = flow(last, extra=[loss_curve(every)])
    np.testing.assert_allclose(
        line(drawn, "loss on all steps"), np.log10(norms(every.grads["h"])), rtol=0, atol=HALF_DIGIT
    )


def test_a_comparison_can_show_another_layer(run_of):
    trace = run_of(cell="gru", layers=3)
    drawn = flow(trace, extra=[total_curve(trace, "lowest", View(layer=0))])
    np.testing.assert_allclose(
        line(drawn, "lowest"), np.log10(norms(trace.layer(0).grads["h"])), rtol=0, atol=HALF_DIGIT
    )


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_the_lens_shows_what_the_format_would_have_shown(run_of, precision):
    from cells.analysis import low_precision

    trace = run_of(cell="rnn", steps=300, weight_scale=0.5)
    seen = low_precision(trace, precision)
    drawn = flow(trace, extra=[low_precision_curve(seen)])
    with np.errstate(divide="ignore"):
        truth = np.log10((10.0 ** seen.log10_norms["h"][1:]).mean(axis=1))
    column = drawn.columns[f"log10 norm dL/dh in {precision}"]
    np.testing.assert_allclose(column, truth, rtol=1e-12)
    assert np.isneginf(column[0])
    assert f"The curve 'in {precision}' is exactly 0 at " in drawn.alt
