"""Rewrites captures the way networks and capture cards do: the same octets, in other packets.

Each function takes packets and returns new ones; they can be applied one after the other:

    packets = mangle.load(path)
    frames = mangle.frames(mangle.reorder(mangle.split(packets, 5), random, window=4))

Only TCP over IPv4 or IPv6 over Ethernet is rewritten, everything else passes as it is. Frames are numbered anew;
`Packet.origin` tells which frame of the original capture a packet comes from.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from random import Random

from dlms_analyzer.capture import open_capture
from dlms_analyzer.frames import FIN, PSH, RST, SYN, Frame

ETHERNET = 1
MASK = 0xFFFFFFFF
MAX_PAYLOAD = 60_000
"""Fits into the 16-bit lengths of IP with all its headers."""
STEP = 1_000
"""Nanoseconds between the packets that one packet became."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its headers, its TCP fields and its payload. Without TCP, `link` is the whole frame."""

    origin: int
    time: int
    link: bytes
    ip: bytes = b""
    tcp: bytes = b""
    payload: bytes = b""

    @property
    def is_tcp(self) -> bool:
        return bool(self.tcp)

    @property
    def addresses(self) -> tuple[bytes, bytes]:
        size, at = (4, 12) if self.ip[0] >> 4 == 4 else (16, 8)
        return self.ip[at : at + size], self.ip[at + size : at + 2 * size]

    @property
    def flow(self) -> bytes:
        return b"".join(self.addresses) + self.tcp[:4]

    @property
    def reverse(self) -> bytes:
        source, destination = self.addresses
        return destination + source + self.tcp[2:4] + self.tcp[:2]

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.tcp[4:8])

    @property
    def acknowledgment(self) -> int:
        return int.from_bytes(self.tcp[8:12])

    @property
    def flags(self) -> int:
        return self.tcp[13]

    def with_tcp(
        self, *, sequence: int | None = None, acknowledgment: int | None = None, flags: int | None = None
    ) -> Packet:
        tcp = bytearray(self.tcp)
        if sequence is not None:
            tcp[4:8] = (sequence & MASK).to_bytes(4)
        if acknowledgment is not None:
            tcp[8:12] = (acknowledgment & MASK).to_bytes(4)
        if flags is not None:
            tcp[13] = flags
        return replace(self, tcp=bytes(tcp))

    def with_addresses(self, source: bytes, destination: bytes) -> Packet:
        at = 12 if self.ip[0] >> 4 == 4 else 8
        return replace(self, ip=self.ip[:at] + source + destination + self.ip[at + len(source) + len(destination) :])

    def build(self) -> bytes:
        """The octets of the frame, with lengths and checksums that fit."""
        if not self.is_tcp:
            return self.link
        ip = bytearray(self.ip)
        size = len(self.tcp) + len(self.payload)
        if ip[0] >> 4 == 4:
            ip[2:4] = (len(ip) + size).to_bytes(2)
            ip[10:12] = bytes(2)
            ip[10:12] = checksum(bytes(ip)).to_bytes(2)
        else:
            ip[4:6] = (len(ip) - 40 + size).to_bytes(2)
        tcp = bytearray(self.tcp)
        tcp[16:18] = bytes(2)
        pseudo = b"".join(self.addresses) + struct.pack("!II", size, 6)
        tcp[16:18] = checksum(pseudo + bytes(tcp) + self.payload).to_bytes(2)
        return self.link + bytes(ip) + bytes(tcp) + self.payload


def checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(octets) & 1:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def parse(frame: Frame) -> Packet:
    """Take a captured frame apart."""
    octets = frame.octets
    whole = Packet(frame.number, frame.time, octets)
    if frame.link_type != ETHERNET or len(octets) < 54:
        return whole
    ether_type = octets[12:14]
    if ether_type == b"\x08\x00" and octets[23] == 6 and not int.from_bytes(octets[20:22]) & 0x3FFF:
        header = (octets[14] & 0x0F) * 4
        end = 14 + int.from_bytes(octets[16:18])
    elif ether_type == b"\x86\xdd" and octets[20] == 6:
        header = 40
        end = 54 + int.from_bytes(octets[18:20])
    else:
        return whole
    at = 14 + header
    payload = at + (octets[at + 12] >> 4) * 4
    return Packet(frame.number, frame.time, octets[:14], octets[14:at], octets[at:payload], octets[payload:end])


def load(path: Path) -> list[Packet]:
    """The packets of a capture file."""
    source = open_capture(path)
    try:
        return [parse(frame) for frame in source]
    finally:
        source.close()


def frames(packets: Iterable[Packet]) -> list[Frame]:
    """Frames to feed to the engine; their times never run backwards."""
    result: list[Frame] = []
    time = 0
    for number, packet in enumerate(packets, start=1):
        octets = packet.build()
        time = max(time, packet.time)
        result.append(Frame(number, time, ETHERNET, octets, 0, len(octets), len(octets)))
    return result


def pcap(packets: Iterable[Packet]) -> bytes:
    """A pcap file with nanoseconds."""
    records = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, ETHERNET)]
    for frame in frames(packets):
        seconds, fraction = divmod(frame.time, 1_000_000_000)
        records.append(struct.pack("<IIII", seconds, fraction, frame.end, frame.original_length) + frame.octets)
    return b"".join(records)


