"""From the options of the command line to the screens."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from contextlib import suppress
from typing import Final

from textual import constants

from dlms_analyzer.capture import ListeningSource
from dlms_analyzer.cli.keys import keyring_of
from dlms_analyzer.cli.meters import known_meters
from dlms_analyzer.cli.options import framing_of
from dlms_analyzer.cli.serial import line_settings
from dlms_analyzer.cli.stopping import EXIT_INTERRUPTED, StopSignals
from dlms_analyzer.filters import Filter
from tui import garbage
from tui.app import AnalyzerApp
from tui.opening import STANDARD_INPUT, FilePlan, LivePlan, Plan, SerialPlan, keep_input_for_capture
from tui.recent import FILE_NAME as RECENT_FILE
from tui.recent import Recent
from tui.session import Given, Session
from tui.settings import load_settings, settings_file, state_file

PATIENCE: Final = 5.0
"""Seconds that the screens have to end in order after a signal: where the terminal is gone, Textual may wait for ever
for a place in the queue of what is to be written."""


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
        given = Given(keys, framing_of(options), meters, options.show_secrets)
        session = None
        if options.files:
            if STANDARD_INPUT in options.files:
                keep_input_for_capture()
            plan = FilePlan(tuple(options.files), options.follow, options.engine != "own")
            session = Session.of(plan, plan.open(), given)
        return show(session, given, options.display_filter)


def listen(source: ListeningSource, options: argparse.Namespace) -> int:
    """Show what a source brings until the user leaves; gives the exit status.

    Raises:
        CaptureError: what comes cannot be kept.
    """
    keys = keyring_of(options)
    with known_meters(options, keys) as meters:
        given = Given(keys, framing_of(options), meters, options.show_secrets)
        return show(Session.of(_listening_plan(options), source, given), given, options.display_filter)


def _listening_plan(options: argparse.Namespace) -> Plan:
    """What `live` and `serial` listen to, to begin again."""
    keep = options.write or ""
    if options.command == "live":
        promiscuous = not options.no_promiscuous
        return LivePlan(tuple(options.interfaces), options.filter, promiscuous, options.ring, keep)
    return SerialPlan(tuple(options.devices), line_settings(options), options.mode_e, keep)


def show(session: Session | None, given: Given, display_filter: Filter | None = None) -> int:
    """Show the screens until the user leaves; gives the exit status.

    Args:
        session: what is open at first.
        given: for every capture that is opened.
        display_filter: which of its messages are shown at first.
    """
    path = settings_file()
    settings, problems = load_settings(path)
    recent = Recent(state_file(RECENT_FILE), settings)
    for one in () if session is None else session.paths:
        if one != STANDARD_INPUT:
            recent.add_file(one)
    app = AnalyzerApp(
        session, settings, settings_path=path, recent=recent, problems=problems, given=given,
        display_filter="" if display_filter is None else display_filter.text,
    )  # fmt: skip
    garbage.begin()

    over = threading.Event()

    def ask() -> None:
        with suppress(RuntimeError):  # it has ended by itself
            app.call_from_thread(app.exit, EXIT_INTERRUPTED)

    def end() -> None:
        threading.Thread(target=ask, daemon=True).start()
        if not over.wait(PATIENCE):
            app.close_session()
            os._exit(EXIT_INTERRUPTED)

    try:
        with StopSignals(end):
            status = app.run()
    finally:
        over.set()
        app.close_session()
    return app.return_code or status or 0
