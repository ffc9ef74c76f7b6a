"""What a page says too late, told to a real server by its own protocol: the page that was asked for last stays."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from websockets.asyncio.client import connect

from benchmarks._server import APP, Server
from tests.own_loop import result_of
from ui.server.late_messages import mend_late_messages

SILENCE = 2.0  # seconds after which a server has no more to say
ROUNDS = 3


@pytest.fixture(scope="module")
def server():
    with Server(APP) as started:
        yield started.url.rstrip("/")


class Wire:
    """A reader without a browser: remembers which page is open, and what may be drawn by itself."""

    def __init__(self, socket) -> None:
        self.socket, self.pages, self.fragments, self.opened = socket, {}, [], []
        self.page = self.query = self.address = ""

    async def ask(self, page: str, fragment: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash, message.rerun_script.fragment_id = page, fragment
        message.rerun_script.context_info.color_scheme = "light"
        message.rerun_script.context_info.url = f"http://127.0.0.1/{self.address}"
        await self.socket.send(message.SerializeToString())

    async def hear(self, *, until: str, most: float = 60.0) -> bool:
        """Take in what comes until a message of this kind; False where none came in time."""
        while True:
            try:
                data = await asyncio.wait_for(self.socket.recv(decode=False), most)
            except TimeoutError:
                return False
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self.page = message.navigation.page_script_hash
            elif kind == "new_session":
                self.opened.append(message.new_session.page_script_hash)
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta" and message.delta.fragment_id:
                self.fragments.append(message.delta.fragment_id)
            if kind == until:
                return True


async def opened_last(server: str, how: str) -> list[tuple[str, list[str]]]:
    """Turn to one page after the other, each time with a late word of the page before; what the server then opened."""
    told = []
    async with connect(
        server.replace("http", "ws") + "/_stcore/stream", origin=server, subprotocols=["streamlit"], max_size=None
    ) as socket:
        wire = Wire(socket)
        wire.query = "steps=12&hidden=4"
        await wire.ask("")
        await wire.hear(until="script_finished")
        for name in ("jacobians", "credit", "")[:ROUNDS]:
            before, body, wanted = wire.page, wire.fragments[0], wire.pages[name]
            if how == "at work":  # and the reader's wish waits
                await wire.ask(before)
            wire.opened.clear()
            wire.fragments.clear()
            await wire.ask(wanted)
            if how == "as a whole":  # once the server is under way to the page that was asked for
                await wire.hear(until="new_session")
                await wire.ask(before)
            else:
                await wire.ask(before, body)
            while await wire.hear(until="script_finished", most=SILENCE):
                pass
            wire.address = name
            told.append((wanted, wire.opened[wire.opened.index(wanted) if wanted in wire.opened else 0 :]))
    return told


@pytest.mark.parametrize("how", ["at rest", "at work", "as a whole"])
def test_a_late_word_of_the_page_before_does_not_bring_it_back(server, how):
    for wanted, opened in result_of(opened_last(server, how)):
        assert opened and set(opened) == {wanted}


def test_a_reader_who_comes_back_by_the_menu_is_let_through(server):
    async def there_and_back() -> tuple[str, str]:
        async with connect(
            server.replace("http", "ws") + "/_stcore/stream", origin=server, subprotocols=["streamlit"], max_size=None
        ) as socket:
            wire = Wire(socket)
            await wire.ask("")
            await wire.hear(until="script_finished")
            first = wire.page
            for name, page in (("", wire.pages["credit"]), ("credit", first)):
                wire.address = name  # of the page that the menu is on
                await wire.ask(page)
                while await wire.hear(until="script_finished", most=SILENCE):
                    pass
            return first, wire.page

    first, last = result_of(there_and_back())
    assert first == last


def delta(path: list[int], fragment: str, block: bool) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    (message.delta.add_block if block else message.delta.new_element).SetInParent()
    return message


def stands(queue: ForwardMsgQueue) -> bool:
    """Return whether each message of a queue has what it stands on."""
    blocks = {()}
    for message in queue.flush():
        path = tuple(message.metadata.delta_path)
        if path[:-1] not in blocks:
            return False
        if message.delta.WhichOneof("type") == "add_block":
            blocks.add(path)
    return True


class Slow:
    """A session that has sent nothing of its first drawing yet: a body with a bar inside that is drawn by itself."""

    def __init__(self) -> None:
        self._browser_queue = ForwardMsgQueue()
        for message in (delta([0], "body", True), delta([0, 0], "bar", True), delta([0, 0, 0], "bar", False)):
            self._browser_queue.enqueue(message)


def test_what_stands_inside_of_a_part_that_is_drawn_again_keeps_what_it_stands_on():
    mend_late_messages()
    slow = Slow()
    AppSession._clear_queue(slow, ["body"])
    assert stands(slow._browser_queue)
    slow = Slow()
    slow._browser_queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["body"])
    assert not stands(slow._browser_queue), "the check sees nothing"
