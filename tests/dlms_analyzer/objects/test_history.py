"""Every value of an attribute, in the order of time."""

from __future__ import annotations

from pathlib import Path

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.objects import AttributeRef, History, ObjectIndex
from dlms_analyzer.profile_cells import history, in_order
from dlms_analyzer.values import CAPTURED, READ
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, PROFILE, columns, get, the_meter
from tests.dlms_analyzer.script import Script
from tests.support import CAPTURES

VALUE = AttributeRef(3, ENERGY, None, 2)


def stamp(hour: int) -> tuple[int, bytes]:
    """A clock_time of 2026-01-01 in UTC, which is before any packet of a script."""
    return 9, bytes.fromhex("07e9060104") + bytes((hour, 0, 0, 0, 0, 0, 0))


def collected(meter: object, ref: AttributeRef) -> History:
    found = History(meter, ref)  # type: ignore[arg-type]
    for _ in found.collect():
        pass
    return found


def test_rows_of_profiles_and_values_that_were_read_stand_in_the_order_of_time(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 9))
    get(script, 7, PROFILE, 3, columns((8, CLOCK, 2), (3, ENERGY, 2)))
    get(script, 7, PROFILE, 2, (1, tuple((2, (stamp(hour), (6, hour))) for hour in (2, 1))))
    get(script, 3, ENERGY, 3, KWH)
    found = collected(the_meter(script, tmp_path), VALUE)
    assert [(one.shown.words, one.origin, one.message) for one in found.values()] == [
        ("1 kWh", CAPTURED, 6),
        ("2 kWh", CAPTURED, 6),
        ("9 kWh", READ, 2),
    ]
    assert [found.message(index) for index in range(len(found))] == [6, 6, 2]
    assert [found.time(index) for index in range(len(found))] == [one.time for one in found.values()]


def test_a_history_goes_on_where_it_stood(tmp_path: Path) -> None:
    script = Script()
    for value in range(3):
        get(script, 3, ENERGY, 2, (6, value))
    capture = script.index(tmp_path)
    index = ObjectIndex(capture, Meters())
    *_, _ = index.gather()
    found = collected(index.meters[0], VALUE)
    assert len(found) == 3
    assert [(one.done, one.total) for one in found.collect()] == [(3, 3)]
    index.meters[0].add(VALUE, 2)
    assert [(one.done, one.total) for one in found.collect()] == [(4, 4), (4, 4)]
    assert [one.data[1] for one in found.values()] == [0, 0, 1, 2]


@pytest.mark.parametrize(("capture", "cells"), [("j_ln_hdlc_hls2_profile200", 404), ("ln_wrapper_low", 0)])
def test_the_history_of_each_attribute_is_that_of_the_command_line(capture: str, cells: int) -> None:
    read = dlms.open(CAPTURES / f"{capture}.pcap")
    indexed = read.index()
    for _ in indexed.read():
        pass
    index = ObjectIndex(indexed, Meters())
    *_, _ = index.gather()
    everything = list(read.values)
    names = {one.logical_name for value in everything for one in _objects(value)}
    captured = 0
    for meter in index.meters:
        for name in names:
            wanted = list(in_order(history(everything, lambda one, name=name: one == name)))
            for class_id, attribute in {(one.class_id, one.attribute) for one in wanted}:
                found = list(collected(meter, AttributeRef(class_id, name, None, attribute)).values())
                alike = [one for one in wanted if (one.class_id, one.attribute) == (class_id, attribute)]
                assert [(one.time, one.message, one.origin, one.shown.words, one.remark) for one in found] == [
                    (one.time, one.message, one.origin, one.shown.words, one.remark) for one in alike
                ]
                captured += sum(one.origin == CAPTURED for one in found)
    assert captured == cells


def _objects(value: dlms.Value) -> list[object]:
    table = value.table
    return [value] + [one.captured for one in (() if table is None else table.columns) if one.captured]
