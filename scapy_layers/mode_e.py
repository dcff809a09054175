"""Opening of IEC 62056-21 mode E: the lines exchanged at 300 Bd before HDLC begins."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from scapy_layers.core.fields import RestField
from scapy_layers.core.frame import StreamUnit
from scapy_layers.hdlc import HDLC

BAUD_RATES = {
    "0": 300,
    "1": 600,
    "2": 1200,
    "3": 2400,
    "4": 4800,
    "5": 9600,
    "6": 19200,
    "7": 38400,
    "8": 57600,
    "9": 115200,
}
"""Baud rate identification Z (IEC 62056-21, 6.3.14); 7 to 9 are vendors' habit."""

MAX_LINE = 160
"""Octets of a line at most: the identification has 16 characters, a sign-on 32; generous for vendors."""


class ModeELine(StreamUnit):
    """Base of the opening lines; the octets are kept, what they mean is read by `pattern`."""

    prefix = "mode_e"
    pattern: ClassVar[re.Pattern[bytes]]
    fields_desc = [RestField("line")]

    @classmethod
    def own_size(cls, octets: bytes) -> int | None:
        """How many octets the line has; all that are there when they are none."""
        match = cls.pattern.match(octets)
        return None if match is None else match.end()

    @classmethod
    def next_unit(cls, octets: bytes) -> tuple[type[StreamUnit], int | None]:
        """What follows: another line or HDLC."""
        return HDLC.next_unit(octets)

    @classmethod
    def complete_size(cls, octets: bytes) -> int:
        """How many octets are complete lines and frames."""
        return HDLC.complete_size(octets)

    def mysummary(self) -> str:
        """What the line says."""
        return f"{self.name}  {line_text(self.line)}"


class SignOn(ModeELine):
    """Request message: `/?`, the device address, `!`."""

    name = "Mode E sign-on"
    service = "mode-e-sign-on"
    pattern = re.compile(rb"/\?([ -~]{0,32})!\r\n")


class Identification(ModeELine):
    """Identification message: manufacturer, baud rate, mode E mark for HDLC, identification."""

    name = "Mode E identification"
    service = "mode-e-identification"
    pattern = re.compile(rb"/([A-Za-z]{3})([0-9A-I])((?:\\[ -~])*)([ -~]{0,32})\r\n")


class OptionSelect(ModeELine):
    """Acknowledgement and option select: protocol, baud rate, mode; the meter echoes it."""

    name = "Mode E option select"
    service = "mode-e-option-select"
    pattern = re.compile(rb"\x06([0-9])([0-9A-I])([0-9])\r\n")


MODE_E_STARTS = frozenset(b"/\x06")
"""First octets of the lines."""

LINES: tuple[type[ModeELine], ...] = (SignOn, Identification, OptionSelect)


def mode_e_line(octets: bytes, pos: int = 0) -> tuple[type[ModeELine], int] | None:
    """The layer of the opening line at `pos` and the offset behind it; None when there is none."""
    for layer in LINES:
        match = layer.pattern.match(octets, pos, pos + MAX_LINE)
        if match is not None:
            return layer, match.end()
    return None


def mode_e_start(octets: bytes, end: int) -> int:
    """Offset of the first opening line in `octets[:end]`; `end` when there is none."""
    for pos in range(end):
        if octets[pos] in MODE_E_STARTS and mode_e_line(octets[:end], pos) is not None:
            return pos
    return end


def line_text(line: bytes) -> str:
    """What an opening line says."""
    found = mode_e_line(line)
    match: Any = found[0].pattern.match(line) if found else None
    if match is None:
        return line.hex()
    groups = [group.decode("ascii") for group in match.groups()]
    if found and found[0] is SignOn:
        return f"device {groups[0]}" if groups[0] else "any device"
    if found and found[0] is Identification:
        hdlc = ", HDLC" if "\\2" in groups[2] else ""
        return f"{groups[0]} {groups[3]}, {BAUD_RATES.get(groups[1], groups[1])} Bd{hdlc}"
    return f"protocol {groups[0]}, {BAUD_RATES.get(groups[1], groups[1])} Bd, mode {groups[2]}"
