"""What watches over capture programs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from dlms_analyzer.capture.live_guard import Guard

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

DIES = """
import os, signal, sys
from dlms_analyzer.capture.live_guard import Guard
guard = Guard(int(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def captor() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stderr=subprocess.DEVNULL)
    time.sleep(0.5)  # Python is there, and takes signals
    yield process
    process.kill()
    process.wait()


def test_a_capture_program_ends_when_whoever_started_it_is_killed(captor: subprocess.Popen[bytes]) -> None:
    subprocess.run([sys.executable, "-c", DIES, str(captor.pid)], check=False, timeout=30)
    assert captor.wait(10) != 0


def test_a_released_guard_harms_nobody(captor: subprocess.Popen[bytes]) -> None:
    guard = Guard(captor.pid)
    guard.release()
    guard.release()
    time.sleep(0.3)
    assert captor.poll() is None
