"""The statistics: what is much, what is slow, what goes wrong; in sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.output.spans import span_text
from dlms_analyzer.series import Series
from dlms_analyzer.statistics import Bucket, MeterParty, Party, Statistics
from dlms_analyzer.words import counted
from tui.screens.gathering import GatheringScreen, Work
from tui.session import Session
from tui.text import safe
from tui.widgets.lines import LineList
from tui.widgets.message_list import MessageList, MessageRows
from tui.widgets.plot import Picture, Plot
from tui.widgets.statistics_tables import (
    BAND_COLUMNS,
    CODES,
    FIELDS,
    PARTY_COLUMNS,
    PARTY_ORDERS,
    SHARE_COLUMNS,
    TIMES_COLUMNS,
    BandRow,
    ShareRow,
    TimesRow,
    band_rows,
    meter_label,
    percent_text,
    share_rows,
    sorted_parties,
    times_rows,
)
from tui.widgets.table import RowTable

SECTIONS: Final = {
    "overview": "Overview",
    "times": "Response times",
    "timeline": "Over time",
    "meters": "Meters",
    "conversations": "Conversations",
    "slowest": "Slowest",
}
"""Identifiers of the sections and their titles, in their order."""
_FOCUS: Final = {
    "overview": "#shares",
    "times": "#scopes",
    "timeline": "#timeline",
    "meters": "#parties-meters",
    "conversations": "#parties-conversations",
    "slowest": "#slow",
}
"""What the keys go to in each section."""


class StatisticsScreen(GatheringScreen):
    """A summary, and below it one of several sections."""

    DEFAULT_CSS = """
    StatisticsScreen {
        #summary { height: auto; max-height: 3; padding: 0 1; background: $surface; }
        #sections { height: 1; }
        #sections Underline { display: none; }
        ContentSwitcher { height: 1fr; }
        ContentSwitcher > * { height: 1fr; }
        #scopes { height: 2fr; min-height: 4; }
        #bands { height: 3fr; min-height: 4; border-top: solid $border-blurred; }
        #octets { border-top: solid $border-blurred; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "section(-1)", "Section before", show=False, id="statistics.before"),
        Binding("right,l", "section(1)", "Sections", key_display="<- ->", id="statistics.next",
                tooltip="show the next section"),
        Binding("s", "sort", "Sort", id="statistics.sort", tooltip="meters and conversations by another column"),
        Binding("b", "bars", "Bars", id="statistics.bars", tooltip="plots as bars or as lines"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._statistics: Statistics | None = None
        self._order = PARTY_ORDERS[0]
        self._bars = False

    def body(self) -> ComposeResult:
        """Summary, titles of the sections, the sections."""
        yield Static(id="summary", markup=False)
        yield Tabs(*(Tab(title, id=name) for name, title in SECTIONS.items()), id="sections")
        with ContentSwitcher(initial="section-overview"):
            with Vertical(id="section-overview"):
                yield RowTable[ShareRow](SHARE_COLUMNS, id="shares")
            with Vertical(id="section-times"):
                yield RowTable[TimesRow](TIMES_COLUMNS, id="scopes")
                yield RowTable[BandRow](BAND_COLUMNS, id="bands")
            with Vertical(id="section-timeline"):
                yield Plot(id="timeline")
                yield Plot(id="octets")
            for name in ("meters", "conversations"):
                with Vertical(id=f"section-{name}"):
                    yield RowTable[Party](PARTY_COLUMNS, id=f"parties-{name}")
            with Vertical(id="section-slowest"):
                yield MessageList(id="slow")

    @property
    def section(self) -> str:
        """The section that is shown."""
        return self.query_one("#sections", Tabs).active or "overview"

    def on_mount(self) -> None:
        """Begin with the overview."""
        self._focus()

    def begin(self, session: Session | None) -> None:
        """Forget all counts."""
        self._statistics = None if session is None else Statistics(session.table)

    def work(self) -> Work:
        """Count what was not counted yet."""
        statistics, session = self._statistics, self.session
        if statistics is None or session is None:
            return ()
        table = session.table
        return (("counting", ((counted, len(table)) for counted in statistics.read())),)

    def status(self) -> str:
        """How much is counted, and what the keys do here."""
        if self.session is None or self._statistics is None:
            return "no capture is open: press 7"
        text = f"{counted(self._statistics.messages, 'message')} counted"
        if self.section in ("meters", "conversations"):
            text += f"  by {self._order}"
        if self.cancelled:
            text += "; cancelled (r: again)"
        return text

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        """Show another section."""
        if event.tab.id is not None:
            self.query_one(ContentSwitcher).current = f"section-{event.tab.id}"
            self.show_gathered()
            self._focus()

    def action_section(self, by: int) -> None:
        """Show the next section, or the one before; behind the last comes the first."""
        names = list(SECTIONS)
        self.query_one("#sections", Tabs).active = names[(names.index(self.section) + by) % len(names)]

    def _focus(self) -> None:
        place = self.query_one(_FOCUS[self.section])
        (place if place.can_focus else self.query_one("#sections")).focus()

    def show_gathered(self) -> None:
        """Show the summary and the section anew, as far as messages are counted."""
        statistics = self._statistics
        self.query_one("#summary", Static).update(
            safe("No capture is open: press 7." if statistics is None else summary_text(statistics))
        )
        if statistics is not None:
            self._painters[self.section](statistics)
        self.update_status()

    @property
    def _painters(self) -> dict[str, Callable[[Statistics], None]]:
        """What shows each section."""
        return {
            "overview": self._show_overview,
            "times": self._show_times,
            "timeline": self._show_timeline,
            "meters": self._show_meters,
            "conversations": self._show_conversations,
            "slowest": self._show_slowest,
        }

    def _show_overview(self, statistics: Statistics) -> None:
        shares = self.query_one("#shares", RowTable)
        shares.show(share_rows(statistics), shares.cursor)

    def _show_times(self, statistics: Statistics) -> None:
        scopes = self.query_one("#scopes", RowTable)
        scopes.show(times_rows(statistics, self._meters(statistics)), scopes.cursor)

    def _show_timeline(self, statistics: Statistics) -> None:
        messages, octets = pictures(statistics.timeline.buckets(), statistics.timeline.width, bars=self._bars)
        self.query_one("#timeline", Plot).show(messages)
        self.query_one("#octets", Plot).show(octets)

    def _show_meters(self, statistics: Statistics) -> None:
        self._show_parties("#parties-meters", self._meters(statistics))

    def _meters(self, statistics: Statistics) -> list[MeterParty]:
        session = self.session
        return statistics.parties.meters(None if session is None else session.meters.called)

    def _show_conversations(self, statistics: Statistics) -> None:
        self._show_parties("#parties-conversations", statistics.parties.conversations())

    def _show_parties(self, place: str, parties: Sequence[Party]) -> None:
        table = self.query_one(place, RowTable)
        table.sorted_by = (self._order, True)
        table.show(sorted_parties(parties, self._order), table.cursor)

    def _show_slowest(self, statistics: Statistics) -> None:
        session, slow = self.session, self.query_one("#slow", MessageList)
        if session is not None:
            slow.show(MessageRows(session, [one.number for one in statistics.slowest()]), slow.cursor)

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Show the histogram of the response times under the cursor."""
        row = self.query_one("#scopes", RowTable).row
        if event.list.id == "scopes" and isinstance(row, TimesRow):
            self.query_one("#bands", RowTable).show(band_rows(row.times))

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Go to the messages, or to the response times of a meter."""
        table = event.list
        row = table.row if isinstance(table, RowTable) else None
        if isinstance(table, MessageList) and isinstance(table.rows, MessageRows):
            await self.analyzer_app.show_message(table.rows.number(table.cursor))
        elif isinstance(row, ShareRow):
            field = "expert.code" if row.about == CODES else FIELDS[row.about]
            await self.analyzer_app.apply_filter(f'{field} == "{row.name}"')
        elif isinstance(row, MeterParty):
            self._show_times_of(row)

    def _show_times_of(self, meter: MeterParty) -> None:
        """Go to the response times of a meter, when it has answered."""
        self.query_one("#sections", Tabs).active = "times"
        if self._statistics is None:
            return
        rows = times_rows(self._statistics, self._meters(self._statistics))
        place = next((at for at, row in enumerate(rows) if row.name == meter_label(meter)), 0)
        self.query_one("#scopes", RowTable).show(rows, place)

    def on_row_table_heading_clicked(self, event: RowTable.HeadingClicked) -> None:
        """Sort meters and conversations by the column."""
        if event.key in PARTY_ORDERS and self.section in ("meters", "conversations"):
            self._order = event.key
            self.show_gathered()

    def action_sort(self) -> None:
        """Sort meters and conversations by the next column."""
        self._order = PARTY_ORDERS[(PARTY_ORDERS.index(self._order) + 1) % len(PARTY_ORDERS)]
        self.show_gathered()

    def action_bars(self) -> None:
        """Plot bars instead of lines, or lines again."""
        self._bars = not self._bars
        self.show_gathered()


def summary_text(statistics: Statistics) -> str:
    """The capture in a few numbers."""
    total, times = statistics.total(), statistics.times()
    answers = f"{times.count:,} answers"
    if times.count:
        median, p95 = span_text(times.percentile(50)), span_text(times.percentile(95))
        answers += f": median {median}, p95 {p95}, max {span_text(times.most)}"
    unanswered, again = percent_text(total.unanswered_rate), percent_text(total.retransmission_rate)
    return (
        f"{counted(total.messages, 'message')}, {counted(total.octets, 'octet')}, {answers}; "
        f"unanswered {total.unanswered:,} of {total.exchanges:,} ({unanswered}), refused {total.refused:,}, "
        f"retransmitted {total.retransmissions:,} ({again}), gaps {total.gaps:,}"
    )


def pictures(buckets: Sequence[Bucket], width: int, *, bars: bool) -> tuple[Picture, Picture]:
    """Plots of messages and of octets over time.

    Args:
        buckets: of the timeline.
        width: of each, nanoseconds.
        bars: bars instead of lines.
    """
    per = f"per {span_text(width / NANOSECONDS)}"
    starts = [bucket.start for bucket in buckets]
    messages = Series("messages", "", starts, [bucket.messages for bucket in buckets])
    troubles = Series("with warnings or errors", "", starts, [bucket.troubles for bucket in buckets])
    octets = Series("octets", "", starts, [bucket.octets for bucket in buckets])
    both = (messages, troubles) if any(troubles.values) else (messages,)
    return (
        Picture(f"Messages {per}", both, bars, from_zero=True),
        Picture(f"Octets {per}", (octets,), bars, from_zero=True),
    )
