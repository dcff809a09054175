"""AES-GCM contents: the published examples, every kind of protection, every suite, and damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.security.gcm import ContentCipher, Outcome, open_content, protect_content

# The common values of the Green Book's examples (IEC 62056-5-3, 9.2.3.3.8).
EK = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
AK = bytes.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
TITLE = bytes.fromhex("4D4D4D0000BC614E")
COUNTER = 0x01234567
GET = bytes.fromhex("C0010000080000010000FF0200")

EXAMPLES = {
    0x10: "C0010000080000010000FF020006725D910F9221D263877516",
    0x20: "411312FF935A47566827C467BC",
    0x30: "411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B",
}

suites = st.sampled_from([0, 1, 2])
protections = st.sampled_from([0x10, 0x30, 0x50, 0x70])
titles = st.binary(min_size=8, max_size=8)
counters = st.integers(0, 0xFFFFFFFF)


def keys_of(suite: int) -> tuple[bytes, bytes]:
    return (EK, AK) if suite < 2 else (EK + AK, AK + EK)


@pytest.mark.parametrize("control", EXAMPLES)
def test_the_published_examples_open_to_the_get_request(control: int) -> None:
    opened, outcome = open_content(EK, AK, TITLE, control, COUNTER, bytes.fromhex(EXAMPLES[control]))
    assert opened == GET
    assert outcome is (Outcome.UNVERIFIED if control == 0x20 else Outcome.VERIFIED)


@pytest.mark.parametrize("control", EXAMPLES)
def test_protecting_the_get_request_gives_the_published_octets(control: int) -> None:
    assert protect_content(EK, AK, TITLE, control, COUNTER, GET) == bytes.fromhex(EXAMPLES[control])


def test_the_published_initiate_request_carries_a_dedicated_key() -> None:
    protected = bytes.fromhex("801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855")
    opened, outcome = open_content(EK, AK, TITLE, 0x30, COUNTER, protected)
    assert outcome is Outcome.VERIFIED
    assert opened == bytes.fromhex("01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0")


def test_the_published_initiate_response_opens() -> None:
    protected = bytes.fromhex("891214A0845E475714383F65BC19745CA235906525E4F3E1C893")
    opened, outcome = open_content(EK, AK, TITLE, 0x30, COUNTER, protected)
    assert (opened, outcome) == (bytes.fromhex("0800065F1F0400007C1F04000007"), Outcome.VERIFIED)


@given(suites, protections, titles, counters, st.binary(max_size=300), st.binary(max_size=40))
def test_what_was_protected_opens_verified(
    suite: int, protection: int, title: bytes, counter: int, plaintext: bytes, extra: bytes
) -> None:
    control = protection | suite
    protected = protect_content(*keys_of(suite), title, control, counter, plaintext, extra)
    assert open_content(*keys_of(suite), title, control, counter, protected, extra) == (plaintext, Outcome.VERIFIED)


@given(suites, protections, titles, counters, st.binary(max_size=60), st.integers(0))
def test_a_flipped_bit_gives_no_plaintext(
    suite: int, protection: int, title: bytes, counter: int, plaintext: bytes, bit: int
) -> None:
    control = protection | suite
    protected = bytearray(protect_content(*keys_of(suite), title, control, counter, plaintext))
    bit %= 8 * len(protected)
    protected[bit >> 3] ^= 1 << (bit & 7)
    assert open_content(*keys_of(suite), title, control, counter, bytes(protected)) == (None, Outcome.FAILED)


@given(st.sampled_from([0x10, 0x30]), st.sampled_from([0, 1]), st.integers(0, 127))
def test_one_wrong_bit_in_either_key_gives_no_plaintext(protection: int, which: int, bit: int) -> None:
    keys = [EK, AK]
    keys[which] = bytes(octet ^ (1 << (bit & 7)) * (place == bit >> 3) for place, octet in enumerate(keys[which]))
    protected = bytes.fromhex(EXAMPLES[protection])
    assert open_content(*keys, TITLE, protection, COUNTER, protected) == (None, Outcome.FAILED)


def test_without_the_authentication_key_it_is_deciphered_and_called_unverified() -> None:
    for control in (0x10, 0x30):
        protected = bytes.fromhex(EXAMPLES[control])
        assert open_content(EK, None, TITLE, control, COUNTER, protected) == (GET, Outcome.UNVERIFIED)


def test_with_a_wrong_authentication_key_the_text_is_there_to_be_judged_but_not_given() -> None:
    cipher = ContentCipher(EK, EK, 0x30)
    protected = bytes.fromhex(EXAMPLES[0x30])
    assert cipher.open(TITLE, COUNTER, protected) == (None, Outcome.FAILED)
    assert cipher.unchecked(TITLE, COUNTER, protected) == GET


@pytest.mark.parametrize("control", [0x10, 0x30])
def test_a_content_shorter_than_its_tag_is_short(control: int) -> None:
    assert open_content(EK, AK, TITLE, control, COUNTER, b"\x00" * 11) == (None, Outcome.SHORT)


def test_a_content_that_nothing_protects_is_its_own_plaintext() -> None:
    assert open_content(EK, AK, TITLE, 0x00, COUNTER, GET) == (GET, Outcome.UNVERIFIED)
