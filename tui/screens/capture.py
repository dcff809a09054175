"""Captures as a whole: open files, listen to interfaces and serial ports, stop, save, read again."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import ContentSwitcher, Tab, Tabs

from dlms_analyzer.frames import TCP, ports
from tui.opening import FilePlan, Plan
from tui.screens.base import MainScreen
from tui.screens.rules_form import RulesForm
from tui.widgets.capture_facts import CaptureFacts
from tui.widgets.file_picker import FilePicker
from tui.widgets.interface_list import InterfaceList
from tui.widgets.lines import LineList
from tui.widgets.port_list import PortList

INTERVAL: Final = 0.5
"""Seconds between two looks at the numbers of the open capture."""
FILES, INTERFACES, PORTS, CURRENT = "files", "interfaces", "ports", "current"
_TITLES: Final = {FILES: "Files", INTERFACES: "Interfaces", PORTS: "Serial ports", CURRENT: "Open capture"}


class CaptureScreen(MainScreen):
    """A tab for each kind of source, and one for what is open."""

    DEFAULT_CSS = """
    CaptureScreen {
        #kinds { height: 1; }
        #kinds Underline { display: none; }
        #panes { height: 1fr; }
        /* In very few columns the text would need the bar only while it is there, and be laid out without end. */
        #current { scrollbar-gutter: stable; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", f"pane('{FILES}')", "Files", id="capture.files"),
        Binding("i", f"pane('{INTERFACES}')", "Interfaces", id="capture.interfaces"),
        Binding("p", f"pane('{PORTS}')", "Ports", id="capture.ports"),
        Binding("c", f"pane('{CURRENT}')", "Open", id="capture.current"),
        Binding("s", "start", "Start/stop", id="capture.start", tooltip="start to listen, or stop what runs"),
        Binding("w", "app.save", "Save", id="capture.save"),
        Binding("d", "rules", "Rules", id="capture.rules",
                tooltip="how streams are framed; the capture is read again with other rules"),
    ]  # fmt: skip

    def body(self) -> ComposeResult:
        """The tabs and what is behind them."""
        yield Tabs(*(Tab(title, id=f"tab-{name}") for name, title in _TITLES.items()), id="kinds")
        with ContentSwitcher(initial=FILES, id="panes"):
            yield FilePicker(id=FILES)
            yield InterfaceList(id=INTERFACES)
            yield PortList(id=PORTS)
            with VerticalScroll(id=CURRENT):
                yield CaptureFacts(id="facts")

    @property
    def pane(self) -> str:
        """Name of the pane that is shown."""
        return self.query_one("#panes", ContentSwitcher).current or FILES

    def on_mount(self) -> None:
        """Begin with what is open, or with files when nothing is."""
        self.set_interval(INTERVAL, self._look)
        self.query_one(Tabs).can_focus = False
        self.action_pane(FILES if self.session is None else CURRENT)

    def changed(self) -> None:
        """Another capture is open."""
        self.query_one(FilePicker).begin(self.analyzer_app.recent.files)
        self._look()

    def grew(self) -> None:
        """The numbers are looked at anyway."""

    def status(self) -> str:
        """What the keys would do."""
        session = self.session
        if self.pane == FILES:
            marked = len(self.query_one(FilePicker).marked)
            return f"{self.query_one(FilePicker).folder}" + (
                f"  {marked} marked, Enter opens them as one" if marked else ""
            )
        if self.pane in (INTERFACES, PORTS):
            return "s or Enter: start; space: mark several"
        return "" if session is None else session.title

    def _look(self) -> None:
        if self.is_current and self.pane == CURRENT:
            self.query_one(CaptureFacts).show(self.session)

    def action_pane(self, name: str) -> None:
        """Show a pane."""
        self.query_one("#panes", ContentSwitcher).current = name
        tabs = self.query_one(Tabs)
        if tabs.active != f"tab-{name}":
            tabs.active = f"tab-{name}"
        for pane, title in _TITLES.items():  # also seen without colours
            self.query_one(f"#tab-{pane}", Tab).label = f"> {title}" if pane == name else title
        if name == CURRENT:
            self.query_one(f"#{CURRENT}").focus()
        else:
            self.query_one(f"#{name}").query_one(LineList).focus()
        self._look()
        self.update_status()

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        """Show the pane of a tab that was clicked."""
        name = (event.tab.id or "").removeprefix("tab-")
        if event.tabs.active == event.tab.id and name != self.pane:  # else another one was chosen meanwhile
            self.action_pane(name)

    def on_key(self, event: events.Key) -> None:
        """Leave a line with Escape, back to the list above it."""
        if event.key == "escape" and self.focused is not None and self.focused.can_focus and self.pane != CURRENT:
            event.stop()
            self.action_pane(self.pane)

    def on_file_picker_picked(self, event: FilePicker.Picked) -> None:
        """Open files."""
        self.query_one(FilePicker).marked.clear()
        self._open(FilePlan(event.paths, event.follow))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Start on the interface or port under the cursor."""
        event.stop()
        self._begin()

    def on_line_list_highlighted(self) -> None:
        """The status line says how many are marked."""
        self.update_status()

    def action_start(self) -> None:
        """Start to listen; or stop, start again or follow what is open."""
        if self.pane in (INTERFACES, PORTS):
            self._begin()
        else:
            self.analyzer_app.capturing.do(self.analyzer_app.capturing.toggle())

    def _begin(self) -> None:
        if self.pane == INTERFACES:
            self.run_worker(self._begin_live(), exclusive=True, group="begin")
            return
        plan = self.query_one(PortList).plan
        if plan is None:
            self.notify("no serial port, or the line is not written like 9600 8N1", severity="error", markup=False)
        else:
            self._open(plan)

    async def _begin_live(self) -> None:
        interfaces = self.query_one(InterfaceList)
        await interfaces.check()
        plan = interfaces.plan
        if plan is None:
            self.notify(interfaces.problem or "there is no interface", severity="error", markup=False)
        else:
            self._open(plan)

    def _open(self, plan: Plan) -> None:
        self.analyzer_app.capturing.do(self.analyzer_app.capturing.open(plan))

    def action_rules(self) -> None:
        """Change how streams are framed."""
        capturing = self.analyzer_app.capturing
        session = self.session
        options = capturing.given.options if session is None else session.options

        async def ask() -> None:
            chosen = await self.app.push_screen_wait(RulesForm(options, self._ports()))
            if chosen is not None and chosen != options:
                await capturing.reread(chosen)

        capturing.do(ask())

    def _ports(self) -> str:
        """The ports that the message under the cursor came over, as a rule would name them."""
        session, screen = self.session, self.analyzer_app.main_screen("messages")
        number = getattr(screen, "number", None)
        if session is None or not number or number > len(session.table):
            return ""
        conversation = session.table.row(number).conversation
        found = ports(conversation.forward.flow)
        if found is None:
            return ""
        name = "tcp" if conversation.transport == TCP else "udp"
        return f"message {number:,}: " + ", ".join(f"{name}.port=={port}" for port in dict.fromkeys(found))
