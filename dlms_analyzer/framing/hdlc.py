"""Framing by HDLC (IEC 62056-46): frames in a stream, segments joined, frame numbers followed."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.frames import Buffer, reverse_flow
from dlms_analyzer.framing.hdlc_link import MAX_SIDES, Links, Order, Side
from dlms_analyzer.framing.link import LinkFrame
from dlms_analyzer.framing.stream import Progress, StreamFramer
from dlms_analyzer.framing.units import Kind, Part, Sender, Unit
from dlms_analyzer.framing.wrapper import starts_apdu
from dlms_analyzer.net.streams import Item, Stream
from dlms_analyzer.notes import Expert
from scapy_layers.hdlc import FLAG_OCTET, HDLC, HdlcFrame
from scapy_layers.hdlc_control import Control, FrameType
from scapy_layers.hdlc_stream import Noise, NoiseReason, find_frames
from scapy_layers.llc import LLC_SIZE, RESPONSE, is_llc
from scapy_layers.mode_e import MAX_LINE, MODE_E_STARTS, mode_e_line

MAX_SEGMENTED: Final = 1 << 20
"""Octets of segmented APDUs that a conversation keeps: PDU sizes are 16 bits wide, some servers ignore them."""

_I, _UI = FrameType.I, FrameType.UI
_COMMANDS: Final = frozenset({FrameType.SNRM, FrameType.DISC})
_RESPONSES: Final = frozenset({FrameType.UA, FrameType.DM, FrameType.FRMR})


class HdlcFramer(StreamFramer):
    """One direction of an HDLC conversation, which may have several stations."""

    profile = "hdlc"

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        peer = stream.peer.state
        self._links: Links = peer._links if isinstance(peer, HdlcFramer) else Links()
        self._begun = False
        self._after_flag = False

    def scan(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> Progress:
        """See `StreamFramer.scan`."""
        if not self._begun:
            pos = self._opening(buf, pos, end, out)
            if pos < end and buf[pos] in MODE_E_STARTS and end - pos < MAX_LINE and b"\n" not in buf[pos:end]:
                return Progress(pos, end - pos + 1)
        items, position, wanted, self._after_flag = find_frames(buf, pos, end, shared_flag=self._after_flag)
        for item in items:
            if isinstance(item, Noise):
                if item.reason is not NoiseReason.FLAGS:
                    self._noise(buf, item.start, item.end, out)
            else:
                self._frame(buf, item, out)
        return Progress(position, wanted)

    def is_fill(self, octets: bytes) -> bool:
        """Flags open no frame when none follows."""
        return not octets.strip(FLAG_OCTET)

    def reset(self) -> None:
        """Octets are missing: frame numbers cannot be followed across them."""
        self._after_flag = False
        self._links.unheard()
        for side in self._own_sides():
            side.expected = None

    def _own_sides(self) -> list[Side]:
        """The stations that send in this direction."""
        return [side for side in self._links.sides.values() if side.framer is self]

    def _give_up(self, item: Item | None) -> list[Unit]:
        """What is unfinished when the stream is interrupted: half a frame, or segments without their end."""
        out = super()._give_up(item)
        for side in self._own_sides():
            self._give_up_segments(side, out, "the stream is interrupted before the last segment")
        return out

    def _opening(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> int:
        """Take the lines of mode E that may stand before the first frame; gives the offset behind them."""
        octets = buf[pos:end]
        at = 0
        while at < len(octets) and (line := mode_e_line(octets, at)) is not None:
            layer, stop = line
            link = LinkFrame(layer, octets[at:stop], layer.service)
            unit = self.unit(Kind.LINK, buf, pos + at, pos + stop, link=link)
            out.append(unit._replace(profile="mode-e"))
            at = stop
        return pos + at

    def _noise(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> None:
        """Octets outside of frames: lines of mode E, or really noise."""
        octets = buf[pos:end]
        at = start = 0
        while at < len(octets):
            if octets[at] not in MODE_E_STARTS or mode_e_line(octets, at) is None:
                at += 1
                continue
            if start < at:
                out.append(self._stray(buf, pos + start, pos + at))
            start = at = self._opening(buf, pos + at, end, out) - pos
        if start < len(octets):
            out.append(self._stray(buf, pos + start, end))

    def _stray(self, buf: Buffer, start: int, end: int) -> Unit:
        return self.raw(
            buf, start, end, "noise", f"{end - start} octets outside of frames: {buf[start:end][:16].hex()}"
        )

    def _frame(self, buf: Buffer, frame: HdlcFrame, out: list[Unit]) -> None:
        experts = tuple(
            Expert(note.code if note.code in ("bad-fcs", "bad-hcs") else "oddity", note.text) for note in frame.notes
        )
        if not frame.fcs_ok:
            self._links.unheard()
            out.append(self._link(buf, frame, Sender.UNKNOWN, experts))
            return
        self._begun = True
        side = self._side(frame, out)
        order, said = side.follow(frame)
        experts += said
        kind = frame.control.type
        if (kind is _I or kind is _UI) and frame.information:
            self._information(buf, frame, side, order, experts, out)
            return
        if kind in _COMMANDS or kind in _RESPONSES:
            side.hint = Sender.CLIENT if kind in _COMMANDS else Sender.SERVER
            experts += self._interrupted(side, kind, out)
        out.append(self._link(buf, frame, Sender.UNKNOWN if side.shared else side.hint, experts))

    def _side(self, frame: HdlcFrame, out: list[Unit]) -> Side:
        """The side that sent a frame."""
        side = self._links.find(frame.source, frame.destination, self.stream.direction)
        if side is None:
            sides = self._links.sides
            while len(sides) >= MAX_SIDES:
                key = next(iter(sides))
                self._give_up_segments(sides.pop(key), out, f"more than {MAX_SIDES} stations talk")
            side = self._links.add(frame.source, frame.destination, self)
            side.shared = frame.source == frame.destination and self.stream.flow == reverse_flow(self.stream.flow)
        side.framer = self
        return side

    def _interrupted(self, side: Side, kind: FrameType, out: list[Unit]) -> tuple[Expert, ...]:
        """A frame sets up or takes down the link: APDUs that are not complete stay so."""
        experts: tuple[Expert, ...] = ()
        for one in (side, side.opposite):
            if one.pieces:
                text = f"{kind.value} behind {len(one.pieces)} segments of an APDU that is not complete"
                experts += (Expert("disconnect-mid-exchange", text),)
                one.framer._give_up_segments(one, out, f"a {kind.value} frame comes instead of the next segment")
        return experts

    def _information(
        self, buf: Buffer, frame: HdlcFrame, side: Side, order: Order, experts: tuple[Expert, ...], out: list[Unit]
    ) -> None:
        """An I or UI frame with information: an APDU, or a segment of one."""
        start = frame.information_start
        end = start + len(frame.information)
        begins = is_llc(buf, start, end)
        if (order is Order.AGAIN and (frame.segmented or not begins)) or (
            order is Order.AHEAD and not begins and side.waits_for_repetition
        ):
            out.append(self._link(buf, frame, side.hint, experts))  # its octets are there already, or come again
            return
        if order is Order.AHEAD:
            self._give_up_segments(side, out, "a segment is missing")
            side.lost = False
        if begins:
            role = Sender.SERVER if buf[start + 1] == RESPONSE else Sender.CLIENT
            side.shared = side.shared or role is not side.hint is not Sender.UNKNOWN
            side.hint = role
            side.link.llc = True
            start += LLC_SIZE
            self._give_up_segments(side, out, "a new APDU begins before the last segment")
        elif not side.pieces:
            side.headless = side.link.llc or order is Order.AHEAD or not starts_apdu(buf, start, end)
        if not (frame.segmented or side.pieces or side.headless):
            out.append(self._apdu(frame, buf, start, end, side.hint, experts))
            return
        side.pieces.append(buf[start:end])
        side.parts += self.parts_of(start, end) or (Part(self.frame, start, end),)
        side.size += end - start
        self._links.held += end - start
        if frame.segmented:
            self.experts += experts
            if self._links.held > MAX_SEGMENTED:
                self._give_up_segments(side, out, f"more than {MAX_SEGMENTED} octets in segmented APDUs")
            return
        if side.headless:
            self.experts += experts
            self._give_up_segments(side, out, "its beginning is missing")
            return
        octets = b"".join(side.pieces)
        unit = self._apdu(frame, octets, 0, len(octets), side.hint, experts)
        out.append(unit._replace(parts=tuple(side.parts)))
        self._clear(side)

    def _apdu(
        self, frame: HdlcFrame, buf: Buffer, start: int, end: int, hint: Sender, experts: tuple[Expert, ...]
    ) -> Unit:
        return self.unit(
            Kind.APDU, buf, start, end, source=frame.source.upper, destination=frame.destination.upper,
            lower=_lower(frame), hint=hint, experts=experts,
        )  # fmt: skip

    def _link(self, buf: Buffer, frame: HdlcFrame, hint: Sender, experts: tuple[Expert, ...]) -> Unit:
        octets = buf[frame.start : frame.end]
        link = LinkFrame(HDLC, octets, _service(frame.control), intact=frame.fcs_ok)
        return self.unit(
            Kind.LINK, buf, frame.start, frame.end, source=frame.source.upper, destination=frame.destination.upper,
            lower=_lower(frame), hint=hint, link=link, experts=experts,
        )  # fmt: skip

    def _give_up_segments(self, side: Side, out: list[Unit], why: str) -> None:
        if not side.pieces:
            return
        octets = b"".join(side.pieces)
        unit = self.raw(octets, 0, len(octets), "segment-lost", f"{len(octets)} octets of a segmented APDU: {why}")
        out.append(unit._replace(parts=tuple(side.parts)))
        self._clear(side)

    def _clear(self, side: Side) -> None:
        """Let go of the segments of a side."""
        self._links.held -= side.size
        side.clear()


def _lower(frame: HdlcFrame) -> int | None:
    """Lower address of the server: only servers have one."""
    lower = frame.source.lower
    return lower if lower is not None else frame.destination.lower


def _service(control: Control) -> str:
    """Name of a link frame: that of its type, or `control-xx`."""
    return control.type.value.lower() if control.type is not FrameType.UNKNOWN else f"control-{control.octet:02x}"
