"""Expert codes: each one is declared, documented, and given by something."""

from __future__ import annotations

import ast
import re

import pytest

from dlms_analyzer.notes import CODES, Expert
from tests.support import REPOSITORY

SOURCES = [
    path.read_text(encoding="utf-8")
    for floor in ("dlms_analyzer", "scapy_layers")
    for path in sorted((REPOSITORY / floor).rglob("*.py"))
    if path.name != "notes.py"
]


def codes_given() -> set[str]:
    """The codes that stand as literals where the engine makes a note."""
    given = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Expert":
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    given.add(str(code.value))
    return given


def test_no_note_is_given_with_a_code_that_is_not_declared() -> None:
    assert codes_given()
    assert codes_given() - set(CODES) == set()


@pytest.mark.parametrize("code", CODES)
def test_a_declared_code_is_given_somewhere(code: str) -> None:
    assert any(f'"{code}"' in source for source in SOURCES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_kebab_case_and_says_what_was_seen_and_what_to_do(code: str) -> None:
    _, _, meaning, advice = CODES[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    for text in (meaning, advice):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "|" not in text


def test_a_note_has_the_severity_of_its_code() -> None:
    assert [Expert(code, "").severity for code in CODES] == [code.severity for code in CODES.values()]
