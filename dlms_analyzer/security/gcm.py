"""AES-GCM as DLMS uses it: nonces of system title and counter, tags of 12 octets (IEC 62056-5-3, 9.2.3.3.7).

GCM encrypts with a key stream, so encrypting the ciphertext gives the plaintext; encrypting that again gives the
tag that should have been sent. Two one-shot calls do the work of a `Cipher` object in a third of its time.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from hmac import compare_digest
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scapy_layers.ciphering import AUTHENTICATED, ENCRYPTED, TAG_SIZE

TITLE_SIZE: Final = 8
"""Octets of a system title: the fixed field of the nonce."""
KEY_SIZES: Final = {0: 16, 1: 16, 2: 32}
"""Octets of an encryption or authentication key, by security suite."""
REMEMBERED_KEYS: Final = 4_096
"""AES key schedules that are kept: those of some thousand meters, a few hundred octets each."""
_FULL_TAG: Final = 16
_UNTAGGED: Final = -_FULL_TAG
_PROTECTION: Final = AUTHENTICATED | ENCRYPTED


class Outcome(Enum):
    """What became of opening a content."""

    VERIFIED = "the tag is the one that these keys give"
    UNVERIFIED = "deciphered, and nothing verified: it carries no tag, or the authentication key is not known"
    FAILED = "the tag is not the one that these keys give"
    SHORT = "it is shorter than its tag"


VERIFIED: Final = Outcome.VERIFIED
UNVERIFIED: Final = Outcome.UNVERIFIED
FAILED: Final = Outcome.FAILED
SHORT: Final = Outcome.SHORT


@lru_cache(maxsize=REMEMBERED_KEYS)
def aes_gcm(key: bytes) -> AESGCM:
    """The cipher of a key; its key schedule is computed once.

    Raises:
        ValueError: a key that AES has no size for.
    """
    return AESGCM(key)


class ContentCipher:
    """Opens contents of one kind of protection with one pair of keys."""

    __slots__ = ("_aad", "_encrypt", "_protection", "checks")

    def __init__(self, encryption_key: bytes, authentication_key: bytes | None, control: int) -> None:
        """Make ready.

        Args:
            encryption_key: of 16, 24 or 32 octets.
            authentication_key: None when it is not known; what is encrypted can then be read but not verified.
            control: security control octet of the contents.

        Raises:
            ValueError: an encryption key of another size.
        """
        self._encrypt = aes_gcm(encryption_key).encrypt
        self._aad = None if authentication_key is None else bytes((control,)) + authentication_key
        self._protection = control & _PROTECTION
        self.checks = self._aad is not None and bool(control & AUTHENTICATED)
        """Whether opening verifies."""

    def open(self, title: bytes, counter: int, protected: bytes, extra: bytes = b"") -> tuple[bytes | None, Outcome]:
        """The APDU inside a content; None when its tag is wrong.

        Args:
            title: of the system that protected it, 8 octets.
            counter: its invocation counter.
            protected: the octets behind the security header, with the tag.
            extra: authenticated data behind the authentication key: fields of general-ciphering.
        """
        protection = self._protection
        if protection == ENCRYPTED:
            return self._encrypt(title + counter.to_bytes(4), protected, None)[:_UNTAGGED], UNVERIFIED
        if not protection:
            return protected, UNVERIFIED
        if len(protected) < TAG_SIZE:
            return None, SHORT
        body, tag = protected[:-TAG_SIZE], protected[-TAG_SIZE:]
        nonce = title + counter.to_bytes(4)
        aad, encrypt = self._aad, self._encrypt
        if protection == AUTHENTICATED:
            if aad is None:
                return body, UNVERIFIED
            computed = encrypt(nonce, b"", aad + extra + body)
            return (body, VERIFIED) if compare_digest(computed[:TAG_SIZE], tag) else (None, FAILED)
        plaintext = encrypt(nonce, body, None)[:_UNTAGGED]
        if aad is None:
            return plaintext, UNVERIFIED
        computed = encrypt(nonce, plaintext, aad + extra if extra else aad)
        size = len(body)
        if compare_digest(computed[size : size + TAG_SIZE], tag):
            return plaintext, VERIFIED
        return None, FAILED

    def unchecked(self, title: bytes, counter: int, protected: bytes) -> bytes:
        """What deciphering gives whatever the tag says: to tell why a tag is wrong, never to be shown."""
        body = _untagged(self._protection, protected)
        if not self._protection & ENCRYPTED:
            return body
        return self._encrypt(title + counter.to_bytes(4), body, None)[:_UNTAGGED]


def clear_text(control: int, protected: bytes) -> bytes | None:
    """What a content says that is authenticated at most, which takes no key to read; None when it is encrypted.

    Args:
        control: its security control octet.
        protected: the octets behind the security header, with the tag.
    """
    return None if control & ENCRYPTED else _untagged(control, protected)


def _untagged(control: int, protected: bytes) -> bytes:
    return protected[:-TAG_SIZE] if control & AUTHENTICATED else protected


def open_content(
    encryption_key: bytes,
    authentication_key: bytes | None,
    title: bytes,
    control: int,
    counter: int,
    protected: bytes,
    extra: bytes = b"",
) -> tuple[bytes | None, Outcome]:
    """Open one content; see `ContentCipher`, which is faster for many."""
    return ContentCipher(encryption_key, authentication_key, control).open(title, counter, protected, extra)


def protect_content(
    encryption_key: bytes,
    authentication_key: bytes,
    title: bytes,
    control: int,
    counter: int,
    plaintext: bytes,
    extra: bytes = b"",
) -> bytes:
    """The octets behind the security header that say `plaintext`: the opposite of `open_content`.

    Raises:
        ValueError: a key or title of a wrong size.
    """
    encrypt = aes_gcm(encryption_key).encrypt
    nonce = title + counter.to_bytes(4)
    aad = bytes((control,)) + authentication_key + extra
    protection = control & _PROTECTION
    if protection == AUTHENTICATED:
        return plaintext + encrypt(nonce, b"", aad + plaintext)[:TAG_SIZE]
    if protection == ENCRYPTED:
        return encrypt(nonce, plaintext, None)[:_UNTAGGED]
    if protection:
        return encrypt(nonce, plaintext, aad)[: TAG_SIZE - _FULL_TAG]
    return plaintext
