"""MeterTree: meters, their objects and attributes, of which only the visible lines are made."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType

from dlms_analyzer.objects import MeterObjects, ObjectIndex, ObjectRef
from tui.meter_outline import Grouping, Line, Outline
from tui.text import ELLIPSIS, clip
from tui.theme import styles
from tui.widgets.lines import LineList

INDENT: Final = 2
"""Columns that each level is moved to the right."""
_OPEN, _CLOSED, _LEAF = "▾ ", "▸ ", "  "


class MeterTree(LineList):
    """The tree. It grows without the cursor leaving its line.

    Attributes:
        outline: its lines.
        show_secrets: passwords and keys are shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "close", "Close", show=False, id="meters.close"),
        Binding("right,l", "open", "Open", show=False, id="meters.open"),
        Binding("t", "regroup", "Media/class", id="meters.group", tooltip="objects stand under media or classes"),
        Binding("o", "only_seen", "Only seen", id="meters.only_seen",
                tooltip="leave out the objects of which no value was seen"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.outline = Outline()
        self.show_secrets = False
        self._wanted: Hashable | None = None
        """Key of the line that had the cursor before the meters were gathered anew."""

    @property
    def line(self) -> Line | None:
        """The line with the cursor."""
        lines = self.outline.lines
        return lines[self.cursor] if self.cursor < len(lines) else None

    def use(self, index: ObjectIndex | None, *, show_secrets: bool = False) -> None:
        """Show the meters of another index."""
        self.show_secrets = show_secrets
        before = self.line
        self.outline.use(index)
        self._show(before)
        self._wanted = None if before is None else before.key

    def grown(self) -> None:
        """There may be more meters, objects and values."""
        before = self.line
        if not self.outline.update():
            self.forget()
            return
        self._show(before)
        at = None if self._wanted is None or self.cursor else self.outline.position(self._wanted)
        if at is not None:
            self._wanted = None
            self.go(at)

    def point(self, meter: MeterObjects, ref: ObjectRef | None) -> None:
        """Put the cursor on an object, or on a meter."""
        at = self.outline.reveal(meter, ref)
        self._kept.clear()
        self.count = len(self.outline.lines)
        self.go(at)
        self.refresh()

    def _show(self, before: Line | None) -> None:
        """Show the lines as they are now, with the cursor where it was."""
        at = None if before is None else self.outline.position(before.key)
        self._kept.clear()
        if at is None:
            self.replace(len(self.outline.lines), min(self.cursor, max(len(self.outline.lines) - 1, 0)))
            return
        moved = at - self.cursor
        self.count = len(self.outline.lines)
        if moved:
            self.scroll_to(y=max(round(self.scroll_target_y) + moved, 0), animate=False)
        self.cursor = at
        self.refresh()

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """A line of the tree."""
        line = self.outline.lines[index]
        known = styles(self.app)
        mark = _LEAF if not line.opens else _OPEN if self.outline.is_open(line) else _CLOSED
        segments = [Segment(" " * (INDENT * line.depth) + mark, known.dim)]
        room = width - INDENT * line.depth - len(mark)
        for text, role in self.outline.pieces(line, show_secrets=self.show_secrets):
            shown = clip(text, room)
            piece = Segment(shown, known[role] if role else Style())
            segments.append(piece)
            room -= piece.cell_length
            if shown.endswith(ELLIPSIS):
                break
        return segments

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a click on the mark opens or closes."""
        super().on_click(event)
        line = self.line
        if line is not None and event.chain == 1 and event.x < INDENT * line.depth + len(_OPEN):
            self.toggle()

    def toggle(self) -> bool:
        """Open or close the line with the cursor; False when nothing can be opened there."""
        line = self.line
        if line is None or not line.opens:
            return False
        self._set_open(line, not self.outline.is_open(line))
        return True

    def action_open(self) -> None:
        """Show what is below the line; if it is shown, go there."""
        line = self.line
        if line is not None and not self._set_open(line, True) and line.opens:
            self.action_move(1)

    def action_close(self) -> None:
        """Hide what is below the line; if nothing is shown there, go to the line above it."""
        line = self.line
        if line is None or self._set_open(line, False):
            return
        above = (at for at in range(self.cursor - 1, -1, -1) if self.outline.lines[at].depth < line.depth)
        self.cursor = next(above, self.cursor)

    def action_regroup(self) -> None:
        """Let objects stand under media, or under classes."""
        before = self.line
        by_medium = self.outline.grouping is Grouping.MEDIUM
        self.outline.group_by(Grouping.CLASS if by_medium else Grouping.MEDIUM)
        if before is not None and before.object is not None:
            self.outline.reveal(before.meter, before.object)
        self._show(before)

    def action_only_seen(self) -> None:
        """Leave out the objects of which no value was seen, or show them too."""
        before = self.line
        self.outline.show_only_seen(not self.outline.only_seen)
        self._show(before)

    def _set_open(self, line: Line, open_: bool) -> bool:
        if not self.outline.set_open(line, open_):
            return False
        self._show(line)
        return True
