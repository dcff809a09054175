"""Wired M-Bus frames that carry DLMS/COSEM (EN 13757-2 and EN 13757-3, CI fields 00 to 1F)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scapy.packet import Packet

from scapy_layers.core.fields import BitsField, Part, UnsignedField, expect, outside
from scapy_layers.core.frame import StrayOctets, StreamUnit
from scapy_layers.core.framing_fields import ChecksumField, FrameLengthField, PayloadField
from scapy_layers.core.outcome import Octets
from scapy_layers.crc import SUM
from scapy_layers.llc import ApduSegment, apdu_layer

START = 0x68
STOP = 0x16
AROUND = 6
"""Octets of a long frame that its length does not count: both starts, both lengths, checksum and stop."""
SMALLEST = 5
"""Length of a frame without data: C, A, CI and both transport SAPs."""

SEGMENT = 0x0F
LAST = 0x10
"""In the CI field: number of the segment, and that it is the last."""
LARGEST_CI = 0x1F
"""Larger CI fields are not DLMS."""


class MBus(StreamUnit):
    """A long frame: `68 L L 68`, C, A, CI, both transport SAPs, the APDU or a segment of it, checksum, `16`."""

    name = "M-Bus"
    service = "m-bus"
    prefix = "mbus"
    fields_desc = [
        expect(UnsignedField("start", START)),
        FrameLengthField("length", 1, surplus=-2),
        FrameLengthField("length_again", 1, surplus=-1),
        expect(UnsignedField("start_again", START)),
        UnsignedField("control", 0x53),
        UnsignedField("address", 0xFF),
        BitsField("control_information", LAST, (Part("segment", SEGMENT), Part("last_segment", LAST))),
        UnsignedField("source_tsap", 1),
        UnsignedField("destination_tsap", 0x67),
        PayloadField("apdu"),
        outside(ChecksumField("checksum", SUM, covers_from="control")),
        expect(UnsignedField("stop", STOP)),
    ]

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The APDU, or a segment of one."""
        return apdu_layer(payload) if values["control_information"] == LAST else ApduSegment

    @classmethod
    def next_unit(cls, octets: bytes) -> tuple[type[StreamUnit], int | None]:
        """A frame, or octets up to where the next one may start."""
        if octets[0] == START:
            return MBus, None
        found = octets.find(START, 1)
        return MBusNoise, found if found > 0 else len(octets)

    @classmethod
    def complete_size(cls, octets: bytes) -> int:
        """How many octets are complete frames."""
        pos = 0
        while (size := long_frame(octets, pos, len(octets))) and pos + size <= len(octets):
            pos += size
        return pos

    def mysummary(self) -> str:
        """Who sends what to whom."""
        return f"M-Bus {self.source_tsap} > {self.destination_tsap}  {self.said('control_information')}"


class MBusNoise(StrayOctets):
    """Octets between frames."""

    name = "M-Bus noise"
    framing = MBus
    fields_desc = StrayOctets.fields_desc


def long_frame(buf: Octets, pos: int, end: int) -> int:
    """Octets of the long frame with DLMS/COSEM that starts at `pos`; 0 when there is none, as far as can be told."""
    head = buf[pos : min(pos + 7, end)]
    if head[:1] != bytes((START,)) or (len(head) > 2 and head[1] != head[2]) or (len(head) > 3 and head[3] != START):
        return 0
    if len(head) > 6 and (head[6] > LARGEST_CI or head[1] < SMALLEST):
        return 0
    return head[1] + AROUND if len(head) > 1 else AROUND + SMALLEST
