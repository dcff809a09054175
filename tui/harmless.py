"""The last look at everything that is painted: no character that steers the terminal gets through.

Wire text comes onto the screens by `tui.text`. What a field to type in holds has to stay as it is, though (a path, a
filter), and Textual paints that too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from dlms_analyzer.output.escape import escape

REPLACEMENT: Final = "\ufffd"
BLANK_OF_PLOTS: Final = "\u2800"
"""The empty cell of Braille, which plots are painted with."""
REMEMBERED: Final = 4_096
"""Pieces of text: some screens full, most of which are painted again and again."""


class Harmless(LineFilter):
    """Puts a sign in the place of what steers, hides or turns; the line takes as many cells as before."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The segments of a line, harmless."""
        return [
            segment if segment.text.isascii() and segment.text.isprintable() else _replaced(segment)
            for segment in segments
        ]


def _replaced(segment: Segment) -> Segment:
    shown = harmless(segment.text)
    return segment if shown == segment.text else Segment(shown, segment.style, segment.control)


@lru_cache(REMEMBERED)
def harmless(text: str) -> str:
    """A text without what `escape` would escape, in as many cells."""
    if escape(text) == text:
        return text
    return "".join(map(_character, text))


def _character(one: str) -> str:
    if one == BLANK_OF_PLOTS or escape(f"x{one}") == f"x{one}":
        return one
    return REPLACEMENT if cell_len(one) else ""
