"""How fast associations are: response times and octets, from the columns, of those that somebody looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import isnan
from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.index import MessageTable
from dlms_analyzer.index.table import sender_of
from dlms_analyzer.sessions.facts import duration
from dlms_analyzer.statistics import Times

BATCH: Final = 2_048
"""Messages looked at in a step: a millisecond or two."""
MAX_KEPT: Final = 4_096
"""Associations whose measures are kept; some hundred octets each, and a list shows some tens at a time."""


class Measured:
    """What was measured of an association.

    Attributes:
        times: response times.
        octets: of all messages, link framing removed.
        seen: messages of the capture that were looked at.
    """

    __slots__ = ("octets", "seen", "times")

    def __init__(self) -> None:
        self.times = Times()
        self.octets = 0
        self.seen = 0

    def throughput(self, association: Association) -> float:
        """Octets in a second, while the association lasted; 0 when it lasted no time."""
        seconds = duration(association)
        return self.octets / seconds if seconds > 0 else 0.0


class Measuring:
    """Measures the associations of a table, those that are asked for."""

    def __init__(self, table: MessageTable) -> None:
        self._table = table
        self._measured: dict[int, Measured] = {}

    def __getitem__(self, association: int) -> Measured | None:
        """What was measured of an association so far; None when nothing was."""
        return self._measured.get(association)

    def lacks(self, association: int) -> bool:
        """Whether there are messages that were not looked at for an association."""
        known = self._measured.get(association)
        return known is None or known.seen < len(self._table)

    def measure(self, associations: Collection[int]) -> Iterator[tuple[int, int]]:
        """Measure some associations, as far as the table goes now; what is known already is gone on with.

        Args:
            associations: by number.

        Yields:
            How many messages were looked at, and how many there are.
        """
        if len(self._measured) + len(associations) > MAX_KEPT:
            self._measured = {number: one for number, one in self._measured.items() if number in associations}
        wanted = {number: self._measured.setdefault(number, Measured()) for number in associations}
        total = len(self._table)
        seen = min((one.seen for one in wanted.values()), default=total)
        while seen < total:
            last = min(seen + BATCH, total)
            behind = {number: one for number, one in wanted.items() if one.seen <= seen}
            following = [one.seen for one in wanted.values() if one.seen > seen]
            last = min([last, *following])
            self._take(seen + 1, last, behind)
            seen = last
            yield seen, total

    def _take(self, first: int, last: int, wanted: dict[int, Measured]) -> None:
        """Look at a range of messages."""
        columns = self._table.columns("association", "response_time", "kind", first=first, last=last)
        found: dict[int, list[float]] = {}
        for (association, waited, kind), size in zip(columns, self._table.sizes(first, last), strict=True):
            one = wanted.get(association)
            if one is not None:
                one.octets += size
                if not isnan(waited) and sender_of(kind) is not Sender.CLIENT:
                    found.setdefault(association, []).append(waited)
        for association, times in found.items():
            wanted[association].times.add(times)
        for one in wanted.values():
            one.seen = last
