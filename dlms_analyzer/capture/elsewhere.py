"""What another process finds out about a capture file by reading it: all but the frames."""

from __future__ import annotations

from dataclasses import astuple
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .problem import Problem, ProblemLog
from .reader import Interface

if TYPE_CHECKING:
    from .source import FileSource


class Place(NamedTuple):
    """Where a file stands, and how much of it counts, so that another process reads the same octets."""

    path: str
    device: int
    inode: int
    size: int


class Findings(NamedTuple):
    """What was found out since the last time, in plain values.

    Attributes:
        position: how far reading is.
        interfaces: all, by the fields of `Interface`.
        problems: new ones, by the fields of `Problem`.
        problem_count: of all so far, also of those that are not kept.
        comments: new ones.
        secrets: new ones.
    """

    position: int
    interfaces: list[tuple[Any, ...]]
    problems: list[tuple[Any, ...]]
    problem_count: int
    comments: dict[int, str]
    secrets: list[tuple[int, bytes]]


NOTHING_FOUND: Final = Findings(0, [], [], 0, {}, [])


class Reporter:
    """Reports what is found out while a source is read."""

    def __init__(self, source: FileSource) -> None:
        self._source = source
        self._problems = 0
        self._comments = 0
        self._secrets = 0

    def findings(self) -> Findings:
        """What is new since the last call."""
        source = self._source
        problems, comments = list(source.problems)[self._problems :], source.comments
        new_comments = dict(islice(comments.items(), self._comments, None)) if len(comments) > self._comments else {}
        secrets = source.secrets[self._secrets :]
        self._problems += len(problems)
        self._comments = len(comments)
        self._secrets += len(secrets)
        return Findings(
            source.bytes_done, [astuple(one) for one in source.interfaces], [tuple(one) for one in problems],
            source.problems.total, new_comments, secrets,
        )  # fmt: skip


class Elsewhere:
    """What was reported so far; see the properties of `FileSource` of the same names."""

    def __init__(self, path: str) -> None:
        self.position = 0
        self.interfaces: list[Interface] = []
        self.problems = ProblemLog(path)
        self.comments: dict[int, str] = {}
        self.secrets: list[tuple[int, bytes]] = []

    def add(self, findings: Findings) -> None:
        """Take note of a report."""
        self.position = findings.position
        self.interfaces = [Interface(*one) for one in findings.interfaces]
        for problem in findings.problems:
            self.problems.append(Problem(*problem))
        self.problems.total = findings.problem_count
        self.comments |= findings.comments
        self.secrets += findings.secrets
