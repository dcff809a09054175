"""What the audit looks for: each code is declared, explained, and given by a check."""

from __future__ import annotations

import re

import pytest

from dlms_analyzer.audit.rules import RULES, Grade
from dlms_analyzer.notes import CODES
from tests.support import REPOSITORY

SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((REPOSITORY / "dlms_analyzer" / "audit").glob("*.py"))
    if path.name != "rules.py"
)


@pytest.mark.parametrize("code", RULES)
def test_a_declared_finding_is_given_by_a_check(code: str) -> None:
    assert f'"{code}"' in SOURCES


def test_no_check_gives_a_finding_that_is_not_declared() -> None:
    given = set(re.findall(r'case\.add\(\s*"([a-z0-9-]+)"', SOURCES))
    assert "password-in-clear" in given
    assert given <= set(RULES)


@pytest.mark.parametrize("code", RULES)
def test_a_finding_has_a_name_in_kebab_case_a_title_a_reason_and_an_advice(code: str) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)
    assert not rule.title.endswith(".")
    for text in (rule.why, rule.advice):
        assert text.endswith(".")
    for text in (rule.title, rule.why, rule.advice):
        assert text[0].isupper()
        assert "|" not in text


def test_the_findings_are_declared_worst_first() -> None:
    grades = list(Grade)
    order = [grades.index(rule.grade) for rule in RULES.values()]
    assert order == sorted(order)


def test_a_finding_that_is_an_expert_note_too_has_its_code() -> None:
    assert {"nonce-reuse", "bad-tag", "hls-failed", "counter-refused", "counter-exhaustion"} <= set(RULES) & set(CODES)
