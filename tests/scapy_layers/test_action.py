"""ACTION: every choice, field by field."""

from __future__ import annotations

from scapy_layers import (
    ActionRequestNextPBlock,
    ActionRequestNormal,
    ActionRequestWithFirstPBlock,
    ActionRequestWithList,
    ActionRequestWithListAndFirstPBlock,
    ActionRequestWithPBlock,
    ActionResponseNextPBlock,
    ActionResponseNormal,
    ActionResponseWithList,
    ActionResponseWithPBlock,
    Apdu,
    Data,
    ReturnedData,
    ReturnedError,
)
from scapy_layers.enums import ActionResult
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


def test_a_request_invokes_a_method_with_or_without_parameters() -> None:
    bare, given = Apdu(SAMPLES["action-request-normal"]), Apdu(SAMPLES["action-request-normal, parameters"])
    assert isinstance(bare, ActionRequestNormal)
    assert bare.method_invocation_parameters is None
    assert (given.class_id, given.logical_name, given.method_id) == (15, "0.0.40.0.0.255", 1)
    assert given.method_invocation_parameters == Data.of("octet-string", b"\1\2\3\4\5\6\7\x08")
    built = ActionRequestNormal(class_id="Association LN", logical_name="0-0:40.0.0", method_id=1)
    built.method_invocation_parameters = Data.of("octet-string", b"\1\2\3\4\5\6\7\x08")
    assert bytes(built) == bytes(given)


def test_a_request_may_invoke_many_methods() -> None:
    packet = Apdu(SAMPLES["action-request-with-list"])
    assert isinstance(packet, ActionRequestWithList)
    assert [one.method_id for one in packet.methods] == [2, 2]
    assert packet.method_invocation_parameters == [Data.of("null-data"), Data.of("integer", 0)]


def test_long_parameters_come_in_blocks() -> None:
    first = Apdu(SAMPLES["action-request-with-first-pblock"])
    assert isinstance(first, ActionRequestWithFirstPBlock)
    assert (first.method_id, first.last_block, first.block_number, first.raw_data) == (2, 0, 1, b"\x0a\x0b\x0c")
    assert isinstance(Apdu(SAMPLES["action-request-with-list-and-first-pblock"]), ActionRequestWithListAndFirstPBlock)
    further = Apdu(SAMPLES["action-request-with-pblock"])
    assert isinstance(further, ActionRequestWithPBlock)
    assert (further.last_block, further.block_number) == (1, 2)
    for name, layer in (("request", ActionRequestNextPBlock), ("response", ActionResponseNextPBlock)):
        packet = Apdu(SAMPLES[f"action-{name}-next-pblock"])
        assert isinstance(packet, layer)
        assert packet.block_number == 1


def test_a_response_may_return_data_or_an_error_or_nothing() -> None:
    nothing, data, error = (
        Apdu(SAMPLES[name])
        for name in (
            "action-response-normal",
            "action-response-normal, data",
            "action-response-normal, error behind a result",
        )
    )
    assert isinstance(nothing, ActionResponseNormal)
    assert nothing.return_parameters is None
    assert isinstance(data.return_parameters, ReturnedData)
    assert isinstance(error.return_parameters, ReturnedError)
    assert error.return_parameters.data_access_result == 12


def test_a_response_that_ends_with_its_result_is_read_with_a_note() -> None:
    octets = bytes.fromhex("c701c104")
    packet, record = agree(octets)
    assert (record.action_result, record.return_parameters) == (ActionResult.OBJECT_UNDEFINED, None)
    assert [(note.code, note.offset) for note in packet.notes] == [("missing-usage-octet", 4)]
    assert bytes(packet) == octets
    packet.clear_cache()
    assert bytes(packet) == octets + b"\x00"


def test_a_list_of_responses() -> None:
    packet = Apdu(SAMPLES["action-response-with-list"])
    assert isinstance(packet, ActionResponseWithList)
    assert [one.action_result for one in packet.responses] == [0, 4, 0]
    assert [one.return_parameters is None for one in packet.responses] == [True, True, False]
    assert packet.summary() == "ACTION.response with-list  3 results, 2 success"


def test_the_usage_octet_is_missing_only_where_it_is_the_last_of_all() -> None:
    packet, record = agree(bytes.fromhex("c703c1020000 04"))
    assert record is None
    assert packet.stopped is not None


def test_a_long_response_comes_in_blocks() -> None:
    packet = Apdu(SAMPLES["action-response-with-pblock"])
    assert isinstance(packet, ActionResponseWithPBlock)
    assert (packet.last_block, packet.block_number, packet.raw_data) == (0, 1, b"\x0a\x0b\x0c")
