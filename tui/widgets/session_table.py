"""SessionTable: the associations of a capture, below their conversations or without them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from dlms_analyzer.frames import endpoints
from tui.session_columns import COLUMNS, WITHOUT_ENDS, SessionRow, SessionRows
from tui.text import fit
from tui.theme import styles
from tui.widgets.table import RowTable


class SessionTable(RowTable[SessionRow]):
    """The list of associations."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(COLUMNS, id=id)

    @property
    def lines(self) -> SessionRows | None:
        """The associations in the list."""
        return self.rows if isinstance(self.rows, SessionRows) else None

    def show_lines(self, rows: SessionRows, cursor: int = 0) -> None:
        """Show other associations, with the columns that suit them."""
        self.set_columns(WITHOUT_ENDS if rows.lines.grouped else COLUMNS)
        self.show(rows, cursor)

    def grown(self) -> None:
        """There are more associations, or they say more."""
        rows = self.lines
        if rows is not None:
            rows.forget()
        self.forget(self.scroll_offset.y)
        super().grown()

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """The cells of an association; of a conversation, who talks in it."""
        row = self.rows[index]
        if row.association is not None:
            return super().row_segments(index, width)
        conversation = row.conversation
        first, second = endpoints(conversation.forward.flow)
        text = f"conversation {conversation.number}: {first} - {second}"
        return [Segment(fit(text, width), styles(self.app).accent)]
