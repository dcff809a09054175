"""The line above the keys: what is shown, and what is going on."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text
from textual.widget import Widget

from dlms_analyzer.cli.progress import size_text, time_text
from tui.jobs import Job
from tui.text import clip
from tui.theme import styles

if TYPE_CHECKING:
    from tui.app import AnalyzerApp

INTERVAL: Final = 0.2
"""Seconds between two looks at what is going on."""


class StatusLine(Widget):
    """To the left what the screen says, to the right the jobs that run."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._said = ""
        self._going_on = ""

    def on_mount(self) -> None:
        """Look at the jobs now and then."""
        self.set_interval(INTERVAL, self._look)

    def say(self, text: str) -> None:
        """Say something about what is shown; it need not be escaped."""
        self._said = text
        self._look()
        self.refresh()

    def _look(self) -> None:
        if not self.screen.is_current:
            return
        app: Any = self.app
        going_on = going_on_text(app)
        if going_on != self._going_on:
            self._going_on = going_on
            self.refresh()

    def render(self) -> Text:
        """The line, as wide as the widget."""
        width = self.size.width
        going_on = clip(self._going_on, width // 2) if self._going_on else ""
        said = clip(self._said, max(width - len(going_on) - 3, 0))
        line = Text(f" {said}", no_wrap=True, end="")
        if going_on:
            blank = max(width - line.cell_len - len(going_on) - 1, 1)
            line.append(" " * blank)
            line.append(going_on, styles(self.app).accent)
        return line


def going_on_text(app: AnalyzerApp) -> str:
    """What is going on: the newest job with its progress, and whether a capture runs."""
    running = app.jobs.running
    waited_for = [job for job in running if not job.background]
    if waited_for:
        return f"{job_text(waited_for[-1])}  Esc: cancel"
    session = app.session
    behind = "" if session is None else session.behind
    return "  ".join(filter(None, (behind, job_text(running[-1]) if running else "")))


def job_text(job: Job) -> str:
    """What a job does and how far it is."""
    progress = job.progress
    seconds = max(monotonic() - job.started, 1e-3)
    total = getattr(progress, "bytes_total", None)
    done = getattr(progress, "bytes_done", None)
    frames = getattr(progress, "frames", None)
    parts = [job.name]
    if total and done is not None:
        parts.append(f"{100 * done // total}% of {size_text(total)}")
    elif done is not None:
        parts.append(size_text(done))
    elif (numbers := numbers_of(progress)) is not None:
        parts.append(f"{100 * numbers[0] // max(numbers[1], 1)}%")
    if frames is not None and not job.background:
        parts.append(f"{frames / seconds:,.0f} frames/s")
    if total and done and done < total:
        parts.append(f"{time_text(seconds * (total - done) / done)} left")
    return " ".join(parts)


def numbers_of(progress: Any) -> tuple[int, int] | None:
    """How much is done of how much, where a progress says it: its attributes `done` and `total`, or a pair."""
    if hasattr(progress, "done") and hasattr(progress, "total"):
        return progress.done, progress.total
    if isinstance(progress, tuple) and len(progress) == 2 and all(isinstance(one, int) for one in progress):
        return progress
    return None
