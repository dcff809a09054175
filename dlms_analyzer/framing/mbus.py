"""Framing by wired M-Bus (EN 13757-2, -3): long frames in a stream, segments joined."""

from __future__ import annotations

from typing import Any, Final

from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.link import LinkFrame
from dlms_analyzer.framing.stream import Progress, StreamFramer
from dlms_analyzer.framing.units import Kind, Part, Unit
from dlms_analyzer.net.streams import Item, Stream
from dlms_analyzer.notes import Expert
from scapy_layers.core.outcome import DecodeError, tolerant
from scapy_layers.mbus import LAST, SEGMENT, START, MBus, long_frame

MAX_SEGMENTS: Final = 16
"""Segments of one APDU: their number has four bits."""
BEHIND: Final = 2
"""Octets of checksum and stop."""


class MBusFramer(StreamFramer):
    """One direction of a line with M-Bus frames."""

    profile = "m-bus"

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self._segments: list[bytes] = []
        self._segment_parts: list[Part] = []

    def scan(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> Progress:
        """See `StreamFramer.scan`."""
        while pos < end:
            size = long_frame(buf, pos, end)
            if size and pos + size > end:
                return Progress(pos, size)
            if not size or not self._frame(buf, pos, pos + size, out):
                found = buf.find(bytes((START,)), pos + 1, end)
                stop = end if found < 0 else found
                text = f"{stop - pos} octets outside of frames: {buf[pos:stop][:16].hex()}"
                out.append(self.raw(buf, pos, stop, "noise", text))
                pos = stop
                continue
            pos += size
        return Progress(pos, 1)

    def _frame(self, buf: Buffer, pos: int, stop: int, out: list[Unit]) -> bool:
        """Take a frame; False when it is none after all."""
        with tolerant() as notes:
            try:
                record, _ = MBus.read_record(buf, pos, stop)
            except DecodeError:
                return False
        if any(note.code == "bad-checksum" for note in notes):
            experts = tuple(Expert("bad-fcs", note.text) for note in notes)
            octets = buf[pos:stop]
            link = LinkFrame(MBus, octets, "m-bus", intact=False)
            out.append(self.unit(Kind.LINK, buf, pos, stop, link=link, experts=experts))
            return True
        end = stop - BEHIND
        start = end - len(record.apdu)
        number, last = record.control_information & SEGMENT, record.control_information & LAST
        if number != len(self._segments) and (number or self._segments):
            self._lose(out, f"segment {number} comes where segment {len(self._segments)} was to come")
        if number and not self._segments:
            text = f"{end - start} octets of a segmented APDU: segment {number}, those before it are missing"
            out.append(self.raw(buf, start, end, "segment-lost", text))
            return True
        if last and not self._segments:
            out.append(self._apdu(record, buf, start, end))
            return True
        self._segments.append(buf[start:end])
        self._segment_parts += self.parts_of(start, end) or (Part(self.frame, start, end),)
        if last:
            octets = b"".join(self._segments)
            out.append(self._apdu(record, octets, 0, len(octets))._replace(parts=tuple(self._segment_parts)))
            self._segments, self._segment_parts = [], []
        elif len(self._segments) >= MAX_SEGMENTS:
            self._lose(out, f"{MAX_SEGMENTS} segments without a last one")
        return True

    def _apdu(self, record: Any, buf: Buffer, start: int, end: int) -> Unit:
        return self.unit(Kind.APDU, buf, start, end, source=record.source_tsap, destination=record.destination_tsap)

    def _lose(self, out: list[Unit], why: str) -> None:
        if not self._segments:
            return
        octets = b"".join(self._segments)
        unit = self.raw(octets, 0, len(octets), "segment-lost", f"{len(octets)} octets of a segmented APDU: {why}")
        out.append(unit._replace(parts=tuple(self._segment_parts)))
        self._segments, self._segment_parts = [], []

    def _give_up(self, item: Item | None) -> list[Unit]:
        out = super()._give_up(item)
        self._lose(out, "the stream is interrupted before the last segment")
        return out
