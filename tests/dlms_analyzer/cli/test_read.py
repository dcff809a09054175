"""`read` on several files, on growing ones, by way of tshark, and interrupted."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from dlms_analyzer.cli import main
from tests.dlms_analyzer.cli.running import running

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and FIFOs")
SESSION = "ln_wrapper_low.pcap"
OTHER = "hdlc_edge_cases.pcap"


def objects(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def split(capture: Path, folder: Path) -> list[Path]:
    """A little-endian pcap file as two, with every other frame in each."""
    content = capture.read_bytes()
    halves = [content[:24], content[:24]]
    at, index = 24, 0
    while at < len(content):
        end = at + 16 + int.from_bytes(content[at + 8 : at + 12], "little")
        halves[index & 1] += content[at:end]
        at, index = end, index + 1
    paths = [folder / "even.pcap", folder / "odd.pcap"]
    for path, half in zip(paths, halves, strict=True):
        path.write_bytes(half)
    return paths


def test_a_session_spread_over_two_files_is_read_as_one(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "-T", "jsonl", str(captures / SESSION)]) == 0
    whole = objects(capsys)
    assert main(["read", "-T", "jsonl", *map(str, split(captures / SESSION, tmp_path))]) == 0
    assert objects(capsys) == whole


def test_several_files_make_one_list_in_the_order_of_time(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "-T", "jsonl", str(captures / SESSION), str(captures / OTHER)]) == 0
    messages = objects(capsys)
    assert [message["number"] for message in messages] == list(range(1, len(messages) + 1))
    times = [str(message["time"]) for message in messages]
    assert times == sorted(times)
    assert {message["profile"] for message in messages} >= {"wrapper", "hdlc"}


def test_sessions_of_several_files_are_numbered_as_one_list(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "-T", "jsonl", str(captures / SESSION), str(captures / OTHER)]) == 0
    both = objects(capsys)
    assert [session["association"] for session in both] == list(range(len(both)))
    assert {session["profile"] for session in both} == {"wrapper", "hdlc"}


def test_a_file_that_is_missing_does_not_keep_the_others_from_being_read(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.pcap"
    assert main(["read", str(missing), str(captures / SESSION)]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"dlms-analyzer: {missing}: No such file or directory\n"
    assert "AARQ" in captured.out


def test_damage_is_told_with_the_name_of_the_file(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((captures / OTHER).read_bytes()[:-5])
    assert main(["read", str(captures / SESSION), str(cut)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"dlms-analyzer: {cut}: offset ")


@pytest.mark.parametrize("extra", [["--engine", "tshark"], [OTHER]])
def test_following_takes_one_file(extra: list[str], captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["read", "-F", str(captures / SESSION), *extra])
    assert ended.value.code == 2
    assert "--follow takes one file" in capsys.readouterr().err


@posix
def test_a_growing_file_is_followed_until_ctrl_c(captures: Path, tmp_path: Path) -> None:
    content = (captures / SESSION).read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(content[:5000])
    with running("read", "--follow", "-T", "jsonl", str(growing)) as reading:
        assert json.loads(reading.stdout.readline())["service"] == "aarq"
        with growing.open("ab") as writer:
            writer.write(content[5000:])
        for line in reading.stdout:
            if json.loads(line)["service"] == "rlrq":
                break
        reading.interrupt()
        _, said, status = reading.end()
    assert said == []
    assert status == 130


@posix
def test_the_first_message_of_a_fifo_is_there_before_the_last_was_sent(captures: Path, tmp_path: Path) -> None:
    content = (captures / SESSION).read_bytes()
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with running("read", str(fifo)) as reading, fifo.open("wb", buffering=0) as writer:
        writer.write(content[:5000])
        assert "AARQ" in reading.stdout.readline()
        writer.write(content[5000:])
        writer.close()
        out, said, status = reading.end()
    assert "RLRE" in out[-1]
    assert (said, status) == ([], 0)


@posix
def test_ctrl_c_ends_quietly(captures: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with running("read", str(fifo)) as reading, fifo.open("wb", buffering=0) as writer:
        writer.write((captures / SESSION).read_bytes())
        assert "AARQ" in reading.stdout.readline()
        reading.interrupt()
        _, said, status = reading.end()
    assert (said, status) == ([], 130)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_by_way_of_tshark_the_messages_are_the_same(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "-T", "jsonl", str(captures / SESSION)]) == 0
    own = objects(capsys)
    assert main(["read", "-T", "jsonl", "--engine", "tshark", str(captures / SESSION)]) == 0
    assert objects(capsys) == own


def test_without_tshark_it_says_what_to_install(
    captures: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["read", "--engine", "tshark", str(captures / SESSION)]) == 1
    assert "tshark is not installed: install it" in capsys.readouterr().err


def test_tshark_is_not_asked_to_read_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--engine", "tshark", "-"]) == 1
    assert "standard input: tshark reads files only" in capsys.readouterr().err


def test_a_display_filter_leaves_out_the_other_messages(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "-T", "jsonl", str(captures / SESSION)]) == 0
    every = objects(capsys)
    assert main(["read", "-T", "jsonl", "-Y", 'cosem.result != "success"', str(captures / SESSION)]) == 0
    found = objects(capsys)
    assert found == [
        message
        for message in every
        if any(item["result"] is not None for item in message["items"])  # type: ignore[attr-defined]
        and all(item["result"] != "success" for item in message["items"])  # type: ignore[attr-defined]
    ]
    assert 0 < len(found) < len(every)


def test_with_a_display_filter_times_still_count_from_the_first_message(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(captures / SESSION)]) == 0
    every = capsys.readouterr().out.splitlines()
    assert main(["read", "-Y", "message.number == 9", str(captures / SESSION)]) == 0
    assert capsys.readouterr().out.splitlines() == [line for line in every if line.lstrip().startswith("9 ")]


@pytest.mark.parametrize("command", ["read", "live", "serial"])
def test_a_wrong_display_filter_is_wrong_usage_with_a_pointer(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "-Y", "dlms.servise == aarq", "nowhere"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "no field is called 'dlms.servise'; did you mean dlms.service" in said
    assert "\n  dlms.servise == aarq\n  ^^^^^^^^^^^^\n" in said


@posix
@pytest.mark.parametrize("command", [["read"], ["read", "--engine", "tshark"], ["sessions"], ["decrypt"]])
@pytest.mark.parametrize("content", ["junk", "cut", "missing"])
def test_escape_characters_in_the_name_of_a_file_do_not_reach_the_terminal(
    command: list[str], content: str, captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "tshark" in command and shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    path = tmp_path / "\x1b[31m\u202ered"
    if content != "missing":
        path.write_bytes(b"junk\n" if content == "junk" else (captures / SESSION).read_bytes()[:3000])
    main([*command, str(path), *([str(tmp_path / "\x1b]0;out")] if command == ["decrypt"] else [])])
    said = capsys.readouterr().err
    assert r"\x1b[31m\u202ered" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
