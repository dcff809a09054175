"""Running the command line as a program of its own, with its ends held by the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

RUN = [sys.executable, "-c", "from dlms_analyzer.cli import main; raise SystemExit(main())"]
PATIENCE = 60


class Running:
    """A program whose output is read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        assert process.stderr is not None
        self.stdout: IO[str] = process.stdout
        self.stderr: IO[str] = process.stderr

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def end(self) -> tuple[list[str], list[str], int]:
        """The lines still to come on both ends, and the exit status."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return out.splitlines(), err.splitlines(), self.process.returncode


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[Running]:
    """The program, while it runs; it is killed when the test does not wait for its end."""
    process = subprocess.Popen(
        [*RUN, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield Running(process)
    finally:
        process.kill()
        process.communicate()
