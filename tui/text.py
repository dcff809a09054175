"""The only way wire text gets onto the screens: without markup, escaped, cut by the cells it takes.

Textual and Rich read `[red]` in a `str` as markup wherever one is accepted. What comes from a capture, a file name or a
person is therefore always a `Text` (or a piece of a `Segment`) made here.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from dlms_analyzer.output.escape import MAX_MARKS, escape

ELLIPSIS: Final = "…"

_CHARACTERS_PER_CELL: Final = 2 * (MAX_MARKS + 1)
"""More characters do not share a cell after `escape`: a text of megabytes is cut before anything looks at all of it."""


def safe(text: str, style: str | Style = "") -> Text:
    """Text for a widget: what it says is shown, nothing in it has an effect.

    Args:
        text: anything.
        style: of the whole.
    """
    return Text(escape(text), style=style, end="")


def clip(text: str, width: int) -> str:
    """The text escaped, or its beginning and an ellipsis when it needs more cells.

    Args:
        text: anything, of any length.
        width: cells that there are.
    """
    if width <= 0:
        return ""
    most = (width + 1) * _CHARACTERS_PER_CELL
    shown = escape(text[:most])
    if len(text) <= most and cell_len(shown) <= width:
        return shown
    return set_cell_size(shown, width - 1).rstrip() + ELLIPSIS


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly as many cells as there are, as `clip` cuts it.

    Args:
        text: anything, of any length.
        width: cells that there are.
        right: put blanks before it, as numbers want it.
    """
    shown = clip(text, width)
    blanks = " " * (max(width, 0) - cell_len(shown))
    return blanks + shown if right else shown + blanks
