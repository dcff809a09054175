"""Pasted octets of every framing are recognised and decoded to the same request."""

from __future__ import annotations

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.decoding import FRAMINGS, guess_framing, parse_hex
from scapy_layers import HDLC, LLC, GatewayRequest, GetRequestNormal, MBus, PlcLLC, Wrapper

GET = GetRequestNormal(class_id=3, logical_name="1-0:1.8.0*255", attribute_id=2)
GATEWAY = GatewayRequest(device_address=b"12345678") / GET

SAMPLES = {
    "wrapper": Wrapper() / GET,
    "hdlc": HDLC() / LLC() / GET,
    "m-bus": MBus() / GET,
    "llc": LLC() / GET,
    "plc-llc": PlcLLC() / GET,
    "gateway": GATEWAY,
    "apdu": GET,
}


@pytest.mark.parametrize("framing", SAMPLES)
def test_each_framing_is_guessed_and_holds_the_request(framing: str) -> None:
    octets = bytes(SAMPLES[framing])
    pasted = dlms.decode(octets)
    assert pasted.framing == framing
    assert [one.service for one in pasted.messages] == ["get-request-normal"]
    assert pasted.messages[0].octets == bytes(GET)
    assert pasted.tree().end == len(octets)
    assert pasted.to_bytes() == octets


def test_bare_data_are_guessed_too() -> None:
    assert guess_framing(bytes.fromhex("0202110616ff")) == "data"


def test_a_gateway_prefix_inside_a_wrapper_is_taken_off() -> None:
    (message,) = dlms.decode(bytes(Wrapper() / GATEWAY)).messages
    assert (message.service, message.octets) == ("get-request-normal", bytes(GET))


@pytest.mark.parametrize("framing", FRAMINGS)
def test_no_octets_upset_any_framing(framing: str) -> None:
    for octets in (b"\x00", b"\x7e", b"\xe6\xe6\x00", b"\x68\x05\x05\x68", b"\x90", bytes(range(256))):
        pasted = dlms.decode(octets, framing)
        assert pasted.nodes
        assert pasted.tree().start == 0


@pytest.mark.parametrize("text", ["c0 01:C1\n0x00,03", "C0-01-C1-00-03", " c001c10003 "])
def test_hex_may_be_written_as_people_paste_it(text: str) -> None:
    assert parse_hex(text) == bytes.fromhex("c001c10003")


def test_an_unknown_framing_is_refused() -> None:
    with pytest.raises(ValueError, match="no framing"):
        dlms.decode(b"\xc0", "carrier-pigeon")


@pytest.mark.parametrize("head", ["e6", "e7", "e6e7", "e600"])
def test_a_gateway_prefix_that_is_cut_short_is_shown_as_far_as_it_goes(head: str) -> None:
    pasted = dlms.decode(bytes.fromhex(head))
    assert pasted.framing == "apdu"
    assert pasted.tree().end == len(pasted.octets)


def test_the_framing_of_few_octets_is_guessed_whatever_they_are() -> None:
    for first in range(256):
        for size in (1, 2, 3, 4):
            assert guess_framing(bytes([first] * size)) in FRAMINGS
