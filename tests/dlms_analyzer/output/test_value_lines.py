"""A value in full, line by line."""

from __future__ import annotations

import pytest

from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.output import value_lines as module
from dlms_analyzer.output.value_lines import ValueLine, value_lines
from dlms_analyzer.values import READ, Value

ENERGY = parse("1-0:1.8.0")


def a_value(data: tuple[int, object], class_id: int = 3, attribute: int = 2, name: bytes = ENERGY) -> Value:
    meter = MeterModel()
    meter.note(3, ENERGY, 3, (2, ((15, 3), (22, 30))))
    return Value(0, 7, meter, class_id, name, None, attribute, data, READ)


def test_a_number_says_what_it_is_with_its_unit_and_what_was_sent() -> None:
    assert list(value_lines(a_value((6, 1234)))) == [
        ValueLine(0, "value", "1234 kWh", "value"),
        ValueLine(0, "as number", "1234000 Wh"),
        ValueLine(0, "time", "1970-01-01T00:00:00.000000Z"),
        ValueLine(0, "origin", "read, message 7"),
        ValueLine(0, "told by", "scaler_unit of 1-0:1.8.0*255: 1000 Wh", "dim"),
        ValueLine(0, "as sent", "", "heading"),
        ValueLine(1, "double-long-unsigned", "1234", "dim"),
    ]


def test_a_structure_is_a_tree_of_its_elements() -> None:
    captured = (1, ((2, ((18, 8), (9, bytes((0, 0, 1, 0, 0, 255))), (15, 2), (18, 0))),))
    lines = list(value_lines(a_value(captured, 7, 3, parse("1-0:99.1.0"))))
    names = [line.name for line in lines]
    element, *inside = lines[names.index("elements") + 1 : names.index("as sent")]
    assert (element.depth, element.name) == (1, "[0]")
    assert [(line.depth, line.text) for line in inside][:2] == [(2, "Clock (8)"), (2, "0-0:1.0.0.255 clock")]
    sent = lines[names.index("as sent") + 1 :]
    assert [(line.depth, line.name, line.text) for line in sent[:3]] == [
        (1, "array", "1 element"),
        (2, "structure", "4 elements"),
        (3, "long-unsigned", "8"),
    ]


def test_a_value_that_does_not_fit_says_why() -> None:
    lines = {line.name: line for line in value_lines(a_value((2, ((3, 1),)), class_id=8, attribute=2))}
    assert lines["problem"].role == "warning"
    assert lines["problem"].text


def test_a_secret_is_told_by_its_name_only() -> None:
    secret = a_value((9, b"Secret01"), 15, 7, parse("0-0:40.0.0"))
    hidden = "".join(map(str, value_lines(secret)))
    assert "the secret of the association" in hidden
    assert b"Secret01".hex() not in hidden
    assert b"Secret01".hex() in "".join(map(str, value_lines(secret, show_secrets=True)))


def test_lines_of_a_very_long_value_are_left_out_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINES", 3)
    lines = list(value_lines(a_value((1, tuple((17, one) for one in range(9))), class_id=1)))
    assert [line.text for line in lines[-4:]] == [
        "9 elements",
        "0",
        "1",
        "more lines are left out; an export has them all",
    ]
