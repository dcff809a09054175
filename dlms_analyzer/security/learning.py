"""What clear or deciphered APDUs teach: dedicated keys, transferred and agreed keys, replies to challenges."""

from __future__ import annotations

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from dlms_analyzer.decoded import decode_apdu
from dlms_analyzer.frames import Buffer
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.notes import Expert
from dlms_analyzer.security import agreement, hls
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KEY_SIZES, KeySet
from dlms_analyzer.security.protection import Protection
from scapy_layers import DecodeError, read_apdu, tolerant
from scapy_layers.data import DataPair

ASSOCIATION_LN: Final = 15
SECURITY_SETUP: Final = 64
REPLY_TO_HLS: Final = 1
"""Method of Association LN (IEC 62056-6-2, 4.4.4)."""
REPLY_TO_HLS_SHORT: Final = 0xFA58
"""Method 8 of the current Association SN, as a short name (IEC 62056-6-2, 4.4.3)."""
KEY_TRANSFER: Final = 2
"""Method of Security setup: key_transfer, global_key_transfer in version 0 (IEC 62056-6-2, 4.4.7)."""
KEY_AGREEMENT: Final = 3
KEY_NAMES: Final = {0: "guek", 1: "gbek", 2: "gak", 3: "kek"}
"""key-id of both methods."""
FIRST_HLS: Final = 2
"""Mechanisms from here on challenge."""

WATCHED: Final = frozenset({
    "action-request-normal", "action-response-normal", "read-request", "read-response", "write-request",
    "write-response", "exception-response",
})  # fmt: skip
"""Services that may carry replies to challenges, or keys, or refuse an invocation counter."""

MAX_KEYS: Final = 16
"""Keys taken from one request; there are four key-ids."""
_OCTET_STRING: Final = 9
_LISTS: Final = (1, 2)
_MECHANISM_SIZE: Final = 7


def mechanism_of(name: bytes | None) -> int | None:
    """Number of a mechanism-name: the last arc of its object identifier."""
    return name[-1] if name is not None and len(name) == _MECHANISM_SIZE else None


def dedicated_key(plaintext: bytes) -> bytes | None:
    """The dedicated key of an InitiateRequest; None when it has none, or one of no use."""
    try:
        with tolerant():
            record, _ = read_apdu(plaintext, 0, len(plaintext))
    except DecodeError:
        return None
    key: bytes | None = getattr(record, "dedicated_key", None)
    return key if key is not None and len(key) in KEY_SIZES else None


def watch(
    keyring: Keyring,
    protection: Protection,
    from_server: bool,
    service: str,
    buf: Buffer,
    start: int,
    end: int,
    number: int,
) -> tuple[Expert, ...]:
    """Learn from the APDU in `buf[start:end]`; see `SecurityStage.watch`."""
    if service == "exception-response":
        return _counter_refused(protection, buf, start, end)
    waits = protection.answering or protection.transfer is not None or protection.agreement is not None
    if from_server:
        if not waits:
            return ()
    elif service == "action-request-normal":
        if buf[start + 4 : start + 5] not in _CLASSES:
            return ()
    elif protection.server.challenge is None or protection.client.hls is not None:
        return ()
    items = decode_apdu(buf, start, end).items
    if len(items) != 1:
        return ()
    asked, answer = items[0]
    if answer is not None:
        return _answered(keyring, protection, answer, number)
    return () if asked is None else _asked(keyring, protection, asked, number)


_CLASSES: Final = (b"\x0f", b"\x40")
"""Second octets of the class-ids that are looked at."""


def _asked(keyring: Keyring, protection: Protection, asked: Asked, number: int) -> tuple[Expert, ...]:
    if asked.class_id == SECURITY_SETUP:
        if asked.method == KEY_TRANSFER:
            protection.transfer = (_keys_in(asked.data), number)
        elif asked.method == KEY_AGREEMENT:
            protection.agreement = (_keys_in(asked.data), number)
        return ()
    if asked.class_id == ASSOCIATION_LN:
        if asked.method != REPLY_TO_HLS:
            return ()
    elif asked.base_name is None or asked.base_name & 0xFFFF != REPLY_TO_HLS_SHORT:
        return ()
    data = asked.data if asked.data is not None else (None if asked.selection is None else asked.selection[1])
    reply = _octets(data)
    if reply is None or protection.server.challenge is None:
        return ()
    protection.answering = True
    return _judge(keyring, protection, reply, number, from_server=False)


def _answered(keyring: Keyring, protection: Protection, answer: Answer, number: int) -> tuple[Expert, ...]:
    transfer, protection.transfer = protection.transfer, None
    agreed, protection.agreement = protection.agreement, None
    success = answer.result in (None, "success")
    if transfer is not None and success:
        return _transferred(keyring, protection, *transfer, number)
    if agreed is not None and success:
        return _agreed(keyring, protection, agreed[0], _keys_in(answer.data), number)
    if protection.answering:
        protection.answering = False
        reply = _octets(answer.data)
        if reply is not None and success:
            return _judge(keyring, protection, reply, number, from_server=True)
    return ()


def _counter_refused(protection: Protection, buf: Buffer, start: int, end: int) -> tuple[Expert, ...]:
    """What an ExceptionResponse says about the invocation counter that it refuses."""
    expected = getattr(decode_apdu(buf, start, end).record, "invocation_counter", None)
    if expected is None:
        return ()
    client = protection.client
    used = [one.counter for one in client.missing.values()] + [one.counter for one in client.ready.values()]
    sent = f" The client sent {used[-1].latest}." if used else ""
    text = f"the server refuses the invocation counter: it wants {expected} or more.{sent}"
    return (Expert("counter-refused", text),)


