"""IndexedCapture: a capture read once, so that any of its messages can be looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from dlms_analyzer.ahead import STEP, Reading
from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture import Source
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters import Filter
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.index.again import decipher_again
from dlms_analyzer.index.frames import FrameTable
from dlms_analyzer.index.looking import Looking
from dlms_analyzer.index.rereading import Rereading
from dlms_analyzer.index.selecting import Selected, select
from dlms_analyzer.index.table import MessageTable
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet


class Progress(NamedTuple):
    """How far reading is.

    Attributes:
        frames: read so far.
        messages: found so far.
        bytes_done: octets of the files read so far; of compressed files, compressed octets.
        bytes_total: of all; None when nobody can tell.
    """

    frames: int
    messages: int
    bytes_done: int
    bytes_total: int | None


class IndexedCapture:
    """A capture and the table of its messages.

    Example:
        >>> from dlms_analyzer.capture import open_captures
        >>> capture = IndexedCapture(open_captures(["captures/ln_wrapper_low.pcap"]))
        >>> for progress in capture.read():
        ...     pass
        >>> capture.table.row(1).service, capture.message(1).octets[:2].hex()
        ('aarq', '601d')

    Attributes:
        source: where the frames come from.
        analyzer: what they go through.
        table: the messages.
        options: how streams are framed.
        frames: the frames, of a capture that grows; see `FrameSurvey` for those of others.
    """

    def __init__(
        self, source: Source, options: FramingOptions | None = None, keys: Keyring | None = None, *, ahead: bool = True
    ) -> None:
        """Begin.

        Args:
            source: where the frames come from.
            options: how streams are framed.
            keys: open what is protected.
            ahead: let a second process read ahead, when there are cores for it and the source is a large plain file.
                What is read is the same.
        """
        self.source = source
        self.options = options or FramingOptions()
        self.frames = FrameTable(source)
        self.analyzer = Analyzer(options, heads=True, keys=keys)
        self.table = MessageTable(self.analyzer.associations)
        self._looking = Looking(self.table, source, self.analyzer.security)
        self._ahead = ahead
        self._reading = Reading(source, self.analyzer.lower, self.options, self.table.conversations, self.table.__len__)

    def read(self) -> Iterator[Progress]:
        """Read to the end, saying now and then how far it is. Whoever stops iterating stops the reading."""
        take, add = self.analyzer.take, self.table.add
        with closing(self._reading.steps(ahead=self._ahead)) as steps:
            for events in steps:
                for message in take(events):
                    add(message)
                yield self.progress
        self.analyzer.finish()
        yield self.progress

    def grow(self, keep: Callable[[Frame], object] | None = None) -> Iterator[Progress | None]:
        """Read what comes until the source has ended: for captures that go on, and whatever else has to be waited for.

        Args:
            keep: is given every frame as it comes, to record it.

        Yields:
            How far reading is after a small step; None when nothing has come since the last one.

        Raises:
            CaptureError: the source cannot be read on, or what comes cannot be kept.
        """
        source = self.source
        while not source.ended:
            before = self.progress
            frames = self._noted(source.available(), keep)
            while self._take_batch(frames):
                yield self.progress
            yield None if self.progress == before else self.progress
        self.finish()
        yield self.progress

    def take(self, frames: Iterable[Frame]) -> None:
        """Read frames that the source has now: for sources that grow."""
        feed, add = self.analyzer.feed, self.table.add
        for frame in frames:
            for message in feed(frame):
                add(message)

    def finish(self) -> None:
        """Nothing follows: take what waited for more."""
        for message in self.analyzer.flush():
            self.table.add(message)

    @property
    def progress(self) -> Progress:
        """How far reading is."""
        return Progress(self._reading.frames, len(self.table), self.source.bytes_done, self.source.bytes_total)

    def message(self, number: int) -> Message:
        """A message with all its details, read again from the source.

        Raises:
            IndexError: there is no such message.
            CaptureError: the source no longer has its octets.
        """
        return self._looking.message(number)

    def glance(self, number: int) -> Message:
        """A message as far as its own octets and its row tell, without its exchange: cheap, for a line of a list.

        Raises:
            IndexError: there is no such message.
            CaptureError: the source no longer has its octets.
        """
        return self._looking.glance(number)

    def select(self, wanted: Filter, meters: Meters | None = None, first: int = 1) -> Iterator[Selected]:
        """The messages that a display filter describes, in small steps.

        Columns answer where they can, so that most filters read few octets again. What was asked and how it went is
        as the head of an APDU tells it, also where the data behind are malformed. Whoever stops iterating stops the
        search; of a capture that grows, go on behind the last message that was looked at.

        Example:
            >>> from dlms_analyzer.capture import open_captures
            >>> from dlms_analyzer.filters import compile_filter
            >>> capture = IndexedCapture(open_captures(["captures/ln_wrapper_low.pcap"]))
            >>> for progress in capture.read():
            ...     pass
            >>> [step.found.tolist() for step in capture.select(compile_filter("dlms.service == aarq"))]
            [[1]]

        Args:
            wanted: the filter.
            meters: what is known about the meters, for names and values.
            first: number of the first message to look at.

        Raises:
            CaptureError: the source cannot be read any more.
        """
        return select(self.table, self._looking, wanted, meters, first)

    def add_keys(self, *keys: KeySet) -> Iterator[tuple[int, int]]:
        """Add keys, and decipher again what was not opened; everything else stays as it is.

        Only the messages of associations that have something unopened are gone through again. Their exchanges get
        numbers of their own, behind all others.

        Args:
            keys: further keys; none to try again with keys that the capture taught later.

        Yields:
            How many messages were gone through, and how many there are to go through.

        Raises:
            CaptureError: the source no longer has their octets.
        """
        for key in keys:
            self.analyzer.security.keyring.add(key)
        self._looking.forget()
        yield from decipher_again(self.table, self._looking, self.analyzer)

    def reread(self) -> Rereading:
        """A way to go through all messages once more, whole and in their order, with the keys given until now."""
        return Rereading(self.table, self._looking, self.analyzer.security.keyring.given())

    def octets(self, number: int) -> bytes:
        """The octets of a message as sent, link framing removed.

        Raises:
            IndexError: there is no such message.
            CaptureError: the source no longer has them.
        """
        return self._looking.octets(number)

    def _noted(self, frames: Iterator[Frame], keep: Callable[[Frame], object] | None) -> Iterator[Frame]:
        """Frames, each noted and kept before it is handed on."""
        note = self.frames.add
        for frame in frames:
            note(frame)
            if keep is not None:
                keep(frame)
            yield frame

    def _take_batch(self, frames: Iterator[Frame]) -> bool:
        """Read some frames; whether there may be more."""
        feed, add = self.analyzer.feed, self.table.add
        enough = len(self.table) + STEP
        count = 0
        for count, frame in enumerate(islice(frames, STEP), 1):  # noqa: B007 - the last one counts
            for message in feed(frame):
                add(message)
            if len(self.table) > enough:
                return True
        return count == STEP
