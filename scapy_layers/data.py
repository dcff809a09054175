"""COSEM `Data` (IEC 62056-5-3, the A-XDR CHOICE of all data types): one field, not one packet per element.

A value is a plain pair `(tag, value)`, the lightest thing that loses nothing:

| tag | value |
|---|---|
| null-data, don't-care | None |
| array, structure | tuple of pairs |
| boolean | bool; an int when the octet is neither 00 nor 01 |
| bit-string | `(number of bits, octets)` |
| integers, enum, bcd, delta types | int |
| float32, float64 | float; the octets when they are a NaN that Python would not keep bit by bit |
| octet-, visible-, utf8-string, date-time, date, time | bytes, as on the wire |
| compact-array | `CompactArray` |

`Data` wraps a pair for people who work with packets.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any, TypeAlias

from scapy.volatile import RandNum, VolatileValue

from scapy_layers.core.fields import WireField
from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import DecodeError, Malformed, NeedMore, Octets
from scapy_layers.core.trace import Node

DataPair: TypeAlias = "tuple[int, Any]"

MAX_DEPTH = 32
"""Deepest nesting read or written. Real data nests 6 deep; Python's own stack allows a few hundred."""


MAX_TEXT = 200
"""Characters of a value on a line of its own."""

MAX_LEAF_TEXT = 2_000
"""Characters of one simple value in a tree: a certificate is shown whole, a firmware image is not."""


class DataType(IntEnum):
    """Tags of the `Data` CHOICE (IEC 62056-5-3; the delta types since Green Book 9)."""

    NULL_DATA = 0
    ARRAY = 1
    STRUCTURE = 2
    BOOLEAN = 3
    BIT_STRING = 4
    DOUBLE_LONG = 5
    DOUBLE_LONG_UNSIGNED = 6
    OCTET_STRING = 9
    VISIBLE_STRING = 10
    UTF8_STRING = 12
    BCD = 13
    INTEGER = 15
    LONG = 16
    UNSIGNED = 17
    LONG_UNSIGNED = 18
    COMPACT_ARRAY = 19
    LONG64 = 20
    LONG64_UNSIGNED = 21
    ENUM = 22
    FLOAT32 = 23
    FLOAT64 = 24
    DATE_TIME = 25
    DATE = 26
    TIME = 27
    DELTA_INTEGER = 28
    DELTA_LONG = 29
    DELTA_DOUBLE_LONG = 30
    DELTA_UNSIGNED = 31
    DELTA_LONG_UNSIGNED = 32
    DELTA_DOUBLE_LONG_UNSIGNED = 33
    DONT_CARE = 255


TYPE_NAMES = {member.value: member.name.lower().replace("_", "-") for member in DataType}
"""Tag to name, as the Green Book spells it."""

_TAGS = {name: tag for tag, name in TYPE_NAMES.items()}

FIXED_CODES: dict[int, str] = {
    5: "i", 6: "I", 13: "b", 15: "b", 16: "h", 17: "B", 18: "H", 20: "q", 21: "Q", 22: "B",
    25: "12s", 26: "5s", 27: "4s", 28: "b", 29: "h", 30: "i", 31: "B", 32: "H", 33: "I",
}  # fmt: skip
"""Types whose value is one struct item of fixed size."""

_PACKERS = {tag: struct.Struct(">" + code) for tag, code in FIXED_CODES.items()}
_FIXED: list[tuple[Callable[..., tuple[Any, ...]], int] | None] = [
    (_PACKERS[tag].unpack_from, 1 + _PACKERS[tag].size) if tag in _PACKERS else None for tag in range(256)
]
_FLOATS = {23: struct.Struct(">f"), 24: struct.Struct(">d")}
EMPTY: dict[int, DataPair] = {0: (0, None), 255: (255, None)}
"""null-data and don't-care: types without octets, and their only values."""
_STRINGS = frozenset({9, 10, 12})


def read_data(buf: Octets, pos: int, end: int, depth: int = 0) -> tuple[DataPair, int]:
    """Read one `Data`; gives the pair and the offset behind it.

    Raises:
        NeedMore: the octets end inside it.
        Malformed: unknown tag, or nested deeper than `MAX_DEPTH`.
    """
    if pos >= end:
        raise NeedMore(end, "the octets end before a data type tag")
    tag = buf[pos]
    fixed = _FIXED[tag]
    if fixed is not None:
        unpack, size = fixed
        stop = pos + size
        if stop > end:
            raise NeedMore(end, f"the octets end inside a {TYPE_NAMES[tag]}")
        return (tag, unpack(buf, pos + 1)[0]), stop
    if tag == 9:  # the most frequent of those with a length, spared a call
        start = pos + 2
        if start <= end and (length := buf[pos + 1]) < 0x80:
            stop = start + length
            if stop <= end:
                return (9, buf[start:stop]), stop
    value, stop = read_content(tag, buf, pos + 1, end, depth)
    return (tag, value), stop


