"""HDLC frames around APDUs: addresses and types as sent, frame numbers that follow one another.

An APDU that came in several segments is written in one frame where it fits, so the numbers as sent would have holes.
They are counted anew for each side of a link, in I, RR and RNR frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeVar

from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.hdlc_link import MODULUS
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.messages import Message
from scapy_layers import DecodeError, write_layer
from scapy_layers.crc import HCS
from scapy_layers.hdlc import CHECK_OCTETS, FLAG, FLAG_OCTET, FORMAT_OCTETS, FORMAT_TYPE_3, HDLC, MAX_LENGTH, read_frame
from scapy_layers.hdlc_address import HdlcAddress
from scapy_layers.hdlc_control import CONTROLS, FrameType, control_octet
from scapy_layers.llc import COMMAND, LLC_SIZE, RESPONSE, is_llc

MAX_SIDES: Final = 1 << 16
"""Sides of links that are remembered; the oldest are forgotten."""
_K = TypeVar("_K")
_V = TypeVar("_V")
_CONTROL_OCTETS: Final = 1
_HEADER_SIZES: Final = range(FORMAT_OCTETS + 2 + _CONTROL_OCTETS + 2, FORMAT_OCTETS + 8 + _CONTROL_OCTETS + 2 + 1)
"""Octets from the format field to the HCS, by the sizes of the two addresses."""
_LLC: Final = {False: bytes((COMMAND, COMMAND, 0)), True: bytes((COMMAND, RESPONSE, 0))}
"""What stands before an APDU as a rule; True for those of the server."""
_UNNUMBERED_START: Final = frozenset({FrameType.SNRM, FrameType.UA, FrameType.DISC, FrameType.DM})


class Header(NamedTuple):
    """What stands before the information field of a frame.

    Attributes:
        destination: address.
        source: address.
        control: octet.
    """

    destination: HdlcAddress
    source: HdlcAddress
    control: int


class _Before(NamedTuple):
    """What stood before an APDU.

    Attributes:
        header: of its last frame.
        llc: octets; empty when there was none.
    """

    header: Header
    llc: bytes


_SideKey = tuple[int, bytes, bytes, bool]


def _sides(message: Message, source: bytes, destination: bytes) -> tuple[_SideKey, _SideKey]:
    """The side that sends a message and the one that receives it: conversation, source, destination.

    Where both have the same address, who sends it tells them apart.
    """
    number = message.stream.conversation.number
    second = source == destination and (
        message.stream.direction != 0 if message.sender is Sender.UNKNOWN else message.sender is Sender.SERVER
    )
    return (number, source, destination, second), (number, destination, source, source == destination and not second)


class HdlcLinks:
    """Writes the HDLC frames of a capture."""

    def __init__(self) -> None:
        self._next: dict[_SideKey, int] = {}
        """N(S) of the next I frame of a side."""
        self._known: dict[tuple[int, int | None, int | None, int | None, Sender], _Before] = {}
        """What stood before the latest APDU, by conversation, SAPs and sender."""

    def frames(self, message: Message, apdu: bytes, prefix: bytes = b"") -> list[bytes]:
        """The frames that carry an APDU: one, or several where it is longer than a frame may be.

        Args:
            message: that the APDU stands for.
            apdu: without LLC.
            prefix: of a gateway, that stood between LLC and APDU.
        """
        key = (
            message.stream.conversation.number, message.client_sap, message.server_sap, message.server_lower,
            message.sender,
        )  # fmt: skip
        before = self._known.get(key)
        header = _header_of(message, len(prefix))
        if header is None:
            header = _usual_header(message) if before is None else before.header
        llc = _llc_of(message, len(prefix))
        if llc is None:
            llc = _LLC[message.sender is Sender.SERVER] if before is None else before.llc
        _remember(self._known, key, _Before(header, llc))
        destination, source, octet = header
        information = llc + prefix + apdu
        room = MAX_LENGTH - FORMAT_OCTETS - len(destination) - len(source) - _CONTROL_OCTETS - 2 * CHECK_OCTETS
        chunks = [information[at : at + room] for at in range(0, len(information), room)] or [b""]
        control = CONTROLS[octet]
        frames: list[bytes] = []
        for chunk in chunks:
            last = len(frames) + 1 == len(chunks)
            if control.type is FrameType.I:
                send, receive = self._numbers(message, header)
                octet = control_octet(FrameType.I, send, receive, poll_final=last and control.poll_final)
            frames.append(_frame(destination, source, octet, chunk, segmented=not last))
        return frames

    def link_frame(self, message: Message) -> bytes:
        """A link frame as sent, with frame numbers that fit those of the others."""
        octets = message.octets
        octets = (b"" if octets[:1] == FLAG_OCTET else FLAG_OCTET) + octets
        octets += b"" if octets[-1] == FLAG else FLAG_OCTET
        try:
            frame, _ = read_frame(octets, 0, len(octets))
        except DecodeError:
            return octets
        if not frame.fcs_ok:
            return octets
        control = frame.control
        sent, heard = _sides(message, frame.source, frame.destination)
        if control.type in _UNNUMBERED_START:
            for key in (sent, heard):
                _remember(self._next, key, 0)
            return octets
        if control.receive is None:
            return octets
        receive = self._next.get(heard, control.receive)
        send = control.send
        if send is not None:
            if frame.information and sent in self._next:
                send = self._next[sent] - 1  # a repetition
            elif not frame.information:
                send = self._next.setdefault(sent, send)
                self._next[sent] = send + 1
            send %= MODULUS
        octet = control_octet(control.type, send, receive % MODULUS, poll_final=control.poll_final)
        return _frame(frame.destination, frame.source, octet, frame.information, segmented=frame.segmented)

    def _numbers(self, message: Message, header: Header) -> tuple[int, int]:
        """N(S) and N(R) of the next I frame of a side."""
        control = CONTROLS[header.control]
        sent, heard = _sides(message, header.source, header.destination)
        send = self._next.get(sent, control.send or 0)
        receive = self._next.get(heard, control.receive or 0)
        _remember(self._next, heard, receive)
        _remember(self._next, sent, send + 1)
        return send % MODULUS, receive % MODULUS


def _remember(kept: dict[_K, _V], key: _K, value: _V) -> None:
    if key not in kept and len(kept) >= MAX_SIDES:
        del kept[next(iter(kept))]
    kept[key] = value


def _places(message: Message, skipped: int) -> Iterator[tuple[Buffer, int]]:
    """Where the information of a frame starts, or is there from; that of the last segment first."""
    for part in reversed(message.parts[1:]):
        yield part.frame.buf, part.start
    for buf, start in first_places(message):
        yield buf, start - skipped


def first_places(message: Message) -> Iterator[tuple[Buffer, int]]:
    """Where the APDU of a message starts, with what its frame has before it."""
    for part in message.parts[:1]:
        yield part.frame.buf, part.start
    yield message.buf, message.start


def _header_of(message: Message, skipped: int) -> Header | None:
    """The header before the APDU, or before what of it was skipped; None when its octets are not at hand."""
    for buf, start in _places(message, skipped):
        header = _header_before(buf, start) or _header_before(buf, start - LLC_SIZE)
        if header is not None:
            return header
    return None


def _header_before(buf: Buffer, stop: int) -> Header | None:
    """The header that ends at `stop`: its HCS tells."""
    for size in _HEADER_SIZES:
        at = stop - size
        if at >= 0 and buf[at] >> 4 == FORMAT_TYPE_3 and HCS.holds(buf[at:stop]):
            header = _header(buf[at + FORMAT_OCTETS : stop - CHECK_OCTETS])
            if header is not None:
                return header
    return None


def _header(octets: bytes) -> Header | None:
    """The header in addresses and control octet."""
    addresses = []
    at = 0
    for _ in range(2):
        stop = at
        while stop < len(octets) and not octets[stop] & 1:
            stop += 1
        addresses.append(HdlcAddress(octets[at : stop + 1]))
        at = stop + 1
    if at + _CONTROL_OCTETS != len(octets) or not all(len(address) in (1, 2, 4) for address in addresses):
        return None
    return Header(addresses[0], addresses[1], octets[at])


def _usual_header(message: Message) -> Header:
    """The header where the octets of the frame are not at hand: addresses as short as they can be."""
    client = HdlcAddress.of(message.client_sap or 0)
    server = HdlcAddress.of(message.server_sap or 0, message.server_lower)
    octet = control_octet(FrameType.I, 0, 0)
    return Header(client, server, octet) if message.sender is Sender.SERVER else Header(server, client, octet)


def _llc_of(message: Message, skipped: int) -> bytes | None:
    """The LLC header as sent; empty when there was none, None when what stood before the APDU is not at hand."""
    for buf, first in first_places(message):
        start = first - skipped
        if start >= LLC_SIZE and is_llc(buf, start - LLC_SIZE, start):
            return buf[start - LLC_SIZE : start]
        if _header_before(buf, start) is not None:
            return b""
    return None


def _frame(destination: HdlcAddress, source: HdlcAddress, octet: int, information: bytes, *, segmented: bool) -> bytes:
    return write_layer(
        HDLC,
        HDLC.record_type(
            opening_flag=FLAG_OCTET, format_type=FORMAT_TYPE_3, segmented=int(segmented), length=None,
            destination=destination, source=source, control=octet, hcs=None, information=information, fcs=None,
            closing_flag=FLAG_OCTET,
        ),
    )  # fmt: skip
