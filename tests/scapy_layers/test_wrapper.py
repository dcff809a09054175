"""WPDUs as Scapy users meet them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.packet import Raw

from scapy_layers import (
    ActionRequestNormal,
    GatewayRequest,
    GetRequestNormal,
    GetResponseNormal,
    NeedMore,
    ReturnedData,
    StrayOctets,
    UndecodedOctets,
    Wrapper,
)
from scapy_layers.core.outcome import Oddity
from tests.scapy_layers.frames import FRAMES, layers_of

GET = GetRequestNormal(class_id=3, logical_name="1-0:1.8.0.255", attribute_id=2)
WPDU = FRAMES["wrapper"][1]


def test_a_wpdu_is_composed_with_its_length() -> None:
    assert bytes(Wrapper(source_wport=16, destination_wport=1) / GET) == WPDU


def test_a_changed_apdu_changes_the_length_when_it_is_left_open() -> None:
    packet = Wrapper(WPDU)
    packet.payload = ActionRequestNormal()
    del packet.length
    again = Wrapper(bytes(packet))
    assert again.length == len(bytes(ActionRequestNormal()))
    assert ActionRequestNormal in again


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=5), st.binary(max_size=7))
def test_what_is_behind_the_length_is_the_next_wpdu(wports: list[int], rest: bytes) -> None:
    octets = b"".join(bytes(Wrapper(source_wport=wport) / GET) for wport in wports)
    stray = b"\xff" + rest
    packet = Wrapper(octets + stray)
    found = [layer for layer in layers_of(packet) if isinstance(layer, Wrapper)]
    assert [wpdu.source_wport for wpdu in found] == wports
    assert not packet.haslayer(Raw)
    assert packet.lastlayer() == StrayOctets(octets=stray)
    assert bytes(packet) == octets + stray
    packet.clear_cache()
    assert bytes(packet) == octets + stray


def test_a_wpdu_that_is_cut_says_what_is_missing_and_keeps_the_rest() -> None:
    packet = Wrapper(WPDU[:-2])
    assert packet.length == 13
    assert isinstance(packet.stopped, NeedMore)
    assert isinstance(packet.payload, UndecodedOctets)
    assert bytes(packet) == WPDU[:-2]


def test_another_version_is_noted() -> None:
    octets = b"\x00\x02" + WPDU[2:]
    packet = Wrapper(octets)
    assert [note.code for note in packet.notes] == ["wrapper-version"]
    assert GetRequestNormal in packet
    with pytest.raises(Oddity) as odd:
        Wrapper.read_record(octets, 0, len(octets))
    assert odd.value.offset == 0


def test_responses_answer_requests_with_the_wports_swapped() -> None:
    asked = Wrapper(source_wport=16, destination_wport=1) / GET
    response = GetResponseNormal(result=ReturnedData())
    assert (Wrapper(source_wport=1, destination_wport=16) / response).answers(asked)
    assert not (Wrapper(source_wport=16, destination_wport=1) / response).answers(asked)
    assert not (Wrapper(source_wport=1, destination_wport=16) / GET).answers(asked)
    assert not response.answers(asked)
    assert (Wrapper(source_wport=1, destination_wport=16) / response).hashret() == asked.hashret()


def test_a_gateway_prefix_stands_between_wrapper_and_apdu() -> None:
    packet = Wrapper(FRAMES["wrapper with a gateway prefix"][1])
    assert packet[GatewayRequest].device_address == b"12345678"
    assert packet[GetRequestNormal].class_id == 3


def test_complete_wpdus_are_reassembled_and_the_rest_waits() -> None:
    assert Wrapper.tcp_reassemble(WPDU[:-1], {}, {}) is None
    assert Wrapper.tcp_reassemble(WPDU[:1], {}, {}) is None
    packet = Wrapper.tcp_reassemble(WPDU + WPDU + WPDU[:5], {}, {})
    assert packet is not None
    assert sum(isinstance(layer, Wrapper) for layer in layers_of(packet)) == 2
    assert packet.lastlayer().load == WPDU[:5]


def test_a_record_has_the_header_and_the_octets_of_the_apdu() -> None:
    record, stop = Wrapper.read_record(b"\xff" + WPDU, 1, len(WPDU) + 1)
    assert record == (1, 16, 1, 13, bytes(GET))
    assert stop == len(WPDU) + 1
