"""What the screens open: files, as one, and streams that they wait for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from tests.support import CAPTURES
from tui.opening import FilePlan, is_file, keep_input_for_capture


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
