"""Findings for people: a few lines each. And the page of the user guide that lists what the audit looks for."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from dlms_analyzer.audit import RULES, Finding, Grade
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.style import Style
from dlms_analyzer.security.keys import shown

_COLOURS = {Grade.CRITICAL: "error", Grade.HIGH: "error", Grade.MEDIUM: "warning", Grade.LOW: "note"}


def finding_lines(finding: Finding, style: Style, show_secrets: bool = False) -> Iterator[str]:
    """A finding on a few lines."""
    grade = finding.severity
    yield style(_COLOURS.get(grade, "dim"), f"{grade.value}: {finding.title} [{finding.code}]")
    title = "" if finding.system_title is None else f", system title {finding.system_title.hex().upper()}"
    lower = "" if finding.server_lower is None else f".{finding.server_lower}"
    yield escape(f"    meter {finding.address}, SAP {finding.client_sap}/{finding.server_sap}{lower}{title}")
    secret = f" ({shown(finding.secret, show_secrets)})" if finding.secret is not None else ""
    yield escape(f"    {finding.text}{secret}")
    yield f"    {_where(finding)}"
    yield f"    why: {finding.why}"
    yield f"    do:  {finding.advice}"


def _where(finding: Finding) -> str:
    numbers = ", ".join(map(str, finding.messages))
    if finding.count > len(finding.messages):
        numbers += f" … {finding.count:,} in all"
    text = f"message{'s' if finding.count > 1 else ''} {numbers}; association {finding.association}"
    return text if finding.associations == 1 else f"{text} and {finding.associations - 1:,} more"


def page() -> str:
    """The part of `docs/audit.md` that lists what the audit looks for, as Markdown."""
    lines = []
    for grade in Grade:
        lines += [f"### {grade.value.capitalize()}", "", "| code | what was seen | why it matters | what to do |"]
        lines += ["|---|---|---|---|"]
        lines += [
            f"| `{code}` | {rule.title}. | {rule.why} | {rule.advice} |"
            for code, rule in RULES.items()
            if rule.grade is grade
        ]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
