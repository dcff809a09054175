"""`model` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlms_analyzer.cli import main


def test_the_object_list_becomes_a_tree_with_rights_and_last_values(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", str(captures / "ln_wrapper_low.pcap")]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "GRX0000000123456  127.0.0.1:4063/1  52 objects, 52 from its object list"
    assert "  0-0:42.0.0.255  COSEM logical device name  (Data 1 version 0)" in lines
    assert any(line.split()[:3] == ["2", "value", "read"] and line.endswith("0.11 Wh") for line in lines)


def test_jsonl_has_an_object_for_each_meter(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("ln_wrapper_gmac_glo", "j_sn_wrapper_none")
    keys = ["--keys", str(captures / "ln_wrapper_gmac_glo.keys.toml")]
    assert main(["model", *(str(captures / f"{name}.pcap") for name in names), "-T", "jsonl", *keys]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_key = {one["meter"]: one for one in found}
    assert b"ABCDEFGH".hex() in by_key
    objects = {one["logical_name"]: one for meter in found for one in meter["objects"]}
    assert objects["0.0.1.0.0.255"]["class"] == "Clock"
    assert any(one["base_name"] == 0x130 for meter in found for one in meter["objects"])


def test_a_saved_model_is_printed_though_the_capture_has_no_object_list(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = str(tmp_path / "meters.json")
    assert main(["model", str(captures / "ln_wrapper_low.pcap"), "--save-meter-model", saved]) == 0
    before = capsys.readouterr().out
    assert main(["model", str(captures / "hdlc_edge_cases.pcap"), "--meter-model", saved]) == 0
    after = capsys.readouterr().out
    assert before.splitlines()[0] in after
