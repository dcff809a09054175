"""A program in a terminal of its own (a pty), as a user has it: keys go in, and what comes out is watched for."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from memory import OWN, memory_of

PROGRAM: Final = (sys.executable, "-c", "import sys; from tui.command import main; sys.exit(main())")
COLUMNS: Final = 140
LINES: Final = 45
CURSOR_GROUND: Final = b"48;2;18;56;156"
"""How the theme dlms-dark paints the ground of the line with the cursor; nothing else has it."""


class Terminal:
    """A running program and what it has painted so far."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start it.

        Args:
            command: program and arguments.
            folder: for its settings.
        """
        environment = os.environ | {
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "DLMS_ANALYZER_SETTINGS": str(folder)
        }  # fmt: skip
        environment.pop("NO_COLOR", None)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs do not compile themselves at every start
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.painted = bytearray()

    def read(self, seconds: float) -> bool:
        """Take what comes within some time; whether anything came."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            self.painted += os.read(self._master, 1 << 16)
        except OSError:  # the program has left
            return False
        return True

    def wait_for(self, pattern: bytes, seconds: float, start: int = 0) -> float | None:
        """Wait until something is painted.

        Args:
            pattern: a regular expression.
            seconds: how long to wait.
            start: where in what was painted to begin to look.

        Returns:
            When it came, on the clock of `time.perf_counter`; None when it did not.
        """
        expression, until = re.compile(pattern, re.DOTALL), time.perf_counter() + seconds
        while True:
            if expression.search(self.painted, start):
                return time.perf_counter()
            left = until - time.perf_counter()
            if left <= 0 or (not self.read(left) and self.process.poll() is not None):
                return None

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def latency(self, keys: bytes, pattern: bytes, seconds: float = 5.0) -> float | None:
        """Seconds from a key to what it is to paint; None when that does not come."""
        while self.read(0):
            pass
        place, pressed = len(self.painted), time.perf_counter()
        self.press(keys)
        seen = self.wait_for(pattern, seconds, place)
        return None if seen is None else seen - pressed

    def rest(self, seconds: float) -> None:
        """Take what comes for some time."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.read(left)

    def memory(self) -> float:
        """Memory of the program and its child processes, MiB, without the pages of mapped files."""
        found = 0
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and os.getsid(int(process.name)) == self.process.pid:
                    found += memory_of(process.name)[OWN]
            except OSError:  # it has just ended
                continue
        return found / 1024

    def processor_time(self) -> float:
        """Seconds that a processor has worked for the program."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Leave the program, and end it when it does not."""
        if self.process.poll() is None:
            self.press(b"q")
            until = time.perf_counter() + 5
            while self.process.poll() is None and time.perf_counter() < until:
                self.read(0.05)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._master)


def on_cursor(number: int) -> bytes:
    """The pattern of the line of a message with the cursor on it."""
    return CURSOR_GROUND + b"m *" + str(number).encode() + rb"\b"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
