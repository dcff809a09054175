"""Wireless M-Bus telegrams."""

from __future__ import annotations

from typing import Any

import pytest

from scapy_layers import GeneralGloCiphering, GetRequestNormal, UndecodedOctets, WMBus
from scapy_layers.wmbus import is_telegram, manufacturer_octets
from tests.scapy_layers.frames import FRAMES
from tests.support import vectors

TELEGRAMS = [vector for vector in vectors() if vector["framing"].startswith("wmbus")]


@pytest.mark.parametrize("vector", TELEGRAMS, ids=lambda vector: vector["id"])
def test_telegrams_of_gas_meters_are_read_as_described(vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["hex"])
    expected = vector["expected"]
    packet = WMBus(octets)
    assert is_telegram(octets, 0, len(octets))
    assert packet.control == expected["dll"]["c"]
    assert packet.said("manufacturer") == expected["dll"]["mfct"]
    assert packet.said("meter_number") == expected["dll"]["id"]
    assert (packet.version, packet.device_type) == (expected["dll"]["version"], expected["dll"]["dev_type"])
    assert packet.control_information == expected["ci"]
    header = expected["short_header"]
    assert (packet.access_number, packet.status) == (header["acc"], header["status"])
    assert int.from_bytes(packet.configuration, "little") == header["cfg"]
    assert (packet.source_tsap, packet.destination_tsap) == (expected["stsap"], expected["dtsap"])
    content = packet[GeneralGloCiphering].content
    assert content.invocation_counter == expected["invocation_counter"]
    assert len(content.protected_octets) == expected["ciphertext_len"] + expected["tag_len"]
    packet.clear_cache()
    assert bytes(packet) == octets


@pytest.mark.parametrize("name", [name for name in FRAMES if name.startswith("wireless")])
def test_every_kind_of_header_is_read(name: str) -> None:
    packet = WMBus(FRAMES[name][1])
    assert packet[GetRequestNormal].class_id == 3
    assert (packet.access_number is None) == ("no header" in name)
    assert (packet.long_meter_number is None) == ("long" not in name)


def test_a_telegram_is_composed_from_letters_and_digits() -> None:
    telegram = WMBus(manufacturer="SMG", meter_number="15001193", access_number=1) / GetRequestNormal()
    assert bytes(telegram)[2:8] == bytes.fromhex("a74d93110015")
    assert bytes(telegram)[0] == len(bytes(telegram)) - 1
    assert telegram.mysummary() == "Wireless M-Bus SMG 15001193"


def test_what_another_ci_field_announces_is_not_taken_for_an_apdu() -> None:
    octets = bytes.fromhex("0c44a74d9311001540037201ff")
    packet = WMBus(octets)
    assert isinstance(packet.payload, UndecodedOctets)
    assert not is_telegram(octets, 0, len(octets))


@pytest.mark.parametrize("letters", ["", "AB", "abc", "A1B", "ABCD"])
def test_what_is_no_manufacturer_is_refused(letters: str) -> None:
    with pytest.raises(ValueError, match="no FLAG id"):
        manufacturer_octets(letters)
