"""Values as series of numbers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from dlms_analyzer.objects import AttributeRef, History
from dlms_analyzer.objects.numbers import column_series, history_series, number_of, numeric_columns
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, PROFILE, columns, get, the_meter
from tests.dlms_analyzer.script import START, Script

VALUE, BUFFER = AttributeRef(3, ENERGY, None, 2), AttributeRef(7, PROFILE, None, 2)
HOUR = 3_600_000_000_000


@pytest.mark.parametrize(
    ("value", "scaled", "number"),
    [(5, None, 5.0), (5, Decimal("0.05"), 0.05), ("5", None, None), (True, None, None), (float("nan"), None, None)],
)
def test_numbers_are_told_from_what_only_looks_like_them(value: object, scaled: Decimal | None, number: object) -> None:
    assert number_of(value, scaled) == number


def test_a_history_is_a_series_in_its_unit_and_counts_what_is_no_number(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 3, KWH)
    for value in range(40):
        get(script, 3, ENERGY, 2, (6, value))
    get(script, 3, ENERGY, 2, (0, None))
    history = History(the_meter(script, tmp_path), VALUE)
    for _ in history.collect():
        pass
    steps = [len(one) for one in history_series(history, "energy")]
    *_, series = history_series(history, "energy")
    assert steps == sorted(steps)
    assert (series.name, series.unit, series.left_out) == ("energy", "Wh", 1)
    assert list(series.values) == list(range(0, 40_000, 1_000))
    assert series.at[0] == history.time(0)


def profile(tmp_path: Path, *rows: tuple[tuple[int, object], ...]) -> object:
    script = Script()
    get(script, 7, PROFILE, 3, columns((8, CLOCK, 2), (3, ENERGY, 2)))
    get(script, 7, PROFILE, 2, (1, tuple((2, row) for row in rows)))
    value = the_meter(script, tmp_path).latest(BUFFER)
    assert value is not None
    return value.table


def stamp(hour: int) -> tuple[int, object]:
    return 9, bytes.fromhex("07ea010104") + bytes((hour, 0, 0, 0, 0, 0, 0))


def test_a_column_is_a_series_at_the_times_of_its_rows(tmp_path: Path) -> None:
    table = profile(tmp_path, (stamp(2), (6, 20)), (stamp(1), (6, 10)), (stamp(3), (9, b"off")), ((9, b"?"), (6, 1)))
    assert numeric_columns(table) == [1]  # type: ignore[arg-type]
    series = column_series(table, 1)  # type: ignore[arg-type]
    assert (list(series.at), list(series.values)) == ([START + HOUR, START + 2 * HOUR], [10.0, 20.0])
    assert series.left_out == 2


def test_a_column_without_times_is_a_series_by_row(tmp_path: Path) -> None:
    table = profile(tmp_path, ((9, b"a"), (6, 20)), ((9, b"b"), (6, 10)))
    assert len(column_series(table, 1)) == 0  # type: ignore[arg-type]
    series = column_series(table, 1, by_row=True)  # type: ignore[arg-type]
    assert (list(series.at), list(series.values)) == ([1, 2], [20.0, 10.0])
