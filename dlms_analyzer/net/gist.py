"""A frame in short: who sent what to whom."""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.frames import ACK, FIN, LINE, PSH, RST, SYN, TCP, UDP, Frame, Segment, endpoints

from .decoder import NetworkDecoder

_TRANSPORTS: Final = {TCP: "TCP", UDP: "UDP", LINE: "line"}
_FLAGS: Final = {SYN: "SYN", FIN: "FIN", RST: "RST", PSH: "PSH", ACK: "ACK"}


class FrameGist(NamedTuple):
    """What a list of frames says about one.

    Attributes:
        source: address and port, or the side of the line; empty when there is no transport payload to read.
        destination: the same.
        protocol: `TCP`, `UDP`, `line`; empty when it is none of them.
        flags: of TCP, by name.
        payload: octets that the transport carries.
        text: why there is nothing to read; empty otherwise.
    """

    source: str
    destination: str
    protocol: str
    flags: str
    payload: int
    text: str


def frame_gist(frame: Frame) -> FrameGist:
    """What a frame is, looked at alone."""
    segment = NetworkDecoder().decode(frame)
    if not isinstance(segment, Segment):
        return FrameGist("", "", "", "", 0, segment.text)
    source, destination = endpoints(segment.flow)
    flags = " ".join(name for flag, name in _FLAGS.items() if segment.flags & flag)
    return FrameGist(
        source, destination, _TRANSPORTS[segment.transport], flags, segment.end - segment.start + segment.missing, ""
    )
