"""Conversations of a client and a meter about objects, as an index has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dlms_analyzer.cosem import parse
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.objects import MeterObjects, ObjectIndex
from scapy_layers import write_data
from scapy_layers.data import DataPair
from tests.dlms_analyzer.script import Script

ENERGY, PROFILE, CLOCK = parse("1-0:1.8.0"), parse("1-0:99.1.0"), parse("0-0:1.0.0")
KWH: DataPair = (2, ((15, 3), (22, 30)))


def name(class_id: int, logical_name: bytes, attribute: int) -> bytes:
    """A cosem-attribute-descriptor."""
    return class_id.to_bytes(2) + logical_name + bytes((attribute,))


def get(script: Script, class_id: int, logical_name: bytes, attribute: int, data: DataPair, client: int = 16) -> None:
    """A client reads an attribute."""
    script.client(b"\xc0\x01\xc1" + name(class_id, logical_name, attribute) + b"\x00", client)
    script.server(b"\xc4\x01\xc1\x00" + write_data(data), client)


def put(script: Script, class_id: int, logical_name: bytes, attribute: int, data: DataPair) -> None:
    """A client writes an attribute with success."""
    script.client(b"\xc1\x01\xc1" + name(class_id, logical_name, attribute) + b"\x00" + write_data(data))
    script.server(b"\xc5\x01\xc1\x00")


def push(script: Script, *values: DataPair) -> None:
    """The meter pushes values."""
    script.server(b"\x0f\x00\x00\x00\x01\x00" + write_data((2, values)))


def columns(*objects: tuple[int, bytes, int]) -> DataPair:
    """A list of captured or pushed attributes."""
    return 1, tuple((2, ((18, one), (9, code), (15, attribute), (18, 0))) for one, code, attribute in objects)


def listed(*objects: tuple[int, bytes], mode: int = 1) -> DataPair:
    """The object list of an Association LN; of each object attribute 2 has a right."""
    rights: DataPair = (2, ((1, ((2, ((15, 2), (22, mode), (0, None))),)), (1, ())))
    return 1, tuple((2, ((18, one), (17, 0), (9, code), rights)) for one, code in objects)


def gathered(script: Script, folder: Path) -> ObjectIndex:
    """The objects of a whole conversation."""
    index = ObjectIndex(script.index(folder), Meters())
    for _ in index.gather():
        pass
    return index


def the_meter(script: Script, folder: Path) -> MeterObjects:
    """The only meter of a conversation."""
    (meter,) = gathered(script, folder).meters
    return meter


def numbers(meter: MeterObjects, refs: Sequence[object]) -> list[list[int]]:
    """The messages that revealed values of some attributes."""
    return [list(meter.numbers(ref)) for ref in refs]  # type: ignore[arg-type]
