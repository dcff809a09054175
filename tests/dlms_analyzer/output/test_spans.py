"""Spans of time for people."""

from __future__ import annotations

import pytest

from dlms_analyzer.output.spans import span_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 us"), (0.000151, "151 us"), (0.0841, "84.1 ms"), (1.434, "1.43 s"), (125.9, "2:05 min"),
        (10_861.0, "3:01 h"), (-0.5, "-500.0 ms"),
    ],
)  # fmt: skip
def test_a_span_is_told_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
