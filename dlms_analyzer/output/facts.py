"""What is known about a message beside what it says: where it stands, who sent it, how it was protected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.message_json import time_text
from dlms_analyzer.messages import Message
from dlms_analyzer.output.masking import hidden, masked_note
from scapy_layers.ciphering import AUTHENTICATED, COMPRESSED, ENCRYPTED, SUITE

FRAMES_NAMED = 8
"""Frames of a message that are named; a message of more pieces has thousands."""


class Fact(NamedTuple):
    """One thing that is known about a message.

    Attributes:
        name: what it is.
        text: what there is to say; not escaped.
        field: the display-filter field that holds it; empty where there is none.
        value: what that field is compared with, as a filter writes it.
        role: `error`, `warning`, `note`, `chat` for expert notes; else empty.
    """

    name: str
    text: str
    field: str = ""
    value: str = ""
    role: str = ""


def facts(message: Message, *, show_secrets: bool = False) -> Iterator[Fact]:
    """What is known about a message, the most asked for first.

    Args:
        message: the message.
        show_secrets: also octets of passwords and keys in notes.
    """
    conversation = message.stream.conversation.number
    frames = message.frames
    named = ", ".join(map(str, frames[:FRAMES_NAMED])) + (", …" if len(frames) > FRAMES_NAMED else "")
    yield Fact("frames" if len(frames) > 1 else "frame", named, "frame.number", str(frames[-1]))
    yield Fact("time", time_text(message.time), "frame.time", f'"{time_text(message.time)}"')
    yield Fact("conversation", f"{conversation}: {message.source} -> {message.destination}", "conversation",
               str(conversation))  # fmt: skip
    sender = message.sender.value
    if sender is not None:
        yield Fact("sender", sender, "dlms.sender", sender)
    yield Fact("framing", message.profile, "dlms.profile", message.profile)
    if message.client_sap is not None:
        yield Fact("client SAP", str(message.client_sap), "dlms.client_sap", str(message.client_sap))
    if message.server_sap is not None:
        lower = "" if message.server_lower is None else f", lower address {message.server_lower}"
        yield Fact("server SAP", f"{message.server_sap}{lower}", "dlms.server_sap", str(message.server_sap))
    yield Fact("service", message.service, "dlms.service", message.service)
    if message.outer != message.service:
        yield Fact("sent as", message.outer, "dlms.outer", message.outer)
    yield from _of_exchange(message)
    yield from _of_security(message)
    secret = not show_secrets and hidden(message) is not None
    for expert in message.experts:
        text = masked_note(expert.code, expert.text) if secret else expert.text
        severity = expert.severity.value
        yield Fact(severity, f"{text} [{expert.code}]", "expert.code", expert.code, severity)


def _of_exchange(message: Message) -> Iterator[Fact]:
    exchange = message.exchange
    if exchange is not None:
        text = str(exchange.number)
        if exchange.request != message.number:
            text += f", request in message {exchange.request}"
        yield Fact("exchange", text, "dlms.exchange", str(exchange.number))
    if message.invoke_id is not None:
        yield Fact("invoke-id", str(message.invoke_id), "dlms.invoke_id", str(message.invoke_id))
    if message.response_time is not None and message.sender is not Sender.CLIENT:
        yield Fact("response time", f"{message.response_time / 1e6:.3f} ms", "dlms.response_time",
                   repr(message.response_time / NANOSECONDS))  # fmt: skip


def _of_security(message: Message) -> Iterator[Fact]:
    security = message.security
    if security is None:
        return
    control = security.security_control
    how = [name for name, bit in (("authenticated", AUTHENTICATED), ("encrypted", ENCRYPTED),
                                  ("compressed", COMPRESSED)) if control & bit]  # fmt: skip
    role = "" if security.status == "ok" else "warning"
    reason = "" if security.reason is None else f": {security.reason}"
    yield Fact("protection", f"{security.status}{reason}", "security.status", f'"{security.status}"', role)
    yield Fact("suite", f"{control & SUITE}, {' and '.join(how) or 'no protection'}", "security.suite",
               str(control & SUITE))  # fmt: skip
    if security.key is not None:
        yield Fact("key", security.key, "security.key", security.key)
    counter = security.invocation_counter
    yield Fact("invocation counter", str(counter), "security.invocation_counter", str(counter))
    title = security.system_title
    if title is not None:
        yield Fact("system title", title.hex().upper(), "security.system_title", title.hex())
