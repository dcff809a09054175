"""What was wrong with a capture, and what stops reading altogether."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_PROBLEMS: Final = 1_000
"""Problems kept per source: enough to see a pattern, too few for a hostile file to fill the memory."""


class CaptureError(Exception):
    """A source that cannot be read at all: not there, not permitted, not a capture. One clear sentence."""


class DiscardedError(CaptureError):
    """Octets that were read and are no longer kept: a limited capture has gone on, or a stream has passed by."""


class Problem(NamedTuple):
    """Damage that was read past, or that ended the reading."""

    path: str
    offset: int
    """Where in the (decompressed) file the damage starts."""
    frame: int
    """Number of the last frame before it, 0 when there is none."""
    text: str

    def __str__(self) -> str:
        where = f"after frame {self.frame}" if self.frame else "before the first frame"
        return f"{self.path}: offset {self.offset}, {where}: {self.text}"


class ProblemLog:
    """Problems in the order of their discovery; those above the cap are only counted."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.total = 0
        self._kept: list[Problem] = []

    def add(self, offset: int, frame: int, text: str) -> None:
        """Note one problem."""
        self.append(Problem(self.path, offset, frame, text))

    def append(self, problem: Problem) -> None:
        """Note a problem of another log."""
        self.total += 1
        if len(self._kept) < MAX_PROBLEMS:
            self._kept.append(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, index: int) -> Problem:
        return self._kept[index]
