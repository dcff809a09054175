"""The screens end when their terminal does."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

from tests.support import CAPTURES

PATIENCE = 60.0
"""Seconds to wait for anything; machines for tests are slow and shared."""
PROGRAM = "import sys; from tui.command import main; sys.exit(main())"


def started(settings: Path) -> tuple[int, int]:
    """The program on a capture in a terminal of its own: its process, and what the terminal is read from."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(DLMS_ANALYZER_SETTINGS=str(settings), TERM="xterm-256color")
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM, str(CAPTURES / "ln_wrapper_low.pcap")])
    return pid, terminal


def read_until(terminal: int, wanted: bytes) -> None:
    read = b""
    end = time.monotonic() + PATIENCE
    while wanted not in read:
        assert time.monotonic() < end, read[-500:]
        if select.select([terminal], [], [], 1.0)[0]:
            read += os.read(terminal, 65536)


def ended(pid: int) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def test_nothing_is_left_of_the_program_when_its_terminal_goes_away(tmp_path: Path) -> None:
    pid, terminal = started(tmp_path)
    read_until(terminal, b"AARQ")
    os.close(terminal)  # the system sends SIGHUP
    assert ended(pid)


def test_a_program_that_is_woken_while_its_terminal_goes_away_ends_too(tmp_path: Path) -> None:
    pid, terminal = started(tmp_path)
    read_until(terminal, b"AARQ")
    os.kill(pid, signal.SIGCONT)  # as the system sends behind SIGHUP; Textual begins to paint anew then
    os.close(terminal)
    assert ended(pid)
