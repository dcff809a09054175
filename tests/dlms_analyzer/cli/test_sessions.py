"""`sessions` calls the meters by their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlms_analyzer.cli import main
from dlms_analyzer.cosem.model import LOGICAL_DEVICE_NAME
from tests.dlms_analyzer.objects.talking import ENERGY, get
from tests.dlms_analyzer.script import Script


def sessions(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["sessions", "-T", "jsonl", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("name", ["ln_wrapper_low", "push_tcp_hdlc", "push_udp_gbt"])
def test_a_session_in_which_the_meter_tells_its_name_has_it(
    name: str, captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sessions(capsys, str(captures / f"{name}.pcap"))
    assert {one["meter_name"] for one in found} == {"GRX0000000123456"}


def test_a_session_without_a_name_has_none(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = sessions(capsys, str(captures / "hdlc_edge_cases.pcap"))
    assert {one["meter_name"] for one in found} == {None}


def test_the_name_that_a_keys_file_gives_goes_before(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture = captures / "ln_wrapper_gmac_glo.pcap"
    keys = str(captures / "ln_wrapper_gmac_glo.keys.toml")
    assert {one["meter_name"] for one in sessions(capsys, str(capture), "--keys", keys)} == {"C server"}
    assert main(["sessions", str(capture), "--keys", keys]) == 0
    assert "      meter C server" in capsys.readouterr().out.splitlines()


def test_a_name_that_was_learnt_before_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = str(tmp_path / "meters.json")
    named, unnamed, other = Script(), Script(40_001), Script(40_002, server_port=4_061)
    get(named, 1, LOGICAL_DEVICE_NAME, 2, (9, b"GRX0000000123456"))
    for script in (unnamed, other):
        get(script, 3, ENERGY, 2, (6, 5))
    paths = [tmp_path / "named.pcap", tmp_path / "others.pcap"]
    paths[0].write_bytes(named.octets())
    unnamed.packets += other.packets
    paths[1].write_bytes(unnamed.octets())
    sessions(capsys, str(paths[0]), "--save-meter-model", saved)
    found = sessions(capsys, str(paths[1]), "--meter-model", saved)
    assert {one["server"]: one["meter_name"] for one in found} == {
        "192.0.2.7:4059": "GRX0000000123456", "192.0.2.7:4061": None
    }  # fmt: skip
