"""Small captures and frames built by hand, in every format and byte order."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def rtac(event: int, payload: bytes) -> bytes:
    """A frame of link type RTAC serial."""
    return struct.pack("!IIBBH", 0, 0, event, 0, 0) + payload


def upper_pdu(tags: Sequence[tuple[int, bytes]]) -> bytes:
    """The tags of a frame of link type upper PDU, with the end tag."""
    return b"".join(struct.pack("!HH", tag, len(value)) + value for tag, value in tags) + bytes(4)


SECOND = 1_000_000_000
START = 1_767_225_600 * SECOND
"""2026-01-01 00:00:00 UTC, the time of the first frame of the samples."""

FRAMES = [(START + index * 1_234_567_000, bytes([index]) * (17 + 7 * index)) for index in range(6)]
"""Time in nanoseconds (whole microseconds) and octets of the frames of the samples."""


def pcap(
    frames: Sequence[tuple[int, bytes]] = FRAMES,
    order: str = "<",
    *,
    nanoseconds: bool = False,
    modified: bool = False,
    link_type: int = 1,
) -> bytes:
    """A pcap file."""
    magic = 0xA1B2CD34 if modified else 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65_535, link_type)]
    for time, octets in frames:
        seconds, rest = divmod(time, SECOND)
        fraction = rest if nanoseconds else rest // 1000
        parts.append(struct.pack(order + "IIII", seconds, fraction, len(octets), len(octets)))
        if modified:
            parts.append(struct.pack(order + "IHBx", 3, 0x0800, 4))
        parts.append(octets)
    return b"".join(parts)


class Pcapng:
    """Writes the blocks of a pcapng file in either byte order."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.octets = b""

    def options(self, *options: tuple[int, bytes]) -> bytes:
        written = b"".join(
            struct.pack(self.order + "HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options
        )
        return written + bytes(4) if written else b""

    def block(self, kind: int, body: bytes) -> Pcapng:
        body += bytes(-len(body) % 4)
        length = struct.pack(self.order + "I", len(body) + 12)
        self.octets += struct.pack(self.order + "I", kind) + length + body + length
        return self

    def section(self) -> Pcapng:
        return self.block(0x0A0D0D0A, struct.pack(self.order + "IHHq", 0x1A2B3C4D, 1, 0, -1))

    def interface(self, link_type: int = 1, *options: tuple[int, bytes], snap_length: int = 0) -> Pcapng:
        return self.block(1, struct.pack(self.order + "HHI", link_type, 0, snap_length) + self.options(*options))

    def packet(
        self, stamp: int, octets: bytes, *options: tuple[int, bytes], interface: int = 0, original: int | None = None
    ) -> Pcapng:
        header = struct.pack(
            self.order + "5I",
            interface,
            stamp >> 32,
            stamp & 0xFFFFFFFF,
            len(octets),
            len(octets) if original is None else original,
        )
        return self.block(6, header + octets + bytes(-len(octets) % 4) + self.options(*options))


def pcapng(frames: Sequence[tuple[int, bytes]] = FRAMES, order: str = "<") -> bytes:
    """A pcapng file with one interface and the default time resolution."""
    writer = Pcapng(order).section().interface()
    for time, octets in frames:
        writer.packet(time // 1000, octets)
    return writer.octets
