"""The ladder of an association, or of a whole conversation."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import endpoints
from dlms_analyzer.ladder import Ladder, Steps
from dlms_analyzer.ladder.ladder import STEP
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.sessions import SessionList
from dlms_analyzer.sessions.facts import meter_name
from tui.jobs import Job
from tui.screens.base import MainScreen
from tui.screens.diff import compare
from tui.session import Session
from tui.widgets.ladder_view import LadderView
from tui.widgets.lines import LineList


class LadderScreen(MainScreen):
    """Who said what to whom, in the order of time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "leave", "Back", id="ladder.leave"),
        Binding("f", "follow", "Messages", id="ladder.follow", tooltip="list only these messages"),
        Binding("e", "trouble", "Trouble", id="ladder.trouble", tooltip="next refusal, loss, lock or missing answer"),
        Binding("E", "trouble(True)", "Trouble before", show=False, id="ladder.trouble_before"),
        Binding("right_square_bracket", "beside(1)", "Next", key_display="]", id="ladder.next",
                tooltip="the next session"),
        Binding("left_square_bracket", "beside(-1)", "Previous", key_display="[", id="ladder.previous",
                tooltip="the session before"),
        Binding("d", "compare", "Diff", id="ladder.compare", tooltip="mark a message; on a second one: compare both"),
        Binding("c", "widen", "Conversation", show=False, id="ladder.widen",
                tooltip="from the association to its conversation, and back"),
        Binding("F", "last", "Follow", show=False, id="ladder.last", tooltip="stay at the newest message"),
    ]  # fmt: skip

    def __init__(self, of: Association | Conversation, sessions: SessionList, number: int | None = None) -> None:
        """Prepare.

        Args:
            of: what it is the ladder of.
            sessions: the list in which to find the next one.
            number: of the message to begin at; None for the first one.
        """
        super().__init__()
        self.of = of
        self._sessions = sessions
        self._shown: Session | None = None
        self._growing: Job | None = None
        self._wanted = number
        """Number of a message to put the cursor on as soon as its line is there."""

    def body(self) -> ComposeResult:
        """The ladder."""
        yield LadderView(id="ladder")

    @property
    def view(self) -> LadderView:
        """The ladder."""
        return self.query_one("#ladder", LadderView)

    def on_mount(self) -> None:
        """Begin in the ladder."""
        self.view.focus()

    def changed(self) -> None:
        """Climb anew: keys were added; with another capture there is nothing to climb."""
        session = self.session
        if session is None or (self._shown is not None and session is not self._shown):
            self._leave()
            return
        self._shown = session
        step = self.view.step
        self._begin(self._wanted if step is None else step.message)

    def grew(self) -> None:
        """There are more messages, maybe some of this ladder."""
        if self._growing is None or self._growing.over:
            self._grow()

    def status(self) -> str:
        """What it is the ladder of."""
        session = self._shown
        if session is None:
            return ""
        if isinstance(self.of, Conversation):
            text = f"conversation {self.of.number}"
        else:
            text = f"association {self.of.number}  {self.of.state.value}"
            name = meter_name(self.of, session.meters)
            text += f"  {name}" if name else ""
        steps = self.view.steps
        text += f"  {0 if steps is None else len(steps.ladder):,} rungs"
        return f"{text}  following (F)" if self.view.following else text

    def climb(self, of: Association | Conversation, number: int | None = None) -> None:
        """Show another ladder.

        Args:
            of: what it is the ladder of.
            number: of the message to begin at; None for the first one.
        """
        self.of = of
        self._begin(number)

    def _begin(self, number: int | None = None) -> None:
        """Begin the ladder anew, with the cursor on a message."""
        session = self._shown
        if session is None:
            return
        self._wanted = number
        steps = Steps(Ladder(session.capture, self.of))
        self.view.following = session.live and number is None
        self.view.show(session, steps, self._ends(session))
        self._grow()

    def _ends(self, session: Session) -> tuple[str, str]:
        """What stands above the two lines."""
        if isinstance(self.of, Conversation):
            return endpoints(self.of.forward.flow)
        client, server = endpoints(self.of.client_flow)
        name = meter_name(self.of, session.meters)
        lower = "" if self.of.server_lower is None else f".{self.of.server_lower}"
        server = f"{server}  SAP {self.of.server_sap}{lower}"
        return f"client {client}  SAP {self.of.client_sap}", f"{name}  {server}" if name else f"server {server}"

    def _grow(self) -> None:
        steps = self.view.steps
        if steps is None:
            return
        if self._growing is not None:
            self._growing.cancel()
            self._growing = None
        if len(steps.ladder.table) - steps.ladder.seen <= STEP:
            for _ in steps.grow():
                pass
            self._grown()
            return
        self._growing = self.analyzer_app.jobs.start(
            "climbing", steps.grow(), on_step=lambda _: self._stepped(), on_done=self._grown
        )

    def _stepped(self) -> None:
        view, steps = self.view, self.view.steps
        if steps is not None and len(steps) != view.count:
            view.grown()

    def _grown(self) -> None:
        """All messages that there are stand on the ladder."""
        view, steps = self.view, self.view.steps
        view.grown()
        if steps is not None and self._wanted is not None:
            view.go(steps.line_of(self._wanted))
            self._wanted = None
        self.update_status()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Say where the cursor is."""
        event.stop()
        self.update_status()

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Show the message in the list of messages."""
        event.stop()
        step = self.view.step
        if step is not None:
            await self.analyzer_app.show_message(step.message or step.rung.first)

    def action_leave(self) -> None:
        """Go back to the list of sessions."""
        self._leave()

    def _leave(self) -> None:
        if self._growing is not None:
            self._growing.cancel()
        _ = self.dismiss(None)  # to wait for it here would be to wait for this handler

    async def action_follow(self) -> None:
        """List the messages of the ladder."""
        kind = "conversation" if isinstance(self.of, Conversation) else "association"
        await self.analyzer_app.apply_filter(f"{kind} == {self.of.number}")

    def action_trouble(self, backwards: bool = False) -> None:
        """Go to the next trouble, or to the one before."""
        if not self.view.trouble(backwards=backwards):
            self.notify("no more trouble before this" if backwards else "no more trouble behind this", markup=False)

    def action_beside(self, by: int) -> None:
        """Climb the next session of the list, or the one before."""
        found = self._beside(by)
        if found is None:
            self.notify("this is the last session" if by > 0 else "this is the first session", markup=False)
            return
        self.climb(found)

    def _beside(self, by: int) -> Association | Conversation | None:
        session = self._shown
        if session is None:
            return None
        if isinstance(self.of, Conversation):
            return session.table.conversations.get(self.of.number + by)
        line = self._sessions.line_of(self.of)
        return None if line is None else self._sessions.beside(line, by)

    def action_widen(self) -> None:
        """Climb the ladder of the whole conversation, or of the association under the cursor."""
        step = self.view.step
        number = None if step is None else step.message
        if isinstance(self.of, Association):
            self.climb(self.of.conversation, number)
        elif step is not None and step.rung.association is not None:
            self.climb(step.rung.association, number)
        else:
            self.notify("no association said this", markup=False)

    async def action_compare(self) -> None:
        """Mark the message, or compare it with the one that is marked."""
        step = self.view.step
        if step is not None:
            await compare(self.analyzer_app, step.message or step.rung.first)
            self.view.forget()

    def action_last(self) -> None:
        """Go on with the newest message, until the cursor is moved."""
        self.view.following = True
        self.view.action_go_last()
        self.update_status()