def _octets(data: DataPair | None) -> bytes | None:
    return data[1] if data is not None and data[0] == _OCTET_STRING else None


def _keys_in(data: DataPair | None) -> dict[int, bytes]:
    """The octet-strings of an array of structures of key-id and octet-string."""
    found: dict[int, bytes] = {}
    if data is None or data[0] not in _LISTS:
        return found
    for tag, parts in data[1][:MAX_KEYS]:
        if tag in _LISTS and len(parts) == 2 and isinstance(parts[0][1], int) and parts[1][0] == _OCTET_STRING:
            found[parts[0][1]] = parts[1][1]
    return found


def _sets(keyring: Keyring, protection: Protection, number: int) -> tuple[KeySet, ...]:
    server = protection.server
    return keyring.possible(
        system_title=server.title, address=server.address, port=protection.port, server_sap=server.sap,
        client_sap=protection.client.sap, message=number,
    )  # fmt: skip


def _learn(keyring: Keyring, protection: Protection, keys: dict[str, bytes], number: int) -> tuple[Expert, ...]:
    server = protection.server
    new = keyring.learn(
        number, keys, system_title=server.title, address=server.address, port=protection.port, server_sap=server.sap
    )
    if new is None:
        return ()
    return (Expert("key-learnt", f"from here on {' and '.join(keys)} of the meter have a new value"),)


def _transferred(
    keyring: Keyring, protection: Protection, wrapped: dict[int, bytes], _asked_in: int, number: int
) -> tuple[Expert, ...]:
    """Keys that the server has taken up."""
    for known in _sets(keyring, protection, number):
        if known.kek is None:
            continue
        keys = {
            KEY_NAMES[key_id]: key
            for key_id, octets in wrapped.items()
            if key_id in KEY_NAMES and (key := agreement.unwrap_key(known.kek, octets)) is not None
            if len(key) in KEY_SIZES
        }
        if keys:
            return _learn(keyring, protection, keys, number)
    text = "the keys in it cannot be unwrapped: the master key (kek) of the meter is not known, or another one"
    return (Expert("key-not-learnt", text),)


def _agreed(
    keyring: Keyring, protection: Protection, asked: dict[int, bytes], answered: dict[int, bytes], number: int
) -> tuple[Expert, ...]:
    """Keys agreed on by ephemeral keys; only who has one of the private keys can tell them."""
    client, server = protection.client.title, protection.server.title
    keys: dict[str, bytes] = {}
    if client is not None and server is not None:
        for known in _sets(keyring, protection, number):
            for key_id in asked.keys() & answered.keys() & KEY_NAMES.keys():
                secret = _secret(known.client_agreement_key, asked[key_id], answered[key_id]) or _secret(
                    known.server_agreement_key, answered[key_id], asked[key_id]
                )
                if secret is not None:
                    keys[KEY_NAMES[key_id]] = agreement.ephemeral_unified(secret[0], secret[1], client, server)
    if keys:
        return _learn(keyring, protection, keys, number)
    text = "the keys agreed on cannot be known without one of the ephemeral private keys"
    return (Expert("key-not-learnt", text),)


def _secret(private: ec.EllipticCurvePrivateKey | None, own: bytes, other: bytes) -> tuple[bytes, int] | None:
    """Z and the suite, when `private` belongs to the ephemeral key in `own`; each is a public key and its signature."""
    if private is None or len(own) != len(other):
        return None
    try:
        mine, theirs = agreement.public_key(own[: len(own) // 2]), agreement.public_key(other[: len(other) // 2])
    except ValueError:
        return None
    if private.public_key() != mine:
        return None
    return agreement.shared_secret(private, theirs), agreement.suite_of(private) or 1


def _judge(
    keyring: Keyring, protection: Protection, reply: bytes, number: int, *, from_server: bool
) -> tuple[Expert, ...]:
    """The verdict on a reply to a challenge; the best over the keys that may be meant."""
    side, other = protection.client, protection.server
    if from_server:
        side, other = other, side
    if other.challenge is None or side.challenge is None or protection.mechanism is None:
        return ()
    best = hls.Verdict(None, f"{hls.NAMES.get(protection.mechanism, 'HLS')}: no keys are given")
    for keys in _sets(keyring, protection, number):
        own = side.title or (keys.system_title if from_server else keys.client_system_title)
        peer = other.title or (keys.client_system_title if from_server else keys.system_title)
        said = hls.Pass(other.challenge, side.challenge, own, peer, reply)
        verdict = hls.check(protection.mechanism, said, _secrets(keys, from_server))
        if verdict.right or best.right is None:
            best = verdict
        if verdict.right:
            break
    side.hls = best
    if best.right is None:
        return (Expert("hls-not-verified", f"{side.name}: {best.reason}"),)
    return (Expert("hls-verified" if best.right else "hls-failed", f"{side.name}: {best.reason}"),)


def _secrets(keys: KeySet, from_server: bool) -> hls.Secrets:
    signing: Any = keys.server_signing_cert if from_server else keys.client_signing_cert
    return hls.Secrets(keys.password, keys.guek, keys.gak, signing)
