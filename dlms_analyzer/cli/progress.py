"""How far reading is, on a line of the terminal that is gone when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Final, TextIO

from dlms_analyzer.capture import Source
from dlms_analyzer.frames import Frame

PATIENCE: Final = 1.0
"""Seconds of reading that need no progress."""
INTERVAL: Final = 0.25
"""Seconds between two updates."""
LOOK_EVERY: Final = 8
"""Frames between two looks at the clock; a power of two. A frame of 64 kB may hold thousands of messages."""
USUAL_COLUMNS: Final = 80
"""Width of a terminal that does not tell."""
_ERASE: Final = "\r\x1b[K"
_MINUTE: Final = 60
_HOUR: Final = 3600
_KILO: Final = 1000


class Progress:
    """Octets done, frames per second and the time left, while frames pass."""

    def __init__(self, source: Source, stream: TextIO) -> None:
        self._source = source
        self._stream = stream
        self.enabled = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Pass frames on, and show how many."""
        if not self.enabled:
            return iter(frames)
        return self._watch(frames)

    def _watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        started = monotonic()
        due = started + PATIENCE
        mask = LOOK_EVERY - 1
        try:
            for count, frame in enumerate(frames, start=1):
                yield frame
                if not count & mask and (now := monotonic()) >= due:
                    due = now + INTERVAL
                    self._show(progress_text(self._source, count, now - started))
        finally:
            self.clear()

    def clear(self) -> None:
        """Take the line away, so that something else can be written there."""
        if self._shown:
            self._shown = False
            self._stream.write(_ERASE)
            self._stream.flush()

    def _show(self, text: str) -> None:
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except OSError:
            columns = 0
        self._shown = True
        self._stream.write(_ERASE + text[: (columns or USUAL_COLUMNS) - 1])
        self._stream.flush()


def progress_text(source: Source, frames: int, seconds: float) -> str:
    """How far a source is after some frames and seconds."""
    done, total = source.bytes_done, source.bytes_total
    parts = [f"{frames:,} frames", f"{frames / seconds:,.0f} frames/s"]
    if total:
        parts.insert(0, f"{100 * done // total}% of {size_text(total)}")
        if 0 < done <= total:
            parts.append(f"{time_text(seconds * (total - done) / done)} left")
    else:
        parts.insert(0, size_text(done))
    return ", ".join(parts)


def size_text(octets: float) -> str:
    """A number of octets, readable."""
    for unit in ("B", "kB", "MB"):
        if octets < _KILO:
            return f"{octets:.0f} {unit}"
        octets /= _KILO
    return f"{octets:.1f} GB"


def time_text(seconds: float) -> str:
    """A time, readable."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"
