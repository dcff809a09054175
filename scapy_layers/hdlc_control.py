"""The control field of HDLC frames (IEC 62056-46, 6.4.3): frame type, sequence numbers, poll/final bit."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, NamedTuple

from scapy.volatile import RandNum, VolatileValue

from scapy_layers.core.fields import UnsignedField
from scapy_layers.core.trace import Node

POLL_FINAL = 0x10


class FrameType(StrEnum):
    """Frame types that IEC 62056-46 uses; any other control field is `UNKNOWN`."""

    I = "I"  # noqa: E741 - the name that the standard gives
    RR = "RR"
    RNR = "RNR"
    SNRM = "SNRM"
    DISC = "DISC"
    UA = "UA"
    DM = "DM"
    FRMR = "FRMR"
    UI = "UI"
    UNKNOWN = "unknown"


UNNUMBERED = {
    0x83: FrameType.SNRM,
    0x43: FrameType.DISC,
    0x63: FrameType.UA,
    0x0F: FrameType.DM,
    0x87: FrameType.FRMR,
    0x03: FrameType.UI,
}
"""Unnumbered frames without their poll/final bit."""

SUPERVISORY = {0x1: FrameType.RR, 0x5: FrameType.RNR}
"""Supervisory frames: the four lower bits."""


class Control(NamedTuple):
    """What a control octet says.

    Attributes:
        octet: the octet.
        type: frame type.
        send: N(S), of I frames.
        receive: N(R), of I, RR and RNR frames.
        poll_final: the P/F bit.
    """

    octet: int
    type: FrameType
    send: int | None
    receive: int | None
    poll_final: bool

    def __str__(self) -> str:
        said = [str(self.type.value)] if self.type is not FrameType.UNKNOWN else [f"control {self.octet:02X}"]
        said += [f"N(S)={self.send}"] if self.send is not None else []
        said += [f"N(R)={self.receive}"] if self.receive is not None else []
        return " ".join([*said, "P/F"] if self.poll_final else said)


def _control(octet: int) -> Control:
    poll = bool(octet & POLL_FINAL)
    if not octet & 1:
        return Control(octet, FrameType.I, octet >> 1 & 7, octet >> 5, poll)
    if octet & 0xF in SUPERVISORY:
        return Control(octet, SUPERVISORY[octet & 0xF], None, octet >> 5, poll)
    return Control(octet, UNNUMBERED.get(octet & ~POLL_FINAL, FrameType.UNKNOWN), None, None, poll)


CONTROLS = tuple(map(_control, range(256)))
"""What each control octet says."""

_BY_TYPE = {kind.value: octet for octet, kind in UNNUMBERED.items()}
_NOTATION = re.compile(r"(I|RR|RNR|SNRM|DISC|UA|DM|FRMR|UI)(?: N\(S\)=([0-7]))?(?: N\(R\)=([0-7]))?( P| F| P/F)?")


def control_octet(
    kind: FrameType | str, send: int | None = None, receive: int | None = None, poll_final: bool = True
) -> int:
    """The control octet of a frame type.

    Raises:
        ValueError: a sequence number is missing, too many, or not within 0 to 7.
    """
    kind = FrameType(kind)
    octet = POLL_FINAL if poll_final else 0
    if (send is not None) != (kind is FrameType.I) or (receive is not None) != (kind in ("I", "RR", "RNR")):
        raise ValueError(f"{kind.value} frames have other sequence numbers")
    if not 0 <= (send or 0) <= 7 or not 0 <= (receive or 0) <= 7:
        raise ValueError("sequence numbers are within 0 to 7")
    if kind is FrameType.I:
        return octet | (receive or 0) << 5 | (send or 0) << 1
    if receive is not None:
        return octet | receive << 5 | (1 if kind is FrameType.RR else 5)
    return octet | _BY_TYPE[kind.value]


class ControlField(UnsignedField):
    """Control octet; people may write `SNRM P`, `I N(S)=0 N(R)=1 P`, `RR N(R)=2 P/F`."""

    kind = "hdlc-control"

    def __init__(self) -> None:
        super().__init__("control", control_octet(FrameType.I, 0, 0))

    def text(self, value: Any) -> str:
        """Hexadecimal and what it says."""
        return f"{value:02X} ({CONTROLS[value]})"

    def trace_parts(self, value: Any, start: int, end: int) -> tuple[Node, ...]:
        """Nodes for what the octet of this frame type says."""
        said = CONTROLS[value]
        nodes = [Node("type", said.type.value, start, end, said.type.value)]
        if said.send is not None:
            nodes.append(Node("send_sequence", said.send, start, end, str(said.send)))
        if said.receive is not None:
            nodes.append(Node("receive_sequence", said.receive, start, end, str(said.receive)))
        nodes.append(Node("poll_final", said.poll_final, start, end, "set" if said.poll_final else "not set"))
        return tuple(nodes)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Text is accepted as well as a number.

        Raises:
            ValueError: no control field reads like that.
        """
        if not isinstance(x, str):
            return x
        match = _NOTATION.fullmatch(x.strip())
        if match is None:
            raise ValueError(f"{x!r} is no control field; write SNRM P, I N(S)=0 N(R)=0 P or RR N(R)=1 P")
        kind, send, receive, poll = match.groups()
        numbers = [None if number is None else int(number) for number in (send, receive)]
        return control_octet(kind, numbers[0], numbers[1], poll_final=poll is not None)

    def randval(self) -> VolatileValue[int]:
        """Any octet."""
        return RandNum(0, 255)
