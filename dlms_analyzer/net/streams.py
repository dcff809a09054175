"""Conversations and their two directions, and what is delivered on them."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from dlms_analyzer.frames import Frame, Segment


class GapReason(Enum):
    """Why octets are missing."""

    LOST = "not in the capture, but acknowledged by the peer"
    OVERDUE = "not in the capture, and nothing filled the hole"
    CUT = "cut by the snapshot length"
    JUMP = "the sequence numbers jumped"


class Gap(NamedTuple):
    """Octets of a direction that the capture does not hold."""

    frame: Frame
    """The frame that showed it: the first one behind the hole."""
    length: int
    """-1 when nobody can tell."""
    reason: GapReason


class Again(NamedTuple):
    """Octets of a direction that came before, in a frame that brought nothing new."""

    frame: Frame
    length: int


class End(NamedTuple):
    """The end of a direction (FIN), or of the whole connection (RST)."""

    frame: Frame
    reset: bool


class Stream:
    """One direction of a conversation."""

    __slots__ = ("conversation", "direction", "flow", "peer", "state")

    def __init__(self, conversation: Conversation, direction: int, flow: bytes) -> None:
        self.conversation = conversation
        self.direction = direction
        """0 in the direction of the first frame, 1 in the other."""
        self.flow = flow
        self.peer: Stream = self
        self.state: Any = None
        """Free for the consumer of the stream."""


class Conversation:
    """Two endpoints that talk over one transport."""

    __slots__ = ("active", "backward", "forward", "initiator", "number", "talk", "transport")

    forward: Stream
    backward: Stream

    def __init__(self, number: int, transport: int) -> None:
        self.number = number
        """From 0, in the order of appearance."""
        self.transport = transport
        self.initiator: int | None = None
        """The direction that opened the connection, when the capture shows it."""
        self.active = True
        """Whether frames came since the table last looked."""
        self.talk: Any = None
        """Free for whoever follows what is said in it."""

    @property
    def closed(self) -> bool:
        """Whether it has ended; without connections nobody can tell."""
        return False

    def flush(self) -> list[Delivery]:
        """What still waits: nothing follows."""
        return []


Item = Segment | Gap | Again | End
Delivery = tuple[Stream, Item]


def pair(conversation: Conversation, forward: Stream, backward: Stream) -> None:
    """Make two streams the directions of a conversation."""
    forward.peer = backward
    backward.peer = forward
    conversation.forward = forward
    conversation.backward = backward
