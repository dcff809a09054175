"""Capture sources: files, pipes, logs, interfaces, serial lines. The only part of the engine that touches the world.

`open_capture` finds out what something is and returns a `Source`: an iterator of frames with a record of problems.
"""

from __future__ import annotations

from .elsewhere import NOTHING_FOUND, Elsewhere, Findings, Place, Reporter
from .merging import merged
from .opening import open_capture, open_captures, open_place
from .problem import CaptureError, DiscardedError, Problem, ProblemLog
from .reader import Interface
from .source import FileSource, ListeningSource, Source

__all__ = [
    "NOTHING_FOUND",
    "CaptureError",
    "DiscardedError",
    "Elsewhere",
    "FileSource",
    "Findings",
    "Interface",
    "ListeningSource",
    "Place",
    "Problem",
    "ProblemLog",
    "Reporter",
    "Source",
    "merged",
    "open_capture",
    "open_captures",
    "open_place",
]
