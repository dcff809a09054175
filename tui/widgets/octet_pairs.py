"""OctetPairs: the octets of two messages beside each other, aligned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from dlms_analyzer.message_diff import Cell, Cells, Change, Difference, FieldPair
from tui.theme import styles
from tui.widgets.lines import LineList

_OFFSET: Final = 5
"""Cells of the offset before the octets, with the blank behind it."""
_BETWEEN: Final = 3
_PER_OCTET: Final = 3
STEP: Final = 4
"""Octets on a line are a multiple of it."""
MOST: Final = 32
"""Octets on a line at most: the eye loses its way in more."""


class OctetPairs(LineList):
    """Octets in hex, those that differ marked, blanks where only one side has some."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._difference: Difference | None = None
        self._cells = Cells(())
        self._marked: tuple[range, range] = (range(0), range(0))
        self._per_line = STEP

    def show(self, difference: Difference) -> None:
        """Show the octets of two messages."""
        self._difference = difference
        self._cells = Cells(difference.runs)
        self._marked = (range(0), range(0))
        self._measure_lines()
        self.replace(-(-len(self._cells) // self._per_line))

    def on_resize(self) -> None:
        """More or fewer octets have room on a line."""
        self._measure_lines()
        self.count = -(-len(self._cells) // self._per_line)

    def _measure_lines(self) -> None:
        room = (self.line_width - 2 * _OFFSET - _BETWEEN) // (2 * _PER_OCTET)
        self._per_line = min(max(room // STEP * STEP, STEP), MOST)

    def mark(self, pair: FieldPair) -> None:
        """Mark the octets of a pair of fields, and let them be seen."""
        left, right = pair.left, pair.right
        self._marked = (
            range(0) if left is None else range(left.start, left.end),
            range(0) if right is None else range(right.start, right.end),
        )
        if len(self._cells):
            cell = self._cells.of(None if left is None else left.start, None if right is None else right.start)
            self.go(cell // self._per_line)
        self.forget()

    def go_to_difference(self, *, backwards: bool) -> bool:
        """Go to the next line on which a difference begins; whether there is one."""
        at = self.cursor * self._per_line if backwards else (self.cursor + 1) * self._per_line - 1
        found = self._cells.next_difference(at, backwards=backwards)
        if found is None:
            return False
        self.go(found // self._per_line)
        return True

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:  # noqa: ARG002 - measured before
        """Some octets of both sides."""
        difference = self._difference
        if difference is None:
            return ()
        first = index * self._per_line
        cells = [self._cells[at] for at in range(first, min(first + self._per_line, len(self._cells)))]
        known = styles(self.app)
        left = self._side(cells, [cell.left for cell in cells], difference.left.octets, self._marked[0])
        right = self._side(cells, [cell.right for cell in cells], difference.right.octets, self._marked[1])
        return [*left, Segment(" │ ", known.dim), *right]

    def _under_cursor(self, strip: Strip) -> Strip:
        """A line with the cursor on it; the octets that are marked stay so, as they are what one looks for."""
        if not self.has_focus:
            return strip
        known = styles(self.app)
        marks = (known.changed, known.linked)
        segments = [
            Segment(text, style if any(style == style + mark for mark in marks) else style + known.cursor)
            for text, style, _ in strip
            if style is not None
        ]
        return Strip(segments, strip.cell_length)

    def _side(
        self, cells: Sequence[Cell], offsets: Sequence[int | None], octets: bytes, marked: range
    ) -> list[Segment]:
        known = styles(self.app)
        begins = next((offset for offset in offsets if offset is not None), None)
        segments = [Segment(" " * _OFFSET if begins is None else f"{begins:04x} ", known.dim)]
        for cell, offset in zip(cells, offsets, strict=True):
            text = "  " if offset is None else f"{octets[offset]:02x}"
            style = Style()
            if offset is not None and offset in marked:
                style = known.linked
            if offset is not None and cell.change is not Change.SAME:
                style = known.changed
            segments += [Segment(text, style), Segment(" ")]
        return [*segments, Segment(" " * (_PER_OCTET * (self._per_line - len(cells))))]
