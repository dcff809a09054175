"""`values` as a user meets it."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

from dlms_analyzer.cli import main
from tests.dlms_analyzer.cli.running import running

SESSION = "ln_wrapper_low.pcap"
PROFILE = "j_ln_hdlc_hls2_profile200.pcap"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and FIFOs")


@pytest.mark.parametrize(
    "notation", ["1-1:21.25.0", "1.1.21.25.0.255", "1-1:21.25.0*255", "0101151900ff", "1-*:21.*.0"]
)
def test_the_history_of_an_object_takes_any_notation(
    notation: str, captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["values", str(captures / SESSION), "--history", notation, "-T", "jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["scaled"] for one in found if one["attribute"] == 2] == [0.09, 0.1, 0.11]
    assert {one["logical_name"] for one in found} == {"1.1.21.25.0.255"}


def test_the_history_of_an_object_holds_the_rows_of_profiles(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["values", str(captures / PROFILE), "--history", "1-1:21.25.0", "-T", "csv"]) == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    rows = [one for one in found if one["origin"] == "captured"]
    assert len(rows) == 202
    assert (rows[0]["time"], rows[0]["value"]) == ("2026-11-14T05:00:00.000000Z", "1")
    assert [one["time"] for one in found] == sorted(one["time"] for one in found)


def test_what_is_no_obis_code_is_a_wrong_command(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["values", str(captures / SESSION), "--history", "energy"])
    assert ended.value.code == 2
    assert "'energy' is no pattern of logical names" in capsys.readouterr().err


def test_the_latest_value_of_each_attribute_is_printed_once(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", str(captures / SESSION), "--latest", "-T", "csv"]) == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    keys = [(row["meter"], row["logical_name"], row["attribute"]) for row in found]
    assert len(keys) == len(set(keys))
    assert [row["value"] for row in found if keys[found.index(row)][1:] == ("1.1.21.25.0.255", "2")] == ["0.11"]


def test_text_has_a_heading_and_a_line_for_each_value(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", str(captures / SESSION)]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["msg", "time", "meter", "class", "object", "attribute", "name", "value"]
    assert any(line.endswith("0.09 Wh") for line in lines)
    assert all("GRX0000000123456" in line for line in lines)


def test_read_once_the_first_rows_do_not_know_what_comes_later(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["values", str(captures / SESSION), "--once", "-T", "jsonl"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["meter_name"] == first["meter"] == "127.0.0.1:4063/1"


def test_a_profile_becomes_csv_with_a_row_for_each_row(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", str(captures / PROFILE), "--profile", "1-0:99.1.0", "-T", "csv"]) == 0
    heading, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert heading[2:] == ["clock", "L1 active power import (QI+QIV), last average 3, channel 1"]
    assert len(rows) == 202
    assert rows[0][2:] == ["2026-11-14T05:00:00+00:00", "1"]


def test_a_profile_that_nobody_read_is_said(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", str(captures / PROFILE), "--profile", "1-0:98.1.0"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "dlms-analyzer: no profile 1-0:98.1.0 was read\n"


@pytest.mark.parametrize("other", ["--history", "--latest"])
def test_rows_of_profiles_are_not_asked_for_together_with_other_values(
    other: str, captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [other, "1-0:1.8.0"] if other == "--history" else [other]
    with pytest.raises(SystemExit) as ended:
        main(["values", str(captures / PROFILE), "--profile", "1-0:99.1.0", *chosen])
    assert ended.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_ciphered_values_need_their_keys(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["values", str(captures / "ln_wrapper_gmac_glo.pcap"), "--latest", "-T", "jsonl"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == "dlms-analyzer: 66 of 74 messages did not open: the values in them are not known\n"
    without = captured.out.splitlines()
    assert main([*arguments, "--keys", str(captures / "ln_wrapper_gmac_glo.keys.toml")]) == 0
    opened = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(opened) > len(without)
    assert b"ABCDEFGH".hex() in {one["meter"] for one in opened}


def test_damage_is_told_once_though_files_are_read_twice(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((captures / SESSION).read_bytes()[:9040])
    assert main(["values", str(cut), str(tmp_path / "missing.pcap")]) == 1
    captured = capsys.readouterr()
    assert "GRX0000000123456" in captured.out
    assert len(captured.err.splitlines()) == 2


@posix
def test_values_of_a_pipe_come_before_its_end(captures: Path, tmp_path: Path) -> None:
    content = (captures / SESSION).read_bytes()
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with running("values", str(fifo)) as reading, fifo.open("wb", buffering=0) as writer:
        writer.write(content[:11000])
        assert reading.stdout.readline().startswith("msg")
        assert "object_list" in reading.stdout.readline()
        reading.interrupt()
        _, said, status = reading.end()
    assert (said, status) == ([], 130)
