"""Why a frame has no transport payload for us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final, NamedTuple

from dlms_analyzer.frames import Frame
from dlms_analyzer.words import counted


class Reason(Enum):
    """Kinds of frames without a payload to look at. The first three are ordinary, the others are worth a note."""

    NOT_IP = "not IP"
    OTHER_TRANSPORT = "neither TCP nor UDP"
    FRAGMENT = "a fragment; the datagram is not complete yet"
    CUT = "cut by the snapshot length"
    MALFORMED = "malformed"
    INCOMPLETE = "a datagram whose fragments are not all there"
    UNSUPPORTED = "an encapsulation that is not known"


class Unread(NamedTuple):
    """A frame that holds no Segment, and why."""

    reason: Reason
    frame: Frame
    offset: int
    """Octets from the start of the frame to where reading ended."""
    text: str

    def __str__(self) -> str:
        return f"frame {self.frame.number}, offset {self.offset}: {self.text}"


BAD: Final = (Reason.MALFORMED, Reason.INCOMPLETE)
"""Reasons that are damage of the capture."""
_WORTH_A_NOTE: Final = (*BAD, Reason.CUT, Reason.UNSUPPORTED)

PackedUnread = dict[str, tuple[int, int, int, str]]
"""By reason: how many frames, then the number of the first, the offset in it, and what stands there."""


class UnreadFrames:
    """How many frames hold no payload, by reason, and where the first of each stands.

    Attributes:
        counts: how many, by the words of the reason.
    """

    def __init__(self, packed: Mapping[str, tuple[int, int, int, str]] | None = None) -> None:
        """Begin, or go on from what `packed` gave in another process."""
        self.counts: Counter[str] = Counter()
        self._first: dict[str, tuple[int, int, str]] = {}
        for reason, (count, number, offset, text) in (packed or {}).items():
            self.counts[reason] = count
            self._first[reason] = (number, offset, text)

    def add(self, unread: Unread, count: int = 1) -> None:
        """Count frames, the first of which is given."""
        reason = unread.reason.value
        self.counts[reason] += count
        if reason not in self._first:
            self._first[reason] = (unread.frame.number, unread.offset, unread.text)

    def packed(self) -> PackedUnread:
        """It, as plain values."""
        return {reason: (self.counts[reason], *first) for reason, first in self._first.items()}

    @property
    def is_bad(self) -> bool:
        """Whether any of it is damage of the capture."""
        return any(self.counts[reason.value] for reason in BAD)

    def notes(self) -> Iterator[str]:
        """What to tell of frames that might have had a payload, a line for each reason."""
        for reason in _WORTH_A_NOTE:
            if reason.value not in self._first:
                continue
            count, (number, offset, text) = self.counts[reason.value], self._first[reason.value]
            if reason is Reason.INCOMPLETE:
                lost = counted(count, "IP datagram")
                yield f"{lost} not read, fragments are missing; the first begins in frame {number}"
            else:
                where = f"the first is frame {number}, offset {offset}: {text}"
                yield f"{counted(count, 'frame')} not read, {reason.value}; {where}"


def uncaptured(frame: Frame) -> int:
    """Octets that were on the wire but that the capture does not hold."""
    return max(0, frame.original_length - (frame.end - frame.start))


def ends_inside(what: str, frame: Frame, position: int) -> Unread:
    """The frame ends inside `what`, which starts at `position` of the buffer: cut by the capture, or damaged."""
    reason = Reason.CUT if uncaptured(frame) else Reason.MALFORMED
    return Unread(reason, frame, offset_of(position, frame), f"the frame ends inside its {what}")


def offset_of(position: int, frame: Frame) -> int:
    """Where in the frame a position is; one in a datagram joined or unpacked from it has no place there: 0."""
    if position < frame.start:
        return 0
    return min(position, frame.end) - frame.start
