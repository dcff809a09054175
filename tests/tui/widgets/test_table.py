"""Tables: columns that fit themselves to the width."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from textual.app import App, ComposeResult

from tests.tui.running import screen_text
from tui.theme import THEMES
from tui.widgets.table import Column, RowTable, fitting

COLUMNS: tuple[Column[Any], ...] = (
    Column("no", "No.", 4, lambda row: str(row[0]), right=True),
    Column("where", "Where", 20, lambda row: row[1], rank=2),
    Column("why", "Why", 10, lambda row: row[2], rank=1),
    Column("what", "What", 8, lambda row: row[3], grow=1),
)


def keys(width: int) -> list[tuple[str, int]]:
    return [(column.key, size) for column, size in fitting(COLUMNS, width)]


def test_a_column_that_grows_takes_the_width_that_is_left() -> None:
    assert keys(60) == [("no", 4), ("where", 20), ("why", 10), ("what", 23)]


def test_where_there_is_no_room_columns_of_the_highest_rank_go_first() -> None:
    assert keys(30) == [("no", 4), ("why", 10), ("what", 14)]
    assert keys(15) == [("no", 4), ("what", 10)]


def test_columns_without_a_rank_stay_even_where_they_do_not_fit() -> None:
    assert keys(5) == [("no", 4), ("what", 8)]


class Tabled(App[None]):
    """Nothing but a table."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        super().__init__()
        self.table: RowTable[Any] = RowTable(COLUMNS)
        self.rows = rows
        self.clicked: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name
        self.table.show(self.rows)

    def on_row_table_heading_clicked(self, event: RowTable.HeadingClicked) -> None:
        self.clicked.append(event.key)


async def test_rows_stand_under_the_titles_of_their_columns() -> None:
    app = Tabled([(1, "here", "because", "this"), (22, "there", "so", "that")])
    async with app.run_test(size=(60, 6)):
        lines = screen_text(app).splitlines()
    assert lines[0].startswith(" No. Where")
    assert lines[2].index("there") == lines[0].index("Where")
    assert lines[1].startswith("   1 here")


async def test_a_cell_of_hostile_text_keeps_to_its_width_and_has_no_effect() -> None:
    hostile = "[red]\x1b[31m\u202e漢字" * 1_000
    app = Tabled([(1, hostile, "a\nb", hostile)])
    async with app.run_test(size=(60, 6)):
        lines = screen_text(app).splitlines()
    assert all(cell_len(line) <= 60 for line in lines)
    assert "\x1b" not in "".join(lines)
    assert "[red]" in lines[1]
    assert "a\\nb" in lines[1]


async def test_a_click_on_a_title_tells_its_column() -> None:
    app = Tabled([(1, "here", "because", "this")])
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.click(RowTable, offset=(6, 0))
        await pilot.pause()
    assert app.clicked == ["where"]
