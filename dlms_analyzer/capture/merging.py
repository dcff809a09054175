"""Several captures as one."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from dlms_analyzer.frames import Frame

from .problem import ProblemLog
from .reader import Interface
from .source import Source


def merged(sources: Sequence[Source]) -> Source:
    """Several sources as one; one as it is."""
    return sources[0] if len(sources) == 1 else MergedSource(sources)


class MergedSource:
    """The frames of several sources in the order of time; frames and interfaces are numbered anew."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self.name = ", ".join(source.name for source in sources)
        self.comments: dict[int, str] = {}
        self._problems = ProblemLog(self.name)
        self._noted = [0] * len(sources)
        self._number = 0
        self._numbers: dict[tuple[int, int], int] = {}
        self._origins: list[tuple[int, int]] = []  # source and interface there of each interface here
        self._paused: Iterator[Frame | None] | None = None
        self.ended = False

    @property
    def interfaces(self) -> list[Interface]:
        """The interfaces that had frames so far."""
        return [self._sources[source].interfaces[own] for source, own in self._origins]

    @property
    def problems(self) -> ProblemLog:
        """The problems of all sources; their frame numbers are those in their own file."""
        for index, source in enumerate(self._sources):
            for problem in list(source.problems)[self._noted[index] :]:
                self._problems.append(problem)
            self._noted[index] = len(source.problems)
        return self._problems

    @property
    def secrets(self) -> list[tuple[int, bytes]]:
        """The decryption secrets of all sources."""
        return list(chain.from_iterable(source.secrets for source in self._sources))

    @property
    def bytes_done(self) -> int:
        """How far reading is."""
        return sum(source.bytes_done for source in self._sources)

    @property
    def bytes_total(self) -> int | None:
        """How far it can go; None when nobody can tell."""
        totals = [source.bytes_total for source in self._sources]
        return None if None in totals else sum(total for total in totals if total is not None)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames in the order of time."""
        return self.merge([iter(source) for source in self._sources])

    def available(self) -> Iterator[Frame]:
        """Yield the frames of which it is clear that they come next: no source has yet to bring an earlier one."""
        if self._paused is None:
            self._paused = self._merge([_pausing(source) for source in self._sources])
        for frame in self._paused:
            if frame is None:
                return
            yield frame
        self.ended = True

    def merge(self, streams: Sequence[Iterator[Frame]]) -> Iterator[Frame]:
        """Yield the frames of one stream per source in the order of time; may be called again for later frames."""
        return (frame for frame in self._merge(streams) if frame is not None)

    def _merge(self, streams: Sequence[Iterator[Frame | None]]) -> Iterator[Frame | None]:
        """Yield frames in the order of time, and None where a stream does."""
        numbers = self._numbers
        new = tuple.__new__
        tagged = [zip(repeat(index), stream) for index, stream in enumerate(streams)]
        for index, frame in heapq.merge(*tagged, key=_time):
            if frame is None:
                yield None
                continue
            number = self._number + 1
            own_number, time, link_type, buf, start, end, original, interface, direction = frame
            origin = index, interface
            if origin not in numbers:
                numbers[origin] = len(self._origins)
                self._origins.append(origin)
            comments = self._sources[index].comments
            if comments and own_number in comments:
                self.comments[number] = comments[own_number]
            self._number = number
            yield new(Frame, (number, time, link_type, buf, start, end, original, numbers[origin], direction))

    def octets(self, interface: int, start: int, end: int) -> bytes:
        """Octets of a frame read before."""
        index, own = self._origins[interface]
        return self._sources[index].octets(own, start, end)

    def close(self) -> None:
        """Let go of all files."""
        for source in self._sources:
            source.close()


def _pausing(source: Source) -> Iterator[Frame | None]:
    """The frames of a source, and None whenever more are to come that are not there yet."""
    while not source.ended:
        yield from source.available()
        if not source.ended:
            yield None


def _time(entry: tuple[int, Frame | None]) -> int:
    frame = entry[1]
    return -1 if frame is None else frame.time  # a pause comes before everything
