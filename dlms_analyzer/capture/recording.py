"""Keeping what comes: frames to a pcapng file."""

from __future__ import annotations

import os
import time
from pathlib import Path

from dlms_analyzer.frames import Frame

from . import pcapng_writer as writer
from .problem import CaptureError
from .source import Source


class Recording:
    """A pcapng file that the frames of a source are written to as they come."""

    def __init__(self, path: str | os.PathLike[str], source: Source) -> None:
        """Begin the file; one of that name is overwritten.

        Raises:
            CaptureError: It cannot be written.
        """
        self.path = os.fspath(path)
        self._source = source
        self._described = 0
        try:
            # Unbuffered: whoever reads along sees every frame, and nothing is lost when the program is ended.
            self._file = Path(path).open("wb", buffering=0)  # noqa: SIM115 - `close` does
        except OSError as error:
            raise CaptureError(f"{self.path}: cannot write: {error.strerror or error}") from error
        self._write(writer.section_header())

    def add(self, frame: Frame) -> None:
        """Write one frame.

        Raises:
            CaptureError: The disk is full.
        """
        block = b"" if frame.interface < self._described else self._describe(frame.interface)
        comment = self._source.comments.get(frame.number, "")
        self._write(
            block
            + writer.packet(frame.interface, frame.time, frame.octets, frame.original_length, frame.direction, comment)
        )

    def close(self) -> None:
        """Write how many frames the system lost, and end; closing again does nothing."""
        if self._file.closed:
            return
        now = time.time_ns()
        for index, interface in enumerate(self._source.interfaces[: self._described]):
            self._write(writer.interface_statistics(index, now, interface.dropped))
        self._file.close()

    def _describe(self, index: int) -> bytes:
        new = self._source.interfaces[self._described : index + 1]
        self._described = index + 1
        return b"".join(writer.interface_description(one.link_type, one.name, one.description) for one in new)

    def _write(self, octets: bytes) -> None:
        try:
            self._file.write(octets)
        except OSError as error:
            raise CaptureError(f"{self.path}: cannot write: {error.strerror or error}") from error
