"""Writing aside: when there is a second process, and how both end."""

from __future__ import annotations

import io
import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import pytest

import dlms_analyzer
from dlms_analyzer.aside import Aside, pays
from dlms_analyzer.aside.writing import MIN_SIZE, WRITTEN_HERE
from dlms_analyzer.capture.child_process import ChildError, can_start_children
from dlms_analyzer.cli import main
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.messages import Message
from tests.dlms_analyzer.cli.running import PATIENCE, RUN, running
from tests.support import CAPTURES, repeated

CAPTURE = CAPTURES / "ln_wrapper_low.pcap"
TIMES = 5_200
"""How often five messages in a few hundred octets make more than `MIN_SIZE`."""

pytestmark = pytest.mark.skipif(not can_start_children(), reason="no child processes here")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture that two processes write about."""
    return repeated(tmp_path_factory.mktemp("large") / "large.pcap", TIMES)


@pytest.fixture
def messages() -> list[Message]:
    return list(dlms_analyzer.open(CAPTURE).messages)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Aside]:
    """From now on captures of any size are worth a second process; those that are started."""
    found: list[Aside] = []

    def start(*given: Any, **options: Any) -> Aside:
        found.append(Aside(*given, **options))
        return found[-1]

    monkeypatch.setattr("dlms_analyzer.cli.printing.Aside", start)
    monkeypatch.setattr("dlms_analyzer.cli.printing.pays", lambda *_: True)
    return found


def numbers(lines: list[str]) -> list[int]:
    return [json.loads(line)["number"] for line in lines]


def by_number(out: TextIO) -> Callable[[Message], None]:
    """Writes a message in this process so that a test can tell."""
    return lambda message: print(f"here {message.number}", file=out)


def test_two_processes_write_what_one_writes(large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "lines").open("w+") as lines:
        assert pays(large.stat().st_size, lines)
        subprocess.run([*RUN, "read", "-T", "jsonl", str(large)], stdout=lines, check=True, timeout=PATIENCE)
        assert main(["read", "-T", "jsonl", str(large)]) == 0
        lines.seek(0)
        assert lines.read() == capsys.readouterr().out


def test_the_first_lines_are_written_here_and_the_others_aside(
    messages: list[Message], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlms_analyzer.aside.writing.WRITTEN_HERE", 2)
    with (tmp_path / "lines").open("w+") as out:
        with Aside(out, by_number(out), Meters(), show_secrets=False) as aside:
            for message in messages[:2]:
                aside.write(message)
            assert (tmp_path / "lines").read_text() == "here 1\nhere 2\n"
            for message in messages[2:]:
                aside.write(message)
        out.seek(0)
        lines = out.read().splitlines()
    assert lines[:2] == ["here 1", "here 2"]
    assert numbers(lines[2:]) == list(range(3, len(messages) + 1))


def test_a_capture_of_few_messages_is_written_here(messages: list[Message], tmp_path: Path) -> None:
    with (tmp_path / "lines").open("w+") as out:
        with Aside(out, by_number(out), Meters(), show_secrets=False) as aside:
            for message in messages:
                aside.write(message)
        out.seek(0)
        assert out.read().splitlines() == [f"here {message.number}" for message in messages]


def test_whoever_has_seen_enough_ends_both_quietly(large: Path) -> None:
    with running("read", "-T", "jsonl", str(large)) as reading:
        assert numbers([reading.stdout.readline()]) == [1]
        reading.stdout.close()
        assert reading.process.wait(PATIENCE) == 0
        assert reading.stderr.read() == ""


def test_after_ctrl_c_there_are_whole_lines_and_no_gap(large: Path) -> None:
    with running("read", "-T", "jsonl", str(large)) as reading:
        first = [reading.stdout.readline() for _ in range(WRITTEN_HERE + 1)]
        reading.interrupt()
        more = reading.stdout.readlines()
        _, said, status = reading.end()
    found = numbers(first + more)
    assert len(found) < 5 * TIMES
    assert found == list(range(1, len(found) + 1))
    assert (said, status) == ([], 130)


def test_a_full_disk_is_told(large: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with full.open("w") as out:
        ended = subprocess.run(
            [*RUN, "read", "-T", "jsonl", str(large)],
            stdout=out, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert (ended.stderr, ended.returncode) == ("dlms-analyzer: No space left on device\n", 1)


def test_that_the_second_process_was_killed_is_told_with_what_is_missing(
    started: list[Aside], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dlms_analyzer.aside.writing.WRITTEN_HERE", 1)
    with (tmp_path / "lines").open("w") as out:
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr(Aside, "__enter__", killed)
        assert main(["read", "-T", "jsonl", str(CAPTURE)]) == 1
    assert len(started) == 1
    said = capsys.readouterr().err
    assert said == f"dlms-analyzer: the process that writes has ended (status -{signal.SIGKILL}); lines are missing\n"


def killed(aside: Aside) -> Aside:
    """A second process that somebody kills at once."""
    aside._process.kill()
    aside._process.wait()
    return aside


def test_without_room_for_a_second_process_this_one_writes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(*_: object, **__: object) -> Aside:
        raise ChildError("no second process could be started: Resource temporarily unavailable")

    assert main(["read", "-T", "jsonl", str(CAPTURE)]) == 0
    wanted = capsys.readouterr()
    monkeypatch.setattr("dlms_analyzer.cli.printing.pays", lambda *_: True)
    monkeypatch.setattr("dlms_analyzer.cli.printing.Aside", start)
    assert main(["read", "-T", "jsonl", str(CAPTURE)]) == 0
    assert capsys.readouterr() == wanted


def test_names_and_secrets_are_as_the_options_say(
    started: list[Aside], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "names.csv"
    table.write_text("1-0:99.1.0;7;Load at the feeder\n")
    command = ["read", "-T", "jsonl", "--show-secrets", "--names", str(table), str(CAPTURE)]
    monkeypatch.setattr("dlms_analyzer.aside.writing.WRITTEN_HERE", 1)
    with (tmp_path / "lines").open("w") as out, monkeypatch.context() as redirected:
        redirected.setattr("sys.stdout", out)
        assert main(command) == 0
    assert len(started) == 1
    started.clear()
    monkeypatch.setattr("dlms_analyzer.cli.printing.pays", lambda *_: False)
    assert main(command) == 0
    assert not started
    lines = capsys.readouterr().out
    assert "Load at the feeder" in lines
    assert (tmp_path / "lines").read_text() == lines


@pytest.mark.parametrize(
    "options",
    [
        ("-T", "text"),
        ("-T", "jsonl", "-Y", "dlms.service == aarq"),
        ("-T", "jsonl", "--save-meter-model", "model.json"),
    ],
    ids=["lines", "filter", "model"],
)
def test_where_this_process_has_to_learn_as_well_there_is_no_second_one(
    options: list[str], started: list[Aside], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["read", *options, str(CAPTURE)]) == 0
    assert not started


@pytest.mark.parametrize("octets", [None, MIN_SIZE - 1], ids=["pipe", "small"])
def test_what_is_small_or_still_being_written_needs_no_second_process(octets: int | None, tmp_path: Path) -> None:
    with (tmp_path / "lines").open("w") as out:
        assert pays(MIN_SIZE, out)
        assert not pays(octets, out)


def test_on_one_core_one_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.aside.writing.cores", lambda: 1)
    with (tmp_path / "lines").open("w") as out:
        assert not pays(MIN_SIZE, out)


def test_an_output_that_is_no_file_or_a_terminal_is_written_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not pays(MIN_SIZE, io.StringIO())
    with Path("/dev/null").open("w") as out:
        monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
        assert not pays(MIN_SIZE, out)
