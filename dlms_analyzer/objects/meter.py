"""One meter of a capture: its attributes, and the numbers of the messages that revealed values of them.

A message number costs four octets; what the message says is read again when somebody looks. Before a value is shown,
what its meaning rests on is learnt from the latest messages that tell it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.obis import describe
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.meaning import learn
from dlms_analyzer.messages import Message
from dlms_analyzer.object_tree import Member, ObjectNode, association_version, object_node
from dlms_analyzer.objects.columns import AttributeRef, ObjectRef, placed, ref_of
from dlms_analyzer.objects.lessons import Lessons
from dlms_analyzer.objects.pushes import Pushes
from dlms_analyzer.values import Value, values_in

MAX_LOOKED: Final = 16
"""Messages whose values are kept for the next look, as a screen is drawn again and again. Profiles are large."""

MAX_JOINED: Final = 500
"""Messages of an exchange that are gone through while somebody waits."""

_Members = dict[int | None, list[AttributeRef]]


class MeterObjects:
    """A meter and what it revealed.

    Attributes:
        model: what is known about it.
        values: how many values were revealed.
        associations: numbers of the associations in which that happened.
    """

    def __init__(self, model: MeterModel, capture: IndexedCapture, meters: Meters) -> None:
        self.model = model
        self.values = 0
        self.associations: set[int] = set()
        self._capture = capture
        self._meters = meters
        self._seen: dict[AttributeRef, array[int]] = {}
        self._lessons = Lessons(model, capture.table, self._seen)
        self._pushes = Pushes(model)
        self._attributes = 0
        self._settled = (0, -1)
        self._objects: dict[ObjectRef, _Members] = {}
        self._objects_at = (-1, -1)
        self._looked: dict[int, tuple[int, list[Value]]] = {}

    # Gathering

    def add(self, ref: AttributeRef, number: int) -> None:
        """A message revealed a value of an attribute; messages come in their order."""
        numbers = self._seen.get(ref)
        if numbers is None:
            numbers = self._begin(ref)
        numbers.append(number)
        self.values += 1

    def add_values(self, message: Message) -> None:
        """A message reveals values that only its octets tell."""
        for value in values_in(self.model, message):
            self.add(ref_of(value), message.number)

    def add_push(self, message: Message) -> None:
        """A message pushes values; what they are rests on what the meter has told before."""
        for _ in self.learn():
            pass
        learn(self._meters, message)
        refs = [ref_of(value) for value in values_in(self.model, message)]
        self._pushes.add(message.number, refs)
        for ref in refs:
            self.add(ref, message.number)

    def settle(self) -> Iterator[int]:
        """Learn what the messages teach, and label the pushes again whose labels rest on what was known before.

        Yields:
            The number of each message that was looked at.
        """
        if self._settled == (self.values, self.model.revision):
            return
        yield from self.learn()
        yield from self._label_again()
        self._settled = self.values, self.model.revision

    def _label_again(self) -> Iterator[int]:
        for number in self._pushes.stale():
            message = self._message(number)
            if message is None:
                continue
            refs = [ref_of(value) for value in values_in(self.model, message)]
            for ref in self._pushes.refs:
                self._remove(ref, number)
            self._pushes.label_again(refs)
            for ref in refs:
                insort(self._seen.get(ref) or self._begin(ref), number)
                self.values += 1
            yield number

    def adopt(self, other: MeterObjects) -> None:
        """Take what was gathered about the same meter while it was taken for another one."""
        for ref, numbers in other._seen.items():
            mine = self._seen.get(ref)
            if mine is None:
                mine = self._begin(ref)
            mine[:] = array("I", merge(mine, numbers))
            self.values += len(numbers)
        self._pushes.adopt(other._pushes)
        self.associations |= other.associations

    def _begin(self, ref: AttributeRef) -> array[int]:
        numbers = self._seen[ref] = array("I")
        self._attributes += 1
        if ref.class_id is not None and ref.logical_name is not None:
            self.model.note_object(ref.class_id, ref.logical_name)
        self._lessons.begin(ref)
        return numbers

    def _remove(self, ref: AttributeRef, number: int) -> None:
        numbers = self._seen[ref]
        first, end = bisect_left(numbers, number), bisect_right(numbers, number)
        del numbers[first:end]
        self.values -= end - first
        if not numbers:
            del self._seen[ref]
            self._attributes += 1

    def _message(self, number: int) -> Message | None:
        """A message; None when its octets are gone, from a ring of files for example."""
        try:
            return self._capture.message(number)
        except CaptureError:
            return None

    # Learning

    def learn(self, only: ObjectRef | None = None) -> Iterator[int]:
        """Learn what the latest messages teach; gives the number of each message that was looked at.

        Args:
            only: about this object; None for all of the meter.
        """
        for number in self._lessons.take(only):
            message = self._message(number)
            if message is not None:
                learn(self._meters, message)
            yield number

    def prepare(self, ref: ObjectRef) -> None:
        """Learn what the meaning of an object's values rests on, also that of the objects it is about."""
        for _ in self.learn(ref):
            pass
        if ref.class_id is None or ref.logical_name is None:
            return
        key = (ref.class_id, ref.logical_name)
        watched = self.model.monitored.get(key)
        for one in (*(self.model.captured(*key) or ()), *(() if watched is None else (watched,))):
            for _ in self.learn(ObjectRef(one.class_id, one.logical_name)):
                pass

    # Looking

    @property
    def revision(self) -> tuple[int, int]:
        """Differs when there are other objects or attributes, or what is known of them has changed."""
        return self._attributes, self.model.revision

    @property
    def objects(self) -> list[ObjectRef]:
        """The objects, by logical name; those of which only a short name is known stand at the end, then the rest."""
        return list(self._tree())

    def medium(self, ref: ObjectRef) -> str:
        """What an object measures: electricity, gas …; or that nothing tells."""
        return describe(ref.logical_name).medium if ref.logical_name is not None else "not known"

    def node(self, ref: ObjectRef, *, values: bool = False) -> ObjectNode:
        """An object with its members.

        Args:
            ref: the object.
            values: also look at the latest value of each attribute.
        """
        seen = {one.attribute: self.latest(one) if values else None for one in self.attributes(ref)}
        if ref.class_id is not None and ref.logical_name is not None:
            return object_node(self.model, ref.class_id, ref.logical_name, seen, association_version(self.model))
        value = Member(None, False, "value", None, None, seen.get(None))
        return ObjectNode(None, None, None, None, ref.base_name, None, (value,))

    def attributes(self, ref: ObjectRef) -> list[AttributeRef]:
        """The attributes of an object that had values, in their order; an element of one stands at the end."""
        members = self._tree().get(ref, {})
        order = sorted(members, key=lambda one: (one is None, one or 0))
        return [AttributeRef(*ref, attribute) for attribute in order]

    def numbers(self, ref: AttributeRef) -> Sequence[int]:
        """Numbers of the messages that revealed values of an attribute, one for each value."""
        refs = self._tree().get(ref.object, {}).get(ref.attribute, [])
        if len(refs) == 1:
            return self._seen[refs[0]]
        return array("I", merge(*(self._seen[one] for one in refs)))

    def is_long(self, number: int) -> bool:
        """Whether a message completes a transfer of so many messages that looking at it takes a while."""
        table = self._capture.table
        exchange = table.row(number).exchange
        return exchange is not None and number - table.exchange_request[exchange] > MAX_JOINED

    def time(self, number: int) -> int:
        """When a message was complete, nanoseconds since 1970 UTC."""
        return next(self._capture.table.column("time", number, number), 0)

    def value(self, ref: AttributeRef, number: int, which: int = -1) -> Value | None:
        """A value of an attribute.

        Args:
            ref: the attribute.
            number: of the message that revealed it.
            which: of several that the message revealed, counted from 0; the last one as a rule.
        """
        found = [one for one in self.values_at(number) if placed(self.model, ref_of(one)) == ref]
        return found[which] if -len(found) <= which < len(found) else None

    def latest(self, ref: AttributeRef) -> Value | None:
        """The latest value of an attribute; None when there is none, or its octets are gone."""
        numbers = self.numbers(ref)
        return self.value(ref, numbers[-1]) if numbers else None

    def values_at(self, number: int) -> list[Value]:
        """What a message reveals about the meter."""
        known = self._looked.pop(number, None)
        if known is None or known[0] != self.model.revision:
            message = self._message(number)
            found = [] if message is None else list(values_in(self.model, message))
            known = (self.model.revision, found)
            if len(self._looked) >= MAX_LOOKED:
                del self._looked[next(iter(self._looked))]
        self._looked[number] = known
        return known[1]

    def _tree(self) -> dict[ObjectRef, _Members]:
        """Objects to attributes to the names by which they were accessed."""
        if self._objects_at != self.revision:
            self._objects_at = self.revision
            found: dict[ObjectRef, _Members] = {ObjectRef(*key): {} for key in self.model.objects}
            for ref in self._seen:
                place = placed(self.model, ref)
                if place is not None:
                    found.setdefault(place.object, {}).setdefault(place.attribute, []).append(ref)
            self._objects = dict(sorted(found.items(), key=lambda one: _order(one[0])))
        return self._objects


def _order(ref: ObjectRef) -> tuple[bool, bytes, int, int]:
    last = 1 << 16
    return (
        ref.logical_name is None,
        ref.logical_name or b"",
        ref.class_id or 0,
        last if ref.base_name is None else ref.base_name,
    )
