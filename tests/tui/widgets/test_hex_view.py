"""HexView: octets, a marked field, a cursor."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tests.tui.running import screen_text
from tui.theme import THEMES
from tui.widgets.hex_view import HexView

OCTETS = bytes(range(256)) * 4


class Dump(App[None]):
    """Nothing but octets."""

    def __init__(self) -> None:
        super().__init__()
        self.view = HexView()
        self.pointed: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name
        self.view.show(OCTETS)
        self.view.focus()

    def on_hex_view_pointed(self, event: HexView.Pointed) -> None:
        self.pointed.append(event.offset)


@pytest.mark.parametrize(("width", "per_line"), [(80, 16), (40, 8), (24, 4), (10, 4)])
async def test_a_line_has_as_many_octets_as_there_is_room_for(width: int, per_line: int) -> None:
    app = Dump()
    async with app.run_test(size=(width, 8)):
        assert app.view.per_line == per_line
        lines = screen_text(app).splitlines()
        if width >= 24:
            assert lines[1].startswith(f"{per_line:04x} {per_line:02x} ")


async def test_a_marked_field_far_down_is_brought_into_sight() -> None:
    app = Dump()
    async with app.run_test(size=(80, 8)) as pilot:
        app.view.mark(0x300, 0x304)
        await pilot.pause()
        assert "0300 00 01 02 03" in screen_text(app)


async def test_keys_move_the_cursor_by_octet_line_and_page() -> None:
    app = Dump()
    async with app.run_test(size=(80, 8)) as pilot:
        await pilot.press("right", "down", "pagedown", "left", "end", "home", "up")
        await pilot.pause()
    assert app.pointed == [1, 17, 145, 144, 1023, 0, 0]


async def test_a_click_on_digits_or_characters_points_at_their_octet() -> None:
    app = Dump()
    async with app.run_test(size=(80, 8)) as pilot:
        await pilot.click(HexView, offset=(5 + 3 * 4, 2))
        await pilot.click(HexView, offset=(5 + 3 * 16 + 6, 1))
        await pilot.click(HexView, offset=(2, 1))
        await pilot.pause()
    assert app.pointed == [36, 22]


async def test_no_octets_are_an_empty_pane() -> None:
    app = Dump()
    async with app.run_test(size=(80, 8)) as pilot:
        app.view.show(b"")
        await pilot.press("down", "end")
        await pilot.pause()
        assert screen_text(app).strip() == ""
        assert app.pointed == []
