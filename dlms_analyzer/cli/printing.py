"""Messages on standard output: the forms that `read`, `live` and `serial` share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dlms_analyzer.aside import Aside, pays
from dlms_analyzer.capture.child_process import ChildError
from dlms_analyzer.cli.meters import add_meter_options
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters import Filter, FilterError, compile_filter
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.messages import Message
from dlms_analyzer.output.json_lines import json_line
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
    add_display_filter(command)
    add_meter_options(command)


def add_display_filter(command: Any) -> None:
    """Add which messages are printed."""
    command.add_argument(
        "-Y",
        dest="display_filter",
        type=_display_filter,
        metavar="FILTER",
        help="only messages that a display filter describes, for example 'cosem.result != \"success\"'",
    )


def _display_filter(text: str) -> Filter:
    """A display filter.

    Raises:
        ArgumentTypeError: it is none; points to where.
    """
    try:
        return compile_filter(text)
    except FilterError as problem:
        pointer = "\n".join(f"  {line}" for line in problem.pointer.splitlines())
        raise argparse.ArgumentTypeError(f"{problem.reason}\n{pointer}") from None


def message_writer(options: argparse.Namespace, meters: Meters, *, at_once: bool = False) -> Callable[[Message], None]:
    """What prints a message in the form that the options name.

    Args:
        options: of the command line.
        meters: what is known about the meters; learns from every message, also from those that a filter leaves out.
        at_once: hand on every message as soon as it is there, for somebody who waits at the other end of a pipe.
    """
    out = sys.stdout
    lines = LineWriter(
        Style.of(sys.stdout), absolute=options.absolute_time, show_secrets=options.show_secrets, meters=meters
    )
    render = _renderer(options, meters, lines)
    wanted: Filter | None = options.display_filter

    def write(message: Message) -> None:
        learn(meters, message)
        if wanted is not None and not wanted.matches(message, meters):
            lines.begin(message.time)
            return
        out.write(render(message))
        if at_once:
            out.flush()

    return write


@contextmanager
def capture_writer(
    options: argparse.Namespace, meters: Meters, octets: int | None
) -> Iterator[Callable[[Message], None]]:
    """What prints the messages of captures, in the form that the options name: in a second process where that pays.

    Args:
        options: of the command line.
        meters: what is known about the meters.
        octets: of the captures; None for those that are still being written.

    Raises:
        OSError: at the end: lines could not be written.
        ChildError: the second process has ended before its time.
    """
    write = message_writer(options, meters, at_once=octets is None)
    aside = _aside(options, meters, octets, write)
    if aside is None:
        yield write
    else:
        with aside:
            yield aside.write


def _aside(
    options: argparse.Namespace, meters: Meters, octets: int | None, write: Callable[[Message], None]
) -> Aside | None:
    """A second process that writes; None where that does not pay, and where this process needs to learn as well."""
    told = options.form == "jsonl" and options.display_filter is None and options.save_meter_model is None
    if not told or not pays(octets, sys.stdout):
        return None
    try:
        return Aside(sys.stdout, write, meters, show_secrets=options.show_secrets)
    except ChildError:  # there is no room for one
        return None


def _renderer(options: argparse.Namespace, meters: Meters, lines: LineWriter) -> Callable[[Message], str]:
    show_secrets: bool = options.show_secrets
    if options.form == "jsonl":
        return lambda message: json_line(message_dict(message, meters, show_secrets=show_secrets))
    if options.form == "text":
        return lambda message: lines.line(message) + "\n"

    def tree(message: Message) -> str:
        below = tree_lines(message, lines.style, show_secrets=show_secrets, meters=meters)
        return "\n".join([lines.line(message), *below, ""])

    return tree
