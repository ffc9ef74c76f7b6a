"""One reader without a browser: Streamlit's own protocol (BackMsg up, ForwardMsg down) over a websocket."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

LIMIT = 60.0  # s that an answer may take
CAPTION = re.compile(rb"weight scale:? (\d+(?:\.\d+)?)", re.IGNORECASE)


@dataclass
class Answer:
    """The answer to one rerun: seconds from the change to the end of the script, and what was in it."""

    seconds: float = 0.0
    messages: int = 0
    size: int = 0  # bytes
    errors: list[str] = field(default_factory=list)
    charts: list[bytes] = field(default_factory=list)

    def scales(self) -> set[float]:
        """Return the weight scales that the charts' captions name."""
        return {float(found) for chart in self.charts for found in CAPTION.findall(chart)}


class Session:
    """An open page. What it may send is what a browser would: the query string, the page, and the changed widget."""

    def __init__(self, connection: ClientConnection, query: str) -> None:
        self._connection = connection
        self._state = BackMsg()
        self._state.rerun_script.query_string = query
        self._state.rerun_script.context_info.color_scheme = "light"
        self.sliders: dict[str, Slider] = {}  # by label
        self._fragments: dict[str, str] = {}  # widget's id to the fragment it reruns

    @classmethod
    async def open(cls, port: int, query: str = "") -> tuple[Self, Answer]:
        """Connect and let the page be drawn for the first time."""
        connection = await connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            origin=f"http://127.0.0.1:{port}",  # pyright: ignore[reportArgumentType]
            subprotocols=["streamlit"],  # pyright: ignore[reportArgumentType]
            compression=None,
            max_size=None,
        )
        session = cls(connection, query)
        return session, await session._rerun()

    async def close(self) -> None:
        await self._connection.close()

    async def move(self, label: str, value: float) -> Answer:
        """Set a slider to a value and wait for the answer."""
        slider, rerun = self.sliders[label], self._state.rerun_script
        rerun.fragment_id = self._fragments[slider.id]
        states = rerun.widget_states.widgets
        state = next((state for state in states if state.id == slider.id), None) or states.add(id=slider.id)
        state.double_array_value.data[:] = [value]
        return await self._rerun()

    async def _rerun(self, limit: float = LIMIT) -> Answer:
        """Ask for a run and take in all that it sends.

        A closed connection is an error of the answer, and so is silence, unless it was allowed by a short limit.
        """
        answer, start = Answer(), time.perf_counter()
        try:
            await self._connection.send(self._state.SerializeToString())
            await asyncio.wait_for(self._receive(answer), limit)
        except TimeoutError:
            answer.errors += [f"no answer within {limit:g} s"] if limit >= LIMIT else []
        except WebSocketException as error:
            answer.errors.append(f"{type(error).__name__}: {error}")
        answer.seconds = time.perf_counter() - start
        return answer

    async def _receive(self, answer: Answer) -> None:
        finished = False
        while not finished:
            data = await self._connection.recv(decode=False)
            answer.messages += 1
            answer.size += len(data)
            finished = self._take(ForwardMsg.FromString(data), answer)

    def _take(self, message: ForwardMsg, answer: Answer) -> bool:
        """Note what matters of a message; True for the one that ends a run."""
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take_element(message.delta.new_element, message.delta, answer)
        elif kind == "page_info_changed":
            self._state.rerun_script.query_string = message.page_info_changed.query_string
        elif kind == "navigation":
            self._state.rerun_script.page_script_hash = message.navigation.page_script_hash
        elif kind == "script_finished":
            return self._ended(message.script_finished, answer)
        return False

    def _take_element(self, element: Element, delta: Delta, answer: Answer) -> None:
        kind = element.WhichOneof("type")
        if kind == "slider":
            self.sliders[element.slider.label] = element.slider
            self._fragments[element.slider.id] = delta.fragment_id
        elif kind == "exception":
            answer.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "bidi_component" and element.bidi_component.bytes:
            answer.charts.append(element.bidi_component.bytes)
        elif kind == "plotly_chart":
            answer.charts.append(element.plotly_chart.spec.encode() + element.plotly_chart.alt.encode())

    def _ended(self, status: int, answer: Answer) -> bool:
        """Return whether a run is over; one that a callback stopped in favour of a fragment goes on."""
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            answer.errors.append("the script does not compile")
        return status != ForwardMsg.FINISHED_EARLY_FOR_RERUN
