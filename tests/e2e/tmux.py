"""A terminal to try the whole program in: tmux, driven and read from outside as a person would."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

PATIENCE: Final = 30.0
"""Seconds to wait for anything; machines for tests are slow and shared."""
LOOK: Final = 0.05
"""Seconds between two looks at the terminal."""
PROGRAM: Final = (sys.executable, "-c", "import sys; from tui.command import main; sys.exit(main())")


class Terminal:
    """One window of a tmux server of its own."""

    def __init__(self, folder: Path, *arguments: str, size: tuple[int, int] = (140, 45)) -> None:
        """Start the program in it; skips without tmux.

        Args:
            folder: for the socket of tmux and the settings of the program.
            arguments: of the program.
            size: columns and lines.
        """
        if shutil.which("tmux") is None:
            pytest.skip("no tmux here (Debian: apt-get install tmux)")
        self._socket = folder / "tmux"
        # A test run may have a size and colours of its own in its environment.
        clean = ("env", "-u", "COLUMNS", "-u", "LINES", "-u", "NO_COLOR", f"DLMS_ANALYZER_SETTINGS={folder}")
        command = f"exec {shlex.join((*clean, *PROGRAM, *arguments))}"
        columns, lines = map(str, size)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", lines, command)
        self._tmux("set-option", "-g", "remain-on-exit", "on")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout

    @property
    def screen(self) -> str:
        """What is in the terminal, without colours."""
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        """Press keys by the names that tmux has for them."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-l", text)

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal larger or smaller."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def wait_for(self, *texts: str) -> str:
        """Wait until all texts are on the screen; gives the screen."""
        self.wait_until(lambda screen: all(text in screen for text in texts), f"{texts}")
        return self.screen

    def wait_for_no(self, text: str) -> None:
        """Wait until a text is no longer on the screen."""
        self.wait_until(lambda screen: text not in screen, f"no {text!r}")

    def wait_for_end(self) -> None:
        """Wait until the program has left by itself."""
        self.wait_until(lambda _: "1" in self._tmux("list-panes", "-F", "#{pane_dead}"), "its end")

    def wait_until(self, holds: Callable[[str], bool], what: str) -> None:
        """Look until something holds for the screen; fails with the screen after `PATIENCE`.

        Args:
            holds: given the screen.
            what: is waited for, in words.
        """
        until = time.monotonic() + PATIENCE
        while not holds(screen := self.screen):
            if time.monotonic() > until:
                pytest.fail(f"waited in vain for {what}:\n{screen}")
            time.sleep(LOOK)

    def close(self) -> None:
        """End tmux and what runs in it."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], check=False, capture_output=True)
