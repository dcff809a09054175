"""The payloads and streams of a capture, by the plainest means: enough for captures without loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import scapy.layers.inet6
import scapy.layers.l2  # noqa: F401 - makes Scapy know the link types
from scapy.layers.inet import TCP, UDP
from scapy.utils import PcapReader


class Direction(NamedTuple):
    """One direction of a conversation."""

    protocol: str
    source_port: int
    destination_port: int


def payloads(capture: Path) -> Iterator[tuple[Direction, int, bytes]]:
    """Direction, TCP sequence number (0 for UDP) and payload of every packet that has one."""
    with PcapReader(str(capture)) as reader:
        for packet in reader:
            for layer in (TCP, UDP):
                if layer in packet:
                    transport = packet[layer]
                    octets = bytes(transport.payload.original)
                    if octets:
                        way = Direction(layer.__name__.lower(), transport.sport, transport.dport)
                        yield way, getattr(transport, "seq", 0), octets


def streams(capture: Path) -> dict[Direction, bytes]:
    """What each direction of each TCP conversation carries; a segment sent twice counts once."""
    found: dict[Direction, bytearray] = {}
    start: dict[Direction, int] = {}
    for way, sequence, octets in payloads(capture):
        if way.protocol != "tcp":
            continue
        stream = found.setdefault(way, bytearray())
        offset = (sequence - start.setdefault(way, sequence)) & 0xFFFFFFFF
        if offset == len(stream):
            stream += octets
        elif offset + len(octets) > len(stream) and offset < 1 << 31:
            stream[offset:] = octets
    return {way: bytes(stream) for way, stream in found.items()}


def datagrams(capture: Path) -> list[bytes]:
    """The payload of each UDP datagram."""
    return [octets for way, _, octets in payloads(capture) if way.protocol == "udp"]
