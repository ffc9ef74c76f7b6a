"""A session with the app, without a browser: open a link, turn knobs, press buttons, read what is shown."""

import json
import re
import time
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

from ui.lessons.views import page_names
from ui.rich_text import JOINER
from ui.sidebar.groups import groups_of
from ui.views.fields import DEFAULTS

ROOT = Path(__file__).parents[2]
PAGES = page_names()  # those that show a run
VERDICT = re.compile(r'<div class="bf-verdict">(.*?)</div>')
PATIENCE = 120.0  # seconds a run may take on a busy machine


class Session:
    """One visitor. Every step checks that no exception came up."""

    def __init__(self, **query) -> None:
        self.app = AppTest.from_file(ROOT / "app.py", default_timeout=PATIENCE)
        for name, text in query.items():
            self.app.query_params[name] = text
        self.run()

    def run(self) -> None:
        """Draw the whole page."""
        self.app.run()
        assert [error.message for error in self.app.exception] == []

    def go(self, page: str) -> None:
        """Turn to another page."""
        self.app.switch_page(f"ui/pages/{page}.py")
        self.run()

    def widget(self, key: str):
        """The widget of this key, in a group that is then opened if need be; KeyError where it is not shown."""
        if not self.shows(key):
            raise KeyError(key)
        return next(node for node in self.app if getattr(node, "key", None) == key and hasattr(node, "proto"))

    def shows(self, key: str) -> bool:
        """Whether an element of this key is on the page, or in a group, all of which are then opened."""
        if not self._has(key) and self.turn_groups(True):
            self.run()
        return self._has(key)

    def _has(self, key: str) -> bool:
        return any(getattr(node, "key", None) == key for node in self.app)

    def turn_groups(self, selection: bool) -> bool:
        """Open or close all groups of the sidebar, once the page is run; whether any was not so."""
        keys = [group.key for group in groups_of(self.values)]
        turned = [key for key in keys if self.value(key) != selection]
        for key in turned:
            self.app.session_state[key] = selection
        return bool(turned)

    def set(self, key: str, value) -> None:
        """Turn a knob; then draw everything once more, since a change of one number draws the body alone."""
        self.widget(key).set_value(value).run()
        self.run()

    def press(self, key: str) -> None:
        """Press a button."""
        self.widget(key).click().run()
        self.run()

    def value(self, name: str):
        """A value of the page."""
        return self.app.session_state[name]

    @property
    def values(self) -> dict:
        """All values of the page."""
        return {name: self.value(name) for name in DEFAULTS}

    @property
    def query(self) -> dict[str, str]:
        """The query of the address bar."""
        return {name: texts[-1] if isinstance(texts, list) else texts for name, texts in self.app.query_params.items()}

    @property
    def charts(self) -> dict[str, dict]:
        """What every chart of the page was given, by key."""
        return {key: body for key, body in self._mounted.items() if "figure" in body}

    @property
    def _computes(self) -> bool:
        """Whether anything of the page is still computed beside it."""
        return any(node.proto.text.startswith("Computing") for node in self.app.get("progress"))

    @property
    def question(self) -> dict:
        """What the page asks before it shows; KeyError where it asks nothing."""
        return self._mounted["ask card"]

    @property
    def tables(self) -> dict[str, dict[str, list]]:
        """The columns of every table of the page, by key."""
        tables = {key: body["columns"] for key, body in self._mounted.items() if "columns" in body}
        return {key: {one["name"]: one["values"] for one in columns} for key, columns in tables.items()}

    @property
    def _mounted(self) -> dict[str, dict]:
        mounted = self.app.get("bidi_component")
        return {one.key: strict_json(one.proto.bytes) for one in mounted if one.proto.bytes}

    @property
    def verdict(self) -> str:
        """What stands on top, large and small, without its markup."""
        return unescape(re.sub("<.*?>", "", self._verdicts[0].replace("<sub>", "_")))

    @property
    def says_verdict(self) -> bool:
        """Whether the page itself, not its chart, says it."""
        return bool(self._verdicts)

    @property
    def _verdicts(self) -> list[str]:
        found = (VERDICT.search(node.proto.body) for node in self.app.get("html"))
        return [match[1] for match in found if match]

    @property
    def faults(self) -> list[str]:
        """The sentences about values that cannot be used."""
        return [
            plain(error.value).removesuffix(" The view below is that of the last valid settings.")
            for error in self.app.error
        ]

    @property
    def complaints(self) -> list[str]:
        """What the link had wrong."""
        return [plain(line).removeprefix("- ") for box in self.app.warning for line in box.value.splitlines()[2:]]

    def until_drawn(self) -> dict[str, dict]:
        """The charts, once all that is computed beside the page is there."""
        end = time.monotonic() + PATIENCE
        while (not self.charts or self._computes) and time.monotonic() < end:
            time.sleep(0.05)
            self.run()
        return self.charts


def plain(markdown: str) -> str:
    """Text without the marks that keep it as it was written."""
    return markdown.replace("\\", "").replace(JOINER, "")


def strict_json(body: bytes):
    """What the browser will read: ValueError for NaN and Infinity, which JSON does not know."""

    def refuse(word: str):
        raise ValueError(f"{word} is no JSON")

    return json.loads(body, parse_constant=refuse)
