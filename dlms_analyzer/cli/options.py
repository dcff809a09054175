"""Options that several subcommands share: which captures, and how to frame what is in them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture import CaptureError, ProblemLog, Source, merged, open_capture
from dlms_analyzer.cli.keys import add_key_options, keyring_of
from dlms_analyzer.cli.progress import Progress
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from dlms_analyzer.messages import Message
from dlms_analyzer.net import NetworkDecoder, UnreadFrames
from dlms_analyzer.output.escape import escape
from dlms_analyzer.words import counted


def say(text: object) -> None:
    """Tell the user something, on standard error; what steers a terminal, as in the name of a file, is made visible."""
    lines = map(escape, str(text).split("\n"))
    print("dlms-analyzer:", "\n".join(lines), file=sys.stderr)


def say_problems(problems: ProblemLog) -> bool:
    """Tell the user what was wrong with a capture; whether there was anything."""
    for problem in problems:
        say(problem)
    if problems.total > len(problems):
        say(f"{problems.path}: and {problems.total - len(problems):,} more problems")
    return bool(problems.total)


def say_unread(unread: UnreadFrames) -> bool:
    """Tell the user which frames were not read that might have had messages; whether some of them are damaged."""
    for note in unread.notes():
        say(note)
    return unread.is_bad


def say_closed(closed: int, messages: int, therefore: str) -> None:
    """Tell the user how many messages are protected and did not open, and what comes of it."""
    say(f"{closed:,} of {counted(messages, 'message')} did not open: {therefore}")


def decode_as(text: str) -> DecodeAs:
    """A `--decode-as` rule.

    Raises:
        ArgumentTypeError: not a rule.
    """
    try:
        return DecodeAs.parse(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def add_analysis_options(command: Any) -> None:
    """Add the framing rules and the keys."""
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


def framing_of(options: argparse.Namespace) -> FramingOptions:
    """The framing rules that the options name."""
    return FramingOptions(tuple(options.decode_as), heuristics=not options.no_heuristics)


def analyzer_of(options: argparse.Namespace, *, heads: bool = False) -> Analyzer:
    """An analyzer with the framing rules and the keys that the options name."""
    return Analyzer(framing_of(options), heads=heads, keys=keyring_of(options))


def add_capture_options(command: Any, *, files: int | str = "+", metavar: str = "FILE") -> None:
    """Add the files, the framing rules and the keys.

    Args:
        command: the parser of the subcommand.
        files: how many files there are to be, as `nargs` of argparse.
        metavar: what a file is called in the help.
    """
    command.add_argument("files", nargs=files, metavar=metavar, help="capture file; - is standard input")
    command.add_argument(
        "--engine",
        choices=("own", "tshark"),
        default="own",
        help="who reads the file formats and link layers; tshark knows more of them, and has to be installed",
    )
    add_analysis_options(command)


class CaptureRun:
    """The captures that the options name, as one: their frames in the order of time, through one analyzer.

    Attributes:
        status: exit status: 1 once a capture could not be read or was damaged.
        analyzer: what the frames go through.
    """

    def __init__(
        self, options: argparse.Namespace, *, heads: bool = False, follow: Callable[[], bool] | None = None
    ) -> None:
        """Open the captures; those that cannot be opened are told on standard error.

        Args:
            options: of the command line.
            heads: read APDUs only up to their data.
            follow: go on at the end of the file, until this returns True.
        """
        self.status = 0
        self.analyzer = analyzer_of(options, heads=heads)
        self._options = options
        self._follow = follow
        self._use_tshark = options.engine == "tshark"
        self._source = merged([source for path in options.files if (source := self._open(path)) is not None])
        self._progress = Progress(self._source, sys.stderr)
        # Who reads along on the same terminal sees the messages pass, and no progress between them.
        self._shared = self._progress.enabled and sys.stdout.isatty()

    @property
    def octets(self) -> int | None:
        """Size of the captures; None when somebody may still be writing what is read."""
        return None if self._follow is not None else self._source.bytes_total

    @property
    def read_nothing(self) -> bool:
        """Whether no capture could be read, which has been told: nothing can be said of what is in them."""
        return bool(self.status) and not self.analyzer.frames

    @property
    def is_stream(self) -> bool:
        """Whether somebody may still be writing what is read."""
        return self.octets is None

    def messages(self) -> Iterator[Message]:
        """The messages as they are read; damage is told on standard error at the end."""
        feed = self.analyzer.feed
        progress = self._progress
        frames = progress.watch(self._source) if self._follow is None else self._source
        try:
            for frame in frames:
                messages = feed(frame)
                if messages and self._shared:
                    progress.clear()
                yield from messages
        except CaptureError as error:
            progress.clear()
            say(error)
            self.status = 1
        yield from self.analyzer.flush()
        damaged = say_problems(self._source.problems)
        if say_unread(self.analyzer.lower.unread) or damaged:
            self.status = 1

    @property
    def can_read_again(self) -> bool:
        """All captures are files, which say the same at the second reading."""
        return self._follow is None and all(Path(path).is_file() for path in self._options.files)

    def preview(self) -> Iterator[Message]:
        """The messages, read once before, for what has to be known from the start; says nothing of damage."""
        analyzer = Analyzer(framing_of(self._options), keys=self.analyzer.security.keyring.given())
        sources = []
        for path in self._options.files:
            with suppress(CaptureError):
                sources.append(self._source_of(path))
        with closing(merged(sources)) as source:
            with suppress(CaptureError):
                for frame in Progress(source, sys.stderr).watch(source):
                    yield from analyzer.feed(frame)
            yield from analyzer.flush()

    def _source_of(self, path: str) -> Source:
        if not self._use_tshark:
            return open_capture(path, follow=self._follow is not None, stop=self._follow)
        from dlms_analyzer.capture.tshark import TsharkSource

        return TsharkSource(path, NetworkDecoder.knows_link)

    def _open(self, path: str) -> Source | None:
        try:
            return self._source_of(path)
        except CaptureError as error:
            say(error)
            self.status = 1
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.clear()
        self._source.close()
