"""The events of a capture, each once and in order, from whichever process has them first.

This process begins to read at once. The other one needs some time to start, and is faster then, since it does not
follow what is said: once it has overtaken, its events are taken and reading here rests. Should it end early, reading
here goes on where it rested, and passes over what was taken meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Final

from dlms_analyzer.ahead.batches import Batch, Order
from dlms_analyzer.ahead.wire import EventReader
from dlms_analyzer.capture import Elsewhere, FileSource, Source
from dlms_analyzer.capture.child_process import ChildError, ChildProcess, can_start_children, cores
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.framing.units import Ended, Event, Unit
from dlms_analyzer.lower_stages import LowerStages
from dlms_analyzer.net import UnreadFrames
from dlms_analyzer.net.streams import Conversation

STEP: Final = 64
"""Frames, or events where a frame has many, between two looks at the progress: less than a millisecond, so that
whoever reads can do something else in between."""
MIN_SIZE: Final = 8 << 20
"""Octets of a file that is worth a second process: one process reads as much while another one starts."""
CHILD: Final = "dlms_analyzer.ahead.child"
"""The module that the other process runs."""
PATIENCE: Final = 0.002
"""Seconds to wait for the other process at a time: whoever reads may have screens to paint."""


class Reading:
    """Reads a capture down to its events, with a second process when that pays."""

    def __init__(
        self,
        source: Source,
        lower: LowerStages,
        options: FramingOptions,
        conversations: dict[int, Conversation],
        taken: Callable[[], int],
    ) -> None:
        """Begin.

        Args:
            source: the capture.
            lower: the stages that read here.
            options: how streams are framed.
            conversations: all that had units, by number; those that the other process meets are added.
            taken: how many of the units that `steps` gave were taken.
        """
        self._source = source
        self._lower = lower
        self._options = options
        self._conversations = conversations
        self._taken = taken
        self._here = self._read_here()
        self._seen: int | None = None
        """Units that were read here; None until the other process has told something."""
        self._frames = 0
        """Frames that were read there."""
        self._done = False

    @property
    def frames(self) -> int:
        """How many frames were read, here or there."""
        return max(self._frames, self._lower.frames)

    def steps(self, *, ahead: bool) -> Generator[Sequence[Event]]:
        """Read to the end; may be called again when it was stopped.

        Args:
            ahead: start a second process when that pays.

        Yields:
            Events, to be taken before the next step; none when there are none yet.

        Raises:
            CaptureError: the file was made shorter meanwhile.
        """
        source = self._source
        if ahead and not self._done and isinstance(source, FileSource) and (order := self._order(source)) is not None:
            try:
                with closing(ChildProcess(CHILD, order.packed())) as child:
                    yield from self._with(child, source)
            except ChildError as stopped:
                source.forget()
                source.problems.add(source.bytes_done, self._lower.frames, f"{stopped}; the rest is read without it")
        while not self._done:
            yield self._step_here()

    def _order(self, source: FileSource) -> Order | None:
        """The order to read a source; None when that is not possible, or not worth it."""
        if not can_start_children() or cores() < 2 or (place := source.place) is None:
            return None
        return None if place.size - source.bytes_done < MIN_SIZE else Order(place, self._options)

    def _with(self, child: ChildProcess, source: FileSource) -> Iterator[Sequence[Event]]:
        """Read here until the other process has overtaken, then take what it reads."""
        reader = EventReader(source.buffer, self._conversations)
        found = Elsewhere(source.name)
        seen = 0
        beyond = False  # what comes was not taken before
        overtaken = False  # nothing is read here any more
        while not self._done:
            message = child.receive(PATIENCE if overtaken else 0)
            if message is None:
                yield () if overtaken else self._step_here()
                continue
            if self._seen is None:
                self._seen = self._taken()  # all that was read until now was taken
            batch = Batch.unpacked(message)
            if batch.problem is not None:
                raise ChildError(batch.problem)
            events = reader.events(batch.rows, batch.full)
            while step := list(islice(events, STEP)):
                if not beyond:
                    step, units = _behind(step, self._taken() - seen), _units(step)
                    seen += units
                    beyond = bool(step)
                if step:
                    yield step
            if not beyond:
                yield ()
            found.add(batch.findings)
            overtaken = overtaken or beyond or batch.frames > self._lower.frames
            if overtaken:
                self._frames = batch.frames
                source.learn(found, ended=batch.unread is not None)
            if batch.unread is not None:
                if overtaken:
                    self._lower.frames, self._lower.unread = batch.frames, UnreadFrames(batch.unread)
                    self._done = True
                return

    def _read_here(self) -> Iterator[list[Event]]:
        """Read here from the first frame on, in small steps."""
        feed = self._lower.feed
        frames = iter(self._source)
        some = True
        while some:
            events: list[Event] = []
            some = False
            for frame in islice(frames, STEP):
                some = True
                events += feed(frame)
                if len(events) > STEP:
                    break
            yield from _in_steps(events)
        yield from _in_steps(self._lower.flush())

    def _step_here(self) -> Sequence[Event]:
        """What the next step here brings that was not taken yet."""
        events = next(self._here, None)
        if events is None:
            self._done = True
            return ()
        if self._seen is None:
            return events
        new = _behind(events, self._taken() - self._seen)
        self._seen += _units(events)
        return [self._as_known(event) for event in new]

    def _as_known(self, event: Event) -> Event:
        """The event, in the conversation that is known by its number: the other process may have met it first."""
        conversation = event.stream.conversation if isinstance(event, Unit) else event.conversation
        known = self._conversations.get(conversation.number, conversation)
        if known is conversation:
            return event
        if isinstance(event, Unit):
            return event._replace(stream=known.backward if event.stream.direction else known.forward)
        return Ended(known, event.closed)


def _in_steps(events: list[Event]) -> Iterator[list[Event]]:
    """Events in runs that do not take long; one run without any when there are none."""
    for at in range(0, len(events) or 1, STEP):
        yield events[at : at + STEP]


def _units(events: Sequence[Event]) -> int:
    return sum(event.__class__ is Unit for event in events)


def _behind(events: list[Event], units: int) -> list[Event]:
    """The events behind the first `units` units. An end may come twice: the second time it ends nothing."""
    if units <= 0:
        return events
    for at, event in enumerate(events):
        if not units:
            return events[at:]
        units -= event.__class__ is Unit
    return []
