"""compact-array (IEC 62056-5-3, Data tag 19): the type once, then row after row without tags.

`TypeDescription` is a tree of pairs: `(tag, None)` for simple types, `(2, (descriptions))` for a structure,
`(1, (count, description))` for an array. Rows are read as `Data` pairs, so that they look as if they had come
with tags.

One source writes a count octet before the elements of an inner array although the description has fixed it;
both ways are tried and the one that uses up the contents exactly is taken (`counted` remembers which). Contents
that neither way explains stay raw: `rows` is then None.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any, NamedTuple

from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import DecodeError, Malformed, NeedMore, Note, Octets, odd, tolerant
from scapy_layers.data import EMPTY, MAX_DEPTH, TYPE_NAMES, data_text, read_content, write_content

ELEMENTS_PER_OCTET = 16
SPARE_ELEMENTS = 64
"""Elements of a compact array, inner ones counted, are so many for each octet of contents and so many more.

null-data and empty structures take no octets, and an array in the description multiplies them by up to 65,535: without
a bound, ten octets of input would become a million elements. Real rows have an octet or more for each column.
"""


class CompactArray(NamedTuple):
    """A compact array.

    Attributes:
        description: type of a row.
        rows: the rows as `Data` pairs; None when the contents do not fit the description.
        contents: the octets of all rows.
        counted: inner arrays carry a count octet in the contents.
    """

    description: tuple[int, Any]
    rows: tuple[tuple[int, Any], ...] | None
    contents: bytes
    counted: bool = False

    def __str__(self) -> str:
        return data_text((19, self))


def describe(description: tuple[int, Any]) -> str:
    """A type description in words."""
    tag, inner = description
    if tag == 2:
        return "structure(" + ", ".join(map(describe, inner)) + ")"
    if tag == 1:
        return f"array of {inner[0]} {describe(inner[1])}"
    return TYPE_NAMES[tag]


def read_description(buf: Octets, pos: int, end: int, depth: int = 0) -> tuple[tuple[int, Any], int]:
    """Read a TypeDescription.

    Raises:
        NeedMore: the octets end inside it.
        Malformed: unknown type, a compact array inside, or nested too deep.
    """
    if pos >= end:
        raise NeedMore(end, "the octets end before a type description")
    tag = buf[pos]
    if tag not in TYPE_NAMES or tag == 19:
        raise Malformed(pos, f"{tag:02X} is no type of a compact array")
    if depth >= MAX_DEPTH:
        raise Malformed(pos, f"type description nested deeper than {MAX_DEPTH}")
    pos += 1
    if tag == 2:
        count, pos = read_length(buf, pos, end)
        if count > end - pos:
            raise NeedMore(end, f"structure is said to have {count} elements, {end - pos} octets are there")
        parts = []
        for _ in range(count):
            part, pos = read_description(buf, pos, end, depth + 1)
            parts.append(part)
        return (2, tuple(parts)), pos
    if tag == 1:
        if pos + 2 > end:
            raise NeedMore(end, "the octets end inside the number of elements")
        count = int.from_bytes(buf[pos : pos + 2], "big")
        part, pos = read_description(buf, pos + 2, end, depth + 1)
        return (1, (count, part)), pos
    return (tag, None), pos


def write_description(description: tuple[int, Any], depth: int = 0) -> bytes:
    """The octets of a TypeDescription.

    Raises:
        ValueError: no type of a compact array, or nested too deep.
    """
    tag, inner = description
    if tag not in TYPE_NAMES or tag == 19:
        raise ValueError(f"{tag} is no type of a compact array")
    if depth >= MAX_DEPTH:
        raise ValueError(f"type description nested deeper than {MAX_DEPTH}")
    if tag == 2:
        return b"\x02" + write_length(len(inner)) + b"".join([write_description(part, depth + 1) for part in inner])
    if tag == 1:
        count, part = inner
        return b"\x01" + int(count).to_bytes(2, "big") + write_description(part, depth + 1)
    return bytes((tag,))


def read_compact_array(buf: Octets, pos: int, end: int, depth: int = 0) -> tuple[CompactArray, int]:
    """Read description and contents.

    Raises:
        NeedMore: the octets end inside it.
        Malformed: a description that is none.
    """
    description, pos = read_description(buf, pos, end, depth)
    length, pos = read_length(buf, pos, end)
    stop = pos + length
    if stop > end:
        raise NeedMore(end, f"compact-array is said to have {length} octets, {end - pos} are there")
    contents = buf[pos:stop]
    for counted in (False, True) if _has_array(description) else (False,):
        rows, notes = _read_rows(description, contents, counted)
        if rows is not None:
            for note in notes:
                odd(pos + note.offset, note.code, note.text)
            return CompactArray(description, rows, contents, counted), stop
    odd(pos, "compact-array", f"{length} octets of contents do not fit {describe(description)}")
    return CompactArray(description, None, contents), stop


def read_rows(
    description: tuple[int, Any], contents: bytes, counted: bool = False
) -> tuple[tuple[int, Any], ...] | None:
    """The rows in the contents, or None when they do not fit exactly.

    Also reads the `compact_buffer` of class Compact data, whose description stands in another attribute.
    """
    return _read_rows(description, contents, counted)[0]


def _read_rows(
    description: tuple[int, Any], contents: bytes, counted: bool
) -> tuple[tuple[tuple[int, Any], ...] | None, list[Note]]:
    """The rows, and what is odd about them, at offsets in the contents: whoever tries knows whether it counts."""
    pos = 0
    rows: list[tuple[int, Any]] = []
    budget = [ELEMENTS_PER_OCTET * len(contents) + SPARE_ELEMENTS]
    with tolerant() as notes:
        while pos < len(contents):
            start = pos
            try:
                row, pos = _read_row(description, contents, pos, counted, budget)
            except DecodeError:
                return None, notes
            if pos == start:
                return None, notes
            rows.append(row)
    return tuple(rows), notes


def _read_row(
    description: tuple[int, Any], buf: bytes, pos: int, counted: bool, budget: list[int]
) -> tuple[tuple[int, Any], int]:
    tag, inner = description
    budget[0] -= 1
    if budget[0] < 0:
        raise Malformed(pos, "too many elements without octets in a compact array")
    if tag == 2:
        elements: Iterable[tuple[int, Any]] = inner
    elif tag == 1:
        count, part = inner
        if counted:
            count, pos = read_length(buf, pos, len(buf))
        elements = repeat(part, count)
    elif tag in EMPTY:
        return EMPTY[tag], pos
    else:
        value, pos = read_content(tag, buf, pos, len(buf))
        return (tag, value), pos
    values = []
    for element in elements:
        value, pos = _read_row(element, buf, pos, counted, budget)
        values.append(value)
    return (tag, tuple(values)), pos


def write_compact_array(array: CompactArray, depth: int = 0) -> bytes:
    """The octets behind the tag.

    Raises:
        ValueError: rows that the description does not describe.
    """
    head = write_description(array.description, depth)
    if array.rows is None:
        contents = array.contents
    else:
        contents = b"".join(_write_row(array.description, row, array.counted) for row in array.rows)
    return head + write_length(len(contents)) + contents


def _write_row(description: tuple[int, Any], row: tuple[int, Any], counted: bool) -> bytes:
    tag, inner = description
    if row[0] != tag:
        raise ValueError(f"a row of {describe(description)} cannot hold type {row[0]}")
    if tag == 2:
        return b"".join(_write_row(part, value, counted) for part, value in zip(inner, row[1], strict=True))
    if tag == 1:
        if not counted and len(row[1]) != inner[0]:
            raise ValueError(f"{describe(description)} cannot hold {len(row[1])} elements")
        head = write_length(len(row[1])) if counted else b""
        return head + b"".join(_write_row(inner[1], value, counted) for value in row[1])
    return write_content(tag, row[1])


def _has_array(description: tuple[int, Any]) -> bool:
    tag, inner = description
    return tag == 1 or (tag == 2 and any(map(_has_array, inner)))
