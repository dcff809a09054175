"""What is known about meters, given and kept by options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlms_analyzer.cli import main

SESSION = "ln_wrapper_low.pcap"
REGISTER = "1.1.21.25.0.255"


def items(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [item for line in capsys.readouterr().out.splitlines() for item in json.loads(line)["items"]]


def readings(found: list[dict[str, Any]]) -> list[tuple[Any, Any, Any]]:
    return [
        (item["value"], item["scaled"], item["unit"])
        for item in found
        if item["logical_name"] == REGISTER and item["attribute"] == 2 and item["value"] is not None
    ]


def test_jsonl_has_scaled_values_from_the_moment_the_scaler_passed_by(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "-T", "jsonl", str(captures / SESSION)]) == 0
    assert readings(items(capsys))[0] == (9, 0.09, "Wh")


def test_a_saved_model_scales_a_capture_without_scalers(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "meters.json"
    push = str(captures / "push_tcp_hdlc.pcap")
    assert main(["read", push, "-T", "jsonl", "--save-meter-model", str(model)]) == 0
    power = [one for one in items(capsys) if one["logical_name"] == "1.0.1.7.0.255"]
    assert {(one["value"], one["scaled"], one["unit"]) for one in power} == {(1234, None, None)}
    content = json.loads(model.read_text(encoding="utf-8"))
    (meter,) = content["meters"].values()
    assert meter["logical_device_name"] == "GRX0000000123456"
    meter["scaler_units"].append({"class_id": 3, "logical_name": "1.0.1.7.0.255", "scaler": -1, "unit": 27})
    model.write_text(json.dumps(content), encoding="utf-8")
    assert main(["read", "-T", "jsonl", "--meter-model", str(model), push]) == 0
    power = [one for one in items(capsys) if one["logical_name"] == "1.0.1.7.0.255"]
    assert {(one["value"], one["scaled"], one["unit"]) for one in power} == {(1234, 123.4, "W")}


def test_names_of_a_table_stand_in_the_items_and_the_last_table_goes_first(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.toml"
    first.write_text(f"{REGISTER},3,Pump\n0-0:42.0.0,1,Own name\n", encoding="utf-8")
    second.write_text(f'[[name]]\nlogical_name = "{REGISTER}"\nclass_id = 3\nname = "Fan"\n', encoding="utf-8")
    arguments = ["--names", str(first), "--names", str(second)]
    assert main(["read", "-T", "jsonl", str(captures / SESSION), *arguments]) == 0
    names = {(item["logical_name"], item["name"]) for item in items(capsys)}
    assert {(REGISTER, "Fan"), ("0.0.42.0.0.255", "Own name")} <= names


def test_a_model_that_is_not_there_yet_is_said(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "meters.json")
    assert main(["read", str(captures / SESSION), "--meter-model", missing]) == 0
    assert "is not there" in capsys.readouterr().err
    assert main(["read", str(captures / SESSION), "--meter-model", missing, "--save-meter-model", missing]) == 0
    assert capsys.readouterr().err == ""
    assert Path(missing).is_file()


@pytest.mark.parametrize(
    "arguments", [["--names", "/nowhere/names.csv"], ["--region", "atlantis"], ["--meter-model", "{capture}"]]
)
def test_files_that_cannot_be_used_are_one_sentence(
    arguments: list[str], captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [one.format(capture=captures / SESSION) for one in arguments]
    assert main(["read", str(captures / SESSION), *given]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1


def test_a_model_is_only_saved_into_a_folder_that_is_there(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["read", str(captures / SESSION), "--save-meter-model", "/nowhere/meters.json"])
    assert ended.value.code == 2
    assert "there is no folder '/nowhere'" in capsys.readouterr().err
