"""Profile buffers as tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dlms_analyzer.cosem.datetimes import DateTime
from dlms_analyzer.cosem.interpret import Mismatch
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.obis import parse
from scapy_layers.data import read_data
from scapy_layers.selective_access import CaptureObject, EntryDescriptor, RangeDescriptor
from tests.dlms_analyzer.cosem.interpret.values import DATE_TIME, Pair

PROFILE = parse("1-0:99.1.0")
CLOCK = CaptureObject(8, parse("0-0:1.0.0"), 2)
STATUS = CaptureObject(1, parse("0-0:96.10.1"), 2)
IMPORT = CaptureObject(3, parse("1-0:1.8.0"), 2)
EXPORT = CaptureObject(3, parse("1-0:2.8.0"), 2)
COLUMNS = (CLOCK, STATUS, IMPORT, EXPORT)


def meter(columns: tuple[CaptureObject, ...] = COLUMNS) -> MeterModel:
    model = MeterModel()
    model.note(7, PROFILE, 3, (1, tuple(column.to_data() for column in columns)))
    model.note(7, PROFILE, 4, (6, 900))
    model.note(3, IMPORT.logical_name, 3, (2, ((15, 1), (22, 30))))
    return model


def rows(*of: tuple[Pair, ...]) -> Pair:
    return 1, tuple((2, row) for row in of)


def test_columns_have_names_units_and_scalers() -> None:
    table = meter().table(7, PROFILE, rows(((9, DATE_TIME), (17, 0), (6, 123), (6, 4))))
    assert [column.key for column in table.columns] == [
        "0.0.1.0.0.255", "0.0.96.10.1.255", "1.0.1.8.0.255", "1.0.2.8.0.255",
    ]  # fmt: skip
    assert table.columns[2].name == "active energy import (total)"
    assert [column.unit for column in table.columns] == [None, None, "Wh", None]
    assert table.rows[0][2].scaled == Decimal(1230)
    assert table.records() == [
        {"0.0.1.0.0.255": "2026-11-22T12:37:23+01:00", "0.0.96.10.1.255": 0, "1.0.1.8.0.255": 123, "1.0.2.8.0.255": 4}
    ]
    assert (table.rule, table.problem) == ("capture_objects of 1-0:99.1.0.255", "")


def test_missing_time_stamps_are_filled_by_the_capture_period_and_missing_values_from_above() -> None:
    null = (0, None)
    found = meter().table(
        7,
        PROFILE,
        rows(((9, DATE_TIME), (17, 1), (6, 1), (6, 9)), (null, null, (6, 2), null), (null, (17, 2), null, null)),
    )
    times = [row[0] for row in found.rows]
    assert [cell.value[11:19] for cell in times] == ["12:37:23", "12:52:23", "13:07:23"]
    assert [cell.origin for cell in times] == ["sent", "filled", "filled"]
    assert [row[1].value for row in found.rows] == [1, 1, 2]
    assert [row[2].scaled for row in found.rows] == [10, 20, 20]
    assert [row[3].value for row in found.rows] == [9, 9, 9]


def test_a_null_without_anything_above_stays_null() -> None:
    found = meter().table(7, PROFILE, rows(((0, None), (17, 1), (0, None), (6, 9))))
    assert [(cell.value, cell.origin) for cell in found.rows[0]] == [
        (None, "sent"), (1, "sent"), (None, "sent"), (9, "sent"),
    ]  # fmt: skip


def test_delta_values_are_added_to_the_value_above() -> None:
    model = meter((CLOCK, IMPORT))
    found = model.table(7, PROFILE, rows(((9, DATE_TIME), (6, 1000)), ((0, None), (31, 5)), ((0, None), (28, -2))))
    assert [row[1].value for row in found.rows] == [1000, 1005, 1003]
    assert [row[1].origin for row in found.rows] == ["sent", "delta", "delta"]
    assert found.rows[2][1].scaled == Decimal(10030)


def test_an_event_profile_repeats_a_missing_time_stamp() -> None:
    model = meter((CLOCK, STATUS))
    model.note(7, PROFILE, 4, (6, 0))
    found = model.table(7, PROFILE, rows(((9, DATE_TIME), (17, 1)), ((0, None), (17, 2))))
    assert found.rows[1][0].data == (9, DATE_TIME)


def test_a_date_time_type_fills_as_an_octet_string_does() -> None:
    found = meter((CLOCK, STATUS)).table(7, PROFILE, rows(((25, DATE_TIME), (17, 1)), ((0, None), (17, 2))))
    assert DateTime.from_bytes(found.rows[1][0].data[1]).time.minute == 52


def test_a_compact_array_is_a_table_as_well() -> None:
    octets = bytes.fromhex("13 0202 06 11 0a 00000001 07 00000002 08")
    pair, end = read_data(octets, 0, len(octets))
    assert end == len(octets)
    found = meter((IMPORT, STATUS)).table(7, PROFILE, pair)
    assert found.records() == [
        {"1.0.1.8.0.255": 1, "0.0.96.10.1.255": 7},
        {"1.0.1.8.0.255": 2, "0.0.96.10.1.255": 8},
    ]


def test_without_capture_objects_columns_are_numbered_and_it_is_said() -> None:
    found = MeterModel().table(7, PROFILE, rows(((9, DATE_TIME), (6, 5))))
    assert found.records() == [{"1": "2026-11-22T12:37:23+01:00", "2": 5}]
    assert (found.rule, found.problem) == ("position only", "capture_objects of 1-0:99.1.0.255 were not seen")


def test_rows_of_another_width_are_not_named() -> None:
    found = meter().table(7, PROFILE, rows(((6, 5), (6, 6))))
    assert found.rule == "position only"
    assert found.problem == "rows have 2 values, capture_objects of 1-0:99.1.0.255 has 4"


def test_a_selective_access_by_entry_leaves_its_columns() -> None:
    selection = (2, EntryDescriptor(1, 0, 2, 3).to_data())
    found = meter().interpret(7, PROFILE, 2, rows(((17, 1), (6, 5))), selection)
    assert found.value == [{"0.0.96.10.1.255": 1, "1.0.1.8.0.255": 5}]


def test_a_selective_access_by_range_names_its_columns_even_when_the_profile_is_unknown() -> None:
    asked = RangeDescriptor(CLOCK, (9, DATE_TIME), (9, DATE_TIME), (CLOCK, IMPORT))
    found = MeterModel().interpret(7, PROFILE, 2, rows(((9, DATE_TIME), (6, 5))), (1, asked.to_data()))
    assert found.value == [{"0.0.1.0.0.255": "2026-11-22T12:37:23+01:00", "1.0.1.8.0.255": 5}]
    assert found.rule == "columns asked of 1-0:99.1.0.255"


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ((2, EntryDescriptor(1, 10).to_data()), "entries 1 to 10"),
        ((2, EntryDescriptor(5, 0, 2, 0).to_data()), "entries 5 to the last, columns 2 to the last"),
        (
            (1, RangeDescriptor(CLOCK, (9, DATE_TIME), (9, DATE_TIME)).to_data()),
            "from 2026-11-22T12:37:23+01:00 to 2026-11-22T12:37:23+01:00",
        ),
        (
            (1, RangeDescriptor(IMPORT, (6, 5), (6, 9), (CLOCK, IMPORT)).to_data()),
            "from 5 to 9 by active energy import (total), columns clock, active energy import (total)",
        ),
        ((9, (17, 1)), "unsigned 1"),
    ],
)
def test_a_selective_access_is_described(selection: tuple[int, Pair], words: str) -> None:
    assert meter().selection_words(7, 2, selection) == words


def test_the_same_attribute_twice_gets_two_keys() -> None:
    found = meter(
        (IMPORT, IMPORT, CaptureObject(3, IMPORT.logical_name, 3), CaptureObject(4, IMPORT.logical_name, 5, 2))
    )
    assert [column.key for column in found.table(7, PROFILE, rows(((6, 1),) * 4)).columns] == [
        "1.0.1.8.0.255", "1.0.1.8.0.255#2", "1.0.1.8.0.255:3", "1.0.1.8.0.255:5.2",
    ]  # fmt: skip


def test_a_single_row_without_its_array_is_a_row() -> None:
    assert meter((CLOCK, STATUS)).interpret(7, PROFILE, 2, (2, ((9, DATE_TIME), (17, 4)))).value == [
        {"0.0.1.0.0.255": "2026-11-22T12:37:23+01:00", "0.0.96.10.1.255": 4}
    ]


def test_what_is_no_buffer_falls_back_and_says_so() -> None:
    with pytest.raises(Mismatch):
        meter().table(7, PROFILE, (6, 5))
    found = meter().interpret(7, PROFILE, 2, (6, 5))
    assert (found.value, found.problem) == (5, "array expected, double-long-unsigned found")


def test_words_and_parts_show_rows_with_units() -> None:
    found = meter().interpret(7, PROFILE, 2, rows(*[((9, DATE_TIME), (17, 0), (6, 123), (0, None))] * 5))
    assert found.words.startswith("5 rows of 4: 2026-11-22T12:37:23+01:00, 0, 1.23 kWh")
    assert found.words.endswith("; 2 more")
    assert found.parts[1].parts[2].name == "active energy import (total)"
    assert meter().interpret(7, PROFILE, 2, (1, ())).words == "no rows"
