"""The capture program for when neither dumpcap nor tcpdump is installed: Scapy's sockets, pcapng on standard output.

It runs in a process of its own: ``python -m dlms_analyzer.capture.live_child [--filter=EXPR] -- INTERFACE...``
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, Final, NoReturn

from . import pcapng_writer as writer

_STANDARD_OUTPUT: Final = 1
_SNAP_LENGTH: Final = 262_144
_RECEIVE_BUFFER: Final = 32 << 20
_STATISTICS_INTERVAL: Final = 1_000_000_000
"""Nanoseconds between two looks at what the system dropped."""
_RAW_IP: Final = 101

# Options of packet sockets, <linux/if_packet.h>.
_SOL_PACKET: Final = 263
_PACKET_STATISTICS: Final = 6
_PACKET_IGNORE_OUTGOING: Final = 23
_SO_RCVBUFFORCE: Final = 33
_LOOPBACK: Final = 772
"""ARPHRD_LOOPBACK: what is sent there is received there, and would be captured twice."""


class _Tap:
    """One interface."""

    def __init__(self, index: int, name: str, capture_filter: str, *, promiscuous: bool) -> None:
        from scapy.config import conf

        self.index = index
        self.name = name
        opened: Any = conf.L2listen(iface=name, filter=capture_filter or None, promisc=promiscuous)
        self.socket = opened
        self.dropped = 0
        numbers: dict[Any, int] = conf.l2types.layer2num
        self.link_type = numbers.get(self.socket.LL, _RAW_IP) if self.socket.lvl == 2 else _RAW_IP
        if sys.platform == "linux":
            self._tune(self.socket.ins)

    @staticmethod
    def _tune(handle: socket.socket) -> None:
        try:
            handle.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
        except OSError:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        if handle.getsockname()[3] == _LOOPBACK:
            handle.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)

    def take(self) -> bytes:
        """The block of the next frame, empty when it was none."""
        _, octets, stamp = self.socket.recv_raw(_SNAP_LENGTH)
        if not octets:
            return b""
        moment = time.time_ns() if stamp is None else int(stamp * 1e9)
        return writer.packet(self.index, moment, octets)

    def count_drops(self) -> int:
        """Frames the system dropped so far."""
        if sys.platform == "linux":
            _, dropped = struct.unpack("II", self.socket.ins.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
            self.dropped += dropped
        return self.dropped


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _open(names: Sequence[str], capture_filter: str, *, promiscuous: bool) -> list[_Tap]:
    import scapy.arch  # the sockets
    import scapy.layers.inet6
    import scapy.layers.l2  # noqa: F401 - the link types they recognise

    return [_Tap(index, name, capture_filter, promiscuous=promiscuous) for index, name in enumerate(names)]


def _capture(taps: Sequence[_Tap]) -> None:
    by_handle = {tap.socket.fileno(): tap for tap in taps}
    looked = time.time_ns()
    while True:
        ready, _, _ = select.select(list(by_handle), [], [], 1.0)
        os.write(_STANDARD_OUTPUT, b"".join(by_handle[handle].take() for handle in ready))
        now = time.time_ns()
        if now - looked > _STATISTICS_INTERVAL:
            looked = now
            for tap in taps:
                os.write(_STANDARD_OUTPUT, writer.interface_statistics(tap.index, now, tap.count_drops()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Capture until interrupted."""
    from scapy.error import Scapy_Exception

    parser = argparse.ArgumentParser(description="Capture to standard output, as pcapng.")
    parser.add_argument("--filter", default="")
    parser.add_argument("--no-promiscuous", action="store_true")
    parser.add_argument("interfaces", nargs="+")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        taps = _open(options.interfaces, options.filter, promiscuous=not options.no_promiscuous)
    except (OSError, ValueError, Scapy_Exception) as error:
        _say(str(error))
        return 1
    head = writer.section_header() + b"".join(writer.interface_description(tap.link_type, tap.name) for tap in taps)
    os.write(_STANDARD_OUTPUT, head)
    _say(f"listening on {', '.join(options.interfaces)}")
    try:
        _capture(taps)
    except KeyboardInterrupt:
        _say(f"{sum(tap.count_drops() for tap in taps)} packets dropped by kernel")
    except OSError as error:  # the interface went away, or the disk is full
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
