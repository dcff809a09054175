"""Why a frame has no transport payload for us."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from dlms_analyzer.frames import Frame


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
