"""What the screens open: files, as one, and streams that they wait for."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from tests.support import CAPTURES
from tui.opening import FilePlan, apart, is_file, keep_input_for_capture


def test_several_files_are_one_source() -> None:
    paths = (str(CAPTURES / "ln_wrapper_low.pcap"), str(CAPTURES / "event_udp_wrapper.pcap"))
    plan = FilePlan(paths)
    assert not plan.growing
    source = plan.open()
    times = [frame.time for frame in source]
    assert times == sorted(times)
    assert source.name == ", ".join(paths)


def test_a_followed_file_has_not_ended_at_its_end() -> None:
    plan = FilePlan((str(CAPTURES / "ln_wrapper_low.pcap"),), follow=True)
    assert plan.growing
    source = plan.open()
    assert list(source.available())
    assert not source.ended


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert not is_file(str(tmp_path / "fifo"))
    assert not is_file("-")
    assert is_file(str(CAPTURES / "ln_wrapper_low.pcap"))


def test_a_capture_on_standard_input_needs_a_terminal_for_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str, flags: int) -> int:
        raise OSError(6, f"No such device or address: {path} {flags}")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(CaptureError, match="no terminal for the keys"):
        keep_input_for_capture()


async def test_what_may_wait_for_ever_gives_its_result_or_raises() -> None:
    assert await apart(lambda: 7) == 7

    def failing() -> int:
        raise CaptureError("no such thing")

    with pytest.raises(CaptureError, match="no such thing"):
        await apart(failing)


async def test_a_result_that_nobody_waits_for_any_more_is_dropped() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        go_on.wait(10)
        return 1

    waiting = asyncio.ensure_future(apart(slow))
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await apart(lambda: 2) == 2
