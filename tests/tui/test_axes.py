"""The marks of axes: round places, and words that tell them apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.axes import NANOSECONDS, number_marks, time_marks

NOON = 1_794_484_800 * NANOSECONDS
"""2026-11-12 12:00:00 UTC."""


@pytest.mark.parametrize(
    ("least", "greatest", "texts"),
    [
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (-0.03, 0.04, ["-0.02", "0.00", "0.02", "0.04"]),
        (98.5, 101.2, ["99", "100", "101"]),
        (0, 4e15, ["0", "1e+15", "2e+15", "3e+15", "4e+15"]),
    ],
)
def test_marks_of_numbers_are_round(least: float, greatest: float, texts: list[str]) -> None:
    assert [mark.text for mark in number_marks(least, greatest, 5)] == texts


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.integers(1, 40))
@example(1801439851.0, 1e-06, 5)
def test_there_are_never_more_marks_than_there_is_room_for(least: float, room: float, count: int) -> None:
    if least + room > least:
        marks = number_marks(least, least + room, count)
        assert len(marks) <= count + 1


@pytest.mark.parametrize(
    ("seconds", "texts"),
    [
        (2, ["12:00:00.000", "12:00:00.500", "12:00:01.000", "12:00:01.500", "12:00:02.000"]),
        (60, ["12:00:00", "12:00:15", "12:00:30", "12:00:45", "12:01:00"]),
        (4 * 3_600, ["12:00", "13:00", "14:00", "15:00", "16:00"]),
        (24 * 3_600, ["12:00", "18:00", "2026-11-13", "06:00", "12:00"]),
        (4 * 86_400, ["2026-11-13", "2026-11-14", "2026-11-15", "2026-11-16"]),
    ],
)
def test_marks_of_times_say_as_much_as_tells_them_apart(seconds: int, texts: list[str]) -> None:
    assert [mark.text for mark in time_marks(NOON, NOON + seconds * NANOSECONDS, 4)] == texts


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**61), st.integers(1, 40))
def test_no_stretch_of_time_is_too_short_or_too_long_for_marks(first: int, room: int, count: int) -> None:
    marks = time_marks(first, first + room, count)
    assert len(marks) <= count + 1
    assert all(first <= mark.at <= first + room for mark in marks)
