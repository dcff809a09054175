"""The tables of the statistics screen: what their rows are made of, and their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isinf
from typing import Final, NamedTuple

from dlms_analyzer.output.spans import span_text
from dlms_analyzer.statistics import MeterParty, Party, Share, Statistics, Times
from tui.widgets.table import Column

SHARES: Final = {
    "kind": "kind",
    "profile": "framing",
    "service": "service",
    "result": "result",
    "security": "security",
    "expert": "severity",
}
"""Columns of the index that shares are told of, and what they are called."""
FIELDS: Final = {
    "kind": "dlms.kind",
    "profile": "dlms.profile",
    "service": "dlms.service",
    "result": "cosem.result",
    "security": "security.status",
    "expert": "expert.severity",
}
"""The fields of display filters that describe them."""
CODES: Final = "code"
"""Stands for the codes of expert notes, which are counted beside the columns."""

BAR: Final = 24
"""Characters of the longest bar."""
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def bar_text(share: float, width: int = BAR) -> str:
    """A bar of so many characters, as long as a share of 1."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0 and not eighths:
        eighths = 1
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def percent_text(share: float) -> str:
    """A share in per cent."""
    return f"{100 * share:.1f}%"


class ShareRow(NamedTuple):
    """How much of a capture has something in common.

    Attributes:
        about: column of the index, or `CODES`.
        name: the value.
        messages: how many messages have it, or notes have the code.
        octets: of them; None for codes.
        share: of all messages.
        first: it is the first of its column.
    """

    about: str
    name: str
    messages: int
    octets: int | None
    share: float
    first: bool


def share_rows(statistics: Statistics) -> list[ShareRow]:
    """All shares, column by column."""
    total = max(statistics.messages, 1)
    rows = []
    codes = [Share(name, count, 0) for name, count in statistics.codes.most_common()]
    for about, shares in [*((column, statistics.by(column)) for column in SHARES), (CODES, codes)]:
        rows += [
            ShareRow(
                about, one.name, one.messages, None if about == CODES else one.octets, one.messages / total, not at
            )
            for at, one in enumerate(shares)
        ]
    return rows


SHARE_COLUMNS: Final[tuple[Column[ShareRow], ...]] = (
    Column("about", "What", 9, lambda row: SHARES.get(row.about, "note") if row.first else "", lambda _: "accent"),
    Column("name", "", 20, lambda row: row.name, grow=2),
    Column("messages", "Messages", 10, lambda row: f"{row.messages:,}", right=True),
    Column("share", "%", 6, lambda row: percent_text(row.share), right=True),
    Column("octets", "Octets", 12, lambda row: "" if row.octets is None else f"{row.octets:,}", right=True, rank=1),
    Column("bar", "", BAR, lambda row: bar_text(row.share), lambda _: "client", rank=2),
)


class TimesRow(NamedTuple):
    """The response times of something.

    Attributes:
        about: `all`, `service` or `meter`.
        name: which one.
        times: how long answers took.
    """

    about: str
    name: str
    times: Times


def times_rows(statistics: Statistics, meters: Iterable[MeterParty]) -> list[TimesRow]:
    """Response times of all answers, of each service, and of each meter."""
    rows = [TimesRow("all", "all answers", statistics.times())]
    rows += [TimesRow("service", name, times) for name, times in statistics.times_by_service()]
    rows += [TimesRow("meter", meter_label(meter), meter.times) for meter in meters if meter.times.count]
    return rows


def _at(percent: float, title: str, rank: int) -> Column[TimesRow]:
    return Column(
        title, title, 9, lambda row: span_text(row.times.percentile(percent)) if row.times.count else "", right=True,
        rank=rank,
    )  # fmt: skip


TIMES_COLUMNS: Final[tuple[Column[TimesRow], ...]] = (
    Column("about", "Of", 7, lambda row: row.about, lambda _: "accent", rank=7),
    Column("name", "", 16, lambda row: row.name, grow=1),
    Column("count", "Answers", 9, lambda row: f"{row.times.count:,}", right=True),
    Column("least", "Min", 9, lambda row: span_text(row.times.least) if row.times.count else "", right=True, rank=5),
    _at(50, "Median", 0),
    _at(90, "p90", 4),
    _at(95, "p95", 1),
    _at(99, "p99", 3),
    Column("most", "Max", 9, lambda row: span_text(row.times.most) if row.times.count else "", right=True, rank=2),
    Column("mean", "Mean", 9, lambda row: span_text(row.times.mean) if row.times.count else "", right=True, rank=6),
)


