"""Lists of objects and attributes in what a meter sends: object lists, capture objects, push lists."""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.cosem.interpret.result import Pair
from dlms_analyzer.cosem.units import INTEGER_TAGS
from scapy_layers.selective_access import CaptureObject

MAX_COLUMNS: Final = 1_000
"""Columns of one profile, or objects of one push."""


class Known(NamedTuple):
    """An object of the meter.

    Attributes:
        class_id: its class.
        logical_name: its logical name.
        version: version of its class; None when no object list was seen.
        base_name: its short name; None with logical names.
        access: what the association may do with it, attribute or method (`m1`) to access mode; empty when not seen.
    """

    class_id: int
    logical_name: bytes
    version: int | None = None
    base_name: int | None = None
    access: tuple[tuple[str, int], ...] = ()


def capture_list(data: Pair) -> tuple[CaptureObject, ...] | None:
    """The attributes in capture_objects, push_object_list or monitored_value; None when it is no such list."""
    if data[0] != 1 or len(data[1]) > MAX_COLUMNS:
        return None
    found = []
    for tag, elements in data[1]:
        if tag != 2 or len(elements) < 3:
            return None
        (a, class_id), (b, name), (c, attribute) = elements[:3]
        index = elements[3][1] if len(elements) > 3 and elements[3][0] in INTEGER_TAGS else 0
        if a not in INTEGER_TAGS or b != 9 or len(name) != 6 or c not in INTEGER_TAGS:
            return None
        if not (0 <= class_id <= 0xFFFF and -128 <= attribute <= 255 and 0 <= index <= 0xFFFF):
            return None
        found.append(CaptureObject(class_id, name, attribute, index))
    return tuple(found)


def listed_object(element: Pair) -> Known | None:
    """One element of the object list of an Association LN or SN; None when it is none."""
    tag, parts = element
    if tag != 2 or len(parts) not in (3, 4):
        return None
    if len(parts) == 4 and parts[3][0] == 9:  # SN: base_name, class_id, version, logical_name
        base, class_id, version, name = parts
        access: tuple[tuple[str, int], ...] = ()
        base_name = base[1] & 0xFFFF if base[0] in INTEGER_TAGS else None
    else:
        class_id, version, name = parts[:3]
        base_name = None
        access = _access(parts[3]) if len(parts) == 4 else ()
    if class_id[0] not in INTEGER_TAGS or version[0] not in INTEGER_TAGS or name[0] != 9 or len(name[1]) != 6:
        return None
    if not (0 <= class_id[1] <= 0xFFFF and 0 <= version[1] <= 255):
        return None
    return Known(class_id[1], name[1], version[1], base_name, access)


def _access(rights: Pair) -> tuple[tuple[str, int], ...]:
    if rights[0] != 2 or len(rights[1]) != 2:
        return ()
    found = []
    for prefix, (tag, members) in zip(("", "m"), rights[1], strict=True):
        for member in members if tag == 1 else ():
            parts: tuple[Pair, ...] = member[1] if member[0] == 2 else ()
            if len(parts) >= 2 and parts[0][0] in INTEGER_TAGS and parts[1][0] in (*INTEGER_TAGS, 3):
                found.append((f"{prefix}{parts[0][1]}", int(parts[1][1]) & 0xFF))
    return tuple(found)
