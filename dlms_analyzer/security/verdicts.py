"""What the security stage says of what it opened, and of what it could not open."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.security.gcm import ContentCipher
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.protection import (
    BAD_TAG,
    ERROR,
    NO_KEY,
    NOT_VERIFIED,
    OK,
    SEALED_KEY,
    Opened,
    Protection,
)
from dlms_analyzer.security.v44 import V44Error, decompress
from scapy_layers.ciphering import AUTHENTICATED, ENCRYPTED

_SEVERITY: Final = {OK: 0, NOT_VERIFIED: 1, NO_KEY: 2, BAD_TAG: 3, ERROR: 4}


def doubt(control: int, cipher: ContentCipher, keys: KeySet) -> str | None:
    """Why what a cipher opens is not verified; None when it is."""
    if cipher.checks:
        return None
    if control & AUTHENTICATED:
        return f"the authentication key (gak) of {keys.label} is not known"
    if control & ENCRYPTED:
        return "encrypted only: nothing proves who sent it, or that it was not changed"
    return "neither authenticated nor encrypted"


def no_dedicated(protection: Protection) -> str:
    """Why there is no dedicated key."""
    if not protection.announced:
        return "dedicated key: the AARQ that carries it is not in this capture"
    if protection.sealed is not None:
        return SEALED_KEY
    return "dedicated key: the InitiateRequest of this association carries none"


def decompressed(opened: Opened) -> Opened:
    """What a compressed text says."""
    try:
        return opened._replace(plaintext=decompress(opened.plaintext or b""))
    except V44Error as problem:
        return Opened(None, opened.security._replace(status=ERROR, reason=f"V.44: {problem}"), opened.experts)


def both(outer: Opened, inner: Opened, *, signed: bool) -> Opened:
    """The verdict on an envelope inside another one: the worse of the two."""
    worse = max((outer.security, inner.security), key=lambda one: _SEVERITY[one.status])
    shown = inner.security if signed else outer.security
    security = shown._replace(status=worse.status, reason=worse.reason)
    plaintext = inner.plaintext
    if plaintext is None and not signed and inner.security.status == NO_KEY:
        plaintext = outer.plaintext
    return Opened(plaintext, security, outer.experts + inner.experts)
