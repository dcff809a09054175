"""Packets around payloads: Ethernet, IP, TCP or UDP, with sequence numbers that follow one another."""

from __future__ import annotations

from itertools import islice
from struct import Struct
from typing import Final, NamedTuple

from dlms_analyzer.frames import ACK, IPV6_FLOW, PSH, TCP, UDP, ports, reverse_flow
from dlms_analyzer.framing.options import IANA_PORT

MAX_SEGMENT: Final = 65_495
"""Octets in a TCP segment: what IPv4 counts in 16 bits, without the headers of IP and TCP."""
MAX_DATAGRAM: Final = 65_507
"""The same for UDP."""
MAX_CONVERSATIONS: Final = 1 << 18
"""Conversations whose sequence numbers are remembered; beyond, the oldest are forgotten and would begin anew."""
WINDOW: Final = 0xFFFF
FIRST_SEQUENCE: Final = 1
"""As if the connection had been opened with sequence number 0."""
_MAC: Final = (bytes.fromhex("020000000001"), bytes.fromhex("020000000002"))
"""Locally administered addresses of the side that was heard first, and of the other one."""
_MASK: Final = 0xFFFFFFFF

_IPV4: Final = Struct("!BBHHHBBH")
_IPV6: Final = Struct("!IHBB")
_TCP: Final = Struct("!4sIIBBHHH")
_UDP: Final = Struct("!4sHH")
_VERSION_4: Final = 0x45
_VERSION_6: Final = 6 << 28
_DO_NOT_FRAGMENT: Final = 0x4000
_HOPS: Final = 64
_IPV4_HEADER: Final = 20
_TCP_WORDS: Final = 5 << 4
_TCP_CHECKSUM: Final = 16
"""Offset of the checksum in the header."""
_UDP_CHECKSUM: Final = 6


class Way(NamedTuple):
    """How a payload travels.

    Attributes:
        transport: `TCP` or `UDP`.
        flow: addresses and ports, in the direction of the payload; see `frames.endpoints`.
    """

    transport: int
    flow: bytes


class End:
    """One side of a rebuilt conversation.

    Attributes:
        flow: addresses and ports, from this side to the other.
        mac: of this side.
        sequence: of its next octet.
        peer: the other side.
    """

    __slots__ = ("flow", "mac", "peer", "sequence")

    def __init__(self, flow: bytes, mac: bytes) -> None:
        self.flow = flow
        self.mac = mac
        self.sequence = FIRST_SEQUENCE
        self.peer: End = self


class Packets:
    """Puts payloads into packets; keeps what each conversation has sent.

    Attributes:
        keep_ports: the ports of the capture stay; else the one of the service becomes 4059, by which other programs
            know DLMS/COSEM.
    """

    def __init__(self, *, keep_ports: bool = False) -> None:
        self.keep_ports = keep_ports
        self._ends: dict[tuple[int, bytes], End] = {}
        self._taken: set[tuple[int, bytes]] = set()

    def packets(self, way: Way, payload: bytes, *, breaks_off: bool = False) -> list[bytes]:
        """Ethernet frames that carry a payload: one, or several when it is too long for one.

        Args:
            way: how it travels.
            payload: the octets.
            breaks_off: what belongs behind them is missing; the sequence numbers leave a hole for it.
        """
        end = self._end(way)
        if way.transport == UDP:
            return [_datagram(end, payload[at : at + MAX_DATAGRAM]) for at in range(0, len(payload), MAX_DATAGRAM)]
        packets = [_segment(end, payload[at : at + MAX_SEGMENT]) for at in range(0, len(payload), MAX_SEGMENT)]
        end.sequence += breaks_off
        return packets

    def _end(self, way: Way) -> End:
        return self._ends.get(way) or self._begin(*way)

    def _begin(self, transport: int, flow: bytes) -> End:
        """Both sides of a conversation; gives the one that sends `flow`."""
        if len(self._ends) >= 2 * MAX_CONVERSATIONS:
            for key in list(islice(self._ends, MAX_CONVERSATIONS // 2)):
                self._taken.discard((key[0], self._ends.pop(key).flow))
        written = flow if self.keep_ports else self._free(transport, flow)
        forward, backward = End(written, _MAC[0]), End(reverse_flow(written), _MAC[1])
        forward.peer, backward.peer = backward, forward
        self._ends[transport, reverse_flow(flow)] = backward
        self._ends[transport, flow] = forward
        self._taken |= {(transport, forward.flow), (transport, backward.flow)}
        return forward

    def _free(self, transport: int, flow: bytes) -> bytes:
        """The flow with port 4059 on the side of the service; the other port moves on while somebody has it."""
        source, destination = ports(flow) or (0, 0)
        if IANA_PORT not in (source, destination):
            if destination <= source:
                destination = IANA_PORT
            else:
                source = IANA_PORT
        written = flow
        for _ in range(0xFFFF):
            written = flow[:-4] + source.to_bytes(2) + destination.to_bytes(2)
            if (transport, written) not in self._taken:
                break
            if destination == IANA_PORT:
                source = source % 0xFFFF + 1
            else:
                destination = destination % 0xFFFF + 1
        return written


def _segment(end: End, payload: bytes) -> bytes:
    sequence, acknowledgment = end.sequence & _MASK, end.peer.sequence & _MASK
    header = _TCP.pack(end.flow[-4:], sequence, acknowledgment, _TCP_WORDS, PSH | ACK, WINDOW, 0, 0)
    end.sequence += len(payload)
    return _in_ip(end, TCP, header + payload, _TCP_CHECKSUM)


def _datagram(end: End, payload: bytes) -> bytes:
    return _in_ip(end, UDP, _UDP.pack(end.flow[-4:], _UDP.size + len(payload), 0) + payload, _UDP_CHECKSUM)


def _in_ip(end: End, protocol: int, segment: bytes, at: int) -> bytes:
    """An Ethernet frame with an IP packet; the checksum of its transport stands at offset `at` of `segment`."""
    flow = end.flow
    size = len(segment)
    addresses = flow[:-4]
    check = _checksum(addresses + bytes((0, protocol)) + size.to_bytes(2) + segment)
    if protocol == UDP and not check:
        check = 0xFFFF  # zero would say that there is none (RFC 768)
    segment = segment[:at] + check.to_bytes(2) + segment[at + 2 :]
    if len(flow) == IPV6_FLOW:
        kind, header = b"\x86\xdd", _IPV6.pack(_VERSION_6, size, protocol, _HOPS)
    else:
        header = _IPV4.pack(_VERSION_4, 0, _IPV4_HEADER + size, 0, _DO_NOT_FRAGMENT, _HOPS, protocol, 0)
        kind, header = b"\x08\x00", header[:10] + _checksum(header + addresses).to_bytes(2)
    return end.peer.mac + end.mac + kind + header + addresses + segment


def _checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071); the sum of 16-bit words is the number modulo FFFF."""
    rest = int.from_bytes(octets + bytes(len(octets) & 1)) % 0xFFFF
    return 0xFFFF - rest if rest else 0
