"""From the page's values to the plan of a map: which knobs, which ranges; and what a map may cost."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from cells import RunSettings
from cells.analysis.maps import Axis, MapPlan, mappable
from cells.knobs import BadValue
from ui.views.fields import high_of, knob_of
from ui.views.maps import MapView

from .budget import check_budget, seconds_per_step
from .measures import ESTIMATES

ACROSS, UP = "weight_scale", ("open_ratio", "forget_bias", "steps", "weight_scale")  # the usual knobs, best first
ENDS = {"steps": (100, 200, 500, 1000), "hidden": (64, 128, 256), "batch": (64, 128, 256), "inputs": (16, 64)}
SEEDS = 41
LIVE, LIVE_SECONDS = 41 * 41, 60.0  # points, and seconds, up to which a map is computed while the page waits
TOGETHER = 0.25  # of what a run takes alone, where many go side by side


def plan_of(view: MapView, settings: RunSettings, layer: int | None) -> MapPlan:
    """Return the map that the page asks for; BadValue where it asks for none."""
    x, y = _named(view.map_x), _named(view.map_y)
    x = x or next(name for name in (ACROSS, *UP) if name != y)
    y = y or next(name for name in UP if name != x and name in mappable(settings))
    across, up = (_axis(name, asked, settings, view.map_size) for name, asked in ((x, view.map_x), (y, view.map_y)))
    plan = MapPlan(settings, across, up, view.map_of, layer)
    _check_page(plan)
    return plan


def _named(asked: tuple) -> str:
    return asked[0] if asked else ""


def _axis(name: str, asked: tuple, settings: RunSettings, size: int) -> Axis:
    low, high = asked[1:] or (usual_ends(name, settings) if name in mappable(settings) else (0, 1))
    return Axis(name, float(low), float(high), size)


def usual_ends(name: str, settings: RunSettings) -> tuple[float, float]:
    """Return the whole range of a knob, or as much of it as is worth a look, with the present value in it."""
    present, low = settings.get(name), knob_of(name).low
    if name == "seed":
        first = present // SEEDS * SEEDS
        return first, first + SEEDS - 1
    if name == "impulse_step":
        return low, settings.steps
    return low, next((end for end in ENDS.get(name, ()) if end >= present), high_of(name))


def _check_page(plan: MapPlan) -> None:
    """BadValue where a range goes beyond what the page's own control takes."""
    for role, axis in (("map_x", plan.x), ("map_y", plan.y)):
        most = high_of(axis.name)
        if axis.high > most:
            asked = f"{role} = {axis.name} from {axis.low:g} to {axis.high:g}"
            nearest = (axis.name, axis.low, most) if axis.low < most else ()
            raise BadValue(f"{asked} leaves [{knob_of(axis.name).low:g}, {most:g}]", role, nearest)


def check_cost(plan: MapPlan) -> None:
    """BadValue where the largest run of the map is more than this page computes."""
    for row, column in product(*((0, n - 1) for n in plan.shape)):
        try:
            check_budget(plan.point(row, column))
        except BadValue as error:
            if error.field in ("steps", "batch", "hidden") and plan.settings.signal != "own":
                raise BadValue(f"at a corner of the map {error}", "map_y", ()) from None


def points(plan: MapPlan) -> int:
    """Return how many there are."""
    return plan.shape[0] * plan.shape[1]


def seconds(plan: MapPlan, count: int | None = None) -> float:
    """Roughly what so many points take on one core, all by default: from a few that are spread over the map."""
    each = [seconds_of(one, plan.quantity, plan.layer) for one in _some(plan)]
    return float(np.mean(each)) * (points(plan) if count is None else count) if each else 0.0


def seconds_of(settings: RunSettings, quantity: str, layer: int | None) -> float:
    """Roughly what one run takes among others, and the quantity's own measure of it."""
    own = TOGETHER * settings.steps * seconds_per_step(settings)
    index = settings.index_of(layer)
    return own + (ESTIMATES["growth"](settings, index) if quantity == "lyapunov" else 0.0)


def is_large(plan: MapPlan) -> bool:
    """Return whether the map runs as a job."""
    return points(plan) > LIVE or seconds(plan) > LIVE_SECONDS


def _some(plan: MapPlan) -> list[RunSettings]:
    """Possible runs, evenly spread, the corners among them."""
    places = [np.linspace(0, n - 1, 3).round().astype(int).tolist() for n in plan.shape]
    found = []
    for row, column in product(*places):
        try:
            found.append(plan.point(row, column))
        except BadValue:
            continue
    return found


def clicked(plan: MapPlan, x: float, y: float) -> dict[str, Any]:
    """Return the values that a click on a point sets: both knobs, and the ranges, so that the map stays as it is."""
    found: dict[str, Any] = {}
    for field, axis, values, at in (("map_x", plan.x, plan.x_values, x), ("map_y", plan.y, plan.y_values, y)):
        found[axis.name] = min(values, key=lambda value: abs(value - at))
        found[field] = (axis.name, axis.low, axis.high)
    return found


def values_of(plan: MapPlan, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the page's values that ask for this plan; the two knobs themselves are left as they are."""
    settings = plan.settings
    own = {name: value for name, value in (vars(settings) | vars(settings.options)).items() if name in names}
    kept = {name: value for name, value in own.items() if name not in (plan.x.name, plan.y.name)}
    axes = {"map_x": (plan.x.name, plan.x.low, plan.x.high), "map_y": (plan.y.name, plan.y.low, plan.y.high)}
    layer = 0 if plan.layer is None else plan.layer + 1
    return kept | axes | {"map_size": plan.x.count, "map_of": plan.quantity, "layer": layer}
