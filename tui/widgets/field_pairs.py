"""FieldPairs: the fields of two messages beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style

from dlms_analyzer.message_diff import Change, Difference, FieldPair
from dlms_analyzer.output.tree import Section
from scapy_layers import Node
from tui.text import fit
from tui.theme import styles
from tui.widgets.lines import LineList

SIGNS: Final = {Change.SAME: " ", Change.CHANGED: "~", Change.LEFT: "<", Change.RIGHT: ">"}
"""How two sides compare, as the sign between them."""
INDENT: Final = 2
"""Cells that a field stands to the right of the one that it is in."""


class FieldPairs(LineList):
    """Pairs of fields, those that differ marked."""

    heading_lines = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._difference: Difference | None = None
        self._headings = ("", "")
        self._pairs: Sequence[FieldPair] = ()

    def show(self, difference: Difference, headings: tuple[str, str], *, only_differences: bool) -> None:
        """Show the fields of two messages.

        Args:
            difference: of the two.
            headings: what to call them.
            only_differences: leave out what both have alike.
        """
        self._difference = difference
        self._headings = headings
        pairs = difference.fields
        if only_differences:
            pairs = tuple(pair for pair in pairs if pair.change is not Change.SAME)
        self._pairs = pairs
        self.replace(len(pairs), 0)

    @property
    def pair(self) -> FieldPair | None:
        """The pair under the cursor."""
        return self._pairs[self.cursor] if self.cursor < len(self._pairs) else None

    def go_to_difference(self, *, backwards: bool) -> bool:
        """Go to the next field that differs itself, not only in what is in it; whether there is one."""
        lines = range(self.cursor - 1, -1, -1) if backwards else range(self.cursor + 1, len(self._pairs))
        for line in lines:
            if _differs(self._pairs[line]):
                self.go(line)
                return True
        return False

    def heading_segments(self, width: int) -> Sequence[Segment]:
        """Which message stands on which side."""
        half = (width - 3) // 2
        left, right = self._headings
        return [Segment(f"{fit(left, half)}   {fit(right, width - 3 - half)}")]

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """A field of both, with the sign that says how they compare."""
        difference = self._difference
        if difference is None:
            return ()
        pair = self._pairs[index]
        known = styles(self.app)
        half = (width - 3) // 2
        style = known.changed if _differs(pair) else known.dim if pair.change is Change.SAME else Style()
        left = _cell(pair.left, pair.depth, difference.left, half, style)
        right = _cell(pair.right, pair.depth, difference.right, width - 3 - half, style)
        return [*left, Segment(f" {SIGNS[pair.change]} ", known.warning), *right]


def _cell(node: Node | None, depth: int, section: Section, width: int, style: Style) -> list[Segment]:
    """A field, in a width."""
    if node is None:
        return [Segment(" " * width)]
    blank = min(depth * INDENT, width)
    return [Segment(" " * blank), Segment(fit(_text(node, section), width - blank), style)]


def _differs(pair: FieldPair) -> bool:
    """Whether the fields themselves differ: what they hold, or that only one is there."""
    if pair.left is None or pair.right is None:
        return True
    return pair.change is Change.CHANGED and not (pair.left.children and pair.right.children)


def _text(node: Node, section: Section) -> str:
    meaning = section.meanings.get(id(node))
    text = f"{node.name}: {node.text}"
    if node.error is not None:
        text += f"  [{node.error}]"
    return f"{text}  = {meaning}" if meaning else text
