"""ValueView: facts about a meter or an object, or a value in full, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.value_lines import ValueLine
from tui.text import clip, fit
from tui.theme import styles
from tui.widgets.lines import LineList

INDENT: Final = 2
"""Columns that what stands inside something is moved to the right."""
WIDEST_NAME: Final = 28
"""Columns of names; longer ones are cut, so that what is said stays in sight."""
MAX_WRAPPED: Final = 20
"""Lines of one text; of more an export has it all."""


class ValueView(LineList):
    """Names and what they say. Long texts go on in the lines below."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines: list[ValueLine] = []
        self._wrapped: list[ValueLine] = []
        self._wrapped_for = 0
        self._name_width = 0

    def show(self, lines: Sequence[ValueLine]) -> None:
        """Show other lines."""
        self._lines = list(lines)
        self._wrap(self.size.width)
        self.replace(len(self._wrapped), min(self.cursor, max(len(self._wrapped) - 1, 0)))

    @property
    def text(self) -> str:
        """All that is shown, as it would be copied."""
        return "\n".join(f"{'  ' * line.depth}{line.name}: {line.text}" for line in self._lines)

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """A line."""
        if width != self._wrapped_for:
            self._wrap(width)
            self.count = len(self._wrapped)
        if index >= len(self._wrapped):
            return ()
        depth, name, text, role = self._wrapped[index]
        known = styles(self.app)
        head = " " * (INDENT * depth) + name
        style = known[role] if role else Style()
        if role == "heading":
            return [Segment(fit(head, width), known.heading)]
        return [Segment(fit(head, self._name_width), known.dim), Segment("  "), Segment(clip(text, width), style)]

    def _wrap(self, width: int) -> None:
        """Cut texts that are longer than the line into pieces."""
        self._wrapped_for = width
        widest = max((cell_len(line.name) + INDENT * line.depth for line in self._lines), default=0)
        self._name_width = min(widest, WIDEST_NAME, width * 2 // 5)
        room = max(width - self._name_width - 2, 8)
        self._wrapped = []
        for line in self._lines:
            first, *more = _pieces(line.text, room)
            self._wrapped.append(line._replace(text=first))
            self._wrapped += [ValueLine(line.depth, "", piece, line.role) for piece in more]


def _pieces(text: str, room: int) -> list[str]:
    """The text in pieces of so many columns; between words where that is possible."""
    left = escape(text[: room * (MAX_WRAPPED + 1)])
    found: list[str] = []
    while cell_len(left) > room and len(found) < MAX_WRAPPED:
        piece = clip(left, room + 1).rstrip("…")[:room]
        cut = piece.rfind(" ")
        piece = piece[: cut + 1] if cut > room // 2 else piece
        found.append(piece)
        left = left[max(len(piece), 1) :].lstrip(" ")
    found.append(left)
    return found
