"""Keys that two systems derive or wrap (IEC 62056-5-3, 9.2.3.4): ECDH, the concatenation KDF, AES key wrap.

The schemes are those of NIST SP 800-56A: ephemeral unified C(2e,0s) for `key_agreement`, one-pass C(1e,1s) and static
unified C(0e,2s) for general-ciphering. Suite 1 takes P-256 and SHA-256, suite 2 P-384 and SHA-384.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

AES_GCM_128: Final = bytes.fromhex("60857405080300")
"""AlgorithmID of a derived key that ciphers APDUs, suite 1 (IEC 62056-5-3, 9.2.3.4.6.5)."""
AES_GCM_256: Final = bytes.fromhex("60857405080301")
"""The same, suite 2."""

ONE_PASS: Final = b"\x01"
"""key-parameters of the one-pass Diffie-Hellman scheme."""
STATIC_UNIFIED: Final = b"\x02"
"""key-parameters of the static unified model."""

COORDINATE: Final = {1: 32, 2: 48}
"""Octets of a coordinate, and of r and s, by security suite."""
_COUNTER: Final = b"\x00\x00\x00\x01"


def curve_of(suite: int) -> ec.EllipticCurve:
    """The curve of a security suite.

    Raises:
        ValueError: a suite without elliptic curves.
    """
    if suite == 1:
        return ec.SECP256R1()
    if suite == 2:
        return ec.SECP384R1()
    raise ValueError(f"security suite {suite} has no key agreement")


def suite_of(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> int | None:
    """The security suite that a key is for, by its curve; None when it is for none."""
    return {"secp256r1": 1, "secp384r1": 2}.get(key.curve.name)


def public_key(octets: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from x and y, 64 or 96 octets.

    Raises:
        ValueError: another size, or a point that is not on the curve.
    """
    for suite, size in COORDINATE.items():
        if len(octets) == 2 * size:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve_of(suite), b"\x04" + octets)
    raise ValueError(f"a public key has 64 or 96 octets, not {len(octets)}")


def shared_secret(private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey) -> bytes:
    """Z: the x coordinate of the point that both sides can compute.

    Raises:
        ValueError: keys of different curves.
    """
    if private.curve.name != public.curve.name:
        raise ValueError(f"a key on {private.curve.name} does not agree with one on {public.curve.name}")
    return private.exchange(ec.ECDH(), public)


def derive(secret: bytes, suite: int, party_u: bytes, party_v: bytes) -> bytes:
    """The key derived from Z: one round of the concatenation KDF (NIST SP 800-56A, 5.8.1).

    Args:
        secret: Z.
        suite: 1 gives 16 octets, 2 gives 32.
        party_u: what the standard calls PartyUInfo.
        party_v: PartyVInfo.

    Raises:
        ValueError: a suite without key agreement.
    """
    if suite not in COORDINATE:
        raise ValueError(f"security suite {suite} has no key agreement")
    digest = hashes.Hash(hashes.SHA256() if suite == 1 else hashes.SHA384())
    digest.update(_COUNTER + secret + (AES_GCM_128 if suite == 1 else AES_GCM_256) + party_u + party_v)
    return digest.finalize()[: 16 if suite == 1 else 32]


def ephemeral_unified(secret: bytes, suite: int, client_title: bytes, server_title: bytes) -> bytes:
    """The key that `key_agreement` gives, C(2e,0s)."""
    return derive(secret, suite, client_title, server_title)


def one_pass(secret: bytes, suite: int, originator: bytes, recipient: bytes) -> bytes:
    """The key of one general-ciphering APDU, C(1e,1s)."""
    return derive(secret, suite, originator, recipient)


def static_unified(secret: bytes, suite: int, originator: bytes, transaction_id: bytes, recipient: bytes) -> bytes:
    """The key of general-ciphering without ephemeral keys, C(0e,2s); the transaction-id is its nonce."""
    return derive(secret, suite, originator + bytes((len(transaction_id),)) + transaction_id, recipient)


def unwrap_key(kek: bytes, wrapped: bytes) -> bytes | None:
    """A wrapped key (RFC 3394); None when `kek` did not wrap it, or it is no wrapped key."""
    try:
        return aes_key_unwrap(kek, wrapped)
    except (InvalidUnwrap, ValueError):
        return None


def wrap_key(kek: bytes, key: bytes) -> bytes:
    """Wrap a key (RFC 3394).

    Raises:
        ValueError: sizes that AES or the wrapping have no place for.
    """
    return aes_key_wrap(kek, key)
