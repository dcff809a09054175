"""A session whose capture grows when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from dlms_analyzer.capture import open_captures
from tests.tui.running import settled
from tui.session import Session


@dataclass(slots=True, eq=False)
class PacedSession(Session):
    """Reads as many frames as it is allowed to.

    Attributes:
        allowed: frames that may be read; None for all that are left.
    """

    allowed: int | None = 0

    def reading(self) -> Iterator[object]:
        frames = iter(self.source)
        done = 0
        while self.allowed is not None:
            self.capture.take(islice(frames, self.allowed - done))
            done = self.allowed
            yield None
        self.capture.take(frames)
        self.capture.finish()
        self.ended = True
        while True:
            yield None


def paced(path: Path, frames: int) -> PacedSession:
    """A live session on a file, of which some frames were read."""
    return PacedSession(open_captures([path]), paths=(str(path),), live=True, allowed=frames)


async def let_in(pilot: Any, frames: int | None) -> None:
    """Let the capture grow to so many frames; None for all."""
    session = pilot.app.session
    session.allowed = frames
    while (not session.ended) if frames is None else session.capture.analyzer.frames < frames:
        await pilot.pause(0.01)
    await settled(pilot)
