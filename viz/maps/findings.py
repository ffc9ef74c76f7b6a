"""Findings of a phase diagram, in sentences."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cells.analysis.maps import Edge, FateShares
from viz import words

from .record import Shown

EVEN = 0.05  # of an axis' range: an edge that moves less counts as a straight one
TREND = 0.7  # correlation above which an edge is told by its ends


@dataclass(frozen=True)
class Piece:
    """Words of a sentence; `fate` is vanishing or exploding where they tell that, else empty."""

    text: str
    fate: str = ""


def finding(shown: Shown) -> str:
    """Tell how much of the map is on which side, and where the edge lies."""
    return " ".join(["".join(piece.text for piece in headline(shown)), *details(shown)])


def headline(shown: Shown) -> tuple[Piece, ...]:
    """Tell how much of the map is on which side, in one sentence."""
    if not shown.map.known.any():
        return (Piece("Nothing of this map is computed yet."),)
    if shown.extent is None:
        return (Piece("No point of the map has a finite number."),)
    if shown.shares is None:
        low, middle, high = (shown.kind.short(value) for value in shown.extent)
        return (Piece(f"{shown.map.quantity.label} from {low} to {high}, half of the map below {middle}."),)
    return _fates(shown, shown.shares)


def details(shown: Shown) -> list[str]:
    """Tell where there is no end, where the edge lies, and what theory says of it."""
    scaled = shown.map.known.any() and shown.extent is not None and shown.shares is None
    return [*(_endless(shown) if scaled else ()), *_edge(shown), *_theory(shown)]


def place(shown: Shown) -> str:
    """Return where the present setting stands, and how far from the edge."""
    named = ", ".join(f"{shown.spoken(axis.name)} {words.exact(shown.present.get(axis.name))}" for axis in shown.axes)
    if not shown.on_map:
        return f"The present setting, {named}, lies outside this map{_value(shown, ': it ')}."
    return f"The present setting, {named}, {_fate(shown)}{_distance(shown)}."


def missing(shown: Shown) -> Iterator[str]:
    """Yield what is not known yet, and where no run is possible."""
    done, points = int(shown.map.known.sum()), shown.map.known.size
    if done < points:
        yield f"{done} of {points} points are computed so far."
    impossible = int((~shown.map.possible).sum())
    if impossible:
        verb = "point is" if impossible == 1 else "points are"
        yield f"{impossible} {verb} no possible run: the two values do not go together."


TOLD = {"vanishing": "vanishes", "exploding": "explodes", "constant": "keeps its size"}


def _fates(shown: Shown, found: FateShares) -> tuple[Piece, ...]:
    for fate, told in TOLD.items():
        if getattr(found, fate) == 1:
            where = "on this map" if shown.map.whole else "so far"
            return Piece("The gradient "), Piece(told, fate), Piece(f" everywhere {where}.")
    sides = [(Piece(TOLD[fate], fate), getattr(found, fate)) for fate in ("vanishing", "exploding")]
    parts = [Piece("The gradient ")]
    for told, share in ((told, share) for told, share in sides if share):
        where = (" of the map" if shown.map.whole else " so far") if len(parts) == 1 else ""
        parts += [Piece(" and ")] * (len(parts) > 1) + [told, Piece(f" on {words.percent(share)}{where}")]
    kept = f"on {words.percent(found.constant)} it keeps its size {shown.kind.within}"
    return *parts, Piece(f"; {kept if found.constant else 'nowhere does it keep its size'}.")


def _endless(shown: Shown) -> Iterator[str]:
    values = shown.map.values[shown.map.known & shown.map.possible]
    share = float(np.isposinf(values).mean())
    if share:
        yield f"On {words.percent(share)} of the map there is {shown.kind.plus}."


def _edge(shown: Shown) -> Iterator[str]:
    if shown.edge is None:
        return
    crossed, other = shown.axes if shown.edge.along == "x" else shown.axes[::-1]
    has = np.isfinite(shown.edge.places)
    places, others = shown.edge.places[has], shown.edge.others[has]
    name, across = shown.spoken(crossed.name), shown.spoken(other.name)
    if len(places) == 1:
        yield f"The edge is crossed once, at {name} {_short(places[0])} where {across} is {_short(others[0])}."
    elif float(np.ptp(places)) < EVEN * (crossed.high - crossed.low):
        yield f"The edge lies at {name} {_short(float(np.median(places)))}, whatever the {across}."
    elif abs(float(np.corrcoef(places, others)[0, 1])) < TREND:
        low, middle, high = (_short(float(np.quantile(places, share))) for share in (0, 0.5, 1))
        yield f"The edge lies at {name} {low} to {high}, half of it below {middle}."
    else:
        yield (
            f"The edge lies at {name} {_short(places[0])} where {across} is {_short(others[0])}, "
            f"and at {_short(places[-1])} where it is {_short(others[-1])}."
        )


def _theory(shown: Shown) -> Iterator[str]:
    """Yield the first exact line, where it runs along the knob that the edge crosses."""
    exact = [line for line in shown.lines if line.exact and line.label.startswith("ρ")]
    edge: Edge | None = shown.edge
    if not exact or edge is None or shown.axes[edge.along == "y"].name != "weight_scale":
        return
    places = exact[0].x if edge.along == "x" else exact[0].y
    yield f"Theory's {exact[0].label} lies at weight scale {_short(float(np.nanmedian(places)))}."


def _fate(shown: Shown) -> str:
    quantity = shown.map.quantity
    if shown.value is None:
        return "is marked"
    if math.isnan(shown.value):
        return f"is {shown.kind.nothing}" if shown.kind.nothing.startswith("dead") else "has no number"
    told = _said(shown)
    if quantity.kept is None:
        return told
    if abs(shown.value - quantity.kept) <= quantity.tolerance:
        return f"{told} and keeps the gradient's size"
    return f"{told} and {'vanishes' if shown.value < quantity.kept else 'explodes'}"


def _value(shown: Shown, before: str) -> str:
    known = shown.value is not None and not math.isnan(shown.value)
    return f"{before}{_said(shown)}" if known else ""


def _said(shown: Shown) -> str:
    value = shown.value or 0.0
    if math.isinf(value):
        return f"has a gradient that is {shown.kind.minus}" if value < 0 else f"has {shown.kind.plus}"
    return f"{shown.kind.verb} {shown.kind.told(value)}"


def _distance(shown: Shown) -> str:
    if shown.distance is None:
        certain = shown.map.whole and shown.map.quantity.kept is not None
        return ", with no edge on its row or column" if certain else ""
    axis = shown.axes[shown.distance.along == "y"]
    gap, at = shown.distance.gap, _short(shown.distance.place)
    side = "above" if gap > 0 else "below"
    return f"; the edge lies {_short(abs(gap))} {side}, at {shown.spoken(axis.name)} {at}"


def _short(value: float) -> str:
    """Return a place on an axis: three digits."""
    return words.exact(float(f"{value:.3g}"))