class BandRow(NamedTuple):
    """A bar of a histogram.

    Attributes:
        label: the times that it stands for.
        answers: how many took so long.
        share: of all.
        until: share of those that took no longer.
        length: of the bar, 1 for the longest.
    """

    label: str
    answers: int
    share: float
    until: float
    length: float


def band_rows(times: Times) -> list[BandRow]:
    """The histogram of response times."""
    bands = times.histogram()
    most = max((band.answers for band in bands), default=1)
    rows = []
    until = 0
    for band in bands:
        until += band.answers
        label = f"from {span_text(band.low)}" if isinf(band.high) else f"{span_text(band.low)} - {span_text(band.high)}"
        rows.append(BandRow(label, band.answers, band.answers / times.count, until / times.count, band.answers / most))
    return rows


_HISTOGRAM_BAR: Final = 36
BAND_COLUMNS: Final[tuple[Column[BandRow], ...]] = (
    Column("label", "Response time", 19, lambda row: row.label, right=True),
    Column("bar", "", _HISTOGRAM_BAR, lambda row: bar_text(row.length, _HISTOGRAM_BAR), lambda _: "server"),
    Column("answers", "Answers", 9, lambda row: f"{row.answers:,}", right=True),
    Column("share", "%", 6, lambda row: percent_text(row.share), right=True, rank=1),
    Column("until", "Up to", 6, lambda row: percent_text(row.until), lambda _: "dim", right=True, rank=2),
)


def meter_label(meter: MeterParty) -> str:
    """What to call a meter: its name or its system title, and where it is."""
    name = meter.name or (meter.title.hex().upper() if meter.title is not None else "")
    return f"{name} {meter.label}" if name else meter.label


def _party_label(party: Party) -> str:
    return meter_label(party) if isinstance(party, MeterParty) else party.label


def _rate(count: int, rate: float) -> str:
    return f"{count:,} {percent_text(rate)}" if count else "-"


def _trouble(count: int) -> str:
    return "warning" if count else "dim"


PARTY_COLUMNS: Final[tuple[Column[Party], ...]] = (
    Column("label", "Who", 22, _party_label, grow=1),
    Column("messages", "Messages", 9, lambda row: f"{row.messages:,}", right=True),
    Column("octets", "Octets", 11, lambda row: f"{row.octets:,}", right=True, rank=2),
    Column("associations", "Assoc", 6, lambda row: f"{row.associations:,}", right=True, rank=6),
    Column("exchanges", "Exch", 8, lambda row: f"{row.exchanges:,}", right=True, rank=4),
    Column("refused", "Refused", 8, lambda row: f"{row.refused:,}" if row.refused else "-",
           lambda row: _trouble(row.refused), right=True, rank=3),
    Column("unanswered", "Unanswered", 13, lambda row: _rate(row.unanswered, row.unanswered_rate),
           lambda row: _trouble(row.unanswered), right=True),
    Column("retransmissions", "Retransmitted", 13, lambda row: _rate(row.retransmissions, row.retransmission_rate),
           lambda row: _trouble(row.retransmissions), right=True, rank=1),
    Column("gaps", "Gaps", 6, lambda row: f"{row.gaps:,}" if row.gaps else "-", lambda row: _trouble(row.gaps),
           right=True, rank=5),
)  # fmt: skip

PARTY_ORDERS: Final = ("messages", "octets", "exchanges", "refused", "unanswered", "retransmissions", "gaps")
"""Columns that meters and conversations are sorted by, in the order of the key that changes it."""


def sorted_parties(parties: Sequence[Party], order: str) -> list[Party]:
    """Parties by one of `PARTY_ORDERS`, the most first."""
    return sorted(parties, key=lambda party: -int(getattr(party, order)))
