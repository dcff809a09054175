"""No capture program survives us: left alone, it would fill the disk with a file that nobody sees."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from typing import Final

_SHELL: Final = "/bin/sh"
_WATCH: Final = 'read -r _; kill -INT "$0"'
"""Its standard input comes from us, and ends with us."""


class Guard:
    """Interrupts a process once this one is gone, however it went.

    A signal at the death of the parent (prctl(2)) would not do: programs with file capabilities, as dumpcap has them as
    a rule, do not get it.
    """

    def __init__(self, process: int) -> None:
        """Watch from now on.

        Args:
            process: id of the process.
        """
        self._shell: subprocess.Popen[bytes] | None = None
        if os.name != "posix":
            return
        with suppress(OSError):  # without a shell nobody watches, but capturing works
            self._shell = subprocess.Popen(  # noqa: S603
                [_SHELL, "-c", _WATCH, str(process)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def release(self) -> None:
        """Watch no longer: the process has ended."""
        shell, self._shell = self._shell, None
        if shell is None:
            return
        shell.kill()
        shell.wait()
        if shell.stdin is not None:
            shell.stdin.close()
