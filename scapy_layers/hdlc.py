"""HDLC frame format type 3 (IEC 62056-46): from flag to flag, with both check sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scapy.packet import Packet

from scapy_layers.core.fields import RestField, WireField, expect, outside
from scapy_layers.core.frame import StrayOctets, StreamUnit
from scapy_layers.core.framing_fields import ChecksumField, PartialField, PartialLengthField, PayloadField
from scapy_layers.core.layer import Pdu
from scapy_layers.core.outcome import NeedMore, Note, Octets, Oddity, odd, tolerant
from scapy_layers.core.trace import Node
from scapy_layers.crc import FCS, HCS
from scapy_layers.hdlc_address import HdlcAddress, HdlcAddressField
from scapy_layers.hdlc_control import CONTROLS, Control, ControlField, FrameType
from scapy_layers.hdlc_parameters import FORMAT_IDENTIFIER, HdlcParameters
from scapy_layers.llc import LLC, ApduSegment, is_llc, trace_first_segment

FLAG = 0x7E
FLAG_OCTET = b"\x7e"

FORMAT_TYPE_3 = 0xA
"""Frame format type 3, the only one of IEC 62056-46."""

FORMAT_OCTETS = 2
CHECK_OCTETS = 2

MAX_LENGTH = 0x7FF
"""Longest frame: eleven bits count the octets between the flags."""

MIN_LENGTH = FORMAT_OCTETS + 1 + 1 + 1 + CHECK_OCTETS
"""Shortest frame: format, one octet each of destination, source and control, FCS."""

_LINK_SETUP = frozenset({FrameType.SNRM, FrameType.UA, FrameType.DM, FrameType.DISC})
_CARRIERS = frozenset({FrameType.I, FrameType.UI})
_ANSWERS: dict[FrameType, frozenset[FrameType]] = {
    FrameType.SNRM: frozenset({FrameType.UA, FrameType.DM, FrameType.FRMR}),
    FrameType.DISC: frozenset({FrameType.UA, FrameType.DM, FrameType.FRMR}),
    FrameType.I: frozenset({FrameType.I, FrameType.RR, FrameType.RNR, FrameType.FRMR, FrameType.DM}),
    FrameType.RR: frozenset({FrameType.I, FrameType.RR, FrameType.RNR, FrameType.FRMR, FrameType.DM}),
    FrameType.RNR: frozenset({FrameType.I, FrameType.RR, FrameType.RNR, FrameType.FRMR, FrameType.DM}),
    FrameType.UI: frozenset({FrameType.UI}),
}
"""Which frame types answer which."""


class OpeningFlagField(WireField):
    """All flags in front of a frame: one, several where a line is idle, none when the frame before gave its own."""

    kind = "flag"

    def __init__(self) -> None:
        super().__init__("opening_flag", FLAG_OCTET)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes, int]:
        """Read the flags; see `WireField.read`."""
        stop = pos + 1
        if pos < end and buf[pos] == FLAG:
            if stop < end and buf[stop] != FLAG:
                return FLAG_OCTET, stop
            while stop < end and buf[stop] == FLAG:
                stop += 1
            return buf[pos:stop], stop
        return b"", pos

    def write(self, value: Any) -> bytes:
        """The flags."""
        return bytes(value)

    def text(self, value: Any) -> str:
        """The octets, or that the flag is shared."""
        return bytes(value).hex().upper() or "shared with the frame before"


class ClosingFlagField(WireField):
    """The flag behind a frame; a frame without it is odd."""

    kind = "flag"

    def __init__(self) -> None:
        super().__init__("closing_flag", FLAG_OCTET)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes, int]:
        """Read the flag; see `WireField.read`."""
        if pos >= end:
            raise NeedMore(end, "the octets end before the closing flag")
        if buf[pos] == FLAG:
            return FLAG_OCTET, pos + 1
        odd(pos, "no-closing-flag", f"{buf[pos]:02X} stands where the length puts the closing flag")
        return b"", pos

    def write(self, value: Any) -> bytes:
        """The flag."""
        return bytes(value)

    def text(self, value: Any) -> str:
        """The octet, or that there is none."""
        return bytes(value).hex().upper() or "missing"


class HDLC(StreamUnit):
    """An HDLC frame of format type 3; `HDLC() / LLC() / GetRequestNormal()` computes length, HCS and FCS."""

    name = "HDLC"
    service = "hdlc"
    prefix = "hdlc"
    fields_desc = [
        OpeningFlagField(),
        expect(PartialField("format_type", FORMAT_TYPE_3, FORMAT_OCTETS, 0xF000)),
        PartialField("segmented", 0, FORMAT_OCTETS, 0x0800),
        PartialLengthField("length", FORMAT_OCTETS, MAX_LENGTH, surplus=FORMAT_OCTETS),
        HdlcAddressField("destination", 1),
        HdlcAddressField("source", 16),
        ControlField(),
        ChecksumField("hcs", HCS, covers_from="format_type", only_before="information", reserve=CHECK_OCTETS),
        PayloadField("information", reserve=CHECK_OCTETS),
        ChecksumField("fcs", FCS, covers_from="format_type"),
        outside(ClosingFlagField()),
    ]

    @property
    def frame_type(self) -> FrameType:
        """What kind of frame it is."""
        kind: FrameType = CONTROLS[self.control].type
        return kind

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The layer of the information field, by frame type and first octets."""
        kind = CONTROLS[values["control"]].type
        if kind in _LINK_SETUP and payload[0] == FORMAT_IDENTIFIER:
            return HdlcParameters
        if kind in _CARRIERS:
            return LLC if is_llc(payload, 0, len(payload)) else ApduSegment
        return HdlcInformation

    @classmethod
    def trace_payload(cls, values: Mapping[str, Any], buf: Octets, pos: int, end: int) -> tuple[Node, ...]:
        """The tree of the information field."""
        if values["segmented"] and cls.payload_layer(values, buf[pos:end]) is LLC:
            return (trace_first_segment(buf, pos, end),)
        return super().trace_payload(values, buf, pos, end)

    @classmethod
    def next_unit(cls, octets: bytes) -> tuple[type[StreamUnit], int | None]:
        """The frame, the opening line or the stray octets that `octets` start with."""
        from scapy_layers.hdlc_stream import find_frames
        from scapy_layers.mode_e import mode_e_line, mode_e_start

        line = mode_e_line(octets)
        if line is not None:
            return line
        first = find_frames(octets, 0, len(octets), final=True, shared_flag=True).items[0]
        if isinstance(first, HdlcFrame):
            return HDLC, first.end
        return HdlcNoise, mode_e_start(octets, first.end)

    @classmethod
    def complete_size(cls, octets: bytes) -> int:
        """How many octets are complete frames, or lie before or between them."""
        from scapy_layers.hdlc_stream import find_frames

        return find_frames(octets, 0, len(octets), shared_flag=True).position

    def answers(self, other: Packet) -> bool:
        """Whether this frame can be what a station sends for `other`."""
        if not isinstance(other, HDLC) or self.destination != other.source or not self._comes_from(other.destination):
            return False
        if self.frame_type not in _ANSWERS.get(other.frame_type, ()):
            return False
        if LLC in self and LLC in other and not self.segmented and not other.segmented:
            return bool(self.payload.answers(other.payload))
        return True

    def _comes_from(self, called: HdlcAddress) -> bool:
        if called.is_broadcast:
            return True
        return self.source.upper == called.upper if called.is_calling else bool(self.source == called)

    def hashret(self) -> bytes:
        """The same for all frames between two stations."""
        return b"hdlc" + bytes(sorted((self.destination.upper & 0xFF, self.source.upper & 0xFF)))

    def mysummary(self) -> str:
        """Who sends what to whom."""
        more = ", more follows" if self.segmented else ""
        return f"HDLC {self.source} > {self.destination}  {CONTROLS[self.control]}{more}"


