"""The associations of a capture in an order that somebody chose, or below the conversations that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.index import MessageTable
from dlms_analyzer.ladder.heights import Heights
from dlms_analyzer.net.streams import Conversation

STEP: Final = 512
"""Associations looked at in a step: about a millisecond."""

Line = Association | Conversation
"""What stands on a line."""
SortKey = Callable[[Association], Any]
"""What associations are put in order by; the values of all can be compared with each other."""


class SessionList:
    """The lines of a list of associations; new ones come at its end, or below their conversation.

    Attributes:
        grouped: associations stand below their conversations.
    """

    def __init__(self, table: MessageTable, *, grouped: bool = False) -> None:
        """Begin; `grow` takes the associations.

        Args:
            table: whose associations they are.
            grouped: put them below their conversations.
        """
        self.grouped = grouped
        self._table = table
        self._taken = 0
        self._order: list[int] = []
        """Numbers of the associations, in the order of the lines."""
        self._places: dict[int, int] = {}
        """Association to its line when they are in an order of their own, or to its place in the group."""
        self._groups: list[list[int]] = []
        self._heights = Heights()
        self._group_of: dict[int, int] = {}
        """Conversation to its group."""

    def __len__(self) -> int:
        return self._heights.total if self.grouped else len(self._order)

    def __getitem__(self, line: int) -> Line:
        """What stands on a line.

        Raises:
            IndexError: there is no such line.
        """
        if not self.grouped:
            return self._table.associations[self._order[line]]
        group, at = self._heights.at(line)
        association = self._table.associations[self._groups[group][max(at - 1, 0)]]
        return association if at else association.conversation

    @property
    def lacking(self) -> int:
        """How many associations there are that were not taken yet."""
        return len(self._table.associations) - self._taken

    def grow(self) -> Iterator[tuple[int, int]]:
        """Take the associations that there are by now.

        Yields:
            How many were taken, and how many there are.
        """
        associations = self._table.associations
        while self._taken < len(associations):
            last = min(self._taken + STEP, len(associations))
            for number in range(self._taken, last):
                if self.grouped:
                    self._add_to_group(associations[number])
                else:
                    self._places[number] = len(self._order)
                    self._order.append(number)
            self._taken = last
            yield last, len(associations)

    def line_of(self, association: Association) -> int | None:
        """The line of an association; None when it was not taken yet."""
        place = self._places.get(association.number)
        if place is None:
            return None
        if not self.grouped:
            return place
        return self._heights.start(self._group_of[association.conversation.number]) + 1 + place

    def beside(self, line: int, by: int) -> Association | None:
        """The next association below a line, or above it; None when there is none.

        Args:
            line: from where to look.
            by: 1 for the one below, -1 for the one above.
        """
        line += by
        while 0 <= line < len(self):
            found = self[line]
            if isinstance(found, Association):
                return found
            line += by
        return None

    def sort(self, key: SortKey, *, descending: bool = False) -> Iterator[tuple[int, int]]:
        """Put the associations that there are in an order; those that are alike stay as they appeared.

        A list that is grouped does not change: sort one that is not.

        Args:
            key: of an association.
            descending: the largest comes first.

        Yields:
            How many were looked at, and how many there are.
        """
        associations = self._table.associations
        total = len(associations)
        keys: list[Any] = []
        while len(keys) < total:
            keys += [key(one) for one in associations[len(keys) : min(len(keys) + STEP, total)]]
            yield len(keys), total
        order = sorted(range(total), key=keys.__getitem__, reverse=descending)
        self._order = order
        self._taken = total
        self._places = {number: line for line, number in enumerate(order)}

    def _add_to_group(self, association: Association) -> None:
        conversation = association.conversation.number
        group = self._group_of.get(conversation)
        if group is None:
            group = self._group_of[conversation] = len(self._groups)
            self._groups.append([])
            self._heights.append(1)
        members = self._groups[group]
        self._places[association.number] = len(members)
        members.append(association.number)
        self._heights.change(group, len(members) + 1)
