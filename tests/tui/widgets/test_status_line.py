"""The status line: what a screen says, and the work that is going on."""

from __future__ import annotations

from collections.abc import Iterator

from tests.tui.running import running, session_of
from tui.widgets.status_line import StatusLine


async def test_work_that_has_ended_is_no_longer_named_when_the_screen_says_something_new() -> None:
    gate = [False]

    def work() -> Iterator[None]:
        while not gate[0]:
            yield None

    async with running(session_of("ln_wrapper_low")) as pilot:
        line = pilot.app.screen.query_one(StatusLine)
        job = pilot.app.jobs.start("sorting out", work())  # type: ignore[attr-defined]
        line.say("one")
        assert line.render().plain.split() == ["one", "sorting", "out", "Esc:", "cancel"]
        gate[0] = True
        while not job.over:
            await pilot.pause()
        line.say("two")
        assert line.render().plain.split() == ["two"]
