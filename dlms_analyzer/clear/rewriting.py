"""From messages to frames in clear: the APDU, the framing around it, the packet around that."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from dlms_analyzer.clear.apdus import MAX_APDU, clear_apdu
from dlms_analyzer.clear.exported import ExportedPdus
from dlms_analyzer.clear.gateway import gateway_prefix
from dlms_analyzer.clear.hdlc_frames import HdlcLinks
from dlms_analyzer.clear.packets import MAX_DATAGRAM, Packets, Way
from dlms_analyzer.frames import LINE, LINE_FLOW, SIDE_UNKNOWN, TCP, reverse_flow
from dlms_analyzer.framing.options import IANA_PORT
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.framing.wrapper import HEADER, HEADER_SIZE
from dlms_analyzer.messages import Message
from dlms_analyzer.net.links import ETHERNET, UPPER_PDU
from scapy_layers.plc_llc import PLC_LLC_SIZE
from scapy_layers.wrapper import VERSION

LINE_NETWORKS: Final = (bytes((198, 18)), bytes((198, 19)))
"""Addresses of the client and of the server on a line: the network for benchmarks (RFC 2544, C.2.2), and which line."""
FIRST_EPHEMERAL: Final = 49_152
"""Port of the client of a line (RFC 6335, 6); HDLC has the next one, because a stream has one framing."""

NO_STATION: Final = 0
"""wPort of an APDU that came without SAPs (IEC 62056-47, table 2)."""

_HEADERS: Final = {"raw": 0, "plc-llc": PLC_LLC_SIZE}
"""Framings without lengths and check sequences, and the size of their headers, which stay where there are datagrams."""
LINKED: Final = frozenset({"hdlc", "mode-e"})
"""Framings with link frames, which stay; every other one becomes the wrapper, which has room for the SAPs."""


class ClearFrame(NamedTuple):
    """A frame to write.

    Attributes:
        time: nanoseconds since 1970 UTC, of the frame that completed the message.
        octets: of the link type of the `Rewriter`.
        comment: what stood there, when it was protected; empty otherwise.
    """

    time: int
    octets: bytes
    comment: str


class Carrier(Protocol):
    """Puts payloads into frames."""

    def packets(self, way: Way, payload: bytes, *, breaks_off: bool = False) -> list[bytes]:
        """The frames for a payload; what belongs behind it is missing when it breaks off."""
        ...


class Rewriter:
    """Writes messages as frames, one each unless it is longer than a frame may be.

    Attributes:
        link_type: LINKTYPE_ value of the frames.
        opened: messages that were protected and are written in clear.
        closed: messages that were protected and are written as sent.
    """

    def __init__(self, *, upper_pdu: bool = False, keep_ports: bool = False, wrapper: bool = False) -> None:
        """Begin.

        Args:
            upper_pdu: exported PDUs instead of packets.
            keep_ports: the ports of the capture stay; else the one of the service becomes 4059.
            wrapper: APDUs of HDLC get the wrapper too; the rest of HDLC is left out.
        """
        self.link_type = UPPER_PDU if upper_pdu else ETHERNET
        self.opened = 0
        self.closed = 0
        self._carrier: Carrier = ExportedPdus() if upper_pdu else Packets(keep_ports=keep_ports)
        self._links = HdlcLinks()
        self._linked = frozenset[str]() if wrapper else LINKED

    def rewrite(self, message: Message) -> list[ClearFrame]:
        """The frames for a message; none when it has no octets, or is left out."""
        way = _way(message)
        octets, comment = clear_apdu(message, MAX_APDU if way.transport == TCP else MAX_DATAGRAM - HEADER_SIZE)
        if message.security is not None:
            opened = octets != message.octets
            self.opened += opened
            self.closed += not opened
        cut = _breaks_off(message)
        carry = self._carrier.packets
        packets = [packet for one in self._framed(message, octets) for packet in carry(way, one, breaks_off=cut)]
        return [ClearFrame(message.time, packet, "" if number else comment) for number, packet in enumerate(packets)]

    def _framed(self, message: Message, octets: bytes) -> list[bytes]:
        """The octets of a message with their framing."""
        if message.kind is not Kind.APDU and message.profile in LINKED - self._linked:
            return []
        if message.kind is Kind.RAW:
            return [octets] if octets else []
        if message.kind is Kind.LINK:
            return [self._links.link_frame(message) if message.profile == "hdlc" else octets]
        prefix = gateway_prefix(message)
        if message.profile in self._linked:
            return self._links.frames(message, octets, prefix)
        octets = prefix + octets
        if message.stream.conversation.transport != LINE and message.profile in _HEADERS:
            return [message.buf[message.start - _HEADERS[message.profile] : message.start] + octets]
        if len(octets) > MAX_APDU:
            return [octets]
        source, destination = message.client_sap or NO_STATION, message.server_sap or NO_STATION
        if message.sender is Sender.SERVER:
            source, destination = destination, source
        return [HEADER.pack(VERSION, source, destination, len(octets)) + octets]


def _way(message: Message) -> Way:
    """How a message travels."""
    stream = message.stream
    transport = stream.conversation.transport
    flow = stream.flow
    return Way(TCP if transport == LINE else transport, _line_flow(message) if len(flow) == LINE_FLOW else flow)


def _line_flow(message: Message) -> bytes:
    """Addresses and ports that stand for the two ends of a line."""
    flow = message.stream.flow
    client, server = (network + flow[:2] for network in LINE_NETWORKS)
    port = FIRST_EPHEMERAL + (message.profile in LINKED)
    called = client + server + port.to_bytes(2) + IANA_PORT.to_bytes(2)
    if message.sender is not Sender.UNKNOWN:
        answers = message.sender is Sender.SERVER
    elif flow[2] != SIDE_UNKNOWN:
        answers = flow[2] != 0
    else:
        answers = message.stream.direction != 0
    return reverse_flow(called) if answers else called


def _breaks_off(message: Message) -> bool:
    """Whether a message is the beginning of a frame whose end is missing; what follows is not its end."""
    return message.kind is Kind.RAW and any(one.code == "incomplete" for one in message.experts)
