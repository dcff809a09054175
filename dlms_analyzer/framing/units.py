"""What framing makes of a stream: one unit for each APDU, link frame, or run of octets that is neither; and its end."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from dlms_analyzer.frames import Buffer, Frame
from dlms_analyzer.net.streams import Conversation, Stream
from dlms_analyzer.notes import Expert


class Kind(Enum):
    """What a unit, and the message made of it, is."""

    APDU = "apdu"
    LINK = "link"
    RAW = "raw"


class Sender(Enum):
    """COSEM role of the side that sent a message; `UNKNOWN` is null in exports."""

    CLIENT = "client"
    SERVER = "server"
    UNKNOWN = None


class Part(NamedTuple):
    """Where in the capture a piece of a unit stands: `frame.buf[start:end]`."""

    frame: Frame
    start: int
    end: int


class Unit(NamedTuple):
    """An APDU, a link frame or raw octets, with its addresses and where it came from.

    Its octets are `buf[start:end]`: in place when one segment holds them all, a private buffer otherwise.
    """

    stream: Stream
    kind: Kind
    profile: str
    """`wrapper`, `hdlc`, `m-bus`, `mode-e`, `plc-llc` or `raw`."""
    source: int | None
    """wPort, or upper HDLC address."""
    destination: int | None
    lower: int | None
    """Lower HDLC address of the server."""
    hint: Sender
    """Who sent it, as far as the framing tells (LLC, address sizes)."""
    frame: Frame
    """The frame that completed it."""
    buf: Buffer
    start: int
    end: int
    parts: tuple[Part, ...] = ()
    """The pieces, when it came in several; empty when `frame` holds it all at `start`."""
    link: Any = None
    """The link frame's record."""
    experts: tuple[Expert, ...] = ()

    @property
    def octets(self) -> bytes:
        """The octets."""
        return self.buf[self.start : self.end]


class Ended(NamedTuple):
    """A direction of a connection has ended."""

    conversation: Conversation
    closed: bool
    """The other one had ended before: nothing follows in this conversation."""


Event = Unit | Ended
"""What the stages below associations say, in the order of the capture."""
