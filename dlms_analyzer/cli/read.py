"""`dlms-analyzer read`: the messages of capture files, as lines, trees or jsonl."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from dlms_analyzer.cli.options import CaptureRun, add_capture_options
from dlms_analyzer.messages import Message
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "read",
        help="print the messages of capture files",
        description="Print the DLMS/COSEM messages of pcap and pcapng files, whatever port they use.",
    )
    add_capture_options(command)
    command.add_argument(
        "-T",
        dest="form",
        choices=("text", "tree", "jsonl"),
        default="text",
        help="text: a line each (default); tree: every field with its offsets; jsonl: an object a line",
    )
    command.add_argument("--absolute-time", action="store_true", help="UTC times instead of seconds since the first")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the messages; gives the exit status."""
    captures = CaptureRun(options)
    write = _writer(options)
    for _, messages in captures.analyzers():
        for message in messages:
            write(message)
    return captures.status


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
