"""One line a message: number, time, who, what, and what was odd."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.p1 import P1_TELEGRAM, read_telegram
from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.items import Asked
from dlms_analyzer.meaning import carries_push, model_of
from dlms_analyzer.messages import Message
from dlms_analyzer.notes import Severity
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.masking import hidden, masked_note
from dlms_analyzer.output.meanings import line_meaning
from dlms_analyzer.output.style import Style
from dlms_analyzer.security.protection import OK
from scapy_layers import summary_of
from scapy_layers.cosem_fields import logical_name_text
from scapy_layers.interface_classes import CLASS_NAMES

_WHO: Final = {Sender.CLIENT: "C->S", Sender.SERVER: "S->C", Sender.UNKNOWN: "  ? "}

RAW_SHOWN: Final = 24
"""Octets of a raw message on its line."""


def asked_text(asked: Asked) -> str:
    """An access in short: `1-0:1.8.0.255 (Register) attr 2`, or the short name."""
    if asked.logical_name is None:
        return f"short name {asked.base_name:04X}" if asked.base_name is not None else "?"
    class_name = CLASS_NAMES.get(asked.class_id or 0, f"class {asked.class_id}")
    member = f"attr {asked.attribute}" if asked.method is None else f"method {asked.method}"
    return f"{logical_name_text(asked.logical_name)} ({class_name}) {member}"


def gist(message: Message, secret: str | None = None) -> str:
    """What a message says: the summary of its layer, and on a response what had been asked.

    Args:
        message: the message.
        secret: what it carries that is not to be shown.
    """
    if message.kind is Kind.RAW:
        shown = message.octets[:RAW_SHOWN].hex()
        return f"raw  {shown}{'…' if message.end - message.start > RAW_SHOWN else ''}"
    if message.kind is Kind.LINK:
        return escape(str(message.link))
    record = message.record
    if record is None:
        if message.service == P1_TELEGRAM and message.plaintext is not None:
            return escape(f"P1 telegram of {read_telegram(message.plaintext).identification}")
        return f"{message.service}  {message.octets[:RAW_SHOWN].hex()}"
    if secret is None:
        text = summary_of(record)
    else:
        asked = message.items[0].asked if message.items and message.sender is not Sender.SERVER else None
        named = "" if asked is None else f"  {asked_text(asked)}"
        text = f"{record.layer._name}{named}  {secret}: not shown"
    if message.reassembled is not None:
        carried = message.reassembled
        text += f"  completes {carried.service}, {len(carried.data)} octets in {len(carried.messages)} messages"
    if message.sender is Sender.SERVER and message.exchange is not None and message.exchange.items:
        items = message.exchange.items
        more = f" and {len(items) - 1} more" if len(items) > 1 else ""
        if items[0].asked is not None:
            text += f"  <- {asked_text(items[0].asked)}{more}"
    return escape(text)


def said(message: Message, meters: Meters | None, *, show_secrets: bool = False) -> tuple[str, str]:
    """What a message says, and what that means where something is known about the meter; both escaped.

    Args:
        message: the message.
        meters: what is known about the meters; without it, nothing is said of what values mean.
        show_secrets: show passwords and keys.
    """
    secret = None if show_secrets else hidden(message)
    meaning = ""
    if meters is not None and secret is None and (message.items or carries_push(message)):
        meaning = line_meaning(model_of(meters, message), message, show_secrets=show_secrets)
    return gist(message, secret), escape(meaning)


class LineWriter:
    """Renders messages as lines; times count from the first message unless absolute ones are wanted."""

    def __init__(
        self, style: Style, *, absolute: bool = False, show_secrets: bool = False, meters: Meters | None = None
    ) -> None:
        """Begin.

        Args:
            style: colours.
            absolute: UTC times.
            show_secrets: show passwords and keys.
            meters: what is known about the meters; without it, lines do not say what values mean.
        """
        self.style = style
        self.meters = meters
        self.absolute = absolute
        self.show_secrets = show_secrets
        self._origin: int | None = None

    def begin(self, nanoseconds: int) -> None:
        """Let times count from here, when this is the first message, shown or not."""
        if self._origin is None:
            self._origin = nanoseconds

    def line(self, message: Message) -> str:
        """The line of a message, with one more for each expert note above chat."""
        style = self.style
        who = _WHO[message.sender]
        addresses = f"{_sap(message.client_sap)}/{_sap(message.server_sap)}"
        if message.server_lower is not None:
            addresses += f".{message.server_lower}"
        head = f"{message.number:>6} {self._time(message.time)}  #{message.stream.conversation.number:<3} {who} "
        head += f"{addresses:<8} "
        colour = message.sender._value_ or "dim"  # the name without the underlines is a call, and slow
        secret = not self.show_secrets and hidden(message) is not None
        gist_text, meaning = said(message, self.meters, show_secrets=self.show_secrets)
        text = style(colour if message.kind is Kind.APDU else "dim", gist_text)
        if meaning:
            text += style("bold", f"  {meaning}")
        if message.response_time is not None:
            text += style("dim", f"  {message.response_time / 1e6:.1f} ms")
        security = message.security
        if security is not None and security.status != OK:
            verdict = security.status if security.reason is None else f"{security.status}: {security.reason}"
            text += style("warning", escape(f"  [{verdict}]"))
        lines = [style("dim", head) + text]
        for expert in message.experts:
            if expert.severity is not Severity.CHAT:
                noted = masked_note(expert.code, expert.text) if secret else expert.text
                noted = f"       ! {expert.severity.value}: {noted} [{expert.code}]"
                lines.append(style(expert.severity.value, escape(noted)))
        return "\n".join(lines)

    def _time(self, nanoseconds: int) -> str:
        if self.absolute:
            moment = datetime.fromtimestamp(nanoseconds // NANOSECONDS, UTC)
            return f"{moment:%Y-%m-%d %H:%M:%S}.{nanoseconds % NANOSECONDS // 1000:06d}"
        if self._origin is None:
            self._origin = nanoseconds
        return f"{(nanoseconds - self._origin) / NANOSECONDS:>12.6f}"


def _sap(sap: int | None) -> str:
    return "-" if sap is None else str(sap)
