"""Which keys the meters of an indexed capture need, and how far those at hand open them; in small steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from dlms_analyzer.index.table import NONE, MessageTable, Verdict
from dlms_analyzer.security.envelopes import DEDICATED
from dlms_analyzer.security.key_check import Check, Checking, Meter
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.protection import NOT_VERIFIED, OK
from scapy_layers.ciphering import AUTHENTICATED, SUITE

BATCH: Final = 2_048
"""Messages between two looks at the progress: some milliseconds."""
ASSOCIATIONS: Final = 128
"""Associations between two looks at the progress: the same."""


class Need(NamedTuple):
    """A kind of protection that a meter uses, and the keys that it takes to open it.

    Attributes:
        settings: of a keys file: `guek`, `gak` …; `agreed` and `wrapped` name no single one.
        suite: security suite.
        messages: how many are protected so.
        opened: those with a verified tag.
    """

    settings: tuple[str, ...]
    suite: int
    messages: int
    opened: int


class KeySurvey:
    """Surveys the protected messages of a table.

    Attributes:
        found: which meters there are, with their keys; empty until `read` has come to its end.
    """

    def __init__(self, table: MessageTable, keyring: Keyring) -> None:
        self.found = Check([], [])
        self._table = table
        self._keyring = keyring
        self._done = 0
        self._ways: dict[int, dict[int, _Seen]] = {}
        """By association and by verdict."""

    def read(self) -> Iterator[tuple[int, int]]:
        """Count what the table has by now, then compare with the keys; may be called again when it has more.

        Yields:
            How much is done, and how much there is to do.
        """
        associations = self._table.associations
        while self._done < len(self._table):
            first, last = self._done + 1, min(self._done + BATCH, len(self._table))
            self._count(first, last)
            yield last, len(self._table) + len(associations)
        checking = Checking(self._keyring)
        for number, association in enumerate(list(associations), 1):
            checking.add(association)
            if not number % ASSOCIATIONS:
                yield self._done + number, self._done + len(associations)
        self.found = checking.finish()
        yield self._done + len(associations), self._done + len(associations)

    def needs(self, meter: Meter) -> list[Need]:
        """What it takes to open a meter, what most messages need first."""
        messages: Counter[tuple[tuple[str, ...], int]] = Counter()
        opened: Counter[tuple[tuple[str, ...], int]] = Counter()
        for verdict, seen in self._seen(meter):
            if verdict.key is not None:
                way = settings_of(verdict), verdict.security_control & SUITE
                messages[way] += seen.count
                opened[way] += seen.count * (verdict.status == OK)
        return [Need(*way, count, opened[way]) for way, count in messages.most_common()]

    def first(self, meter: Meter) -> int | None:
        """Number of the first message of a meter that does not open; of the first protected one when all do."""
        seen = [(verdict.status in _OPEN, one.first) for verdict, one in self._seen(meter)]
        return min(seen)[1] if seen else None

    def _count(self, first: int, last: int) -> None:
        ways = self._ways
        for number, (association, verdict) in enumerate(
            self._table.columns("association", "security", first=first, last=last), first
        ):
            if verdict and association != NONE:
                of_association = ways.setdefault(association, {})
                seen = of_association.get(verdict)
                if seen is None:
                    seen = of_association[verdict] = _Seen(number)
                seen.count += 1
        self._done = last

    def _seen(self, meter: Meter) -> Iterator[tuple[Verdict, _Seen]]:
        """The verdicts on the messages of a meter."""
        for association in meter.associations:
            for number, seen in self._ways.get(association, {}).items():
                verdict: Verdict | None = self._table.meaning("security", number)
                if verdict is not None:
                    yield verdict, seen


class _Seen:
    """Messages with one verdict in one association.

    Attributes:
        first: number of the first one.
        count: how many.
    """

    __slots__ = ("count", "first")

    def __init__(self, first: int) -> None:
        self.first = first
        self.count = 0


_OPEN: Final = frozenset({OK, NOT_VERIFIED})


def settings_of(verdict: Verdict) -> tuple[str, ...]:
    """The settings of a keys file that open what is protected in a way."""
    key = "dedicated_key" if verdict.key == DEDICATED else verdict.key or ""
    return (key, "gak") if verdict.security_control & AUTHENTICATED else (key,)
