"""Findings about keys that everybody knows: those that really open what the capture holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product
from typing import Any, Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.case import Case
from dlms_analyzer.audit.well_known import KEYS, well_known_key
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.messages import Message
from dlms_analyzer.security.envelopes import ENVELOPES, GENERAL_CIPHERING, GENERAL_SIGNING, envelope_in, plausible
from dlms_analyzer.security.gcm import KEY_SIZES, TITLE_SIZE, VERIFIED, ContentCipher
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.protection import ERROR, Protection
from scapy_layers import DecodeError, read_apdu, tolerant
from scapy_layers.ciphering import AUTHENTICATED, COMPRESSED, ENCRYPTED, SUITE, TAG_SIZE

MAX_GIVEN: Final = 8
"""Key sets at hand that are looked at for a meter: its own, and what was learnt."""

_SERVER: Final = Sender.SERVER
_NAMES: Final = {"guek": "guek", "gbek": "gbek", "dedicated": "dedicated key"}
_Pair = tuple[bytes, bytes | None]


class KeySearch:
    """Looks whether a key that everybody knows opens an APDU, whether or not it was given.

    Attributes:
        keyring: further keys: where one of them is well-known and the other is not.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def look(self, case: Case, message: Message, association: Association) -> None:
        """Note what a message shows."""
        security, protection = message.security, association.protection
        if security is None or protection is None or security.status == ERROR:
            return
        way = (
            message.sender, message.outer, security.key, security.security_control, security.system_title,
            security.status, protection.dedicated_key if security.key == "dedicated" else None,
        )  # fmt: skip
        if not case.tries(way):
            return
        envelope = _envelope(message)
        if envelope is None:
            return
        for ek, ak in self._opening(message, protection, envelope):
            for name, key in ((_NAMES.get(security.key or "", "encryption key"), ek), ("gak", ak)):
                known = None if key is None else well_known_key(key)
                if known is not None and key is not None:
                    case.add("well-known-key", message.number, f"the {name}: {known}", subject=(name, key), secret=key)
            return

    def _opening(self, message: Message, protection: Protection, envelope: Any) -> Iterator[_Pair]:
        """Pairs of encryption and authentication key that open an envelope."""
        control, counter, protected = envelope.content
        size = KEY_SIZES.get(control & SUITE)
        sets = self._sets(message, protection)
        title = getattr(envelope, "system_title", b"") or _title(message, sets)
        authenticated, encrypted = bool(control & AUTHENTICATED), bool(control & ENCRYPTED)
        if size is None or title is None or len(title) != TITLE_SIZE or not (authenticated or encrypted):
            return
        if authenticated and len(protected) < TAG_SIZE:
            return
        inside = ENVELOPES[envelope.service].inside
        given = list(_given(sets, protection))
        keys = [key for key in KEYS if len(key) == size]
        eks = dict.fromkeys(chain(keys, (ek for ek, _ in given if len(ek) == size)))
        aks = dict.fromkeys(chain(keys, (ak for _, ak in given if ak is not None)))
        if encrypted:
            eks = {ek: None for ek in eks if _reads(ek, message, title, control, counter, protected, inside)}
        if not authenticated:
            yield from ((ek, None) for ek in eks)
            return
        for ek, ak in product(eks, aks):
            if ContentCipher(ek, ak, control).open(title, counter, protected)[1] is VERIFIED:
                yield ek, ak
        yield from ((ek, None) for ek in eks if encrypted)

    def _sets(self, message: Message, protection: Protection) -> tuple[KeySet, ...]:
        """The key sets at hand for a meter."""
        server = protection.server
        sets = self.keyring.possible(
            system_title=server.title, address=server.address, port=protection.port, server_sap=server.sap,
            client_sap=protection.client.sap, message=message.number,
        )  # fmt: skip
        return sets[:MAX_GIVEN]


def _title(message: Message, sets: tuple[KeySet, ...]) -> bytes | None:
    """System title of the sender: as it was seen, or as a key set has it."""
    title = None if message.security is None else message.security.system_title
    for one in sets:
        title = title or (one.system_title if message.sender is _SERVER else one.client_system_title)
    return title


def _given(sets: tuple[KeySet, ...], protection: Protection) -> Iterator[_Pair]:
    """The pairs of keys at hand for a meter."""
    for one in sets:
        for ek in (one.guek, one.gbek, one.dedicated_key, protection.dedicated_key):
            if ek is not None:
                yield bytes(ek), None if one.gak is None else bytes(one.gak)
    if protection.dedicated_key is not None:
        yield protection.dedicated_key, None


def _reads(
    key: bytes, message: Message, title: bytes, control: int, counter: int, protected: bytes, inside: int | None
) -> bool:
    """Whether a key gives the text that is known, or one that is an APDU to its last octet."""
    text = ContentCipher(key, None, control).unchecked(title, counter, protected)
    if message.plaintext is not None and not control & COMPRESSED:
        return text == message.plaintext
    return (inside is None or text[:1] == bytes((inside,))) and plausible(text, None)


def _envelope(message: Message) -> Any:
    """The envelope of a message with its content; None when it is another one, or inside one."""
    octets = message.octets
    try:
        with tolerant():
            record, _ = read_apdu(octets, 0, len(octets))
    except DecodeError:
        return None
    envelope = envelope_in(record)
    if envelope is None or envelope.service in (GENERAL_CIPHERING, GENERAL_SIGNING):
        return None
    return None if isinstance(envelope.content, bytes) else envelope
