"""From what a person writes to a place among the messages: a number, a frame, a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import compress, count
from typing import Any, Final

from dlms_analyzer.filters.domains import moment
from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.index.table import MessageTable

RUN: Final = 1 << 14
"""Messages whose column is looked at together."""

_NUMBER: Final = re.compile(r"#?\s*(\d{1,12})", re.ASCII)
_FRAME: Final = re.compile(r"f(?:rame)?\s*#?(\d{1,12})", re.ASCII | re.IGNORECASE)
_SECONDS: Final = re.compile(r"\+\s*(\d{1,9}(?:\.\d{1,9})?)\s*s?", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?", re.ASCII)


def place_of(table: MessageTable, text: str) -> int:
    """The number of the message that somebody wants to go to; of frames and times the first that is not before.

    Args:
        table: the messages.
        text: `120` is a message, `f120` or `frame 120` a frame, `+2.5` seconds since the first message, `12:30:01` a
            time (UTC) on the day of the first message, `2026-01-31 12:30` any time.

    Raises:
        ValueError: it is nothing of that, or there is no such message; says so.
    """
    text = text.strip()
    if not len(table):
        raise ValueError("there are no messages")
    if (found := _NUMBER.fullmatch(text)) is not None:
        number = int(found[1])
        if not 1 <= number <= len(table):
            raise ValueError(f"there are messages 1 to {len(table):,}")
        return number
    if (found := _FRAME.fullmatch(text)) is not None:
        return _first(table, "frame", int(found[1]), "no message is complete in this frame or behind it")
    return _first(table, "time", _time(table, text), "no message is as late as that")


def _time(table: MessageTable, text: str) -> int:
    begin = table.row(1).time
    if (found := _SECONDS.fullmatch(text)) is not None:
        return begin + round(float(found[1]) * NANOSECONDS)
    if _CLOCK.fullmatch(text):
        day = datetime.fromtimestamp(begin // NANOSECONDS, UTC)
        text = f"{day:%Y-%m-%d} {text:0>5}" if text.count(":") == 1 else f"{day:%Y-%m-%d} {text.zfill(8)}"
    try:
        return moment(text)
    except ValueError:
        raise ValueError("write 120, f120 for a frame, +2.5 for seconds, 12:30:01 or 2026-01-31 12:30") from None


def _first(table: MessageTable, column: str, least: Any, problem: str) -> int:
    for first in range(1, len(table) + 1, RUN):
        values = table.packed(column, first, min(first + RUN - 1, len(table)))
        found = next(compress(count(first), map(least.__le__, values)), None)
        if found is not None:
            return found
    raise ValueError(problem)
