"""From the options of the command line to the screens."""

from __future__ import annotations

import argparse
import sys

from textual import constants

from dlms_analyzer.capture import ListeningSource
from dlms_analyzer.capture.recording import Recording
from dlms_analyzer.cli.keys import keyring_of
from dlms_analyzer.cli.meters import known_meters
from dlms_analyzer.cli.options import framing_of
from dlms_analyzer.filters import Filter
from tui import garbage
from tui.app import AnalyzerApp
from tui.opening import STANDARD_INPUT, is_file, keep_input_for_capture, open_source
from tui.recent import FILE_NAME as RECENT_FILE
from tui.recent import Recent
from tui.session import Session
from tui.settings import load_settings, settings_file, state_file


def open_files(options: argparse.Namespace) -> int:
    """Show capture files; gives the exit status.

    Raises:
        CaptureError: one cannot be opened.
    """
    # The screens are painted on standard error, so that standard output may go elsewhere; `serve` brings a driver.
    if not sys.stderr.isatty() and not constants.DRIVER:
        options.usage_error("screens need a terminal; `dlms-analyzer read` prints")
    if options.follow and len(options.files) != 1:
        options.usage_error("--follow takes one file")
    keys = keyring_of(options)
    with known_meters(options, keys) as meters:
        session = None
        if options.files:
            if STANDARD_INPUT in options.files:
                keep_input_for_capture()
            source = open_source(options.files, follow=options.follow, tshark=options.engine != "own")
            session = Session(
                source, keys, framing_of(options), meters, tuple(options.files), show_secrets=options.show_secrets,
                growing=options.follow or options.engine != "own" or not all(map(is_file, options.files)),
            )  # fmt: skip
        return show(session, options.display_filter)


def listen(source: ListeningSource, options: argparse.Namespace) -> int:
    """Show what a source brings until the user leaves; gives the exit status.

    Raises:
        CaptureError: what comes cannot be kept.
    """
    keys = keyring_of(options)
    with known_meters(options, keys) as meters:
        recording = None if options.write is None else Recording(options.write, source)
        session = Session(
            source, keys, framing_of(options), meters, live=True, recording=recording,
            show_secrets=options.show_secrets,
        )  # fmt: skip
        return show(session, options.display_filter)


def show(session: Session | None, display_filter: Filter | None = None) -> int:
    """Show the screens until the user leaves; gives the exit status.

    Args:
        session: what is open at first.
        display_filter: which of its messages are shown at first.
    """
    path = settings_file()
    settings, problems = load_settings(path)
    recent = Recent(state_file(RECENT_FILE), settings)
    for one in () if session is None else session.paths:
        if one != STANDARD_INPUT:
            recent.add_file(one)
    app = AnalyzerApp(
        session, settings, settings_path=path, recent=recent, problems=problems,
        display_filter="" if display_filter is None else display_filter.text,
    )  # fmt: skip
    garbage.begin()
    try:
        status = app.run()
    finally:
        app.close_session()
    return app.return_code or status or 0
