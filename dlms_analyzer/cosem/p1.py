r"""Telegrams of P1 customer interfaces: lines of text that name their values by OBIS codes (DSMR P1, IEC 62056-21).

Meters in Luxembourg and Austria send them inside general-glo-ciphering, where any other meter has an APDU:

    /EST5\253710000_A
    (empty line)
    1-0:1.8.0(006545766*Wh)
    !7EF9

The four digits at the end are a CRC-16 from the slash up to the exclamation mark; old meters leave them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from dlms_analyzer.cosem import obis
from dlms_analyzer.cosem.datetimes import Date, DateTime, Time
from dlms_analyzer.cosem.interpret import Interpreted, generic, interpret
from dlms_analyzer.cosem.interpret.kinds import printable
from dlms_analyzer.cosem.interpret.result import Pair
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.push import Push, PushItem, class_of
from dlms_analyzer.cosem.units import ScalerUnit, exact_json, present, units
from scapy_layers.core.trace import Node
from scapy_layers.selective_access import CaptureObject

P1_TELEGRAM: Final = "p1-telegram"
"""What such a text is called among the services."""

RULE: Final = "OBIS codes of the P1 telegram"
LINES: Final = "p1_lines"
"""Name of the node whose children are the lines with values."""

MAX_LINES: Final = 2_000
"""Lines that are taken apart, more than a meter with all its registers and event logs has; the rest is one line."""
MAX_DIGITS: Final = 14
"""Digits before and behind the point: both together are no more than decimal arithmetic keeps; registers have 9."""

_HEAD: Final = re.compile(rb"/[\x20-\x7e]{3,64}\r?\n")
_END: Final = re.compile(rb"!([0-9A-Fa-f]{4})?[\r\n\x00]*\Z")
_LINE: Final = re.compile(r"(\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3}(?:[.*]\d{1,3})?)((?:\([^()]*\))+)")
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_NUMBER: Final = re.compile(rf"(-?\d{{1,{MAX_DIGITS}}}(?:\.\d{{1,{MAX_DIGITS}}})?)\*(\S{{1,8}})")
_TIME: Final = re.compile(r"(\d{12})([SW])")
_SEASONS: Final = {"S": 0x80, "W": 0}
"""clock_status of summer and winter time: bit 7 is daylight saving."""
_CLOCK, _TIME_ATTRIBUTE = 8, 2
_HEX_TEXT: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_OCTETS_AS_HEX: Final = tuple(map(obis.Pattern, ("0-*:42.0.0", "0-*:96.1.*", "0-*:96.13.*")))
"""Objects whose octet-strings are written in hex (DSMR P1, 6.12): names, identifiers and messages."""

_STRUCTURE, _OCTETS, _TEXT = 2, 9, 10
_PREFIXES: Final = (("", 0), ("k", 3), ("M", 6), ("G", 9))


class Telegram(NamedTuple):
    """A telegram taken apart.

    Attributes:
        identification: what follows the slash: the maker's letters, a digit and the type of the meter.
        lines: each line that is not empty, with its offset.
        stop: offset of the exclamation mark.
        crc: as sent; None when there is none.
        computed: the CRC that the octets have.
    """

    identification: str
    lines: tuple[tuple[int, str], ...]
    stop: int
    crc: int | None
    computed: int


def is_telegram(octets: bytes) -> bool:
    """They are a telegram from its slash to its end."""
    return octets[:1] == b"/" and _frame(octets) is not None


def _frame(octets: bytes) -> tuple[re.Match[bytes], re.Match[bytes]] | None:
    """The identification and the end of a telegram."""
    head = _HEAD.match(octets)
    if head is None:
        return None
    end = _END.match(octets, max(octets.rfind(b"!"), head.end()))
    return None if end is None else (head, end)


def read_telegram(octets: bytes) -> Telegram:
    """Take a telegram apart.

    Raises:
        ValueError: it is none.
    """
    frame = _frame(octets)
    if frame is None:
        raise ValueError("no P1 telegram: it has no identification, or no end")
    head, end = frame
    lines = []
    at, stop = head.end(), end.start()
    for line in octets[at:stop].split(b"\n", MAX_LINES):
        text = line.strip(b"\r").decode("latin-1")
        if text:
            lines.append((at, text))
        at += len(line) + 1
    crc = None if end[1] is None else int(end[1], 16)
    return Telegram(head[0][1:].strip().decode("latin-1"), tuple(lines), stop, crc, crc16(octets[: stop + 1]))


@cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for octet in range(256):
        register = octet
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
        table.append(register)
    return tuple(table)


def crc16(octets: bytes) -> int:
    """CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, least significant bit first, from 0 (DSMR P1, 6.2)."""
    table, register = _crc_table(), 0
    for octet in octets:
        register = register >> 8 ^ table[(register ^ octet) & 0xFF]
    return register


def telegram_problem(octets: bytes) -> str | None:
    """What is wrong with a telegram; None when nothing is."""
    telegram = read_telegram(octets)
    if telegram.crc in (None, telegram.computed):
        return None
    return f"the CRC of the P1 telegram is {telegram.crc:04X}, its octets have {telegram.computed:04X}"


def label_telegram(model: MeterModel, octets: bytes) -> Push | None:
    """The values of a telegram, one item a line; None when it is none.

    A line without an OBIS code is an item without a name. Numbers are scaled to the plain unit: `000123.456*kWh` is
    123456 Wh.
    """
    if not is_telegram(octets):
        return None
    lines = read_telegram(octets).lines
    return Push(tuple(_item(model, index, text) for index, (_, text) in enumerate(lines)), RULE)


def _item(model: MeterModel, index: int, text: str) -> PushItem:
    found = _LINE.fullmatch(text)
    try:
        name = None if found is None else obis.parse(found[1])
    except ValueError:  # a number above 255
        name = None
    if found is None or name is None:
        data: Pair = (_TEXT, text.encode("latin-1"))
        return PushItem((index,), None, False, data, generic(data))
    groups = _GROUP.findall(found[2])
    values = [_value(name, group) for group in groups]
    data, shown = values[-1]
    number = shown.unit is not None
    if len(values) > 1:
        data = (_STRUCTURE, tuple(one for one, _ in values))
        shown = _several([one for _, one in values])
    captured = CaptureObject(class_of(model, name, ScalerUnit(0, 0) if number else None), name, 2)
    return PushItem((index,), captured, False, data, shown)


def _several(all_shown: list[Interpreted]) -> Interpreted:
    """A line with several values: the number of an M-Bus meter behind its time, or a list of events."""
    last = all_shown[-1]
    words = ", ".join(one.words for one in all_shown)
    return Interpreted([one.value for one in all_shown], words, RULE, last.scaled, last.unit)


def _value(name: bytes, text: str) -> tuple[Pair, Interpreted]:
    """What stands between two brackets: as sent, and what it says."""
    data: Pair = (_TEXT, text.encode("latin-1"))
    if (number := _NUMBER.fullmatch(text)) is not None:
        value = Decimal(number[1])
        symbol, power = _unit(number[2])
        scaled = value.scaleb(power)
        words = present(scaled, symbol)
        return data, Interpreted(exact_json(value), words, f"unit in the message: {number[2]}", scaled, symbol)
    if (time := _TIME.fullmatch(text)) is not None:
        try:
            moment = datetime.strptime(time[1], "%y%m%d%H%M%S")  # noqa: DTZ007 - local time, as the meter shows it
        except ValueError:
            return data, generic(data)
        date, clock = Date(moment.year, moment.month, moment.day), Time(moment.hour, moment.minute, moment.second)
        data = (_OCTETS, DateTime(date, clock, status=_SEASONS[time[2]]).to_bytes())
        return data, interpret(_CLOCK, _TIME_ATTRIBUTE, data)
    if _HEX_TEXT.fullmatch(text) and any(pattern.matches(name) for pattern in _OCTETS_AS_HEX):
        octets = bytes.fromhex(text)
        if printable(octets) is not None:
            data = (_OCTETS, octets)
    return data, generic(data)


@cache
def _units() -> dict[str, tuple[str, int]]:
    """What stands for a unit in a telegram, in small letters: its symbol and power of ten."""
    found = {"m3": ("m³", 0), "dm3": ("m³", -3)}
    for unit in units().values():
        if unit.symbol in ("Wh", "W", "varh", "var", "VAh", "VA", "J", "V", "A", "Hz"):
            found.update({(prefix + unit.symbol).lower(): (unit.symbol, power) for prefix, power in _PREFIXES})
    return found


def _unit(text: str) -> tuple[str, int]:
    """Symbol and power of ten of a unit as telegrams write it; as sent when it is not known."""
    return _units().get(text.lower(), (text, 0))


def trace_telegram(octets: bytes) -> Node:
    """The tree of a telegram.

    Raises:
        ValueError: it is none.
    """
    telegram = read_telegram(octets)
    return Node(P1_TELEGRAM, octets, 0, len(octets), f"{len(telegram.lines)} lines", tuple(_nodes(octets, telegram)))


def _nodes(octets: bytes, telegram: Telegram) -> Iterator[Node]:
    identification, lines, stop, crc, computed = telegram
    start = octets.index(b"\n") + 1
    yield Node("identification", identification, 0, start, identification)
    children = tuple(Node(f"[{index}]", text, at, at + len(text), text) for index, (at, text) in enumerate(lines))
    yield Node(LINES, tuple(text for _, text in lines), start, stop, f"{len(lines)} lines", children)
    error = None if crc in (None, computed) else f"computed {computed:04X}"
    yield Node("crc", crc, stop, len(octets), "none" if crc is None else f"{crc:04X}", error=error)
