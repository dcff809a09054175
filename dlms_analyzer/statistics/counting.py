"""Statistics: what is counted of every message, from the columns of the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import inf
from typing import Any, Final, NamedTuple

from dlms_analyzer.index.table import NONE, SEVERITIES, MessageTable
from dlms_analyzer.notes import Severity
from dlms_analyzer.services import REFUSALS
from dlms_analyzer.statistics.parties import GAP, RETRANSMISSIONS, MeterParty, Parties, Party
from dlms_analyzer.statistics.timeline import Timeline
from dlms_analyzer.statistics.times import Times

BATCH: Final = 512
"""Messages between two looks at the progress: some two milliseconds."""
MAX_SLOW: Final = 200
"""Slowest answers that are kept: more than anybody looks at."""

SHARED: Final = ("service", "kind", "profile", "result", "security", "expert")
"""Columns of which it is counted how much has which of their few values."""
_SUCCESS: Final = 1
"""Highest number in the column `result` that is no refusal."""
_TROUBLE: Final = SEVERITIES.index(Severity.WARNING)


class Share(NamedTuple):
    """How much has something in common.

    Attributes:
        name: what it is: a service, a result …; "other" when there were too many to tell apart.
        messages: how many.
        octets: of them.
    """

    name: str
    messages: int
    octets: int


class Slow(NamedTuple):
    """An answer that took long.

    Attributes:
        seconds: since the request.
        number: of the message.
    """

    seconds: float
    number: int


class Statistics:
    """Counts the messages of a table.

    Example:
        >>> import dlms_analyzer as dlms
        >>> capture = dlms.open("captures/ln_wrapper_low.pcap").index()
        >>> for _ in capture.read():
        ...     pass
        >>> statistics = Statistics(capture.table)
        >>> for counted in statistics.read():
        ...     pass
        >>> statistics.messages, statistics.by("profile")[0].name
        (84, 'wrapper')

    Attributes:
        messages: how many were counted.
        octets: of them, link framing removed.
        codes: how many expert notes have which code.
        timeline: messages and octets over time.
        parties: who said how much.
    """

    def __init__(self, table: MessageTable) -> None:
        self.messages = 0
        self.octets = 0
        self.codes: Counter[str] = Counter()
        self.timeline = Timeline()
        self.parties = Parties(table)
        self._table = table
        self._counts: dict[str, Counter[int]] = {column: Counter() for column in SHARED}
        self._octets: dict[str, Counter[int]] = {column: Counter() for column in SHARED}
        self._services: dict[int, Times] = {}
        self._slow: list[Slow] = []

    def read(self) -> Iterator[int]:
        """Count what the table has by now and was not counted yet; may be called again when it has more.

        Yields:
            How many messages were counted.
        """
        while self.messages < len(self._table):
            self._take(self.messages + 1, min(self.messages + BATCH, len(self._table)))
            yield self.messages

    def total(self) -> Party:
        """What was said by all together."""
        total = Party("all")
        total.messages, total.octets = self.messages, self.octets
        total.retransmissions = sum(self.codes[code] for code in RETRANSMISSIONS)
        total.gaps = self.codes[GAP]
        results, services = self._counts["result"], self._counts["service"]
        total.refused = sum(count for number, count in results.items() if number > _SUCCESS)
        total.refused += sum(services[number] for number in self._refusals())  # they have no result
        for association in self._table.associations:
            total.take(association)
        return total

    def by(self, column: str) -> list[Share]:
        """How much of the capture has which value, most messages first.

        Args:
            column: one of `SHARED`; for `security` the status is told, for `expert` the gravest severity.
        """
        messages: Counter[str] = Counter()
        octets: Counter[str] = Counter()
        for number, count in self._counts[column].items():
            name = self._name(column, number)
            messages[name] += count
            octets[name] += self._octets[column][number]
        return [Share(name, count, octets[name]) for name, count in messages.most_common() if name]

    def times(self) -> Times:
        """How long answers took."""
        joined = Times()
        for times in self._services.values():
            joined.join(times)
        return joined

    def times_by_service(self) -> list[tuple[str, Times]]:
        """How long answers took, by their service, the most frequent first."""
        found = [(self._name("service", number), times) for number, times in self._services.items()]
        return sorted(found, key=lambda one: -one[1].count)

    def slowest(self) -> list[Slow]:
        """The answers that took longest, the slowest first."""
        return list(self._slow)

    def _name(self, column: str, number: int) -> str:
        """What a number in a column stands for, in a word; empty where that is nothing."""
        if not number and column in ("result", "security", "expert"):
            return ""
        meaning: Any = self._table.meaning(column, number)
        if meaning is None:
            return "other"
        if column == "security":
            return str(meaning.status)
        return str(getattr(meaning, "value", meaning))

    def _refusals(self) -> set[int]:
        """The numbers of the services that refuse a whole request."""
        return {number for number in self._counts["service"] if self._name("service", number) in REFUSALS}

    def _take(self, first: int, last: int) -> None:
        """Count some messages."""
        sizes = list(self._table.sizes(first, last))
        self._share(list(self._table.columns(*SHARED, first=first, last=last)), sizes)
        rows = self._table.columns("time", "expert", first=first, last=last)
        times, grades = zip(*rows, strict=True)
        self.timeline.add(times, sizes, [grade >= _TROUBLE for grade in grades])
        self._take_parties(first, last, sizes)
        self._rank(first, last)
        self._note(first, last)
        self.octets += sum(sizes)
        self.messages = last

    def _share(self, keys: list[tuple[int, ...]], sizes: list[int]) -> None:
        """Count what messages have in common; most have all of it in common with others, so that is counted first."""
        octets: dict[tuple[int, ...], int] = {}
        for key, size in zip(keys, sizes, strict=True):
            octets[key] = octets.get(key, 0) + size
        for key, count in Counter(keys).items():
            for column, number in zip(SHARED, key, strict=True):
                self._counts[column][number] += count
                self._octets[column][number] += octets[key]

    def _take_parties(self, first: int, last: int, sizes: list[int]) -> None:
        """Count who sent some messages, and how long the answers among them took."""
        parties = self.parties
        spoken = talking = NONE
        meter, talk = parties.meter(NONE), None
        refusals = self._refusals()
        meters: dict[MeterParty, list[float]] = {}
        services: dict[int, list[float]] = {}
        rows = self._table.columns(
            "stream", "association", "response_time", "service", "result", first=first, last=last
        )
        for size, (stream, association, seconds, service, result) in zip(sizes, rows, strict=True):
            if association != spoken:
                spoken = association
                meter = parties.meter(association)
            if stream >> 1 != talking or talk is None:
                talking = stream >> 1
                talk = parties.conversation(talking)
            meter.messages += 1
            meter.octets += size
            talk.messages += 1
            talk.octets += size
            if result > _SUCCESS or service in refusals:
                meter.refused += 1
                talk.refused += 1
            if seconds == seconds:  # noqa: PLR0124 - there is a response time
                services.setdefault(service, []).append(seconds)
                meters.setdefault(meter, []).append(seconds)
        for meter, found in meters.items():
            meter.times.add(found)
        for service, found in services.items():
            self._services.setdefault(service, Times()).add(found)

    def _rank(self, first: int, last: int) -> None:
        """Keep the answers that are among the slowest; of equals, the first ones."""
        slow = self._slow
        floor = slow[-1].seconds if len(slow) == MAX_SLOW else -inf
        waits = enumerate(self._table.column("response_time", first, last), first)
        found = [Slow(seconds, number) for number, seconds in waits if seconds > floor]
        if found:
            self._slow = sorted(slow + found, key=lambda one: (-one.seconds, one.number))[:MAX_SLOW]

    def _note(self, first: int, last: int) -> None:
        """Count the expert notes of some messages."""
        for number, experts in self._table.noted(first, last):
            row = self._table.row(number)
            talk = self.parties.conversation(row.conversation.number)
            meter = self.parties.meter(NONE if row.association is None else row.association.number)
            for expert in experts:
                self.codes[expert.code] += 1
                talk.note(expert.code)
                meter.note(expert.code)
