"""Which messages are shown, while filtering, sorting and the capture itself go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from dlms_analyzer.filters import FilterError
from tests.tui.running import session_of
from tui.chosen import Chosen
from tui.session import Session


class Task:
    """A job whose steps are made when the test says so."""

    def __init__(
        self, steps: Iterator[Any], on_step: Callable[[Any], None], on_done: Callable[[], None] | None
    ) -> None:
        self.steps, self.on_step, self.on_done = steps, on_step, on_done
        self.cancelled = self.finished = False
        self.on_stopped: Callable[[], None] | None = None

    @property
    def over(self) -> bool:
        return self.cancelled or self.finished

    def cancel(self) -> None:
        self.cancelled = True

    def run(self) -> None:
        for step in self.steps:
            if self.cancelled:
                return
            self.on_step(step)
        self.finished = True
        if self.on_done is not None:
            self.on_done()


class Tasks:
    """In place of the jobs of an application."""

    def __init__(self) -> None:
        self.all: list[Task] = []

    def start(
        self, _: str, steps: Iterator[Any], *, on_step: Any, on_done: Any = None, background: bool = False
    ) -> Any:
        assert background in {True, False}
        self.all.append(Task(steps, on_step, on_done))
        return self.all[-1]

    def stop(self) -> None:
        """What the user does to the newest one."""
        self.all[-1].cancel()
        stopped = self.all[-1].on_stopped
        assert stopped is not None
        stopped()

    def run(self) -> None:
        """Do all that is to be done, and what follows from that."""
        while waiting := [task for task in self.all if not task.over]:
            waiting[0].run()


class Bench:
    """What a screen does with the messages that were chosen."""

    def __init__(self) -> None:
        self.tasks: Any = Tasks()
        self.numbers: Sequence[int] | None = None
        self.growths = 0
        self.chosen = Chosen(self.tasks, self.show, self.grown)

    def show(self, numbers: Sequence[int] | None) -> None:
        self.numbers = numbers

    def grown(self) -> None:
        self.growths += 1

    @property
    def shown(self) -> list[int] | None:
        return None if self.numbers is None else list(self.numbers)


def read(session: Session) -> Session:
    for _ in session.reading():
        pass
    return session


@pytest.fixture
def session() -> Session:
    return read(session_of("ln_wrapper_low"))


def by_sender(session: Session, sender: str) -> list[int]:
    numbers = range(1, len(session.table) + 1)
    return [number for number in numbers if session.table.row(number).sender.value == sender]


def test_what_a_filter_finds_is_shown_while_it_goes_on(session: Session) -> None:
    bench = Bench()
    bench.chosen.filter(session, "dlms.sender == server")
    assert bench.shown == []
    bench.tasks.run()
    assert bench.shown == by_sender(session, "server")
    assert bench.growths >= 1


def test_another_filter_ends_the_one_before(session: Session) -> None:
    bench = Bench()
    bench.chosen.filter(session, "dlms.sender == server")
    bench.chosen.filter(session, "dlms.sender == client")
    assert bench.tasks.all[0].cancelled
    bench.tasks.run()
    assert bench.shown == by_sender(session, "client")


def test_what_is_no_filter_changes_nothing(session: Session) -> None:
    bench = Bench()
    bench.chosen.filter(session, "dlms.sender == server")
    bench.tasks.run()
    with pytest.raises(FilterError):
        bench.chosen.filter(session, "dlms.sender ==")
    assert bench.chosen.text == "dlms.sender == server"
    assert bench.shown == by_sender(session, "server")


def test_an_order_is_that_of_all_messages_or_of_those_that_a_filter_leaves(session: Session) -> None:
    bench = Bench()
    bench.chosen.sort(session, ("number", True))
    bench.tasks.run()
    assert bench.shown == list(range(84, 0, -1))
    bench.chosen.filter(session, "dlms.sender == server")
    bench.tasks.run()
    assert bench.shown == by_sender(session, "server")[::-1]
    bench.chosen.sort(session, None)
    bench.tasks.run()
    assert bench.shown == by_sender(session, "server")
    bench.chosen.filter(session, "")
    assert bench.shown is None


def test_an_order_that_is_asked_for_while_a_filter_goes_on_comes_after_it(session: Session) -> None:
    bench = Bench()
    bench.chosen.filter(session, "dlms.sender == server")
    bench.chosen.sort(session, ("number", True))
    bench.tasks.run()
    assert bench.shown == by_sender(session, "server")[::-1]


@pytest.mark.parametrize("before", [None, ("number", True)], ids=["capture order", "sorted"])
def test_an_order_that_the_user_stopped_leaves_the_one_before(
    session: Session, before: tuple[str, bool] | None
) -> None:
    bench = Bench()
    bench.chosen.filter(session, "dlms.sender == server")
    bench.chosen.sort(session, before)
    bench.tasks.run()
    shown = bench.shown
    bench.chosen.sort(session, ("size", False))
    bench.tasks.stop()
    assert (bench.chosen.sorted_by, bench.shown, bench.chosen.stopped) == (before, shown, None)


def test_a_filter_that_the_user_stopped_leaves_what_it_found_in_capture_order(session: Session) -> None:
    bench = Bench()
    bench.chosen.sort(session, ("number", True))
    bench.tasks.run()
    bench.chosen.filter(session, "dlms.sender == server")
    bench.tasks.stop()
    assert (bench.chosen.sorted_by, bench.shown, bench.chosen.stopped) == (None, [], 0)


@pytest.mark.parametrize("by", [None, ("size", False)], ids=["capture order", "sorted"])
def test_messages_that_come_later_stand_behind_those_that_there_were(
    session: Session, by: tuple[str, bool] | None
) -> None:
    bench = Bench()
    bench.chosen.sort(session, by)
    bench.chosen.filter(session, "dlms.sender == server")
    bench.tasks.run()
    before = bench.shown or []
    session.capture.take(session_of("hdlc_edge_cases").source)
    bench.chosen.go_on()
    bench.tasks.run()
    later = [number for number in by_sender(session, "server") if number > 84]
    assert bench.shown == before + later
    assert later


def test_of_all_messages_in_an_order_those_that_come_later_are_the_last(session: Session) -> None:
    bench = Bench()
    bench.chosen.sort(session, ("number", True))
    bench.tasks.run()
    session.capture.take(session_of("hdlc_edge_cases").source)
    bench.chosen.go_on()
    assert bench.shown == [*range(84, 0, -1), *range(85, len(session.table) + 1)]


def test_messages_that_come_while_others_are_sorted_are_not_forgotten(session: Session) -> None:
    bench = Bench()
    bench.chosen.sort(session, ("number", True))
    session.capture.take(session_of("hdlc_edge_cases").source)
    bench.chosen.go_on()
    bench.tasks.run()
    assert sorted(bench.shown or []) == list(range(1, len(session.table) + 1))


def test_a_filter_that_the_user_stopped_does_not_go_on_by_itself(session: Session) -> None:
    bench = Bench()
    bench.chosen.filter(session, "dlms.sender == server")
    bench.tasks.all[0].cancel()
    assert bench.chosen.stopped == 0
    bench.chosen.go_on()
    assert len(bench.tasks.all) == 1
    bench.chosen.filter(session, "dlms.sender == server")
    assert bench.chosen.stopped is None
