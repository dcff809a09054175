"""Whatever a capture says, in whatever place: the screens show it, and it has no effect on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment

from dlms_analyzer.output.escape import escape
from tests.hostile import COLOUR, hostile_capture, hostile_keys
from tests.tui.running import MAX_TURNS, press, running, session_of
from tests.views import VIEWS, View
from tui.app import AnalyzerApp
from tui.harmless import BLANK_OF_PLOTS

EVERYWHERE = {"device", "text", "visible", "long", "user", "cell", "event", "push"}
"""Places whose text is sure to be on the messages screen when the cursor goes through all messages."""


def segments(app: Any) -> Iterator[Segment]:
    """Everything on the screen; fails where something in it is not harmless."""
    for strip in app.screen._compositor.render_strips():
        line = "".join(segment.text for segment in strip).replace(BLANK_OF_PLOTS, " ")
        assert escape(line) == line, "a character that steers, hides or turns reached the screen"
        yield from strip


def check(app: Any) -> str:
    """What is on the screen, after a look for traces of markup."""
    said = ""
    for segment in segments(app):
        said += segment.text
        style = segment.style
        if style is None:
            continue
        assert "app.quit" not in str(style.meta), "markup of the wire made a link"
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.name.lower() != COLOUR, "markup of the wire coloured something"
    return said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
async def test_hostile_text_has_no_effect_on_a_screen(view: View, folder: Path) -> None:
    session = session_of(hostile_capture(folder), keys=hostile_keys(folder), show_secrets=True)
    async with running(session, (80, 24)) as pilot:
        for key in (*view.keys, "right", "down", "end", "pageup", "right_square_bracket"):
            await press(pilot, key)
            check(pilot.app)


async def test_every_message_with_hostile_text_is_shown_and_has_no_effect(folder: Path) -> None:
    session = session_of(hostile_capture(folder), keys=hostile_keys(folder), show_secrets=True)
    seen = ""
    async with running(session, (250, 70)) as pilot:
        for _ in range(len(session.table)):
            seen += check(pilot.app)
            await press(pilot, "down")
    assert {name for name in EVERYWHERE if f"<{name}>" in seen} == EVERYWHERE
    assert f"[{COLOUR}]" in seen
    assert "\\x1b" in seen
    assert "\\u202e" in seen


async def test_a_damaged_file_with_a_hostile_name_is_told_without_effect(folder: Path) -> None:
    path = hostile_capture(folder)
    damaged = path.with_name("damaged " + path.name)
    damaged.write_bytes(path.read_bytes()[:-100])
    app = AnalyzerApp(session_of(damaged))
    async with app.run_test(size=(140, 45), notifications=True) as pilot:
        for _ in range(MAX_TURNS):
            if "after frame 26" in check(app):
                break
            await pilot.pause()
        assert "after frame 26" in check(app)
        app.close_session()
