"""The command line as a user meets it: what is printed where, and the exit codes."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlms_analyzer import __version__
from dlms_analyzer.cli import main

RUN = [sys.executable, "-c", "from dlms_analyzer.cli import main; raise SystemExit(main())"]
GET = "c001c100030100010800ff0200"


def out_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_read_prints_a_line_for_each_message(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(captures / "ln_wrapper_low.pcap")]) == 0
    lines = out_of(capsys)
    numbered = [line for line in lines if line[:6].strip().isdigit()]
    assert len(numbered) == 84
    assert "GET.request normal  0-0:42.0.0.255 (Data) attr 2" in numbered[32]
    assert any("[trailing-octets]" in line for line in lines)


def test_read_as_jsonl_prints_an_object_for_each_message(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(captures / "j_ln_wrapper_hls2_access.pcap"), "-T", "jsonl"]) == 0
    objects = [json.loads(line) for line in out_of(capsys)]
    assert [one["number"] for one in objects] == list(range(1, len(objects) + 1))
    answer = next(one for one in objects if one["service"] == "access-response")
    assert [item["result"] for item in answer["items"]].count("success") >= 2
    assert all(item["logical_name"] for item in answer["items"])


def test_read_as_tree_prints_every_field_with_its_offsets(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(captures / "sn_wrapper_confirmed_service_error.pcap"), "-T", "tree"]) == 0
    lines = out_of(capsys)
    assert any("1..2" in line and "confirmed_service: initiate-error (1)" in line for line in lines)


def test_decode_guesses_the_framing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", GET[:10], GET[10:]]) == 0
    captured = capsys.readouterr()
    assert "taken for apdu" in captured.err
    assert "logical_name: 1-0:1.8.0.255" in captured.out


def test_decode_takes_the_framing_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--as", "data", "-T", "text", "0203110112000203020101"]) in (0, 1)
    assert "data" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("hex_text", "reason"),
    [("c001c", "half an octet"), ("hello", "'h' is no hex digit"), ("", "no octets")],
)
def test_what_is_no_hex_is_refused_in_one_sentence(
    hex_text: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decode", hex_text]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert reason in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_cut_apdu_shows_what_there_is_and_exits_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", GET[:14]]) == 1
    assert "the octets end inside logical_name at offset 7" in capsys.readouterr().out


def test_a_file_that_is_no_capture_is_one_sentence_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    assert main(["read", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert "it starts with 68 65 6c 6c 6f" in captured.err


def test_a_truncated_capture_is_printed_up_to_the_cut_and_exits_with_one(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes((captures / "ln_wrapper_low.pcap").read_bytes()[:5000])
    assert main(["read", str(path)]) == 1
    captured = capsys.readouterr()
    assert "AARQ" in captured.out
    assert "offset" in captured.err
    assert "after frame 28" in captured.err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["read"], ["read", "x", "--decode-as", "port 1"]])
def test_wrong_usage_exits_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert __version__ in capsys.readouterr().out


def test_no_colour_reaches_a_pipe_and_a_closed_pipe_ends_quietly(captures: Path) -> None:
    reading = subprocess.Popen(
        [*RUN, "read", str(captures / "ln_wrapper_low.pcap"), "-T", "tree"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert reading.stdout is not None
    assert reading.stderr is not None
    first = reading.stdout.readline()
    reading.stdout.close()
    assert b"\x1b" not in first
    assert reading.stderr.read() == b""
    assert reading.wait(30) == 0


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell to close an output")
def test_an_output_that_is_closed_takes_nothing_and_is_no_error(captures: Path) -> None:
    command = shlex.join([*RUN, "read", str(captures / "ln_wrapper_low.pcap")])
    ended = subprocess.run(["sh", "-c", f"{command} >&-"], stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (ended.stderr, ended.returncode) == ("", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_standard_output_is_one_sentence(captures: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*RUN, "read", str(captures / "ln_wrapper_low.pcap")],
            check=False, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr == "dlms-analyzer: No space left on device\n"


def test_a_forced_framing_goes_before_what_the_content_says(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(captures / "ln_wrapper_low.pcap")
    assert main(["read", path, "--decode-as", "tcp.port==4063,none"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["read", path, "--no-heuristics"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["read", path, "--no-heuristics", "--decode-as", "tcp.port==4063,wrapper"]) == 0
    assert "AARQ" in capsys.readouterr().out


def test_sessions_tell_who_agreed_on_what(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", str(captures / "ln_wrapper_gmac_glo.pcap"), "-T", "jsonl"]) == 0
    public, ciphered = [json.loads(line) for line in out_of(capsys)]
    assert (public["client_sap"], public["context"], public["mechanism"], public["state"]) == (16, 1, 0, "released")
    assert public["negotiated_conformance"] == ["get", "set"]
    assert (ciphered["context"], ciphered["mechanism"]) == (3, 5)
    assert ciphered["client_system_title"] == b"GXCLIENT".hex()
    assert ciphered["server_system_title"] == b"ABCDEFGH".hex()
    assert ciphered["diagnostic"].startswith("acse-service-user: authentication-required")
    assert ciphered["errors"] == {"exception-response": 1}


def test_sessions_in_text_name_both_ends_and_what_went_wrong(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", str(captures / "hdlc_edge_cases.pcap")]) == 0
    text = "\n".join(out_of(capsys))
    assert "127.0.0.1:41984 -> 127.0.0.1:4061  hdlc  SAP 17/1  disconnected" in text
    assert "unanswered" in text


def test_fields_lists_the_fields_of_the_layers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", "logical_name"]) == 0
    assert any(line.startswith("dlms.logical_name ") for line in out_of(capsys))


def test_fields_says_when_no_field_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", "no such field"]) == 1
    assert capsys.readouterr() == ("", "dlms-analyzer: no field has 'no such field' in its name\n")


def test_fields_lists_the_fields_of_the_engine_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields", "response_time"]) == 0
    assert [line.split(maxsplit=2) for line in out_of(capsys)] == [
        ["dlms.response_time", "number", "seconds since the request"]
    ]
