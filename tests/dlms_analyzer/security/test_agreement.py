"""Key agreement and key wrap against the Green Book's samples and RFC 3394."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from dlms_analyzer.security import agreement
from dlms_analyzer.security.gcm import TITLE_SIZE, ContentCipher, Outcome
from scapy_layers import read_apdu
from tests.dlms_analyzer.security.samples import (
    C_AGREEMENT,
    C_EPHEMERAL,
    CLIENT,
    E1,
    E2,
    ONE_PASS_REQUEST,
    S_AGREEMENT,
    S_AGREEMENT_PUBLIC,
    S_EPHEMERAL,
    SERVER,
    TRANSACTION,
    private_key,
)


def secret_of(private: str, public: str) -> bytes:
    return agreement.shared_secret(private_key(private), agreement.public_key(bytes.fromhex(public)))


def test_ephemeral_unified_gives_the_published_key() -> None:
    secret = secret_of(S_EPHEMERAL, C_EPHEMERAL)
    assert secret.hex().upper() == "C1CF8FE7891AEF3617D7190795E61FE6C24EFC3CCA2E08469BAD1A225CE6EA08"
    derived = agreement.ephemeral_unified(secret, 1, CLIENT, SERVER)
    assert derived.hex().upper() == "C5F4512846EDE51CFB8CCF59F08A694E"


@pytest.mark.parametrize(
    ("private", "public", "originator", "recipient", "key"),
    [
        (S_AGREEMENT, E1, CLIENT, SERVER, "59A71FD81C929A86A99438DA17A66C05"),
        (C_AGREEMENT, E2, SERVER, CLIENT, "F0184BDA9466BFA4601A64A7EF46504A"),
    ],
    ids=["client to server", "server to client"],
)
def test_one_pass_gives_the_published_key(
    private: str, public: str, originator: bytes, recipient: bytes, key: str
) -> None:
    assert agreement.one_pass(secret_of(private, public), 1, originator, recipient).hex().upper() == key


def test_static_unified_gives_the_published_key() -> None:
    secret = secret_of(C_AGREEMENT, S_AGREEMENT_PUBLIC)
    derived = agreement.static_unified(secret, 1, CLIENT, TRANSACTION, SERVER)
    assert derived.hex().upper() == "56C46B57DF675515C31025455822514A"


def test_the_published_one_pass_request_deciphers_to_an_access_request() -> None:
    record, _ = read_apdu(ONE_PASS_REQUEST, 0, len(ONE_PASS_REQUEST))
    public = record.key_info.key_ciphered_data[:64]
    key = agreement.one_pass(secret_of(S_AGREEMENT, public.hex()), 1, CLIENT, SERVER)
    content = record.content
    cipher = ContentCipher(key, None, content.security_control)
    opened, outcome = cipher.open(CLIENT, content.invocation_counter, content.protected_octets)
    assert outcome is Outcome.UNVERIFIED
    assert opened is not None
    access, stop = read_apdu(opened, 0, len(opened))
    assert (access.service, stop) == ("access-request", len(opened))


# No sample of suite 2 is published: both sides are computed here, and the key sizes are those of the suite.
def test_with_suite_2_both_sides_derive_the_same_32_octets() -> None:
    one, other = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
    here = agreement.shared_secret(one, other.public_key())
    there = agreement.shared_secret(other, one.public_key())
    key = agreement.one_pass(here, 2, CLIENT, SERVER)
    assert key == agreement.one_pass(there, 2, CLIENT, SERVER)
    assert len(key) == 32
    assert key != agreement.one_pass(here, 2, SERVER, CLIENT)


@pytest.mark.parametrize(
    ("kek", "key", "wrapped"),
    [  # RFC 3394, 4.1 and 4.6
        (
            "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
            "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
        ),
        (
            "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
        ),
    ],
)  # fmt: skip
def test_key_wrap_is_that_of_rfc_3394(kek: str, key: str, wrapped: str) -> None:
    assert agreement.wrap_key(bytes.fromhex(kek), bytes.fromhex(key)).hex().upper() == wrapped
    assert agreement.unwrap_key(bytes.fromhex(kek), bytes.fromhex(wrapped)) == bytes.fromhex(key)


@pytest.mark.parametrize("wrapped", [b"", b"\x00" * 24, b"\x00" * 7, b"\xff" * 40])
def test_what_a_key_did_not_wrap_is_no_key(wrapped: bytes) -> None:
    assert agreement.unwrap_key(bytes(16), wrapped) is None


@pytest.mark.parametrize("octets", [b"", bytes(63), bytes(64), b"\xff" * 96])
def test_octets_that_are_no_point_are_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"octets|point|key|curve"):
        agreement.public_key(octets)


def test_keys_of_two_curves_do_not_agree() -> None:
    with pytest.raises(ValueError, match="does not agree"):
        agreement.shared_secret(
            ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1()).public_key()
        )


def test_suite_0_has_no_key_agreement() -> None:
    with pytest.raises(ValueError, match="suite 0 has no key agreement"):
        agreement.derive(bytes(32), 0, bytes(TITLE_SIZE), bytes(TITLE_SIZE))
