"""VirtualView: a pane whose content is painted line by line and may change its length many times a second."""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView


class VirtualView(ScrollView):
    """A scroll view that grows and shrinks without a new layout of the whole screen."""

    def measure(self, lines: int) -> None:
        """Say how many lines there are; the scroll bar follows, the panes beside stay where they are."""
        size = Size(self.size.width, lines)
        if size != self.virtual_size:
            self.set_reactive(VirtualView.virtual_size, size)
            self._scroll_update(size)

    def reveal(self, line: int, page: int) -> None:
        """Scroll as little as is needed for a line to be seen, when `page` lines are visible."""
        top = round(self.scroll_target_y)
        if line < top:
            self.scroll_to(y=line, animate=False, immediate=True)
        elif line >= top + page:
            self.scroll_to(y=line - page + 1, animate=False, immediate=True)
