"""SET: every choice, field by field."""

from __future__ import annotations

from scapy_layers import (
    Apdu,
    Data,
    SetRequestNormal,
    SetRequestWithDataBlock,
    SetRequestWithFirstDataBlock,
    SetRequestWithList,
    SetRequestWithListAndFirstDataBlock,
    SetResponseDataBlock,
    SetResponseLastDataBlock,
    SetResponseLastDataBlockWithList,
    SetResponseNormal,
    SetResponseWithList,
)
from scapy_layers.enums import DataAccessResult
from tests.scapy_layers.samples import SAMPLES


def test_a_request_sets_an_attribute_to_a_value() -> None:
    packet = Apdu(SAMPLES["set-request-normal"])
    assert isinstance(packet, SetRequestNormal)
    assert (packet.class_id, packet.logical_name, packet.attribute_id) == (8, "0.0.1.0.0.255", 2)
    assert packet.value.type == "octet-string"
    assert Apdu(SAMPLES["set-request-normal, selective"]).access_selection.access_selector == 1


def test_the_first_block_names_the_attribute() -> None:
    packet = Apdu(SAMPLES["set-request-with-first-datablock, selective"])
    assert isinstance(packet, SetRequestWithFirstDataBlock)
    assert (packet.class_id, packet.last_block, packet.block_number, packet.raw_data) == (3, 0, 1, b"\x0a\x0b\x0c")
    assert packet.access_selection is not None


def test_a_further_block_is_octets_without_a_choice() -> None:
    packet = Apdu(SAMPLES["set-request-with-datablock"])
    assert isinstance(packet, SetRequestWithDataBlock)
    assert (packet.last_block, packet.block_number, packet.raw_data) == (1, 2, b"\x0a\x0b\x0c")


def test_many_attributes_are_set_to_as_many_values() -> None:
    packet = Apdu(SAMPLES["set-request-with-list"])
    assert isinstance(packet, SetRequestWithList)
    assert [one.class_id for one in packet.attributes] == [3, 1]
    assert packet.values == [Data.of("unsigned", 5), Data.of("visible-string", b"A")]
    first = Apdu(SAMPLES["set-request-with-list-and-first-datablock"])
    assert isinstance(first, SetRequestWithListAndFirstDataBlock)
    assert len(first.attributes) == 1


def test_responses_say_what_became_of_it() -> None:
    assert Apdu(SAMPLES["set-response-normal"]).result == DataAccessResult.SUCCESS
    assert isinstance(Apdu(SAMPLES["set-response-normal"]), SetResponseNormal)
    assert Apdu(SAMPLES["set-response-with-list"]).results == [0, 250]
    assert isinstance(Apdu(SAMPLES["set-response-with-list"]), SetResponseWithList)


def test_responses_acknowledge_blocks() -> None:
    assert isinstance(Apdu(SAMPLES["set-response-datablock"]), SetResponseDataBlock)
    assert Apdu(SAMPLES["set-response-datablock"]).block_number == 1
    last = Apdu(SAMPLES["set-response-last-datablock"])
    assert isinstance(last, SetResponseLastDataBlock)
    assert (last.result, last.block_number) == (0, 2)
    listed = Apdu(SAMPLES["set-response-last-datablock-with-list"])
    assert isinstance(listed, SetResponseLastDataBlockWithList)
    assert (listed.results, listed.block_number) == ([0, 3], 2)


def test_results_are_given_by_name_and_changed_in_place() -> None:
    packet = SetResponseWithList(results=["success", "other-reason"])
    assert bytes(packet) == SAMPLES["set-response-with-list"]
    read = Apdu(bytes(packet))
    read.results.append(3)
    assert bytes(read).hex() == "c505c10300fa03"
    assert "[success (0), other-reason (250), read-write-denied (3)]" in read.show(dump=True)
