"""The command: files alone are shown, and what prints is as before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dlms_analyzer.cli.main import parser
from tests.support import CAPTURES
from tui.command import Screens, main

CAPTURE = str(CAPTURES / "ln_wrapper_low.pcap")


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ([CAPTURE], "open"),
        (["--key", "guek=" + "00" * 16, CAPTURE], "open"),
        (["-"], "open"),
        ([], "open"),
        (["read", CAPTURE], "read"),
        (["sessions", CAPTURE], "sessions"),
        (["open", CAPTURE], "open"),
    ],
)
def test_what_names_no_command_is_shown_on_screens(given: list[str], command: str) -> None:
    screens = Screens(given)
    assert parser(screens).parse_args(screens.completed(given)).command == command


def test_a_mistyped_command_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["sesions", CAPTURE])
    assert stopped.value.code == 2
    assert "invalid choice: 'sesions'" in capsys.readouterr().err


def test_screens_need_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([CAPTURE])
    assert stopped.value.code == 2
    assert "screens need a terminal" in capsys.readouterr().err


def test_commands_that_print_do_not_import_what_only_screens_need() -> None:
    code = f"import sys; from tui.command import main; main(['read', {CAPTURE!r}]); assert 'textual' not in sys.modules"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "AARQ" in found.stdout
