"""ECDSA signatures as DLMS sends them: raw r and s, with SHA-256 or SHA-384 by curve (IEC 62056-5-3, 9.2.3.4.5)."""

from __future__ import annotations

from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from dlms_analyzer.frames import Buffer
from dlms_analyzer.security.agreement import COORDINATE, suite_of
from scapy_layers.core.lengths import read_length
from scapy_layers.core.outcome import DecodeError

_HEADER_FIELDS: Final = 5
"""transaction-id, originator, recipient, date-time, other-information."""


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether `key` belongs to the one who signed.

    Args:
        key: public key of the signer.
        signature: r and s, 64 or 96 octets.
        signed: the octets that the signature covers.
    """
    suite = suite_of(key)
    if suite is None or len(signature) != 2 * COORDINATE[suite]:
        return False
    size = COORDINATE[suite]
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    algorithm = ec.ECDSA(hashes.SHA256() if suite == 1 else hashes.SHA384())
    try:
        key.verify(encode_dss_signature(r, s), signed, algorithm)
    except (InvalidSignature, ValueError):
        return False
    return True


def coverages(buf: Buffer, start: int, end: int, record: Any) -> tuple[bytes, ...]:
    """What the signature of the general-signing APDU in `buf[start:end]` may cover.

    Everything between the tag and the signature: with the length octets of the content, as the meters of Great Britain
    sign, or without them, as one widely used implementation does. None at all when the lengths in the header leave open
    where the content starts.
    """
    pos = start + 1
    try:
        for _ in range(_HEADER_FIELDS):
            length, pos = read_length(buf, pos, end)
            pos += length
        length, content = read_length(buf, pos, end)
    except DecodeError:
        return ()
    if buf[content : content + length] != record.content:
        return ()
    return buf[start + 1 : content + length], buf[start + 1 : pos] + record.content
