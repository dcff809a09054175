"""Frames of all framings: the ways to read them agree, and they build again from their fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.fields import RawVal

from scapy_layers import HDLC, LLC, FurtherOctets, GetRequestNormal, MBus, Pdu, StrayOctets, Wrapper, write_layer
from scapy_layers.core.frame import MAX_UNITS, Frame
from tests.scapy_layers.frames import FRAMES, agree, cuts, is_need_more, layers_of

BOUNDED = {name: frame for name, frame in FRAMES.items() if frame[0] in (HDLC, MBus, Wrapper)}


@pytest.mark.parametrize("name", FRAMES)
def test_record_packet_and_tree_agree(name: str) -> None:
    assert agree(*FRAMES[name]) is None


@pytest.mark.parametrize("name", FRAMES)
def test_record_packet_and_tree_agree_on_every_beginning(name: str) -> None:
    layer, octets = FRAMES[name]
    for size in range(1, len(octets)):
        agree(layer, octets[:size])


@pytest.mark.parametrize("name", FRAMES)
def test_record_packet_and_tree_agree_on_every_changed_octet(name: str) -> None:
    layer, octets = FRAMES[name]
    tags = [place for place, field in enumerate(layer.fields_desc) if field.constant]  # a tag chooses the layer
    for place in range(len(tags), len(octets)):
        for octet in (0x00, 0x01, 0x7E, 0x80, 0xFF, octets[place] ^ 1, octets[place] ^ 0x80):
            agree(layer, octets[:place] + bytes((octet,)) + octets[place + 1 :])


@pytest.mark.parametrize("name", FRAMES)
def test_a_packet_and_a_record_build_from_their_fields(name: str) -> None:
    layer, octets = FRAMES[name]
    packet = layer(octets)
    packet.clear_cache()
    assert bytes(packet) == octets
    record, _ = layer.read_record(octets, 0, len(octets))
    assert write_layer(layer, record) == octets
    assert bytes(layer.from_record(record)) == octets


@pytest.mark.parametrize("name", [name for name in FRAMES if issubclass(FRAMES[name][0], Frame)])
def test_lengths_and_check_sequences_left_open_are_computed(name: str) -> None:
    layer, octets = FRAMES[name]
    packet = layer(octets)
    packet.clear_cache()
    for field in layer.fields_desc:
        if field.kind == "checksum" or field.name.startswith("length"):
            packet.delfieldval(field.name)
    assert bytes(packet) == octets


@pytest.mark.parametrize("name", BOUNDED)
def test_every_beginning_of_a_frame_needs_more(name: str) -> None:
    layer, octets = BOUNDED[name]
    assert all(map(is_need_more, cuts(layer, octets)))


@given(st.binary(min_size=1, max_size=80), st.sampled_from([HDLC, Wrapper, MBus]))
def test_record_packet_and_tree_agree_on_any_octets(octets: bytes, layer: type[Pdu]) -> None:
    if octets[0] in (0x00, 0x68, 0x7E):
        agree(layer, octets)


def test_units_beyond_the_most_that_scapy_can_hold_are_kept_in_one_layer() -> None:
    one = bytes(Wrapper() / GetRequestNormal())
    packet = Wrapper(one * (MAX_UNITS + 3))
    layers = layers_of(packet)
    assert sum(isinstance(layer, Wrapper) for layer in layers) == MAX_UNITS
    assert isinstance(layers[-1], FurtherOctets)
    assert layers[-1].octets == one * 3
    assert bytes(packet) == one * (MAX_UNITS + 3)


def test_the_most_units_can_be_shown_copied_and_built() -> None:
    packet = HDLC(bytes(HDLC() / LLC() / GetRequestNormal()) * MAX_UNITS)
    assert packet.show(dump=True)
    copy = packet.copy()
    copy.clear_cache()
    assert bytes(copy) == packet.original


def test_the_length_of_a_unit_leaves_out_the_units_behind_it() -> None:
    packet = Wrapper() / GetRequestNormal() / Wrapper() / StrayOctets(octets=b"\xaa\xbb")
    first = Wrapper(bytes(packet))
    assert first.length == 13
    assert first.getlayer(Wrapper, 2).length == 0
    assert first.lastlayer().octets == b"\xaa\xbb"


def test_a_field_can_be_given_as_raw_octets() -> None:
    assert bytes(Wrapper(length=RawVal(b"\xff\xff")) / GetRequestNormal())[6:8] == b"\xff\xff"


def test_a_payload_that_is_too_long_for_the_length_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"HDLC cannot be \d+ octets long"):
        bytes(HDLC() / bytes(2048))


def test_a_value_that_a_bit_field_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match=r"HDLC.segmented: 2 is not within 0 to 1"):
        bytes(HDLC(segmented=2))
