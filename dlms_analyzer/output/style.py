"""Colours, when the output is a terminal that wants them."""

from __future__ import annotations

import os
from typing import Final, TextIO

_CODES: Final = {
    "client": "36",
    "server": "32",
    "dim": "2",
    "bold": "1",
    "note": "33",
    "warning": "33;1",
    "error": "31;1",
    "chat": "2",
}


class Style:
    """Paints text, or leaves it as it is."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """For a stream: coloured on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`."""
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(wanted and stream.isatty())

    def __call__(self, name: str, text: str) -> str:
        """The text in a colour of `_CODES`."""
        code = _CODES.get(name)
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and code and text else text
