"""A capture written as a script: who sends which APDU when, over one TCP connection or several."""

from __future__ import annotations

import struct
from pathlib import Path

from dlms_analyzer.capture import open_capture
from dlms_analyzer.frames import ACK, FIN
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.security.keyring import Keyring
from scapy_layers import Wrapper
from tests.dlms_analyzer.capture_samples import SECOND, START, pcap

RAW_IP = 101
"""Link type of packets that begin with their IP header."""
CLIENT, SERVER = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 7))
TICK = 10_000_000
"""Nanoseconds from one packet to the next, unless the script waits."""

GET = bytes.fromhex("c001c100030100010800ff0200")
"""Reads the value of the register 1-0:1.8.0.255, with invoke-id 1."""
VALUE = bytes.fromhex("c401c1000600000005")
REFUSED = bytes.fromhex("c401c10103")
"""Two answers to it."""
OTHER_GET = bytes.fromhex("c001c200030100020800ff0200")
OTHER_VALUE = bytes.fromhex("c401c2000600000007")
"""The same for the register 1-0:2.8.0.255, with invoke-id 2."""
BLOCKS = (
    bytes.fromhex("c402c10000000001000309040a"),
    bytes.fromhex("c002c100000001"),
    bytes.fromhex("c402c1010000000200030b0c0d"),
)
"""An answer to `GET` in two blocks, with the request for the second between them."""


class Script:
    """Writes packets; every packet comes ten milliseconds after the one before."""

    def __init__(self, port: int = 40_000, server_port: int = 4_059) -> None:
        self.port = port
        self.server_port = server_port
        self.time = START
        self.packets: list[tuple[int, bytes]] = []
        self._next = {True: 1, False: 1}

    def client(self, apdu: object, sap: int = 16) -> Script:
        """The client sends an APDU."""
        return self._segment(bytes(Wrapper(source_wport=sap, destination_wport=1) / bytes(apdu)), client=True)  # type: ignore[call-overload]

    def server(self, apdu: object, sap: int = 16) -> Script:
        """The server sends an APDU."""
        return self._segment(bytes(Wrapper(source_wport=1, destination_wport=sap) / bytes(apdu)), client=False)  # type: ignore[call-overload]

    def wait(self, seconds: float) -> Script:
        """Nobody says anything."""
        self.time += round(seconds * SECOND)
        return self

    def lose(self, octets: int, *, client: bool) -> Script:
        """Octets that a side sends are not captured; the other one acknowledges them."""
        self._next[client] += octets
        return self

    def again(self) -> Script:
        """The last packet is sent once more."""
        self.time += TICK
        self.packets.append((self.time, self.packets[-1][1]))
        return self

    def hang_up(self) -> Script:
        """Both sides end the connection."""
        return self._segment(b"", client=True, flags=ACK | FIN)._segment(b"", client=False, flags=ACK | FIN)

    def octets(self) -> bytes:
        """The capture."""
        return pcap(self.packets, link_type=RAW_IP)

    def index(self, folder: Path, keys: Keyring | None = None) -> IndexedCapture:
        """The capture in a file in a folder, read."""
        path = folder / "script.pcap"
        path.write_bytes(self.octets())
        capture = IndexedCapture(open_capture(path), keys=keys)
        for _ in capture.read():
            pass
        return capture

    def _segment(self, payload: bytes, *, client: bool, flags: int = ACK) -> Script:
        self.time += TICK
        ports = (self.port, self.server_port) if client else (self.server_port, self.port)
        tcp = struct.pack("!HHIIBBHHH", *ports, self._next[client], self._next[not client], 0x50, flags, 8_192, 0, 0)
        addresses = CLIENT + SERVER if client else SERVER + CLIENT
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0) + addresses
        self.packets.append((self.time, ip + tcp + payload))
        self._next[client] += len(payload) + bool(flags & FIN)
        return self
