"""Keeping what comes: frames to a pcapng file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Final

from dlms_analyzer.frames import Frame

from . import pcapng_writer as writer
from .output_file import OutputFile
from .problem import CaptureError
from .source import Source

STEP: Final = 256
"""Frames looked at between two looks at the progress: some milliseconds."""


class _Writing:
    """Writes the frames of a source as pcapng, interfaces before their first frame."""

    def __init__(self, source: Source, write: Callable[[bytes], object]) -> None:
        self._source = source
        self._write = write
        self._described = 0
        write(writer.section_header())

    def add(self, frame: Frame) -> None:
        """Write one frame, with its comment."""
        block = b"" if frame.interface < self._described else self._describe(frame.interface)
        comment = self._source.comments.get(frame.number, "")
        self._write(
            block
            + writer.packet(frame.interface, frame.time, frame.octets, frame.original_length, frame.direction, comment)
        )

    def close(self) -> None:
        """Write how many frames the system lost."""
        now = time.time_ns()
        for index, interface in enumerate(self._source.interfaces[: self._described]):
            self._write(writer.interface_statistics(index, now, interface.dropped))

    def _describe(self, index: int) -> bytes:
        new = self._source.interfaces[self._described : index + 1]
        self._described = index + 1
        return b"".join(writer.interface_description(one.link_type, one.name, one.description) for one in new)


class Recording:
    """A pcapng file that the frames of a source are written to as they come."""

    def __init__(self, path: str | os.PathLike[str], source: Source) -> None:
        """Begin the file; one of that name is overwritten.

        Raises:
            CaptureError: It cannot be written.
        """
        self.path = os.fspath(path)
        try:
            # Unbuffered: whoever reads along sees every frame, and nothing is lost when the program is ended.
            self._file = Path(path).open("wb", buffering=0)  # noqa: SIM115 - `close` does
        except OSError as error:
            raise CaptureError(f"{self.path}: cannot write: {error.strerror or error}") from error
        self._writing = _Writing(source, self._write)

    def add(self, frame: Frame) -> None:
        """Write one frame.

        Raises:
            CaptureError: The disk is full.
        """
        self._writing.add(frame)

    def close(self) -> None:
        """Write how many frames the system lost, and end; closing again does nothing."""
        if self._file.closed:
            return
        self._writing.close()
        self._file.close()

    def _write(self, octets: bytes) -> None:
        try:
            self._file.write(octets)
        except OSError as error:
            raise CaptureError(f"{self.path}: cannot write: {error.strerror or error}") from error


def save_frames(
    path: str | os.PathLike[str],
    source: Source,
    frames: Iterable[Frame],
    *,
    wanted: Container[int] | None = None,
    inputs: Iterable[str | os.PathLike[str]] = (),
) -> Iterator[int]:
    """Write frames to a new pcapng file, which is there when all of them are written, and not before.

    Args:
        path: of the file; one that is there is replaced at the end.
        source: that the frames are of; has their interfaces and comments.
        frames: all that there are.
        wanted: numbers of those to write; None for all.
        inputs: files that are being read, which must not be replaced.

    Yields:
        How many frames are written, after each small step. Whoever stops iterating stops the writing.

    Raises:
        CaptureError: It cannot be written, or is one of the inputs; or the frames cannot be read.
    """
    with OutputFile(path, inputs) as file:
        writing = _Writing(source, file.write)
        count = 0
        for seen, frame in enumerate(frames, 1):
            if wanted is None or frame.number in wanted:
                writing.add(frame)
                count += 1
            if not seen % STEP:
                yield count
        writing.close()
    yield count
