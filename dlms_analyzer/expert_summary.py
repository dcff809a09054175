"""The expert notes of a capture, grouped by code and meter, from the table of its messages: none is read again."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from dlms_analyzer.frames import endpoints
from dlms_analyzer.index.table import NONE, MessageTable
from dlms_analyzer.meaning import place_of_server

BATCH: Final = 1_024
"""Messages between two looks at the progress: some milliseconds where many have notes."""
MAX_GROUPS: Final = 20_000
"""Pairs of code and meter that are told apart; a hostile capture has another meter in every frame."""
OTHERS: Final = "others"
"""Where notes are found of meters beyond that."""


class NoteGroup(NamedTuple):
    """The notes of one code about one meter.

    Attributes:
        code: key of `dlms_analyzer.notes.CODES`.
        place: where the meter is; of a conversation without associations, its two ends.
        system_title: of the meter; None when it was not seen.
        numbers: of the messages, ascending. A note on how an association ended stands at its last message.
    """

    code: str
    place: str
    system_title: bytes | None
    numbers: Sequence[int]


class ExpertSummary:
    """Groups the notes of a table. A note takes four octets.

    Example:
        >>> import dlms_analyzer as dlms
        >>> capture = dlms.open("captures/hdlc_edge_cases.pcap").index()
        >>> for _ in capture.read():
        ...     pass
        >>> summary = ExpertSummary(capture.table)
        >>> for done in summary.read():
        ...     pass
        >>> sorted({group.code for group in summary.groups()})[:2]
        ['bad-fcs', 'noise']

    Attributes:
        done: messages gone through.
    """

    def __init__(self, table: MessageTable) -> None:
        self.done = 0
        self._table = table
        self._found: _Groups = {}
        self._titles: dict[str, bytes] = {}
        self._last: dict[int, int] = {}
        """By association: its last message."""

    def read(self) -> Iterator[tuple[int, int]]:
        """Go through what the table has by now; may be called again when it has more.

        Yields:
            How many messages were gone through, and how many there are.
        """
        while self.done < len(self._table):
            first, last = self.done + 1, min(self.done + BATCH, len(self._table))
            self._last.update(zip(self._table.column("association", first, last), range(first, last + 1), strict=True))
            for number, experts in self._table.noted(first, last):
                place = self._place(number)
                for code in dict.fromkeys(expert.code for expert in experts):
                    _of(self._found, code, place).append(number)
            self.done = last
            yield self.done, len(self._table)

    def groups(self) -> list[NoteGroup]:
        """The groups found until now, in the order in which they were met."""
        endings: _Groups = {}
        for association in self._table.associations:
            number = self._last.get(association.number, NONE)
            if association.experts and number != NONE:
                place = place_of_server(association)
                self._know(place, association.server_title)
                for code in dict.fromkeys(expert.code for expert in association.experts):
                    _of(endings, code, place).append(number)
        nothing: array[int] = array("I")
        return [
            NoteGroup(
                code, place, self._titles.get(place),
                _merged(self._found.get((code, place), nothing), endings.get((code, place), nothing)),
            )
            for code, place in dict.fromkeys((*self._found, *endings))
        ]  # fmt: skip

    def text(self, code: str, number: int) -> str:
        """What the notes of a code say at a message."""
        said = [expert.text for expert in self._table.experts(number) if expert.code == code]
        association = self._table.row(number).association
        if association is not None and self._last.get(association.number) == number:
            said += [expert.text for expert in association.experts if expert.code == code]
        return "; ".join(said)

    def _place(self, number: int) -> str:
        """Where the meter of a message is."""
        row = self._table.row(number)
        if row.association is None:
            return " - ".join(endpoints(row.conversation.forward.flow))
        place = place_of_server(row.association)
        self._know(place, row.association.server_title)
        return place

    def _know(self, place: str, title: bytes | None) -> None:
        if title is not None and (place in self._titles or len(self._titles) < MAX_GROUPS):
            self._titles[place] = title


_Groups: TypeAlias = "dict[tuple[str, str], array[int]]"


def _of(groups: _Groups, code: str, place: str) -> array[int]:
    """The numbers of a group; of the one for all other meters when there are too many."""
    found = groups.get((code, place))
    if found is None:
        key = (code, place if len(groups) < MAX_GROUPS else OTHERS)
        found = groups.setdefault(key, array("I"))
    return found


def _merged(numbers: array[int], endings: array[int]) -> Sequence[int]:
    return sorted({*numbers, *endings}) if endings else numbers
