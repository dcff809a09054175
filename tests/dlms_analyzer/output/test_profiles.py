"""Readings of profiles as tables."""

from __future__ import annotations

from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.cosem.profile import Table
from dlms_analyzer.output.profiles import profile_csv_heading, profile_csv_rows, profile_dicts, profile_lines
from dlms_analyzer.output.style import Style
from dlms_analyzer.values import READ, Value

PLAIN = Style(enabled=False)
PROFILE, CLOCK, ENERGY = parse("1-0:99.1.0"), parse("0-0:1.0.0"), parse("1-0:1.8.0")
MOMENT = bytes.fromhex("07ea0b16070c000000000000")


def captured(class_id: int, name: bytes) -> tuple[int, object]:
    return 2, ((18, class_id), (9, name), (15, 2), (18, 0))


def reading() -> tuple[Value, Table]:
    """Two rows a quarter of an hour apart; of the second, the meter left out the time."""
    meter = MeterModel()
    meter.note(7, PROFILE, 3, (1, (captured(8, CLOCK), captured(3, ENERGY))))
    meter.note(7, PROFILE, 4, (6, 900))
    meter.note(3, ENERGY, 3, (2, ((15, -1), (22, 30))))
    rows = (1, ((2, ((9, MOMENT), (6, 12340))), (2, ((0, None), (6, 12355)))))
    value = Value(0, 7, meter, 7, PROFILE, None, 2, rows, READ)
    table = value.table
    assert table is not None
    return value, table


def test_columns_are_named_with_their_unit_and_what_was_filled_in_is_marked() -> None:
    heading, codes, names, first, second, legend = profile_lines(*reading(), PLAIN)
    assert "2 rows" in heading
    assert codes.split() == ["0-0:1.0.0.255", "1-0:1.8.0.255"]
    assert "active energy import (total) [Wh]" in names
    assert first.endswith("1234.0")
    assert "2026-11-22T12:15:00+00:00*" in second
    assert "filled in" in legend


def test_a_table_is_cut_where_the_terminal_ends() -> None:
    assert max(map(len, profile_lines(*reading(), PLAIN, 40))) == 40


def test_csv_has_exact_numbers_in_the_unit_that_the_heading_names() -> None:
    value, table = reading()
    assert profile_csv_heading(table) == ["message", "meter", "clock", "active energy import (total) [Wh]"]
    assert [row[2:] for row in profile_csv_rows(value, table)] == [
        ["2026-11-22T12:00:00+00:00", "1234.0"],
        ["2026-11-22T12:15:00+00:00", "1235.5"],
    ]


def test_an_object_for_each_row_says_what_was_worked_out() -> None:
    first, second = profile_dicts(*reading())
    assert first["values"]["1.0.1.8.0.255"] == 12340
    assert second["scaled"]["1.0.1.8.0.255"] == 1235.5
    assert (first["worked_out"], second["worked_out"]) == ({}, {"0.0.1.0.0.255": "filled"})
    assert second["units"] == {"0.0.1.0.0.255": None, "1.0.1.8.0.255": "Wh"}


def test_a_reading_without_rows_is_its_heading_alone() -> None:
    value, _ = reading()
    empty = value._replace(data=(1, ()))
    assert empty.table is not None
    (heading,) = profile_lines(empty, empty.table, PLAIN)
    assert heading.endswith("0 rows")
