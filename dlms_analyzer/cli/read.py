"""`dlms-analyzer read`: the messages of capture files, as lines, trees or jsonl."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture import open_capture
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from dlms_analyzer.messages import Message
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines


def decode_as(text: str) -> DecodeAs:
    """A `--decode-as` rule.

    Raises:
        ArgumentTypeError: not a rule.
    """
    try:
        return DecodeAs.parse(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "read",
        help="print the messages of capture files",
        description="Print the DLMS/COSEM messages of pcap and pcapng files, whatever port they use.",
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="capture file; - is stdin")
    command.add_argument(
        "-T",
        dest="form",
        choices=("text", "tree", "jsonl"),
        default="text",
        help="text: a line each (default); tree: every field with its offsets; jsonl: an object a line",
    )
    command.add_argument(
        "--decode-as",
        action="append",
        default=[],
        type=decode_as,
        metavar="RULE",
        help="force a framing, for example tcp.port==4063,hdlc",
    )
    command.add_argument("--no-heuristics", action="store_true", help="claim only port 4059 and what --decode-as names")
    command.add_argument("--absolute-time", action="store_true", help="UTC times instead of seconds since the first")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the messages; gives the exit status."""
    framing = FramingOptions(tuple(options.decode_as), heuristics=not options.no_heuristics)
    write = _writer(options)
    status = 0
    for path in options.files:
        source = open_capture(path)
        analyzer = Analyzer(framing)
        for frame in source:
            _print(write, analyzer.feed(frame))
        _print(write, analyzer.flush())
        for problem in source.problems:
            print(f"dlms-analyzer: {problem}", file=sys.stderr)
            status = 1
    return status


def _print(write: Callable[[Message], None], messages: Iterable[Message]) -> None:
    for message in messages:
        write(message)


def _writer(options: argparse.Namespace) -> Callable[[Message], None]:
    if options.form == "jsonl":
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
        out = sys.stdout.write
        return lambda message: (out(encode(message.to_dict()) + "\n"), None)[1]
    style = Style.of(sys.stdout)
    lines = LineWriter(style, absolute=options.absolute_time)
    if options.form == "text":
        return lambda message: print(lines.line(message))

    def tree(message: Message) -> None:
        print(lines.line(message))
        for line in tree_lines(message, style):
            print(line)

    return tree
