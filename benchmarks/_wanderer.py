"""A reader who uses everything: any control of any page, messages that come late, clicks faster than the answers."""

import asyncio
import json
from collections import deque
from random import Random

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks._controls import EVENTS, Control, chosen, control_of, shown
from benchmarks._session import LIMIT, Answer, Session

LATE = 60  # controls that are gone and still remembered
SILENCE = 0.25  # s without an answer after which none is expected: a message to what is gone gets none
UNSURE = 10.0  # s: after a click that was not waited for, the fragment that is asked may be gone
HOME, CLOSED = 0.5, 0.9  # how often the next page is the first one, and how often groups are left as they are
GAP = 0.01  # s between two messages of one server
TURN_PAGE, SEND_LATE, HURRY, WATCH = 0.06, 0.12, 0.1, 0.15  # how often each is done


class Wanderer(Session):
    """An open page all of whose controls are known, those of earlier runs among them."""

    def __init__(self, connection, query: str) -> None:
        super().__init__(connection, query)
        self.controls: dict[str, Control] = {}
        self.gone: deque[Control] = deque(maxlen=LATE)
        self.pages: list[str] = []
        self._drawn: set[str] = set()  # controls of the present run
        self._running: set[str] = set()  # its fragments; none where it draws the whole page
        self._is_drawing = False
        self._hurries = False  # whether an answer is still to come
        self._watched: set[str] = set()  # fragments that ask to be run now and then

    @property
    def watched(self) -> list[str]:
        """Fragments that ask to be run now and then, as progress does."""
        return sorted(self._watched)

    @property
    def query(self) -> str:
        """The query of the address bar."""
        return self._state.rerun_script.query_string

    async def step(self, rng: Random) -> Answer:
        """Do one thing that a reader, or a slow line, may do."""
        dice = rng.random()
        if dice < TURN_PAGE:
            return await self.turn(rng.choice(self.pages), keeps=rng.random() < 0.5)
        if dice < TURN_PAGE + SEND_LATE and self.gone:
            return await self.use(rng.choice(self.gone), rng, late=True)
        if dice < TURN_PAGE + SEND_LATE + WATCH and self._watched:
            return await self.glance(rng.choice(self.watched))
        if not self.controls:
            return await self.turn(self.pages[0], keeps=False)
        control = self.controls[rng.choice(sorted(self.controls))]
        return await self.use(control, rng, hurried=rng.random() < HURRY)

    async def read_on(self, rng: Random) -> Answer:
        """Do one thing that a reader does who waits for every answer: turn the page, or change what is on it."""
        if rng.random() < TURN_PAGE or not self.controls:
            return await self.turn(self.pages[0] if rng.random() < HOME else rng.choice(self.pages), keeps=True)
        closed = [name for name, control in self.controls.items() if control.kind != "expandable"]
        return await self.use(
            self.controls[rng.choice(sorted(closed if rng.random() < CLOSED else self.controls))], rng
        )

    async def turn(self, page: str, keeps: bool) -> Answer:
        """Go to another page; `keeps`: the browser still tells the values of the page before."""
        rerun = self._state.rerun_script
        rerun.page_script_hash, rerun.fragment_id = page, ""
        if not keeps:
            del rerun.widget_states.widgets[:]
        return await self._ask(LIMIT)

    async def use(self, control: Control, rng: Random, late: bool = False, hurried: bool = False) -> Answer:
        """Bring a control to another state; `late`: it is gone by now, `hurried`: do not wait for the answer."""
        state = chosen(control, rng)
        self._state.rerun_script.fragment_id = control.fragment
        trigger = state.WhichOneof("value") in ("trigger_value", "json_trigger_value")
        self._put(state)
        if hurried:
            await self._connection.send(self._state.SerializeToString())
            answer, self._hurries = Answer(), True
        else:
            answer = await self._ask(SILENCE if late else LIMIT)
        if trigger or late:
            self._forget(state.id)
        return answer

    async def tell(self, control: Control, event: str, value: object, fragment: str) -> Answer:
        """Send what a component has to say, as browsers do where one of that fragment speaks in the same moment."""
        self._state.rerun_script.fragment_id = fragment
        state = WidgetState(
            id=EVENTS.format(control.id), json_trigger_value=json.dumps([{"event": event, "value": value}])
        )
        self._put(state)
        answer = await self._ask(LIMIT)
        self._forget(state.id)
        return answer

    async def use_all_gone(self, rng: Random) -> Answer:
        """Tell of a change of everything that is gone, in one message that draws the page anew."""
        states = [chosen(control, rng) for control in self.gone]
        for state in states:
            self._put(state)
        self._state.rerun_script.fragment_id = ""
        answer = await self._ask(LIMIT)
        for state in states:
            self._forget(state.id)
        return answer

    async def glance(self, fragment: str) -> Answer:
        """Let a fragment run that asked to be run now and then."""
        rerun = self._state.rerun_script
        rerun.fragment_id, rerun.is_auto_rerun = fragment, True
        answer = await self._ask(SILENCE)
        rerun.is_auto_rerun = False
        return answer

    async def _ask(self, patience: float) -> Answer:
        """Send the page's state, and take in all that comes until the server falls silent."""
        answer = await self._rerun(min(patience, UNSURE) if self._hurries else patience)
        self._hurries = self._is_drawing or not answer.messages
        while await self._more(answer):
            pass
        return answer

    async def _more(self, answer: Answer) -> bool:
        """Return whether there was a message after the answer, of another run that was under way or of none."""
        try:
            data = await asyncio.wait_for(self._connection.recv(decode=False), LIMIT if self._is_drawing else GAP)
        except TimeoutError:
            return False
        self._take(ForwardMsg.FromString(data), answer)
        return True

    def _take(self, message: ForwardMsg, answer: Answer) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._is_drawing = True
            self._drawn, self._running = set(), set(message.metadata.run.fragment_ids)
            self._watched = self._watched if self._running else set()
        elif kind == "auto_rerun":
            self._watched.add(message.auto_rerun.fragment_id)
        elif kind == "stop_auto_rerun":
            self._watched -= set(message.stop_auto_rerun.fragment_ids)
        elif kind == "navigation":
            self.pages = [page.page_script_hash for page in message.navigation.app_pages]
        elif kind == "delta":
            self._take_control(message)
        return super()._take(message, answer)

    def _take_control(self, message: ForwardMsg) -> None:
        delta = message.delta
        inner = delta.new_element if delta.WhichOneof("type") == "new_element" else delta.add_block
        control = control_of(inner, inner.WhichOneof("type"), delta.fragment_id)
        if control is None:
            return
        self._drawn.add(control.id)
        known = control.id in self.controls
        self.controls[control.id] = control
        state = shown(control)
        if state is not None and (not known or getattr(control.proto, "set_value", False)):
            self._put(state)

    def _ended(self, status: int, answer: Answer) -> bool:
        finished = super()._ended(status, answer)
        self._is_drawing = not finished
        if finished:
            for name in [name for name in self.controls if self._is_gone(name)]:
                self.gone.append(self.controls.pop(name))
                self._forget(name)
        return finished

    def _is_gone(self, name: str) -> bool:
        """Return whether the run that ended should have drawn it and did not."""
        of_run = not self._running or self.controls[name].fragment in self._running
        return of_run and name not in self._drawn

    def _put(self, state: WidgetState) -> None:
        self._forget(state.id)
        self._state.rerun_script.widget_states.widgets.append(state)

    def _forget(self, name: str) -> None:
        states = self._state.rerun_script.widget_states.widgets
        for place in reversed(range(len(states))):
            if states[place].id == name:
                del states[place]
