"""Patterns of display filters: harmless ones only."""

from __future__ import annotations

import pytest

from dlms_analyzer.filters.patterns import MAX_CHOICES, MAX_PATTERN, compile_pattern


@pytest.mark.parametrize("text", ["^get-.*-normal$", r"\d+\.\d", "(a|b)c", "[*+?]{2}", r"\*\*\*", "(?:x+)", "(?i)a?"])
def test_an_ordinary_pattern_is_taken(text: str) -> None:
    assert compile_pattern(text).pattern == text


def test_case_does_not_matter() -> None:
    assert compile_pattern("AARQ").search("aarq")


@pytest.mark.parametrize(
    "text",
    ["(a+)+", "(a*)*b", "((a?))*", "(a|aa)+", "(?:a|b){5}", "a*a*a*b", "a?" * (MAX_CHOICES + 1)],
)
def test_a_pattern_that_may_take_for_ever_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(text)


@pytest.mark.parametrize("text", ["(", "[a", "*", r"\1", "a{99999999999999999999}", "x" * (MAX_PATTERN + 1)])
def test_what_is_no_pattern_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(text)
