"""Which messages teach what the meaning of values rests on: scalers, columns of profiles, object lists, names.

Of each attribute that teaches something the latest message is enough. Object lists are the exception: each client is
shown another one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from dlms_analyzer.cosem.model import ASSOCIATION_LN, ASSOCIATION_SN, PROFILE_GENERIC, SCALER_ATTRIBUTES, MeterModel
from dlms_analyzer.cosem.profile import BUFFER
from dlms_analyzer.index import MessageTable
from dlms_analyzer.objects.columns import AttributeRef, ObjectRef, placed

MAX_LISTS: Final = 64
"""Latest readings of an object list among which that of each client is looked for; a meter has fewer clients."""

_LISTS: Final = frozenset({(ASSOCIATION_LN, 2), (ASSOCIATION_SN, 2)})


class Lessons:
    """The attributes of a meter that teach its model, and how far it has learnt from each."""

    def __init__(self, model: MeterModel, table: MessageTable, seen: Mapping[AttributeRef, array[int]]) -> None:
        """Begin.

        Args:
            model: what learns.
            table: the messages.
            seen: numbers of the messages that revealed values, by attribute; it grows.
        """
        self._model = model
        self._table = table
        self._seen = seen
        self._learnt: dict[AttributeRef, int] = {}
        """How many of the messages of an attribute the model needs no more."""
        self._short: list[AttributeRef] = []

    def begin(self, ref: AttributeRef) -> None:
        """An attribute had its first value."""
        class_id, logical_name, base_name, attribute = ref
        if class_id is None or logical_name is None:
            if base_name is not None:
                self._short.append(ref)
        elif attribute is not None and self._model.learns_from(class_id, logical_name, attribute):
            self._learnt[ref] = 0

    def take(self, only: ObjectRef | None = None) -> list[int]:
        """The messages that have something new to teach, in their order; they are not given again.

        Args:
            only: about this object; None for all of the meter.
        """
        found: set[int] = set()
        for ref, place in self._teachers(only):
            numbers, learnt = self._seen[ref], self._learnt.get(ref, 0)
            if len(numbers) == learnt or not self._teaches(place):
                continue
            self._learnt[ref] = len(numbers)
            if (place.class_id, place.attribute) in _LISTS:
                found.update(self._of_each_client(numbers[max(learnt, len(numbers) - MAX_LISTS) :]))
            else:
                found.add(numbers[-1])
        return sorted(found)

    def _teachers(self, only: ObjectRef | None) -> Iterator[tuple[AttributeRef, AttributeRef]]:
        """The attributes that teach something, as accessed and by logical name."""
        for ref in self._learnt:
            if ref.base_name is None and (only is None or ref.object == only):
                yield ref, ref
        for ref in self._short:
            place = placed(self._model, ref)
            if place is None or place.class_id is None or place.logical_name is None or place.attribute is None:
                continue
            if (only is None or place.object == only) and self._model.learns_from(
                place.class_id, place.logical_name, place.attribute
            ):
                yield ref, place

    def _teaches(self, place: AttributeRef) -> bool:
        """Of the buffers of profiles only those teach something that have scalers in their rows."""
        if (place.class_id, place.attribute) != (PROFILE_GENERIC, BUFFER) or place.logical_name is None:
            return True
        columns = self._model.captured(PROFILE_GENERIC, place.logical_name) or ()
        return any(SCALER_ATTRIBUTES.get(one.class_id) == one.attribute_index for one in columns)

    def _of_each_client(self, numbers: Iterable[int]) -> Iterable[int]:
        latest: dict[int | None, int] = {}
        for number in numbers:
            association = self._table.row(number).association
            latest[None if association is None else association.client_sap] = number
        return latest.values()
