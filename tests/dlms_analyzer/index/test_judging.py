"""Three-valued answers to filters, by the columns alone."""

from __future__ import annotations

import pytest

from dlms_analyzer.filters import compile_filter
from dlms_analyzer.index.judging import Judge
from tests.dlms_analyzer.index.test_table import a_refused_get

YES, NO, MAYBE = "yes", "no", "maybe"


def answers(text: str) -> list[str]:
    """The answers for a request, its refusal, and a response too many."""
    _, table = a_refused_get()
    sure, possible = Judge(table, compile_filter(text)).answers(1, len(table))
    return [YES if one else MAYBE if other else NO for one, other in zip(sure, possible, strict=True)]


UNSURE = "dlms.invoke_id == 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [YES, YES, YES]),
        ("dlms.sender == client", [YES, NO, NO]),
        ("cosem.result == read-write-denied", [NO, YES, MAYBE]),
        ("cosem.logical_name == 1-0:1.8.0", [YES, YES, NO]),
        ("dlms.exchange", [YES, YES, NO]),
        ("dlms.response_time", [NO, YES, NO]),
        ("expert.code == unexpected-response", [MAYBE, MAYBE, YES]),
        ("expert.code != unexpected-response", [MAYBE, MAYBE, NO]),
        ("hdlc.control", [NO, NO, NO]),
        ("security.status", [NO, NO, NO]),
        (UNSURE, [MAYBE, MAYBE, MAYBE]),
        (f"!({UNSURE})", [MAYBE, MAYBE, MAYBE]),
        (f"dlms.sender == client && {UNSURE}", [MAYBE, NO, NO]),
        (f"dlms.sender == client || {UNSURE}", [YES, MAYBE, MAYBE]),
        (f"!(dlms.sender == client || {UNSURE})", [NO, MAYBE, MAYBE]),
    ],
)
def test_columns_say_yes_no_or_that_octets_have_to_tell(text: str, expected: list[str]) -> None:
    assert answers(text) == expected
