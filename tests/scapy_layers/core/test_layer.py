"""Packets that were read can be changed, copied and built again; what was not changed keeps its octets."""

from __future__ import annotations

import copy
import pickle

import pytest
from scapy.fields import RawVal

from scapy_layers import (
    AARE,
    AARQ,
    RLRE,
    Apdu,
    AttributeDescriptorWithSelection,
    Data,
    ExceptionResponse,
    GetRequestNormal,
    GetRequestWithList,
    GetResponseNormal,
    InitiateRequest,
    Malformed,
    NeedMore,
    ReturnedData,
    ReturnedError,
    SelectiveAccess,
    SetRequestWithList,
    TrailingOctets,
    UndecodedOctets,
    read_apdu,
    write_layer,
)
from tests.scapy_layers.samples import SAMPLES

LIST_WITH_LONG_COUNT = bytes.fromhex("c003c18102 0001 0000600100ff 0200 0008 0000010000ff 0200")
"""Odd (the count is coded in two octets) and therefore not what its fields build to."""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_packet_builds_from_its_fields_to_the_octets_it_was_read_from(name: str) -> None:
    packet = Apdu(SAMPLES[name])
    assert bytes(packet) == SAMPLES[name]
    packet.clear_cache()
    assert bytes(packet) == SAMPLES[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_writes_the_octets_it_was_read_from(name: str) -> None:
    octets = SAMPLES[name]
    record, stop = read_apdu(octets, 0, len(octets))
    assert stop == len(octets)
    assert write_layer(record.layer, record) == octets
    packet = record.layer.from_record(record)
    assert bytes(packet) == octets
    read = Apdu(octets)
    if "length" in read.fields:  # follows from the rest, and is therefore in no record
        del read.length
    assert packet == read


def test_a_record_is_light_and_knows_what_it_is() -> None:
    record, _ = read_apdu(SAMPLES["get-request-normal"], 0, 13)
    assert record == (0xC1, 3, bytes.fromhex("0100010800ff"), 2, None)
    assert record.layer is GetRequestNormal
    assert record.service == "get-request-normal"
    assert record.class_id == 3
    assert not hasattr(record, "__dict__")


def test_a_changed_field_is_built() -> None:
    packet = Apdu(SAMPLES["get-request-normal"])
    packet.attribute_id = 3
    assert bytes(packet).hex() == "c001c100030100010800ff0300"


def test_a_changed_field_of_a_nested_packet_is_built() -> None:
    packet = Apdu(SAMPLES["get-response-normal"])
    packet.result.data = Data.of("unsigned", 5)
    assert bytes(packet).hex() == "c401c1001105"


def test_a_changed_field_two_levels_down_is_built() -> None:
    packet = Apdu(SAMPLES["get-request-with-list, one selective"])
    packet.attributes[1].access_selection.access_selector = 1
    assert bytes(packet) == SAMPLES["get-request-with-list, one selective"].replace(
        b"\x01\x02\x02\x04", b"\x01\x01\x02\x04"
    )


def test_an_element_appended_to_a_list_is_built() -> None:
    packet = Apdu(SAMPLES["get-request-with-list"])
    packet.attributes.append(
        AttributeDescriptorWithSelection(class_id=1, logical_name="0-0:42.0.0.255", attribute_id=2)
    )
    built = bytes(packet)
    assert built == b"\xc0\x03\xc1\x03" + SAMPLES["get-request-with-list"][4:] + bytes.fromhex("000100002a0000ff0200")
    assert len(Apdu(built).attributes) == 3


def test_an_element_removed_or_exchanged_is_built() -> None:
    packet = Apdu(SAMPLES["get-response-with-list"])
    del packet.results[0]
    packet.results[0] = ReturnedError(data_access_result="object-unavailable")
    assert bytes(packet).hex() == "c403c101010b"


def test_an_element_of_a_list_of_data_is_exchanged() -> None:
    packet = Apdu(SAMPLES["set-request-with-list"])
    packet.values[0] = Data.of("unsigned", 6)
    assert bytes(packet) == SAMPLES["set-request-with-list"].replace(b"\x11\x05", b"\x11\x06")


def test_data_cannot_change_behind_the_back_of_the_packet_that_holds_it() -> None:
    packet = Apdu(SAMPLES["get-response-normal"])
    with pytest.raises(AttributeError):
        packet.result.data.pair = (17, 5)


def test_something_absent_can_be_put_in_and_something_present_taken_out() -> None:
    packet = Apdu(SAMPLES["get-request-normal"])
    packet.access_selection = SelectiveAccess(access_selector=2, access_parameters=Data.of("null-data"))
    assert bytes(packet).hex() == "c001c100030100010800ff02010200"
    packet = Apdu(bytes(packet))
    packet.access_selection = None
    assert bytes(packet) == SAMPLES["get-request-normal"]


def test_a_field_absent_on_the_wire_stays_absent_whatever_its_default() -> None:
    packet = Apdu(SAMPLES["aarq, context only"])
    assert packet.user_information is None
    assert AARQ().user_information is not None
    assert Apdu(SAMPLES["exception-response"]).invocation_counter is None


def test_a_length_stays_as_read_until_it_is_deleted() -> None:
    packet = Apdu(SAMPLES["aarq"])
    packet.user_information.dedicated_key = bytes(16)
    del packet.length
    assert bytes(packet)[1] == 29 + 17
    assert Apdu(bytes(packet)).stopped is None


def test_an_error_that_becomes_another_kind_gets_its_further_field() -> None:
    packet = Apdu(SAMPLES["exception-response"])
    packet.service_error = "invocation-counter-error"
    assert bytes(packet).hex() == "d8010600000000"
    packet.invocation_counter = 16
    assert bytes(packet).hex() == "d8010600000010"


def test_an_odd_packet_keeps_its_octets_through_copies_and_iteration() -> None:
    packet = Apdu(LIST_WITH_LONG_COUNT)
    assert [note.code for note in packet.notes] == ["long-length"]
    for twin in (packet.copy(), copy.deepcopy(packet), next(iter(packet)), pickle.loads(pickle.dumps(packet))):
        assert bytes(twin) == LIST_WITH_LONG_COUNT
        assert twin.notes == packet.notes
        assert twin == packet


def test_a_copy_is_independent() -> None:
    packet = Apdu(SAMPLES["get-request-with-list"])
    twin = packet.copy()
    twin.attributes[0].attribute_id = 3
    twin.attributes.append(AttributeDescriptorWithSelection())
    assert bytes(packet) == SAMPLES["get-request-with-list"]
    assert len(packet.attributes) == 2
    assert bytes(twin) != bytes(packet)


def test_a_copy_of_a_changed_packet_has_the_change() -> None:
    packet = Apdu(LIST_WITH_LONG_COUNT)
    packet.attributes[0].attribute_id = 3
    assert bytes(packet.copy()) == bytes(packet)
    assert Apdu(bytes(packet)).notes == ()


def test_packets_of_a_layer_do_not_share_their_defaults() -> None:
    first = GetResponseNormal()
    first.result.data = Data.of("unsigned", 5)
    GetRequestWithList().attributes.append(AttributeDescriptorWithSelection())
    AARQ().user_information.dedicated_key = b"key"
    assert GetResponseNormal().result.data == Data.of("null-data")
    assert GetRequestWithList().attributes == []
    assert AARQ().user_information.dedicated_key is None


def test_a_packet_that_broke_off_is_built_from_what_could_be_read_and_the_rest() -> None:
    octets = bytes.fromhex("c402c1000000000507aabb")  # 07 is no choice of a data block
    packet = Apdu(octets)
    assert isinstance(packet.stopped, Malformed)
    assert packet.payload == UndecodedOctets(b"\x07\xaa\xbb")
    packet.clear_cache()
    assert bytes(packet) == octets
    packet.block_number = 6
    assert bytes(packet).hex() == "c402c1000000000607aabb"


def test_a_packet_cut_short_says_that_more_would_help() -> None:
    packet = Apdu(SAMPLES["get-response-normal"][:-1])
    assert isinstance(packet.stopped, NeedMore)
    assert bytes(packet) == SAMPLES["get-response-normal"][:-1]


def test_octets_behind_a_whole_packet_are_trailing() -> None:
    packet = Apdu(SAMPLES["get-response-normal"] + b"\xaa")
    assert packet.stopped is None
    assert packet.payload == TrailingOctets(b"\xaa")
    assert bytes(packet) == SAMPLES["get-response-normal"] + b"\xaa"
    packet.invoke_id_and_priority = 0xC2
    assert bytes(packet)[-1:] == b"\xaa"


def test_the_tag_of_another_layer_stops_at_once_and_loses_nothing() -> None:
    packet = GetRequestNormal(SAMPLES["set-response-normal"])
    assert packet.stopped is not None
    assert packet.stopped.offset == 0
    assert bytes(packet) == SAMPLES["set-response-normal"]


def test_a_value_that_its_field_cannot_hold_is_a_value_error_naming_layer_and_field() -> None:
    with pytest.raises(ValueError, match=r"GetRequestNormal\.class_id"):
        bytes(GetRequestNormal(class_id=0x10000))
    with pytest.raises(ValueError, match=r"GetRequestNormal\.logical_name: .* 6 octets, not 2"):
        bytes(GetRequestNormal(logical_name=b"ab"))
    with pytest.raises(ValueError, match=r"AttributeDescriptorWithSelection\.attribute_id"):
        bytes(GetRequestWithList(attributes=[AttributeDescriptorWithSelection(attribute_id=200)]))
    with pytest.raises(ValueError, match=r"ReturnedData\.data"):
        bytes(GetResponseNormal(result=ReturnedData(data=(5, "text"))))


def test_wrong_octets_can_be_put_in_place_of_a_value() -> None:
    packet = GetRequestNormal(class_id=RawVal(b"\x01\x02\x03"))
    assert bytes(packet)[3:6] == b"\x01\x02\x03"
    assert "RawVal" in packet.show(dump=True)
    assert bytes(RLRE(length=RawVal(b"\x80"), reason=0)) == bytes.fromhex("6380800100")


def test_values_that_stand_for_several_packets_are_gone_through() -> None:
    packets = list(GetRequestNormal(attribute_id=[1, 2, 3]))
    assert [packet.attribute_id for packet in packets] == [1, 2, 3]
    assert len(list(AARE(result_source_diagnostic=(1, 14)))) == 1


def test_a_pair_of_numbers_is_not_taken_for_a_range() -> None:
    assert bytes(AARE(result_source_diagnostic=(1, 14), user_information=None)).hex() == "6107a305a10302010e"
    assert next(iter(Apdu(SAMPLES["aare"]))).result_source_diagnostic == (1, 0)


def test_layers_compare_by_value() -> None:
    assert Apdu(SAMPLES["get-request-with-list"]) == Apdu(SAMPLES["get-request-with-list"])
    assert Apdu(SAMPLES["get-request-with-list"]) != Apdu(SAMPLES["get-request-with-list, one selective"])
    assert SetRequestWithList(values=[(17, 5)]) == SetRequestWithList(values=[Data.of("unsigned", 5)])
    assert InitiateRequest() != ExceptionResponse()
