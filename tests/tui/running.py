"""The application in a terminal of the tests: captures from the repository, and waiting for work to be done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot

from dlms_analyzer.capture import open_captures
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.security.keyring import Keyring
from tests.support import CAPTURES
from tui.app import AnalyzerApp
from tui.screens.base import MainScreen
from tui.session import Session

MAX_TURNS = 2_000
"""Turns of the event loop that a test waits for; a job that takes longer hangs."""
LIVE_TURNS = 50
"""Turns after which what a capture that goes on brings is not waited for any more."""
TURN = 0.005
"""Seconds between two looks whether jobs run; some of them wait for a thread."""


def session_of(*captures: str | Path, keys: str | Path | None = None, **more: Any) -> Session:
    """A session on captures of the repository, or on files by their path.

    Args:
        captures: names without `.pcap` in `captures/`, or paths.
        keys: path of a keys file; True takes the one beside the first capture.
        more: other fields of the session.
    """
    paths = [CAPTURES / f"{one}.pcap" if isinstance(one, str) else one for one in captures]
    ring = Keyring()
    if keys is not None:
        load_keys_file(ring, str(CAPTURES / f"{keys}.keys.toml" if isinstance(keys, str) else keys), {})
    return Session(open_captures(paths), ring, paths=tuple(map(str, paths)), **more)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no job runs, no message is on its way and everything is painted."""
    app: Any = pilot.app
    await _worked(pilot)
    seen = app._seen
    app._tell_growth()
    if app._seen != seen:
        await _worked(pilot)  # screens may have more to do now
    screen = app.screen
    if isinstance(screen, MainScreen):
        screen.update_status()  # a job that has just ended is still named there
    rest = getattr(screen, "_rest", None)
    if rest is not None:
        rest.hurry()
    await _delivered(pilot)


async def _worked(pilot: Pilot[Any]) -> None:
    """Wait until no job runs and no message is on its way."""
    app: Any = pilot.app
    await _delivered(pilot)
    for _ in range(MAX_TURNS):
        if not app.jobs.busy:
            return
        await pilot.pause(TURN)
        if not app.jobs.busy:
            await _delivered(pilot)  # what it brought may begin further jobs
    raise AssertionError(f"still running: {[job.name for job in app.jobs.running]}")


async def _delivered(pilot: Pilot[Any]) -> None:
    """Wait until messages have reached their widgets, and what these sent in turn, and all is laid out.

    While a capture goes on there is always something on its way; and who leaves paints nothing any more.
    """
    app: Any = pilot.app
    for turn in range(MAX_TURNS):
        await pilot.pause(0)
        screen = app.screen
        widgets = list(screen.walk_children(with_self=True))
        waiting = any(one.message_queue_size for one in (app, *widgets))
        if not (waiting or screen._dirty_widgets or any(map(_is_to_do, widgets))):
            await pilot.pause(0)
            return
        if app._exit or (turn >= LIVE_TURNS and app.jobs.running and not app.jobs.busy):
            return
    raise AssertionError(f"still being laid out: {[one for one in widgets if _is_to_do(one)]}")


def _is_to_do(widget: Any) -> bool:
    """Whether a widget has asked to be laid out or painted, or to be called when that is done."""
    return bool(
        widget._layout_required or widget._scroll_required or widget._repaint_required or widget._next_callbacks
    )


@asynccontextmanager
async def running(
    session: Session | None, size: tuple[int, int] = (140, 45), keys: Sequence[str] = (), **more: Any
) -> AsyncIterator[Pilot[Any]]:
    """The application with a capture read to its end, after some keys."""
    app = AnalyzerApp(session, **more)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, *keys)
        yield pilot
        app.close_session()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after the other, each once the one before has done its work."""
    # Textual waits behind each key until the process is idle for some time; `settled` knows better what to wait for.
    with patch("textual.app.wait_for_idle", _no_wait):
        for key in keys:
            await pilot.press(key)
            await settled(pilot)


async def write(pilot: Pilot[Any], text: str) -> None:
    """Type a text as a person does who does not look up between the letters."""
    await press_fast(pilot, *text)
    await settled(pilot)


async def press_fast(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, waiting for nothing between them."""
    with patch("textual.app.wait_for_idle", _no_wait):
        await pilot.press(*("space" if one == " " else one for one in keys))


async def _no_wait(*_: object) -> None:
    """Wait for nothing."""


def screen_text(app: Any) -> str:
    """What is on the screen, line by line, without colours."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
