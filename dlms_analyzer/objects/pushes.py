"""The pushes of a meter, and whether their labels still hold.

What the values of a push are rests on what is known of the meter. What it tells later, a push_object_list for example,
may label earlier pushes anew.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.objects.columns import AttributeRef


class Pushes:
    """The messages that pushed something, and what their labels rest on."""

    def __init__(self, model: MeterModel) -> None:
        self._model = model
        self._numbers = array("I")
        self._refs: set[AttributeRef] = set()
        self._names: set[bytes] = set()
        self._lists: dict[bytes, Any] = {}
        self._classes: dict[tuple[int, bytes], int | None] = {}
        self._revision = -1
        self._stale = 0
        self._again = 0

    @property
    def refs(self) -> frozenset[AttributeRef]:
        """The attributes that were pushed."""
        return frozenset(self._refs)

    def add(self, number: int, refs: Iterable[AttributeRef]) -> None:
        """A message pushed values of some attributes."""
        self._check()
        self._numbers.append(number)
        self._label(refs)

    def stale(self) -> Iterator[int]:
        """The messages whose labels may have changed; each is to be labelled again before the next is asked for."""
        self._check()
        while self._again < self._stale:
            self._again += 1
            yield self._numbers[self._again - 1]
            self._check()
        self._stale = self._again = 0

    def adopt(self, other: Pushes) -> None:
        """Take the pushes of what was taken for another meter; all are to be labelled again."""
        self._numbers = array("I", merge(self._numbers, other._numbers))
        self._label(other._refs)
        self._stale, self._again = len(self._numbers), 0

    def label_again(self, refs: Iterable[AttributeRef]) -> None:
        """A message turned out to be about these attributes."""
        self._label(refs)

    def _label(self, refs: Iterable[AttributeRef]) -> None:
        self._refs.update(refs)
        names = {ref.logical_name for ref in self._refs if ref.logical_name is not None}
        if len(names) != len(self._names):
            self._names = names
            self._classes = self._classes_now()

    def _check(self) -> None:
        """Whether what labels rest on has changed since they were given."""
        if self._revision == self._model.revision:
            return
        self._revision = self._model.revision
        classes = self._classes_now()
        if self._lists != self._model.push_objects or self._classes != classes:
            self._lists = dict(self._model.push_objects)
            self._classes = classes
            self._stale, self._again = len(self._numbers), 0

    def _classes_now(self) -> dict[tuple[int, bytes], int | None]:
        """Versions of the objects whose names were pushed."""
        return {key: one.version for key, one in self._model.objects.items() if key[1] in self._names}
