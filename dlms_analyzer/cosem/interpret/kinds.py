"""Leaves of shapes: what a single value can be, from numbers to MAC addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from dlms_analyzer.cosem import datetimes, units
from dlms_analyzer.cosem.classes import class_name
from dlms_analyzer.cosem.interpret.enumerations import (
    MAX_BITS_SAID,
    bit_names,
    bits_of,
    enumeration,
    mask,
    set_bits,
)
from dlms_analyzer.cosem.interpret.result import Mismatch, Pair, Part
from dlms_analyzer.cosem.interpret.shapes import NOTHING, NULL, type_name
from dlms_analyzer.cosem.obis import dotted, label
from scapy_layers.data import data_text

INTEGERS: Final = units.INTEGER_TAGS
_STRINGS: Final = frozenset({9, 10, 12})
_TAGGED_INSIDE: Final = b"\x09\x0c"
"""Tag and length that some servers put before a date-time inside its octet-string."""

MAX_HEX: Final = 64
"""Octets that words show in hex; the value holds them all."""


class Leaf:
    """A single value of some kind.

    Attributes:
        kind: its name in the table of shapes.
    """

    container: Final = False

    def __init__(self, kind: str, value: Callable[[Pair], Any], words: Callable[[Pair], str] | None = None) -> None:
        self.kind = kind
        self._value = value
        self._words = words

    def value(self, pair: Pair) -> Any:
        """The friendly value; see `Shape`."""
        return None if pair[0] in NULL else self._value(pair)

    def words(self, pair: Pair) -> str:
        """The value for people."""
        if pair[0] in NULL:
            return NOTHING
        return str(self._value(pair)) if self._words is None else self._words(pair)

    def parts(self, pair: Pair) -> tuple[Part, ...]:  # noqa: ARG002 - a leaf has none, whatever it holds
        """None: it is a single value."""
        return ()


def _expected(what: str, pair: Pair) -> Mismatch:
    tag, value = pair
    size = f" of {len(value)} octets" if isinstance(value, bytes) else ""
    return Mismatch(f"{what} expected, {type_name(tag)}{size} found")


def integer(pair: Pair) -> int:
    """A whole number of any width.

    Raises:
        Mismatch: something else.
    """
    if pair[0] in INTEGERS:
        number: int = pair[1]
        return number
    raise _expected("a whole number", pair)


def _boolean(pair: Pair) -> bool:
    if pair[0] != 3:
        raise _expected("boolean", pair)
    return bool(pair[1])


def _boolean_words(pair: Pair) -> str:
    return "true" if pair[1] else "false"


def octets(pair: Pair, what: str = "octet-string") -> bytes:
    """The octets of a string of any type.

    Raises:
        Mismatch: no string.
    """
    if pair[0] not in _STRINGS:
        raise _expected(what, pair)
    found: bytes = pair[1]
    return found


def printable(found: bytes) -> str | None:
    """Text of octets that are all printable ASCII, padding behind them left out; None when they are not."""
    bare = found.rstrip(b"\x00")
    if bare and bare.isascii() and (text := bare.decode("ascii")).isprintable():
        return text
    return None


def _string(pair: Pair) -> str:
    found = octets(pair)
    if pair[0] == 12:
        return found.decode("utf-8", "replace")
    if not found:
        return ""
    text = printable(found)
    if text is None:
        return found.decode("latin-1") if pair[0] == 10 else found.hex()
    return text


def _string_words(pair: Pair) -> str:
    text = _string(pair)
    if pair[0] == 9 and pair[1] and printable(pair[1]) is None:
        return hex_words(pair[1])
    return repr(text)


def hex_words(found: bytes) -> str:
    """Octets in hex, long ones cut."""
    if not found:
        return "no octets"
    more = len(found) - MAX_HEX
    return found[:MAX_HEX].hex() + (f"… ({len(found)} octets)" if more > 0 else "")


def _hex(pair: Pair) -> str:
    return octets(pair).hex()


def _hex_words(pair: Pair) -> str:
    return hex_words(pair[1])


def _sized(pair: Pair, size: int, what: str) -> bytes:
    found = octets(pair, what)
    if len(found) not in (0, size):
        raise _expected(f"{what} of {size} octets", pair)
    return found


def _logical_name(pair: Pair) -> str | None:
    found = _sized(pair, 6, "a logical name")
    return dotted(found) if found else None


def _logical_name_words(pair: Pair) -> str:
    if pair[1] == bytes(6):
        return "0-0:0.0.0.0 (none)"
    return label(pair[1]) if pair[1] else NOTHING


def date_time_octets(pair: Pair) -> bytes:
    """The twelve octets of a date-time, or none when it is not set.

    Raises:
        Mismatch: no date-time.
    """
    if pair[0] == 25:
        found: bytes = pair[1]
        return found
    if pair[0] == 9 and pair[1][:2] == _TAGGED_INSIDE and len(pair[1]) == datetimes.DATE_TIME_SIZE + 2:
        tagged: bytes = pair[1][2:]
        return tagged
    return _sized(pair, datetimes.DATE_TIME_SIZE, "a date-time")


def _date_time(pair: Pair) -> str | None:
    found = date_time_octets(pair)
    return datetimes.date_time_text(found) if found else None


def _date_time_words(pair: Pair) -> str:
    found = date_time_octets(pair)
    if not found:
        return NOTHING
    odd = " (inside another octet-string)" if len(found) != len(pair[1]) else ""
    return datetimes.DateTime.from_bytes(found).words + odd


def _date(pair: Pair) -> str | None:
    found: bytes = pair[1] if pair[0] == 26 else _sized(pair, datetimes.DATE_SIZE, "a date")
    if not found:
        return None
    date = datetimes.Date.from_bytes(found)
    return f"{date.text} (invalid: {date.problem})" if date.problem else date.text


def _time(pair: Pair) -> str | None:
    found: bytes = pair[1] if pair[0] == 27 else _sized(pair, datetimes.TIME_SIZE, "a time")
    if not found:
        return None
    time = datetimes.Time.from_bytes(found)
    return f"{time.text} (invalid: {time.problem})" if time.problem else time.text


def _class_words(pair: Pair) -> str:
    return f"{class_name(pair[1])} ({pair[1]})"


def _ipv4(pair: Pair) -> str:
    if pair[0] in _STRINGS and len(pair[1]) == 4:
        return str(IPv4Address(pair[1]))
    number = integer(pair)
    if not 0 <= number < 1 << 32:
        raise _expected("an IPv4 address", pair)
    return str(IPv4Address(number))


def _ipv6(pair: Pair) -> str:
    found = _sized(pair, 16, "an IPv6 address")
    return str(IPv6Address(found)) if found else ""


def _mac(pair: Pair) -> str:
    return octets(pair).hex(":")


def _short_name(pair: Pair) -> int:
    return integer(pair) & 0xFFFF


def _short_name_words(pair: Pair) -> str:
    return f"0x{_short_name(pair):04X}"


def _scaler_unit(pair: Pair) -> dict[str, Any]:
    found = units.scaler_unit(pair)
    if found is None:
        raise _expected("a structure of scaler and unit", pair)
    return {"scaler": found.scaler, "unit": found.symbol}


def _scaler_unit_words(pair: Pair) -> str:
    return str(units.scaler_unit(pair))


def _signal_words(pair: Pair) -> str:
    """Signal quality as modems give it (3GPP TS 27.007, +CSQ)."""
    quality = integer(pair)
    if 0 <= quality <= 31:
        edge = " or less" if quality == 0 else " or more" if quality == 31 else ""
        return f"{quality} ({2 * quality - 113} dBm{edge})"
    return f"{quality} (unknown)" if quality == 99 else str(quality)


def _manufacturer_words(pair: Pair) -> str:
    """Three letters of five bits each (EN 13757-3)."""
    number = integer(pair)
    letters = "".join(chr((number >> shift & 0x1F) + 64) for shift in (10, 5, 0))
    return f"{number:04X} ({letters})" if letters.isalpha() else f"{number:04X}"


def _bcd_words(pair: Pair) -> str:
    """An identification number of eight digits in BCD (EN 13757-3), which some meters send as a plain number."""
    return f"{integer(pair):08X}"


def oid_octets(pair: Pair) -> tuple[int, ...]:
    """The arcs of an object identifier: octets of its BER contents, or a structure of numbers.

    Raises:
        Mismatch: neither of them.
    """
    tag, value = pair
    if tag == 2 and value:
        return tuple(integer(arc) for arc in value)
    found = octets(pair, "an object identifier")
    if found[:1] == b"\x06" and len(found) == (found[1] if len(found) > 1 else 0) + 2:
        found = found[2:]
    arcs: list[int] = []
    number = 0
    for octet in found:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(number)
            number = 0
    if not arcs:
        raise _expected("an object identifier", pair)
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


def _oid(pair: Pair) -> str:
    return ".".join(map(str, oid_octets(pair)))


def _oid_words(name: str, pair: Pair) -> str:
    arcs = oid_octets(pair)
    meaning = enumeration(name).get(arcs[-1])
    text = _oid(pair)
    return f"{text} ({meaning})" if meaning and len(arcs) == 7 else text


def _enum_words(name: str, pair: Pair) -> str:
    number = integer(pair)
    text = enumeration(name).get(number)
    return f"{number} (reserved)" if text is None else f"{text} ({number})"


def _bits(name: str, pair: Pair) -> Any:
    tag, value = pair
    if tag == 4:
        if name:
            return bit_names(set_bits(*value), name)
        return "".join(f"{octet:08b}" for octet in value[1])[: value[0]]
    return integer(pair)


def _bits_words(name: str, pair: Pair) -> str:
    tag, value = pair
    if tag != 4:
        said = ", ".join(bit_names(bits_of(value), name)) if value >= 0 else "negative"
        return f"{said or 'none'} (0x{value:02X})"
    found = set_bits(*value)
    if name or value[0] <= MAX_BITS_SAID:
        said = ", ".join(bit_names(found, name)) if name else str(_bits(name, pair))
        return said or "none"
    return f"{len(found)} of {value[0]} bits set"


def looks_like_logical_name(found: bytes) -> bool:
    """Six octets that end as a logical name does and begin with a medium that is defined."""
    return len(found) == 6 and found[5] == 255 and found[0] in (0, 1, 2, 4, 5, 6, 7, 8, 9)


def _auto(pair: Pair) -> Any:
    tag, value = pair
    if tag in INTEGERS:
        return value
    if tag in (1, 2):
        return [None if one[0] in NULL else _auto(one) for one in value]
    if tag == 9:
        return _auto_octets(value)
    if tag == 4:
        return _bits("", pair)
    if tag == 3:
        return bool(value)
    if tag in (10, 12):
        return _string(pair)
    if tag == 19:
        return None if value.rows is None else [_auto(row) for row in value.rows]
    if tag in (25, 26, 27):
        return (_date_time if tag == 25 else _date if tag == 26 else _time)(pair)
    if isinstance(value, bytes):
        return value.hex()
    if tag in (23, 24) and value - value != 0:  # NaN and infinities are no JSON numbers
        return str(value)
    return value


def _structure(pair: Pair) -> Any:
    if pair[0] != 2:
        raise _expected("structure", pair)
    return _auto(pair)


def _auto_octets(value: bytes) -> str:
    """Octets whose meaning nothing says: a date-time, text or a logical name when they look like one."""
    if len(value) == 12 and datetimes.looks_like_date_time(value):
        return datetimes.date_time_text(value)
    if len(value) >= 2 and (text := printable(value)) is not None:
        return text
    return dotted(value) if looks_like_logical_name(value) else value.hex()


def _auto_octets_words(value: bytes) -> str:
    if len(value) == 12 and datetimes.looks_like_date_time(value):
        return datetimes.DateTime.from_bytes(value).words
    if len(value) >= 2 and (text := printable(value)) is not None:
        return repr(text)
    return label(value) if looks_like_logical_name(value) else hex_words(value)


def _auto_words(pair: Pair) -> str:
    tag, value = pair
    if tag == 9:
        return _auto_octets_words(value)
    if tag in (25, 26, 27):
        return str(_auto(pair)) if tag != 25 else _date_time_words(pair)
    if tag in (1, 2, 19):
        return data_text(pair)
    if tag == 3:
        return _boolean_words(pair)
    if tag in (10, 12):
        return repr(_string(pair))
    return str(_auto(pair))


def _access_words(pair: Pair) -> str:
    """Access mode of an attribute; a number that the enumeration of the older versions does not have is a mask."""
    return (
        _bits_words("access_v3", pair)
        if integer(pair) not in enumeration("access_v0")
        else _enum_words("access_v0", pair)
    )


def _policy_words(pair: Pair) -> str:
    """security_policy: version 0 of Security setup uses 1 to 3, version 1 a mask that leaves these bits out."""
    return _enum_words("security_policy_v0", pair) if 0 <= integer(pair) <= 3 else _bits_words("security_policy", pair)


_SIMPLE: Final = {
    "any": (_auto, _auto_words),
    "auto": (_auto, _auto_words),
    "int": (integer, None),
    "bool": (_boolean, _boolean_words),
    "str": (_string, _string_words),
    "hex": (_hex, _hex_words),
    "ln": (_logical_name, _logical_name_words),
    "dt": (_date_time, _date_time_words),
    "date": (_date, None),
    "time": (_time, None),
    "class": (integer, _class_words),
    "ipv4": (_ipv4, None),
    "ipv6": (_ipv6, None),
    "mac": (_mac, None),
    "short_name": (_short_name, _short_name_words),
    "scaler_unit": (_scaler_unit, _scaler_unit_words),
    "signal": (integer, _signal_words),
    "manufacturer": (integer, _manufacturer_words),
    "bcd8": (integer, _bcd_words),
    "structure": (_structure, _auto_words),
    "access": (integer, _access_words),
    "policy": (integer, _policy_words),
}


@cache
def leaf(kind: str) -> Leaf:
    """The leaf of a kind; `enum(baud)`, `bits(weekdays)` and `oid(context)` name their table.

    Raises:
        ValueError: no such kind, or no such table.
    """
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return Leaf(kind, *simple)
    name, _, rest = kind.partition("(")
    table = rest.removesuffix(")")
    try:
        if name == "bits":
            mask(table)
            return Leaf(kind, partial(_bits, table), partial(_bits_words, table))
        if name in ("enum", "oid"):
            enumeration(table)
            value: Callable[[Pair], Any] = integer if name == "enum" else _oid
            return Leaf(kind, value, partial(_enum_words if name == "enum" else _oid_words, table))
    except KeyError:
        raise ValueError(f"{kind!r} names a table that is not there") from None
    raise ValueError(f"{kind!r} is no kind of value")
