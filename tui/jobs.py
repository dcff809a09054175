"""Jobs: long work in small steps, taking turns with the keys and the painting on the only thread.

The engine gives long work as generators whose steps are short. A job runs steps until its slice of time is used, then
lets the event loop go on: no locks, nothing changes while somebody looks at it, and to cancel is to close the
generator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic, perf_counter
from typing import Any, Final

from textual.app import App
from textual.worker import Worker

from dlms_analyzer.capture import CaptureError

SLICE: Final = 0.002
"""Seconds of work between two looks at the keys: a key passes the event loop some times before its effect is seen."""
REST: Final = 0.04
"""Seconds that jobs rest behind a key or a click, so that its effect is painted first."""
IDLE: Final = 0.02
"""Seconds to wait when a job has nothing to do now."""


class Job:
    """Work under way.

    Attributes:
        name: in the words of the status line: `reading`, `filtering`.
        progress: what the last step gave; None before the first.
        background: it goes on all the time, as a live capture does, and is no reason to wait.
        started: when, on the monotonic clock.
        cancelled: it was ended before its end.
        on_stopped: called when the user ends it.
    """

    def __init__(self, name: str, steps: Iterator[Any], *, background: bool) -> None:
        self.name = name
        self.background = background
        self.progress: Any = None
        self.started = monotonic()
        self.cancelled = False
        self.on_stopped: Callable[[], None] | None = None
        self._steps = steps
        self._worker: Worker[None] | None = None

    @property
    def over(self) -> bool:
        """It has ended, or was cancelled."""
        return self.cancelled or (self._worker is not None and self._worker.is_finished)

    def cancel(self) -> None:
        """End it; what it found so far stays."""
        self.cancelled = True
        if self._worker is not None:
            self._worker.cancel()


class Jobs:
    """All jobs of the application."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._jobs: list[Job] = []
        self._attended = monotonic()

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that are not over, oldest first."""
        self._jobs = [job for job in self._jobs if not job.over]
        return tuple(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether there is work that will come to an end by itself."""
        return any(not job.background for job in self.running)

    def attend(self) -> None:
        """The user did something: let that be seen first. May be called from any thread."""
        self._attended = monotonic()

    @property
    def idle(self) -> float:
        """Seconds since the user did something."""
        return monotonic() - self._attended

    def start(
        self,
        name: str,
        steps: Iterator[Any],
        *,
        on_step: Callable[[Any], None] | None = None,
        on_done: Callable[[], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        background: bool = False,
    ) -> Job:
        """Begin a job.

        Args:
            name: in the words of the status line.
            steps: the work; a step of None means that there is nothing to do at the moment.
            on_step: called with what each step gives, None excepted; has to be quick.
            on_done: called when the work came to its end, not when it was cancelled.
            on_error: called when the capture or a file fails; by default the user is told.
            background: it goes on all the time, as a live capture does.
        """
        job = Job(name, steps, background=background)
        self._jobs.append(job)
        # Not begun here: an application that ends at once would leave a coroutine that nobody waits for.
        drive = partial(self._drive, job, on_step, on_done, on_error or self._tell)
        job._worker = self._app.run_worker(drive, name=name, group="jobs")
        return job

    def cancel_newest(self) -> Job | None:
        """Stop the job that was begun last, as the user wishes; None when there is none to stop."""
        for job in reversed(self.running):
            if not job.background:
                job.cancel()
                if job.on_stopped is not None:
                    job.on_stopped()
                return job
        return None

    def cancel_all(self) -> None:
        """End everything: the capture is closed or the program ends."""
        for job in self.running:
            job.cancel()

    async def _drive(
        self,
        job: Job,
        on_step: Callable[[Any], None] | None,
        on_done: Callable[[], None] | None,
        on_error: Callable[[Exception], None],
    ) -> None:
        try:
            while await self._turn(job, on_step):
                pass
            if on_done is not None:
                on_done()
        except (CaptureError, OSError) as error:
            job.cancelled = True
            on_error(error)
        finally:
            close = getattr(job._steps, "close", None)
            if close is not None:
                close()

    async def _turn(self, job: Job, on_step: Callable[[Any], None] | None) -> bool:
        """Work for a slice, then let others go on; whether there is more to do."""
        until = perf_counter() + SLICE
        wait = 0.0
        for step in job._steps:
            if step is None:
                wait = IDLE
                break
            job.progress = step
            if on_step is not None:
                on_step(step)
            if perf_counter() >= until or self.idle < REST:
                break
        else:
            return False
        await asyncio.sleep(max(wait, REST - self.idle, 0.0))
        return True

    def _tell(self, error: Exception) -> None:
        self._app.notify(str(error), title="It could not be read on", severity="error", markup=False)
