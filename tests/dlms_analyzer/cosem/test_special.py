"""Objects whose logical name says more than their type."""

from __future__ import annotations

import pytest

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.names import Names
from dlms_analyzer.cosem.obis import parse


@pytest.mark.parametrize(
    ("code", "number", "value", "words"),
    [
        ("0-0:1.1.0", 1795347326, "2026-11-22T11:35:26+00:00", "2026-11-22T11:35:26+00:00 (1795347326)"),
        ("0-0:97.98.0", 1 << 9, 512, "RAM error (0x00000200)"),
        ("0-0:97.98.0", 0, 0, "no alarm (0x00000000)"),
        ("0-0:96.11.0", 18, 18, "firmware activated (18)"),
        ("0-0:96.11.0", 250, 250, "250 (not listed)"),
    ],
)
def test_numbers_mean_something_by_their_object(code: str, number: int, value: object, words: str) -> None:
    found = MeterModel(Names(regions=("idis",))).interpret(1, parse(code), 2, (6, number))
    assert (found.value, found.words) == (value, words)


def test_event_codes_need_a_project() -> None:
    assert MeterModel().interpret(1, parse("0-0:96.11.0"), 2, (17, 18)).words == "18"


@pytest.mark.parametrize("code", ["0-0:1.1.0", "0-0:97.98.0", "0-0:96.11.0"])
def test_another_type_is_shown_as_it_is(code: str) -> None:
    found = MeterModel(Names(regions=("idis",))).interpret(1, parse(code), 2, (9, b"text"))
    assert found.value == "text"
