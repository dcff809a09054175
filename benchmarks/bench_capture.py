"""How fast frames come out of each kind of source, link layer and state of a TCP connection, one stage at a time.

Makes its own frames: 100,000 of a request and response pattern on 100 connections. The live row sends them over the
loopback interface as datagrams, and says how many the system dropped; it needs the permission to capture.
"""

from __future__ import annotations

import gzip
import io
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from dlms_analyzer.capture import CaptureError, open_capture, open_captures
from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.capture.live import LiveSource
from dlms_analyzer.frames import Frame, Segment
from dlms_analyzer.net import ConversationTable, NetworkDecoder

COUNT = 100_000
CONNECTIONS = 100
START = 1_767_225_600_000_000_000
STEP = 1_000_000
PAYLOAD = bytes(range(64))
LIVE_RATE = 20_000
"""Datagrams sent per second in the live row."""
LIVE_SECONDS = 5


def ip_packets(version: int, transport: int, count: int = COUNT) -> list[bytes]:
    """Packets in both directions of some connections, in order; the checksums are left zero."""
    sequences: dict[tuple[int, int], int] = {}
    packets = []
    for index in range(count):
        connection = index // 2 % CONNECTIONS
        way = index & 1
        ends = [(bytes((10, 0, 0, 1)), 20_000 + connection), (bytes((10, 1, 0, connection)), 4059)]
        (source, source_port), (destination, destination_port) = ends[way], ends[1 - way]
        if transport == 6:
            sequence = sequences.get((connection, way), 1000)
            ack = sequences.get((connection, 1 - way), 1000)
            sequences[connection, way] = sequence + len(PAYLOAD)
            header = struct.pack("!HHLLBBHHH", source_port, destination_port, sequence, ack, 0x50, 0x18, 9000, 0, 0)
        else:
            header = struct.pack("!HHHH", source_port, destination_port, 8 + len(PAYLOAD), 0)
        size = len(header) + len(PAYLOAD)
        if version == 4:
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, 1, 0, 64, transport, 0, source, destination)
        else:
            ip = struct.pack("!IHBB16s16s", 6 << 28, size, transport, 64, source.rjust(16), destination.rjust(16))
        packets.append(ip + header + PAYLOAD)
    return packets


def frames_of(packets: Iterable[bytes], link: bytes = b"", link_type: int = 101) -> list[Frame]:
    return [
        Frame(number, START + number * STEP, link_type, link + packet, 0, len(link + packet), len(link + packet))
        for number, packet in enumerate(packets, start=1)
    ]


def pcap(frames: Iterable[Frame]) -> bytes:
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)]
    for frame in frames:
        seconds, fraction = divmod(frame.time, 1_000_000_000)
        parts += [struct.pack("<IIII", seconds, fraction, frame.end, frame.end), frame.octets]
    return b"".join(parts)


def pcapng(frames: Iterable[Frame]) -> bytes:
    blocks = [writer.packet(0, frame.time, frame.octets) for frame in frames]
    return writer.section_header() + writer.interface_description(1) + b"".join(blocks)


def row(name: str, work: Callable[[], int]) -> None:
    start = time.perf_counter()
    count = work()
    seconds = time.perf_counter() - start
    print(f"{name:44}{count / seconds:14,.0f}{seconds / count * 1e6:10.2f}")


def sources(folder: Path, ethernet: list[Frame]) -> None:
    files = {
        "pcap": pcap(ethernet),
        "pcapng": pcapng(ethernet),
        "pcap.gz": gzip.compress(pcap(ethernet), 6),
        "odd.pcap": pcap(ethernet[::2]),
        "even.pcap": pcap(ethernet[1::2]),
    }
    for name, octets in files.items():
        (folder / name).write_bytes(octets)

    def count(source: Iterable[Frame]) -> int:
        return sum(1 for _ in source)

    row("source: pcap, mapped", lambda: count(open_capture(folder / "pcap")))
    row("source: pcapng, mapped", lambda: count(open_capture(folder / "pcapng")))
    row("source: pcap.gz, spooled", lambda: count(open_capture(folder / "pcap.gz")))
    row("source: pipe, spooled", lambda: count(open_capture(io.BytesIO(files["pcap"]))))
    row("source: pipe, passing by", lambda: count(open_capture(io.BytesIO(files["pcap"]), keep=False)))
    row("source: two files merged", lambda: count(open_captures([folder / "odd.pcap", folder / "even.pcap"])))


