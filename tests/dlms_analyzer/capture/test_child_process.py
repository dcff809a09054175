"""A process of our own: its messages come as they are sent, it ends with us, and its end is told."""

from __future__ import annotations

import io
import os
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from dlms_analyzer.capture.child_process import PIPE_SIZE, ChildError, ChildProcess, can_start_children, received

pytestmark = pytest.mark.skipif(not can_start_children(), reason="no child processes here")
WAIT = 30.0


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules a child finds."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    return tmp_path


def write(modules: Path, name: str, text: str) -> str:
    send = "from dlms_analyzer.capture.child_process import send\nimport os, sys, time\n"
    (modules / f"{name}.py").write_text(f"{send}def main():\n    {text}\n", encoding="utf-8")
    return name


def test_messages_of_any_size_arrive_in_order(modules: Path) -> None:
    name = write(modules, "sizes", f"send(sys.stdin.buffer.read()); send(b'x' * {3 * PIPE_SIZE}); send(b'last')")
    with closing(ChildProcess(name, b"an order")) as child:
        messages = []
        while len(messages) < 3:
            message = child.receive(WAIT)
            if message is not None:
                messages.append(message)
        assert messages == [b"an order", b"x" * 3 * PIPE_SIZE, b"last"]
        with pytest.raises(ChildError, match=r"the second process has ended \(status 0\)"):
            child.receive(WAIT)


def test_what_is_not_there_yet_is_not_waited_for(modules: Path) -> None:
    with closing(ChildProcess(write(modules, "silent", "time.sleep(60)"), b"")) as child:
        assert child.receive(0) is None


def test_a_child_that_fails_is_told_with_its_status(modules: Path) -> None:
    name = write(modules, "failing", "os._exit(7)")
    with closing(ChildProcess(name, b"")) as child, pytest.raises(ChildError, match="status 7"):
        child.receive(WAIT)


def test_a_child_is_ended_at_once(modules: Path) -> None:
    name = write(modules, "stubborn", "send(str(os.getpid()).encode()); time.sleep(60)")
    child = ChildProcess(name, b"")
    message = child.receive(WAIT)
    assert message is not None
    start = time.monotonic()
    child.close()
    assert time.monotonic() - start < WAIT
    with pytest.raises(ProcessLookupError):
        os.kill(int(message), 0)


def test_an_interpreter_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ChildError, match="no second process could be started: No such file"):
        ChildProcess("any", b"")


@pytest.mark.parametrize("end", range(7, 15))
def test_a_message_that_is_cut_off_is_none(end: int) -> None:
    whole = bytes.fromhex("00000003 616263 00000004 64656667")
    assert list(received(io.BytesIO(whole[:end]))) == [b"abc"]
    assert list(received(io.BytesIO(whole))) == [b"abc", b"defg"]
