"""Replays captures through a real socket, at a given rate: what the live benchmark and the live test listen to.

    replay.py INTERFACE MARK COUNT RATE CAPTURE...             their frames, again and again
    replay.py --endless INTERFACE MARK COUNT RATE CAPTURE      its GET exchanges, on some connections that never end

Frames go out with a destination address of their own, the mark, so that a filter finds those of this replay and no host
takes them for its own. Prints how many were sent and how many seconds that took. Linux only: packet sockets.
"""

from __future__ import annotations

import argparse
import os
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Final

from dlms_analyzer.capture import open_capture

CONNECTIONS: Final = 50
BURST: Final = 0.004
"""Seconds between two bursts."""

_PORTS: Final = 34
_SEQUENCE: Final = 38
_FLAGS: Final = 47
_PAYLOAD_OFFSET: Final = 46
_WRAPPER: Final = 8
_GET: Final = (0xC0, 0xC4)


def new_mark() -> str:
    """A locally administered address that no interface has and no other replay of this machine uses."""
    return (b"\x02dl" + (os.getpid() & 0xFFFFFF).to_bytes(3)).hex(":")


def frames_of(paths: Iterable[str], mark: str) -> list[bytes]:
    """The Ethernet frames of some captures, addressed to the mark."""
    address = bytes.fromhex(mark.replace(":", ""))
    frames = []
    for path in paths:
        with open_capture(path) as source:
            frames += [address + frame.octets[6:] for frame in source]
    return frames


def repeated(paths: Sequence[str], mark: str) -> Iterator[bytes]:
    """The IPv4 frames of some captures, again and again, each time between other addresses: new conversations."""
    frames = frames_of(paths, mark)
    for time_around in count():
        network = (time_around & 0xFFFF).to_bytes(2)
        for frame in frames:
            yield frame[:27] + network + frame[29:31] + network + frame[33:]


def endless(path: str, mark: str) -> Iterator[bytes]:
    """The GET requests and responses of a capture of one client, on connections that are opened once and never end."""
    ports: dict[bytes, int] = {}
    exchanges: list[tuple[int, bytes]] = []
    for frame in frames_of([path], mark):
        payload = frame[34 + (frame[_PAYLOAD_OFFSET] >> 4) * 4 :]
        way = ports.setdefault(frame[_PORTS : _PORTS + 2], len(ports))
        if len(payload) > _WRAPPER and payload[_WRAPPER] in _GET and not frame[_FLAGS] & 2:
            exchanges.append((way, frame))
    sent = [[1, 1] for _ in range(CONNECTIONS)]
    while True:
        for connection, counts in enumerate(sent):
            client = struct.pack("!H", 40_000 + connection)
            for way, frame in exchanges:
                header = 34 + (frame[_PAYLOAD_OFFSET] >> 4) * 4
                source, destination = frame[_PORTS : _PORTS + 2], frame[_PORTS + 2 : _PORTS + 4]
                both = source + client if way else client + destination
                numbers = struct.pack("!LL", counts[way] & 0xFFFFFFFF, counts[1 - way] & 0xFFFFFFFF)
                yield frame[:_PORTS] + both + numbers + frame[_PAYLOAD_OFFSET:]
                counts[way] += len(frame) - header


def send(interface: str, frames: Iterator[bytes], total: int, rate: float) -> float:
    """Send so many frames at so many per second; how many seconds it took."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((interface, 0))
        started = time.monotonic()
        done = 0
        while done < total:
            due = min(total, int((time.monotonic() - started) * rate) + 1)
            for frame in islice(frames, due - done):
                out.send(frame)
            done = due
            time.sleep(BURST)
        return time.monotonic() - started


def main() -> int:
    """Send, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endless", action="store_true")
    parser.add_argument("interface")
    parser.add_argument("mark")
    parser.add_argument("count", type=int)
    parser.add_argument("rate", type=float)
    parser.add_argument("captures", nargs="+")
    options = parser.parse_args()
    frames = endless(options.captures[0], options.mark) if options.endless else repeated(options.captures, options.mark)
    print(options.count, send(options.interface, frames, options.count, options.rate))
    return 0


if __name__ == "__main__":
    sys.exit(main())
