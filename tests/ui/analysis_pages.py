"""Sessions on the pages of measures: opened with small runs, waited for, read."""

import re
import time
from html import unescape

from cells import RunSettings
from tests.ui.sessions import PATIENCE, Session, plain
from ui.analysis.selection import Selection
from ui.views.analysis import AnalysisView
from ui.views.page import PageView

TIP = re.compile(r'<span class="bf-tip".*?</a></span>')  # what a term means, out of sight
LOW, TAG = re.compile("<sub>(.*?)</sub>"), re.compile("<.*?>")
SMALL = {"steps": "12", "hidden": "4", "batch": "2"}


def opened_page(**fields) -> Selection:
    own = {name: fields.pop(name) for name in list(fields) if name in AnalysisView.__dataclass_fields__}
    return Selection(RunSettings(**fields), PageView(), AnalysisView(**own), "light")


def on(page: str, **query) -> Session:
    """A session on a page, everything computed."""
    session = Session(**(SMALL | query))
    session.go(page)
    return until(session, lambda: not session.app.get("progress"))


def until(session: Session, done) -> Session:
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.05)
        session.run()
    assert done()
    return session


def text(session: Session) -> str:
    """What the page says; W_h for what it writes W with a low h."""
    written = (TIP.sub("", node.proto.body) for node in session.app.get("html"))
    said = [element.value for element in session.app.markdown]
    return plain("\n".join([*said, *(unescape(TAG.sub("", LOW.sub(r"_\1", body))) for body in written)]))
