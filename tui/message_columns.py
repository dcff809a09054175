"""The columns that the list of messages can have: data, one row each."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.frames import NANOSECONDS, endpoints
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.index import Row
from dlms_analyzer.meaning import model_of
from dlms_analyzer.message_json import time_text
from dlms_analyzer.messages import Message
from dlms_analyzer.notes import Severity
from dlms_analyzer.output.lines import asked_text, said
from tui.session import Session
from tui.signs import GRADES
from tui.widgets.table import Column


class Listed:
    """A message in the list; what costs something is worked out once, when a column asks for it."""

    def __init__(self, session: Session, number: int) -> None:
        self.session = session
        self.number = number

    @cached_property
    def row(self) -> Row:
        """Its row of the index."""
        return self.session.table.row(self.number)

    @cached_property
    def message(self) -> Message:
        """The message as far as its own octets tell."""
        return self.session.glance(self.number)

    @cached_property
    def info(self) -> str:
        """What it means, where that is known, which is shorter than what it says; the tree below says all."""
        try:
            gist, meaning = said(self.message, self.session.meters, show_secrets=self.session.show_secrets)
        except CaptureError:  # its octets fell out of the ring of a live capture, or the file was made shorter
            return f"{self.row.service}  (octets no longer kept)"
        if meaning:
            return f"{gist.partition('  ')[0]}  {meaning}"
        name = self.name
        return f"{gist}  {name}" if name and self.row.sender is Sender.CLIENT else gist

    @property
    def name(self) -> str:
        """Name of the object that was asked for; empty where none or several were."""
        asked = self.row.asked
        if len(asked) != 1 or asked[0].class_id is None or asked[0].logical_name is None:
            return ""
        try:
            model = model_of(self.session.meters, self.message)
        except CaptureError:
            return ""
        return model.object_name(asked[0].class_id, asked[0].logical_name) or ""

    @property
    def since_start(self) -> float:
        """Seconds since the first message."""
        return (self.row.time - self.session.first_time) / NANOSECONDS

    @property
    def since_before(self) -> float:
        """Seconds since the message before it in the capture."""
        table = self.session.table
        return (self.row.time - table.row(self.number - 1).time) / NANOSECONDS if self.number > 1 else 0.0

    @property
    def ends(self) -> tuple[str, str]:
        """Source and destination."""
        conversation = self.row.conversation
        return endpoints((conversation.backward if self.row.direction else conversation.forward).flow)


_WHO: Final = {Sender.CLIENT: "C>S", Sender.SERVER: "S>C", Sender.UNKNOWN: " ? "}
_LOCKS: Final = {"ok": "ok", "no-key": "key?", "bad-tag": "BAD", "not-verified": "open", "error": "err"}
_LOCK_ROLES: Final = {"ok": "ok", "no-key": "locked", "bad-tag": "bad", "not-verified": "note", "error": "bad"}
_PUSHES: Final = frozenset({"data-notification", "event-notification-request", "information-report-request"})


def _saps(listed: Listed) -> str:
    association = listed.row.association
    if association is None:
        return ""
    client, server = association.client_sap, association.server_sap
    saps = f"{'-' if client is None else client}/{'-' if server is None else server}"
    return saps if association.server_lower is None else f"{saps}.{association.server_lower}"


def _milliseconds(listed: Listed) -> str:
    waited = listed.row.response_time
    return "" if waited is None else f"{waited * 1000:.1f}"


def _asked(listed: Listed) -> str:
    asked = listed.row.asked
    more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
    return asked_text(asked[0]) + more if asked else ""


def _lock(listed: Listed) -> str:
    verdict = listed.row.security
    return "" if verdict is None else _LOCKS.get(verdict.status, verdict.status)


def _lock_role(listed: Listed) -> str:
    verdict = listed.row.security
    return "" if verdict is None else _LOCK_ROLES.get(verdict.status, "")


def _grade(listed: Listed) -> str:
    severity = listed.row.severity
    return "" if severity is None else GRADES[severity]


def _grade_role(listed: Listed) -> str:
    severity = listed.row.severity
    return "" if severity is None else severity.value


def info_role(listed: Listed) -> str:
    """The style of what a message says: by trouble first, then by kind and sender."""
    row = listed.row
    if row.severity is Severity.ERROR:
        return "error"
    if row.result not in (None, "success"):
        return "warning"
    if row.kind is Kind.RAW:
        return "raw"
    if row.kind is Kind.LINK:
        return "link"
    if row.service in _PUSHES:
        return "push"
    return row.sender.value or ""


def _remarked(listed: Listed) -> str:
    remark = listed.session.remark(listed.number) if listed.session.notes else None
    return "" if remark is None else "*" if remark.bookmark else "n" if remark.note else ""


def _dim(_: Listed) -> str:
    return "dim"


COLUMNS: Final[tuple[Column[Listed], ...]] = (
    Column("mark", "", 1, _remarked, lambda _: "mark"),
    Column("number", "No.", 7, lambda one: f"{one.number}", _dim, right=True),
    Column("time", "Time", 11, lambda one: f"{one.since_start:.6f}", _dim, right=True, rank=2),
    Column("utc", "UTC", 27, lambda one: time_text(one.row.time), _dim, rank=8),
    Column("delta", "After", 11, lambda one: f"{one.since_before:.6f}", _dim, right=True, rank=8),
    Column("conversation", "Conv", 5, lambda one: f"#{one.row.conversation.number}", _dim, rank=6),
    Column("source", "Source", 21, lambda one: one.ends[0], _dim, rank=9),
    Column("destination", "Destination", 21, lambda one: one.ends[1], _dim, rank=9),
    Column("sender", "Way", 3, lambda one: _WHO[one.row.sender], lambda one: one.row.sender.value or "dim"),
    Column("saps", "SAPs", 7, _saps, _dim, rank=5),
    Column("profile", "Framing", 7, lambda one: one.row.profile, _dim, rank=9),
    Column("security", "Sec", 4, _lock, _lock_role, rank=3),
    Column("expert", "!", 3, _grade, _grade_role, rank=1),
    Column("outer", "Sent as", 20, lambda one: one.row.outer, _dim, rank=9),
    Column("service", "Service", 22, lambda one: one.row.service, info_role, rank=9),
    Column("object", "Object", 30, _asked, rank=9),
    Column("result", "Result", 14, lambda one: one.row.result or "", rank=9),
    Column("size", "Octets", 6, lambda one: str(one.session.table.size(one.number)), _dim, right=True, rank=7),
    Column("response", "ms", 8, _milliseconds, _dim, right=True, rank=4),
    Column("info", "What it says", 20, lambda one: one.info, info_role, grow=1),
)  # fmt: skip
"""Every column, in the order in which they stand."""

DEFAULT_COLUMNS: Final = (
    "mark", "number", "time", "conversation", "sender", "saps", "security", "expert", "response", "info",
)  # fmt: skip
"""Keys of the columns that are shown unless the user chose others."""
