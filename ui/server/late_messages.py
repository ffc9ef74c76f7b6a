"""Mend what Streamlit does with messages that come late: of a page that was just left, or while it is slow to send.

A chart may speak, or a key be pressed, in the moment in which the page is turned; the message names the page that the
reader has left. By Streamlit it took the reader back there, or left an empty page. And a part of the page that is
drawn again before its first drawing was sent took that drawing out of the queue, but not the parts inside it, which
then stood on nothing: the whole page stopped at "Bad delta path index".
"""

from dataclasses import replace
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
)

request, at_yield, when_ready = (
    ScriptRequests._request_rerun_locked,
    ScriptRequests.on_scriptrunner_yield,
    ScriptRequests.on_scriptrunner_ready,
)
TURNED: WeakKeyDictionary[ScriptRequests, str] = WeakKeyDictionary()  # to which page the app itself turns next


def mend_late_messages() -> None:
    """Let all sessions of this process answer late messages on the page that is open; a second call changes nothing."""
    ScriptRequests._request_rerun_locked = _request
    ScriptRequests.on_scriptrunner_yield = _at_yield
    ScriptRequests.on_scriptrunner_ready = _when_ready
    AppSession._clear_queue = _clear


def _request(self: ScriptRequests, new_data: RerunData) -> bool:
    """Keep the page that is to come, where one that was left asks for something after it."""
    asked, of_fragment = self._rerun_data, bool(new_data.fragment_id or new_data.fragment_id_queue)
    if new_data.page_script_hash and new_data.widget_states is None and not of_fragment:  # no reader's message has none
        TURNED[self] = new_data.page_script_hash
    waits = self._state is ScriptRequestType.RERUN and not asked.fragment_id_queue
    by_app = asked.page_script_hash == TURNED.get(self) and new_data.widget_states is not None
    if waits and new_data.page_script_hash != asked.page_script_hash and (of_fragment or by_app):
        kept = {name: getattr(asked, name) for name in ("page_script_hash", "page_name", "query_string")}
        new_data = replace(new_data, **kept)
    return request(self, new_data)


def _at_yield(self: ScriptRequests) -> ScriptRequest | None:
    """Return what interrupts a run, if anything does, on the page that is open."""
    found = at_yield(self)
    return found and _on_open_page(self, found)


def _when_ready(self: ScriptRequests) -> ScriptRequest:
    """Return what is to be run next, on the page that is open."""
    return _on_open_page(self, when_ready(self))


def _on_open_page(self: ScriptRequests, found: ScriptRequest) -> ScriptRequest:
    """Return a request of the page that was left as one of the page that is open."""
    context = get_script_run_ctx(suppress_warning=True)
    if found.type is not ScriptRequestType.RERUN or context is None or not context.page_script_hash:
        return found
    asked, turned = found.rerun_data, TURNED.pop(self, None)
    if asked.page_script_hash in (context.page_script_hash, turned) or not _is_late(asked, context.pages_manager):
        return found
    return ScriptRequest(found.type, replace(asked, page_script_hash=context.page_script_hash, page_name=""))


def _is_late(asked: RerunData, pages: PagesManager) -> bool:
    """Return whether the reader did not turn to another page, but stayed on one that the app has left meanwhile."""
    if asked.fragment_id_queue:  # those of another page are no longer there
        return True
    address = asked.context_info.url if asked.context_info else ""
    if asked.is_history_navigation or not address or not asked.page_script_hash:
        return False
    name = urlsplit(address).path.rstrip("/").rsplit("/", 1)[-1]
    known = {page.get("url_pathname", ""): at for at, page in pages.get_pages().items()}
    return known.get(name, known.get("")) == asked.page_script_hash


def _clear(self: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
    """Take nothing out of the queue where fragments are drawn again: what is inside them would stand on nothing."""
    self._browser_queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[] if fragment_ids_this_run else None)
