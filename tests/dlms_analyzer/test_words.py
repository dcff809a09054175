"""Words: how many of what."""

from __future__ import annotations

import pytest

from dlms_analyzer.words import counted


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 messages"), (1, "1 message"), (2, "2 messages"), (20_000, "20,000 messages")]
)
def test_only_one_is_single(count: int, text: str) -> None:
    assert counted(count, "message") == text
