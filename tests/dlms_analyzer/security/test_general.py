"""General-ciphering with agreed keys, and general-signing; the Green Book's samples and keys made here."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from dlms_analyzer import Message
from dlms_analyzer.security import agreement
from tests.dlms_analyzer.security.samples import (
    CLIENT,
    ONE_PASS_REQUEST,
    S_AGREEMENT,
    SERVER,
    TRANSACTION,
    private_key,
)
from tests.dlms_analyzer.security.talks import AK, GET, Talk, general_ciphering, glo, keys, octets, signed

Curve = ec.SECP256R1 | ec.SECP384R1


def verdict(message: Message) -> tuple[str, str, str | None]:
    assert message.security is not None
    return message.service, message.security.status, message.security.reason


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """x and y of the public key."""
    numbers = key.public_key().public_numbers()
    size = (key.curve.key_size + 7) // 8
    return numbers.x.to_bytes(size) + numbers.y.to_bytes(size)


def test_the_published_one_pass_request_opens_with_the_servers_private_key() -> None:
    talk = Talk(keys(server_agreement_key=private_key(S_AGREEMENT)))
    service, status, reason = verdict(talk.client(ONE_PASS_REQUEST)[0])
    # Its published tag fits no known form of the authenticated data.
    assert (service, status) == ("access-request", "not-verified")
    assert reason is not None


def test_without_the_receivers_private_key_it_is_named_as_missing() -> None:
    talk = Talk(keys(name="Bench"))
    talk.associate(conformance=0xFFFFFF)
    service, status, reason = verdict(talk.client(ONE_PASS_REQUEST)[0])
    assert (service, status) == ("general-ciphering", "no-key")
    assert reason == "the private key agreement key of the server of Bench is not known"


def test_general_ciphering_that_is_not_encrypted_is_read_without_keys() -> None:
    envelope = general_ciphering(GET, CLIENT, SERVER, b"\x01\x00\x00", control=0x10)
    assert verdict(Talk().client(envelope)[0]) == (
        "get-request-normal", "not-verified", "not encrypted; no keys are given for this meter"
    )  # fmt: skip


@pytest.mark.parametrize(("suite", "curve"), [(1, ec.SECP256R1()), (2, ec.SECP384R1())], ids=["suite 1", "suite 2"])
def test_one_pass_of_both_suites(suite: int, curve: Curve) -> None:
    server, ephemeral = ec.generate_private_key(curve), ec.generate_private_key(curve)
    secret = agreement.shared_secret(ephemeral, server.public_key())
    key = agreement.one_pass(secret, suite, CLIENT, SERVER)
    ak = AK * suite
    info = b"\x01\x02" + octets(b"\x01") + octets(point(ephemeral) + bytes(len(point(ephemeral))))
    envelope = general_ciphering(GET, CLIENT, SERVER, info, key=key, ak=ak, control=0x30 | suite)
    talk = Talk(keys(guek=None, gak=ak, server_agreement_key=server))
    assert verdict(talk.client(envelope)[0]) == ("get-request-normal", "ok", None)


@pytest.mark.parametrize("known", ["both private", "client private", "server private"])
def test_static_unified_takes_one_private_key_and_the_other_public_one(known: str) -> None:
    client, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    secret = agreement.shared_secret(client, server.public_key())
    key = agreement.static_unified(secret, 1, CLIENT, TRANSACTION, SERVER)
    info = b"\x01\x02" + octets(b"\x02") + octets(b"")
    envelope = general_ciphering(GET, CLIENT, SERVER, info, transaction=TRANSACTION, key=key, control=0x31)
    given = {
        "both private": {"client_agreement_key": client, "server_agreement_key": server},
        "client private": {"client_agreement_key": client, "server_agreement_cert": server.public_key()},
        "server private": {"server_agreement_key": server, "client_agreement_cert": client.public_key()},
    }[known]
    assert verdict(Talk(keys(guek=None, **given)).client(envelope)[0]) == ("get-request-normal", "ok", None)
    assert verdict(Talk(keys(guek=None)).client(envelope)[0])[1] == "no-key"


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (b"\x01\x02" + octets(b"\x07") + octets(b""), "key-parameters 07 name no key agreement scheme"),
        (b"\x01\x02" + octets(b"\x01") + octets(bytes(128)), "key agreement: "),
        (b"\x01\x02" + octets(b"\x01") + octets(b""), "key agreement: a public key has 64 or 96 octets, not 0"),
        (b"\x01\x01\x00" + octets(bytes(24)), "the master key (kek) of default keys does not unwrap the key in it"),
    ],
    ids=["unknown scheme", "no point", "no key", "wrapped with another key"],
)
def test_hostile_key_info_is_answered_with_a_reason(info: bytes, reason: str) -> None:
    talk = Talk(keys(server_agreement_key=private_key(S_AGREEMENT)))
    talk.associate(conformance=0xFFFFFF)
    service, status, said = verdict(talk.client(general_ciphering(GET, CLIENT, SERVER, info, control=0x31))[0])
    assert (service, status) == ("general-ciphering", "no-key")
    assert str(said).startswith(reason)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=["P-256", "P-384"])
@pytest.mark.parametrize("ciphered", [False, True], ids=["in clear", "ciphered"])
def test_a_signed_apdu_verifies_with_the_signers_certificate_only(curve: Curve, ciphered: bool) -> None:
    signer, other = ec.generate_private_key(curve), ec.generate_private_key(curve)
    envelope = signed(glo(GET, 3, CLIENT) if ciphered else GET, CLIENT, SERVER, signer)
    for certificate, status in ((signer, "ok"), (other, "not-verified")):
        talk = Talk(keys(client_signing_cert=certificate.public_key(), client_system_title=CLIENT))
        service, found, _ = verdict(talk.client(envelope)[0])
        assert (service, found) == ("get-request-normal", status)
    reason = "signature: no certificate of the client is given"
    talk = Talk(keys(client_system_title=CLIENT))
    talk.associate(conformance=0xFFFFFF)
    assert verdict(talk.client(envelope)[0]) == ("get-request-normal", "not-verified", reason)
