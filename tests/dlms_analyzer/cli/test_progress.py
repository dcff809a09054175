"""Progress on a terminal: when it is there, what it says, and that it leaves nothing behind."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.source import FileSource
from dlms_analyzer.cli import progress
from dlms_analyzer.cli.progress import Progress, progress_text, size_text, time_text
from dlms_analyzer.frames import Frame


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def source(captures: Path) -> Iterator[FileSource]:
    with open_capture(captures / "ln_wrapper_low.pcap") as source:
        yield source


def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that advances by half a second at each look."""
    now = iter(range(1_000_000))
    monkeypatch.setattr(progress, "monotonic", lambda: next(now) / 2)


def many(source: FileSource, count: int) -> list[Frame]:
    return list(repeat(next(iter(source)), count))


def test_a_pipe_never_gets_progress(source: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch)
    pipe = io.StringIO()
    frames = many(source, 10_000)
    assert list(Progress(source, pipe).watch(frames)) == frames
    assert pipe.getvalue() == ""


def test_a_terminal_sees_how_far_reading_is_and_nothing_in_the_end(
    source: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking(monkeypatch)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    frames = many(source, 10_000)
    assert list(Progress(source, terminal).watch(frames)) == frames
    shown = terminal.getvalue().split("\r\x1b[K")
    assert "16 frames, 16 frames/s" in shown[1]
    assert len(shown) > 10
    assert shown[-1] == ""


def test_few_frames_that_take_long_have_progress_after_a_second(
    source: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(progress, "monotonic", lambda: now)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    for _ in Progress(source, terminal).watch(many(source, 120)):
        now += 0.04
        if now < 1:
            assert terminal.getvalue() == ""
    assert "32 frames, 25 frames/s" in terminal.getvalue()


def test_what_is_read_in_a_moment_needs_no_progress(source: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    assert len(list(Progress(source, terminal).watch(many(source, 2_000)))) == 2_000
    assert terminal.getvalue() == ""


def test_a_reading_that_is_given_up_clears_its_line(source: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    watched = Progress(source, terminal).watch(many(source, 10_000))
    for _ in zip(range(3_000), watched, strict=False):
        pass
    del watched
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_the_time_left_follows_from_the_octets_done(source: FileSource) -> None:
    for _ in source:
        pass
    assert (
        progress_text(source, 300, 2.0) == f"100% of {size_text(source.bytes_done)}, 300 frames, 150 frames/s, 0 s left"
    )


def test_of_a_stream_nobody_knows_the_end(captures: Path) -> None:
    with (captures / "ln_wrapper_low.pcap").open("rb") as stream, open_capture(stream) as source:
        for _ in source:
            pass
        assert progress_text(source, 300, 2.0) == f"{size_text(source.bytes_done)}, 300 frames, 150 frames/s"


def test_sizes_and_times_are_readable() -> None:
    assert [size_text(one) for one in (0, 999, 20_724_024, 3e9, 4e12)] == [
        "0 B",
        "999 B",
        "21 MB",
        "3.0 GB",
        "4000.0 GB",
    ]
    assert [time_text(one) for one in (0.4, 59, 61, 3_660)] == ["0 s", "59 s", "1 min 1 s", "1 h 1 min"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_line_is_cut_to_the_width_of_the_terminal(source: FileSource, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl
    import struct
    import termios

    ticking(monkeypatch)
    monkeypatch.setenv("TERM", "xterm")
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
    with os.fdopen(slave, "w") as terminal:
        for _ in Progress(source, terminal).watch(many(source, 3_000)):
            pass
        shown = os.read(master, 10_000).decode().split("\r\x1b[K")
    os.close(master)
    assert {len(line) for line in shown[1:-1]} == {19}
