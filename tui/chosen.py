"""Chosen: which messages the list shows, and in which order. A filter and a sorting work on it as jobs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from dlms_analyzer.filters import Filter, compile_filter
from dlms_analyzer.index import Selected
from dlms_analyzer.index.sorting import Sorted, in_order
from tui.jobs import Job, Jobs
from tui.session import Session


class Chosen:
    """The messages that a display filter describes, in the order of a column.

    Attributes:
        text: the filter; empty for none.
        sorted_by: the column that messages are sorted by, and whether the last comes first; None for capture order.
        gone: how many messages the filter could not look at, as their octets are no longer kept.
    """

    def __init__(self, jobs: Jobs, show: Callable[[Sequence[int] | None], None], grown: Callable[[], None]) -> None:
        """Begin with all messages in capture order.

        Args:
            jobs: run what takes long.
            show: shows the messages with some numbers, None for all.
            grown: there are more of those shown last.
        """
        self.text = ""
        self.sorted_by: tuple[str, bool] | None = None
        self.gone = 0
        self._jobs = jobs
        self._show = show
        self._grown = grown
        self._session: Session | None = None
        self._wanted: Filter | None = None
        self._found: array[int] | None = None
        """The messages that the filter describes, in capture order; None without a filter."""
        self._shown: array[int] | None = None
        """The same in the order in which they are shown; None for all in capture order."""
        self._order: tuple[str, bool] | None = None
        """The order in which they stand there, which is not `sorted_by` while a sorting is under way."""
        self._looked = 0
        """Number of the last message that was looked at, for the filter or for the order."""
        self._job: Job | None = None

    @property
    def stopped(self) -> int | None:
        """Number of the message behind which the user has stopped the filter; None when that did not happen."""
        stopped = self._wanted is not None and self._job is not None and self._job.cancelled
        return self._looked if stopped else None

    def filter(self, session: Session, text: str) -> None:
        """Show the messages that a filter describes; those found are shown while it goes on.

        Raises:
            FilterError: it is none.
        """
        wanted = compile_filter(text) if text else None
        self._end()
        self.text, self._wanted, self._session = text, wanted, session
        self._looked = self.gone = 0
        self._found = self._shown = None if wanted is None else array("I")
        self._order = None
        self._show(self._shown)
        if wanted is not None:
            self._select()
        elif self.sorted_by is not None:
            self._sort()

    def sort(self, session: Session, by: tuple[str, bool] | None) -> None:
        """Show the messages in the order of a column; None for capture order."""
        self.sorted_by = by
        if by is None or (self._wanted is not None and self._job is not None and not self._job.over):
            self.filter(session, self.text)
            return
        self._end()
        self._session = session
        self._sort()

    def go_on(self) -> None:
        """There are more messages."""
        if self._session is None or self._shown is None or (self._job is not None and not self._job.over):
            return
        if self.stopped is None and self._looked < len(self._session.table):
            if self._wanted is not None:
                self._select()
                return
            self._shown.extend(range(self._looked + 1, len(self._session.table) + 1))
            self._looked = len(self._session.table)
            self._grown()

    def _end(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _select(self) -> None:
        session, wanted, first, gone = self._session, self._wanted, self._looked == 0, self.gone
        if session is None or wanted is None:
            return

        def found(step: Selected) -> None:
            self._looked, self.gone = step.done, gone + step.gone
            if step.found and self._found is not None and self._shown is not None:
                self._found.extend(step.found)
                if self._shown is not self._found:  # messages that come later stand behind those that were sorted
                    self._shown.extend(step.found)
                self._grown()

        def done() -> None:
            if first and self.sorted_by is not None:
                self._sort()

        steps = session.capture.select(wanted, session.meters, self._looked + 1)
        self._job = self._jobs.start("filtering", steps, on_step=found, on_done=done, background=not first)
        self._job.on_stopped = self._keep_order

    def _unsorted(self) -> None:
        """The user has ended the sorting; the filter has come to its end before."""
        self._job = None
        self._keep_order()

    def _keep_order(self) -> None:
        """What is shown stays in the order in which it stands."""
        if self.sorted_by != self._order:
            self.sorted_by = self._order
            self._show(self._shown)

    def _sorted(self) -> None:
        """Whatever came meanwhile stands behind; nobody may tell of it again."""
        self._job = None
        self.go_on()

    def _sort(self) -> None:
        session, by = self._session, self.sorted_by
        if session is None or by is None:
            return

        def found(step: Sorted) -> None:
            if step.numbers is not None:
                self._shown, self._order = step.numbers, by
                if self._wanted is None:
                    self._looked = len(step.numbers)
                self._show(step.numbers)

        steps = in_order(session.table, by[0], descending=by[1], numbers=self._found)
        self._job = self._jobs.start("sorting", steps, on_step=found, on_done=self._sorted)
        self._job.on_stopped = self._unsorted
