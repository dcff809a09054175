"""What `live` and `serial` share: print and keep what comes, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture import ListeningSource
from dlms_analyzer.capture.recording import Recording
from dlms_analyzer.cli.front import Front
from dlms_analyzer.cli.meters import known_meters
from dlms_analyzer.cli.options import add_analysis_options, analyzer_of, say, say_problems, say_unread
from dlms_analyzer.cli.printing import add_form_options, message_writer
from dlms_analyzer.cli.stopping import StopSignals
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.words import counted


def add_listening_options(command: Any) -> None:
    """Add what to do with the messages."""
    command.add_argument("--print", action="store_true", help="print the messages on standard output")
    add_form_options(command)
    command.add_argument("-w", dest="write", type=_file, metavar="OUT.pcapng", help="keep the frames in this file")
    add_analysis_options(command)


def front_of(options: argparse.Namespace) -> Front | None:
    """What shows the messages on screens; None when there is nothing, or they are to be printed."""
    printed = options.print or options.form != "text" or not (sys.stdout.isatty() and sys.stderr.isatty())
    front: Front | None = options.front
    return None if printed else front


def listen(source: ListeningSource, options: argparse.Namespace, greeting: str) -> tuple[int, int]:
    """Print and keep what comes until somebody stops it.

    Args:
        source: what to listen to.
        options: of the command line.
        greeting: said on standard error once all is ready.

    Returns:
        How many frames and messages there were.

    Raises:
        CaptureError: What comes cannot be kept.
    """
    analyzer = analyzer_of(options)
    with known_meters(options, analyzer.security.keyring) as meters:
        return _listen(source, options, greeting, analyzer, meters)


def _listen(
    source: ListeningSource, options: argparse.Namespace, greeting: str, analyzer: Analyzer, meters: Meters
) -> tuple[int, int]:
    write = message_writer(options, meters, at_once=True)
    recording = None if options.write is None else Recording(options.write, source)
    messages = 0
    try:
        with StopSignals(source.stop):
            say(greeting)
            for frame in source:
                if recording is not None:
                    recording.add(frame)
                for message in analyzer.feed(frame):
                    messages += 1
                    write(message)
        for message in analyzer.flush():
            messages += 1
            write(message)
        say_unread(analyzer.lower.unread)
    finally:
        if recording is not None:
            recording.close()
    return analyzer.frames, messages


def _file(text: str) -> str:
    """The name of a file.

    Raises:
        ArgumentTypeError: It stands for standard output.
    """
    if text == "-":
        raise argparse.ArgumentTypeError("standard output is for the messages; name a file")
    return text


def report(source: ListeningSource, counts: tuple[int, int], dropped: int | None = None) -> int:
    """Say what there was; gives the exit status."""
    frames, messages = counts
    text = f"{counted(frames, 'frame')}, {counted(messages, 'message')}"
    if dropped is not None:
        text += f", {counted(dropped, 'frame')} dropped by the system"
    say(text)
    return int(say_problems(source.problems))