def read_content(tag: int, buf: Octets, pos: int, end: int, depth: int = 0) -> tuple[Any, int]:
    """Read the value of a type whose tag is known (as in compact arrays).

    Raises:
        NeedMore: the octets end inside it.
        Malformed: unknown tag, or nested deeper than `MAX_DEPTH`.
    """
    reader = _READERS.get(tag)
    if reader is not None:
        return reader(tag, buf, pos, end, depth)
    fixed = _FIXED[tag]
    if fixed is None:
        raise Malformed(pos - 1, f"{tag:02X} is no data type")
    unpack, size = fixed
    stop = pos + size - 1
    if stop > end:
        raise NeedMore(end, f"the octets end inside a {TYPE_NAMES[tag]}")
    return unpack(buf, pos)[0], stop


def _read_string(tag: int, buf: Octets, pos: int, end: int, _depth: int) -> tuple[bytes, int]:
    length, pos = read_length(buf, pos, end)
    stop = pos + length
    if stop > end:
        raise NeedMore(end, f"{TYPE_NAMES[tag]} is said to have {length} octets, {end - pos} are there")
    return buf[pos:stop], stop


def _read_nothing(_tag: int, _buf: Octets, pos: int, _end: int, _depth: int) -> tuple[None, int]:
    return None, pos


def _read_boolean(_tag: int, buf: Octets, pos: int, end: int, _depth: int) -> tuple[int, int]:
    if pos >= end:
        raise NeedMore(end, "the octets end before a boolean")
    octet = buf[pos]
    return (octet if octet > 1 else bool(octet)), pos + 1


def _read_bit_string(_tag: int, buf: Octets, pos: int, end: int, _depth: int) -> tuple[tuple[int, bytes], int]:
    bits, pos = read_length(buf, pos, end)
    stop = pos + (bits + 7) // 8
    if stop > end:
        raise NeedMore(end, f"bit-string is said to have {bits} bits, {end - pos} octets are there")
    return (bits, buf[pos:stop]), stop


def _read_float(tag: int, buf: Octets, pos: int, end: int, _depth: int) -> tuple[float | bytes, int]:
    packer = _FLOATS[tag]
    stop = pos + packer.size
    if stop > end:
        raise NeedMore(end, f"the octets end inside a {TYPE_NAMES[tag]}")
    number: float = packer.unpack_from(buf, pos)[0]
    if math.isnan(number) and packer.pack(number) != buf[pos:stop]:
        return buf[pos:stop], stop
    return number, stop


def _read_compact_array(_tag: int, buf: Octets, pos: int, end: int, depth: int) -> tuple[Any, int]:
    from scapy_layers.compact_array import read_compact_array  # which imports this module

    return read_compact_array(buf, pos, end, depth)


def _read_elements(tag: int, buf: Octets, pos: int, end: int, depth: int) -> tuple[tuple[DataPair, ...], int]:
    if depth >= MAX_DEPTH:
        raise Malformed(pos - 1, f"data nested deeper than {MAX_DEPTH}")
    count, pos = read_length(buf, pos, end)
    if count > end - pos:
        raise NeedMore(end, f"{TYPE_NAMES[tag]} is said to have {count} elements, {end - pos} octets are there")
    depth += 1
    elements = []
    for _ in range(count):
        element, pos = read_data(buf, pos, end, depth)
        elements.append(element)
    return tuple(elements), pos


_READERS: dict[int, Callable[[int, Octets, int, int, int], tuple[Any, int]]] = {
    0: _read_nothing,
    1: _read_elements,
    2: _read_elements,
    3: _read_boolean,
    4: _read_bit_string,
    9: _read_string,
    10: _read_string,
    12: _read_string,
    19: _read_compact_array,
    23: _read_float,
    24: _read_float,
    255: _read_nothing,
}
"""Readers of the types whose value is not one struct item."""


