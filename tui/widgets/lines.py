"""LineList: a list of any length of which only the visible lines are made."""

from __future__ import annotations

from collections.abc import Sequence
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

MAX_KEPT: Final = 512
"""Lines kept as they were painted: some screens full."""
DOUBLE: Final = 2


class LineList(VirtualView, can_focus=True):
    """A list with a cursor. Subclasses say how many lines there are and paint one.

    Attributes:
        count: how many lines there are.
        cursor: the line with the cursor, from 0.
        following: the cursor goes to the last line whenever there are more.
    """

    DEFAULT_CSS = """
    LineList {
        height: 1fr;
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
    }
    LineList:focus { background-tint: $foreground 2%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("home,g", "go_first", "First", show=False, id="list.first"),
        Binding("end,G", "go_last", "Last", show=False, id="list.last"),
        Binding("enter", "choose", "Open", show=False, id="list.choose"),
    ]

    class Highlighted(Message):
        """The cursor is on another line, the line under it has changed, or there is none any more.

        Attributes:
            list: which list.
            index: the line; 0 of an empty list too.
        """

        def __init__(self, line_list: LineList, index: int) -> None:
            super().__init__()
            self.list = line_list
            self.index = index

        @property
        def control(self) -> LineList:
            """The list."""
            return self.list

    class Chosen(Highlighted):
        """The user wants to see what is behind a line."""

    count: reactive[int] = reactive(0, layout=False)
    cursor: reactive[int] = reactive(0)
    following: reactive[bool] = reactive(False)

    heading_lines: int = 0
    """1 when the first line of the widget is a heading that does not scroll."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._kept: dict[tuple[int, int], Strip] = {}

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """What a line shows; it is cut and filled to the width by the caller."""
        raise NotImplementedError(f"{type(self).__name__} paints no line {index} of width {width}")

    def heading_segments(self, width: int) -> Sequence[Segment]:  # noqa: ARG002 - lists without a heading
        """What the heading shows."""
        return ()

    def forget(self, first: int = 0) -> None:
        """Lines from `first` on say something else now: paint them anew."""
        for key in [key for key in self._kept if key[0] >= first] if first else list(self._kept):
            del self._kept[key]
        self.refresh()

    def replace(self, count: int, cursor: int = 0) -> None:
        """Show another list in place of this one."""
        self._kept.clear()
        self.count = count
        cursor = min(max(cursor, 0), max(count - 1, 0))
        if cursor == self.cursor:
            self._tell()
        self.cursor = cursor
        self.reveal(cursor, self.page_size)
        self.refresh()

    @property
    def page_size(self) -> int:
        """Lines that are visible at once."""
        return max(self.size.height - self.heading_lines, 1)

    @property
    def line_width(self) -> int:
        """Cells of a line; the scroll bar takes its own from the widget."""
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        """Paint the line at a height of the widget."""
        width = self.line_width
        style = self.rich_style
        if y < self.heading_lines:
            heading = Strip(self.heading_segments(width)).adjust_cell_length(width, style)
            return heading.apply_style(style + styles(self.app).heading)
        index = self.scroll_offset.y + y - self.heading_lines
        if index >= self.count:
            return Strip.blank(width, style)
        strip = self._kept.get((index, width))
        if strip is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            strip = Strip(self.row_segments(index, width)).adjust_cell_length(width, style)
            self._kept[index, width] = strip
        strip = strip.apply_style(style)
        if index == self.cursor:
            strip = self._under_cursor(strip)
        return strip.apply_offsets(0, y)

    def _under_cursor(self, strip: Strip) -> Strip:
        """A line with the cursor on it: its colours give way, so that it is seen with few colours too."""
        known = styles(self.app)
        cursor = known.cursor if self.has_focus else known.resting
        return Strip([Segment(text, (style or Style()) + cursor) for text, style, _ in strip], strip.cell_length)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor inside."""
        return min(max(cursor, 0), max(self.count - 1, 0))

    def watch_cursor(self, before: int, after: int) -> None:
        """Keep the cursor visible, and tell where it is."""
        if before != after:
            self.reveal(after, self.page_size)
            self.refresh_line(before + self.heading_lines)
            self.refresh_line(after + self.heading_lines)
            self._tell()

    def watch_count(self, before: int, after: int) -> None:
        """There are more lines, or fewer."""
        self.measure(self.count + self.heading_lines)
        if after < before:
            self._kept.clear()
            self.cursor = self.validate_cursor(self.cursor)
        if self.following and after:
            self.cursor = after - 1
            self.reveal(self.cursor, self.page_size)
        if bool(before) != bool(after):
            self._tell()
        if before - self.scroll_offset.y <= self.page_size:
            self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self.measure(self.count + self.heading_lines)
        self._kept.clear()
        self.reveal(self.cursor, self.page_size)

    def _tell(self) -> None:
        self.post_message(self.Highlighted(self, self.cursor))

    def go(self, index: int) -> None:
        """Put the cursor on a line, with some lines around it visible."""
        self.following = False
        index = self.validate_cursor(index)
        top, page = round(self.scroll_target_y), self.page_size
        if not top <= index < top + page:
            self.scroll_to(y=max(index - page // 3, 0), animate=False, immediate=True)
        self.cursor = index

    def action_move(self, by: int) -> None:
        """Move the cursor by some lines."""
        self.following = False
        self.cursor += by

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self.action_move(by * self.page_size)

    def action_go_first(self) -> None:
        """Go to the first line."""
        self.following = False
        self.cursor = 0

    def action_go_last(self) -> None:
        """Go to the last line."""
        self.cursor = self.count - 1

    def action_choose(self) -> None:
        """Show what is behind the line."""
        if self.count:
            self.post_message(self.Chosen(self, self.cursor))

    def on_mouse_scroll_up(self) -> None:
        """Looking back is a reason to follow no more."""
        self.following = False

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; at the second click show what is behind."""
        index = self.scroll_offset.y + event.y - self.heading_lines
        if event.y < self.heading_lines:
            self.heading_clicked(event.x)
        elif 0 <= index < self.count:
            self.following = False
            self.cursor = index
            if event.chain == DOUBLE:
                self.action_choose()

    def heading_clicked(self, x: int) -> None:
        """The heading was clicked at a column of the terminal; lists that can be sorted do so."""
