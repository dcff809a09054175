"""The command `dlms-analyzer`: the command line of the engine, and the screens in front of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dlms_analyzer.capture import ListeningSource
from dlms_analyzer.cli import main as run
from dlms_analyzer.cli.meters import add_meter_options
from dlms_analyzer.cli.options import add_capture_options
from dlms_analyzer.cli.printing import add_display_filter
from tui import promptness
from tui.web.options import add_serve_options

_OF_THE_WHOLE: Final = frozenset({"-h", "--help", "--version"})
"""Options that stand before a subcommand."""


class Screens:
    """Shows captures on screens. What they are made of is imported when they are shown, not before."""

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        """Begin.

        Args:
            arguments: of the command line.
        """
        self._arguments = arguments

    def add_parsers(self, commands: Any) -> None:
        """Add the subcommands that only screens have."""
        command = commands.add_parser(
            "open",
            help="show capture files on screens; `dlms-analyzer FILE` does the same",
            description="Browse captures: messages, sessions, meters and their values, keys, findings, statistics.",
        )
        _add_open_options(command)
        command.set_defaults(run=_open, usage_error=command.error)
        command = commands.add_parser(
            "serve",
            help="show capture files in a browser on this machine",
            description="The screens of `open` in a browser on this machine, for the one who has the link it prints.",
        )
        add_serve_options(command)
        _add_open_options(command)
        command.set_defaults(run=self._serve)

    def completed(self, arguments: Sequence[str]) -> list[str]:
        """The arguments, with `open` before those that only name files or options."""
        given = list(arguments)
        if not given or (given[0] not in _OF_THE_WHOLE and _names_no_command(given[0])):
            given.insert(0, "open")
        return given

    def _serve(self, options: argparse.Namespace) -> int:
        from tui.serve import run as serve

        return serve(options, self._arguments[1:])

    def listen(self, source: ListeningSource, options: argparse.Namespace) -> int:
        """Show what a source brings until the user leaves; gives the exit status."""
        promptness.begin()
        from tui.launch import listen

        return listen(source, options)


def _add_open_options(command: Any) -> None:
    add_capture_options(command, files="*")
    command.add_argument("-F", "--follow", action="store_true", help="go on when the file grows")
    add_display_filter(command)
    add_meter_options(command)


def _names_no_command(argument: str) -> bool:
    """Whether an argument is an option or a file; a mistyped command is neither."""
    return argument.startswith("-") or "/" in argument or "." in argument or Path(argument).exists()


def _open(options: argparse.Namespace) -> int:
    promptness.begin()
    from tui.launch import open_files

    return open_files(options)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    return run(given, Screens(given))
