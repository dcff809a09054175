"""Drawing in characters: lines of Braille dots, eight to a character, and bars in eighths of one.

A plot of a whole large screen is drawn in a few milliseconds, so that it may be drawn anew at any key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

DOTS_ACROSS: Final = 2
"""Dots of a Braille character, side by side."""
DOTS_DOWN: Final = 4
"""Dots of a Braille character, one above the other."""
EIGHTHS: Final = 8
"""Steps in which a bar grows in one character."""

_BRAILLE: Final = 0x2800
_BITS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of the dots of a Braille character, by row and column (Unicode, block Braille Patterns)."""
_BARS: Final = " ▁▂▃▄▅▆▇█"


class Canvas:
    """Characters of one height and width, and the ink that each is drawn in.

    Attributes:
        width: in characters.
        height: in characters.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._text = [[" "] * width for _ in range(height)]
        self._ink = [[0] * width for _ in range(height)]

    def dots(self, points: Sequence[tuple[int, int]], ink: int) -> None:
        """Draw a line of dots through points.

        Args:
            points: column and row in dots, from the upper left; what lies outside is left out.
            ink: a number that `rows` gives back.
        """
        for column, row in _between(points):
            self._dot(column, row, ink)

    def signs(self, points: Sequence[tuple[int, int]], sign: str, ink: int) -> None:
        """Put a sign, one character, wherever a line of dots through points would be drawn."""
        for column, row in _between(points):
            self._put(column // DOTS_ACROSS, row // DOTS_DOWN, sign, ink)

    def bar(self, column: int, top: int, bottom: int, ink: int) -> None:
        """Fill a column.

        Args:
            column: of characters.
            top: where the bar ends, in eighths of a character above the lower edge.
            bottom: where it begins, the same; no higher than `top`.
            ink: a number that `rows` gives back.
        """
        for up in range(bottom // EIGHTHS, -(-top // EIGHTHS)):
            filled = min(max(top - up * EIGHTHS, 0), EIGHTHS)
            self._put(column, self.height - 1 - up, _BARS[filled], ink)

    def rows(self) -> Iterator[list[tuple[str, int]]]:
        """Each row as pieces of text and their ink; 0 is none."""
        for text, ink in zip(self._text, self._ink, strict=True):
            yield [
                ("".join(character for character, _ in some), of)
                for of, some in groupby(zip(text, ink, strict=True), key=lambda one: one[1])
            ]

    def _dot(self, column: int, row: int, ink: int) -> None:
        across, x = divmod(column, DOTS_ACROSS)
        down, y = divmod(row, DOTS_DOWN)
        if 0 <= across < self.width and 0 <= down < self.height:
            before = ord(self._text[down][across]) - _BRAILLE
            bits = before if 0 <= before <= 0xFF else 0
            self._text[down][across] = chr(_BRAILLE + (bits | _BITS[y][x]))
            self._ink[down][across] = ink

    def _put(self, across: int, down: int, character: str, ink: int) -> None:
        if 0 <= across < self.width and 0 <= down < self.height:
            self._text[down][across] = character
            self._ink[down][across] = ink


def _between(points: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The points and the dots on straight lines between them."""
    if points:
        yield points[0]
    for (column, row), (to_column, to_row) in pairwise(points):
        across, down = to_column - column, to_row - row
        steps = max(abs(across), abs(down))
        for step in range(1, steps + 1):
            yield column + round(across * step / steps), row + round(down * step / steps)