def split(packets: Iterable[Packet], size: int = 1) -> list[Packet]:
    """Cut every TCP payload into segments of `size` octets."""
    result: list[Packet] = []
    for packet in packets:
        if len(packet.payload) <= size:
            result.append(packet)
            continue
        for at in range(0, len(packet.payload), size):
            last = at + size >= len(packet.payload)
            flags = packet.flags & ~(0 if last else PSH | FIN) & ~(SYN if at else 0)
            piece = packet.with_tcp(sequence=packet.sequence + at, flags=flags)
            result.append(replace(piece, payload=packet.payload[at : at + size], time=packet.time + at // size * STEP))
    return result


def merge(packets: Iterable[Packet], limit: int = MAX_PAYLOAD) -> list[Packet]:
    """Join the payloads that follow each other in one direction until the other direction has data."""
    result: list[Packet] = []
    open_at: dict[bytes, int] = {}  # where in `result` the segment is that the next payload of a flow joins
    for packet in packets:
        if packet.is_tcp and packet.payload:
            open_at.pop(packet.reverse, None)
            at = open_at.get(packet.flow)
            if at is not None:
                before = result[at]
                joined = before.payload + packet.payload
                if before.sequence + len(before.payload) & MASK == packet.sequence and len(joined) <= limit:
                    flags = before.flags | packet.flags
                    result[at] = replace(before.with_tcp(flags=flags), payload=joined)
                    continue
            open_at[packet.flow] = len(result)
        elif packet.is_tcp and packet.flags & (SYN | FIN | RST):
            open_at.pop(packet.flow, None)
            open_at.pop(packet.reverse, None)
        result.append(packet)
    return result


def reorder(packets: Sequence[Packet], random: Random, window: int = 4) -> list[Packet]:
    """Shuffle the segments of a direction, `window` at a time.

    Segments do not trade places with data of the other direction: an answer does not overtake what it answers.
    """
    result: list[Packet] = []
    run: list[Packet] = []

    def finish() -> None:
        random.shuffle(run)
        result.extend(run)
        run.clear()

    for packet in packets:
        ordinary = packet.is_tcp and packet.payload and not packet.flags & (SYN | FIN | RST)
        if run and (not ordinary or packet.flow != run[0].flow or len(run) >= window):
            finish()
        if ordinary:
            run.append(packet)
        else:
            result.append(packet)
    finish()
    return result


def duplicate(packets: Sequence[Packet], random: Random, share: float = 0.3, delay: int = 3) -> list[Packet]:
    """Send a share of the TCP packets again, up to `delay` packets later."""
    keyed = [(float(at), packet) for at, packet in enumerate(packets)]
    again = [
        (at + random.uniform(0.1, delay), packet) for at, packet in keyed if packet.is_tcp and random.random() < share
    ]
    return [packet for _, packet in sorted([*keyed, *again], key=lambda entry: entry[0])]


def overlap(packets: Iterable[Packet], octets: int = 3) -> list[Packet]:
    """Let every segment start with the last octets of the one before, as after a partial retransmission."""
    result: list[Packet] = []
    last: dict[bytes, Packet] = {}
    for packet in packets:
        if not packet.is_tcp or not packet.payload:
            result.append(packet)
            continue
        before = last.get(packet.flow)
        last[packet.flow] = packet
        if before is not None and before.sequence + len(before.payload) & MASK == packet.sequence:
            tail = before.payload[-octets:]
            longer = packet.with_tcp(sequence=packet.sequence - len(tail))
            result.append(replace(longer, payload=tail + packet.payload))
        else:
            result.append(packet)
    return result


def drop(packets: Iterable[Packet], origins: Iterable[int]) -> list[Packet]:
    """Leave out the packets of some original frames."""
    left_out = set(origins)
    return [packet for packet in packets if packet.origin not in left_out]


def with_payload(packets: Iterable[Packet]) -> list[int]:
    """The original numbers of the frames that carry TCP payload: candidates for `drop`."""
    return list(dict.fromkeys(packet.origin for packet in packets if packet.is_tcp and packet.payload))


def interleave(first: Sequence[Packet], second: Sequence[Packet]) -> list[Packet]:
    """Two captures at the same time, packet by packet; the second one is moved to other addresses."""
    start = min(packet.time for packet in [*first, *second])
    result: list[Packet] = []
    for at, pair in enumerate(zip_longest(first, relocate(second))):
        for half, packet in enumerate(pair):
            if packet is not None:
                result.append(replace(packet, time=start + (2 * at + half) * 1_000_000))
    return result


def relocate(packets: Iterable[Packet]) -> list[Packet]:
    """Move TCP packets to addresses of their own: the last octet but one is flipped."""

    def moved(address: bytes) -> bytes:
        return address[:-2] + bytes((address[-2] ^ 0x80,)) + address[-1:]

    return [
        packet.with_addresses(*(moved(address) for address in packet.addresses)) if packet.is_tcp else packet
        for packet in packets
    ]


def shift_sequence(packets: Sequence[Packet], before_wrap: int = 10) -> list[Packet]:
    """Let the sequence numbers of each direction wrap `before_wrap` octets after its first packet."""
    shifts: dict[bytes, int] = {}
    for packet in packets:
        if packet.is_tcp:
            shifts.setdefault(packet.flow, -before_wrap - packet.sequence)
            if packet.flags & 0x10:
                shifts.setdefault(packet.reverse, -before_wrap - packet.acknowledgment)
    return [
        packet.with_tcp(
            sequence=packet.sequence + shifts[packet.flow],
            acknowledgment=packet.acknowledgment + shifts.get(packet.reverse, 0) if packet.flags & 0x10 else None,
        )
        if packet.is_tcp
        else packet
        for packet in packets
    ]
