"""Mend what Streamlit does with messages that come late: of a page that was just left, or while it is slow to send.

A chart may speak in the moment in which the page is turned; its message names the page that the reader has left. By
Streamlit that message took the reader back there, or left an empty page. And a part of the page that is drawn again
before its first drawing was sent took that drawing out of the queue, but not the parts inside it, which then stood on
nothing: the whole page stopped at "Bad delta path index".
"""

from dataclasses import replace

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType

request, run = ScriptRequests._request_rerun_locked, ScriptRunner._run_script


def mend_late_messages() -> None:
    """Let all sessions of this process answer late messages on the page that is open; a second call changes nothing."""
    ScriptRequests._request_rerun_locked = _request
    ScriptRunner._run_script = _run
    AppSession._clear_queue = _clear


def _request(self: ScriptRequests, new_data: RerunData) -> bool:
    """Keep the page that the reader has asked for, where a fragment of the page before asks for something after it."""
    asked = self._rerun_data
    waits = self._state is ScriptRequestType.RERUN and not asked.fragment_id_queue
    late = new_data.page_script_hash != asked.page_script_hash
    if waits and late and (new_data.fragment_id or new_data.fragment_id_queue):
        kept = {name: getattr(asked, name) for name in ("page_script_hash", "page_name", "query_string")}
        new_data = replace(new_data, **kept)
    return request(self, new_data)


def _run(self: ScriptRunner, rerun_data: RerunData) -> None:
    """Run fragments on the page that is open: those of another one are no longer there."""
    if rerun_data.fragment_id_queue:
        rerun_data = replace(rerun_data, page_script_hash=self._get_script_run_ctx().page_script_hash)
    run(self, rerun_data)


def _clear(self: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
    """Take nothing out of the queue where fragments are drawn again: what is inside them would stand on nothing."""
    self._browser_queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[] if fragment_ids_this_run else None)
