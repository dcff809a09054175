"""The columns of the list of frames: data, one row each."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.frames import NANOSECONDS, Frame
from dlms_analyzer.index.frames import FrameSurvey
from dlms_analyzer.net import Fate
from dlms_analyzer.net.gist import FrameGist, frame_gist
from tui.widgets.table import Column

_GONE: Final = FrameGist("", "", "", "", 0, Fate.GONE.value)
_ROLES: Final = {
    Fate.REPEATED: "note",
    Fate.EARLY: "note",
    Fate.BEHIND_GAP: "warning",
    Fate.CUT: "warning",
    Fate.MALFORMED: "error",
}
MAX_NAMED: Final = 3
"""Messages of a frame that are named in its line."""


class ListedFrame:
    """A frame in the list; what costs something is worked out once, when a column asks for it."""

    def __init__(self, survey: FrameSurvey, number: int, first_time: int) -> None:
        self.survey = survey
        self.number = number
        self._first_time = first_time

    @cached_property
    def frame(self) -> Frame | None:
        """The frame; None when its octets are no longer kept."""
        try:
            return self.survey.frames.frame(self.number)
        except CaptureError:
            return None

    @cached_property
    def gist(self) -> FrameGist:
        """Who sent what to whom."""
        return _GONE if self.frame is None else frame_gist(self.frame)

    @property
    def since_start(self) -> float:
        """Seconds since the first frame."""
        return (self.survey.frames.time(self.number) - self._first_time) / NANOSECONDS

    @property
    def messages(self) -> tuple[int, ...]:
        """Numbers of the messages that it carries, or a part of."""
        return self.survey.messages_of(self.number)

    @property
    def info(self) -> str:
        """Which messages it carries, or why it carries none."""
        fate = self.survey.fate(self.number)
        if self.messages:
            named = ", ".join(f"{number:,}" for number in self.messages[:MAX_NAMED])
            more = f" and {len(self.messages) - MAX_NAMED} more" if len(self.messages) > MAX_NAMED else ""
            text = f"message{'s' if len(self.messages) > 1 else ''} {named}{more}"
            return f"{text}; {fate.value}" if fate in _ROLES and fate is not None else text
        if fate is None:
            return "…"
        if fate is Fate.DELIVERED:
            return "no message of DLMS is complete in it"
        return f"{fate.value}: {self.gist.text}" if self.gist.text and self.gist.text != fate.value else fate.value


def _role(one: ListedFrame) -> str:
    fate = one.survey.fate(one.number)
    return _ROLES.get(fate, "" if one.messages else "dim") if fate is not None else "dim"


def _dim(_: ListedFrame) -> str:
    return "dim"


FRAME_COLUMNS: Final[tuple[Column[ListedFrame], ...]] = (
    Column("number", "Frame", 8, lambda one: f"{one.number}", _dim, right=True),
    Column("time", "Time", 11, lambda one: f"{one.since_start:.6f}", _dim, right=True, rank=1),
    Column("source", "Source", 21, lambda one: one.gist.source, rank=3),
    Column("destination", "Destination", 21, lambda one: one.gist.destination, rank=4),
    Column("protocol", "Proto", 5, lambda one: one.gist.protocol, rank=2),
    Column("flags", "Flags", 11, lambda one: one.gist.flags, _dim, rank=5),
    Column("length", "Octets", 6, lambda one: "" if one.frame is None else str(one.frame.original_length), right=True),
    Column("payload", "Payload", 7, lambda one: str(one.gist.payload), _dim, right=True, rank=6),
    Column("info", "Carries", 36, lambda one: one.info, _role, grow=1),
)  # fmt: skip
