"""Rest: what is under a cursor is shown once the cursor rests."""

from __future__ import annotations

from textual.app import App

from tui.rest import PAUSE, Rest


class Bench(App[None]):
    """An application that counts how often it showed something."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = 0
        self.rest = Rest(self, self.show)

    def show(self) -> None:
        self.rest.stop()
        self.shown += 1


async def test_moves_in_one_go_are_shown_once_and_only_when_the_cursor_rests() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        for _ in range(5):
            app.rest.begin()
        assert (app.rest.awaited, app.shown) == (True, 0)
        while app.rest.awaited:
            await pilot.pause(PAUSE)
        assert app.shown == 1


async def test_who_hurries_sees_it_at_once_and_not_again() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        app.rest.hurry()
        assert app.shown == 0, "nothing waited"
        app.rest.begin()
        app.rest.hurry()
        assert app.shown == 1
        await pilot.pause(2 * PAUSE)
        assert app.shown == 1
