"""PortList: the serial ports, and how to listen to them."""

from __future__ import annotations

import asyncio
import re
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.baud_rate import LineSettings
from dlms_analyzer.capture.serial_tap import MAX_PORTS, list_ports
from tui.opening import SerialPlan
from tui.text import safe
from tui.widgets.table import Column, RowTable
from tui.widgets.toggles import CheckMark

_LINE: Final = re.compile(r"(\d{2,7})(?:\s+([78])([NEOneo])1)?")
USUAL: Final = "9600 8N1"


def line_settings(text: str) -> LineSettings | None:
    """The settings that a text like `9600 8N1` names; None when it names none."""
    found = _LINE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        return None
    return LineSettings(int(found[1]), int(found[2] or 8), (found[3] or "N").upper())


class PortList(Vertical):
    """Serial ports: one, or two of a tap on both wires."""

    DEFAULT_CSS = """
    PortList {
        #ports { height: 1fr; }
        Input { border: none; height: 1; background: $boost; }
        Horizontal { height: 1; }
        Horizontal Label { padding: 0 1; }
        #device, #keep { width: 1fr; }
        #line { width: 14; }
        #said { color: $text-error; height: auto; padding: 0 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="ports.mark",
                tooltip="two ports of a tap: the first one has what the client sends"),
        Binding("slash", "type", "Type a port", key_display="/", id="ports.type"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.marked: dict[str, None] = {}

    def compose(self) -> ComposeResult:
        """The list, and what is to be said about the line."""
        yield RowTable[str](self._columns(), id="ports")
        yield Label("", id="said", markup=False)
        with Horizontal():
            yield Label("other port")
            yield Input(placeholder="/dev/ttyUSB0; Enter adds it", id="device", compact=True)
        with Horizontal():
            yield Label("line")
            yield Input(USUAL, id="line", compact=True)
            yield CheckMark("mode E (starts at 300 7E1)", id="mode_e", compact=True)
            yield Label("keep in")
            yield Input(placeholder="nothing", id="keep", compact=True)

    @property
    def table(self) -> RowTable[str]:
        """The list."""
        return self.query_one("#ports", RowTable)

    def on_mount(self) -> None:
        """Look which ports there are."""
        self.look()

    def look(self) -> None:
        """Look which ports there are."""
        self.run_worker(self._look(), exclusive=True, group="ports")

    async def _look(self) -> None:
        said = ""
        try:
            found = await asyncio.to_thread(list_ports)
            said = "" if found else "no serial port was found; type its name below"
        except CaptureError as problem:
            found, said = [], str(problem)
        self.query_one("#said", Label).update(safe(said))
        self.table.show(list(dict.fromkeys([*found, *self.marked])), self.table.cursor)

    def _columns(self) -> tuple[Column[str], ...]:
        return (
            Column("mark", "", 3, lambda one: "[x]" if one in self.marked else "", lambda _: "mark"),
            Column("name", "Serial port", 20, str, lambda _: "bold", grow=1),
            Column("wire", "Carries", 26, self._wire, lambda _: "dim"),
        )

    def _wire(self, port: str) -> str:
        if len(self.marked) < MAX_PORTS or port not in self.marked:
            return ""
        return "what the client sends" if port == next(iter(self.marked)) else "what the client receives"

    @property
    def plan(self) -> SerialPlan | None:
        """What the user wants to listen to; None when that is no port or no line."""
        row = self.table.row
        ports = tuple(self.marked) or (() if row is None else (row,))
        settings = line_settings(self.query_one("#line", Input).value)
        if not ports or settings is None:
            return None
        keep = self.query_one("#keep", Input).value.strip()
        return SerialPlan(ports, settings, self.query_one("#mode_e", CheckMark).value, keep)

    def action_mark(self) -> None:
        """Mark a port, or take the mark away."""
        row = self.table.row
        if row is not None:
            self._mark(row)
            self.table.action_move(1)

    def _mark(self, port: str) -> None:
        if port in self.marked:
            del self.marked[port]
        elif len(self.marked) < MAX_PORTS:
            self.marked[port] = None
        else:
            self.notify("a tap has two wires at most", markup=False)
        self.table.forget()

    def action_type(self) -> None:
        """Type the name of a port."""
        self.query_one("#device", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Add the port that was typed."""
        if event.input.id != "device" or not event.value.strip():
            return
        event.stop()
        port = event.value.strip()
        if port not in self.marked:
            self._mark(port)
        event.input.clear()
        self.look()
        self.table.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the settings of the line."""
        if event.input.id == "line":
            wrong = line_settings(event.value) is None
            self.query_one("#said", Label).update("a line is written like 9600 8N1 or 300 7E1" if wrong else "")
