"""Regular expressions of display filters: only those that cannot keep the program busy for long."""

from __future__ import annotations

import re
import warnings
from typing import Final

MAX_PATTERN: Final = 256
"""Characters in a pattern."""

MAX_SEARCHED: Final = 512
"""Characters or octets of a value that are searched, so that a pattern with two repetitions ends in a moment."""

MAX_REPETITIONS: Final = 2
"""`*`, `+` and `{}` in a pattern: the time that each adds grows with the length of the value."""

MAX_CHOICES: Final = 8
"""`?` and `|` in a pattern: each may double the time."""

_PIECE: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!<aiLmsux-]*|\{\d*,?\d*\}|.", re.DOTALL)
_REPETITIONS: Final = "*+{"


def compile_pattern(text: str) -> re.Pattern[str]:
    """A pattern that ignores case, as Wireshark's do.

    Raises:
        ValueError: it is none, or its search could take very long; the message says which.
    """
    if len(text) > MAX_PATTERN:
        raise ValueError(f"a pattern has {MAX_PATTERN} characters at most")
    _refuse_slow(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what later versions of Python may read differently
            return re.compile(text, re.IGNORECASE | re.DOTALL)
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError(f"the pattern is not a regular expression: {problem}") from None


def _refuse_slow(text: str) -> None:
    repetitions = choices = 0
    groups = [False]
    closed = False  # the last piece is a group that itself repeats or chooses
    before = ""
    for piece in _PIECE.findall(text):
        repeats = piece in ("*", "+") or (piece[0] == "{" and len(piece) > 1)
        chooses = piece == "|" or (piece == "?" and before not in ("*", "+", "?") and before[:1] != "{")
        if repeats or chooses:
            if repeats and closed:
                raise ValueError("the pattern repeats what itself repeats or chooses, which could take for ever")
            repetitions += repeats
            choices += chooses
            groups[-1] = True
        closed = False
        if piece[0] == "(":
            groups.append(False)
        elif piece == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
        before = piece
    if repetitions > MAX_REPETITIONS or choices > MAX_CHOICES:
        raise ValueError(
            f"a pattern has at most {MAX_REPETITIONS} repetitions and {MAX_CHOICES} choices; join several with &&"
        )
