"""Short-name referencing (IEC 62056-6-2, clause 4.1.4): from a 16-bit number to object and attribute.

An object's attributes stand eight apart from its base name on; where its methods stand is a table. The base names
come from the object list of the Association SN, and a handful are reserved by the standard.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final, NamedTuple

from dlms_analyzer.cosem.classes import MAX_KEPT, interface_class
from dlms_analyzer.cosem.tables import rows

STEP: Final = 8
"""Between the short names of one attribute and the next."""

IRREGULAR: Final = {(47, 2): {6: 0x30, 7: 0x38, 8: 0x40}}
"""Attributes that do not stand where the rule says: class and version to attribute and offset (cell_info and on)."""


class Reserved(NamedTuple):
    """A base name that the standard gives to one object.

    Attributes:
        class_id: its class.
        logical_name: its logical name.
        version: its version; None when it may be any.
    """

    class_id: int
    logical_name: bytes
    version: int | None = None


RESERVED: Final = {
    0xFA00: Reserved(12, bytes((0, 0, 40, 0, 0, 255))),
    0xFB00: Reserved(9, bytes((0, 0, 10, 0, 125, 255))),
    0xFC00: Reserved(17, bytes((0, 0, 41, 0, 0, 255))),
    0xFD00: Reserved(1, bytes((0, 0, 42, 0, 0, 255))),
}
"""Reserved base names: current association, broadcast scripts, SAP assignment, logical device name."""


class ShortObject(NamedTuple):
    """An object as the object list of an Association SN has it.

    Attributes:
        base_name: 16 bits, unsigned.
        class_id: its class.
        version: its version; None when the list did not say.
        logical_name: six octets.
    """

    base_name: int
    class_id: int
    version: int | None
    logical_name: bytes


class Resolved(NamedTuple):
    """What a short name stands for.

    Attributes:
        class_id: class of the object.
        logical_name: its logical name.
        attribute: attribute index; None for a method.
        method: method index; None for an attribute.
        rule: `object list`, or `reserved base name`.
    """

    class_id: int
    logical_name: bytes
    attribute: int | None
    method: int | None
    rule: str


@cache
def _methods() -> dict[tuple[int, int], dict[int, int]]:
    found = {}
    for row in rows("short_names"):
        pairs = (one.split(":") for one in row["methods"].split(";"))
        found[int(row["class_id"]), int(row["version"])] = {int(index): int(offset, 16) for index, offset in pairs}
    return found


@lru_cache(MAX_KEPT)
def method_offsets(class_id: int, version: int | None = None) -> dict[int, int]:
    """Method index to offset from the base name; empty where none is known.

    Without a row for the version, the nearest one before it is taken, as methods of a class rarely move.
    """
    known = sorted(one for cls, one in _methods() if cls == class_id)
    if not known:
        return {}
    if version is None:
        return _methods()[class_id, known[-1]]
    earlier = [one for one in known if one <= version]
    return _methods()[class_id, earlier[-1] if earlier else known[0]]


@lru_cache(MAX_KEPT)
def _members(class_id: int, version: int | None) -> dict[int, tuple[int | None, int | None]]:
    """Offset to attribute or method."""
    found: dict[int, tuple[int | None, int | None]] = {}
    for method, offset in method_offsets(class_id, version).items():
        found[offset] = (None, method)
    known = interface_class(class_id, version)
    moved = IRREGULAR.get((class_id, -1 if known is None else known.version), {})
    for attribute in known.attributes if known is not None else ():
        found[moved.get(attribute, STEP * (attribute - 1))] = (attribute, None)
    return found


def member_at(class_id: int, version: int | None, offset: int) -> tuple[int | None, int | None] | None:
    """The attribute or method at an offset from the base name; None where there can be none.

    Where class or offset are unknown, the rule of eight gives an attribute.
    """
    found = _members(class_id, version).get(offset)
    if found is not None:
        return found
    if offset % STEP or interface_class(class_id, version) is not None:
        return None
    return offset // STEP + 1, None


def short_name_of(class_id: int, version: int | None, attribute: int | None, method: int | None) -> int | None:
    """Offset of an attribute or method from the base name; None where it is unknown."""
    for offset, member in _members(class_id, version).items():
        if member == (attribute, method):
            return offset
    return None


class ShortNames:
    """The objects of a meter by short name, from its object list."""

    __slots__ = ("_cache", "_objects", "_starts")

    def __init__(self, objects: Iterable[ShortObject] = ()) -> None:
        self._objects = sorted({one.base_name: one for one in objects}.values())
        self._starts = [one.base_name for one in self._objects]
        self._cache: dict[int, Resolved | None] = {}  # at most one entry for each of the 65,536 short names

    def __len__(self) -> int:
        return len(self._objects)

    def resolve(self, short_name: int) -> Resolved | None:
        """What a short name stands for; None when nothing is known about it."""
        short_name &= 0xFFFF
        try:
            return self._cache[short_name]
        except KeyError:
            found = self._cache[short_name] = self._resolve(short_name)
            return found

    def _resolve(self, short_name: int) -> Resolved | None:
        index = bisect_right(self._starts, short_name) - 1
        if index >= 0:
            one = self._objects[index]
            member = member_at(one.class_id, one.version, short_name - one.base_name)
            if member is not None:
                return Resolved(one.class_id, one.logical_name, *member, "object list")
        base = short_name & 0xFF00
        reserved = RESERVED.get(base)
        if reserved is None:
            return None
        member = member_at(reserved.class_id, reserved.version, short_name - base)
        if member is None:
            return None
        return Resolved(reserved.class_id, reserved.logical_name, *member, "reserved base name")
