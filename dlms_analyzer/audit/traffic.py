"""Findings about how APDUs are protected, and about invocation counters."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.case import Case
from dlms_analyzer.audit.login import is_reply
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.messages import Message, Security
from dlms_analyzer.security.envelopes import ENVELOPES, GENERAL_SIGNING
from dlms_analyzer.security.hls import NAMES, NONE
from dlms_analyzer.security.learning import mechanism_of
from dlms_analyzer.security.protection import NO_KEY
from dlms_analyzer.services import REFUSALS
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


class _Sent:
    """A protected request.

    Attributes:
        message: its number.
        exchange: number of its exchange.
        answered: the server did not refuse it.
    """

    __slots__ = ("answered", "exchange", "message")

    def __init__(self, message: int, exchange: int) -> None:
        self.message = message
        self.exchange = exchange
        self.answered = False


class _Suspect(NamedTuple):
    """A request that the server should refuse.

    Attributes:
        code: of the finding, if it does not.
        message: its number.
        text: of the finding.
    """

    code: str
    message: int
    text: str


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _remember(memory: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep a value; of more than are kept, the oldest is forgotten."""
    if len(memory) >= MAX_REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value


class Traffic:
    """Looks at the protection of each APDU."""

    def __init__(self) -> None:
        self._requests: dict[tuple[bytes | None, int], _Sent] = {}
        self._waiting: dict[int, _Sent] = {}
        self._suspects: dict[int, _Suspect] = {}

    def look(self, case: Case, message: Message, association: Association) -> None:
        """Note what a message shows."""
        security, exchange = message.security, message.exchange
        if security is not None:
            _protected(case, message)
            if message.sender is _CLIENT and exchange is not None:
                self._counted(message, security, exchange.number)
        elif in_clear(message):
            _unprotected(case, message, association)
        for code, text in message.experts:
            told = _TOLD.get(code)
            if told is not None:
                case.add(told, message.number, text)
        if message.sender is _SERVER and exchange is not None:
            self._answered(case, message, exchange.number)

    def _counted(self, message: Message, security: Security, exchange: int) -> None:
        """Whether a request was sent before, or its counter is an old one."""
        key = security.system_title, hash(message.octets)
        codes = {code for code, _ in message.experts}
        before = self._requests.get(key)
        if before is None:
            sent = _Sent(message.number, exchange)
            _remember(self._requests, key, sent)
            _remember(self._waiting, exchange, sent)
        elif before.answered and before.exchange != exchange and "counter-repeated" in codes:
            text = f"message {message.number} has the same octets as message {before.message}; both are answered"
            _remember(self._suspects, exchange, _Suspect("replay-accepted", message.number, text))
        if "counter-backwards" in codes and security.status != NO_KEY:  # else the key may be another one by now
            counter = security.invocation_counter
            text = f"the request with counter {counter} is answered, although higher ones came before"
            _remember(self._suspects, exchange, _Suspect("old-counter-accepted", message.number, text))

    def _answered(self, case: Case, message: Message, exchange: int) -> None:
        """Whether the server does what a request asks for, and whether it should have refused."""
        sent = self._waiting.pop(exchange, None)
        suspect = self._suspects.pop(exchange, None) if self._suspects else None
        if (sent is None and suspect is None) or message.service in REFUSALS or not _success(message):
            return
        if sent is not None:
            sent.answered = True
        if suspect is not None:
            case.add(suspect.code, suspect.message, suspect.text)
            case.add(suspect.code, message.number, suspect.text)


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
        case.add("authentication-only", message.number, text)
    elif protection == ENCRYPTED:
        case.add("encryption-only", message.number, text)
    elif not protection:
        case.add("unprotected-envelope", message.number, text)
    if not control & SUITE:
        case.add("suite-0", message.number, text)


def _unprotected(case: Case, message: Message, association: Association) -> None:
    """What an APDU in clear shows."""
    text = f"first {carried_service(message)} of the {message.sender.value or 'sender'}"
    if is_ciphered(association):
        case.add("plaintext-on-ciphered", message.number, text)
        return
    mechanism = mechanism_of(association.terms.mechanism_name) or NONE
    if mechanism:
        case.add(
            "data-in-clear",
            message.number,
            f"{text}, after a login by {NAMES.get(mechanism, f'mechanism {mechanism}')}",
        )
    elif carried_service(message) in _PUSHES:
        case.add("data-in-clear", message.number, text)


_PUSHES: Final = frozenset({"data-notification", "event-notification-request", "information-report-request"})
