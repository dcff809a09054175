"""Values as lines that fit a terminal, and as rows of a spreadsheet."""

from __future__ import annotations

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.values import CSV_COLUMNS, ValueLines, csv_row, object_text
from dlms_analyzer.values import READ, Value
from tests.support import sample_captures

PLAIN = Style(enabled=False)
ENERGY = parse("1-0:1.8.0")


def a_value(data: tuple[int, object], attribute: int = 2, class_id: int = 3) -> Value:
    meter = MeterModel()
    meter.note(3, ENERGY, 3, (2, ((15, -1), (22, 30))))
    return Value(0, 7, meter, class_id, ENERGY, None, attribute, data, READ)


def test_a_line_says_object_name_and_scaled_value() -> None:
    line = ValueLines(PLAIN).line(a_value((6, 12345)))
    assert "1970-01-01 00:00:00" in line
    assert "1-0:1.8.0.255" in line
    assert line.endswith("1.2345 kWh")


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = ValueLines(PLAIN, width)
    assert len(lines.heading()) <= width
    for path in sample_captures():
        for value in dlms.open(path).values:
            assert len(lines.line(value)) <= max(width, 75), path


def test_text_of_a_meter_cannot_move_the_cursor() -> None:
    value = a_value((10, b"\x1b[2J"), class_id=1)
    value.meter.logical_device_name = "\x1b[31m"
    assert "\x1b" not in ValueLines(PLAIN).line(value)
    assert "\x1b" not in str(csv_row(value)).replace("\\x1b", "")


def test_a_value_that_does_not_fit_its_attribute_says_so() -> None:
    line = ValueLines(PLAIN).line(a_value((9, b"x"), attribute=3))
    assert "expected" in line


def test_a_row_of_a_spreadsheet_has_the_exact_number_in_the_unit_of_the_object() -> None:
    row = dict(zip(CSV_COLUMNS, csv_row(a_value((6, 12340))), strict=True))
    assert (row["value"], row["unit"], row["class"], row["attribute_name"]) == ("1234.0", "Wh", "Register", "value")


def test_a_secret_stands_in_no_line_and_no_row() -> None:
    secret = Value(0, 1, MeterModel(), 15, parse("0-0:40.0.0"), None, 7, (9, b"12345678"), READ)
    assert ValueLines(PLAIN).line(secret).endswith("not shown")
    assert "not shown" in csv_row(secret)
    assert "31 32" in ValueLines(PLAIN, show_secrets=True).line(secret) or "3132" in str(
        csv_row(secret, show_secrets=True)
    )


def test_an_object_that_is_not_known_is_its_short_name_or_a_question_mark() -> None:
    assert object_text(Value(0, 1, MeterModel(), None, None, 0x5008, None, (6, 5), READ)) == "short name 5008"
    assert object_text(Value(0, 1, MeterModel(), None, None, None, None, (6, 5), READ)) == "?"
