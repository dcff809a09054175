"""A capture source: an iterator of frames that knows its interfaces, its problems and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Final, Protocol, Self

from dlms_analyzer.frames import Buffer, Frame

from .elsewhere import Elsewhere, Place
from .feeders import Feeder, FeedStoppedError, NothingMore
from .problem import ProblemLog
from .reader import FormatReader, Interface
from .storage import Growing

WINDOW: Final = 1 << 20
"""Octets read between two updates of the progress; what is behind is given back to the system."""


class Source(Protocol):
    """Where frames come from. Iterate it once, from one thread."""

    @property
    def name(self) -> str:
        """What to call it: the path, the interface, the device."""
        ...

    @property
    def interfaces(self) -> list[Interface]:
        """What `Frame.interface` indexes; grows while frames are read."""
        ...

    @property
    def problems(self) -> ProblemLog:
        """Truncation and damage met so far."""
        ...

    @property
    def comments(self) -> dict[int, str]:
        """Comments of frames by frame number."""
        ...

    @property
    def secrets(self) -> list[tuple[int, bytes]]:
        """Decryption secrets found, by type."""
        ...

    @property
    def bytes_done(self) -> int:
        """How far reading is."""
        ...

    @property
    def bytes_total(self) -> int | None:
        """How far it can go; None when nobody can tell."""
        ...

    @property
    def ended(self) -> bool:
        """Whether `available` has given the last frame."""
        ...

    def __iter__(self) -> Iterator[Frame]:
        """Yield all frames; where more come later, wait for them."""
        ...

    def available(self) -> Iterator[Frame]:
        """Yield the frames that are there now, without waiting for more. Go through all of them, then ask again.

        Raises:
            CaptureError: The source cannot be read on.
        """
        ...

    def octets(self, interface: int, start: int, end: int) -> bytes:
        """Octets of a frame read before, by its `interface`, `start` and `end`."""
        ...

    def close(self) -> None:
        """Let go of files, devices and child processes."""
        ...


class ListeningSource(Source, Protocol):
    """A source that goes on until it is stopped."""

    def stop(self) -> None:
        """Take no more; what came before is still read."""
        ...


class FileSource:
    """Frames of one file, mapped, growing or being spooled."""

    def __init__(self, file: Growing, reader: FormatReader, feeder: Feeder | None = None) -> None:
        self._file = file
        self._reader = reader
        self._feeder: Feeder = feeder or NothingMore()
        self._position = 0
        self._elsewhere: Elsewhere | None = None
        """What another process found out that reads the same file and is further."""
        self.name = file.path
        self.ended = False

    @property
    def interfaces(self) -> list[Interface]:
        """Interfaces described so far."""
        return (self._elsewhere or self._reader).interfaces

    @property
    def problems(self) -> ProblemLog:
        """Truncation and damage met so far."""
        return (self._elsewhere or self._reader).problems

    @property
    def comments(self) -> dict[int, str]:
        """Comments of frames by frame number."""
        return (self._elsewhere or self._reader).comments

    @property
    def secrets(self) -> list[tuple[int, bytes]]:
        """Decryption secrets found, by type."""
        return (self._elsewhere or self._reader).secrets

    @property
    def bytes_done(self) -> int:
        """How far reading is; of a compressed file, in compressed octets."""
        if self._elsewhere is not None:
            return self._elsewhere.position
        progress = self._feeder.progress()
        return self._position if progress is None else progress[0]

    @property
    def bytes_total(self) -> int | None:
        """Size of the file; None for a stream."""
        progress = self._feeder.progress()
        return self._file.size if progress is None else progress[1]

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames; with a growing file, wait for more.

        Raises:
            CaptureError: The file was made shorter meanwhile, or the disk has no room for the spool file.
        """
        while not self.ended:
            before = self._position
            yield from self.available()
            if self._position == before and not self.ended:
                self._feeder.wait()

    def available(self) -> Iterator[Frame]:
        """Yield the frames that are there already, without waiting for more.

        Raises:
            CaptureError: The file was made shorter meanwhile, or the disk has no room for the spool file.
        """
        if self.ended:
            return
        stopped: FeedStoppedError | None = None
        try:
            final = not self._feeder.feed(self._file)
        except FeedStoppedError as reason:
            stopped, final = reason, True
        try:
            yield from self._read(final=final)
        finally:  # also when whoever iterates stops here
            if stopped is not None:
                self.problems.add(self._file.size, self._reader.number, str(stopped))
        self.ended = final

    def wait(self) -> None:
        """Wait a moment for more."""
        self._feeder.wait()

    def stop(self) -> None:
        """Follow no more: `available` gives what is left."""
        self._feeder.close()
        self._feeder = NothingMore()

    def _read(self, *, final: bool) -> Iterator[Frame]:
        reader, file = self._reader, self._file
        while self._position < file.size:
            file.check()
            start = self._position - file.base
            end = file.size - file.base
            base = file.base
            try:
                yield from reader.read(file.buf, start, end, pause=start + WINDOW, final=final, base=base)
            finally:  # also when whoever iterates stops here, to go on later
                self._position = reader.position + base
            file.release(self._position)
            if reader.position == start:
                return

    @property
    def place(self) -> Place | None:
        """Where another process finds the same octets; None when this is no plain file, or one that is followed."""
        return self._file.place if type(self._feeder) is NothingMore else None

    @property
    def buffer(self) -> Buffer:
        """The octets of a plain file."""
        return self._file.buf

    def learn(self, elsewhere: Elsewhere, *, ended: bool) -> None:
        """Know what another process found out by reading the same file, up to where it is.

        Args:
            elsewhere: What it found out.
            ended: It has read the last frame.

        Raises:
            CaptureError: The file was made shorter meanwhile.
        """
        self._elsewhere = elsewhere
        self.ended = ended
        self._file.check()
        self._file.release(elsewhere.position)

    def forget(self) -> None:
        """Go back to what was found out here: the other process reads no more."""
        self._elsewhere = None

    def octets(self, interface: int, start: int, end: int) -> bytes:  # noqa: ARG002
        """Octets of a frame read before."""
        return self._file.octets(start, end)

    def close(self) -> None:
        """Let go of the file."""
        self._feeder.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
