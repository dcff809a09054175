"""A plot of one or several series: lines or bars, with axes, and what it shows in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from dlms_analyzer.message_json import time_text
from dlms_analyzer.output.escape import escape
from dlms_analyzer.series import Series
from dlms_analyzer.words import counted
from tui.axes import TIME_LABEL, Mark, number_marks, time_marks
from tui.canvas import DOTS_ACROSS, DOTS_DOWN, EIGHTHS, Canvas
from tui.theme import styles

MARK_ROWS: Final = 3
"""Rows between the marks of the upright axis."""
NARROWEST: Final = 24
"""Columns below which there is no room for a plot beside its axis; the words are shown all the same."""
LOWEST: Final = 6
"""Rows below which there is none: title, two of the plot, axis, labels, words."""

_INKS: Final = ("accent", "push", "warning", "ok", "error", "client")
"""Roles of the styles of lines, in their order."""
_SIGNS: Final = ("", "o", "x", "+", "*", "#")
"""What lines are made of, so that they differ without colour too; the first is made of dots."""
_NOTHING: Final = "nothing to plot: no value is a number"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a plot shows.

    Attributes:
        title: what it is about.
        series: the numbers; their places ascend.
        bars: bars instead of lines; only the first series is shown then.
        across: what the places are and their unit; empty when they are times.
        from_zero: the upright axis begins at zero; that of bars always does.
    """

    title: str
    series: tuple[Series, ...]
    bars: bool = False
    across: str = ""
    from_zero: bool = False


class Plot(Widget):
    """Shows a `Picture`, as large as there is room."""

    DEFAULT_CSS = """
    Plot {
        width: 1fr;
        height: 1fr;
        min-height: 3;
    }
    """

    def __init__(self, picture: Picture | None = None, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._picture = picture

    @property
    def picture(self) -> Picture | None:
        """What is shown; None for nothing."""
        return self._picture

    def show(self, picture: Picture | None) -> None:
        """Show something else."""
        self._picture = picture
        self.refresh()

    def render(self) -> Text:
        """The plot and its words."""
        width, height = self.size
        if self._picture is None or not width or not height:
            return Text(_NOTHING)
        roles = styles(self.app)
        inks = [roles.dim, *(roles[role] for role in _INKS)]
        lines = _drawn(self._picture, width, height, inks, roles.bold, roles.dim)
        return Text("\n", no_wrap=True, overflow="crop", end="").join(lines)


def _drawn(picture: Picture, width: int, height: int, inks: Sequence[Style], bold: Style, dim: Style) -> list[Text]:
    shown = [one for one in (picture.series[:1] if picture.bars else picture.series[: len(_SIGNS)]) if len(one)]
    lines = [_title(picture, shown, width, inks, bold)]
    words = [Text(_clipped(text, width), dim) for text in _words(picture, shown)]
    if shown and width >= NARROWEST and height >= LOWEST - 1 + len(words):
        lines += _Drawing(picture, shown, width, height - 1 - len(words)).lines(inks, dim)
    return (lines + words)[:height]


def _clipped(text: str, width: int) -> str:
    text = escape(text)
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)) + "…"


