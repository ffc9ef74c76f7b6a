"""Values to link and back. A link is read strictly: what it changes or leaves out is named."""

from collections.abc import Mapping
from typing import Any

from cells.knobs import BadValue
from ui.cost.scrub import check_scrub
from ui.views.fields import DEFAULTS, LISTS, Values, run_settings

from .link_codec import LONGEST, text_of
from .link_parser import Query, applies, as_text, changes_to_mend, mend, read_fields
from .pins import pins_from_text, text_of_pins

__all__ = ["LONGEST", "Query", "as_text", "changes_to_mend", "left_out", "mend", "read_link", "write_link"]


def write_link(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the query of a link: every value that applies and is not the default."""
    query = {}
    for name, value in values.items():
        if value != DEFAULTS[name] and applies(name, values):
            text = _text(name, value)
            if len(text) <= LONGEST:
                query[name] = text
    return query


def left_out(values: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each value that is too long for a link."""
    return [
        f"{name} has {len(values[name])} entries, too many for a link: {AGAIN[name]} again there."
        for name in LISTS
        if is_left_out(name, values)
    ]


def is_left_out(name: str, values: Mapping[str, Any]) -> bool:
    """Return whether a value that counts is too long for a link."""
    return applies(name, values) and len(_text(name, values[name])) > LONGEST


AGAIN = {
    "own": "load it",
    "timestamps": "load them",
    "loss_steps": "type them",
    "scrub": "choose it",
    "pins": "pin them",
    "show": "name them",
}


def _text(name: str, value: Any) -> str:
    return text_of_pins(value) if name == "pins" else text_of(name, value)


def read_link(query: Query) -> tuple[Values, list[str]]:
    """Return the values of a link, defaults filled in, and one sentence for everything it had to change or ignore."""
    values, complaints = read_fields({name: texts for name, texts in query.items() if name != "pins"})
    complaints += _mend_scrub(values)
    texts = query.get("pins", [])
    if len(texts) > 1:
        complaints.append(f"pins stands {len(texts)} times in the link; the last one is used.")
    if texts:
        values["pins"], told = pins_from_text(texts[-1])
        complaints += told
    return values, complaints


def _mend_scrub(values: Values) -> list[str]:
    try:
        check_scrub(values["scrub"], run_settings(values))
        return []
    except BadValue as error:
        values["scrub"] = error.nearest or ()
        return [f"{error}; {as_text('scrub', values['scrub'])} is used instead."]
