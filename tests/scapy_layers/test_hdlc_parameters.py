"""Negotiation of HDLC parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import HDLC
from scapy_layers.hdlc_parameters import HdlcParameter, HdlcParameterGroup, HdlcParameters, ParameterId, negotiated


def read(octets: str) -> dict[int, int]:
    wire = bytes.fromhex(octets)
    record, stop = HdlcParameters.read_record(wire, 0, len(wire))
    assert stop == len(wire)
    return negotiated(record)


@pytest.mark.parametrize(
    ("octets", "values"),
    [
        ("8180140502008006020080070400000001080400000001", {5: 128, 6: 128, 7: 1, 8: 1}),
        ("8180120501800601800704000000010804 00000001", {5: 128, 6: 128, 7: 1, 8: 1}),
        ("81800c050180060180070101080101", {5: 128, 6: 128, 7: 1, 8: 1}),
        ("818000", {}),
        ("818004 0502 07ee", {5: 2030}),
        ("818006 2a0101 050140", {0x2A: 1, 5: 64}),
        ("81 f003414243 8003 050140", {5: 64}),
    ],
)
def test_values_of_any_size_are_read_and_what_is_unknown_is_kept(octets: str, values: dict[int, int]) -> None:
    assert read(octets) == values
    wire = bytes.fromhex(octets)
    packet = HdlcParameters(wire)
    packet.clear_cache()
    assert bytes(packet) == wire


def test_what_most_stations_send_is_made_in_one_call() -> None:
    assert bytes(HdlcParameters.of()).hex() == "818012050180060180070400000001080400000001"
    assert negotiated(HdlcParameters.of(512, 1024, 7)) == {5: 512, 6: 1024, 7: 7, 8: 7}


def test_a_frame_with_parameters_is_the_one_of_the_standard() -> None:
    values = {5: b"\x00\x80", 6: b"\x00\x80", 7: 1, 8: 1}
    sizes = [value if isinstance(value, bytes) else value.to_bytes(4, "big") for value in values.values()]
    parameters = [HdlcParameter(parameter_id=n, value=value) for n, value in zip(values, sizes, strict=True)]
    made = HDLC(control="SNRM P") / HdlcParameters(groups=[HdlcParameterGroup(parameters=parameters)])
    assert bytes(made).hex() == "7ea0200321937dd98180140502008006020080070400000001080400000001ce6a7e"


def test_the_summary_says_the_parameters() -> None:
    assert "window-size-transmit 3" in HdlcParameters.of(window=3).mysummary()


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2**32 - 1)), max_size=6))
def test_numbers_are_written_in_their_fewest_octets(pairs: list[tuple[int, int]]) -> None:
    parameters = [HdlcParameter(parameter_id=identifier, value=value) for identifier, value in pairs]
    made = bytes(HdlcParameters(groups=[HdlcParameterGroup(parameters=parameters)]))
    assert read(made.hex()) == dict(pairs)


def test_identifiers_have_names() -> None:
    assert HdlcParameter(parameter_id=ParameterId.WINDOW_SIZE_RECEIVE).said("parameter_id") == "window-size-receive (8)"
