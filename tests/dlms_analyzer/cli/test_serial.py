"""`serial` as a user meets it, on pseudo-terminals."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from dlms_analyzer.cli import main
from tests.dlms_analyzer.cli.running import running

needs_terminals = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
SNRM = bytes.fromhex("7ea0070321930f017e")
UA = bytes.fromhex("7ea00721037301407e")


def pseudo_terminal() -> tuple[int, str]:
    """The far end, and the name of the near one."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    return master, os.ttyname(slave)


@needs_terminals
def test_both_wires_of_a_line_are_printed_and_kept(tmp_path: Path) -> None:
    pytest.importorskip("serial")
    kept = tmp_path / "kept.pcapng"
    (client, first), (meter, second) = pseudo_terminal(), pseudo_terminal()
    arguments = ["serial", first, second, "--baud", "19200", "--print", "-T", "jsonl", "-w", str(kept)]
    with running(*arguments) as serial:
        assert serial.stderr.readline() == (
            f"dlms-analyzer: listening on {first}+{second} at 19200 Bd 8N1, until Ctrl-C\n"
        )
        os.write(client, SNRM)
        request = json.loads(serial.stdout.readline())
        os.write(meter, UA)
        answer = json.loads(serial.stdout.readline())
        serial.interrupt()
        rest, said, status = serial.end()
    assert [(one["service"], one["profile"]) for one in (request, answer)] == [("snrm", "hdlc"), ("ua", "hdlc")]
    assert (request["sender"], answer["sender"]) == ("client", "server")
    assert request["source"] == answer["destination"] != answer["source"]
    assert (rest, said, status) == ([], ["dlms-analyzer: 2 frames, 2 messages"], 0)
    with running("read", "-T", "jsonl", str(kept)) as reading:
        again, _, _ = reading.end()
    assert [json.loads(line)["service"] for line in again] == ["snrm", "ua"]


@needs_terminals
def test_a_mode_e_line_is_opened_at_300_baud() -> None:
    pytest.importorskip("serial")
    _, device = pseudo_terminal()
    with running("serial", device, "--mode-e") as serial:
        assert "at 300 Bd 7E1" in serial.stderr.readline()
        serial.interrupt()
        assert serial.end()[1:] == (["dlms-analyzer: 0 frames, 0 messages"], 0)


def test_without_pyserial_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    assert main(["serial", "/dev/ttyUSB0"]) == 1
    assert capsys.readouterr().err == (
        "dlms-analyzer: a serial tap needs the package pyserial: install dlms-analyzer[serial]\n"
    )


def test_a_port_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("serial")
    assert main(["serial", "/dev/nowhere9"]) == 1
    assert capsys.readouterr().err.startswith("dlms-analyzer: /dev/nowhere9: no such serial port")


def test_ports_are_listed_one_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("dlms_analyzer.cli.serial.list_ports", lambda: ["/dev/ttyUSB0", "/dev/ttyUSB1"])
    assert main(["serial", "--list-ports"]) == 0
    assert capsys.readouterr().out == "/dev/ttyUSB0\n/dev/ttyUSB1\n"


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"], ["a", "--baud", "fast"], ["a", "--data-bits", "5"]])
def test_what_makes_no_sense_is_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serial", *arguments])
    assert ended.value.code == 2
    assert "usage: " in capsys.readouterr().err
