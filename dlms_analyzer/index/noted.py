"""The notes of the messages of a table."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import chain

from dlms_analyzer.notes import Expert


class Notes:
    """The notes of all messages, as text one behind the other."""

    def __init__(self) -> None:
        self._replaced: dict[int, tuple[Expert, ...]] = {}
        """Notes of messages that say more since keys were added."""
        self._numbers = array("I")
        """Of the messages that have notes, ascending."""
        self._offsets = array("Q")
        self._text = bytearray()

    @property
    def octets(self) -> int:
        """Memory taken."""
        return len(self._numbers) * 12 + len(self._text)

    def add(self, number: int, experts: tuple[Expert, ...]) -> None:
        """Keep the notes of a message; numbers come in order."""
        self._numbers.append(number)
        self._offsets.append(len(self._text))
        self._text += "\0".join([said.replace("\0", "\ufffd") for said in chain.from_iterable(experts)]).encode(
            "utf-8", "surrogateescape"
        )

    def replace(self, number: int, experts: tuple[Expert, ...]) -> None:
        """Keep other notes of a message."""
        if experts or self.of(number):
            self._replaced[number] = experts

    def of(self, number: int) -> tuple[Expert, ...]:
        """The notes of a message."""
        replaced = self._replaced.get(number)
        if replaced is not None:
            return replaced
        at = bisect_left(self._numbers, number)
        if at == len(self._numbers) or self._numbers[at] != number:
            return ()
        end = self._offsets[at + 1] if at + 1 < len(self._offsets) else len(self._text)
        said = self._text[self._offsets[at] : end].decode("utf-8", "surrogateescape").split("\0")
        return tuple(map(Expert, said[::2], said[1::2]))
