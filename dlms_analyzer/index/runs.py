"""Runs of messages by their columns, and answers about them, an octet for each message."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final, NamedTuple

from dlms_analyzer.framing.units import Kind
from dlms_analyzer.index.table import CARRIES, KIND_BITS, KINDS, TELLS, MessageTable
from dlms_analyzer.meaning import PUSHES

NO: Final = 0
MAYBE: Final = 1
"""The octets have to tell."""
YES: Final = 3
"""Answers as octets: the lowest bit says that a message may match, the next one that it does."""


class Answers(NamedTuple):
    """The answers for a run of messages, one octet each, the first message's lowest: 1 where it is so."""

    sure: int
    possible: int


class Run:
    """Messages that follow each other, by their columns.

    Attributes:
        table: the messages.
        first: number of the first one.
        last: number of the last one.
        ones: an octet of 1 for each.
    """

    def __init__(self, table: MessageTable, first: int, last: int) -> None:
        self.table = table
        self.first = first
        self.last = last
        self.ones = mask(b"\1" * (last - first + 1))
        self._columns: dict[str, array[Any]] = {}

    def column(self, name: str) -> array[Any]:
        """The numbers of a column."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self.table.packed(name, self.first, self.last)
        return found

    def answers(self, octets: Iterable[int]) -> Answers:
        """From an octet for each message: `NO`, `MAYBE` or `YES`."""
        found = mask(octets)
        return Answers(found >> 1 & self.ones, found & self.ones)

    @cached_property
    def tells(self) -> int:
        """Where a message has accesses that the column `asked` tells of."""
        return self.bit(TELLS)

    @cached_property
    def pushes(self) -> int:
        """Where a message may have accesses that no column tells of: the values of a push."""
        services = self.column("service")
        found = {one for one in set(services) if self.table.meaning("service", one) in (*PUSHES, None)}
        carries = self.bit(CARRIES)
        return (mask(map(found.__contains__, services)) | carries) & ~self.tells

    def bit(self, bit: int) -> int:
        """Where a bit is set in the column `kind`."""
        return mask(self.column("kind")) >> bit.bit_length() - 1 & self.ones

    def kinds(self, *wanted: Kind) -> int:
        """Where a message is of one of these kinds."""
        codes = {KINDS.index(kind) for kind in wanted}
        table = bytes(code & KIND_BITS in codes for code in range(256))
        return mask(self.column("kind").tobytes().translate(table))


def mask(octets: Iterable[int]) -> int:
    """One number of an octet for each message; those of the first one are the lowest."""
    return int.from_bytes(bytes(octets), "little")
