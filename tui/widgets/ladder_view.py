"""LadderView: what client and server said to each other, as arrows between two lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.ladder import Reply, Rung, RungKind, Step, Steps
from dlms_analyzer.ladder.ladder import REPEATS
from dlms_analyzer.ladder.rungs import protection_of
from dlms_analyzer.output.ladder import step_words
from dlms_analyzer.output.spans import span_text
from tui.message_columns import Listed, info_role
from tui.session import Session
from tui.signs import GRADES, LOCK_ROLES, LOCKS
from tui.text import clip, fit
from tui.theme import Styles, styles
from tui.widgets.lines import LineList

NUMBER: Final = 7
TIME: Final = 11
SINCE: Final = 10
SIZE: Final = 8
FOLD: Final = 4
LOCK: Final = 4
GRADE: Final = 3
"""Cells of the columns beside the arrows."""
SHORT_TIME: Final = 9
"""Cells of the time where there is little room."""
ROOMY: Final = 100
"""Width from which there is room for microseconds."""
WITH_SINCE: Final = 110
"""Width from which there is room for the time since the line before."""
WITH_SIZE: Final = 130
"""Width from which there is room for the number of octets."""
MAX_FOLDED: Final = 99
"""Most folded messages that are told by number: `+99`; of more it says `+>99`."""

_LIFELINE: Final = "│"
_TAIL: Final = "─"
_DASHES: Final = "╌"
_SIGNS: Final = {
    RungKind.GAP: ("gap: ", "warning"),
    RungKind.AGAIN: ("", "note"),
    RungKind.SILENCE: ("silence: ", "dim"),
    RungKind.BEGIN: ("", "accent"),
    RungKind.END: ("end: ", "warning"),
}
_OPEN_REPLIES: Final = frozenset({Reply.MISSING, Reply.WAITING, Reply.UNFINISHED})


class _Widths(NamedTuple):
    """Cells that parts of a line have; 0 for what is not shown."""

    time: int
    since: int
    size: int
    arrows: int

    @property
    def before(self) -> int:
        """Cells before the arrows, with the blanks between."""
        columns = [NUMBER, self.time, self.since, self.size, FOLD]
        return sum(column + 1 for column in columns if column)


def _widths(width: int) -> _Widths:
    time = TIME if width >= ROOMY else SHORT_TIME
    found = _Widths(time, SINCE if width >= WITH_SINCE else 0, SIZE if width >= WITH_SIZE else 0, 0)
    return found._replace(arrows=max(width - found.before - LOCK - GRADE - 2, 10))


class LadderView(LineList):
    """A ladder with a cursor. Exchanges are folded into request and answer; space unfolds them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_fold", "Unfold", id="ladder.fold", tooltip="show all messages of the exchange"),
        Binding("right,l", "unfold", "Unfold", show=False, id="ladder.unfold"),
        Binding("left,h", "fold", "Fold", show=False, id="ladder.fold_up"),
    ]

    heading_lines = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.steps: Steps | None = None
        self._session: Session | None = None
        self._ends = ("client", "server")
        self._waiting: set[int] = set()
        """Lines that were painted while their answer was waited for."""

    def show(self, session: Session, steps: Steps, ends: tuple[str, str], cursor: int = 0) -> None:
        """Show a ladder.

        Args:
            session: has its messages.
            steps: its lines.
            ends: what to call the client and the server.
            cursor: the line with the cursor.
        """
        self._session = session
        self.steps = steps
        self._ends = ends
        self.replace(len(steps), cursor)

    def grown(self) -> None:
        """The lines are more now, or say more."""
        steps = self.steps
        if steps is None:
            return
        waiting, self._waiting = self._waiting, set()
        self.forget(min([steps.changed_line(), *waiting]))
        self.count = len(steps)

    @property
    def step(self) -> Step | None:
        """The line under the cursor."""
        steps = self.steps
        return steps[self.cursor] if steps is not None and self.cursor < len(steps) else None

    def heading_segments(self, width: int) -> Sequence[Segment]:
        """Who stands on which side."""
        widths = _widths(width)
        titles = (("No.", NUMBER), ("Time", widths.time), ("since", widths.since), ("octets", widths.size))
        before = "".join(fit(title, size, right=True) + " " for title, size in titles if size)
        client, server = self._ends
        half = widths.arrows // 2
        ends = fit(client, half) + fit(server, widths.arrows - half, right=True)
        return [Segment(f"{before}{' ' * FOLD} {ends} {fit('Sec', LOCK)} {fit('!', GRADE)}")]

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """A message as an arrow, or what happened between messages."""
        steps, session = self.steps, self._session
        app: Any = self.app
        if steps is None or session is None or session is not app.session:  # it is closed, and so are its files
            return ()
        step = steps[index]
        if step.rung.reply is Reply.WAITING:
            self._waiting.add(index)
        if step.message is None:
            return self._between(step.rung, _widths(width))
        return self._message(session, step, Listed(session, step.message), _widths(width))

    def _message(self, session: Session, step: Step, listed: Listed, widths: _Widths) -> list[Segment]:
        known = styles(self.app)
        rung, row = step.rung, listed.row
        number_style = known.mark if listed.number == session.marked else known.dim
        segments = [
            Segment(fit(str(listed.number), NUMBER, right=True), number_style),
            Segment(f" {_time(listed, widths)} ", known.dim),
        ]
        if widths.since:
            since = rung.since if step.opens else row.time - rung.time
            text = "" if since is None else f"+{span_text(since / NANOSECONDS)}"
            segments.append(Segment(fit(text, widths.since, right=True) + " ", known.dim))
        if widths.size:
            size = f"{session.table.size(listed.number):,}"
            segments.append(Segment(fit(size, widths.size, right=True) + " ", known.dim))
        segments.append(Segment(fit(self._fold_sign(step), FOLD) + " ", known.accent))
        segments += self._arrow(session, step, listed, widths.arrows)
        whole = step.closes and step.folded > 0  # the line speaks for those that are folded away
        protection = rung.protection if whole else protection_of(row.security)
        severity = rung.severity if whole else row.severity
        role = LOCK_ROLES[protection]
        segments.append(Segment(f" {fit(LOCKS[protection], LOCK)} ", known[role] if role else None))
        grade = "" if severity is None else GRADES[severity]
        segments.append(Segment(fit(grade, GRADE), known[severity.value] if severity is not None else None))
        return segments

    def _fold_sign(self, step: Step) -> str:
        """`+12` where messages are folded away, `-` where they can be."""
        if not step.opens:
            return ""
        if step.folded > 0:
            return f"+{step.folded}" if step.folded <= MAX_FOLDED else f"+>{MAX_FOLDED}"
        return "-" if self.steps is not None and self.steps.is_unfolded(step.rung.position) else ""

    def _arrow(self, session: Session, step: Step, listed: Listed, width: int) -> list[Segment]:
        """The two lifelines with what is said between them."""
        known = styles(self.app)
        room = width - 2
        style = _style_of(known, step, listed)
        text = _text(session, step, listed)
        reply = step.rung.reply
        missing = f" x {reply.value}" if step.closes and reply in _OPEN_REPLIES else ""
        room -= cell_len(missing)
        sender = listed.row.sender
        if sender is Sender.UNKNOWN:
            inside = [Segment(fit(f"  {clip(text, room - 2)}", room), style)]
        elif sender is Sender.SERVER:
            shown = clip(text, room - 5)
            inside = [
                Segment(f"<{_TAIL} {shown} ", style),
                Segment(_TAIL * (room - cell_len(shown) - 4), style),
            ]
        else:
            shown = clip(text, room - 5)
            inside = [
                Segment(f"{_TAIL} {shown} ", style),
                Segment(_TAIL * (room - cell_len(shown) - 4) + ">", style),
            ]
        lost = known.dim if reply is Reply.WAITING else known.warning
        return [Segment(_LIFELINE, known.dim), *inside, Segment(missing, lost), Segment(_LIFELINE, known.dim)]

    def _between(self, rung: Rung, widths: _Widths) -> list[Segment]:
        """What happened between messages, on a line without arrow."""
        known = styles(self.app)
        word, role = _SIGNS[rung.kind]
        room = widths.arrows - 2
        shown = clip(f"{word}{rung.text}", room - 5)
        line = f"{_DASHES * 2} {shown} "
        return [
            Segment(" " * widths.before),
            Segment(_LIFELINE, known.dim),
            Segment(line + _DASHES * (room - cell_len(line)), known[role]),
            Segment(_LIFELINE, known.dim),
        ]

    def on_click(self, event: events.Click) -> None:
        """A click on the sign before the arrow folds and unfolds."""
        widths = _widths(self.line_width)
        index = self.scroll_offset.y + event.y - self.heading_lines
        on_sign = widths.before - FOLD - 1 <= event.x < widths.before
        if on_sign and event.y >= self.heading_lines and 0 <= index < self.count:
            event.prevent_default()
            self.go(index)
            self.action_toggle_fold()

    def action_toggle_fold(self) -> None:
        """Show all messages of the exchange, or hide them again."""
        step = self.step
        if step is not None and self.steps is not None:
            if self.steps.is_unfolded(step.rung.position):
                self.action_fold()
            else:
                self.action_unfold()

    def action_unfold(self) -> None:
        """Show all messages of the exchange."""
        step, steps = self.step, self.steps
        if step is not None and steps is not None and steps.unfold(step.rung.position):
            self._resized(step)

    def action_fold(self) -> None:
        """Show the exchange as request and answer."""
        step, steps = self.step, self.steps
        if step is not None and steps is not None and steps.fold(step.rung.position):
            self._resized(step)

    def _resized(self, step: Step) -> None:
        """A rung has more lines or fewer: the cursor stays on its message, or goes to the rung."""
        steps = self.steps
        if steps is None:
            return
        start = steps.start(step.rung.position)
        self.forget(start)
        self.count = len(steps)
        self.cursor = start if step.message is None else steps.line_of(step.message)

    def trouble(self, *, backwards: bool) -> bool:
        """Go to the next line that shows trouble; whether there is one."""
        steps = self.steps
        if steps is None or not self.count:
            return False
        found = steps.ladder.trouble(steps.rung_at(self.cursor), backwards=backwards)
        if found is None:
            return False
        self.go(steps.start(found))
        return True


def _time(listed: Listed, widths: _Widths) -> str:
    """Seconds since the first message of the capture."""
    digits = 6 if widths.time == TIME else 4
    return fit(f"{listed.since_start:.{digits}f}", widths.time, right=True)


def _text(session: Session, step: Step, listed: Listed) -> str:
    """What a message says on its arrow; an answer begins with the time that it took."""
    try:
        message = listed.message
    except CaptureError as problem:
        return f"{listed.row.service}: {problem}"
    words = step_words(step, message, session.meters, show_secrets=session.show_secrets)
    if any(one.code in REPEATS for one in message.experts):
        words = f"again: {words}"
    rung = step.rung
    if listed.number == rung.answer and rung.latency is not None:
        return f"{span_text(rung.latency / NANOSECONDS)} {_TAIL} {words}"
    return words


def _style_of(known: Styles, step: Step, listed: Listed) -> Style:
    """The style of an arrow: what is wrong with the answer is wrong with it."""
    rung = step.rung
    if listed.number == rung.answer and rung.refused:
        return known.warning
    role = info_role(listed)
    return known[role] if role else Style()