def write_data(data: DataPair | Data) -> bytes:
    """The octets of one `Data`.

    Raises:
        ValueError: unknown type, or a value that the type cannot hold.
    """
    try:
        return _write(data.pair if isinstance(data, Data) else data, 0)
    except (TypeError, OverflowError, AttributeError) as problem:
        raise ValueError(f"not the value of a data type: {problem}") from problem


def _write(pair: DataPair, depth: int) -> bytes:
    tag, value = pair
    if tag in (1, 2):
        if depth >= MAX_DEPTH:
            raise ValueError(f"data nested deeper than {MAX_DEPTH}")
        content: bytes = write_length(len(value)) + b"".join([_write(element, depth + 1) for element in value])
    else:
        content = write_content(tag, value, depth)
    return bytes((tag,)) + content


def write_content(tag: int, value: Any, depth: int = 0) -> bytes:
    """The octets of a value without its tag; arrays and structures excepted.

    Raises:
        ValueError: unknown type, or a value that the type cannot hold.
    """
    packer = _PACKERS.get(tag)
    if packer is not None:
        try:
            octets = packer.pack(value)
        except struct.error as problem:
            raise ValueError(f"{value!r} is no {TYPE_NAMES[tag]}: {problem}") from None
        if isinstance(value, bytes) and len(value) != packer.size:
            raise ValueError(f"{TYPE_NAMES[tag]} takes {packer.size} octets, not {len(value)}")
        return octets
    if tag in _STRINGS:
        return write_length(len(value)) + bytes(value)
    if tag in EMPTY:
        return b""
    if tag == 3:
        return bytes((int(value),))
    if tag == 4:
        bits, octets = value
        if len(octets) != (bits + 7) // 8:
            raise ValueError(f"{bits} bits take {(bits + 7) // 8} octets, not {len(octets)}")
        return write_length(bits) + bytes(octets)
    if tag in _FLOATS:
        if not isinstance(value, bytes):
            return _FLOATS[tag].pack(value)
        if len(value) != _FLOATS[tag].size:
            raise ValueError(f"{TYPE_NAMES[tag]} takes {_FLOATS[tag].size} octets, not {len(value)}")
        return value
    if tag == 19:
        from scapy_layers.compact_array import write_compact_array

        return write_compact_array(value, depth)
    raise ValueError(f"{tag} is no data type")


def data_text(pair: DataPair, limit: int = MAX_TEXT) -> str:
    """A `Data` on one line, cut at about `limit` characters."""
    said: list[str] = []
    _say(pair, said, [limit])
    return "".join(said)


def _say(pair: DataPair, said: list[str], left: list[int]) -> None:
    tag, value = pair
    name = TYPE_NAMES.get(tag, f"type-{tag}")
    if tag == 19:
        from scapy_layers.compact_array import describe

        name = f"{name} of {describe(value.description)}"
        value = value.contents if value.rows is None else value.rows
    if isinstance(value, tuple) and tag in (1, 2, 19):
        head = f"{name}[{len(value)}] {{"
        left[0] -= len(head)
        said.append(head)
        for index, element in enumerate(value):
            if left[0] <= 0:
                said.append(" …")
                break
            said.append(", " if index else " ")
            _say(element, said, left)
        said.append(" }")
        return
    text = name if tag in EMPTY else f"{name} {content_text(tag, value)}"
    if len(text) > left[0]:
        text = text[: max(left[0], len(name) + 1)] + "…"
    left[0] -= len(text)
    said.append(text)


def content_text(tag: int, value: Any) -> str:
    """A value without its type: numbers as they are, octets in hex, text quoted with control characters escaped."""
    if tag in (10, 12):
        return repr(value.decode("utf-8" if tag == 12 else "latin-1", "backslashreplace"))
    if tag == 3:
        return ("true" if value else "false") + (f" ({value:02X})" if not isinstance(value, bool) else "")
    if tag == 4:
        bits, octets = value
        return "".join(f"{octet:08b}" for octet in octets)[:bits] or "(no bits)"
    return value.hex() if isinstance(value, bytes) else str(value)


