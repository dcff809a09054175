"""Options that several subcommands share: which files, and how to frame what is in them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture import open_capture
from dlms_analyzer.cli.keys import add_key_options, keyring_of
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from dlms_analyzer.messages import Message


def decode_as(text: str) -> DecodeAs:
    """A `--decode-as` rule.

    Raises:
        ArgumentTypeError: not a rule.
    """
    try:
        return DecodeAs.parse(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def add_capture_options(command: Any) -> None:
    """Add the files, the framing rules and the keys."""
    command.add_argument("files", nargs="+", metavar="FILE", help="capture file; - is standard input")
    command.add_argument(
        "--decode-as",
        action="append",
        default=[],
        type=decode_as,
        metavar="RULE",
        help="force a framing, for example tcp.port==4063,hdlc",
    )
    command.add_argument("--no-heuristics", action="store_true", help="claim only port 4059 and what --decode-as names")
    add_key_options(command)


class CaptureRun:
    """The captures that the options name, one after another.

    Attributes:
        status: exit status: 1 once a capture was damaged.
    """

    def __init__(self, options: argparse.Namespace, *, heads: bool = False) -> None:
        self.status = 0
        self._files: list[str] = options.files
        self._framing = FramingOptions(tuple(options.decode_as), heuristics=not options.no_heuristics)
        self._heads = heads
        self._keys = keyring_of(options)

    def analyzers(self) -> Iterator[tuple[Analyzer, Iterator[Message]]]:
        """For each file its analyzer, and its messages as they are read; damage is told on standard error."""
        for path in self._files:
            analyzer = Analyzer(self._framing, heads=self._heads, keys=self._keys.given())
            yield analyzer, self._messages(path, analyzer)

    def _messages(self, path: str, analyzer: Analyzer) -> Iterator[Message]:
        with open_capture(path) as source:
            for frame in source:
                yield from analyzer.feed(frame)
            yield from analyzer.flush()
            for problem in source.problems:
                print(f"dlms-analyzer: {problem}", file=sys.stderr)
                self.status = 1
