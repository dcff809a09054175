"""General-Block-Transfer and General-Signing."""

from __future__ import annotations

import pytest

from scapy_layers import Apdu, GeneralBlockTransfer, GeneralSigning
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


@pytest.mark.parametrize(
    ("control", "window", "streaming", "last"),
    [(0x81, 1, 0, 1), (0x40, 0, 1, 0), (0x3F, 63, 0, 0), (0xC5, 5, 1, 1), (0x00, 0, 0, 0)],
)
def test_block_control_is_window_streaming_and_last_block(control: int, window: int, streaming: int, last: int) -> None:
    packet, record = agree(bytes((0xE0, control, 0, 1, 0, 2, 1, 0xAA)))
    parts = {part.name: part.of(record.block_control) for part in packet.get_field("block_control").parts}
    assert parts == {"window": window, "streaming": streaming, "last_block": last}
    assert (record.block_number, record.block_number_ack, record.block_data) == (1, 2, b"\xaa")


def test_a_block_carries_octets_of_an_apdu() -> None:
    packet = Apdu(SAMPLES["general-block-transfer"])
    assert isinstance(packet, GeneralBlockTransfer)
    assert Apdu(packet.block_data).service == "get-response-normal"
    assert packet.summary() == "general-block-transfer  block 1, ack 0, 81 (window 1, last-block), 9 octets"


def test_a_signed_apdu_is_carried_with_its_signature() -> None:
    packet = Apdu(SAMPLES["general-signing"])
    assert isinstance(packet, GeneralSigning)
    assert packet.transaction_id == bytes(range(1, 9))
    assert packet.originator_system_title == b"MMM\0\0\0\0\x01"
    assert packet.recipient_system_title == b"MMM\0\0\0\0\x02"
    assert (packet.date_time, packet.other_information) == (b"", b"")
    assert Apdu(packet.content).service == "get-request-normal"
    assert len(packet.signature) == 64


def test_a_signed_or_ciphered_apdu_may_have_a_time() -> None:
    time = bytes.fromhex("07ea0b16ff0d370a00800000")
    octets = SAMPLES["general-signing"].replace(b"\x02\x00\x00\x0d", b"\x02\x0c" + time + b"\x00\x0d")
    packet, record = agree(octets)
    assert record.date_time == time
    assert packet.notes == ()
