"""Every value of an attribute in the order of time: those that were accessed, and those that profiles have in rows."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from dlms_analyzer.cosem.profile import BUFFER
from dlms_analyzer.objects.columns import AttributeRef, placed, ref_of
from dlms_analyzer.objects.meter import MeterObjects
from dlms_analyzer.profile_cells import cells
from dlms_analyzer.values import Value

MAX_TABLES: Final = 4
"""Readings of profiles whose cells are kept for the next look: one may have thousands of rows."""
BATCH: Final = 500
"""Accessed values in one step; of each only the time is looked up."""


class Collected(NamedTuple):
    """How far a history is collected.

    Attributes:
        done: messages looked at.
        total: messages to look at.
    """

    done: int
    total: int


class History:
    """The values of an attribute; what they say is read when somebody looks.

    Attributes:
        meter: whose attribute it is.
        ref: the attribute.
    """

    def __init__(self, meter: MeterObjects, ref: AttributeRef) -> None:
        self.meter = meter
        self.ref = ref
        self._times = array("q")
        self._messages = array("I")
        self._which = array("I")
        """Of the values, or of the cells, that a message has of the attribute."""
        self._captured = bytearray()
        self._order: list[int] = []
        self._taken: Counter[AttributeRef] = Counter()
        """Messages gone through, of the attribute and of profiles."""
        self._cells: dict[int, list[Value]] = {}

    def __len__(self) -> int:
        return len(self._order)

    @property
    def accessed(self) -> int:
        """How many of its values are no cells of profiles."""
        return self._taken[self.ref]

    def time(self, index: int) -> int:
        """When a value was revealed, or its row captured; nanoseconds since 1970 UTC."""
        return self._times[self._order[index]]

    def message(self, index: int) -> int:
        """Number of the message that revealed a value."""
        return self._messages[self._order[index]]

    def is_captured(self, index: int) -> bool:
        """Whether a value stands in a row of a profile."""
        return bool(self._captured[self._order[index]])

    def value(self, index: int) -> Value | None:
        """A value, the earliest first; None when its octets are gone."""
        at = self._order[index]
        number, which = self._messages[at], self._which[at]
        if not self._captured[at]:
            return self.meter.value(self.ref, number, which)
        found = self._cells_of(number)
        return found[which] if which < len(found) else None

    def values(self) -> Iterator[Value]:
        """All values that can be read, the earliest first."""
        for index in range(len(self)):
            value = self.value(index)
            if value is not None:
                yield value

    def collect(self) -> Iterator[Collected]:
        """Go on to the last message there is now, in small steps; may be stopped and begun again."""
        sources: list[tuple[AttributeRef, Sequence[int]]] = [(self.ref, self.meter.numbers(self.ref))]
        sources += [(one, self.meter.numbers(one)) for one in self._profiles()]
        total = sum(len(numbers) for _, numbers in sources)
        for ref, numbers in sources:
            while self._taken[ref] < len(numbers):
                self._take(ref, numbers)
                self._sort()
                yield Collected(sum(self._taken.values()), total)
        yield Collected(total, total)

    def _take(self, ref: AttributeRef, numbers: Sequence[int]) -> None:
        """Take some values of the attribute, or the cells of one reading of a profile."""
        first = self._taken[ref]
        if ref != self.ref:
            number = numbers[first]
            again = first and numbers[first - 1] == number  # two readings in one message are gone through together
            for which, value in enumerate(() if again else self._cells_of(number)):
                self._add(value.time, number, which, captured=True)
            self._taken[ref] += 1
            return
        which = 0
        for at in range(first, min(first + BATCH, len(numbers))):
            which = which + 1 if at and numbers[at - 1] == numbers[at] else 0
            self._add(self.meter.time(numbers[at]), numbers[at], which, captured=False)
        self._taken[ref] = min(first + BATCH, len(numbers))

    def _add(self, time: int, number: int, which: int, *, captured: bool) -> None:
        self._times.append(time)
        self._messages.append(number)
        self._which.append(which)
        self._captured.append(captured)

    def _sort(self) -> None:
        """Put what was added in its place; quick, as most of it comes in order."""
        self._order += range(len(self._order), len(self._times))
        self._order.sort(key=self._times.__getitem__)

    def _profiles(self) -> list[AttributeRef]:
        """The buffers that may have captured the attribute."""
        found = []
        for one in self.meter.objects:
            buffer = AttributeRef(*one, BUFFER)
            if not buffer.is_profile or buffer == self.ref or not self.meter.numbers(buffer):
                continue
            self.meter.prepare(one)
            columns = self.meter.model.captured(one.class_id or 0, one.logical_name or b"")
            if columns is None or any(
                (column.class_id, column.logical_name) == self.ref[:2]
                and self.ref.attribute == (None if column.data_index else column.attribute_index)
                for column in columns
            ):
                found.append(buffer)
        return found

    def _cells_of(self, number: int) -> list[Value]:
        """The cells with the attribute in the profiles that a message brought."""
        found = self._cells.get(number)
        if found is None:
            name = self.ref.logical_name
            found = [
                cell
                for value in self.meter.values_at(number)
                if name is not None and placed(self.meter.model, ref_of(value)) != self.ref
                for cell in cells(value, lambda one: one == name)
                if (cell.class_id, cell.attribute) == (self.ref.class_id, self.ref.attribute)
            ]
            if len(self._cells) >= MAX_TABLES:
                del self._cells[next(iter(self._cells))]
            self._cells[number] = found
        return found
