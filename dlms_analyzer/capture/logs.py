"""Logs as captures: text is converted to a spooled pcapng while it is read, so that nothing behind has to know."""

from __future__ import annotations

import codecs
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from . import pcapng_writer as writer
from .feeders import POLL_INTERVAL, read_some
from .problem import ProblemLog
from .pump import Pump
from .storage import Growing
from .textlog import LoggedFrame, LogNote, LogParser

LINK_TYPE: Final = 147
"""LINKTYPE_USER0: the frame is the payload."""
MAX_LINE: Final = 1 << 20
"""Characters of a line: three for each octet of the largest frame, and some."""
HEAD: Final = 64 << 10
"""Octets in which a log has to show a frame to be taken for one."""

PIECE: Final = 16 << 10
"""Octets of a log that are converted at a time: some milliseconds of work."""

_MAX_CONTROLS: Final = 0.02
"""Share of control characters above which octets are no text."""
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _is_file(stream: BinaryIO) -> bool:
    """Whether reading a stream never waits for anybody."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, AttributeError):
        return False


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding, and the length of the byte order mark."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def is_log(head: bytes) -> bool:
    """Whether octets are the start of a text with frames in it."""
    encoding, skip = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head[skip:])
    controls = sum(character < " " and character not in "\t\r\n" for character in text)
    if not text or controls > _MAX_CONTROLS * len(text) or "\0" in text:
        return False
    parser = LogParser()
    for line in text.splitlines():
        if any(isinstance(found, LoggedFrame) for found in parser.feed(line)):
            return True
    return any(True for _ in parser.finish())


class LogConverter:
    """Feeds a pcapng spool with the frames of a log."""

    def __init__(
        self, stream: BinaryIO, first: bytes, problems: ProblemLog, stop: Callable[[], bool] | None = None
    ) -> None:
        """Start converting.

        Args:
            stream: The rest of the log.
            first: What was read of it already.
            problems: Where to note lines that could not be used.
            stop: Given to follow a growing log; ends that when it returns True.
        """
        encoding, skip = _encoding(first)
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._stream = stream
        self._first = first[skip:]
        self._pump = None if _is_file(stream) else Pump(lambda: read_some(stream))
        self._problems = problems
        self._stop = stop
        self._parser = LogParser()
        self._rest = ""
        self._offset = 0  # of the current line, in UTF-8
        self._frames = 0
        self._done = skip
        self._started = False
        self._idling = False
        """Whether all was converted that is there."""

    def feed(self, file: Growing) -> bool:
        """Convert some more; False at the end of the log."""
        if not self._started:
            self._started = True
            file.append(writer.section_header() + writer.interface_description(LINK_TYPE, Path(file.path).name))
        over = self._stop is None or self._stop()  # looked at first: what was written before the end is still read
        octets = self._next()
        if octets is None:
            return True
        self._done += len(octets)
        self._idling = waiting = not octets and not over
        blocks = self._idle() if waiting else self._convert(octets)
        if blocks:
            file.append(blocks)
        file.refresh()
        if octets or waiting:
            return True
        self._report_ignored()
        return False

    def wait(self) -> None:
        """Let whoever writes the log write, unless there is something to convert."""
        if self._pump is not None and not self._first:
            self._pump.wait()
        elif self._idling:
            time.sleep(POLL_INTERVAL)

    def close(self) -> None:
        """Let go of the log."""
        if self._pump is not None:
            self._pump.close()

    def _next(self) -> bytes | None:
        """The next octets; None when there are none yet, empty at the end of what there is."""
        if self._first:
            octets, self._first = self._first[:PIECE], self._first[PIECE:]
            return octets
        if self._pump is None:
            return read_some(self._stream, PIECE)
        piece = self._pump.take()
        if piece is None:
            return None
        self._first = piece[PIECE:]
        return piece[:PIECE]

    def progress(self) -> tuple[int, int | None] | None:
        """Octets of the log that were converted, and how many there are."""
        return self._done, self._size()

    def _size(self) -> int | None:
        try:
            return os.fstat(self._stream.fileno()).st_size or None
        except (OSError, AttributeError):
            return None

    def _idle(self) -> bytes:
        """The frame under construction, when whoever writes the log has paused."""
        return b"" if self._rest else b"".join(self._written(found) for found in self._parser.finish())

    def _convert(self, octets: bytes) -> bytes:
        lines = (self._rest + self._decoder.decode(octets, final=not octets)).splitlines(keepends=True)
        self._rest = ""
        blocks = []
        for line in lines:
            if octets and not line.endswith("\n") and line is lines[-1] and len(line) <= MAX_LINE:
                self._rest = line
                break
            if len(line) > MAX_LINE:
                self._note(f"a line of more than {MAX_LINE} characters")
            else:
                blocks += [self._written(found) for found in self._parser.feed(line)]
            self._offset += len(line.encode())
        if not octets:
            blocks += [self._written(found) for found in self._parser.finish()]
        return b"".join(blocks)

    def _written(self, found: LoggedFrame | LogNote) -> bytes:
        """The block of a frame; a note becomes a problem."""
        if isinstance(found, LogNote):
            self._note(found.text)
            return b""
        self._frames += 1
        return writer.packet(0, found.time, found.octets, direction=found.direction)

    def _note(self, text: str) -> None:
        self._problems.add(self._offset, self._frames, text)

    def _report_ignored(self) -> None:
        ignored = self._parser.ignored
        if ignored:
            lines = "1 line holds" if ignored == 1 else f"{ignored} lines hold"
            self._note(f"{lines} no octets; the first is line {self._parser.first_ignored}")
