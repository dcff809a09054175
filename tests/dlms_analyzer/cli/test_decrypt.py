"""`decrypt`: where the output goes, what is said about it, and what stays when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.cli import main
from tests.dlms_analyzer.cli.running import PATIENCE, RUN, running

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals, modes and FIFOs")
NAME = "ln_wrapper_gmac_glo"


def inputs(captures: Path) -> list[str]:
    """A capture and the options for its keys."""
    keys = captures / f"{NAME}.keys.toml"
    return [str(captures / f"{NAME}.pcap"), "--keys", str(keys)]


def read(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["read", "-T", "jsonl", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_output_reads_without_keys_as_the_input_with_them(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "clear.pcapng"
    assert main(["decrypt", *inputs(captures), str(out)]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[-2] == "dlms-analyzer: 66 messages deciphered, 0 protected messages written as sent"
    assert "dedicated keys" in told[-1]
    names = ("number", "service", "time", "client", "server", "items")
    before, after = read(capsys, *inputs(captures)), read(capsys, str(out))
    assert [{name: one[name] for name in names if name in one} for one in after] == [
        {name: one[name] for name in names if name in one} for one in before
    ]
    assert {one["security"] for one in after} == {None}


def test_without_keys_nothing_is_deciphered_and_no_secret_is_warned_of(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DLMS_ANALYZER_KEYS", raising=False)
    assert main(["decrypt", inputs(captures)[0], str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "dlms-analyzer: 0 messages deciphered, 66 protected messages written as sent"
    ]


def test_the_apdu_as_sent_stands_beside_as_a_comment(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "clear.pcapng"
    main(["decrypt", *inputs(captures), str(out)])
    source = open_capture(out)
    frames = list(source)
    comments = [source.comments.get(frame.number, "") for frame in frames]
    assert sum("as sent: C8" in comment for comment in comments) > 20
    assert sum(not comment for comment in comments) == len(frames) - 66


@posix
def test_only_the_owner_may_read_the_output(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "clear.pcapng"
    main(["decrypt", *inputs(captures), str(out)])
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_the_input_is_not_replaced(captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "trace.pcap"
    copy.write_bytes((captures / f"{NAME}.pcap").read_bytes())
    assert main(["decrypt", str(copy), str(copy)]) == 1
    assert "this is the input" in capsys.readouterr().err
    assert copy.read_bytes() == (captures / f"{NAME}.pcap").read_bytes()


def test_no_output_is_made_when_the_input_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decrypt", str(tmp_path / "missing"), str(tmp_path / "out")]) == 1
    assert "missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_standard_output_gets_the_file_and_nothing_else(captures: Path, tmp_path: Path) -> None:
    out = tmp_path / "clear.pcapng"
    main(["decrypt", *inputs(captures), str(out)])
    done = subprocess.run([*RUN, "decrypt", *inputs(captures), "-"], capture_output=True, timeout=PATIENCE, check=True)
    assert done.stdout == out.read_bytes()
    assert b"66 messages deciphered" in done.stderr


@posix
def test_a_terminal_gets_no_binary_file(captures: Path) -> None:
    import pty

    master, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [*RUN, "decrypt", *inputs(captures), "-"],
            stdout=terminal,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(terminal)
        os.close(master)
    assert done.returncode == 1
    assert b"standard output is a terminal" in done.stderr


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_a_signal_ends_it_and_leaves_no_half_file(captures: Path, tmp_path: Path, number: signal.Signals) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    folder.mkdir()
    os.mkfifo(pipe)
    content = (captures / f"{NAME}.pcap").read_bytes()
    with running("decrypt", str(pipe), str(folder / "out")) as program, pipe.open("wb", buffering=0) as writer:
        writer.write(content[: len(content) // 2])
        patience = time.monotonic() + PATIENCE
        while not any(folder.iterdir()) and time.monotonic() < patience:
            time.sleep(0.02)
        assert any(folder.iterdir())
        program.process.send_signal(number)
        _, _, status = program.end()
    assert status == 130
    assert list(folder.iterdir()) == []


def test_exported_pdus_read_the_same(captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "clear.pcapng"
    assert main(["decrypt", "--upper-pdu", *inputs(captures), str(out)]) == 0
    capsys.readouterr()
    assert [one["service"] for one in read(capsys, str(out))] == [
        one["service"] for one in read(capsys, *inputs(captures))
    ]
    assert {frame.link_type for frame in open_capture(out)} == {252}


def test_ports_are_kept_when_asked(captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ports(*arguments: str) -> set[str]:
        rows = read(capsys, *arguments)
        return {str(row["source"]).rsplit(":", 1)[1] for row in rows if row["sender"] == "server"}

    out = tmp_path / "clear.pcapng"
    main(["decrypt", *inputs(captures), str(out)])
    capsys.readouterr()
    assert ports(str(out)) == {"4059"}
    main(["decrypt", "--keep-ports", *inputs(captures), str(out)])
    capsys.readouterr()
    assert ports(str(out)) == ports(*inputs(captures))
