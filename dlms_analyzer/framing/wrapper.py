"""Framing by the TCP/UDP wrapper (IEC 62056-4-7): several WPDUs in a segment, or one in several."""

from __future__ import annotations

from struct import Struct
from typing import Final

from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.stream import Progress, StreamFramer
from dlms_analyzer.framing.units import Kind, Sender, Unit
from dlms_analyzer.net.streams import Stream
from scapy_layers import DecodeError, layer_at
from scapy_layers.apdu import UnknownApdu
from scapy_layers.gateway import is_gateway
from scapy_layers.wrapper import VERSION, Wrapper

HEADER: Final = Struct(">" + "".join(str(field.code) for field in Wrapper.fields_desc if field.code))
"""The fixed fields of `Wrapper` in one go: version, source and destination wPort, length."""
HEADER_SIZE: Final = HEADER.size
VERSION_OCTETS: Final = VERSION.to_bytes(2, "big")

_unpack: Final = HEADER.unpack_from
_new: Final = tuple.__new__
# Enum members are looked up once: in Python 3.11 each look-up is a call.
_APDU: Final = Kind.APDU
_UNKNOWN: Final = Sender.UNKNOWN


def starts_apdu(buf: Buffer, pos: int, end: int) -> bool:
    """Whether the octets at `pos` begin as an APDU, or a gateway prefix, does."""
    if is_gateway(buf[pos : pos + 1]):
        return True
    try:
        return layer_at(buf, pos, end) is not UnknownApdu
    except DecodeError as stopped:
        return stopped.offset >= end


def plausible_header(buf: Buffer, pos: int, end: int) -> bool:
    """Whether a WPDU may start at `pos`, as far as the octets there tell."""
    if end - pos < HEADER_SIZE:
        return buf[pos : min(pos + 2, end)] == VERSION_OCTETS[: min(2, end - pos)]
    version, _, _, length = _unpack(buf, pos)
    if version != VERSION or length == 0:
        return False
    return end - pos == HEADER_SIZE or starts_apdu(buf, pos + HEADER_SIZE, end)


def find_header(buf: Buffer, pos: int, end: int) -> int:
    """Offset of the next place where a WPDU may start, or begin to; `end` when there is none."""
    while True:
        found = buf.find(VERSION_OCTETS, pos, end)
        if found < 0:
            return end - 1 if pos < end and buf[end - 1] == VERSION_OCTETS[0] else end
        if plausible_header(buf, found, end):
            return found
        pos = found + 1


class WrapperFramer(StreamFramer):
    """One direction of a wrapper conversation."""

    profile = "wrapper"

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self._lost = False
        """Where the next WPDU starts is not known: octets are missing, or there was something else."""

    def reset(self) -> None:
        """Octets are missing: find the next header."""
        self._lost = True

    def scan(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> Progress:
        """See `StreamFramer.scan`."""
        wanted = HEADER_SIZE
        while end - pos >= HEADER_SIZE:
            if self._lost:
                pos = self._resynchronise(buf, pos, end, out)
                wanted = HEADER_SIZE + 1
                if end - pos < wanted:
                    break
                self._lost = False
            version, source, destination, length = _unpack(buf, pos)
            if version != VERSION:
                self._lost = True
                continue
            start = pos + HEADER_SIZE
            stop = start + length
            if stop > end:
                wanted = HEADER_SIZE + length
                break
            if self.experts or self._sources:
                out.append(self.unit(_APDU, buf, start, stop, source=source, destination=destination))
            else:
                out.append(
                    _new(
                        Unit,
                        (
                            self.stream, _APDU, "wrapper", source, destination, None, _UNKNOWN, self.frame,
                            buf, start, stop, (), None, (),
                        ),
                    )
                )  # fmt: skip
            pos = stop
        return _new(Progress, (pos, wanted))

    def _resynchronise(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> int:
        """Pass over octets up to the next place where a WPDU may start; the last octets may be too few to tell."""
        found = find_header(buf, pos, end)
        if found > pos:
            text = f"{found - pos} octets that do not start with wrapper version 1"
            out.append(self.raw(buf, pos, found, "undecoded", text))
        return found
