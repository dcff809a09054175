"""Pushes of meters that leave out the tags of the names: the first element of each pair is a bare descriptor.

Some Sagemcom and Landis+Gyr meters write a cosem-attribute-descriptor, class_id (2 octets), logical name (6), attribute
(1), where a structure of two should have its first `Data`. Read strictly such a body is broken; read with the nine
octets in mind it is a list of named values.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.cosem.classes import classes
from dlms_analyzer.cosem.interpret.kinds import looks_like_logical_name
from dlms_analyzer.cosem.interpret.result import Pair
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.push import Push, PushItem
from scapy_layers.core.lengths import read_length
from scapy_layers.core.outcome import DecodeError, Malformed, NeedMore
from scapy_layers.data import MAX_DEPTH, read_data
from scapy_layers.selective_access import CaptureObject

DESCRIPTOR_SIZE: Final = 9
"""Octets of class_id, logical name and attribute."""

RULE: Final = "attribute descriptors without tags in the body"


class _Named(NamedTuple):
    path: tuple[int, ...]
    captured: CaptureObject
    data: Pair


def _descriptor(octets: bytes, pos: int) -> CaptureObject | None:
    if pos + DESCRIPTOR_SIZE > len(octets):
        return None
    class_id = octets[pos] << 8 | octets[pos + 1]
    name = octets[pos + 2 : pos + 8]
    if class_id not in classes() or not looks_like_logical_name(name):
        return None
    return CaptureObject(class_id, name, octets[pos + 8])


def _read(octets: bytes, pos: int, path: tuple[int, ...], found: list[_Named]) -> int:
    if pos >= len(octets) or octets[pos] not in (1, 2):
        return read_data(octets, pos, len(octets))[1]
    if len(path) >= MAX_DEPTH:
        raise Malformed(pos, f"data nested deeper than {MAX_DEPTH}")
    tag = octets[pos]
    count, pos = read_length(octets, pos + 1, len(octets))
    if count > len(octets) - pos:
        raise NeedMore(len(octets), f"{count} elements are announced, {len(octets) - pos} octets are there")
    captured = _descriptor(octets, pos) if tag == 2 and count == 2 else None
    if captured is not None:
        data, pos = read_data(octets, pos + DESCRIPTOR_SIZE, len(octets))
        found.append(_Named((*path, 1), captured, data))
        return pos
    for index in range(count):
        pos = _read(octets, pos, (*path, index), found)
    return pos


def label_untagged(model: MeterModel, octets: bytes) -> Push | None:
    """Label the body of a DataNotification in octets; None when it is not of this kind to its last octet."""
    found: list[_Named] = []
    try:
        end = _read(octets, 0, (), found)
    except DecodeError:
        return None
    if end != len(octets) or not found:
        return None
    items = []
    for path, captured, data in found:
        plan, _ = model.column_plan(captured)
        items.append(PushItem(path, captured, True, data, plan(data)))
    return Push(tuple(items), RULE)
