"""The objects of a meter as a tree."""

from __future__ import annotations

from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.object_tree import object_tree
from dlms_analyzer.output.object_tree import meter_lines
from dlms_analyzer.output.style import Style
from dlms_analyzer.values import READ, Value

PLAIN = Style(enabled=False)
ENERGY = parse("1-0:1.8.0")


def lines(meter: MeterModel, *values: Value, width: int | None = None) -> list[str]:
    return list(meter_lines(meter, object_tree(meter, values), PLAIN, width))


def test_an_object_has_its_class_and_each_attribute_its_value() -> None:
    meter = MeterModel()
    meter.key = "192.0.2.7/1"
    meter.logical_device_name = "LGZ1030655933512"
    meter.note(3, ENERGY, 3, (2, ((15, 0), (22, 30))))
    head, thing, value = lines(meter, Value(0, 1, meter, 3, ENERGY, None, 2, (6, 1234567), READ))
    assert head == "LGZ1030655933512  192.0.2.7/1  1 object, object list not seen"
    assert thing == "  1-0:1.8.0.255  active energy import (total)  (Register 3)"
    assert value.split() == ["2", "value", "1234.567", "kWh"]


def test_no_line_is_wider_than_the_terminal() -> None:
    meter = MeterModel()
    found = lines(meter, Value(0, 1, meter, 1, ENERGY, None, 2, (10, b"x" * 300), READ), width=70)
    assert max(map(len, found)) == 70


def test_text_of_a_meter_cannot_move_the_cursor() -> None:
    meter = MeterModel()
    meter.logical_device_name = "\x1b[2J"
    assert "\x1b" not in "".join(lines(meter, Value(0, 1, meter, 1, ENERGY, None, 2, (12, b"\x1b"), READ)))


def test_what_is_not_known_has_a_short_name_or_none() -> None:
    meter = MeterModel()
    strangers = [Value(0, 1, meter, None, None, base, None, (6, 5), READ) for base in (0x108, None)]
    assert [line.strip() for line in lines(meter, *strangers)[1::2]] == ["short name 0108", "object not known"]
