"""What differs between two messages: their octets, aligned, and the fields of their trees, paired."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import Enum
from itertools import accumulate
from typing import Final, NamedTuple

from dlms_analyzer.output.tree import Section
from scapy_layers import Node

MAX_EDITS: Final = 400
"""Octets that are taken out and put in at most when two runs are aligned. The work grows with its square; messages that
differ in more have nothing to align, as two ciphertexts, and are compared place by place."""
MIN_KEPT: Final = 2
"""Octets that have to be alike in a row between two differences: a single one is so by chance."""


class Change(Enum):
    """How the two sides compare."""

    SAME = "same"
    CHANGED = "changed"
    LEFT = "only left"
    RIGHT = "only right"


class Run(NamedTuple):
    """Octets of both sides that belong together.

    Attributes:
        change: how they compare.
        left: offset of the first one on the left.
        left_end: offset behind the last one; `left` when there are none.
        right: the same on the right.
        right_end: the same on the right.
    """

    change: Change
    left: int
    left_end: int
    right: int
    right_end: int


class FieldPair(NamedTuple):
    """Fields of both sides that belong together.

    Attributes:
        change: how they compare, with all that is in them.
        depth: how deep they stand; 0 for the uppermost.
        left: the field on the left; None when there is none.
        right: the field on the right; None when there is none.
    """

    change: Change
    depth: int
    left: Node | None
    right: Node | None

    @property
    def name(self) -> str:
        """What both are called."""
        node = self.left or self.right
        return "" if node is None else node.name


class Difference(NamedTuple):
    """What differs between two sections.

    Attributes:
        left: the octets and trees on the left.
        right: those on the right.
        fields: every field of both, in order, each before what is in it.
        runs: all octets of both, in order.
    """

    left: Section
    right: Section
    fields: tuple[FieldPair, ...]
    runs: tuple[Run, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.left.octets == self.right.octets and all(one.change is Change.SAME for one in self.fields)


def difference(left: Section, right: Section) -> Difference:
    """Compare what was sent, deciphered or joined with that of another message."""
    if len(left.nodes) == len(right.nodes) == 1:  # two APDUs, of whatever service
        fields = tuple(_paired(left.nodes[0], right.nodes[0], 0))
    else:
        fields = tuple(_paired_lists(left.nodes, right.nodes, 0))
    return Difference(left, right, fields, tuple(octet_runs(left.octets, right.octets)))


def octet_runs(left: bytes, right: bytes) -> Iterator[Run]:
    """Align octets: runs that cover both sides from the start to the end."""
    before = _common(left, right)
    most = min(len(left), len(right)) - before
    behind = min(_common(left[::-1], right[::-1]), most)
    inner = _edited(left[before : len(left) - behind], right[before : len(right) - behind])
    changes = [(one + before, one_end + before, two + before, two_end + before) for one, one_end, two, two_end in inner]
    one = two = 0
    for start, stop, other, other_stop in changes:
        if start > one:
            yield Run(Change.SAME, one, start, two, other)
        if stop > start and other_stop > other:
            yield Run(Change.CHANGED, start, stop, other, other_stop)
        else:
            yield Run(Change.LEFT if stop > start else Change.RIGHT, start, stop, other, other_stop)
        one, two = stop, other_stop
    if one < len(left):
        yield Run(Change.SAME, one, len(left), two, len(right))


def _common(left: bytes, right: bytes) -> int:
    """How many octets both begin with."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


_Edit = tuple[int, int, int, int]
"""From and to on the left, from and to on the right."""


def _edited(left: bytes, right: bytes) -> list[_Edit]:
    """What differs between octets that have nothing in common at both ends."""
    if not left or not right:
        return [(0, len(left), 0, len(right))] if left or right else []
    if len(left) == len(right):
        found = _by_place(left, right)
        if sum(stop - start for start, stop, _, _ in found) <= MIN_KEPT:
            return found
    aligned = _aligned(left, right)
    if aligned is not None:
        return aligned
    if len(left) == len(right):
        return _by_place(left, right)
    return [(0, len(left), 0, len(right))]


def _by_place(left: bytes, right: bytes) -> list[_Edit]:
    """Differences of octets that are as many on both sides, each compared with the one at its place."""
    found: list[_Edit] = []
    for at, (one, other) in enumerate(zip(left, right, strict=True)):
        if one != other:
            start = found.pop()[0] if found and found[-1][1] == at else at
            found.append((start, at + 1, start, at + 1))
    return found


