"""What screens share that gather something from all messages: shown while it comes, begun anew with other keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from tui.jobs import Job
from tui.screens.base import MainScreen
from tui.session import Session

INTERVAL: Final = 1.0
"""Seconds between two times that what was gathered is shown anew."""
PATIENCE: Final = 20
"""How many times as long as it took to show: showing never takes more than a small part of the time."""

Work = Sequence[tuple[str, Iterator[object]]]
"""Jobs: what they are called, and their steps."""


class GatheringScreen(MainScreen):
    """A screen that shows what jobs find in the messages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Again", show=False, id="gathering.again", tooltip="begin again, after it was cancelled"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._jobs: list[Job] = []
        self._under_way: set[str] = set()
        """Names of the jobs whose steps have not come to their end."""
        self._due = 0.0
        """When to show what was gathered, on the monotonic clock."""

    def begin(self, session: Session | None) -> None:
        """Forget what was gathered; gather in a session from now on."""
        raise NotImplementedError(f"{type(self).__name__} gathers nothing in {session}")

    def work(self) -> Work:
        """The jobs that gather what was not gathered yet."""
        raise NotImplementedError(f"{type(self).__name__} has no jobs")

    def show_gathered(self) -> None:
        """Show what was gathered until now."""
        raise NotImplementedError(f"{type(self).__name__} shows nothing")

    @property
    def gathering(self) -> bool:
        """Whether there is more to come."""
        return bool(self._under_way) and not self.cancelled

    @property
    def cancelled(self) -> bool:
        """Whether the user has cancelled it before its end."""
        return any(job.cancelled for job in self._jobs)

    def changed(self) -> None:
        """Begin anew: in another session, or with other keys, there are other things."""
        for job in self._jobs:
            job.cancel()
        self._jobs = []
        self.begin(self.session)
        self._show()
        self._gather(again=False)

    def grew(self) -> None:
        """Go on with what came; not when the user has cancelled it."""
        if all(job.over and not job.cancelled for job in self._jobs):
            self._gather(again=True)

    def action_again(self) -> None:
        """Begin anew."""
        self.changed()

    def _gather(self, *, again: bool) -> None:
        """Gather what was not gathered yet.

        Args:
            again: the capture has grown, and nobody waits for it.
        """
        if self.session is None:
            return
        start = self.analyzer_app.jobs.start
        work = self.work()
        self._under_way = {name for name, _ in work}
        self._jobs = [
            start(name, self._watched(name, steps), on_step=self._on_step, on_done=self._show, background=again)
            for name, steps in work
        ]

    def _watched(self, name: str, steps: Iterator[object]) -> Iterator[object]:
        """Work whose end is told in the status line, also when it is cancelled."""
        try:
            yield from steps
        finally:
            self._under_way.discard(name)
            if self.is_running:
                self.update_status()

    def _on_step(self, _: object) -> None:
        if monotonic() >= self._due:
            self._show()

    def _show(self) -> None:
        began = monotonic()
        self.show_gathered()
        now = monotonic()
        self._due = now + max(INTERVAL, (now - began) * PATIENCE)
