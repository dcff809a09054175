"""Every layer, with every value its fields can have: written, read and written again without a difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scapy_layers import (
    Apdu,
    DecodeError,
    Pdu,
    UnknownApdu,
    all_layers,
    read_apdu,
    summary_of,
    tolerant,
    trace_apdu,
    write_layer,
)
from scapy_layers.reference import layers as declared_layers
from tests.scapy_layers.agreement import agree, plain, read_strictly, same_values
from tests.scapy_layers.strategies import records_of

EXAMPLES = settings(max_examples=40)
"""A hundred layers share the run time."""

PARTS = [layer for layer in declared_layers() if layer.prefix == "dlms" and layer not in [*all_layers(), UnknownApdu]]
"""The layers that APDUs are made of: descriptors, choices, contents."""


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.service)
def test_any_record_of_an_apdu_goes_to_octets_and_back(layer: type[Pdu]) -> None:
    @EXAMPLES
    @given(records_of(layer))
    def check(record: Any) -> None:
        octets = write_layer(layer, record)
        packet, found = agree(octets)
        assert packet.notes == ()
        assert type(packet) is layer
        assert plain(found) == plain(record)
        assert bytes(packet) == octets
        packet.clear_cache()
        assert bytes(packet) == octets
        assert bytes(layer.from_record(record)) == octets
        assert summary_of(record) == layer.from_record(record).mysummary()

    check()


@pytest.mark.parametrize("layer", PARTS, ids=lambda layer: layer.__name__)
def test_any_record_of_a_part_goes_to_octets_and_back(layer: type[Pdu]) -> None:
    @EXAMPLES
    @given(records_of(layer))
    def check(record: Any) -> None:
        octets = write_layer(layer, record)
        found, stop = read_strictly(layer, octets)
        assert (plain(found), stop) == (plain(record), len(octets))
        packet = layer(octets)
        assert bytes(packet) == octets
        packet.clear_cache()
        assert bytes(packet) == octets

    check()


@given(st.sampled_from(all_layers()).flatmap(records_of), st.binary(min_size=1, max_size=9), st.binary(max_size=9))
def test_an_apdu_in_the_middle_of_a_buffer_is_read_as_if_alone(record: Any, before: bytes, behind: bytes) -> None:
    octets = write_layer(record.layer, record)
    start, end = len(before), len(before) + len(octets)
    found, stop = read_apdu(before + octets + behind, start, end)
    assert (plain(found), stop) == (plain(record), end)
    tree = trace_apdu(before + octets + behind, start, end)
    assert (tree.start, tree.end, tree.error) == (start, end, None)
    same_values(record, Apdu(octets), tree.value, record.service)


@given(st.binary(max_size=80))
def test_any_octets_are_an_apdu_or_say_where_they_stop_being_one(octets: bytes) -> None:
    if octets:
        packet, _ = agree(octets)
        assert bytes(packet) == octets


@given(st.sampled_from(sorted({layer.fields_desc[0].default for layer in all_layers()})), st.binary(max_size=60))
def test_any_octets_behind_a_tag_are_an_apdu_or_say_where_they_stop_being_one(tag: int, octets: bytes) -> None:
    packet, _ = agree(bytes((tag,)) + octets)
    assert bytes(packet) == bytes((tag,)) + octets


@given(st.sampled_from(all_layers()).flatmap(records_of), st.data())
def test_one_wrong_octet_never_leads_to_anything_but_a_decode_error(record: Any, choice: st.DataObject) -> None:
    octets = bytearray(write_layer(record.layer, record))
    place = choice.draw(st.integers(0, len(octets) - 1))
    octets[place] = choice.draw(st.integers(0, 255))
    packet, _ = agree(bytes(octets))
    assert bytes(packet) == octets
    assert packet.show(dump=True)
    assert packet.summary()


@given(st.sampled_from(all_layers()).flatmap(records_of), st.data())
def test_any_apdu_cut_short_is_incomplete_or_malformed_and_never_something_else(
    record: Any, choice: st.DataObject
) -> None:
    octets = write_layer(record.layer, record)
    cut = choice.draw(st.integers(0, len(octets) - 1))
    with tolerant() as notes:
        try:
            read_apdu(octets, 0, cut)
        except DecodeError as error:
            offset = error.offset
        else:
            assert [note.code for note in notes] == ["missing-usage-octet"]
            offset = cut
    assert 0 <= offset <= cut
    if cut:
        agree(octets[:cut])
