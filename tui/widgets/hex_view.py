"""HexView: octets as hex and text, with a field marked and a cursor."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.theme import styles
from tui.widgets.virtual import VirtualView

_OFFSET: Final = 5
"""Cells of the offset in front of a line, with the blank behind it."""
_PER_OCTET: Final = 4
"""Cells that an octet takes: two digits, a blank, and a character."""
_PRINTABLE: Final = range(0x20, 0x7F)


class HexView(VirtualView, can_focus=True):
    """A hex dump of any length; only visible lines are made.

    Attributes:
        octets: what is shown.
        marked: offsets of the marked field, from and to.
        cursor: offset of the octet with the cursor.
    """

    DEFAULT_CSS = """
    HexView {
        background: $background;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Left", show=False, id="hex.left"),
        Binding("right,l", "move(1)", "Right", show=False, id="hex.right"),
        Binding("up,k", "move_line(-1)", "Up", show=False, id="hex.up"),
        Binding("down,j", "move_line(1)", "Down", show=False, id="hex.down"),
        Binding("pageup", "move_page(-1)", "Page up", show=False, id="hex.page_up"),
        Binding("pagedown", "move_page(1)", "Page down", show=False, id="hex.page_down"),
        Binding("home,g", "move_to(0)", "First", show=False, id="hex.first"),
        Binding("end,G", "move_to(-1)", "Last", show=False, id="hex.last"),
    ]

    class Pointed(Message):
        """The user put the cursor on an octet.

        Attributes:
            offset: of the octet.
        """

        def __init__(self, view: HexView, offset: int) -> None:
            super().__init__()
            self.view = view
            self.offset = offset

        @property
        def control(self) -> HexView:
            """The view."""
            return self.view

    octets: reactive[bytes] = reactive(b"")
    marked: reactive[tuple[int, int]] = reactive((0, 0))
    cursor: reactive[int] = reactive(0)

    @property
    def per_line(self) -> int:
        """Octets on a line: 16, or as many as there is room for."""
        room = (self.size.width - _OFFSET) // _PER_OCTET
        return 16 if room >= 16 else max(room // 4 * 4, 4)

    def show(self, octets: bytes) -> None:
        """Show other octets from their start."""
        self.octets = octets
        self.marked = (0, 0)
        self.cursor = 0
        self.scroll_to(y=0, animate=False)

    def mark(self, start: int, end: int) -> None:
        """Mark a field, and let it be seen."""
        self.marked = (start, end)
        if start < end or start < len(self.octets):
            self.cursor = start
            self._reveal(start)

    def watch_octets(self) -> None:
        """The height follows the number of octets."""
        self._measure()
        self.refresh()

    def watch_marked(self) -> None:
        """Paint the other octets."""
        self.refresh()

    def watch_cursor(self) -> None:
        """Paint the cursor elsewhere."""
        self.refresh()

    def on_resize(self) -> None:
        """The height follows the width."""
        self._measure()
        self._reveal(self.cursor)

    def _measure(self) -> None:
        self.measure(-(-len(self.octets) // self.per_line))

    def _reveal(self, offset: int) -> None:
        self.reveal(offset // self.per_line, max(self.size.height, 1))

    def render_line(self, y: int) -> Strip:
        """Paint a line of the dump."""
        per_line = self.per_line
        first = (self.scroll_offset.y + y) * per_line
        width = self.size.width
        if first >= len(self.octets):
            return Strip.blank(width, self.rich_style)
        known = styles(self.app)
        octets = self.octets[first : first + per_line]
        shades = [self._shade(first + at) for at in range(len(octets))]
        segments = [Segment(f"{first:04x} ", known.dim)]
        for at, octet in enumerate(octets):
            segments.append(Segment(f"{octet:02x}", shades[at]))
            joined = at + 1 < len(octets) and shades[at] == shades[at + 1]
            segments.append(Segment(" ", shades[at] if joined else None))
        segments.append(Segment("   " * (per_line - len(octets))))
        segments += [
            Segment(chr(octet) if octet in _PRINTABLE else ".", shade)
            for octet, shade in zip(octets, shades, strict=True)
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)

    def _shade(self, offset: int) -> Style | None:
        known = styles(self.app)
        if self.has_focus and offset == self.cursor:
            return known.cursor
        start, end = self.marked
        return known.linked if start <= offset < end else None

    def _point(self, offset: int) -> None:
        if not self.octets:
            return
        self.cursor = min(max(offset, 0), len(self.octets) - 1)
        self._reveal(self.cursor)
        self.post_message(self.Pointed(self, self.cursor))

    def action_move(self, by: int) -> None:
        """Move the cursor by some octets."""
        self._point(self.cursor + by)

    def action_move_line(self, by: int) -> None:
        """Move the cursor by some lines."""
        self._point(self.cursor + by * self.per_line)

    def action_move_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self._point(self.cursor + by * self.per_line * max(self.size.height, 1))

    def action_move_to(self, offset: int) -> None:
        """Move the cursor to an octet; negative ones count from the end."""
        self._point(offset if offset >= 0 else len(self.octets) + offset)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the octet that was clicked, among digits or characters."""
        per_line = self.per_line
        x = event.x - _OFFSET
        column = x // 3 if x < per_line * 3 else x - per_line * 3
        if 0 <= column < per_line:
            self._point((self.scroll_offset.y + event.y) * per_line + column)
