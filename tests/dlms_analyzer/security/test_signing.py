"""Signatures: raw r and s over what general-signing covers."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from dlms_analyzer.security.agreement import public_key
from dlms_analyzer.security.signing import coverages, verify
from scapy_layers import read_apdu
from tests.dlms_analyzer.security.samples import (
    C_EPHEMERAL,
    C_SIGNING,
    E1,
    E1_SIGNATURE,
    E2,
    E2_SIGNATURE,
    EPHEMERAL_SIGNATURE,
    S_SIGNING,
    private_key,
)
from tests.dlms_analyzer.security.talks import CLIENT, GET, SERVER, header, octets, signed
from tests.support import vectors


@pytest.mark.parametrize(
    ("signer", "what", "signature"),
    [
        (C_SIGNING, "00" + C_EPHEMERAL, EPHEMERAL_SIGNATURE),
        (C_SIGNING, E1, E1_SIGNATURE),
        (S_SIGNING, E2, E2_SIGNATURE),
    ],
    ids=["key-agreement, with its key-id", "one-pass, client", "one-pass, server"],
)
def test_the_published_ephemeral_keys_are_signed(signer: str, what: str, signature: str) -> None:
    key = private_key(signer).public_key()
    assert verify(key, bytes.fromhex(signature), bytes.fromhex(what))
    assert not verify(key, bytes.fromhex(signature), bytes.fromhex(what) + b"\x00")


@pytest.mark.parametrize(
    ("curve", "digest", "size"),
    [(ec.SECP256R1(), hashes.SHA256(), 32), (ec.SECP384R1(), hashes.SHA384(), 48)],
    ids=["suite 1", "suite 2"],
)
def test_the_hash_is_that_of_the_suite(curve: Any, digest: Any, size: int) -> None:
    key = ec.generate_private_key(curve)
    r, s = decode_dss_signature(key.sign(GET, ec.ECDSA(digest)))
    assert verify(key.public_key(), r.to_bytes(size) + s.to_bytes(size), GET)
    assert not verify(key.public_key(), s.to_bytes(size) + r.to_bytes(size), GET)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), b"\xff" * 64, bytes(96)])
def test_octets_that_are_no_signature_do_not_verify(signature: bytes) -> None:
    assert not verify(private_key(C_SIGNING).public_key(), signature, GET)


def test_a_key_of_a_curve_without_suite_verifies_nothing() -> None:
    assert not verify(ec.generate_private_key(ec.SECP521R1()).public_key(), bytes(64), GET)


def test_the_coverage_is_all_between_tag_and_signature_with_or_without_the_contents_length() -> None:
    apdu = signed(GET, CLIENT, SERVER, private_key(C_SIGNING))
    record, _ = read_apdu(apdu, 0, len(apdu))
    front = header(CLIENT, SERVER)
    assert coverages(apdu, 0, len(apdu), record) == (front + octets(GET), front + GET)
    behind = b"\x00\x00" + apdu
    assert coverages(behind, 2, len(behind), record) == (front + octets(GET), front + GET)


def test_a_header_whose_lengths_do_not_lead_to_the_content_covers_nothing() -> None:
    apdu = signed(GET, CLIENT, SERVER, private_key(C_SIGNING))
    record, _ = read_apdu(apdu, 0, len(apdu))
    assert coverages(apdu[:9], 0, 9, record) == ()
    assert coverages(apdu, 1, len(apdu), record) == ()


SIGNED = [
    one for one in vectors() if "originator_ds_public_p256" in (one.get("keys") or {}) and one["hex"].startswith("df")
]


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: str(vector["id"]))
def test_the_signatures_of_public_vectors_verify(vector: dict[str, Any]) -> None:
    apdu = bytes.fromhex(vector["hex"])
    record, _ = read_apdu(apdu, 0, len(apdu))
    key = public_key(bytes.fromhex(vector["keys"]["originator_ds_public_p256"])[1:])
    assert any(verify(key, record.signature, covered) for covered in coverages(apdu, 0, len(apdu), record))