def _aligned(left: bytes, right: bytes) -> list[_Edit] | None:
    """The fewest octets to take out and to put in (E. Myers, An O(ND) difference algorithm, 1986).

    None when they are more than `MAX_EDITS`.
    """
    reach = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(MAX_EDITS, len(left) + len(right)) + 1):
        trail.append(dict(reach))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1)
            )
            at = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            while at < len(left) and at - diagonal < len(right) and left[at] == right[at - diagonal]:
                at += 1
            reach[diagonal] = at
            if at >= len(left) and at - diagonal >= len(right):
                return _traced(trail, len(left), len(right))
    return None


def _traced(trail: Sequence[dict[int, int]], one: int, two: int) -> list[_Edit]:
    """Follow the trail back; edits that lie closer than `MIN_KEPT` are one."""
    found: list[_Edit] = []
    for edits in range(len(trail) - 1, 0, -1):
        reach, diagonal = trail[edits], one - two
        down = diagonal == -edits or (diagonal != edits and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1))
        before = diagonal + 1 if down else diagonal - 1
        at = reach[before]
        other = at - before
        edit = (at, at, other, other + 1) if down else (at, at + 1, other, other)
        if found and found[-1][0] - edit[1] < MIN_KEPT:
            later = found.pop()
            edit = (edit[0], later[1], edit[2], later[3])
        found.append(edit)
        one, two = at, other
    return found[::-1]


def _paired_lists(left: Sequence[Node], right: Sequence[Node], depth: int) -> Iterator[FieldPair]:
    """Pair fields by their names, and by the place among those of one name."""
    one, other = _keys(left), _keys(right)
    for kind, start, stop, other_start, other_stop in SequenceMatcher(None, one, other, False).get_opcodes():
        if kind == "equal":
            for mine, theirs in zip(left[start:stop], right[other_start:other_stop], strict=True):
                yield from _paired(mine, theirs, depth)
            continue
        for node in left[start:stop]:
            yield from (FieldPair(Change.LEFT, level, each, None) for level, each in node.walk(depth))
        for node in right[other_start:other_stop]:
            yield from (FieldPair(Change.RIGHT, level, None, each) for level, each in node.walk(depth))


def _keys(nodes: Sequence[Node]) -> list[tuple[str, int]]:
    """The name of each node, and how many before it have the same name."""
    met: Counter[str] = Counter()
    keys = []
    for node in nodes:
        keys.append((node.name, met[node.name]))
        met[node.name] += 1
    return keys


def _paired(left: Node, right: Node, depth: int) -> Iterator[FieldPair]:
    """A pair of fields, with all that is in them behind it."""
    inner = list(_paired_lists(left.children, right.children, depth + 1))
    changed = any(one.change is not Change.SAME for one in inner)
    if not inner:
        changed = (left.value, left.text, left.error) != (right.value, right.text, right.error)
    yield FieldPair(Change.CHANGED if changed else Change.SAME, depth, left, right)
    yield from inner


class Cell(NamedTuple):
    """A place where an octet of each side can stand.

    Attributes:
        change: how they compare.
        left: offset on the left; None when nothing stands there.
        right: offset on the right; None when nothing stands there.
    """

    change: Change
    left: int | None
    right: int | None


class Cells:
    """The octets of both sides beside each other, with blanks where only one has some."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        sizes = (max(run.left_end - run.left, run.right_end - run.right) for run in runs)
        self._starts = list(accumulate(sizes, initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, at: int) -> Cell:
        """A cell.

        Raises:
            IndexError: there is no such cell.
        """
        if not 0 <= at < len(self):
            raise IndexError(f"there is no cell {at}: there are {len(self)}")
        number = bisect_right(self._starts, at) - 1
        run, within = self._runs[number], at - self._starts[number]
        left, right = run.left + within, run.right + within
        return Cell(run.change, left if left < run.left_end else None, right if right < run.right_end else None)

    def of(self, left: int | None, right: int | None) -> int:
        """The cell of an octet, by its offset on the left if there is one, else on the right."""
        for number, run in enumerate(self._runs):
            if left is not None and run.left <= left < run.left_end:
                return self._starts[number] + left - run.left
            if left is None and right is not None and run.right <= right < run.right_end:
                return self._starts[number] + right - run.right
        return max(len(self) - 1, 0)

    def next_difference(self, at: int, *, backwards: bool = False) -> int | None:
        """The first cell of the next run behind a cell that differs, or of the one before; None when there is none."""
        starts = [start for start, run in zip(self._starts, self._runs, strict=False) if run.change is not Change.SAME]
        if backwards:
            return next((start for start in reversed(starts) if start < at), None)
        return next((start for start in starts if start > at), None)
