"""Envelopes: which there are, what must be inside, and what looks like an APDU."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.security.envelopes import ENVELOPES, key_name, plausible
from scapy_layers import read_apdu
from scapy_layers.apdu import layer_at
from tests.dlms_analyzer.security.talks import ANSWER, GET, PUSH


@pytest.mark.parametrize("service", [name for name in ENVELOPES if name[:4] in {"glo-", "ded-"}])
def test_inside_a_service_specific_envelope_is_the_service_it_is_named_after(service: str) -> None:
    inside = ENVELOPES[service].inside
    assert inside is not None
    found = layer_at(bytes((inside, 1)), 0, 2).service
    assert found.startswith(service[4:])


def test_every_ciphered_service_has_both_a_global_and_a_dedicated_envelope() -> None:
    assert {name[4:] for name in ENVELOPES if name.startswith("glo-")} == {
        name[4:] for name in ENVELOPES if name.startswith("ded-")
    }


@pytest.mark.parametrize(
    ("kind", "control", "key_info", "name"),
    [
        ("global", 0x30, None, "guek"), ("global", 0x70, None, "gbek"), ("dedicated", 0x30, None, "dedicated"),
        ("general-ciphering", 0x31, None, "guek"), ("general-ciphering", 0x31, "0000", "guek"),
        ("general-ciphering", 0x31, "0001", "gbek"), ("general-ciphering", 0x31, "010000", "wrapped"),
        ("general-ciphering", 0x31, "02010100", "agreed"),
    ],
)  # fmt: skip
def test_the_key_that_an_envelope_calls_for(kind: str, control: int, key_info: str | None, name: str) -> None:
    record = None
    if key_info is not None:
        apdu = b"\xdd" + bytes(5) + b"\x01" + bytes.fromhex(key_info) + b"\x05\x31" + bytes(4)
        record = read_apdu(apdu, 0, len(apdu))[0].key_info
    assert key_name(kind, control, record) == name


@pytest.mark.parametrize("apdu", [GET, ANSWER, PUSH])
def test_an_apdu_is_plausible_where_it_belongs_and_as_any(apdu: bytes) -> None:
    assert plausible(apdu, apdu[0])
    assert plausible(apdu, None)
    assert not plausible(apdu, apdu[0] ^ 1)
    assert not plausible(apdu[:-1], apdu[0])


def test_octets_behind_an_apdu_are_allowed_only_where_the_service_is_known() -> None:
    assert plausible(ANSWER + bytes(3), ANSWER[0])
    assert not plausible(ANSWER + bytes(3), None)


def test_a_p1_telegram_is_plausible_where_any_apdu_may_be() -> None:
    telegram = b"/EST5\r\n\r\n1-0:1.8.0(1*Wh)\r\n!\r\n"
    assert plausible(telegram, None)
    assert not plausible(telegram[:-4], None)
    assert not plausible(telegram, PUSH[0])


def test_nothing_is_not_plausible() -> None:
    assert not plausible(b"", None)


@given(st.binary(min_size=20, max_size=60).filter(lambda octets: octets[0] != 0xC4))
def test_random_octets_are_not_the_response_that_was_due(octets: bytes) -> None:
    assert not plausible(octets, 0xC4)
