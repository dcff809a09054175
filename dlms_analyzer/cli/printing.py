"""Messages on standard output: the forms that `read`, `live` and `serial` share."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from dlms_analyzer.cli.meters import add_meter_options
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.messages import Message
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines


def add_form_options(command: Any) -> None:
    """Add how messages are printed."""
    command.add_argument(
        "-T",
        dest="form",
        choices=("text", "tree", "jsonl"),
        default="text",
        help="text: a line each (default); tree: every field with its offsets; jsonl: an object a line",
    )
    command.add_argument("--absolute-time", action="store_true", help="UTC times instead of seconds since the first")
    add_meter_options(command)


def message_writer(options: argparse.Namespace, meters: Meters, *, at_once: bool = False) -> Callable[[Message], None]:
    """What prints a message in the form that the options name.

    Args:
        options: of the command line.
        meters: what is known about the meters; learns from every message.
        at_once: hand on every message as soon as it is there, for somebody who waits at the other end of a pipe.
    """
    out = sys.stdout
    render = _renderer(options, meters)

    def write(message: Message) -> None:
        learn(meters, message)
        out.write(render(message))
        if at_once:
            out.flush()

    return write


def _renderer(options: argparse.Namespace, meters: Meters) -> Callable[[Message], str]:
    show_secrets: bool = options.show_secrets
    if options.form == "jsonl":
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
        return lambda message: encode(message_dict(message, meters, show_secrets=show_secrets)) + "\n"
    style = Style.of(sys.stdout)
    lines = LineWriter(style, absolute=options.absolute_time, show_secrets=show_secrets, meters=meters)
    if options.form == "text":
        return lambda message: lines.line(message) + "\n"

    def tree(message: Message) -> str:
        below = tree_lines(message, style, show_secrets=show_secrets, meters=meters)
        return "\n".join([lines.line(message), *below, ""])

    return tree