def decoding(frames: list[Frame]) -> Callable[[], int]:
    def work() -> int:
        decode = NetworkDecoder().decode
        return sum(isinstance(decode(frame), Segment) for frame in frames)

    return work


def feeding(segments: list[Segment]) -> Callable[[], int]:
    def work() -> int:
        feed = ConversationTable().feed
        for segment in segments:
            feed(segment)
        return len(segments)

    return work


def segments_of(frames: list[Frame]) -> list[Segment]:
    decoded = [NetworkDecoder().decode(frame) for frame in frames]
    return [segment for segment in decoded if isinstance(segment, Segment)]


def swapped(segments: list[Segment]) -> list[Segment]:
    """Every segment of a connection trades places with the next one of its direction."""
    result: list[Segment] = []
    stride = 2 * CONNECTIONS
    for start in range(0, len(segments) - 2 * stride + 1, 2 * stride):
        result += segments[start + stride : start + 2 * stride] + segments[start : start + stride]
    return result


def live() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        try:
            source = LiveSource(["lo"], f"udp port {receiver.getsockname()[1]}")
        except CaptureError as reason:
            print(f"live: left out: {reason}")
            return
        total = LIVE_RATE * LIVE_SECONDS
        threading.Thread(target=send, args=(receiver.getsockname(), total), daemon=True).start()
        decode, feed = NetworkDecoder().decode, ConversationTable().feed
        start = time.perf_counter()
        for frame in islice(source, total):
            segment = decode(frame)
            if isinstance(segment, Segment):
                feed(segment)
        seconds = time.perf_counter() - start
        source.stop()
        name = f"live: {source.tool.name}, {LIVE_RATE:,} a second sent, {source.dropped} dropped"
        print(f"{name:44}{total / seconds:14,.0f}{seconds / total * 1e6:10.2f}")
        source.close()


def send(address: tuple[str, int], total: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        start = time.perf_counter()
        for index in range(total):
            sender.sendto(PAYLOAD, address)
            ahead = index / LIVE_RATE - (time.perf_counter() - start)
            if ahead > 0.002:
                time.sleep(ahead)


def main() -> int:
    macs = bytes(12)
    tcp4, tcp6 = ip_packets(4, 6), ip_packets(6, 6)
    ethernet = frames_of(tcp4, macs + b"\x08\x00", 1)
    print(f"{'':44}{'frames/s':>14}{'us/frame':>10}")
    with tempfile.TemporaryDirectory() as folder:
        sources(Path(folder), ethernet)
    row("decode: Ethernet, IPv4, TCP", decoding(ethernet))
    row("decode: VLAN, IPv4, TCP", decoding(frames_of(tcp4, macs + b"\x81\x00\x00\x05\x08\x00", 1)))
    row("decode: Ethernet, IPv6, TCP", decoding(frames_of(tcp6, macs + b"\x86\xdd", 1)))
    row("decode: Ethernet, IPv4, UDP", decoding(frames_of(ip_packets(4, 17), macs + b"\x08\x00", 1)))
    row("decode: Linux cooked v2, IPv4, TCP", decoding(frames_of(tcp4, b"\x08\x00" + bytes(18), 276)))
    row("decode: raw IPv4, TCP", decoding(frames_of(tcp4)))
    row("decode: PPP, by Scapy (1,000 frames)", decoding(frames_of(tcp4[:1_000], b"\x00\x21", 9)))
    segments = segments_of(ethernet)
    row("TCP: in order", feeding(segments))
    row("TCP: every second segment too early", feeding(swapped(segments)))
    row("TCP: every segment twice", feeding([segment for segment in segments for _ in range(2)]))
    live()
    return 0


if __name__ == "__main__":
    sys.exit(main())
