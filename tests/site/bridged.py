"""A whole session on the bridge, in a Python of its own that starts no thread: prints what it met, as JSON."""

import asyncio
import json
import logging
import sys
import threading
from pathlib import Path

from streamlit.logger import get_logger
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import ui.platform
from bridge.server import Server

ROOT = Path(__file__).parents[2]


class Reader:
    """The page's side of the websocket."""

    def __init__(self, server: Server) -> None:
        self.kinds, self.exceptions, self.finished = [], [], asyncio.Event()
        self.socket = server.connect("", ["streamlit"], self.hear)

    def hear(self, kind: str, data) -> None:
        if kind == "message":
            message = ForwardMsg.FromString(data)
            self.kinds.append(message.WhichOneof("type"))
            if self.kinds[-1] == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                self.exceptions.append(message.delta.new_element.exception.message)
            if self.kinds[-1] == "script_finished":
                self.finished.set()

    async def run(self, query: str) -> None:
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.context_info.color_scheme = "light"
        self.finished.clear()
        self.socket.receive(message.SerializeToString())
        await asyncio.wait_for(self.finished.wait(), 120)


async def main() -> dict:
    ui.platform.PLATFORM = ui.platform.BROWSER  # before a page asks for it
    started = []
    real, threading.Thread.start = threading.Thread.start, lambda thread: started.append(thread.name)
    server = Server(str(ROOT / "app.py"))
    assert threading.Thread.start is not real
    await server.start()
    reader = Reader(server)
    await reader.run("cell=lstm&steps=9")
    await reader.run("cell=gru&steps=8")
    status, _, body = await server.request("GET", "/_stcore/health", "", [], b"")
    missing = (await server.request("GET", "/media/none.csv", "", [], b""))[0]
    reader.socket.close()
    return {
        "kinds": sorted(set(reader.kinds)),
        "exceptions": reader.exceptions,
        "threads": started + [thread.name for thread in threading.enumerate()][1:],
        "health": [status, body.decode()],
        "missing": missing,
        "remarks": get_logger("streamlit.runtime.app_session").isEnabledFor(logging.INFO),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.stdout.write(json.dumps(asyncio.run(main())))
