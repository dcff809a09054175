"""Link types that carry an application payload without IP: user-defined, RTAC serial, exported PDUs."""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from dlms_analyzer.frames import INBOUND, LINE, OUTBOUND, UNKNOWN, Frame, Segment, line_flow

from .unread import Reason, Unread, ends_inside, uncaptured

RTAC_HEADER: Final = 12
"""Seconds, microseconds, event type, control line state, two reserved octets."""
_RTAC_EVENT: Final = 8
_RTAC_DIRECTIONS: Final = {1: OUTBOUND, 3: OUTBOUND, 2: INBOUND, 4: INBOUND}
_RTAC_EVENTS: Final = {
    0: "status change",
    1: "start of transmission",
    2: "start of reception",
    3: "end of transmission",
    4: "end of reception",
    5: "captured data lost",
    6: "capture complete",
    7: "framing error",
    8: "parity error",
    9: "break",
    10: "overflow",
}

# Tags of an exported PDU (epan/exported_pdu.h of Wireshark documents the format).
_END: Final = 0
_PROTOCOL_NAMES: Final = frozenset({12, 13, 14})
"""Dissector, heuristic dissector and dissector table name."""
_SOURCE_ADDRESSES: Final = frozenset({20, 22})
_DESTINATION_ADDRESSES: Final = frozenset({21, 23})
_SOURCE_PORT: Final = 25
_DESTINATION_PORT: Final = 26
_P2P_DIRECTION: Final = 35
_P2P_DIRECTIONS: Final = {0: OUTBOUND, 1: INBOUND}

_TAG: Final = Struct("!HH").unpack_from


class ExportedPdu(NamedTuple):
    """The payload of an exported PDU, and the name of the protocol it is of."""

    segment: Segment
    protocol: str


def _line(frame: Frame, start: int, direction: int) -> Segment:
    return Segment(
        frame, LINE, line_flow(frame.interface, direction), 0, -1, 0, frame.buf, start, frame.end, uncaptured(frame)
    )


def user_defined(frame: Frame) -> Segment:
    """A frame that is a payload from its first octet on."""
    return _line(frame, frame.start, frame.direction)


def rtac_serial(frame: Frame) -> Segment | Unread:
    """A burst on a serial line, or an event on it."""
    start = frame.start + RTAC_HEADER
    if start > frame.end:
        return ends_inside("serial header", frame, frame.start)
    event = frame.buf[frame.start + _RTAC_EVENT]
    if start == frame.end:
        name = _RTAC_EVENTS.get(event, f"event {event}")
        return Unread(Reason.NOT_IP, frame, _RTAC_EVENT, f"serial line: {name}")
    return _line(frame, start, _RTAC_DIRECTIONS.get(event, frame.direction))


def exported_pdu(frame: Frame) -> ExportedPdu | Unread:
    """A PDU that Wireshark exported: tags, then the PDU."""
    buf, at, end = frame.buf, frame.start, frame.end
    protocol = ""
    source = destination = b""
    source_port = destination_port = bytes(2)
    direction = UNKNOWN
    while True:
        if at + 4 > end:
            return Unread(Reason.MALFORMED, frame, at - frame.start, "the exported PDU ends inside its tags")
        tag, length = _TAG(buf, at)
        at += 4
        if tag == _END:
            at += length
            break
        if at + length > end:
            return Unread(
                Reason.MALFORMED, frame, at - frame.start, f"tag {tag} of {length} octets runs out of the frame"
            )
        value = buf[at : at + length]
        at += length
        if tag in _PROTOCOL_NAMES:
            # A dissector table name may be followed by padding.
            protocol = value.rstrip(b"\0").decode("utf-8", "replace")
        elif tag in _SOURCE_ADDRESSES:
            source = value
        elif tag in _DESTINATION_ADDRESSES:
            destination = value
        elif tag == _SOURCE_PORT and length == 4:
            source_port = value[2:]
        elif tag == _DESTINATION_PORT and length == 4:
            destination_port = value[2:]
        elif tag == _P2P_DIRECTION and length == 4:
            direction = _P2P_DIRECTIONS.get(value[3], UNKNOWN)
    if at > end:
        return Unread(Reason.MALFORMED, frame, end - frame.start, "the exported PDU ends inside its tags")
    flow = line_flow(frame.interface, direction)
    if len(source) == len(destination) and len(source) in (4, 16):
        flow = source + destination + source_port + destination_port
    return ExportedPdu(Segment(frame, LINE, flow, 0, -1, 0, buf, at, end, uncaptured(frame)), protocol)
