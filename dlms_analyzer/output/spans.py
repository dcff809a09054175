"""Spans of time for people: in the unit that suits them, with three digits or so."""

from __future__ import annotations

from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3_600


def span_text(seconds: float) -> str:
    """A span of time: `151 us`, `84.1 ms`, `1.43 s`, `2:05 min`, `3:00 h`."""
    if seconds < 0:
        return f"-{span_text(-seconds)}"
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} us"
    if seconds < 1:
        return f"{seconds * 1e3:.1f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.2f} s"
    if seconds < _HOUR:
        minutes, rest = divmod(int(seconds), _MINUTE)
        return f"{minutes}:{rest:02} min"
    hours, rest = divmod(int(seconds), _HOUR)
    return f"{hours}:{rest // _MINUTE:02} h"
