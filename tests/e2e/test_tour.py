"""A tour through the program in a real terminal: open, filter, ladder, value plot, add key, live."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.replay import new_mark
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege
from tests.e2e.tmux import Terminal
from tests.support import CAPTURES, REPOSITORY

PLAIN = CAPTURES / "ln_wrapper_low.pcap"
PROFILE = CAPTURES / "j_ln_hdlc_hls2_profile200.pcap"
CIPHERED = CAPTURES / "ln_wrapper_gmac_glo.pcap"

Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program in a terminal."""
    terminals: list[Terminal] = []

    def begin(*arguments: str | Path, **how: tuple[int, int]) -> Terminal:
        # Bookmarks and notes stand beside a capture: a tour has copies.
        given = [str(shutil.copy(one, tmp_path)) if isinstance(one, Path) else one for one in arguments]
        terminals.append(Terminal(tmp_path, *given, **how))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.close()


def test_a_capture_is_opened_browsed_and_left(start: Start) -> None:
    terminal = start(PLAIN)
    terminal.wait_for("AARQ", "84 messages")
    terminal.press("Down", "Down")
    terminal.wait_for("No. 3", "ACTION.request")
    terminal.press("G")
    terminal.wait_for("No. 84")
    terminal.press("?")
    terminal.wait_for("Next pane")
    terminal.press("Escape")
    terminal.wait_for_no("Next pane")  # a q right behind Escape would be Alt-q
    terminal.press("q")
    terminal.wait_for_end()


def test_a_display_filter_is_typed_used_and_taken_away(start: Start) -> None:
    terminal = start(PLAIN)
    terminal.wait_for("84 messages")
    terminal.press("/")
    terminal.wait_for("Apply")
    terminal.type('dlms.service == "get-response-normal"')
    terminal.press("Enter")
    terminal.wait_for("16 of 84 messages")
    terminal.wait_for_no("Apply")
    terminal.press("/")
    terminal.wait_for("Apply")
    terminal.press("C-u", "Enter")
    terminal.wait_for_no("16 of 84")


def test_the_values_of_a_profile_are_plotted(start: Start) -> None:
    terminal = start(PROFILE)
    terminal.wait_for("messages")
    terminal.press("3")
    terminal.wait_for("1 meter")
    for text in ("electricity", "load profile 1", "2 buffer"):
        terminal.press("Down")
        terminal.press("Right")
        terminal.wait_for(text)
    terminal.wait_for("202 rows")
    terminal.press("p")
    terminal.wait_for("202 values, min 1, max 202")


def test_a_session_is_seen_as_a_ladder_and_left_for_one_of_its_messages(start: Start) -> None:
    terminal = start(PLAIN)
    terminal.wait_for("84 messages")
    terminal.press("2")
    terminal.wait_for("association")
    terminal.press("Enter")
    terminal.wait_for("─>", "<─", "read-write-denied")
    terminal.press("Down", "Down", "Enter")
    terminal.wait_for("No. 3")


def test_a_key_that_is_typed_opens_the_messages(start: Start) -> None:
    (keys,) = tomllib.loads(CIPHERED.with_name("ln_wrapper_gmac_glo.keys.toml").read_text())["meter"]
    terminal = start(CIPHERED)
    terminal.wait_for("key?")
    terminal.press("4")
    terminal.wait_for("keys missing")
    terminal.press("a")
    terminal.wait_for("Encryption key")
    terminal.type(keys["guek"])
    terminal.wait_for("16 octets")
    assert keys["guek"] not in terminal.screen
    terminal.press("Enter")
    terminal.wait_for("not verified", "add the authentication key")
    terminal.press("1")
    terminal.wait_for("ACTION.request")


def test_a_terminal_of_any_size_is_filled(start: Start) -> None:
    terminal = start(PLAIN, size=(80, 24))
    terminal.wait_for("84 messages")
    for columns, lines in ((40, 10), (250, 70), (20, 5), (140, 45)):
        terminal.resize(columns, lines)
    screen = terminal.wait_for("AARQ", "What it says", "84 messages")
    assert len(screen.splitlines()) == 45


@needs_privilege
@pytest.mark.skipif(sys.platform != "linux", reason="replays with the packet sockets of Linux")
def test_live_messages_come_and_the_list_follows_until_somebody_looks(start: Start) -> None:
    mark = new_mark()
    terminal = start("live", "-i", LOOPBACK, "-f", f"ether dst {mark}")
    terminal.wait_for("live")
    command = [sys.executable, "-m", "benchmarks.replay", LOOPBACK, mark, "2000", "500", str(PLAIN)]
    replay = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=REPOSITORY)
    try:
        terminal.wait_for("following", "GET.response")
        terminal.press("Up")
        terminal.wait_for_no("following")
        terminal.press("F")
        terminal.wait_for("following")
    finally:
        replay.kill()
        replay.wait()
    terminal.press("q")
    terminal.wait_for("Not saved")
    terminal.press("Down", "Enter")
    terminal.wait_for_end()
