"""Findings about how an association is opened: mechanisms, passwords, challenges, refusals."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.case import Case
from dlms_analyzer.audit.well_known import KEYS, PASSWORDS, well_known_key, well_known_password
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.messages import Message
from dlms_analyzer.security import hls
from dlms_analyzer.security.gcm import KEY_SIZES
from dlms_analyzer.security.learning import (
    ASSOCIATION_LN,
    FIRST_HLS,
    REPLY_TO_HLS,
    REPLY_TO_HLS_SHORT,
    mechanism_of,
)
from scapy_layers.ciphering import SUITE
from scapy_layers.data import DataPair

MAX_CHALLENGES: Final = 16_384
"""Challenges of servers remembered, to notice one that comes again; of more, the oldest are forgotten."""
_OCTET_STRING: Final = 9
_WEAK: Final = {hls.MD5: "MD5", hls.SHA1: "SHA-1"}
_REFUSALS: Final[dict[tuple[int, ...], str]] = {
    (1, 11): "authentication mechanism name not recognised",
    (1, 12): "authentication mechanism name required",
    (1, 13): "authentication failure",
    (1, 14): "authentication required",
}
"""Diagnostics of the ACSE service user that have to do with authentication (IEC 62056-5-3, 9.3.3)."""
_ACCEPTED: Final = 0


def is_reply(asked: Asked | None) -> bool:
    """Whether an access hands over the reply to an HLS challenge."""
    if asked is None:
        return False
    if asked.class_id is None:
        return asked.base_name is not None and asked.base_name & 0xFFFF == REPLY_TO_HLS_SHORT
    return asked.class_id == ASSOCIATION_LN and asked.method == REPLY_TO_HLS


class Login:
    """Looks at AARQ, AARE and the replies to challenges."""

    def __init__(self) -> None:
        # by address and SAP of the server: number of the association and of the message
        self._challenges: dict[tuple[str, int | None, bytes], tuple[int, int]] = {}

    def look(self, case: Case, message: Message, association: Association) -> None:
        """Note what a message shows."""
        service, record = message.service, message.record
        if service == "aarq" and record is not None:
            _asked_for(case, message, record)
        elif service == "aare" and record is not None:
            self._answered(case, message, association, record)
        elif message.items and is_reply(message.items[0].asked):
            asked, answer = message.items[0]
            if asked is not None:
                _reply(case, message, association, asked, answer)

    def _answered(self, case: Case, message: Message, association: Association, record: Any) -> None:
        diagnostic = record.result_source_diagnostic
        if record.result != _ACCEPTED and diagnostic is not None:
            reason = _REFUSALS.get(tuple(diagnostic))
            if reason is not None:
                case.add("login-refused", message.number, f"the server says: {reason}")
        protection = association.protection
        challenge = None if protection is None else protection.server.challenge
        if not challenge or record.responding_authentication_value is None:
            return
        address, _, server_sap, _ = case.place
        key = address, server_sap, challenge
        before = self._challenges.get(key)
        if before is None:
            if len(self._challenges) >= MAX_CHALLENGES:
                del self._challenges[next(iter(self._challenges))]
            self._challenges[key] = association.number, message.number
        elif before[0] != association.number:
            case.add("challenge-repeated", message.number, f"the challenge is that of message {before[1]}")


def _asked_for(case: Case, message: Message, record: Any) -> None:
    """What an AARQ shows."""
    mechanism = mechanism_of(record.mechanism_name)
    value = record.calling_authentication_value
    if value is not None and (mechanism or hls.NONE) < FIRST_HLS:
        password = value[1]
        case.add("password-in-clear", message.number, f"the AARQ carries a password of {len(password)} octets")
        known = well_known_password(password)
        if known is not None:
            text = f"the password of low level security: {known}"
            case.add("well-known-password", message.number, text, subject=password, secret=password)
    if mechanism in _WEAK:
        case.add(
            "weak-mechanism", message.number, f"the client proposes HLS with {_WEAK[mechanism]}", subject=mechanism
        )
    elif mechanism == hls.MANUFACTURER:
        case.add("manufacturer-mechanism", message.number, "the client proposes mechanism 2")
    key = getattr(record.user_information, "dedicated_key", None)
    if key is not None:
        case.add("key-in-clear", message.number, "the InitiateRequest carries a dedicated key in clear", secret=key)
        if (known := well_known_key(key)) is not None:
            case.add("well-known-key", message.number, f"the dedicated key: {known}", subject=key, secret=key)


def _reply(case: Case, message: Message, association: Association, asked: Asked, answer: Answer | None) -> None:
    """Whether a reply to a challenge is the one that a well-known secret gives."""
    protection = association.protection
    data: DataPair | None
    if answer is not None:
        data = answer.data
    else:
        data = asked.data if asked.data is not None else (None if asked.selection is None else asked.selection[1])
    if protection is None or protection.mechanism is None or data is None or data[0] != _OCTET_STRING:
        return
    side, other = protection.client, protection.server
    if answer is not None:
        side, other = other, side
    if side.challenge is None or other.challenge is None:
        return
    if not case.tries(("reply", side.name, protection.mechanism)):
        return
    said = hls.Pass(other.challenge, side.challenge, side.title, other.title, data[1])
    if protection.mechanism == hls.GMAC:
        _try_keys(case, message, said)
    else:
        _try_passwords(case, message, protection.mechanism, said)


def _try_passwords(case: Case, message: Message, mechanism: int, said: hls.Pass) -> None:
    for password, known in PASSWORDS.items():
        if hls.check(mechanism, said, hls.Secrets(password=password)).right:
            text = f"the secret of {hls.NAMES[mechanism]}: {known}"
            case.add("well-known-password", message.number, text, subject=password, secret=password)
            return


def _try_keys(case: Case, message: Message, said: hls.Pass) -> None:
    suite = said.reply[0] & SUITE if said.reply else 0
    size = KEY_SIZES.get(suite)
    keys = [key for key in KEYS if len(key) == size]
    for ek, ak in product(keys, keys):
        if hls.check(hls.GMAC, said, hls.Secrets(encryption_key=ek, authentication_key=ak)).right:
            for name, key in (("guek", ek), ("gak", ak)):
                text = f"the {name}, by the reply to the challenge: {KEYS[key]}"
                case.add("well-known-key", message.number, text, subject=(name, key), secret=key)
            return
