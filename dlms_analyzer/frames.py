"""What flows between the lower stages: a Frame from a capture, a Segment from a Frame.

Both are plain tuples that point into a buffer (the mapped capture file, as a rule) instead of copying out of it.
Hot loops build them with ``tuple.__new__(Frame, (...))``, which costs half of the generated constructor.
"""

from __future__ import annotations

import mmap
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

Buffer = bytes | mmap.mmap
"""Anything whose slices are bytes."""

NANOSECONDS: Final = 1_000_000_000

LAST_TIME: Final = 9_183_110_400 * NANOSECONDS - 1
"""The last time of a frame, in nanoseconds since 1970-01-01 UTC: the end of the year 2260, which 63 bits can hold."""

# Transports of a Segment: IP protocol numbers, and 0 for a payload that came without IP.
LINE: Final = 0
TCP: Final = 6
UDP: Final = 17

# Directions of a Frame, as in the epb_flags option of pcapng (draft-ietf-opsawg-pcapng, 4.3).
UNKNOWN: Final = 0
INBOUND: Final = 1
OUTBOUND: Final = 2

# TCP flags (RFC 9293, 3.1).
FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10


class Frame(NamedTuple):
    """One captured record. Its octets are ``buf[start:end]``."""

    number: int
    """From 1, in the order of the capture (after merging, when several files are read)."""
    time: int
    """Nanoseconds since 1970-01-01 UTC, from 0 to `LAST_TIME`."""
    link_type: int
    """LINKTYPE_ value, see https://www.tcpdump.org/linktypes.html."""
    buf: Buffer
    start: int
    end: int
    original_length: int
    """Octets on the wire; more than captured when the snapshot length cut the frame."""
    interface: int = 0
    """Index into the ``interfaces`` of the source."""
    direction: int = UNKNOWN

    @property
    def octets(self) -> bytes:
        """The captured octets."""
        return self.buf[self.start : self.end]


class Segment(NamedTuple):
    """The payload of one transport unit: a TCP segment, a datagram, or a burst on a line.

    Its octets are ``buf[start:end]``: the buffer of the frame, or a private one when IP fragments were joined.
    """

    frame: Frame
    transport: int
    """``TCP``, ``UDP``, or ``LINE`` for a payload without IP (serial line, exported PDU)."""
    flow: bytes
    """Who speaks to whom, in this direction: see ``endpoints``."""
    sequence: int
    acknowledgment: int
    """-1 when the segment carries none."""
    flags: int
    buf: Buffer
    start: int
    end: int
    missing: int = 0
    """Octets of payload that were on the wire behind ``end`` but not captured."""
    earlier: tuple[int, ...] = ()
    """Numbers of the frames that carried the first fragments, when the datagram came in several."""

    @property
    def octets(self) -> bytes:
        """The payload."""
        return self.buf[self.start : self.end]


# A flow is the source address, the destination address and the two ports, as they stand in the packet:
# 12 octets for IPv4, 36 for IPv6. A line has 4: the interface, and the side each end is on.
IPV4_FLOW: Final = 12
IPV6_FLOW: Final = 36
LINE_FLOW: Final = 4

SIDE_UNKNOWN: Final = 0xFF

FLOWS_REMEMBERED: Final = 4_096
"""Flows whose endpoints are remembered as text: those of the connections that are open at a time."""


def reverse_flow(flow: bytes) -> bytes:
    """The flow of the other direction."""
    size = len(flow)
    if size == LINE_FLOW:
        return flow[:2] + flow[3:] + flow[2:3]
    address = (size - 4) // 2
    return flow[address : 2 * address] + flow[:address] + flow[-2:] + flow[-4:-2]


def line_flow(interface: int, direction: int = UNKNOWN) -> bytes:
    """The flow of a line (serial port, log): side 0 is where the capture was taken, side 1 is the far end."""
    if direction == OUTBOUND:
        sides = b"\x00\x01"
    elif direction == INBOUND:
        sides = b"\x01\x00"
    else:
        sides = b"\xff\xff"
    return (interface & 0xFFFF).to_bytes(2) + sides


@lru_cache(maxsize=FLOWS_REMEMBERED)
def endpoints(flow: bytes, line: str = "line") -> tuple[str, str]:
    """Source and destination as text: ``192.0.2.1:4059``, ``[2001:db8::1]:4059``.

    Args:
        flow: The flow of a Segment.
        line: What to call a line, for example the device name; its two ends are told apart by a suffix.
    """
    source, destination = hosts(flow, line)
    used = ports(flow)
    if used is None:
        return source, destination
    form = "[{}]:{}" if len(flow) == IPV6_FLOW else "{}:{}"
    return form.format(source, used[0]), form.format(destination, used[1])


def hosts(flow: bytes, line: str = "line") -> tuple[str, str]:
    """Source and destination without their ports: ``192.0.2.1``, ``2001:db8::1``, or the ends of a line.

    Args:
        flow: See ``endpoints``.
        line: See ``endpoints``.
    """
    size = len(flow)
    if size == LINE_FLOW:
        names = {0: f"{line}/local", 1: f"{line}/remote"}
        return names.get(flow[2], line), names.get(flow[3], line)
    address = (size - 4) // 2
    return _address(flow[:address]), _address(flow[address : 2 * address])


@lru_cache(maxsize=FLOWS_REMEMBERED)  # many connections have the same few addresses
def _address(octets: bytes) -> str:
    return str(IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets))


def ports(flow: bytes) -> tuple[int, int] | None:
    """Source and destination port, or None for a line."""
    if len(flow) == LINE_FLOW:
        return None
    return int.from_bytes(flow[-4:-2]), int.from_bytes(flow[-2:])
