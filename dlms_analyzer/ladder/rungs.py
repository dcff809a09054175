"""A rung: an exchange, a message that belongs to none, or something that happened between messages."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from dlms_analyzer.associations.association import Association
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.index.table import Verdict
from dlms_analyzer.items import Asked
from dlms_analyzer.notes import Severity
from dlms_analyzer.security.protection import BAD_TAG, ERROR, NO_KEY, NOT_VERIFIED, OK


class RungKind(Enum):
    """What a rung stands for."""

    MESSAGE = "message"
    EXCHANGE = "exchange"
    """A request with everything that answers it."""
    TRANSFER = "transfer"
    """Blocks of one side that carry an APDU nobody asked for, with their acknowledgements."""
    GAP = "gap"
    """Octets or segments that are not in the capture."""
    SILENCE = "silence"
    """Nobody says anything for long."""
    BEGIN = "begin"
    """Another association begins."""
    END = "end"
    """The connection below ended, and no message says so."""
    AGAIN = "again"
    """Octets that came before: TCP segments sent again."""


class Protection(Enum):
    """How what protects a message was dealt with; the later, the worse."""

    CLEAR = "not protected"
    OPENED = "opened"
    UNVERIFIED = "opened, not verified"
    LOCKED = "locked"
    BAD = "bad"


class Reply(Enum):
    """What became of the answer of an exchange."""

    NOT_DUE = "no answer is due"
    WAITING = "not answered yet"
    MISSING = "no answer"
    UNFINISHED = "not complete"
    COMPLETE = "complete"


PROTECTIONS: Final = tuple(Protection)
"""By how bad they are."""

_BY_STATUS: Final = {
    OK: Protection.OPENED,
    NOT_VERIFIED: Protection.UNVERIFIED,
    NO_KEY: Protection.LOCKED,
    BAD_TAG: Protection.BAD,
    ERROR: Protection.BAD,
}


def protection_by_status(status: str) -> Protection:
    """What the status of a verdict comes to."""
    return _BY_STATUS.get(status, Protection.BAD)


def protection_of(verdict: Verdict | None) -> Protection:
    """What a verdict of the security stage comes to."""
    return Protection.CLEAR if verdict is None else protection_by_status(verdict.status)


Pair = tuple[int | None, int | None, int | None]
"""SAP of the client, SAP and lower HDLC address of the server."""


def beginning_text(association: Association | None, before: Association | None) -> str:
    """Which association begins, and after which one of the same SAPs.

    Args:
        association: that begins; None when it is not known.
        before: the one that the same SAPs had before; None for the first one.
    """
    if association is None:
        return ""
    text = f"association {association.number}: client {association.client_sap}, server {association.server_sap}"
    if association.server_lower is not None:
        text += f".{association.server_lower}"
    if before is not None:
        end = before.state.value if before.ended else f"{before.state.value}, and never released"
        text += f", after association {before.number} ({end})"
    return text


class Rung(NamedTuple):
    """A rung of a ladder."""

    position: int
    """From 0."""
    kind: RungKind
    first: int
    """Number of the first message; of what happened between messages, of the message that shows it."""
    last: int
    """Number of the latest message."""
    answer: int | None
    """Number of the latest message of the server, when a client began."""
    messages: int
    """How many; 0 for what happened between messages."""
    time: int
    """Of the first message, nanoseconds since 1970 UTC."""
    since: int | None
    """Nanoseconds since the rung before; None on the first one."""
    association: Association | None
    sender: Sender
    """Of the first message."""
    service: str
    """Of the first message."""
    asked: tuple[Asked, ...]
    result: str | None
    """`success`, or the first other result; None while there is none."""
    refused: bool
    """Some access was refused, or the whole request."""
    octets: int
    """Of all messages, link framing removed."""
    latency: int | None
    """Nanoseconds from the request to the message that `answer` names."""
    repeated: bool
    """A message of it was sent again."""
    protection: Protection
    """The worst of its messages."""
    severity: Severity | None
    """Of the gravest note on its messages."""
    reply: Reply
    text: str
    """What happened between messages, in words that may come from the wire; empty for messages."""
