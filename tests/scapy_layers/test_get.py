"""GET: every choice, field by field, and the octets that the fact sheet gives for it."""

from __future__ import annotations

import pytest

from scapy_layers import (
    Apdu,
    AttributeDescriptorWithSelection,
    Data,
    DataBlockError,
    GetRequestNext,
    GetRequestNormal,
    GetRequestWithList,
    GetResponseNormal,
    GetResponseWithDataBlock,
    GetResponseWithList,
    Malformed,
    RawDataBlock,
    ReturnedData,
    ReturnedError,
    SelectiveAccess,
)
from scapy_layers.enums import DataAccessResult
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


def test_a_request_names_an_attribute() -> None:
    packet = Apdu(SAMPLES["get-request-normal"])
    assert isinstance(packet, GetRequestNormal)
    assert (packet.invoke_id_and_priority, packet.class_id, packet.attribute_id) == (0xC1, 3, 2)
    assert packet.access_selection is None
    assert bytes(GetRequestNormal(class_id=3, logical_name="1-0:1.8.0", attribute_id=2)) == bytes(packet)


def test_an_attribute_id_is_signed() -> None:
    assert Apdu(bytes.fromhex("c001c100030100010800ffff00")).attribute_id == -1
    assert bytes(GetRequestNormal(attribute_id=-128))[11] == 0x80


def test_a_request_may_select() -> None:
    packet = Apdu(SAMPLES["get-request-normal by range"])
    assert packet.access_selection.access_selector == 1
    assert [part.type for part in packet.access_selection.access_parameters.value] == [
        "structure",
        "octet-string",
        "octet-string",
        "array",
    ]


def test_a_request_for_the_next_block_acknowledges_one() -> None:
    packet = Apdu(SAMPLES["get-request-next"])
    assert isinstance(packet, GetRequestNext)
    assert packet.block_number == 1


def test_a_request_may_name_many_attributes() -> None:
    packet = Apdu(SAMPLES["get-request-with-list, one selective"])
    assert isinstance(packet, GetRequestWithList)
    assert [(one.class_id, one.logical_name, one.attribute_id) for one in packet.attributes] == [
        (1, "0.0.96.1.0.255", 2),
        (7, "1.0.99.1.0.255", 2),
    ]
    assert [one.access_selection is None for one in packet.attributes] == [True, False]
    built = GetRequestWithList(
        attributes=[
            AttributeDescriptorWithSelection(class_id=1, logical_name="0-0:96.1.0", attribute_id=2),
            AttributeDescriptorWithSelection(
                class_id=7,
                logical_name="1-0:99.1.0",
                attribute_id=2,
                access_selection=SelectiveAccess(
                    access_selector=2, access_parameters=(2, ((6, 1), (6, 2), (18, 0), (18, 0)))
                ),
            ),
        ]
    )
    assert bytes(built) == SAMPLES["get-request-with-list, one selective"]


def test_one_element_may_stand_for_a_list_of_one() -> None:
    built = GetRequestWithList(attributes=AttributeDescriptorWithSelection(class_id=3))
    assert len(Apdu(bytes(built)).attributes) == 1


def test_a_response_has_data_or_an_error() -> None:
    good, bad = Apdu(SAMPLES["get-response-normal"]), Apdu(SAMPLES["get-response-normal, error"])
    assert isinstance(good, GetResponseNormal)
    assert isinstance(good.result, ReturnedData)
    assert good.result.data == Data.of("double-long-unsigned", 291)
    assert isinstance(bad.result, ReturnedError)
    assert bad.result.data_access_result == DataAccessResult.OBJECT_UNDEFINED


def test_a_response_with_another_choice_than_data_and_error_is_malformed() -> None:
    packet, _ = agree(bytes.fromhex("c401c10205"))
    assert isinstance(packet.stopped, Malformed)
    assert str(packet.stopped) == "02 is no choice of Get-Data-Result at offset 3"


def test_a_block_has_octets_or_an_error() -> None:
    good = Apdu(SAMPLES["get-response-with-datablock"])
    assert isinstance(good, GetResponseWithDataBlock)
    assert (good.last_block, good.block_number) == (0, 1)
    assert isinstance(good.result, RawDataBlock)
    assert good.result.raw_data == b"\x0a\x0b\x0c\x0d"
    bad = Apdu(SAMPLES["get-response-with-datablock, error"])
    assert (bad.last_block, bad.block_number) == (1, 2)
    assert isinstance(bad.result, DataBlockError)
    assert bad.result.data_access_result == DataAccessResult.DATA_BLOCK_NUMBER_INVALID


def test_true_is_any_octet_but_zero_and_is_kept() -> None:
    for octet in (1, 2, 0xFF):
        octets = bytes.fromhex(f"c402c1{octet:02x}000000010000")
        packet, record = agree(octets)
        assert packet.notes == ()
        assert record.last_block == octet
        assert "last_block= true" in packet.show(dump=True).replace(" ", "").replace("=", "= ")
        packet.clear_cache()
        assert bytes(packet) == octets


def test_a_response_to_many_mixes_data_and_errors() -> None:
    packet = Apdu(SAMPLES["get-response-with-list"])
    assert isinstance(packet, GetResponseWithList)
    assert [type(one) for one in packet.results] == [ReturnedData, ReturnedError]


@pytest.mark.parametrize("result", DataAccessResult)
def test_a_data_access_result_has_its_name(result: DataAccessResult) -> None:
    packet = Apdu(bytes((0xC4, 1, 0xC1, 1, result)))
    assert packet.summary() == f"GET.response normal  {result.name.lower().replace('_', '-')} ({int(result)})"


def test_a_list_that_cannot_be_there_is_refused_before_it_is_read() -> None:
    packet, _ = agree(bytes.fromhex("c003c184ffffffff") + bytes(100))
    assert str(packet.stopped) == "attributes is said to have 4294967295 elements, 100 octets are there at offset 108"
