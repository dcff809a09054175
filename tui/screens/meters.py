"""The meters of the capture: their objects as a tree, every value that was seen, profiles as tables, and plots."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from dlms_analyzer.objects import ObjectIndex
from dlms_analyzer.objects.search import Hit, find
from dlms_analyzer.words import counted
from tui.exporting import export
from tui.jobs import Job
from tui.rest import Rest
from tui.screens.base import MainScreen
from tui.screens.dialog import Choose
from tui.session import Session
from tui.widgets.history_table import HistoryTable
from tui.widgets.lines import LineList
from tui.widgets.meter_pane import MeterPane
from tui.widgets.meter_tree import MeterTree
from tui.widgets.plot import Plot

GROWTH: Final = 0.25
"""Seconds between two times that the tree is painted again while objects are gathered."""


class MetersScreen(MainScreen):
    """The tree to the left, what is under its cursor to the right."""

    DEFAULT_CSS = """
    MetersScreen {
        LineList { overflow-y: scroll; }
        #left { width: 42%; min-width: 30; border-right: solid $border-blurred; }
        #pane { width: 1fr; }
        #search { display: none; height: 1; border: none; padding: 0; background: $panel; }
        &.searching #search { display: block; }
        &.only-tree #pane { display: none; }
        &.only-tree #left { width: 1fr; border-right: none; }
        &.only-pane #left { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "plot", "Plot", id="meters.plot", tooltip="plot the history, or a column of the profile"),
        Binding("b", "bars", "Bars", show=False, id="meters.bars", tooltip="plot bars, or a line"),
        Binding("c", "column", "Column", show=False, id="meters.column", tooltip="choose the column to plot"),
        Binding("x", "export", "Export", id="meters.export", tooltip="CSV or JSON, to a file or the clipboard"),
        Binding("ctrl+f", "search", "Find", id="meters.search", tooltip="find an object by OBIS code or name"),
        Binding("z", "zoom", "Panes", id="meters.zoom", tooltip="tree and details, only the tree, only the details"),
        Binding("r", "gather", "Go on", show=False, id="meters.gather", tooltip="gather on after it was cancelled"),
        Binding("escape", "leave", "Back", show=False, id="meters.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._index: ObjectIndex | None = None
        self._of: Session | None = None
        """The session that the index is of."""
        self._gathering: Job | None = None
        self._finding: Job | None = None
        self._begun: Hit | None = None
        """Where the search began."""
        self._found: Hit | None = None
        self._rest = Rest(self, self._show_details)
        self._painted = 0.0

    def body(self) -> ComposeResult:
        """The two panes."""
        with Horizontal():
            with Vertical(id="left"):
                yield MeterTree(id="meters")
                yield Input(placeholder="OBIS code or name", id="search")
            yield MeterPane(id="pane")

    @property
    def objects(self) -> MeterTree:
        """The left pane."""
        return self.query_one("#meters", MeterTree)

    @property
    def pane(self) -> MeterPane:
        """The right pane."""
        return self.query_one("#pane", MeterPane)

    def on_mount(self) -> None:
        """Begin in the tree."""
        self.objects.focus()

    # Gathering

    def changed(self) -> None:
        """Gather the objects anew if the capture is another one, or keys were added; else only paint them anew."""
        session = self.session
        show_secrets = session is not None and session.show_secrets
        if self._index is not None and session is self._of and not self._index.outdated:
            self.objects.show_secrets = show_secrets
            for shown in self.query(LineList):
                shown.forget()
            self.query_one(Plot).refresh()
            self.pane.show(session, self.objects.line)
            return
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self._of, self._begun, self._found = session, None, None
        self._index = None if session is None else ObjectIndex(session.capture, session.meters)
        self.objects.use(self._index, show_secrets=show_secrets)
        self.pane.show(None, None)
        self._gather()

    def grew(self) -> None:
        """There are more messages."""
        if self._gathering is None or not self._gathering.cancelled:
            self._gather()

    def action_gather(self) -> None:
        """Go on after gathering was cancelled."""
        self._gather()

    def _gather(self) -> None:
        if self._index is None or (self._gathering is not None and not self._gathering.over):
            return
        index = self._index
        if index.settled:
            return

        def step(_: object) -> None:
            if monotonic() - self._painted > GROWTH:
                self._repaint()

        reading = self._of is not None and not self._of.ended  # what the user waits for is that, and it says so
        self._gathering = self.analyzer_app.jobs.start(
            "objects", index.gather(), on_step=step, on_done=self._done, background=reading
        )

    def _done(self) -> None:
        self._gathering = None
        self._repaint()

    def _repaint(self) -> None:
        self._painted = monotonic()
        self.objects.grown()
        if not self._rest.awaited:
            self.pane.show(self.session, self.objects.line)
        self.update_status()

    def status(self) -> str:
        """How many meters and values, and how far gathering is."""
        if self.session is None or self._index is None:
            return "no capture is open: press 7"
        done, total, values = self._index.progress
        meters = len(self._index.meters)
        text = f"{counted(meters, 'meter')}, {counted(values, 'value')}"
        if done < total:
            stopped = self._gathering is not None and self._gathering.cancelled
            text += f"  {done * 100 // total}%{' (stopped: r goes on)' if stopped else ''}"
        return text

    # The panes

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Show what is under the cursor of the tree, once the cursor rests."""
        if event.list is not self.objects:
            return
        self._rest.begin()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Open or close what can be opened; of an attribute go to its values."""
        if event.list is not self.objects or self.objects.toggle():
            return
        self._show_details(long=True)
        self.remove_class("only-tree")
        self.query_one(HistoryTable).focus()

    def _show_details(self, *, long: bool = False) -> None:
        self._rest.stop()
        self.pane.show(self.session, self.objects.line, long=long)

    def action_zoom(self) -> None:
        """Tree and details, only the tree, only the details."""
        if self.has_class("only-tree"):
            self.remove_class("only-tree")
            self.add_class("only-pane")
            self.pane.query_one(HistoryTable).focus()
        elif self.has_class("only-pane"):
            self.remove_class("only-pane")
            self.objects.focus()
        else:
            self.add_class("only-tree")
            self.objects.focus()

    def action_leave(self) -> None:
        """Leave the search or the plot; cancel what is going on when there is neither."""
        if self.has_class("searching"):
            self.remove_class("searching")
            self.objects.focus()
        elif self.pane.plots:
            self.pane.toggle_plot()
        else:
            self.analyzer_app.action_cancel()
            self.update_status()

    # Plots and exports

    def action_plot(self) -> None:
        """Plot the numbers that are shown, or show them again."""
        self._rest.hurry()
        self.pane.toggle_plot()

    def action_bars(self) -> None:
        """Plot bars, or a line."""
        self.pane.toggle_bars()

    def action_column(self) -> None:
        """Choose the column of a profile that is plotted."""
        columns = self.pane.plot_columns()
        if not columns:
            self.notify("this is no profile with columns of numbers", markup=False)
            return

        def chosen(at: int | None) -> None:
            if at is not None:
                self.pane.plot_column(columns[at][0])

        _ = self.app.push_screen(Choose("Plot which column?", [name for _, name in columns]), chosen)

    def action_export(self) -> None:
        """Export what is shown."""
        self._rest.hurry()
        exports = self.pane.exports()
        if not exports:
            self.notify("there is nothing to export yet", markup=False)
            return
        self.run_worker(export(self.analyzer_app, exports), exclusive=True, group="export")

    # Search

    def action_search(self) -> None:
        """Find an object by its OBIS code or its name."""
        self.remove_class("only-pane")
        self.add_class("searching")
        line = self.objects.line
        self._begun = self._found = None if line is None else Hit(line.meter, line.object)
        self.query_one("#search", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Go to the first object that is called so, from where the cursor was on."""
        self._find(event.value, self._begun, inclusive=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the next object that is called so."""
        self._find(event.value, self._found, inclusive=False)

    def _find(self, text: str, after: Hit | None, *, inclusive: bool) -> None:
        if self._index is None or not text:
            return
        if self._finding is not None:
            self._finding.cancel()
        hits: list[Hit] = []

        def step(found: Hit | int) -> None:
            if isinstance(found, Hit):
                hits.append(found)

        def done() -> None:
            if hits:
                self._found = hits[0]
                self.objects.point(hits[0].meter, hits[0].object)
            self.query_one("#search", Input).set_class(not hits, "-invalid")

        steps = find(self._index, text, after, inclusive=inclusive)
        self._finding = self.analyzer_app.jobs.start("finding", steps, on_step=step, on_done=done)
