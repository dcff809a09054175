"""ACCESS: specifications of every kind, with their data and their results."""

from __future__ import annotations

from scapy_layers import (
    AccessRequest,
    AccessRequestAction,
    AccessRequestGet,
    AccessRequestGetWithSelection,
    AccessRequestSet,
    AccessRequestSetWithSelection,
    AccessResponse,
    AccessResponseAction,
    AccessResponseGet,
    AccessResponseSet,
    Apdu,
    Data,
    Malformed,
)
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


def test_a_request_asks_for_many_things_of_every_kind() -> None:
    packet = Apdu(SAMPLES["access-request, all kinds"])
    assert isinstance(packet, AccessRequest)
    assert [type(one) for one in packet.access_request_specification] == [
        AccessRequestGet,
        AccessRequestSet,
        AccessRequestAction,
        AccessRequestGetWithSelection,
        AccessRequestSetWithSelection,
    ]
    assert packet.access_request_specification[2].method_id == 2
    assert packet.access_request_specification[4].access_selector == 2
    assert packet.access_request_specification[4].access_parameters == Data.of("unsigned", 1)
    assert len(packet.access_request_list_of_data) == 5
    assert len(packet.date_time) == 12


def test_a_response_has_data_and_results_and_may_repeat_the_request() -> None:
    short, full = Apdu(SAMPLES["access-response"]), Apdu(SAMPLES["access-response, all kinds"])
    assert isinstance(short, AccessResponse)
    assert short.access_request_specification is None
    assert short.access_response_list_of_data == [Data.of("double-long-unsigned", 291)]
    assert [type(one) for one in full.access_request_specification] == [AccessRequestGet, AccessRequestGetWithSelection]
    assert [type(one) for one in full.access_response_specification] == [
        AccessResponseGet,
        AccessResponseSet,
        AccessResponseAction,
    ]
    assert [one.result for one in full.access_response_specification] == [0, 3, 12]


def test_a_request_is_built_from_its_parts() -> None:
    packet = AccessRequest(
        access_request_specification=[AccessRequestGet(class_id=3, logical_name="1-0:1.8.0", attribute_id=2)],
        access_request_list_of_data=[Data.of("null-data")],
    )
    assert bytes(packet) == SAMPLES["access-request"]
    assert AccessResponse(long_invoke_id_and_priority=0x40000001).answers(packet)


def test_a_specification_of_no_kind_is_malformed_where_it_stands() -> None:
    packet, _ = agree(bytes.fromhex("d94000000100 01 06 00030100010800ff02 0100"))
    assert isinstance(packet.stopped, Malformed)
    assert str(packet.stopped) == "06 is no choice of Access-Request-Specification at offset 7"
