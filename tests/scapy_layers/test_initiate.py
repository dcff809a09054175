"""InitiateRequest and InitiateResponse."""

from __future__ import annotations

import pytest

from scapy_layers import Apdu, InitiateRequest, InitiateResponse, Malformed, NeedMore, read_apdu, tolerant
from scapy_layers.cosem_fields import CONFORMANCE_PARTS
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES

CONFORMANCE = {
    "general_protection": 1, "general_block_transfer": 2, "read": 3, "write": 4, "unconfirmed_write": 5,
    "delta_value_encoding": 6, "attribute0_supported_with_set": 8, "priority_mgmt_supported": 9,
    "attribute0_supported_with_get": 10, "block_transfer_with_get_or_read": 11, "block_transfer_with_set_or_write": 12,
    "block_transfer_with_action": 13, "multiple_references": 14, "information_report": 15, "data_notification": 16,
    "access": 17, "parameterized_access": 18, "get": 19, "set": 20, "selective_access": 21, "event_notification": 22,
    "action": 23,
}  # fmt: skip
"""Bits of the conformance block as IEC 62056-5-3 numbers them, from the most significant."""


def test_every_field_of_a_request_is_read() -> None:
    packet = Apdu(SAMPLES["initiate-request, everything"])
    assert isinstance(packet, InitiateRequest)
    assert packet.dedicated_key == bytes(range(16))
    assert packet.response_allowed == 0
    assert packet.proposed_quality_of_service == 5
    assert packet.proposed_dlms_version_number == 6
    assert packet.proposed_conformance == 0x62FEDF
    assert packet.client_max_receive_pdu_size == 0x0400


def test_every_field_of_a_response_is_read() -> None:
    packet = Apdu(SAMPLES["initiate-response, short names"])
    assert isinstance(packet, InitiateResponse)
    assert packet.negotiated_quality_of_service == 5
    assert packet.negotiated_dlms_version_number == 6
    assert packet.negotiated_conformance == 0x1C0320
    assert packet.server_max_receive_pdu_size == 500
    assert packet.vaa_name == 0xFA00
    assert "short-name (64000)" in packet.show(dump=True)
    assert "logical-name (7)" in Apdu(SAMPLES["initiate-response"]).show(dump=True)


def test_what_has_a_default_and_is_absent_is_none() -> None:
    packet = Apdu(SAMPLES["initiate-request"])
    assert packet.dedicated_key is None
    assert packet.response_allowed is None
    assert packet.proposed_quality_of_service is None


@pytest.mark.parametrize(("name", "bit"), CONFORMANCE.items())
def test_a_conformance_bit_is_where_the_standard_puts_it(name: str, bit: int) -> None:
    packet = InitiateRequest(proposed_conformance=0x800000 >> bit)
    part = next(part for part in CONFORMANCE_PARTS if part.name == name)
    assert part.of(packet.proposed_conformance) == 1
    octets = bytes(packet)
    assert octets[5:9].hex() == "5f1f0400"
    assert octets[9:12] == (0x800000 >> bit).to_bytes(3, "big")
    assert f"({name.replace('_', '-')})" in packet.show(dump=True)


def test_every_conformance_bit_has_a_name() -> None:
    assert [part.mask for part in CONFORMANCE_PARTS] == [0x800000 >> bit for bit in range(24)]


def test_conformance_without_the_second_octet_of_its_tag_is_read_with_a_note() -> None:
    octets = bytes.fromhex("01000000065f0400007e1fffff")
    packet, record = agree(octets)
    assert [(note.code, note.offset) for note in packet.notes] == [("conformance-tag", 5)]
    assert record.proposed_conformance == 0x007E1F
    assert bytes(packet) == octets
    packet.clear_cache()
    assert bytes(packet) == SAMPLES["initiate-request"]


def test_conformance_that_announces_unused_bits_is_read_with_a_note() -> None:
    packet, record = agree(bytes.fromhex("01000000065f1f0407007e1fffff"))
    assert [(note.code, note.offset) for note in packet.notes] == [("conformance-unused-bits", 8)]
    assert record.proposed_conformance == 0x007E1F


@pytest.mark.parametrize(
    ("octets", "error", "offset"),
    [
        ("01000000065f1f03007e1fffff", Malformed, 7),
        ("010000000660 1f0400007e1fffff", Malformed, 5),
        ("01000000065f1e0400007e1fffff", Malformed, 5),
        ("01000000065f", NeedMore, 6),
        ("01000000065f04", NeedMore, 7),
    ],
)
def test_conformance_that_is_none_says_where(octets: str, error: type[Exception], offset: int) -> None:
    data = bytes.fromhex(octets)
    with tolerant(), pytest.raises(error) as caught:
        read_apdu(data, 0, len(data))
    assert caught.value.offset == offset


def test_a_summary_mentions_a_dedicated_key_and_never_shows_it() -> None:
    packet = Apdu(SAMPLES["initiate-request, everything"])
    assert packet.summary() == "INITIATE.request  PDU size 1024, conformance 62FEDF, with a dedicated key"
    assert "INITIATE.response  PDU size 500, conformance 00501F" in Apdu(SAMPLES["initiate-response"]).summary()
