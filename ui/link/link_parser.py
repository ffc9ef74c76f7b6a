"""Texts by name to values: read strictly, and mended where values do not go together. Every change is named."""

from collections.abc import Mapping, Sequence
from typing import Any

from cells import CELLS
from cells.knobs import BadValue
from ui.cost.budget import check_budget
from ui.cost.map_plan import plan_of
from ui.views.analysis import check_view
from ui.views.fields import (
    BROUGHT,
    DEFAULTS,
    FIELDS,
    Values,
    analysis_view,
    fixed,
    map_view,
    own_fields,
    page_view,
    run_settings,
)

from .link_codec import short, text_of, value_of

Query = Mapping[str, Sequence[str]]


def read_fields(query: Query) -> tuple[Values, list[str]]:
    """Return the values of a query, defaults filled in, and one sentence for everything it had to change or ignore."""
    values, complaints = dict(DEFAULTS), []
    for name, texts in query.items():
        if name not in FIELDS:
            complaints.append(f"{short(name)} is no setting of this page and was ignored.")
            continue
        if len(texts) > 1:
            complaints.append(f"{name} stands {len(texts)} times in the link; the last one is used.")
        try:
            values[name] = value_of(FIELDS[name], texts[-1])
        except BadValue as error:
            values[name] = DEFAULTS[name] if error.nearest is None else error.nearest
            instead = "" if name in BROUGHT else f"; {text_of(name, values[name]) or 'nothing'} is used instead"
            complaints.append(f"{error}{instead}.")
    if "recording" in query and values["signal"] == "own" and values["recording"] is None and not values["own"]:
        values["signal"] = DEFAULTS["signal"]
        complaints.append(f"signal = own waits for these sequences; {values['signal']} is used until then.")
    values |= fixed(values)
    complaints += mend(values)
    unused = [name for name, value in values.items() if value != DEFAULTS[name] and not applies(name, values)]
    unused = [name for name in unused if name not in idle(values)]
    values |= {name: DEFAULTS[name] for name in unused}
    return values, complaints + [f"{name} goes with {goes_with(name)} only and was ignored." for name in unused]


def mend(values: Values) -> list[str]:
    """Change values that do not go together until they do; one sentence for each change."""
    complaints = []
    for _ in range(len(FIELDS)):
        try:
            check_budget(run_settings(values))
            _check_layer(values)
            check_view(analysis_view(values), run_settings(values))
            plan_of(map_view(values), run_settings(values), None)
            return complaints
        except BadValue as error:
            name = error.field if error.field in values else "steps"
            fallback = DEFAULTS[name] if error.nearest is None else error.nearest
            if fallback == values[name]:  # the field itself is fine, what it needs is missing
                name, _ = ASKED_BY.get(name, ("signal", ""))
                fallback = DEFAULTS[name]
            values[name] = fallback
            complaints.append(f"{error}; {name} = {text_of(name, fallback) or 'nothing'} is used instead.")
    values.update(DEFAULTS)
    return [*complaints, "The link could not be mended; the default view is shown."]


def changes_to_mend(values: Mapping[str, Any]) -> Values:
    """Return the fewest changes found after which the values go together."""
    mended = dict(values)
    mend(mended)
    return {name: value for name, value in mended.items() if value != values[name]}


def as_text(name: str, value: Any) -> str:
    """`name = value` as a link writes it."""
    return f"{name} = {text_of(name, value) or 'nothing'}"


def _check_layer(values: Values) -> None:
    layer, layers = page_view(values).layer, values["layers"]
    if layer > layers:
        raise BadValue(f"layer = {layer} is outside [0, {layers}], the layers there are", "layer", layers)


def applies(name: str, values: Mapping[str, Any]) -> bool:
    """Return whether the view's cell has this knob, its loss or input this list, and no network of one's own
    decides it.
    """
    if name in idle(values):
        return False
    if name in ASKED_BY:
        field, value = ASKED_BY[name]
        return values[field] == value and applies(field, values)
    return name in own_fields(values["cell"]) or name not in OF_CELLS


def idle(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that a network of the reader's own decides, or that change nothing in it."""
    network = values.get("network")
    return network.idle if network is not None else frozenset()


def goes_with(name: str) -> str:
    """Return what a field needs in order to count."""
    owners = [cell for cell in CELLS if name in own_fields(cell)]
    return "{} = {}".format(*ASKED_BY[name]) if name in ASKED_BY else f"cell = {' or '.join(owners)}"


ASKED_BY = {
    "recording": ("signal", "own"),
    "own": ("signal", "own"),
    "loss_steps": ("loss", "chosen"),
    "timestamps": ("sampling", "own"),
}
OF_CELLS = {name for cell in CELLS for name in own_fields(cell)}
