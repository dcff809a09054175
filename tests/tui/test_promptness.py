"""How soon keys are seen."""

from __future__ import annotations

import os
import subprocess
import sys

ASK = """
import sys
from tui import command
assert "textual" not in sys.modules, "the command line has imported Textual"
try:
    command.main(["open", "no-such-file"])
except SystemExit:
    pass
from textual import constants
print(sys.getswitchinterval(), constants.MAX_FPS)
"""


def told(**environment: str) -> list[str]:
    """Seconds of a turn of a thread, and paints per second, once the screens are to be shown."""
    inherited = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=inherited | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1].split()


def test_threads_that_read_keys_wait_for_half_a_millisecond_and_effects_for_eight() -> None:
    assert told() == ["0.0005", "120"]


def test_whoever_sets_the_paints_per_second_keeps_them() -> None:
    assert told(TEXTUAL_FPS="30") == ["0.0005", "30"]
