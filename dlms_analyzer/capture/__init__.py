"""Capture sources: files, pipes, logs, interfaces, serial lines. The only part of the engine that touches the world.

`open_capture` finds out what something is and returns a `Source`: an iterator of frames with a record of problems.
"""

from __future__ import annotations

from .merging import merged
from .opening import open_capture, open_captures
from .problem import CaptureError, Problem, ProblemLog
from .reader import Interface
from .source import ListeningSource, Source

__all__ = [
    "CaptureError",
    "Interface",
    "ListeningSource",
    "Problem",
    "ProblemLog",
    "Source",
    "merged",
    "open_capture",
    "open_captures",
]
