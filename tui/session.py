"""Session: one open capture, as the screens share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from dlms_analyzer.capture import CaptureError, Source, open_captures
from dlms_analyzer.capture.recording import Recording
from dlms_analyzer.cli.progress import size_text
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.index import IndexedCapture, MessageTable
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import time_text
from dlms_analyzer.messages import Message
from dlms_analyzer.objects import ObjectIndex
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from tui.notes import Notes, Remark
from tui.opening import Plan

BEHIND: Final = 1 << 20
"""Octets that were captured and not read yet above which reading does not keep up: thousands of frames."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line gave for every capture that is opened.

    Attributes:
        keys: open what is protected.
        options: how streams are framed.
        meters: what is known about the meters, and what things are called.
        show_secrets: passwords and keys are shown.
    """

    keys: Keyring = field(default_factory=Keyring)
    options: FramingOptions = field(default_factory=FramingOptions)
    meters: Meters = field(default_factory=Meters)
    show_secrets: bool = False


@dataclass(slots=True, eq=False)
class Session:
    """A capture that is shown, and what was learnt by looking at it.

    Attributes:
        source: where the frames come from.
        keys: what was given to open what is protected.
        options: how streams are framed.
        meters: what is known about the meters; grows with what is looked at.
        paths: the files; empty for a live capture.
        live: it goes on until it is stopped.
        growing: what is to come is waited for: a file that is followed, a pipe.
        plan: how to open it once more.
        recording: the file that frames of a live capture are kept in.
        saved: frames of a live capture that were saved afterwards.
        show_secrets: passwords and keys are shown.
        capture: its index.
        ended: all of it was read, or the reading was cancelled.
        marked: number of the message that the next one is to be compared with.
        notes: bookmarks and notes on its messages.
    """

    source: Source
    keys: Keyring = field(default_factory=Keyring)
    options: FramingOptions = field(default_factory=FramingOptions)
    meters: Meters = field(default_factory=Meters)
    paths: tuple[str, ...] = ()
    live: bool = False
    growing: bool = False
    plan: Plan | None = None
    recording: Recording | None = None
    saved: int = 0
    show_secrets: bool = False
    ended: bool = False
    marked: int | None = None
    capture: IndexedCapture = field(init=False)
    notes: Notes = field(init=False)

    def __post_init__(self) -> None:
        self.notes = Notes(self.paths)
        self.capture = IndexedCapture(self.source, self.options, self.keys)

    @classmethod
    def of(cls, plan: Plan, source: Source, given: Given) -> Session:
        """The session of something that was opened.

        Args:
            plan: what was opened.
            source: what came of it; closed when there can be no session.
            given: keys, options and meters.

        Raises:
            CaptureError: what comes cannot be kept.
        """
        recording = None
        if plan.keep:
            try:
                recording = Recording(plan.keep, source)
            except CaptureError:
                source.close()
                raise
        return cls(
            source,
            given.keys,
            given.options,
            given.meters,
            paths=plan.paths,
            live=plan.live,
            growing=plan.growing,
            plan=plan,
            recording=recording,
            show_secrets=given.show_secrets,
        )

    @property
    def title(self) -> str:
        """What to call it: files, interfaces or ports."""
        return self.source.name

    @property
    def table(self) -> MessageTable:
        """The rows of its messages."""
        return self.capture.table

    def remark(self, number: int) -> Remark:
        """The remark on a message; an empty one when there is none."""
        row = self.table.row(number)
        time = time_text(row.time)
        return self.notes.of(number, time) or Remark(number, row.frame, time)

    @property
    def first_time(self) -> int:
        """When the first message was complete, nanoseconds since 1970 UTC; 0 while there is none."""
        return self.table.row(1).time if len(self.table) else 0

    @property
    def keyring(self) -> Keyring:
        """The keys at hand, with those that the capture taught."""
        return self.capture.analyzer.security.keyring

    def reading(self) -> Iterator[object]:
        """The work of reading it, in small steps."""
        if self.live or self.growing:
            return self.capture.grow(None if self.recording is None else self.recording.add)
        return self.capture.read()

    def learning(self) -> Iterator[object]:
        """The work of learning what scalers, units and names the capture has, wherever it has them, in small steps."""
        index = ObjectIndex(self.capture, self.meters)
        yield from index.gather()
        for meter in index.meters:
            for _ in meter.learn():
                yield index.progress

    def message(self, number: int) -> Message:
        """A message with all that is known about it; its meter learns from it.

        Raises:
            CaptureError: the source no longer has its octets.
        """
        message = self.capture.message(number)
        learn(self.meters, message)
        return message

    def glance(self, number: int) -> Message:
        """A message as far as its own octets tell; its meter learns from it.

        Raises:
            CaptureError: the source no longer has its octets.
        """
        message = self.capture.glance(number)
        learn(self.meters, message)
        return message

    def add_keys(self, *keys: KeySet) -> Iterator[tuple[int, int]]:
        """The work of deciphering again with further keys, in small steps; meters get the names that come with them.

        Args:
            keys: further keys; none to try again with those at hand.
        """
        for one in keys:
            if one.system_title is not None and one.name is not None:
                self.meters.call(one.system_title.hex(), one.name)
        yield from self.capture.add_keys(*keys)

    @property
    def unsaved(self) -> int:
        """Frames that are lost when it is closed."""
        return len(self.capture.frames) - self.saved if self.live and self.recording is None else 0

    @property
    def dropped(self) -> int | None:
        """Frames that the system lost, as far as the capture program has told; None where nobody tells."""
        dropped: int | None = getattr(self.source, "dropped", None)
        return dropped

    @property
    def backlog(self) -> int | None:
        """Octets that were captured and not read yet; None where there is no such thing."""
        backlog: int | None = getattr(self.source, "backlog", None)
        return backlog

    def ask_drops(self) -> None:
        """Let the capture program tell what the system dropped, while there is one."""
        ask = getattr(self.source, "refresh_dropped", None)
        if ask is not None and not self.ended:
            ask()

    @property
    def behind(self) -> str:
        """What goes wrong with a live capture; empty when nothing does."""
        lost = f"{self.dropped:,} frames dropped" if self.dropped else ""
        late = f"{size_text(self.backlog)} behind" if self.backlog is not None and self.backlog > BEHIND else ""
        return "  ".join(filter(None, (lost, late)))

    @property
    def again(self) -> Callable[[], Source] | None:
        """Opens its files once more; None for a capture that has noted its frames because it grew."""
        return None if self.live or self.growing else partial(open_captures, self.paths)

    def close(self) -> None:
        """Let go of files, devices and child processes; what is still to be kept in a file is."""
        if self.recording is not None:
            with suppress(CaptureError):  # the disk is full: the user was told
                self._keep_rest(self.recording)
        self.source.close()

    def _keep_rest(self, recording: Recording) -> None:
        """Keep what was captured and not read yet."""
        stop: Callable[[], None] | None = getattr(self.source, "stop", None)
        if stop is not None and not self.ended:
            stop()
            for _ in self.capture.grow(recording.add):
                pass
        recording.close()
