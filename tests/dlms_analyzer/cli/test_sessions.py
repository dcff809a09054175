"""`sessions` calls the meters by their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlms_analyzer.cli import main


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


def test_a_name_that_was_learnt_before_is_used(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = str(tmp_path / "meters.json")
    sessions(capsys, str(captures / "ln_wrapper_low.pcap"), "--save-meter-model", saved)
    found = sessions(capsys, str(captures / "j_ln_hdlc_hls2_profile200.pcap"), "--meter-model", saved)
    assert "GRX0000000123456" in {one["meter_name"] for one in found}
