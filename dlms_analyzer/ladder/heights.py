"""Heights: how many lines each of many things takes, so that the thing at a line is found at once."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import Final

BLOCK: Final = 512
"""Things that are summed up together: looking into one block takes some microseconds, and of a million there are 2,000
blocks."""


class Heights:
    """The heights of things that stand below each other; any of them may change.

    Attributes:
        total: lines of all.
    """

    def __init__(self) -> None:
        self._heights = array("I")
        self._blocks: list[int] = []
        self._starts: list[int] | None = []
        """First line of each block; None when a height has changed since it was worked out."""
        self.total = 0

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def append(self, height: int) -> None:
        """One more thing at the end."""
        if not len(self._heights) % BLOCK:
            if self._starts is not None:
                self._starts.append(self.total)
            self._blocks.append(0)
        self._heights.append(height)
        self._blocks[-1] += height
        self.total += height

    def change(self, index: int, height: int) -> None:
        """A thing has another height now."""
        more = height - self._heights[index]
        self._heights[index] = height
        block = index // BLOCK
        self._blocks[block] += more
        self.total += more
        if block < len(self._blocks) - 1:
            self._starts = None

    def start(self, index: int) -> int:
        """The first line of a thing."""
        block = index // BLOCK
        return self._of_blocks()[block] + sum(self._heights[block * BLOCK : index])

    def at(self, line: int) -> tuple[int, int]:
        """The thing at a line, and which of its lines that is.

        Raises:
            IndexError: there is no such line.
        """
        if not 0 <= line < self.total:
            raise IndexError(f"there is no line {line}: there are {self.total}")
        starts = self._of_blocks()
        block = bisect_right(starts, line) - 1
        rest = line - starts[block]
        index = block * BLOCK
        while rest >= self._heights[index]:
            rest -= self._heights[index]
            index += 1
        return index, rest

    def _of_blocks(self) -> list[int]:
        if self._starts is None:
            self._starts = list(accumulate(self._blocks[:-1], initial=0))
        return self._starts
