"""Cells of tables, on a terminal and in a spreadsheet."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from typing import Any, Final, TextIO

from dlms_analyzer.output.escape import escape

_FORMULA: Final = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def width_of(stream: TextIO) -> int | None:
    """Columns of the terminal behind a stream; None when there is none, and lines are as long as they are."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def fitted(text: str, width: int | None) -> str:
    """The text, or its beginning and an ellipsis when it is longer."""
    if width is None or len(text) <= width:
        return text
    return text[: max(width - 1, 0)] + "…"


def csv_text(value: Any) -> str | int | float:
    """A value for a cell of a spreadsheet, in one line; what would be a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def csv_writer(out: TextIO) -> Callable[[Sequence[Any]], object]:
    """What writes a row of values as CSV."""
    write = csv.writer(out, lineterminator="\n").writerow
    return lambda row: write([csv_text(value) for value in row])
