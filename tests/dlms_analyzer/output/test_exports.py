"""What is shown, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from dlms_analyzer.cosem import parse
from dlms_analyzer.objects import AttributeRef
from dlms_analyzer.output.exports import CSV, JSON, meter_export, table_export, values_export
from dlms_analyzer.values import Value
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, PROFILE, columns, get, put, the_meter
from tests.dlms_analyzer.script import Script

STAMP = (9, bytes.fromhex("07ea0b0e060c0000ff800000"))
ASSOCIATION = parse("0-0:40.0.0")


def talk() -> Script:
    script = Script()
    get(script, 3, ENERGY, 3, KWH)
    get(script, 3, ENERGY, 2, (6, 5))
    put(script, 15, ASSOCIATION, 7, (9, b"Secret01"))
    get(script, 7, PROFILE, 3, columns((8, CLOCK, 2), (3, ENERGY, 2)))
    get(script, 7, PROFILE, 2, (1, ((2, (STAMP, (6, 5))),)))
    return script


def latest(tmp_path: Path, ref: AttributeRef) -> Value:
    value = the_meter(talk(), tmp_path).latest(ref)
    assert value is not None
    return value


def test_values_have_a_line_each_with_the_number_in_the_unit_of_the_object(tmp_path: Path) -> None:
    value = latest(tmp_path, AttributeRef(3, ENERGY, None, 2))
    (row,) = csv.DictReader(io.StringIO("".join(values_export([value], CSV))))
    assert (row["logical_name"], row["value"], row["unit"]) == ("1.0.1.8.0.255", "5000", "Wh")
    (said,) = json.loads("".join(values_export([value], JSON)))
    assert said == json.loads(json.dumps(value.to_dict()))
    assert json.loads("".join(values_export([], JSON))) == []
    assert len(list(values_export([], CSV))) == 1


def test_a_table_has_a_line_for_each_row(tmp_path: Path) -> None:
    value = latest(tmp_path, AttributeRef(7, PROFILE, None, 2))
    table = value.table
    assert table is not None
    (row,) = csv.DictReader(io.StringIO("".join(table_export(value, table, CSV))))
    assert row["active energy import (total) [Wh]"] == "5000"
    (said,) = json.loads("".join(table_export(value, table, JSON)))
    assert said["values"]["1.0.1.8.0.255"] == 5


def test_a_meter_has_its_objects_with_their_latest_values_and_keeps_its_secrets(tmp_path: Path) -> None:
    meter = the_meter(talk(), tmp_path)
    said = json.loads("".join(meter_export(meter, JSON)))
    energy = next(one for one in said["objects"] if one["logical_name"] == "1.0.1.8.0.255")
    assert [one["last"]["text"] for one in energy["attributes"]] == ["5 kWh", "1000 Wh"]
    rows = list(csv.DictReader(io.StringIO("".join(meter_export(meter, CSV)))))
    assert [row["value"] for row in rows if row["class_id"] == "15"] == ["not shown"]
    for form in (CSV, JSON):
        hidden, shown = ("".join(meter_export(meter, form, show_secrets=show)) for show in (False, True))
        assert b"Secret01".hex() not in hidden
        assert b"Secret01".hex() in shown
