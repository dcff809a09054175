"""Short-name services: every way to name a variable and every kind of result."""

from __future__ import annotations

import pytest

from scapy_layers import (
    Apdu,
    BlockNumberAccess,
    Data,
    InformationReportRequest,
    Malformed,
    ParameterisedAccess,
    ReadBlockNumber,
    ReadData,
    ReadDataBlock,
    ReadDataBlockAccess,
    ReadError,
    ReadRequest,
    ReadResponse,
    UnconfirmedWriteRequest,
    VariableName,
    WriteBlockNumber,
    WriteDataBlockAccess,
    WriteError,
    WriteRequest,
    WriteResponse,
    WriteSuccess,
)
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


def test_a_variable_is_named_in_every_way() -> None:
    packet = Apdu(SAMPLES["read-request, all kinds"])
    assert isinstance(packet, ReadRequest)
    name, parameterised, block, read_block, write_block = packet.variable_access_specification
    assert isinstance(name, VariableName)
    assert name.variable_name == 0xFA08
    assert isinstance(parameterised, ParameterisedAccess)
    assert (parameterised.selector, parameterised.parameter) == (1, Data.of("long-unsigned", 1))
    assert isinstance(block, BlockNumberAccess)
    assert block.block_number == 1
    assert isinstance(read_block, ReadDataBlockAccess)
    assert (read_block.last_block, read_block.block_number, read_block.raw_data) == (0, 1, b"\x0a\x0b")
    assert isinstance(write_block, WriteDataBlockAccess)
    assert (write_block.last_block, write_block.block_number) == (1, 2)


def test_a_read_gives_data_an_error_a_block_or_a_block_number() -> None:
    packet = Apdu(SAMPLES["read-response"])
    assert isinstance(packet, ReadResponse)
    assert [type(one) for one in packet.results] == [ReadData, ReadError, ReadDataBlock, ReadBlockNumber]
    assert packet.results[0].data == Data.of("double-long-unsigned", 291)
    assert packet.results[1].data_access_result == 4
    assert (packet.results[2].last_block, packet.results[2].raw_data) == (1, b"\x0a\x0b\x0c")
    assert packet.results[3].block_number == 2


def test_a_write_is_answered_by_success_an_error_or_a_block_number() -> None:
    packet = Apdu(SAMPLES["write-response"])
    assert isinstance(packet, WriteResponse)
    assert [type(one) for one in packet.results] == [WriteSuccess, WriteError, WriteBlockNumber]
    assert bytes(WriteResponse(results=[WriteSuccess()])).hex() == "0d0100"


def test_values_are_written_to_variables() -> None:
    packet = Apdu(SAMPLES["write-request"])
    assert isinstance(packet, WriteRequest)
    assert packet.list_of_data == [Data.of("octet-string", b"\1\2\3\4")]
    silent = Apdu(SAMPLES["unconfirmed-write-request"])
    assert isinstance(silent, UnconfirmedWriteRequest)
    assert silent.list_of_data == [Data.of("unsigned", 5)]


def test_a_report_has_a_time_or_none() -> None:
    packet = Apdu(SAMPLES["information-report-request"])
    assert isinstance(packet, InformationReportRequest)
    assert packet.current_time is None
    assert Apdu(SAMPLES["information-report-request, timed"]).current_time == b"20261122120000Z"


@pytest.mark.parametrize("choice", [0, 1, 3, 8, 255])
def test_a_way_to_name_a_variable_that_cosem_has_not_is_malformed(choice: int) -> None:
    packet, _ = agree(bytes((5, 1, choice, 0xFA, 0x08)))
    assert isinstance(packet.stopped, Malformed)
    assert packet.stopped.offset == 2


def test_a_block_request_without_its_choice_is_kept() -> None:
    octets = bytes.fromhex("050100010500 01")  # as a client has been seen to send it
    packet, _ = agree(octets)
    assert packet.stopped is not None
    assert bytes(packet) == octets


def test_a_summary_names_the_first_variable_and_says_how_many_more() -> None:
    assert (
        Apdu(SAMPLES["read-request, all kinds"]).summary()
        == "READ.request  variable-name(variable_name=FA08) and 4 more"
    )
    assert ReadRequest().summary() == "READ.request  nothing"
