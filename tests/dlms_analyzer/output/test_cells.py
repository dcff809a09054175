"""Cells of tables: cut where a terminal ends, harmless in a spreadsheet."""

from __future__ import annotations

import io

import pytest

from dlms_analyzer.output.cells import csv_text, csv_writer, fitted, width_of


def test_a_long_text_ends_in_an_ellipsis_where_the_room_ends() -> None:
    assert fitted("voltage", 7) == "voltage"
    assert fitted("voltage", 5) == "volt…"
    assert fitted("voltage", None) == "voltage"


def test_a_stream_that_is_no_terminal_has_no_width() -> None:
    assert width_of(io.StringIO()) is None


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (-5, -5),
        ("-5.20", "-5.20"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@sum", "'@sum"),
        ("two\nlines\x1b[2J", "two\\nlines\\x1b[2J"),
        ({"scaler": -3}, '{"scaler": -3}'),
    ],
)
def test_what_a_meter_sends_cannot_become_a_formula_or_a_second_row(value: object, cell: object) -> None:
    assert csv_text(value) == cell


def test_a_row_of_csv_is_quoted_where_it_needs_to_be() -> None:
    out = io.StringIO()
    csv_writer(out)(["a,b", 1, 'say "x"'])
    assert out.getvalue() == '"a,b",1,"say ""x"""\n'
