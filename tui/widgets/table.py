"""RowTable: lines made of columns, which fit themselves to the width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from tui.text import clip, fit
from tui.theme import styles
from tui.widgets.lines import LineList

RowType = TypeVar("RowType")

_PLAIN: Final = Style()


def _no_role(_: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Column(Generic[RowType]):
    """A column of a table.

    Attributes:
        key: its name in settings.
        title: on top of it.
        width: columns of the terminal; the least when it grows.
        text: what a row has in it. It may be wire text: it is escaped when it is painted.
        role: the role whose style the cell has; empty for none.
        right: numbers stand to the right.
        grow: share of the width that is left over; 0 for a column of fixed width.
        rank: where there is no room, columns of a higher rank go first; those of rank 0 stay.
    """

    key: str
    title: str
    width: int
    text: Callable[[RowType], str]
    role: Callable[[RowType], str] = _no_role
    right: bool = False
    grow: int = 0
    rank: int = 0


def fitting(columns: Sequence[Column[Any]], width: int) -> list[tuple[Column[Any], int]]:
    """The columns that a width has room for, each with its own width."""
    shown = list(columns)

    def needed() -> int:
        return sum(one.width for one in shown) + max(len(shown) - 1, 0)

    while needed() > width:
        worst = max(shown, key=lambda one: one.rank, default=None)
        if worst is None or not worst.rank:
            break
        shown.remove(worst)
    shares = sum(one.grow for one in shown)
    spare = max(width - needed(), 0)
    fitted = []
    for one in shown:
        more = 0
        if one.grow:
            more = spare * one.grow // shares
            spare -= more
            shares -= one.grow
        fitted.append((one, one.width + more))
    return fitted


class RowTable(LineList, Generic[RowType]):
    """A list of rows, each painted in columns.

    Attributes:
        columns: of the table, in order.
        rows: what is shown; need not be in memory, only what is visible is asked for.
    """

    heading_lines = 1

    class HeadingClicked(Message):
        """The heading of a column was clicked.

        Attributes:
            table: which table.
            key: of the column.
        """

        def __init__(self, table: RowTable[Any], key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> RowTable[Any]:
            """The table."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column[RowType]],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = columns
        self.rows: Sequence[RowType] = ()
        self.sorted_by: tuple[str, bool] | None = None
        """Key of the column that rows are sorted by, and whether the last comes first."""
        self._fitted: tuple[int, int, list[tuple[Column[RowType], int]]] = (0, 0, [])

    @property
    def row(self) -> RowType | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def show(self, rows: Sequence[RowType], cursor: int = 0) -> None:
        """Show other rows."""
        self.rows = rows
        self.replace(len(rows), cursor)

    def grown(self) -> None:
        """There are more rows in `rows` than there were."""
        self.count = len(self.rows)

    def set_columns(self, columns: Sequence[Column[RowType]]) -> None:
        """Show other columns."""
        self.columns = columns
        self._fitted = (0, 0, [])
        self.forget()

    def fitted(self, width: int) -> list[tuple[Column[RowType], int]]:
        """The columns that are visible, with their widths."""
        if self._fitted[:2] != (width, id(self.columns)):
            self._fitted = (width, id(self.columns), fitting(self.columns, width))
        return self._fitted[2]

    def heading_segments(self, width: int) -> Sequence[Segment]:
        """The titles of the columns; an arrow where rows are sorted."""
        segments = []
        for column, size in self.fitted(width):
            title = column.title
            if self.sorted_by is not None and self.sorted_by[0] == column.key:
                title += "v" if self.sorted_by[1] else "^"
            segments.append(Segment(fit(title, size, right=column.right) + " "))
        return segments

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """The cells of a row."""
        row = self.rows[index]
        known = styles(self.app)
        segments: list[Segment] = []
        for column, size in self.fitted(width):
            name = column.role(row)
            style = known[name] if name else _PLAIN
            text = clip(column.text(row), size)
            blank = Segment(" " * (size - cell_len(text)))
            segments += (blank, Segment(text, style)) if column.right else (Segment(text, style), blank)
            segments.append(Segment(" "))
        return segments

    def heading_clicked(self, x: int) -> None:
        """Say which column it was."""
        at = 0
        for column, size in self.fitted(self.line_width):
            at += size + 1
            if x < at:
                self.post_message(self.HeadingClicked(self, column.key))
                return
