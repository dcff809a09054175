"""General-ciphering and general-signing: the key that an APDU carries, and signatures (IEC 62056-5-3, 9.2.7.2.4)."""

from __future__ import annotations

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from dlms_analyzer.frames import Buffer
from dlms_analyzer.messages import Security
from dlms_analyzer.security import agreement
from dlms_analyzer.security.envelopes import plausible
from dlms_analyzer.security.gcm import FAILED, KEY_SIZES, TITLE_SIZE, VERIFIED, ContentCipher, clear_text
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.protection import BAD_TAG, NO_KEY, NOT_VERIFIED, OK, Opened, Side
from dlms_analyzer.security.signing import coverages, verify
from scapy_layers.ciphering import AUTHENTICATED, BROADCAST, COMPRESSED, SUITE
from scapy_layers.core.lengths import write_length

Keys = tuple[KeySet, ...]
PLAIN: Final = 0


def book_data(record: Any) -> bytes:
    """What the standard authenticates besides the authentication key: the header's fields with their lengths."""
    fields = (
        record.transaction_id, record.originator_system_title, record.recipient_system_title, record.date_time,
        record.other_information,
    )  # fmt: skip
    return b"".join(write_length(len(field)) + field for field in fields)


def open_ciphered(sets: Keys, side: Side, record: Any, name: str | None) -> Opened:
    """Open a general-ciphering APDU.

    Args:
        sets: key sets that may fit, best first.
        side: who sent it.
        record: of the APDU.
        name: of the key that it calls for.
    """
    control, counter, protected = record.content
    title = record.originator_system_title or side.title
    security = Security(NO_KEY, control, counter, name, title)
    if title is None or len(title) != TITLE_SIZE:
        return Opened(None, security._replace(reason=f"the system title of the {side.name} was never seen"))
    missing: list[str] = []
    failed = False
    for keys in sets:
        for key in _content_keys(keys, side, record, missing):
            if len(key) != KEY_SIZES[control & SUITE]:
                missing.append(
                    f"suite mismatch: a key of {len(key)} octets, suite {control & SUITE} takes another size"
                )
                continue
            opened = _open_with(key, keys, title, record, security)
            if opened is not None:
                return opened
            failed = True
    if failed:
        reason = "wrong key: nothing plausible comes out"
        return Opened(None, security._replace(status=BAD_TAG, reason=reason))
    reason = missing[0] if missing else "no keys are given for this meter"
    clear = clear_text(control, protected)
    if clear is not None and (control & COMPRESSED or plausible(clear, None)):
        return Opened(clear, security._replace(status=NOT_VERIFIED, reason=f"not encrypted; {reason}"))
    return Opened(None, security._replace(reason=reason))


def _open_with(key: bytes, keys: KeySet, title: bytes, record: Any, security: Security) -> Opened | None:
    """What a key gives: verified, plausible, or None."""
    control, counter, protected = record.content
    ak = keys.gak if keys.gak is not None and len(keys.gak) == KEY_SIZES[control & SUITE] else None
    cipher = ContentCipher(key, ak, control)
    plaintext, outcome = cipher.open(title, counter, protected, book_data(record))
    if outcome is FAILED:
        plaintext, outcome = cipher.open(title, counter, protected)
    if outcome is VERIFIED:
        return Opened(plaintext, security._replace(status=OK))
    # The standard's coverage could not be reproduced with its own samples, so that a tag that differs proves nothing.
    text = cipher.unchecked(title, counter, protected)
    if not control & COMPRESSED and not plausible(text, None):
        return None
    if outcome is FAILED:
        reason = "the tag is computed over data that no known form of general-ciphering covers, or is wrong"
    elif control & AUTHENTICATED:
        reason = f"the authentication key (gak) of {keys.label} is not known"
    else:
        reason = "not authenticated"
    return Opened(text, security._replace(status=NOT_VERIFIED, reason=reason))


def _content_keys(keys: KeySet, side: Side, record: Any, missing: list[str]) -> list[bytes]:
    """The keys that may protect the content, as far as they can be had."""
    info = record.key_info
    kind = None if info is None else info.service
    if kind == "wrapped-key":
        if keys.kek is None:
            missing.append(f"the master key (kek) of {keys.label} is not known")
            return []
        key = agreement.unwrap_key(keys.kek, info.key_ciphered_data)
        if key is None:
            missing.append(f"the master key (kek) of {keys.label} does not unwrap the key in it")
        return [] if key is None else [key]
    if kind == "agreed-key":
        return _agreed_key(keys, side, record, missing)
    broadcast = record.content.security_control & BROADCAST if info is None else info.key_id
    name, found = ("gbek", keys.gbek) if broadcast else ("guek", keys.guek)
    if found is None:
        missing.append(f"the {name} of {keys.label} is not known")
        return []
    return [found]


def _agreed_key(keys: KeySet, side: Side, record: Any, missing: list[str]) -> list[bytes]:
    """The key of one of the two key agreement schemes."""
    suite = record.content.security_control & SUITE
    originator, recipient = record.originator_system_title, record.recipient_system_title
    client, server = keys.client_agreement_key, keys.server_agreement_key
    receiver, other = ("client", client) if side.name == "server" else ("server", server)
    parameters, data = record.key_info.key_parameters, record.key_info.key_ciphered_data
    try:
        if parameters == agreement.ONE_PASS:
            if other is None:
                missing.append(f"the private key agreement key of the {receiver} of {keys.label} is not known")
                return []
            secret = agreement.shared_secret(other, agreement.public_key(data[: len(data) // 2]))
            return [agreement.one_pass(secret, suite, originator, recipient)]
        if parameters == agreement.STATIC_UNIFIED:
            pair = _static_pair(keys)
            if pair is None:
                missing.append(f"no private key agreement key with the other side's public one for {keys.label}")
                return []
            secret = agreement.shared_secret(*pair)
            return [agreement.static_unified(secret, suite, originator, record.transaction_id, recipient)]
    except ValueError as problem:
        missing.append(f"key agreement: {problem}")
        return []
    missing.append(f"key-parameters {parameters.hex().upper()} name no key agreement scheme")
    return []


def _static_pair(keys: KeySet) -> tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey] | None:
    """A private key of one side and the public key of the other."""
    client, server = keys.client_agreement_key, keys.server_agreement_key
    if client is not None:
        public = server.public_key() if server is not None else keys.server_agreement_cert
        if public is not None:
            return client, public
    if server is not None and keys.client_agreement_cert is not None:
        return server, keys.client_agreement_cert
    return None


def open_signed(sets: Keys, side: Side, record: Any, buf: Buffer, start: int, end: int) -> Opened:
    """What a general-signing APDU carries, and whether its signature is right."""
    title = record.originator_system_title or side.title
    security = Security(NOT_VERIFIED, PLAIN, 0, None, title or None)
    covered = coverages(buf, start, end, record)
    if not covered:
        reason = "signature: its coverage is in doubt, for the header is encoded in an unusual way"
        return Opened(record.content, security._replace(reason=reason))
    certificates = [
        certificate
        for keys in sets
        if (certificate := keys.server_signing_cert if side.name == "server" else keys.client_signing_cert) is not None
    ]
    if not certificates:
        reason = f"signature: no certificate of the {side.name} is given"
        return Opened(record.content, security._replace(reason=reason))
    if any(verify(one, record.signature, signed) for one in certificates for signed in covered):
        return Opened(record.content, security._replace(status=OK))
    reason = f"signature: it does not verify with the certificate of the {side.name}"
    return Opened(record.content, security._replace(reason=reason))
