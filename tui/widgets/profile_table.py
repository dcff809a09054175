"""ProfileTable: the rows of a profile; the first column stays while the others are scrolled sideways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from dlms_analyzer.cosem.profile import Cell, Column, Table
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.profiles import cell_text, column_code, is_numeric
from tui.text import fit
from tui.theme import styles
from tui.widgets.lines import LineList

WIDEST: Final = 40
"""Columns of the terminal that a column of the profile takes at most."""
WIDEST_NAME: Final = 18
"""Columns that its name takes when its values are narrower: names are long, and OBIS code and unit stand above."""
MEASURED: Final = 200
"""Rows whose cells say how wide a column has to be."""

NO_TABLE: Final = Table((), (), "", "")


class ProfileTable(LineList):
    """Rows and columns of a profile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "sideways(-1)", "Left", show=False, id="profile.left"),
        Binding("right,l", "sideways(1)", "Right", show=False, id="profile.right"),
    ]

    heading_lines = 2

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.table = NO_TABLE
        self.column = 0
        """The first column that is shown beside the one that stays."""
        self._widths: list[int] = []
        self._numeric: list[bool] = []

    def show(self, table: Table) -> None:
        """Show another profile, or another reading of it."""
        if [one.key for one in table.columns] != [one.key for one in self.table.columns]:
            self.column = 1
        self.table = table
        some = table.rows[:MEASURED]
        self._widths = [
            min(
                max(
                    cell_len(escape(_code(column))),
                    min(cell_len(escape(column.name)), WIDEST_NAME),
                    *(cell_len(escape(cell_text(row[index]))) for row in some if index < len(row)),
                ),
                WIDEST,
            )
            for index, column in enumerate(table.columns)
        ]
        self._numeric = [is_numeric(Table(table.columns, some, "", ""), index) for index in range(len(table.columns))]
        self.replace(len(table.rows), min(self.cursor, max(len(table.rows) - 1, 0)))

    def action_sideways(self, by: int) -> None:
        """Show the columns further to the left or right."""
        self.column = min(max(self.column + by, 1), max(len(self.table.columns) - 1, 1))
        self.forget()

    def _shown(self) -> list[int]:
        """The columns that are shown: the first, and those from `column` on."""
        count = len(self.table.columns)
        return [0, *range(max(self.column, 1), count)] if count else []

    def render_line(self, y: int) -> Strip:
        """A line: two of headings, the codes of the columns and their names, then rows."""
        if y >= self.heading_lines:
            return super().render_line(y)
        heading = Strip(self._heading(y)).adjust_cell_length(self.size.width, self.rich_style)
        return heading.apply_style(self.rich_style)

    def _heading(self, y: int) -> Sequence[Segment]:
        known = styles(self.app)
        style = known.heading if y else known.dim
        segments = []
        for at, index in enumerate(self._shown()):
            column = self.table.columns[index]
            text = column.name if y else _code(column)
            more = "<" if at == 1 and self.column > 1 and not y else " "
            segments.append(Segment(fit(text, self._widths[index], right=self._numeric[index]), style))
            segments.append(Segment(more if at else " ", style))
        return segments

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """The cells of a row."""
        row = self.table.rows[index]
        known = styles(self.app)
        segments: list[Segment] = []
        room = width
        for column in self._shown():
            if room <= 0:
                break
            size = self._widths[column]
            cell: Cell | None = row[column] if column < len(row) else None
            text = "" if cell is None else cell_text(cell)
            style = Style() if cell is None or cell.origin == "sent" else known.note
            segments.append(Segment(fit(text, size, right=self._numeric[column]), known.dim if not column else style))
            segments.append(Segment(" "))
            room -= size + 1
        return segments


def _code(column: Column) -> str:
    """OBIS code and unit of a column."""
    code = column_code(column)
    return f"{code} [{column.unit}]" if column.unit else code
