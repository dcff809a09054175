"""InterfaceList: the network interfaces with what passes them, and how to capture there."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Label

from dlms_analyzer.capture.capture_filter import check_capture_filter
from dlms_analyzer.capture.interfaces import InterfaceState, interface_states
from dlms_analyzer.capture.live import RING
from dlms_analyzer.cli.progress import size_text
from tui.opening import LivePlan
from tui.text import safe
from tui.widgets.table import Column, RowTable
from tui.widgets.toggles import CheckMark

INTERVAL: Final = 1.0
"""Seconds between two looks at the counters."""
REMEMBERED: Final = 20
"""Rates that are shown as a line of bars."""
TYPING: Final = 0.4
"""Seconds that the user has to rest before a filter is checked: that starts a program."""
_MIB: Final = 1 << 20
_BARS: Final = "▁▂▃▄▅▆▇█"


class Line:
    """A network interface with the rates that were seen.

    Attributes:
        state: as it is now.
        rates: packets in each interval, the latest last.
    """

    def __init__(self, state: InterfaceState) -> None:
        self.state = state
        self.rates: deque[int] = deque(maxlen=REMEMBERED)

    def update(self, state: InterfaceState) -> None:
        """Take note of the counters."""
        if state.packets is not None and self.state.packets is not None:
            self.rates.append(max(state.packets - self.state.packets, 0))
        self.state = state

    @property
    def bars(self) -> str:
        """The rates, each a bar as high as it is among them."""
        most = max(self.rates, default=0)
        return "".join(_BARS[rate * (len(_BARS) - 1) // most] if most else _BARS[0] for rate in self.rates)


class InterfaceList(Vertical):
    """Interfaces to choose from, a filter that is checked while it is typed, and options."""

    DEFAULT_CSS = """
    InterfaceList {
        #interfaces { height: 1fr; }
        Input { border: none; height: 1; background: $boost; }
        Horizontal { height: 1; }
        Horizontal Label { padding: 0 1; }
        #filter, #keep { width: 1fr; }
        #ring { width: 8; }
        #verdict { width: auto; max-width: 50%; padding: 0 1; }
        #verdict.good { color: $text-success; }
        #verdict.bad { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="interfaces.mark", tooltip="capture on several interfaces at once"),
        Binding("slash", "type", "Filter", key_display="/", id="interfaces.filter",
                tooltip="which packets, in the syntax of pcap-filter(7)"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines: dict[str, Line] = {}
        self.marked: dict[str, None] = {}
        self._typed: Timer | None = None
        self.problem: str | None = None
        """What is wrong with the filter; None when nothing is."""

    def compose(self) -> ComposeResult:
        """The list, and what is to be said about the capture."""
        yield RowTable[Line](self._columns(), id="interfaces")
        with Horizontal():
            yield Label("filter")
            yield Input(placeholder="tcp port 4059", id="filter", compact=True)
            yield Label("", id="verdict", markup=False)
        with Horizontal():
            yield CheckMark("promiscuous", value=True, id="promiscuous", compact=True)
            yield Label("ring MB")
            yield Input(str(RING // _MIB), type="integer", id="ring", compact=True)
            yield Label("keep in")
            yield Input(placeholder="nothing: save afterwards with ctrl+s", id="keep", compact=True)

    @property
    def table(self) -> RowTable[Line]:
        """The list."""
        return self.query_one("#interfaces", RowTable)

    def on_mount(self) -> None:
        """Look at the counters now and then."""
        self.look()
        self.set_interval(INTERVAL, self.look)

    def look(self) -> None:
        """Look at the counters."""
        if not self.is_on_screen and self._lines:
            return
        for state in interface_states():
            line = self._lines.get(state.name)
            if line is None:
                self._lines[state.name] = Line(state)
            else:
                line.update(state)
        self.table.show(list(self._lines.values()), self.table.cursor)

    def _columns(self) -> tuple[Column[Line], ...]:
        return (
            Column("mark", "", 3, lambda one: "[x]" if one.state.name in self.marked else "", lambda _: "mark"),
            Column("name", "Interface", 12, lambda one: one.state.name, lambda _: "bold", grow=1),
            Column("up", "", 8, _condition, lambda one: "dim" if one.state.up is False else "ok"),
            Column("rate", "packets/s", 9, lambda one: f"{one.rates[-1]:,}" if one.rates else "", right=True),
            Column("bars", "", REMEMBERED, lambda one: one.bars, lambda _: "accent", rank=2),
            Column("packets", "packets", 14, _packets, lambda _: "dim", right=True, rank=1),
            Column("octets", "octets", 9, _octets, lambda _: "dim", right=True, rank=3),
        )

    @property
    def plan(self) -> LivePlan | None:
        """What the user wants to capture; None when nothing can be."""
        row = self.table.row
        names = tuple(self.marked) or (() if row is None else (row.state.name,))
        if not names or self.problem is not None:
            return None
        text = self.query_one("#ring", Input).value
        ring = int(text) * _MIB if text.isdecimal() and int(text) else RING
        wanted, keep = (self.query_one(name, Input).value.strip() for name in ("#filter", "#keep"))
        return LivePlan(names, wanted, self.query_one("#promiscuous", CheckMark).value, ring, keep)

    def action_mark(self) -> None:
        """Mark an interface, or take the mark away, and go on to the next line."""
        row = self.table.row
        if row is None:
            return
        if row.state.name in self.marked:
            del self.marked[row.state.name]
        else:
            self.marked[row.state.name] = None
        self.table.forget()
        self.table.action_move(1)

    def action_type(self) -> None:
        """Type a filter."""
        self.query_one("#filter", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check the filter once the user rests."""
        if event.input.id != "filter":
            return
        if self._typed is not None:
            self._typed.stop()
        self._typed = self.set_timer(TYPING, self._begin_check)

    def _begin_check(self) -> None:
        self.run_worker(self.check(), exclusive=True, group="capture filter")

    async def check(self) -> None:
        """Ask whether the filter is one, and say it."""
        text = self.query_one("#filter", Input).value.strip()
        names = tuple(self.marked) or tuple(self._lines)
        self.problem = await asyncio.to_thread(check_capture_filter, text, names)
        verdict = self.query_one("#verdict", Label)
        verdict.update(safe(_short(self.problem, text) if text else ""))
        verdict.set_class(self.problem is None, "good")
        verdict.set_class(self.problem is not None, "bad")


def _short(problem: str | None, text: str) -> str:
    return "ok" if problem is None else problem.removeprefix(f"{text}: ")


def _condition(one: Line) -> str:
    if one.state.up is None:
        return "unknown"
    return "down" if not one.state.up else "loopback" if one.state.loopback else "up"


def _packets(one: Line) -> str:
    return "unknown" if one.state.packets is None else f"{one.state.packets:,}"


def _octets(one: Line) -> str:
    return "" if one.state.octets is None else size_text(one.state.octets)