class HdlcNoise(StrayOctets):
    """Octets between frames."""

    name = "HDLC noise"
    framing = HDLC
    fields_desc = StrayOctets.fields_desc


class HdlcInformation(Pdu):
    """An information field without a structure that is known: of FRMR, and of frame types not used here."""

    name = "HDLC information"
    service = "hdlc-information"
    prefix = "hdlc"
    fields_desc = [RestField("octets")]

    def mysummary(self) -> str:
        """The octets."""
        return f"HDLC information {self.octets.hex()}"


class HdlcFrame(NamedTuple):
    """A frame as the fast path gives it.

    Attributes:
        start: offset of the opening flag; of the format field when the frame shares the flag before it.
        end: offset behind the closing flag.
        segmented: more segments follow.
        destination: address.
        source: address.
        control: what the control octet says: type, sequence numbers, poll/final.
        information: the information field, with its LLC header; empty when there is none.
        information_start: its offset.
        hcs_ok: whether the header check sequence is right; None when there is none.
        fcs_ok: whether the frame check sequence is right.
        notes: what else is odd.
    """

    start: int
    end: int
    segmented: bool
    destination: HdlcAddress
    source: HdlcAddress
    control: Control
    information: bytes
    information_start: int
    hcs_ok: bool | None
    fcs_ok: bool
    notes: tuple[Note, ...]

    @property
    def type(self) -> FrameType:
        """Frame type."""
        return self.control.type


def read_frame(buf: Octets, pos: int, end: int) -> tuple[HdlcFrame, int]:
    """Read the frame at `pos`: at its opening flag, or at its format field when it shares the flag before it.

    Wrong check sequences and a missing closing flag are said in the frame and do not stop the reading.

    Raises:
        NeedMore: the frame is longer than the octets there.
        Malformed: this is no frame.
    """
    notes: tuple[Note, ...] = ()
    hcs_ok, fcs_ok = True, True
    try:
        record, stop = HDLC.read_record(buf, pos, end)
    except Oddity:
        with tolerant() as noted:
            record, stop = HDLC.read_record(buf, pos, end)
        notes = tuple(noted)
        codes = {note.code for note in notes}
        hcs_ok, fcs_ok = "bad-hcs" not in codes, "bad-fcs" not in codes
    _, _, segmented, _, destination, source, control, hcs, information, _, closing = record
    frame = HdlcFrame(
        pos,
        stop,
        segmented == 1,
        destination,
        source,
        CONTROLS[control],
        information,
        stop - len(closing) - CHECK_OCTETS - len(information),
        None if hcs is None else hcs_ok,
        fcs_ok,
        notes,
    )
    return frame, stop
