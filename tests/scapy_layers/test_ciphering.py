"""Ciphered envelopes, as far as they can be read without a key."""

from __future__ import annotations

import pytest

from scapy_layers import (
    AgreedKey,
    Apdu,
    CipheredContent,
    GeneralCiphering,
    GeneralGloCiphering,
    GloGetRequest,
    IdentifiedKey,
    Malformed,
    WrappedKey,
    read_apdu,
)
from scapy_layers.ciphering import TAG_SIZE, split_tag
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import PROTECTED, SAMPLES


@pytest.mark.parametrize("name", PROTECTED)
def test_a_protected_service_has_a_security_header_and_octets(name: str) -> None:
    packet, record = agree(SAMPLES[name])
    assert (record.content.security_control, record.content.invocation_counter) == (0x30, 1)
    assert record.content.protected_octets == SAMPLES[name][7:]
    assert isinstance(packet.content, CipheredContent)
    assert packet.summary().endswith("invocation counter 1, 17 octets")


@pytest.mark.parametrize(
    ("control", "said"),
    [
        (0x00, "suite 0, unicast key"),
        (0x10, "suite 0, authentication, unicast key"),
        (0x20, "suite 0, encryption, unicast key"),
        (0x31, "suite 1, authentication, encryption, unicast key"),
        (0x72, "suite 2, authentication, encryption, broadcast key"),
        (0xB0, "suite 0, authentication, encryption, unicast key, compression"),
        (0x3F, "15, authentication, encryption, unicast key"),
    ],
)
def test_a_security_control_says_what_its_bits_mean(control: int, said: str) -> None:
    packet = Apdu(bytes((0xC8, 5, control, 0, 0, 0, 9)))
    assert f"{control:02X} ({said})" in packet.show(dump=True)
    assert f"{control:02X} ({said})" in packet.summary()


def test_the_tag_is_the_last_of_the_octets_when_there_is_authentication() -> None:
    text, tag = bytes(5), bytes(range(TAG_SIZE))
    for control, expected in ((0x30, (text, tag)), (0x10, (text, tag)), (0x20, (text + tag, b""))):
        content, _ = CipheredContent.read_record(bytes((control, 0, 0, 0, 1)) + text + tag, 0, 22)
        assert split_tag(content) == expected


def test_a_length_of_two_octets_carries_a_long_apdu() -> None:
    packet, record = agree(SAMPLES["general-glo-ciphering, long"])
    assert len(record.content.protected_octets) == 128
    assert packet.notes == ()
    packet.content.protected_octets = b"short"
    assert bytes(packet)[10] == 10


def test_a_content_too_short_for_its_header_is_malformed() -> None:
    packet, _ = agree(bytes.fromhex("c80430000000"))
    assert isinstance(packet.stopped, Malformed)
    assert packet.stopped.reason == "the octets end inside invocation_counter, within content"


def test_general_ciphering_says_which_key_it_is() -> None:
    layers = {"identified key": IdentifiedKey, "wrapped key": WrappedKey, "agreed key": AgreedKey}
    for kind, layer in layers.items():
        packet = Apdu(SAMPLES[f"general-ciphering, {kind}"])
        assert isinstance(packet, GeneralCiphering)
        assert isinstance(packet.key_info, layer)
    assert Apdu(SAMPLES["general-ciphering, identified key"]).key_info.key_id == 1
    assert Apdu(SAMPLES["general-ciphering, wrapped key"]).key_info.key_ciphered_data == b"\1\2\3\4"
    assert Apdu(SAMPLES["general-ciphering, agreed key"]).key_info.key_parameters == b"\2"
    assert Apdu(SAMPLES["general-ciphering, no key"]).key_info is None


def test_a_key_of_no_kind_is_malformed() -> None:
    octets = SAMPLES["general-ciphering, identified key"].replace(b"\x00\x00\x01\x00\x01", b"\x00\x00\x01\x07\x01")
    packet, _ = agree(octets)
    assert "07 is no choice of key-info" in str(packet.stopped)


def test_an_envelope_is_built_around_octets_from_elsewhere() -> None:
    content = CipheredContent(security_control=0x30, invocation_counter=7, protected_octets=b"x" * 20)
    assert bytes(GloGetRequest(content=content)).hex() == "c819" + "3000000007" + "78" * 20
    general = GeneralGloCiphering(system_title=b"MMM\0\0\0\0\x01", content=content)
    record, _ = read_apdu(bytes(general), 0, len(bytes(general)))
    assert record.system_title == b"MMM\0\0\0\0\x01"
    assert record.content.invocation_counter == 7
