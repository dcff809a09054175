"""The prefix of a gateway stays before the APDU."""

from __future__ import annotations

import pytest

from dlms_analyzer import Message
from dlms_analyzer.clear.gateway import gateway_prefix
from dlms_analyzer.clear.rewriting import Rewriter
from scapy_layers import GatewayRequest
from tests.dlms_analyzer.clear.rewritten import read_again, rewritten
from tests.dlms_analyzer.clear.test_hdlc_frames import Line, command
from tests.dlms_analyzer.security.talks import CLIENT, GET, Talk, glo, keys

ADDRESS = bytes.fromhex("E6E700C001")
"""A device address with octets of an LLC header and of an APDU in it."""


def behind_gateway(apdu: bytes) -> bytes:
    return bytes(GatewayRequest(network_id=7, device_address=ADDRESS)) + apdu


PREFIX = behind_gateway(b"")


def over_wrapper(apdu: bytes) -> Message:
    talk = Talk(keys())
    talk.associate_ciphered()
    (message,) = talk.client(apdu)
    return message


def over_hdlc(apdu: bytes) -> Message:
    (message,) = Line().send("I N(S)=0 N(R)=0 P", command(apdu), by_client=True)
    return message


@pytest.mark.parametrize("by", [over_wrapper, over_hdlc])
def test_a_prefix_is_found_before_the_apdu_and_nothing_where_there_is_none(by: object) -> None:
    message = by(behind_gateway(GET))  # type: ignore[operator]
    assert (message.service, gateway_prefix(message)) == ("get-request-normal", PREFIX)
    assert gateway_prefix(by(GET)) == b""  # type: ignore[operator]


def test_a_deciphered_apdu_stands_behind_the_prefix_as_its_envelope_did() -> None:
    message = over_wrapper(behind_gateway(glo(GET, 2, CLIENT)))
    (frame,) = Rewriter().rewrite(message)
    assert frame.octets.endswith(len(PREFIX + GET).to_bytes(2) + PREFIX + GET)


def test_an_hdlc_frame_keeps_addresses_and_llc_before_a_prefix() -> None:
    message = over_hdlc(behind_gateway(GET))
    rewriter = Rewriter()
    frames = rewritten([message], rewriter)
    (again,) = read_again(frames, rewriter)
    assert frames[0].octets.endswith(message.frame.octets)
    assert (again.service, again.client_sap, again.server_sap, again.server_lower) == ("get-request-normal", 16, 1, 17)
