"""The compiled reader does what reading field by field does, only faster."""

from __future__ import annotations

import mmap
import timeit
from pathlib import Path

import pytest
from scapy.packet import Raw

from scapy_layers import Apdu, DecodeError, NeedMore, Pdu, all_layers, read_apdu
from scapy_layers.core.fields import LengthField
from scapy_layers.core.layer import read_fields
from tests.scapy_layers.agreement import plain
from tests.scapy_layers.samples import SAMPLES

FASTER = 3
"""How many times faster than a Packet it is on any machine at any load; benchmarks/ measures how much it really is."""


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.service)
def test_a_record_has_the_fields_of_the_layer_but_constants_and_lengths(layer: type[Pdu]) -> None:
    derived = [field.name for field in layer.fields_desc if field.constant or isinstance(field, LengthField)]
    assert list(layer.record_type._fields) == [field.name for field in layer.fields_desc if field.name not in derived]
    assert layer.record_type.layer is layer
    assert layer.record_type.service == layer.service
    assert layer.read_record is layer.read_record  # made once


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.service)
def test_neighbouring_fields_of_fixed_size_are_read_at_once(layer: type[Pdu]) -> None:
    source = layer.read_record.__doc__
    assert source.startswith("def read_record(buf, pos, end):")
    fixed = [field.code is not None and field.condition is None for field in layer.fields_desc]
    runs = sum(now and not before for now, before in zip(fixed, [False, *fixed], strict=False))
    assert source.count("= unpack") <= runs


@pytest.mark.parametrize("name", SAMPLES)
def test_both_readers_stop_at_the_same_place_for_the_same_reason(name: str) -> None:
    octets = SAMPLES[name]
    layer = type(Apdu(octets))
    for cut in range(2, len(octets)):
        stops = []
        for read in (layer.read_record, lambda *span: read_fields(layer, *span)):
            with pytest.raises(DecodeError) as caught:
                read(octets, 0, cut)
            stops.append((type(caught.value), caught.value.offset, caught.value.reason))
        assert stops[0] == stops[1]


def test_too_few_octets_name_the_field_that_lacks_them() -> None:
    with pytest.raises(NeedMore, match="the octets end inside logical_name at offset 8"):
        read_apdu(SAMPLES["get-request-normal"], 0, 8)
    with pytest.raises(NeedMore, match="the octets end before access_selection at offset 12"):
        read_apdu(SAMPLES["get-request-normal"], 0, 12)


def test_a_mapped_file_is_read_like_octets(tmp_path: Path) -> None:
    together = b"".join(SAMPLES.values())
    path = tmp_path / "apdus"
    path.write_bytes(together)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        start = 0
        for octets in SAMPLES.values():
            record, stop = read_apdu(mapped, start, start + len(octets))
            assert plain(record) == plain(read_apdu(octets, 0, len(octets))[0])
            start += len(octets)
            assert stop == start
        assert stop == len(together)


def test_reading_records_is_faster_than_dissecting_packets() -> None:
    octets = SAMPLES["get-request-normal"]
    read = min(timeit.repeat(lambda: read_apdu(octets, 0, len(octets)), number=300, repeat=5))
    dissect = min(timeit.repeat(lambda: Apdu(octets), number=300, repeat=5))
    assert dissect > FASTER * read
    assert Raw not in Apdu(octets)
