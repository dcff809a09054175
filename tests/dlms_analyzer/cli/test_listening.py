"""Whether what is listened to is shown on screens or printed."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from dlms_analyzer.capture import ListeningSource
from dlms_analyzer.cli.listening import front_of, listen
from dlms_analyzer.cli.main import main, parser
from dlms_analyzer.frames import Frame
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Shown:
    """A front that only notes what it is to show."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def add_parsers(self, commands: Any) -> None:
        """None."""

    def completed(self, arguments: Sequence[str]) -> list[str]:
        return list(arguments)

    def listen(self, source: ListeningSource, options: argparse.Namespace) -> int:
        self.sources.append(f"{options.command} {source.name}")
        return 7


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["live", "-i", "lo"], True),
        (["serial", "/dev/ttyUSB0", "-w", "kept.pcapng"], True),
        (["live", "-i", "lo", "--print"], False),
        (["live", "-i", "lo", "-T", "jsonl"], False),
        (["serial", "/dev/ttyUSB0", "-T", "tree"], False),
    ],
)
def test_a_terminal_gets_screens_unless_lines_are_asked_for(
    arguments: list[str], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_a_terminal(monkeypatch)
    front = Shown()
    assert (front_of(parser(front).parse_args(arguments)) is front) == shown


@pytest.mark.parametrize("piped", ["stdout", "stderr"])
def test_what_is_no_terminal_gets_lines(piped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    monkeypatch.setattr(sys, piped, io.StringIO())
    assert front_of(parser(Shown()).parse_args(["live", "-i", "lo"])) is None


def test_without_screens_lines_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    assert front_of(parser().parse_args(["live", "-i", "lo"])) is None


@needs_privilege
def test_the_screens_get_the_source_and_give_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch)
    front = Shown()
    assert main(["live", "-i", LOOPBACK], front) == 7
    assert front.sources == [f"live {LOOPBACK}"]


def test_frames_that_were_not_read_are_told_when_listening_ends(capsys: pytest.CaptureFixture[str]) -> None:
    octets = bytes(12) + b"\x08\x00\x44" + bytes(30)

    class Source(list[Frame]):
        stop = None

    source: Any = Source([Frame(1, 1, 1, octets, 0, len(octets), len(octets))])
    assert listen(source, parser().parse_args(["live", "-i", "lo", "--print"]), "listening") == (1, 0)
    told = "1 frame not read, malformed; the first is frame 1, offset 14: IPv4 version and header length 0x44"
    assert capsys.readouterr().err == f"dlms-analyzer: listening\ndlms-analyzer: {told}\n"
