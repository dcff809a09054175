"""`Capture`: capture files as one object to ask: messages, associations, what was odd."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit import Auditor, Finding
from dlms_analyzer.capture import CaptureError, Problem, open_captures
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.exchanged import Exchanged, exchanges_of
from dlms_analyzer.filters import Filter, compile_filter
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.meaning import learn
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.values import Value, values_of

CapturePath = str | os.PathLike[str] | BinaryIO
"""A path, `-` for standard input, or a file object that yields octets."""


class Capture:
    """One or several captures, their frames in the order of time, read when asked.

    Example:
        >>> capture = Capture(["captures/ln_wrapper_low.pcap"])
        >>> next(iter(capture.messages)).service
        'aarq'

    Attributes:
        paths: the captures.
        options: how streams are framed.
        keys: what was given to open what is protected; those that a capture teaches are used at each reading anew.
    """

    def __init__(
        self, paths: Sequence[CapturePath], options: FramingOptions | None = None, keys: Keyring | None = None
    ) -> None:
        """Name the captures.

        Args:
            paths: paths, or file objects. Those that can seek are read again for each question; those that cannot,
                like a pipe, answer one question.
            options: how streams are framed.
            keys: open what is protected.

        Raises:
            TypeError: a file object yields text.
        """
        for path in paths:
            if isinstance(path, io.TextIOBase):
                raise TypeError("captures are octets: open the file in binary mode")
        self.paths = tuple(paths)
        self.options = options or FramingOptions()
        self.keys = Keyring() if keys is None else keys
        self._starts = tuple(map(_position, self.paths))
        self._read_before = False
        self._problems: list[Problem] = []
        self._associations: list[Association] | None = None

    @property
    def messages(self) -> Iterator[Message]:
        """All messages in capture order, read afresh at each call; frames are never all in memory.

        Raises:
            CaptureError: a capture cannot be opened, or not once more.
        """
        return self._read(self.keys.given())

    def _read(self, keys: Keyring) -> Iterator[Message]:
        self._rewind()
        analyzer = Analyzer(self.options, keys=keys)
        self._problems = []
        self._associations = None
        with closing(open_captures(self.paths)) as source:
            for frame in source:
                yield from analyzer.feed(frame)
            self._problems += source.problems
        yield from analyzer.flush()
        self._associations = analyzer.associations

    def filter(self, text: str) -> Iterator[Message]:
        """The messages that a display filter describes, in capture order; read afresh at each call.

        Example:
            >>> capture = Capture(["captures/ln_wrapper_low.pcap"])
            >>> [message.number for message in capture.filter("dlms.service == aarq && frame.number < 50")]
            [1]

        Args:
            text: the filter; names and values of COSEM objects are those known from the messages before.

        Raises:
            FilterError: it is no filter; raised at once.
            CaptureError: a capture cannot be opened, or not once more.
        """
        return self._chosen(compile_filter(text))

    def _chosen(self, wanted: Filter) -> Iterator[Message]:
        meters = Meters()
        for message in self.messages:
            learn(meters, message)
            if wanted.matches(message, meters):
                yield message

    @property
    def associations(self) -> list[Association]:
        """All associations, in order of appearance; reads the capture when that was not done to its end."""
        if self._associations is None:
            for _ in self.messages:
                pass
        return self._associations or []

    @property
    def exchanges(self) -> Iterator[Exchanged]:
        """Every request with what answers it, as the answers become complete; read afresh at each call.

        Raises:
            CaptureError: a capture cannot be opened, or not once more.
        """
        return exchanges_of(self.messages)

    def index(self, *, ahead: bool = True) -> IndexedCapture:
        """An index of the capture, not read yet: `read()` it, then look at any message in any order.

        Args:
            ahead: let a second process read ahead, when there are cores for it and the capture is one large plain file.
                What is read is the same.

        Raises:
            CaptureError: a capture cannot be opened, or not once more.
        """
        self._rewind()
        return IndexedCapture(open_captures(self.paths), self.options, self.keys.given(), ahead=ahead)

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the security of what the capture shows, worst first; reads it afresh at each call."""
        keys = self.keys.given()
        auditor = Auditor(keys)
        auditor.feed_all(self._read(keys))
        return auditor.finish()

    @property
    def values(self) -> Iterator[Value]:
        """Every attribute value that was read, written with success or sent by a meter, in capture order.

        Captures that can be read again are read twice, so that what they reveal late improves the first values too.

        Raises:
            CaptureError: a capture cannot be opened, or not once more.
        """
        meters = Meters()
        if all(map(_can_be_read_again, self.paths)):
            for message in self.messages:
                learn(meters, message)
        yield from values_of(self.messages, meters)

    @property
    def problems(self) -> list[Problem]:
        """Damage met by the last reading, with the name of the file."""
        return list(self._problems)

    def _rewind(self) -> None:
        for path, start in zip(self.paths, self._starts, strict=True):
            if isinstance(path, str | os.PathLike):
                continue
            if start is not None:
                path.seek(start)
            elif self._read_before:
                raise CaptureError(f"{getattr(path, 'name', 'stream')}: a stream that cannot seek is read only once")
        self._read_before = True


def _can_be_read_again(path: CapturePath) -> bool:
    return Path(path).is_file() if isinstance(path, str | os.PathLike) else path.seekable()


def _position(path: CapturePath) -> int | None:
    """Where a file object stands; None for those that cannot go back, and for paths."""
    if isinstance(path, str | os.PathLike) or not path.seekable():
        return None
    return path.tell()


def open(  # noqa: A001
    path: CapturePath,
    *more: CapturePath,
    keys: Any = None,
    decode_as: Sequence[str] = (),
    heuristics: bool = True,
) -> Capture:
    """Open captures; nothing is read before it is asked for.

    Args:
        path: a capture: a path, `-` for standard input, or a file object.
        more: further ones, to be merged by time.
        keys: a `Keyring`, a `KeySet`, a dictionary of settings, the path of a keys file, or several of these.
        decode_as: rules such as `tcp.port==4063,hdlc`.
        heuristics: recognise framings by content, whatever the ports.

    Raises:
        TypeError: a file object yields text.
        ValueError: a rule is none, or a key is none (`KeyProblem`).
        OSError: a keys file cannot be read.
    """
    ring = Keyring.of(keys, load_keys_file)
    return Capture([path, *more], FramingOptions(tuple(map(DecodeAs.parse, decode_as)), heuristics), ring)
