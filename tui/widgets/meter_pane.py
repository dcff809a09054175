"""MeterPane: what the tree of meters has under its cursor, in full: facts, a value, a profile, its history, a plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label

from dlms_analyzer.cosem.profile import Table
from dlms_analyzer.objects import AttributeRef, History, MeterObjects
from dlms_analyzer.objects.numbers import column_series, history_series, numeric_columns
from dlms_analyzer.output.exports import meter_export, table_export, values_export
from dlms_analyzer.output.facts import Fact
from dlms_analyzer.output.meter_facts import meter_facts, object_facts
from dlms_analyzer.output.profiles import column_heading
from dlms_analyzer.output.value_lines import ValueLine, value_lines
from dlms_analyzer.series import Series
from dlms_analyzer.values import Value
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text
from tui.exporting import Export
from tui.jobs import Job
from tui.meter_outline import Line
from tui.session import Session
from tui.text import safe
from tui.widgets.history_table import HistoryRows, HistoryTable
from tui.widgets.lines import LineList
from tui.widgets.plot import Picture, Plot
from tui.widgets.profile_table import ProfileTable
from tui.widgets.value_view import ValueView

if TYPE_CHECKING:
    from tui.app import AnalyzerApp

UNREADABLE: Final = "cannot be read: the message is malformed, or its octets are gone"
LONG_TRANSFER: Final = "came in a transfer of very many messages: press Enter to read it"


class View(Enum):
    """What the upper part of the pane shows."""

    VALUE = "value"
    TABLE = "table"
    PLOT = "plot"


class MeterPane(Vertical):
    """Facts about a meter or an object; of an attribute a value, or the rows of a profile, and all values seen."""

    DEFAULT_CSS = """
    MeterPane {
        #about { height: 1; width: 1fr; background: $panel; }
        #value, #table, #plot { height: 1fr; display: none; }
        #history { height: 40%; min-height: 4; border-top: solid $border-blurred; display: none; }
        &.-value #value, &.-table #table, &.-plot #plot { display: block; }
        &.-history #history { display: block; }
        &.-table #history, &.-plot #history { height: 7; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "value", "Value/table", show=False, id="meters.value",
                tooltip="the value of a profile as its table, or in full"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._session: Session | None = None
        self._line: Line | None = None
        self._history: History | None = None
        self._value: Value | None = None
        self._table: Table | None = None
        self._spelled = False
        """The value is shown in full already; that of a profile takes a while, and is asked for by a key."""
        self._view = View.VALUE
        self._bars = False
        self._column: str | None = None
        """Key of the column of a profile that is plotted."""
        self._state: object = None
        """What the facts that are shown rest on."""
        self._secrets = False
        self._jobs: list[Job] = []

    def compose(self) -> ComposeResult:
        """The name of what is shown, and its parts; most of them hidden."""
        yield Label("", id="about", markup=False)
        yield ValueView(id="value")
        yield ProfileTable(id="table")
        yield Plot(id="plot")
        yield HistoryTable(id="history")

    @property
    def _app(self) -> AnalyzerApp:
        app: Any = self.app
        return app  # type: ignore[no-any-return]

    @property
    def history(self) -> HistoryTable:
        """The table of all values."""
        return self.query_one("#history", HistoryTable)

    # Showing

    def show(self, session: Session | None, line: Line | None, *, long: bool = False) -> None:
        """Show what a line of the tree is about.

        Args:
            session: the open capture.
            line: of the tree; None for nothing.
            long: also read what takes a while.
        """
        again = line is not None and self._line is not None and line.key == self._line.key and not long
        self._session, self._line = session, line
        if line is None or session is None:
            self._show_lines("", ())
            return
        state = (line.meter.values, line.meter.revision)
        again = again and session.show_secrets == self._secrets
        if again and state == self._state:
            return
        self._state, self._secrets = state, session.show_secrets
        ref = line.attribute
        if ref is not None and line.meter.numbers(ref):
            if again and self._history is not None and self._history.meter is line.meter:
                self.grow()
            else:
                self._show_attribute(line, ref, long=long)
        elif line.object is not None:
            facts = object_facts(line.meter, line.object, show_secrets=session.show_secrets)
            self._show_facts(_object_title(line), facts)
        else:
            self._show_facts(line.meter.model.called, meter_facts(line.meter, session.table))

    def grow(self) -> None:
        """There may be more values of the attribute."""
        history = self._history
        if history is None or any(not job.over for job in self._jobs):
            return
        if len(history.meter.numbers(history.ref)) > history.accessed:
            self._collect(history)

    def _show_facts(self, title: str, facts: Iterable[Fact]) -> None:
        self._show_lines(title, [ValueLine(0, one.name, one.text) for one in facts])

    def _show_lines(self, title: str, lines: Iterable[ValueLine]) -> None:
        self._stop()
        self._history = self._value = self._table = None
        self.remove_class("-history")
        self._about(title)
        self.query_one(ValueView).show(list(lines))
        self._look(View.VALUE)

    def _show_attribute(self, line: Line, ref: AttributeRef, *, long: bool) -> None:
        """Show the latest value of an attribute and begin to collect all others."""
        self._stop()
        meter = line.meter
        self._history = History(meter, ref)
        self._view = View.TABLE if ref.is_profile else View.VALUE
        self.add_class("-history")
        if line.object is not None:
            meter.prepare(line.object)
        number = meter.numbers(ref)[-1]
        waits = meter.is_long(number) and not long
        self._show_value(None if waits else meter.latest(ref), LONG_TRANSFER if waits else UNREADABLE)
        self._collect(self._history)

    def _collect(self, history: History) -> None:
        table = self.history
        rows = HistoryRows(history, show_secrets=self._session is not None and self._session.show_secrets)
        at_end = table.cursor >= len(table.rows) - 1 or not table.rows or _history_of(table) is not history
        if _history_of(table) is not history:
            table.show(rows)

        def step(_: object) -> None:
            table.forget()
            table.grown()

        def done() -> None:
            cursor = len(rows) - 1 if at_end else table.cursor
            table.show(rows, cursor)
            if self._view is View.PLOT and self._table is None:
                self._draw()

        self._begin("history", history.collect(), on_step=step, on_done=done)

    def _show_value(self, value: Value | None, missing: str = UNREADABLE) -> None:
        """Show a value, as a table when it is a profile; what to say when there is none."""
        self._value = value
        self._table = None if value is None or value.secret is not None else value.table
        session, line = self._session, self._line
        if session is None or line is None:
            return
        self._about(_attribute_title(line))
        if value is None:
            self.query_one(ValueView).show([ValueLine(0, "value", missing, "warning")])
            self._look(View.VALUE)
            return
        self._spelled = False
        if self._table is not None:
            self.query_one(ProfileTable).show(self._table)
            problem = f"  [{self._table.problem}]" if self._table.problem else ""
            self._about(f"{_attribute_title(line)}: {counted(len(self._table.rows), 'row')}{problem}")
        if self._view is not View.PLOT:
            self._look(self._view)
        elif self._table is not None:
            self._draw_column(self._table)

    def _about(self, text: str) -> None:
        self.query_one("#about", Label).update(safe(text))

    def _look(self, view: View) -> None:
        """Show one of the views; that of a value where there is no table."""
        if view is View.TABLE and self._table is None:
            view = View.VALUE
        if view is View.VALUE and not self._spelled and self._value is not None and self._session is not None:
            self._spelled = True
            lines = value_lines(self._value, show_secrets=self._session.show_secrets)
            self.query_one(ValueView).show(list(lines))
        for one in View:
            self.set_class(one is view, f"-{one.value}")

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Show the value under the cursor of the history."""
        history = self._history
        if event.list is not self.history or history is None or _history_of(self.history) is not history:
            return
        event.stop()
        if event.index < len(history) and not history.meter.is_long(history.message(event.index)):
            value = history.value(event.index)
            if value is not self._value:
                self._show_value(value)

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Show the message that revealed a value."""
        event.stop()
        number = None
        if event.list is self.history and self.history.row is not None:
            number = self.history.row.message
        elif event.list is not self.history and self._value is not None:
            number = self._value.message
        if number is not None:
            await self._app.show_message(number)

    def action_value(self) -> None:
        """Show a profile as its table, or in full."""
        self._view = View.VALUE if self._view is View.TABLE else View.TABLE
        self._look(self._view)

    # Plots

    @property
    def plots(self) -> bool:
        """A plot is shown."""
        return self.has_class("-plot")

    def toggle_plot(self) -> None:
        """Show the numbers of a history or of a column of a profile as a plot, or the value again."""
        if self.plots:
            ref = None if self._history is None else self._history.ref
            self._view = View.TABLE if ref is not None and ref.is_profile else View.VALUE
            self._look(self._view)
            return
        if self._history is None:
            self.notify("there are no values to plot here: choose an attribute", markup=False)
            return
        self._view = View.PLOT
        self._draw()

    def toggle_bars(self) -> None:
        """Bars in place of a line, or the other way round."""
        self._bars = not self._bars
        if self.plots:
            self._draw()

    def plot_columns(self) -> list[tuple[str, str]]:
        """Key and name of the columns of the profile that have numbers."""
        table = self._table
        if table is None:
            return []
        return [(table.columns[at].key, column_heading(table.columns[at])) for at in numeric_columns(table)]

    def plot_column(self, key: str) -> None:
        """Plot another column of the profile."""
        self._column = key
        self._view = View.PLOT
        self._draw()

    def _draw(self) -> None:
        """Plot what is shown."""
        self._look(View.PLOT)
        if self._table is not None:
            self._draw_column(self._table)
            return
        history = self._history
        if history is None or self._line is None:
            return
        title = _attribute_title(self._line)
        plot = self.query_one(Plot)

        def step(series: Series) -> None:
            plot.show(Picture(title, (series,), bars=self._bars))

        self._begin("plotting", history_series(history, title), on_step=step)

    def _draw_column(self, table: Table) -> None:
        columns = numeric_columns(table)
        chosen = next((at for at in columns if table.columns[at].key == self._column), next(iter(columns), None))
        plot = self.query_one(Plot)
        if chosen is None:
            plot.show(None)
            return
        series = column_series(table, chosen)
        across = ""
        if not len(series):
            series, across = column_series(table, chosen, by_row=True), "row"
        more = f"  (c: {len(columns)} columns)" if len(columns) > 1 else ""
        plot.show(Picture(f"{series.name}{more}", (series,), bars=self._bars, across=across))

    # Jobs

    def _begin(self, name: str, steps: Iterator[Any], **calls: Any) -> None:
        self._jobs = [job for job in self._jobs if not job.over]
        self._jobs.append(self._app.jobs.start(name, steps, **calls))

    def _stop(self) -> None:
        """Something else is shown: what was begun for it is not wanted any more."""
        for job in self._jobs:
            job.cancel()
        self._jobs = []

    # Exports

    def exports(self) -> list[Export]:
        """What can be exported of what is shown."""
        session, line = self._session, self._line
        if session is None or line is None:
            return []
        secrets = session.show_secrets
        found = []
        title, value, table, history = _attribute_title(line), self._value, self._table, self._history
        if table is not None and value is not None:
            found.append(Export("the rows of the profile", title, lambda form: table_export(value, table, form)))
        elif value is not None:
            found.append(Export("the value", title, lambda form: values_export([value], form, show_secrets=secrets)))
        if history is not None:
            name = f"{title} history"
            found.append(
                Export("its history", name, lambda form: values_export(history.values(), form, show_secrets=secrets))
            )
        meter: MeterObjects = line.meter
        found.append(
            Export(
                f"all objects of {meter.model.called}",
                meter.model.called,
                lambda form: meter_export(meter, form, show_secrets=secrets),
            )
        )
        return found


def _history_of(table: HistoryTable) -> History | None:
    return table.rows.history if isinstance(table.rows, HistoryRows) else None


def _object_title(line: Line) -> str:
    ref = line.object
    if ref is None:
        return line.meter.model.called
    if ref.logical_name is None:
        return "values of unknown objects" if ref.base_name is None else f"short name {ref.base_name:04X}"
    name = line.meter.model.object_name(ref.class_id, ref.logical_name)
    return f"{logical_name_text(ref.logical_name)} {name}"


def _attribute_title(line: Line) -> str:
    return _object_title(line) if line.member is None else f"{_object_title(line)}, {line.member.name}"
