"""`values` prints what clients read in the ground-truth captures, under its class, logical name and attribute."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from dlms_analyzer.cli import main
from dlms_analyzer.cosem import Interpreted
from dlms_analyzer.cosem.units import unit_symbol
from tests.support import Sidecar
from tests.test_cosem_captures import PUSHED, SOUND, expected_values, same

Row = dict[str, Any]
KEYS = {
    "encryption_key": "guek",
    "authentication_key": "gak",
    "master_key": "kek",
    "client_system_title": "client_system_title",
    "server_system_title": "system_title",
}
"""Keys of sidecars, and their options."""


def printed(sidecar: Sidecar, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What `values` prints of a capture, with its keys."""
    said = sidecar.load()["keys"]
    keys = [f"--key={option}={said[name]}" for name, option in KEYS.items() if said.get(name)]
    assert main(["values", str(sidecar.pcap), *keys, *options]) in (0, 1)
    return capsys.readouterr().out


def rows(sidecar: Sidecar, capsys: pytest.CaptureFixture[str], *options: str) -> list[Row]:
    return [json.loads(line) for line in printed(sidecar, capsys, "-T", "jsonl", *options).splitlines()]


@pytest.mark.parametrize("sidecar", SOUND, ids=lambda sidecar: sidecar.name)
def test_every_value_a_client_read_is_a_row(sidecar: Sidecar, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[tuple[int, str, int], list[Row]] = {}
    for row in rows(sidecar, capsys):
        found.setdefault((row["class_id"], row["logical_name"], row["attribute"]), []).append(row)
    missing = []
    for value in expected_values(sidecar):
        raw = value.get("raw")
        if value.get("op") != "read" or "cls" not in value or raw is None:
            continue
        if isinstance(raw, dict) and (len(raw.get("hex", "")) > 64 or sidecar.name.startswith("pw_")):
            continue  # one client keeps the Data with its tag
        candidates = found.get((value["cls"], value["ln"], value["attr"]), [])
        if not any(same(Interpreted(row["value"], "", ""), raw, value.get("value")) for row in candidates):
            missing.append((value, [row["value"] for row in candidates]))
    assert not missing


@pytest.mark.parametrize("sidecar", SOUND, ids=lambda sidecar: sidecar.name)
def test_a_register_has_its_unit_wherever_the_capture_holds_its_scaler(
    sidecar: Sidecar, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(sidecar, capsys)
    units = {
        (row["meter"], row["logical_name"]): row["data"]["value"][1]["value"]
        for row in found
        if (row["class_id"], row["attribute"]) == (3, 3)
    }
    for row in found:
        unit = units.get((row["meter"], row["logical_name"]))
        if (row["class_id"], row["attribute"]) == (3, 2) and unit is not None:
            assert row["scaled"] is not None, row
            assert row["unit"] == (unit_symbol(unit) or None), row


@pytest.mark.parametrize("sidecar", SOUND, ids=lambda sidecar: sidecar.name)
def test_the_rows_of_a_profile_are_those_the_client_got_cell_by_cell(
    sidecar: Sidecar, capsys: pytest.CaptureFixture[str]
) -> None:
    tables: dict[int, list[list[Any]]] = {}
    for row in rows(sidecar, capsys, "--profile", "*-*:*.*.*.*"):
        cells = [cell[:19] if isinstance(cell, str) else cell for cell in row["values"].values()]
        tables.setdefault(row["message"], []).append(cells)
    for value in expected_values(sidecar):
        if str(value.get("op")).startswith("rows") and value.get("rows"):
            wanted = [
                [cell.get("iso", "")[:19] if isinstance(cell, dict) else cell for cell in row] for row in value["rows"]
            ]
            assert wanted in tables.values(), value


@pytest.mark.parametrize("sidecar", PUSHED, ids=lambda sidecar: sidecar.name)
def test_what_was_pushed_is_the_latest_value(sidecar: Sidecar, capsys: pytest.CaptureFixture[str]) -> None:
    expected = sidecar.load()["expected_values"]
    table = csv.DictReader(io.StringIO(printed(sidecar, capsys, "--latest", "-T", "csv")))
    found = {row["logical_name"]: row for row in table if row["attribute"] == "2"}
    assert found["0.0.42.0.0.255"]["value"] == found["0.0.1.0.0.255"]["meter_name"] == expected["ldn"]
    assert {code: int(found[code]["value"]) for code in expected["values"]} == expected["values"]
    assert {row["origin"] for row in found.values()} == {"notified"}
