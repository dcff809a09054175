"""Findings for people, and the page of the guide that lists them."""

from __future__ import annotations

from dlms_analyzer.audit import Finding
from dlms_analyzer.output import findings
from dlms_analyzer.output.style import Style
from dlms_analyzer.security.keys import Secret
from tests.support import REPOSITORY

KEY = bytes.fromhex("8F1C3A77D20E94B65B0C6EA1F3297D48")
FINDING = Finding(
    code="well-known-key", text="the guek: a \x1b[31msample", address="192.0.2.7:4059",
    system_title=bytes.fromhex("4D54520000000007"), client_sap=1, server_sap=17, server_lower=3, association=4,
    associations=12, messages=(5, 6), count=1_234, secret=Secret(KEY),
)  # fmt: skip


def test_the_table_in_the_guide_is_the_one_that_the_rules_make() -> None:
    page = (REPOSITORY / "docs" / "audit.md").read_text(encoding="utf-8")
    start = page.index("### Critical")
    assert page[start:] == findings.page(), "put what python -m dlms_analyzer.output.findings prints at its end"


def test_a_finding_says_where_what_why_and_what_to_do_and_keeps_the_secret() -> None:
    lines = list(findings.finding_lines(FINDING, Style(False)))
    assert lines[:4] == [
        "critical: A key that everybody knows is in use [well-known-key]",
        "    meter 192.0.2.7:4059, SAP 1/17.3, system title 4D54520000000007",
        "    the guek: a \\x1b[31msample (<16 octets>)",
        "    messages 5, 6 … 1,234 in all; association 4 and 11 more",
    ]
    assert lines[4].startswith("    why: Keys from samples")
    assert lines[5].startswith("    do:  Put random keys")


def test_the_secret_is_shown_when_it_is_asked_for() -> None:
    assert KEY.hex() not in "\n".join(findings.finding_lines(FINDING, Style(False))).lower()
    assert KEY.hex() in "\n".join(findings.finding_lines(FINDING, Style(False), show_secrets=True)).lower()
    assert KEY.hex() not in repr(FINDING).lower()
