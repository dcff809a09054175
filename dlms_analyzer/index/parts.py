"""Where the messages of a table stand that came in several pieces."""

from __future__ import annotations

from array import array
from typing import Final

from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.units import Part
from dlms_analyzer.messages import Message

PIECES: Final = 0x80
"""In the column `kind`: `position` is a row of the table of parts, `size` how many there are."""


class Parts:
    """Where messages stand that came in several pieces."""

    def __init__(self) -> None:
        self._frame = array("I")
        self._interface = array("H")
        self._position = array("Q")
        self._size = array("I")
        self._kept: dict[int, bytes] = {}
        """Octets that stand nowhere in the capture as they are, by the first part: from IP fragments, for example."""

    @property
    def octets(self) -> int:
        """Memory taken."""
        return len(self._frame) * 18 + sum(map(len, self._kept.values()))

    def add(self, message: Message) -> tuple[int, Frame, int, int]:
        """What stands in the row: a bit in `kind`, the frame that completed it, `position`, and that plus `size`."""
        parts, octets = message.parts, message.octets
        frame = message.frame
        whole = b"".join([part.frame.buf[part.start : part.end] for part in parts]) == octets
        if whole and len(parts) == 1:
            return 0, parts[0].frame, parts[0].start, parts[0].end
        first = len(self._frame)
        if not whole:
            self._kept[first] = octets
        for part in parts or (Part(frame, 0, 0),):
            self._frame.append(part.frame.number)
            self._interface.append(part.frame.interface)
            self._position.append(part.start)
            self._size.append(part.end - part.start)
        return PIECES, frame, first, len(self._frame)

    def of(self, first: int, count: int, time: int) -> tuple[tuple[Part, ...], bytes | None]:
        """See `MessageTable.places`."""
        parts = []
        for at in range(first, first + count):
            frame = Frame(self._frame[at], time, 0, b"", 0, 0, 0, self._interface[at])
            parts.append(Part(frame, self._position[at], self._position[at] + self._size[at]))
        return tuple(parts), self._kept.get(first)

    def size(self, first: int, count: int) -> int:
        """How many octets a message has."""
        kept = self._kept.get(first)
        return sum(self._size[first : first + count]) if kept is None else len(kept)
