"""`dlms-analyzer values`: what captures reveal about the objects of meters, a row for each value."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dlms_analyzer.cli.meters import add_meter_options, known_meters
from dlms_analyzer.cli.options import CaptureRun, add_capture_options, say, say_closed
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.obis import Pattern
from dlms_analyzer.meaning import learn
from dlms_analyzer.messages import Message
from dlms_analyzer.output.cells import csv_writer, width_of
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.output.profiles import (
    profile_csv_heading,
    profile_csv_rows,
    profile_dicts,
    profile_lines,
)
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.values import CSV_COLUMNS, ValueLines, csv_row
from dlms_analyzer.profile_cells import history, in_order
from dlms_analyzer.security.protection import is_closed
from dlms_analyzer.values import Latest, Value, values_of


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "values",
        help="print the attribute values of capture files",
        description="Print every attribute value that was read, written with success, or sent by a meter. Files are "
        "read twice, so that what they reveal late (scalers, columns of profiles, names) improves the first rows too.",
        epilog="Example: dlms-analyzer values trace.pcap --profile 1-0:99.1.0 -T csv > load.csv",
    )
    add_capture_options(command)
    command.add_argument(
        "-T",
        dest="form",
        choices=("text", "csv", "jsonl"),
        default="text",
        help="text: a line each (default); csv: for spreadsheets; jsonl: an object a line",
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument("--latest", action="store_true", help="only the latest value of each attribute")
    what.add_argument(
        "--profile", type=_pattern, metavar="OBIS", help="the rows of profiles, as tables; wildcards are allowed"
    )
    command.add_argument(
        "--history",
        type=_pattern,
        metavar="OBIS",
        help="only the values of these objects, also from the rows of profiles, in the order of time: 1-0:1.8.0, "
        "1.0.1.8.0.255 or 1-0:*.8.0, for example; not with --profile",
    )
    command.add_argument("--once", action="store_true", help="read files only once")
    add_meter_options(command)
    command.set_defaults(run=run, usage_error=command.error)


def run(options: argparse.Namespace) -> int:
    """Print the values; gives the exit status."""
    if options.profile is not None and options.history is not None:
        options.usage_error("argument --history: not allowed with argument --profile")
    with CaptureRun(options) as captures, known_meters(options, captures.analyzer.security.keyring) as meters:
        learn_before(captures, options, meters)
        protection = _Protection()
        values = values_of(protection.watch(captures.messages()), meters)
        if options.history is not None:
            values = history(values, options.history.matches)
            if not options.latest and not captures.is_stream:
                values = in_order(values)
        if options.profile is not None:
            _print_profiles(values, options)
        elif options.latest:
            latest = Latest()
            for value in values:
                latest.add(value)
            if latest.left_out:
                say(f"{latest.left_out:,} values of further attributes are left out")
            _print_values(latest, options)
        else:
            _print_values(values, options, at_once=captures.is_stream)
    if protection.closed:
        say_closed(protection.closed, protection.messages, "the values in them are not known")
    return captures.status


class _Protection:
    """Counts the messages that pass, and those that did not open."""

    def __init__(self) -> None:
        self.messages = 0
        self.closed = 0

    def watch(self, messages: Iterable[Message]) -> Iterator[Message]:
        """Pass messages on."""
        for message in messages:
            self.messages += 1
            self.closed += is_closed(message)
            yield message


def learn_before(captures: CaptureRun, options: argparse.Namespace, meters: Meters) -> None:
    """Learn all that files reveal about the meters before they are read; what comes from pipes comes only once."""
    if captures.can_read_again and not options.once:
        for message in captures.preview():
            learn(meters, message)


def _matches(pattern: Pattern, value: Value) -> bool:
    return value.logical_name is not None and pattern.matches(value.logical_name)


def _print_values(values: Iterable[Value], options: argparse.Namespace, *, at_once: bool = False) -> None:
    out = sys.stdout
    write = _writer(options)
    for value in values:
        write(value)
        if at_once:
            out.flush()


def _writer(options: argparse.Namespace) -> Callable[[Value], object]:
    out = sys.stdout
    show_secrets: bool = options.show_secrets
    if options.form == "jsonl":
        return lambda value: out.write(json_line(value.to_dict(show_secrets=show_secrets)))
    if options.form == "csv":
        row = csv_writer(out)
        row(CSV_COLUMNS)
        return lambda value: row(csv_row(value, show_secrets=show_secrets))
    lines = ValueLines(Style.of(out), width_of(out), show_secrets=show_secrets)
    out.write(lines.heading() + "\n")
    return lambda value: out.write(lines.line(value) + "\n")


def _print_profiles(values: Iterator[Value], options: argparse.Namespace) -> None:
    out = sys.stdout
    style, width = Style.of(out), width_of(out)
    row = csv_writer(out)
    heading: list[str] = []
    tables = 0
    for value in values:
        if not _matches(options.profile, value) or (table := value.table) is None:
            continue
        tables += 1
        if options.form == "jsonl":
            for one in profile_dicts(value, table):
                out.write(json_line(one))
        elif options.form == "csv":
            if not table.rows:
                continue
            columns = profile_csv_heading(table)
            if columns != heading:
                if heading:
                    out.write("\n")
                heading = columns
                row(heading)
            for cells in profile_csv_rows(value, table):
                row(cells)
        else:
            for line in profile_lines(value, table, style, width):
                out.write(line + "\n")
            out.write("\n")
    if not tables:
        say(f"no profile {options.profile.text} was read")


def _pattern(text: str) -> Pattern:
    """OBIS codes.

    Raises:
        ArgumentTypeError: no OBIS code, and no pattern of them.
    """
    try:
        return Pattern(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
