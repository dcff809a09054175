"""High level security: what pass 3 and 4 of authentication must say (IEC 62056-5-3, 9.2.2.2.2 and 9.2.7.4)."""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from dlms_analyzer.security.gcm import KEY_SIZES, TITLE_SIZE, VERIFIED, ContentCipher
from dlms_analyzer.security.signing import verify
from scapy_layers.ciphering import AUTHENTICATED, SUITE, TAG_SIZE

NONE: Final = 0
LLS: Final = 1
MANUFACTURER: Final = 2
MD5: Final = 3
SHA1: Final = 4
GMAC: Final = 5
SHA256: Final = 6
ECDSA: Final = 7
NAMES: Final = {
    NONE: "lowest level", LLS: "low level", MANUFACTURER: "HLS manufacturer", MD5: "HLS MD5", SHA1: "HLS SHA-1",
    GMAC: "HLS GMAC", SHA256: "HLS SHA-256", ECDSA: "HLS ECDSA",
}  # fmt: skip
"""Authentication mechanisms by their number in mechanism-name."""

_GMAC_SIZE: Final = 5 + TAG_SIZE


class Secrets(NamedTuple):
    """What a side may prove that it knows; None is what is not known here.

    Attributes:
        password: the HLS secret.
        encryption_key: of mechanism 5.
        authentication_key: of mechanism 5.
        signing_key: public key of the side that signs, for mechanism 7.
    """

    password: bytes | None = None
    encryption_key: bytes | None = None
    authentication_key: bytes | None = None
    signing_key: ec.EllipticCurvePublicKey | None = None


class Pass(NamedTuple):
    """One of the two last passes, seen from the side that answers.

    Attributes:
        challenge: what the other side challenged with.
        own: what this side challenged with.
        title: system title of this side.
        other: system title of the other side.
        reply: the answer to `challenge`.
    """

    challenge: bytes
    own: bytes
    title: bytes | None
    other: bytes | None
    reply: bytes


class Verdict(NamedTuple):
    """Whether a reply is the right one.

    Attributes:
        right: None when it could not be computed.
        reason: why, or with what.
    """

    right: bool | None
    reason: str


def check(mechanism: int, said: Pass, secrets: Secrets) -> Verdict:
    """Judge the reply of pass 3 or pass 4.

    Args:
        mechanism: 2 to 7.
        said: challenges, titles and the reply.
        secrets: what is known.
    """
    name = NAMES.get(mechanism, f"mechanism {mechanism}")
    if mechanism in (MD5, SHA1):
        if secrets.password is None:
            return Verdict(None, f"{name}: no password is given")
        digest = hashlib.md5 if mechanism == MD5 else hashlib.sha1
        return _compared(name, digest(said.challenge + secrets.password, usedforsecurity=False).digest(), said.reply)
    if mechanism == SHA256:
        return _sha256(name, said, secrets)
    if mechanism == GMAC:
        return _gmac(name, said, secrets)
    if mechanism == ECDSA:
        return _ecdsa(name, said, secrets)
    return Verdict(None, f"{name}: what it computes is not standardized")


def _compared(name: str, computed: bytes, reply: bytes) -> Verdict:
    right = compare_digest(computed, reply)
    return Verdict(right, f"{name}: the reply is {'' if right else 'not '}the one that the password gives")


def _sha256(name: str, said: Pass, secrets: Secrets) -> Verdict:
    if secrets.password is None:
        return Verdict(None, f"{name}: no password is given")
    if said.title is None or said.other is None:
        return Verdict(None, f"{name}: a system title was not seen")
    text = secrets.password + said.title + said.other + said.challenge + said.own
    return _compared(name, hashlib.sha256(text).digest(), said.reply)


def _gmac(name: str, said: Pass, secrets: Secrets) -> Verdict:
    encryption_key, authentication_key, reply = secrets.encryption_key, secrets.authentication_key, said.reply
    if encryption_key is None or authentication_key is None:
        missing = "encryption" if encryption_key is None else "authentication"
        return Verdict(None, f"{name}: the {missing} key is not known")
    if said.title is None or len(said.title) != TITLE_SIZE:
        return Verdict(None, f"{name}: no system title was seen")
    if len(reply) != _GMAC_SIZE:
        return Verdict(False, f"{name}: the reply has {len(reply)} octets, not {_GMAC_SIZE}")
    if KEY_SIZES.get(reply[0] & SUITE) != len(encryption_key):
        return Verdict(False, f"{name}: security suite {reply[0] & SUITE} takes a key of another size")
    cipher = ContentCipher(encryption_key, authentication_key, reply[0] & ~0x20 | AUTHENTICATED)
    _, outcome = cipher.open(said.title, int.from_bytes(reply[1:5]), said.challenge + reply[5:])
    right = outcome is VERIFIED
    return Verdict(right, f"{name}: the reply is {'' if right else 'not '}the one that the keys give")


def _ecdsa(name: str, said: Pass, secrets: Secrets) -> Verdict:
    if secrets.signing_key is None:
        return Verdict(None, f"{name}: no certificate of the signer is given")
    if said.title is None or said.other is None:
        return Verdict(None, f"{name}: a system title was not seen")
    right = verify(secrets.signing_key, said.reply, said.title + said.other + said.challenge + said.own)
    return Verdict(right, f"{name}: the signature is {'' if right else 'not '}that of the certificate's key")
