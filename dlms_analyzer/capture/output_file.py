"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from .problem import CaptureError

OWNER_ONLY: Final = 0o600


class OutputFile:
    """A new file of which nothing is seen before it is complete; only its owner may read it.

    It is written beside its place and put there when the `with` block ends without an exception. What is no ordinary
    file (a pipe, a device) is written directly.
    """

    def __init__(self, path: str | os.PathLike[str], inputs: Iterable[str | os.PathLike[str]] = ()) -> None:
        """Begin the file.

        Args:
            path: its place; a file that is there is replaced at the end.
            inputs: what is read for it, and must not be replaced.

        Raises:
            CaptureError: it cannot be written, or is one of the inputs.
        """
        self.path = os.fspath(path)
        # What a link leads to is replaced, not the link.
        self._place = Path(path).resolve()
        self._file: IO[bytes]
        self._temporary: str | None = None
        try:
            for one in inputs:
                if os.fspath(one) != "-" and Path(one).exists() and self._place.exists() and self._place.samefile(one):
                    raise CaptureError(f"{self.path}: this is the input; name another file for the output")
            if self._place.exists() and not self._place.is_file():
                self._file = self._place.open("wb")
            else:
                descriptor, self._temporary = tempfile.mkstemp(prefix=f".{self._place.name}.", dir=self._place.parent)
                self._file = os.fdopen(descriptor, "wb")
                Path(self._temporary).chmod(OWNER_ONLY)
        except OSError as error:
            raise self._problem(error) from error

    def write(self, octets: bytes) -> None:
        """Append octets.

        Raises:
            CaptureError: the disk is full.
        """
        try:
            self._file.write(octets)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._problem(error) from error

    def _problem(self, error: OSError) -> CaptureError:
        return CaptureError(f"{self.path}: cannot write: {error.strerror or error}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        whole = False
        try:
            self._file.close()
            if self._temporary is not None and kind is None:
                Path(self._temporary).replace(self._place)
                whole = True
        except OSError as problem:
            if kind is None:
                raise self._problem(problem) from problem
        finally:
            if self._temporary is not None and not whole:
                Path(self._temporary).unlink(missing_ok=True)


def save_text(
    path: str | os.PathLike[str], pieces: Iterable[str], inputs: Iterable[str | os.PathLike[str]] = ()
) -> Iterator[int]:
    """Write a text to a new file, which is there when all of it is written, and not before.

    Args:
        path: of the file; one that is there is replaced at the end.
        pieces: of the text.
        inputs: files that are being read, which must not be replaced.

    Yields:
        How many pieces are written, after each. Whoever stops iterating stops the writing.

    Raises:
        CaptureError: it cannot be written, or is one of the inputs; or what it is made of cannot be read.
    """
    with OutputFile(path, inputs) as file:
        for count, piece in enumerate(pieces, 1):
            file.write(piece.encode("utf-8", "backslashreplace"))
            yield count
