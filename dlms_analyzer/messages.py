"""Message: one APDU after link reassembly, or one link frame without APDU, with everything learnt about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dlms_analyzer.frames import Buffer, Frame, endpoints
from dlms_analyzer.framing.units import Kind, Part, Sender
from dlms_analyzer.items import Item
from dlms_analyzer.net.streams import Stream
from dlms_analyzer.notes import Expert

if TYPE_CHECKING:
    from dlms_analyzer.associations.association import Association
    from dlms_analyzer.associations.exchange import Exchange


class Security(NamedTuple):
    """How an APDU was protected, and what became of it.

    Attributes:
        status: `ok`, `no-key`, `bad-tag`, `not-verified` or `error`.
        security_control: the octet as sent.
        invocation_counter: as sent.
        key: which key protects it: `guek`, `gbek`, `dedicated` …; None when it is not known.
        system_title: of the sender; None when it was not seen.
        reason: why it is not `ok`, in a sentence without a full stop; None when it is.
    """

    status: str
    security_control: int
    invocation_counter: int
    key: str | None
    system_title: bytes | None
    reason: str | None = None


class Reassembled(NamedTuple):
    """A long transfer, on the message that completes it.

    Attributes:
        service: what was carried.
        data: the joined octets.
        messages: numbers of the messages that carried it.
    """

    service: str
    data: bytes
    messages: tuple[int, ...]


class Message(NamedTuple):
    """One message. Its octets are `buf[start:end]`; `record` is the layer's record of the APDU."""

    number: int
    """From 1, in capture order."""
    kind: Kind
    service: str
    """Innermost service known, or link frame type."""
    outer: str
    """Service as sent."""
    time: int
    """Nanoseconds since 1970 UTC, of the frame that completed it."""
    sender: Sender
    profile: str
    client_sap: int | None
    server_sap: int | None
    server_lower: int | None
    stream: Stream
    association: Association | None
    exchange: Exchange | None
    invoke_id: int | None
    response_time: int | None
    """Nanoseconds since the last request of the exchange."""
    record: Any
    frame: Frame
    buf: Buffer
    start: int
    end: int
    parts: tuple[Part, ...] = ()
    link: Any = None
    security: Security | None = None
    plaintext: bytes | None = None
    items: tuple[Item, ...] = ()
    reassembled: Reassembled | None = None
    experts: tuple[Expert, ...] = ()

    @property
    def octets(self) -> bytes:
        """The APDU as sent, link framing and LLC removed; or the link frame or raw octets."""
        return self.buf[self.start : self.end]

    @property
    def frames(self) -> tuple[int, ...]:
        """Numbers of the frames that carry it."""
        if not self.parts:
            return (self.frame.number,)
        return tuple(dict.fromkeys(part.frame.number for part in self.parts))

    @property
    def source(self) -> str:
        """Where it came from: `ip:port`, `[ipv6]:port` or the serial line."""
        return endpoints(self.stream.flow)[0]

    @property
    def destination(self) -> str:
        """Where it went."""
        return endpoints(self.stream.flow)[1]

    def to_dict(self) -> dict[str, Any]:
        """The object of the jsonl export."""
        from dlms_analyzer.message_json import message_dict

        return message_dict(self)
