"""CaptureFacts: what there is to know about the open capture as a whole."""

from __future__ import annotations

from typing import Final

from rich.text import Text
from textual.widgets import Static

from dlms_analyzer.cli.progress import size_text
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.message_json import time_text
from dlms_analyzer.output.escape import escape
from tui.session import Session
from tui.theme import styles

MAX_PROBLEMS: Final = 20
"""Problems that are shown; the number of all of them is."""

Fact = tuple[str, str, str]
"""Name, text, role."""


class CaptureFacts(Static):
    """Lines with names and values."""

    DEFAULT_CSS = """
    CaptureFacts { padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__("", id=id, markup=False)

    def show(self, session: Session | None) -> None:
        """Say what there is to know now."""
        known = styles(self.app)
        text = Text(end="")
        for name, value, role in facts_of(session):
            text.append(f"{name:<12} ", known.dim)
            text.append(escape(value) + "\n", known[role] if role else "")
        self.update(text)


def facts_of(session: Session | None) -> list[Fact]:
    """What there is to know about a capture."""
    if session is None:
        return [("open", "nothing: choose a file, an interface or a serial port", "")]
    progress = session.capture.progress
    facts: list[Fact] = [("open", session.title, "bold"), ("state", *_state(session))]
    facts.append(("frames", f"{progress.frames:,}", ""))
    facts.append(("messages", f"{progress.messages:,}", ""))
    facts.append(("octets", size_text(progress.bytes_done), ""))
    if len(session.table):
        last = session.table.row(len(session.table)).time
        facts.append(("time", f"{time_text(session.first_time)} to {time_text(last)}", ""))
    if session.dropped is not None:
        facts.append(("dropped", f"{session.dropped:,} frames by the system", "bad" if session.dropped else "ok"))
    if session.backlog is not None:
        facts.append(("backlog", f"{size_text(session.backlog)} captured and not read yet", ""))
    if session.recording is not None:
        facts.append(("kept in", session.recording.path, "ok"))
    elif session.unsaved:
        facts.append(("not saved", f"{session.unsaved:,} frames", "warning"))
    facts.append(("framing", options_text(session.options), ""))
    problems = session.source.problems
    facts += [("problem", str(problem), "warning") for problem in list(problems)[:MAX_PROBLEMS]]
    if problems.total > MAX_PROBLEMS:
        facts.append(("", f"and {problems.total - MAX_PROBLEMS:,} more problems", "warning"))
    facts += [("not read", note, "warning") for note in session.capture.analyzer.lower.unread.notes()]
    return facts


def options_text(options: FramingOptions) -> str:
    """How streams are framed."""
    rules = "; ".join(map(str, options.decode_as)) or "no rules"
    return f"{rules}; {'others by content' if options.heuristics else 'others only on port 4059'}"


def _state(session: Session) -> tuple[str, str]:
    if session.ended:
        return "stopped" if session.live else "read to the end", ""
    if session.live:
        return "capturing", "ok"
    return "waiting for more" if session.growing else "reading", "ok"
