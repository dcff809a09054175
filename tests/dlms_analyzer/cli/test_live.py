"""`live` as a user meets it, on the loopback interface."""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dlms_analyzer.cli import main
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege
from tests.dlms_analyzer.cli.running import Running, running

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
REQUEST = bytes.fromhex("000100100001000dc001c100030100010800ff0200")
COUNT = 50


def send(port: int, count: int) -> None:
    """Some requests to a port where nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(count):
            sender.sendto(REQUEST, ("127.0.0.1", port))


def wait_ready(live: Running) -> str:
    said = live.stderr.readline()
    assert f"capturing on {LOOPBACK} with " in said, said
    return said


@pytest.fixture
def port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@posix
@needs_privilege
def test_messages_are_printed_as_they_come_and_counted_at_the_end(port: int, tmp_path: Path) -> None:
    kept = tmp_path / "kept.pcapng"
    rule = f"udp.port=={port},wrapper"
    arguments = ["live", "-i", LOOPBACK, "--print", "-T", "jsonl", "--decode-as", rule, "-w", str(kept), "--ring", "1"]
    with running(*arguments) as live:
        wait_ready(live)
        send(port, COUNT)
        lines = []
        while len(printed := sent_to(port, lines)) < COUNT:  # others may send over the loopback interface as well
            lines.append(live.stdout.readline())
        live.interrupt()
        rest, said, status = live.end()
    assert {message["service"] for message in printed} == {"get-request-normal"}
    assert f" {len(lines) + len(rest)} messages, 0 frames dropped by the system" in said[-1]
    assert status == 0
    with running("read", "-T", "jsonl", "--decode-as", rule, str(kept)) as reading:
        again, _, _ = reading.end()
    assert [message["apdu"] for message in sent_to(port, again)] == [message["apdu"] for message in printed]


def sent_to(port: int, lines: list[str]) -> list[dict[str, Any]]:
    """The messages to a port of this machine."""
    messages = [json.loads(line) for line in lines]
    return [message for message in messages if message["destination"] == f"127.0.0.1:{port}"]


@posix
@needs_privilege
def test_whoever_has_seen_enough_closes_the_pipe_and_all_ends_quietly(port: int) -> None:
    with running("live", "-i", LOOPBACK, "--decode-as", f"udp.port=={port},wrapper") as live:
        wait_ready(live)
        send(port, 1)
        assert "GET.request normal" in live.stdout.readline()
        live.stdout.close()
        deadline = time.monotonic() + 20
        while live.process.poll() is None and time.monotonic() < deadline:
            send(port, 1)
            time.sleep(0.1)
        assert live.process.returncode == 0
        assert live.stderr.read() == ""


def test_without_an_interface_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["live"])
    assert ended.value.code == 2
    assert f"which interface? -i with one of {LOOPBACK}" in capsys.readouterr().err


def test_interfaces_are_listed_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["live", "-D"]) == 0
    assert LOOPBACK in capsys.readouterr().out.splitlines()


@needs_privilege
def test_an_interface_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["live", "-i", "nowhere9"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("dlms-analyzer: nowhere9: no such interface; there are ")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["--ring", "0"], "'0' is no number of megabytes"), (["-w", "-"], "standard output is for the messages")],
)
def test_what_makes_no_sense_is_wrong_usage(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["live", "-i", LOOPBACK, *arguments])
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
