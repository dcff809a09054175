"""From the options of the command line to the screens."""

from __future__ import annotations

import argparse
import sys

from textual import constants

from dlms_analyzer.capture import merged, open_capture
from dlms_analyzer.cli.keys import keyring_of
from dlms_analyzer.cli.listening import ListeningSource
from dlms_analyzer.cli.meters import known_meters
from dlms_analyzer.cli.options import framing_of
from tui.app import AnalyzerApp
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
    keys = keyring_of(options)
    with known_meters(options, keys) as meters:
        session = None
        if options.files:
            source = merged([open_capture(path) for path in options.files])
            session = Session(
                source, keys, framing_of(options), meters, tuple(options.files), show_secrets=options.show_secrets
            )
        return show(session)


def listen(source: ListeningSource, options: argparse.Namespace) -> int:
    """Show what a source brings until the user leaves; gives the exit status."""
    keys = keyring_of(options)
    with known_meters(options, keys) as meters:
        session = Session(source, keys, framing_of(options), meters, live=True, show_secrets=options.show_secrets)
        return show(session)


def show(session: Session | None) -> int:
    """Show the screens until the user leaves; gives the exit status."""
    path = settings_file()
    settings, problems = load_settings(path)
    recent = Recent(state_file(RECENT_FILE), settings)
    for one in () if session is None else session.paths:
        recent.add_file(one)
    app = AnalyzerApp(session, settings, settings_path=path, recent=recent, problems=problems)
    try:
        status = app.run()
    finally:
        app.jobs.cancel_all()
        if session is not None:
            session.close()
    return app.return_code or status or 0
