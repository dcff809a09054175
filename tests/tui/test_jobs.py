"""Jobs: work in small steps that takes turns with the keys, and can be cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import App

from dlms_analyzer.capture import CaptureError
from tui.jobs import Jobs


class Bench(App[None]):
    """An application with nothing but jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = Jobs(self)


def counting(end: int, closed: list[bool]) -> Iterator[int]:
    try:
        yield from range(end)
    finally:
        closed.append(True)


async def until(pilot: Any, ready: Any) -> None:
    for _ in range(500):
        if ready():
            return
        await pilot.pause()
    raise AssertionError("it never came to that")


async def test_a_job_tells_every_step_and_its_end() -> None:
    told: list[Any] = []
    closed: list[bool] = []
    async with Bench().run_test() as pilot:
        jobs = pilot.app.jobs
        job = jobs.start("counting", counting(3, closed), on_step=told.append, on_done=lambda: told.append("done"))
        assert jobs.busy
        await until(pilot, lambda: job.over)
    assert told == [0, 1, 2, "done"]
    assert closed == [True]
    assert job.progress == 2
    assert not jobs.running


async def test_a_cancelled_job_closes_its_work_and_tells_no_end() -> None:
    told: list[str] = []
    closed: list[bool] = []
    async with Bench().run_test() as pilot:
        jobs = pilot.app.jobs
        job = jobs.start("counting", counting(1 << 60, closed), on_done=lambda: told.append("done"))
        job.on_stopped = lambda: told.append("stopped")
        await until(pilot, lambda: job.progress is not None)
        assert jobs.cancel_newest() is job
        await until(pilot, lambda: closed)
    assert told == ["stopped"]
    assert jobs.cancel_newest() is None


async def test_several_jobs_take_turns() -> None:
    order: list[str] = []

    def work(name: str) -> Iterator[str]:
        for _ in range(3):
            order.append(name)
            yield name
            yield None  # let others go on

    async with Bench().run_test() as pilot:
        first = pilot.app.jobs.start("a", work("a"))
        second = pilot.app.jobs.start("b", work("b"))
        await until(pilot, lambda: first.over and second.over)
    assert [set(order[at : at + 2]) for at in (0, 2, 4)] == [{"a", "b"}] * 3


async def test_a_job_that_cannot_read_on_says_so_and_the_application_goes_on() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise CaptureError("trace.pcap: gone")

    said: list[str] = []
    async with Bench().run_test() as pilot:
        job = pilot.app.jobs.start("reading", broken(), on_error=lambda error: said.append(str(error)))
        await until(pilot, lambda: job.over)
    assert said == ["trace.pcap: gone"]


async def test_work_in_the_background_is_not_cancelled_with_escape_and_keeps_nobody_waiting() -> None:
    def forever() -> Iterator[None]:
        while True:
            yield None

    async with Bench().run_test() as pilot:
        jobs = pilot.app.jobs
        job = jobs.start("live", forever(), background=True)
        await pilot.pause()
        assert not jobs.busy
        assert jobs.cancel_newest() is None
        jobs.cancel_all()
        assert job.over
