"""Steps: a ladder as lines, exchanges folded into request and answer, or unfolded into all their messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from dlms_analyzer.ladder.heights import Heights
from dlms_analyzer.ladder.ladder import Ladder, Progress
from dlms_analyzer.ladder.rungs import Rung

FOLDED: Final = 2
"""Lines of a rung of several messages: its first one, and the one that answers it or came last."""


class Step(NamedTuple):
    """A line of a ladder.

    Attributes:
        rung: that it belongs to.
        message: number of the message that it shows; None for what happened between messages.
        line: of the rung, from 0.
        lines: of the rung.
        folded: messages of the rung that no line shows.
    """

    rung: Rung
    message: int | None
    line: int
    lines: int
    folded: int

    @property
    def opens(self) -> bool:
        """It is the first line of its rung."""
        return self.line == 0

    @property
    def closes(self) -> bool:
        """It is the last line of its rung."""
        return self.line == self.lines - 1


class Steps:
    """The lines of a ladder.

    Attributes:
        ladder: whose lines they are.
    """

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self._heights = Heights()
        self._unfolded: dict[int, list[int]] = {}
        """Rung to the numbers of its messages."""
        self._changed: int | None = None
        """First rung to which messages were added since somebody asked."""

    def __len__(self) -> int:
        return self._heights.total

    def __getitem__(self, line: int) -> Step:
        """A line.

        Raises:
            IndexError: there is no such line.
        """
        index, at = self._heights.at(line)
        rung = self.ladder[index]
        lines = self._heights[index]
        if not rung.messages:
            return Step(rung, None, 0, 1, 0)
        unfolded = self._unfolded.get(index)
        if unfolded is not None:
            return Step(rung, unfolded[at], at, lines, 0)
        number = rung.first
        if at:
            number = rung.answer if rung.answer is not None and rung.answer > rung.first else rung.last
        return Step(rung, number, at, lines, rung.messages - lines)

    def grow(self) -> Iterator[Progress]:
        """Let the ladder grow, and the lines with it."""
        for progress in self.ladder.grow():
            self._measure()
            yield progress
        self._measure()

    def changed_line(self) -> int:
        """The first line that may say something else than when this was asked before; `len` when none does."""
        changed, self._changed = self._changed, None
        return len(self) if changed is None else self._heights.start(changed)

    def rung_at(self, line: int) -> int:
        """The rung at a line.

        Raises:
            IndexError: there is no such line.
        """
        return self._heights.at(line)[0]

    def start(self, rung: int) -> int:
        """The first line of a rung."""
        return self._heights.start(rung)

    def line_of(self, number: int) -> int:
        """The line that shows a message, or of the rung that holds it, or of the latest rung before it."""
        rung = self.ladder.near(number)
        if rung >= len(self._heights):
            return max(len(self) - 1, 0)
        line = self._heights.start(rung)
        for at in range(self._heights[rung]):
            if self[line + at].message == number:
                return line + at
        return line

    def is_unfolded(self, rung: int) -> bool:
        """Whether all messages of a rung are shown."""
        return rung in self._unfolded

    def unfold(self, rung: int) -> bool:
        """Show all messages of a rung; whether that shows more."""
        if self.ladder.count(rung) <= FOLDED or rung in self._unfolded:
            return False
        self._unfolded[rung] = []
        self._resize(rung)
        return True

    def fold(self, rung: int) -> bool:
        """Show a rung in short; whether that shows less."""
        if self._unfolded.pop(rung, None) is None:
            return False
        self._resize(rung)
        return True

    def _measure(self) -> None:
        """Take note of the rungs that the last step of growing added or changed."""
        known = len(self._heights)
        for rung in range(known, len(self.ladder)):
            self._heights.append(self._height(rung))
        for rung in self.ladder.touched:
            if rung < known:
                self._resize(rung)
        first = min(self.ladder.touched, default=known)
        self._changed = first if self._changed is None else min(first, self._changed)

    def _resize(self, rung: int) -> None:
        height = self._height(rung)
        if height != self._heights[rung]:
            self._heights.change(rung, height)

    def _height(self, rung: int) -> int:
        if rung in self._unfolded:
            numbers = self._unfolded[rung] = self.ladder.numbers(rung)
            return len(numbers)
        return min(max(self.ladder.count(rung), 1), FOLDED)
