"""`Capture`: capture files as one object to ask: messages, associations, what was odd."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.associations.association import Association
from dlms_analyzer.capture import Problem, Source, open_capture
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring


class Capture:
    """One or several capture files, read when asked.

    Example:
        >>> capture = Capture(["captures/ln_wrapper_low.pcap"])
        >>> next(iter(capture.messages)).service
        'aarq'

    Attributes:
        paths: the files.
        options: how streams are framed.
        keys: what was given to open what is protected; those that a capture teaches are used at each reading anew.
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]],
        options: FramingOptions | None = None,
        keys: Keyring | None = None,
    ) -> None:
        self.paths = tuple(paths)
        self.options = options or FramingOptions()
        self.keys = keys or Keyring()
        self._problems: list[Problem] = []
        self._associations: list[Association] | None = None

    @property
    def messages(self) -> Iterator[Message]:
        """All messages in capture order, read afresh at each call; a file's frames are never all in memory."""
        self._problems = []
        analyzer = Analyzer(self.options, keys=self.keys.given())
        self._associations = analyzer.associations
        for source in self._sources():
            for frame in source:
                yield from analyzer.feed(frame)
            self._problems += source.problems
        yield from analyzer.flush()

    @property
    def associations(self) -> list[Association]:
        """All associations, in order of appearance; reads the capture when that was not done yet."""
        if self._associations is None:
            for _ in self.messages:
                pass
        return self._associations or []

    @property
    def problems(self) -> list[Problem]:
        """Damage met by the last reading."""
        return list(self._problems)

    def _sources(self) -> Iterator[Source]:
        for path in self.paths:
            yield open_capture(path)


def open(  # noqa: A001
    path: Any, *more: Any, keys: Any = None, decode_as: Sequence[str] = (), heuristics: bool = True
) -> Capture:
    """Open capture files; nothing is read before it is asked for.

    Args:
        path: a pcap or pcapng file.
        more: further files.
        keys: a `Keyring`, a `KeySet`, a dictionary of settings, the path of a keys file, or several of these.
        decode_as: rules such as `tcp.port==4063,hdlc`.
        heuristics: recognise framings by content, whatever the ports.

    Raises:
        ValueError: a rule is none, or a key is none (`KeyProblem`).
        OSError: a keys file cannot be read.
    """
    from dlms_analyzer.capture.key_files import load_keys_file
    from dlms_analyzer.framing.options import DecodeAs

    ring = Keyring.of(keys, load_keys_file)
    return Capture([path, *more], FramingOptions(tuple(map(DecodeAs.parse, decode_as)), heuristics), ring)