class Data:
    """One COSEM `Data` as packets hold it: compares by value, prints as text, builds by type name.

    Example:
        >>> Data.of("structure", Data.of("unsigned", 5), Data.of("octet-string", b"AB"))
        structure[2] { unsigned 5, octet-string 4142 }
    """

    __slots__ = ("_pair",)

    def __init__(self, pair: DataPair) -> None:
        self._pair = pair

    @property
    def pair(self) -> DataPair:
        """Tag and value. A `Data` does not change; put another in its place."""
        return self._pair

    @classmethod
    def of(cls, type_name: str, *values: Any) -> Data:
        """A value of a type named as in the Green Book.

        Args:
            type_name: `double-long-unsigned`, `structure` …
            values: the value; for array and structure the elements, each a `Data` or a pair. Strings take text as well.

        Raises:
            ValueError: no such type, or a value that it cannot hold.
        """
        if type_name not in _TAGS:
            raise ValueError(f"no such data type: {type_name}")
        tag = _TAGS[type_name]
        if tag in (1, 2):
            made = cls((tag, tuple(v.pair if isinstance(v, Data) else v for v in values)))
        elif tag in _STRINGS and values and isinstance(values[0], str):
            made = cls((tag, values[0].encode()))
        else:
            made = cls((tag, values[0] if values else None))
        write_data(made)
        return made

    @property
    def type(self) -> str:
        """Name of the type."""
        return TYPE_NAMES.get(self.pair[0], f"type-{self.pair[0]}")

    @property
    def value(self) -> Any:
        """The value; elements of arrays and structures as `Data`."""
        tag, value = self.pair
        return tuple(map(Data, value)) if tag in (1, 2) else value

    def __eq__(self, other: object) -> bool:
        return self.pair == (other.pair if isinstance(other, Data) else other)

    def __hash__(self) -> int:
        return hash(self.pair)

    def __repr__(self) -> str:
        return data_text(self.pair)


class RandData(VolatileValue[Data]):
    """Random `Data` of every type, for `fuzz()`."""

    MAX_ELEMENTS = 4

    def _fix(self) -> Data:
        return Data(self._any(3))

    def _any(self, depth: int) -> DataPair:
        def upto(most: int) -> int:
            return int(RandNum(0, most)._fix())

        tags = [tag for tag in TYPE_NAMES if tag != 19 and (depth or tag not in (1, 2))]
        tag = tags[upto(len(tags) - 1)]
        if tag in (1, 2):
            return tag, tuple(self._any(depth - 1) for _ in range(upto(self.MAX_ELEMENTS)))
        octets = bytes(upto(255) for _ in range(24))
        content = bytes((upto(20),)) + octets if tag in _STRINGS or tag == 4 else octets
        return read_data(bytes((tag,)) + content, 0, 1 + len(content))[0]


class DataField(WireField):
    """A field that holds one `Data`."""

    kind = "data"
    bulk = True

    def __init__(self, name: str = "data", default: Data | None = None) -> None:
        super().__init__(name, Data((0, None)) if default is None else default)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[DataPair, int]:
        """Read one `Data`; see `read_data`."""
        return read_data(buf, pos, end)

    def write(self, value: Any) -> bytes:
        """The octets of a pair or `Data`."""
        return write_data(value)

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """A node for every element."""
        return trace_data(self.name, buf, pos, end)

    def text(self, value: Any) -> str:
        """The value on one line."""
        return data_text(value.pair if isinstance(value, Data) else value)

    def to_packet(self, value: Any) -> Data:
        """Packets hold `Data`: a bare pair of numbers would be a range to Scapy."""
        return Data(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Pairs become `Data`."""
        return Data(x) if isinstance(x, tuple) else x

    def randval(self) -> VolatileValue[Data]:
        """Random data."""
        return RandData()


def trace_data(name: str, buf: Octets, pos: int, end: int, depth: int = 0) -> Node:
    """The tree of one `Data`; an element that cannot be read ends it with the reason.

    Raises:
        DecodeError: not even its first level can be read.
    """
    if pos >= end or buf[pos] not in (1, 2):
        pair, stop = read_data(buf, pos, end, depth)
        return Node(name, pair, pos, stop, data_text(pair, MAX_LEAF_TEXT))
    tag = buf[pos]
    if depth >= MAX_DEPTH:
        raise Malformed(pos, f"data nested deeper than {MAX_DEPTH}")
    count, stop = read_length(buf, pos + 1, end)
    nodes: list[Node] = []
    error = None
    for index in range(min(count, end - stop + 1)):
        try:
            node = trace_data(str(index), buf, stop, end, depth + 1)
        except DecodeError as stopped:
            error = str(stopped)
            break
        nodes.append(node)
        stop = node.end
        if node.error is not None:
            error = node.error
            break
    text = f"{TYPE_NAMES[tag]}[{count}]"
    return Node(name, (tag, tuple(node.value for node in nodes)), pos, stop, text, tuple(nodes), error)
