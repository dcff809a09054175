"""Findings about how APDUs are protected, and about invocation counters."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.case import Case
from dlms_analyzer.audit.login import is_reply
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.messages import Message
from dlms_analyzer.security.envelopes import ENVELOPES, GENERAL_SIGNING
from dlms_analyzer.security.hls import NAMES, NONE
from dlms_analyzer.security.learning import mechanism_of
from dlms_analyzer.security.protection import NO_KEY
from scapy_layers.ciphering import AUTHENTICATED, ENCRYPTED, SUITE

MAX_REMEMBERED: Final = 4_096
"""Protected requests remembered, to notice one that comes again; and requests whose answer is waited for."""

CIPHERED_CONTEXTS: Final = frozenset({3, 4})
"""Application contexts with ciphering, by their last arc (IEC 62056-5-3, 9.4.2.2.2)."""

_NEVER_CIPHERED: Final = frozenset({
    "aarq", "aare", "rlrq", "rlre", "initiate-request", "initiate-response", "exception-response",
    "confirmed-service-error", "data-notification-confirm", "unknown",
})  # fmt: skip
"""Services that a ciphered association sends in clear, or that carry no data."""

_TOLD: Final = {
    "nonce-reuse": "nonce-reuse", "hls-failed": "hls-failed", "bad-tag": "bad-tag",
    "counter-refused": "counter-refused", "counter-exhaustion": "counter-exhaustion",
}  # fmt: skip
"""Expert codes that are findings as they are."""
_BLOCKS: Final = "general-block-transfer"
_REFUSALS: Final = frozenset({"exception-response", "confirmed-service-error"})
_CLIENT, _SERVER, _APDU = Sender.CLIENT, Sender.SERVER, Kind.APDU


def context_of(association: Association) -> int | None:
    """Last arc of the application context; None when no AARQ was seen."""
    name = association.terms.application_context_name
    return name[-1] if name else None


def is_ciphered(association: Association) -> bool:
    """Whether ciphering was agreed on, or is done."""
    protection = association.protection
    return context_of(association) in CIPHERED_CONTEXTS or (
        protection is not None and bool(protection.opened or protection.reasons)
    )


def carried_service(message: Message) -> str:
    """The service of a message; of the block that completes a general block transfer, what it carried."""
    if message.service == _BLOCKS and message.reassembled is not None:
        return message.reassembled.service
    return message.service


def in_clear(message: Message) -> bool:
    """Whether a message carries an APDU in clear that ciphering would cover."""
    if message.kind is not _APDU or message.security is not None or message.record is None:
        return False
    service = carried_service(message)
    if service == _BLOCKS or service in _NEVER_CIPHERED or service in ENVELOPES:
        return False
    items = message.items or (() if message.exchange is None else message.exchange.items)
    return not any(is_reply(item.asked) for item in items)


class Traffic:
    """Looks at the protection of each APDU."""

    def __init__(self) -> None:
        self._requests: dict[tuple[bytes | None, int], tuple[object, int]] = {}
        self._suspects: dict[int, tuple[str, int, Message]] = {}

    def look(self, case: Case, message: Message, association: Association) -> None:
        """Note what a message shows."""
        security = message.security
        if security is not None:
            _protected(case, message)
            if message.sender is _CLIENT:
                self._counted(message)
        elif in_clear(message):
            _unprotected(case, message, association)
        for code, text in message.experts:
            told = _TOLD.get(code)
            if told is not None:
                case.add(told, message, text)
        if self._suspects and message.sender is _SERVER and message.exchange is not None:
            self._answered(case, message)

    def _counted(self, message: Message) -> None:
        """Whether a request was sent before, or its counter is an old one."""
        security, exchange = message.security, message.exchange
        if security is None or exchange is None:
            return
        key = security.system_title, hash(message.octets)
        codes = {expert.code for expert in message.experts}
        before = self._requests.get(key)
        if before is not None and "counter-repeated" in codes:
            first, number = before
            if first is not exchange and getattr(first, "answered", False):
                self._suspect(exchange.number, "replay-accepted", number, message)
        elif "counter-backwards" in codes and security.status != NO_KEY:  # else the key may be another one by now
            self._suspect(exchange.number, "old-counter-accepted", 0, message)
        if before is None:
            if len(self._requests) >= MAX_REMEMBERED:
                del self._requests[next(iter(self._requests))]
            self._requests[key] = exchange, message.number

    def _suspect(self, exchange: int, code: str, number: int, message: Message) -> None:
        if len(self._suspects) >= MAX_REMEMBERED:
            del self._suspects[next(iter(self._suspects))]
        self._suspects[exchange] = code, number, message

    def _answered(self, case: Case, message: Message) -> None:
        """Whether the server does what a request asks for that it should have refused."""
        exchange = message.exchange
        suspect = None if exchange is None else self._suspects.pop(exchange.number, None)
        if suspect is None or message.service in _REFUSALS or not _success(message):
            return
        code, number, request = suspect
        if code == "replay-accepted":
            text = f"message {request.number} has the same octets as message {number}; both are answered"
        else:
            counter = 0 if request.security is None else request.security.invocation_counter
            text = f"the request with counter {counter} is answered, although higher ones came before"
        case.add(code, request, text)
        case.add(code, message, text)


def _success(message: Message) -> bool:
    """Whether an answer grants what was asked; one that does not open is an answer all the same."""
    if message.service == "aare":
        return message.record is not None and message.record.result == 0
    answers = [item.answer for item in message.items if item.answer is not None]
    return not answers or any(answer.result in (None, "success") for answer in answers)


def _protected(case: Case, message: Message) -> None:
    """What the security control of an APDU shows."""
    security = message.security
    if security is None or message.outer == GENERAL_SIGNING:
        return
    control = security.security_control
    protection = control & (AUTHENTICATED | ENCRYPTED)
    text = f"first in {message.outer} of the {message.sender.value or 'sender'}, security control {control:02X}"
    if protection == AUTHENTICATED:
        case.add("authentication-only", message, text)
    elif protection == ENCRYPTED:
        case.add("encryption-only", message, text)
    elif not protection:
        case.add("unprotected-envelope", message, text)
    if not control & SUITE:
        case.add("suite-0", message, text)


def _unprotected(case: Case, message: Message, association: Association) -> None:
    """What an APDU in clear shows."""
    text = f"first {carried_service(message)} of the {message.sender.value or 'sender'}"
    if is_ciphered(association):
        case.add("plaintext-on-ciphered", message, text)
        return
    mechanism = mechanism_of(association.terms.mechanism_name) or NONE
    if mechanism:
        case.add("data-in-clear", message, f"{text}, after a login by {NAMES.get(mechanism, f'mechanism {mechanism}')}")
    elif carried_service(message) in _PUSHES:
        case.add("data-in-clear", message, text)


_PUSHES: Final = frozenset({"data-notification", "event-notification-request", "information-report-request"})
