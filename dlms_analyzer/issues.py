"""Issues: expert notes and findings of the audit side by side, each with why it matters and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple

from dlms_analyzer.audit import Finding
from dlms_analyzer.expert_summary import NoteGroup
from dlms_analyzer.meaning import place_at
from dlms_analyzer.notes import CODES
from dlms_analyzer.security.keys import Secret

GRADES: Final = ("critical", "high", "error", "medium", "warning", "low", "note", "information", "chat")
"""Grades of findings and severities of notes, worst first."""


class Origin(Enum):
    """Who says it."""

    AUDIT = "audit"
    NOTES = "expert notes"


class Issue(NamedTuple):
    """Something about a meter that is worth a person's attention.

    Attributes:
        origin: who says it.
        grade: one of `GRADES`.
        code: of the finding or the notes.
        title: what was seen, in general.
        text: what was seen first; empty when it has to be looked up at the message.
        why: why it matters; empty for notes, whose title says it.
        advice: what to do about it.
        place: where the meter is.
        system_title: of the meter; None when it was not seen.
        name: what the user calls the meter; empty when that is nothing.
        total: how many messages show it.
        messages: their numbers; of many, those that were kept.
        secret: the key or password in question; None when there is none.
    """

    origin: Origin
    grade: str
    code: str
    title: str
    text: str
    why: str
    advice: str
    place: str
    system_title: bytes | None
    name: str
    total: int
    messages: Sequence[int]
    secret: Secret | None = None

    @property
    def meter(self) -> str:
        """What to call the meter: its name, its system title, or where it is."""
        return self.name or (self.place if self.system_title is None else self.system_title.hex().upper())


class Heading(NamedTuple):
    """What the issues behind it, up to the next heading, have in common.

    Attributes:
        text: a code with what it means, or a meter.
        grade: the worst of them.
        issues: how many.
        messages: how many show one of them; those that show two are counted twice.
    """

    text: str
    grade: str
    issues: int
    messages: int


class Grouping(Enum):
    """In which order issues are told."""

    WORST = "worst first"
    CODE = "by code"
    METER = "by meter"


def issues_of(
    findings: Iterable[Finding], groups: Iterable[NoteGroup], called: Mapping[str, str] | None = None
) -> list[Issue]:
    """Findings and groups of notes as issues, worst first.

    Args:
        findings: of the audit.
        groups: of expert notes.
        called: what the user calls meters, by system title in hex.
    """
    names = called or {}
    found = [_of_finding(finding, names) for finding in findings] + [_of_notes(group, names) for group in groups]
    return sorted(found, key=lambda issue: (GRADES.index(issue.grade), -issue.total))


def grouped(issues: Sequence[Issue], grouping: Grouping) -> list[Heading | Issue]:
    """Issues with headings between them; groups with the worst issues come first.

    Args:
        issues: worst first.
        grouping: what they are grouped by.
    """
    if grouping is Grouping.WORST:
        return list(issues)
    key: Callable[[Issue], str] = _heading_of_code if grouping is Grouping.CODE else _heading_of_meter
    groups: dict[str, list[Issue]] = {}
    for issue in issues:
        groups.setdefault(key(issue), []).append(issue)
    rows: list[Heading | Issue] = []
    for text, some in groups.items():
        rows += [Heading(text, some[0].grade, len(some), sum(issue.total for issue in some)), *some]
    return rows


def _heading_of_code(issue: Issue) -> str:
    return f"{issue.code}: {issue.title}"


def _heading_of_meter(issue: Issue) -> str:
    return issue.place if issue.meter == issue.place else f"{issue.meter} at {issue.place}"


def _of_finding(finding: Finding, names: Mapping[str, str]) -> Issue:
    place = place_at(finding.address, finding.server_sap, finding.server_lower)
    return Issue(
        Origin.AUDIT, finding.severity.value, finding.code, finding.title, finding.text, finding.why, finding.advice,
        place, finding.system_title, _name(finding.system_title, names), finding.count, finding.messages,
        finding.secret,
    )  # fmt: skip


def _of_notes(group: NoteGroup, names: Mapping[str, str]) -> Issue:
    code = CODES[group.code]
    return Issue(
        Origin.NOTES, code.severity.value, group.code, code.meaning, "", "", code.advice, group.place,
        group.system_title, _name(group.system_title, names), len(group.numbers), group.numbers,
    )  # fmt: skip


def _name(title: bytes | None, names: Mapping[str, str]) -> str:
    return "" if title is None else names.get(title.hex(), "")