def _title(picture: Picture, shown: Sequence[Series], width: int, inks: Sequence[Style], bold: Style) -> Text:
    units = list(dict.fromkeys(one.unit for one in shown if one.unit))
    unit = _clipped(f" [{', '.join(units)}]", width // 2) if units else ""
    title = Text(_clipped(picture.title, width - cell_len(unit)) + unit, bold)
    if len(shown) > 1:
        for index, one in enumerate(shown):
            title.append(f"  {_SIGNS[index] or '⠶'} {escape(one.name)}", inks[index + 1])
        title.truncate(width, overflow="ellipsis")
    return title


def _words(picture: Picture, shown: Sequence[Series]) -> list[str]:
    """What the plot shows, for those who cannot see it, and what it leaves out."""
    if not shown:
        left_out = sum(one.left_out for one in picture.series)
        return [f"{_NOTHING}; {left_out:,} left out" if left_out else _NOTHING]
    lines = []
    for one in shown:
        summary = one.summary
        if summary is None:
            continue
        unit = f" {one.unit}" if one.unit else ""
        name = f"{one.name}: " if len(shown) > 1 else ""
        omitted = f" ({one.left_out:,} left out)" if one.left_out else ""
        lines.append(
            f"{name}{counted(summary.numbers, 'value')}{omitted}, "
            f"min {summary.least:.8g}{unit}, max {summary.greatest:.8g}{unit}, mean {summary.mean:.6g}{unit}"
        )
    first, last = min(one.at[0] for one in shown), max(one.at[-1] for one in shown)
    if picture.across:
        lines.append(f"{picture.across}: {first:,} to {last:,}")
    else:
        lines.append(f"{_second(first)} to {_second(last)} UTC")
    return lines


def _second(time: int) -> str:
    return time_text(time)[:19].replace("T", " ")


class _Drawing:
    """Axes and lines of a picture, on so many characters."""

    def __init__(self, picture: Picture, shown: Sequence[Series], width: int, height: int) -> None:
        self._picture = picture
        self._shown = shown
        self._height = height - 2  # the level axis, and the words below it
        least, greatest = min(min(one.values) for one in shown), max(max(one.values) for one in shown)
        if picture.bars or picture.from_zero:
            least, greatest = min(least, 0.0), max(greatest, 0.0)
        if least == greatest:
            room = abs(least) / 10 or 1.0
            least, greatest = least - room, greatest + room
        self._least, self._greatest = least, greatest
        self._marks = number_marks(least, greatest, max(self._height // MARK_ROWS, 1))
        self._margin = max((len(mark.text) for mark in self._marks), default=0)
        self._width = width - self._margin - 1
        self._first = min(one.at[0] for one in shown)
        self._last = max(one.at[-1] for one in shown)

    def lines(self, inks: Sequence[Style], dim: Style) -> list[Text]:
        """The rows of the plot, its level axis and the words below."""
        canvas = Canvas(self._width, self._height)
        if self._picture.bars:
            self._bars(canvas, self._shown[0])
        else:
            for index, one in enumerate(self._shown):
                self._line(canvas, one, index)
        marked = {self._row(mark.at) // DOTS_DOWN: mark.text for mark in self._marks}
        lines = []
        for down, row in enumerate(canvas.rows()):
            text = marked.get(down)
            line = Text(f"{text or '':>{self._margin}}{'│' if text is None else '┤'}", dim)
            for piece, ink in row:
                line.append(piece, inks[ink])
            lines.append(line)
        axis, below = self._level_axis()
        return [*lines, Text(axis, dim), Text(below, dim)]

    def _line(self, canvas: Canvas, one: Series, index: int) -> None:
        some = one.decimated(self._width * DOTS_ACROSS)
        points = [(self._column(at), self._row(value)) for at, value in zip(some.at, some.values, strict=True)]
        if _SIGNS[index]:
            canvas.signs(points, _SIGNS[index], index + 1)
        else:
            canvas.dots(points, index + 1)

    def _bars(self, canvas: Canvas, one: Series) -> None:
        """One bar for each value while there is room; else for each column its largest value, up or down."""
        zero = self._eighths(0.0)
        heights: dict[int, float] = {}
        some = one.decimated(self._width)
        for at, value in zip(some.at, some.values, strict=True):
            column = self._column(at) // DOTS_ACROSS
            if abs(value) >= abs(heights.get(column, 0.0)):
                heights[column] = value
        columns = sorted(heights)
        gap = min((after - before for before, after in pairwise(columns)), default=self._width)
        wide = max(1, min(gap - 1, self._width // 8))
        for column, value in heights.items():
            ends = sorted((zero, self._eighths(value)))
            for across in range(wide):
                canvas.bar(min(column + across, self._width - 1), max(ends[1], ends[0] + 1), ends[0], 1)

    def _column(self, at: float) -> int:
        """Column of dots of a place; one that stands alone is in the middle."""
        dots = self._width * DOTS_ACROSS
        if self._first == self._last:
            return dots // 2
        return int((at - self._first) * (dots - 1) / (self._last - self._first))

    def _row(self, value: float) -> int:
        part = (self._greatest - value) / (self._greatest - self._least)
        return round(part * (self._height * DOTS_DOWN - 1))

    def _eighths(self, value: float) -> int:
        return round((value - self._least) / (self._greatest - self._least) * self._height * EIGHTHS)

    def _level_axis(self) -> tuple[str, str]:
        """The axis, and the words at its marks, where they do not touch each other."""
        count = max(self._width // (TIME_LABEL + 2), 1)
        if self._first == self._last:
            marks: list[Mark] = []
        elif self._picture.across:
            marks = number_marks(self._first, self._last, count)
        else:
            marks = time_marks(self._first, self._last, count)
        axis, below = ["─"] * self._width, [" "] * self._width
        free = 0
        for at, text in marks:
            column = self._column(at) // DOTS_ACROSS
            axis[column] = "┬"
            start = min(max(column - len(text) // 2, 0), self._width - len(text))
            if start >= free:
                below[start : start + len(text)] = text
                free = start + len(text) + 1
        margin = " " * self._margin
        return f"{margin}└{''.join(axis)}", f"{margin} {''.join(below)}"
