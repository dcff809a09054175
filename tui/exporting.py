"""Exports: what is shown goes into a file or to the clipboard, as CSV or JSON, in small steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from dlms_analyzer.capture.output_file import save_text
from dlms_analyzer.output.exports import FORMS
from tui.folders import expanded, unwritable
from tui.screens.dialog import Ask, Choose, Confirm

if TYPE_CHECKING:
    from tui.app import AnalyzerApp

MAX_CLIPBOARD: Final = 100_000
"""Characters that are given to the clipboard: terminals drop longer ones without a word."""
LINES: Final = 20
"""Lines of an export in one step."""
LONGEST_NAME: Final = 60
"""Characters of the name of a file that is made of what is exported."""


class Export(NamedTuple):
    """Something that can be exported.

    Attributes:
        title: what it is, for people.
        name: what it is, for the name of a file; need not be fit for one.
        make: gives it line by line, in the form asked for.
    """

    title: str
    name: str
    make: Callable[[str], Iterator[str]]


def file_name(export: Export, form: str) -> str:
    """A name for the file, of letters and digits only: names of meters and objects come from the wire."""
    stem = re.sub(r"[^A-Za-z0-9.]+", "-", export.name).strip("-.")[:LONGEST_NAME]
    return f"{stem or 'export'}.{form}"


def gathered(lines: Iterator[str], found: list[str]) -> Iterator[int]:
    """Put lines into a list, up to what a clipboard takes.

    Yields:
        Lines so far.
    """
    size = 0
    for count, line in enumerate(lines, 1):
        size += len(line)
        found.append(line)
        if size > MAX_CLIPBOARD:
            return
        if not count % LINES:
            yield count


async def export(app: AnalyzerApp, exports: Sequence[Export]) -> None:
    """Ask what to export, how and where to, then do it. To be run in a worker."""
    ways = [(one, form, to_file) for one in exports for form in FORMS for to_file in (True, False)]
    titles = [
        f"{one.title}: {form.upper()} {'to a file' if to_file else 'to the clipboard'}" for one, form, to_file in ways
    ]
    chosen = await app.push_screen_wait(Choose("Export", titles))
    if chosen is None:
        return
    one, form, to_file = ways[chosen]
    if not to_file:
        _to_clipboard(app, one, form)
        return
    answer = await app.push_screen_wait(Ask("Write to which file?", file_name(one, form), check=unwritable))
    if not answer:
        return
    path = expanded(answer)
    if path.exists() and not await app.push_screen_wait(Confirm(f"{path} is there already. Write over it?")):
        return
    app.jobs.start(
        "exporting",
        save_text(path, one.make(form), () if app.session is None else app.session.paths),
        on_done=lambda: app.notify(f"written: {path}", markup=False),
        on_error=lambda problem: app.notify(str(problem), title="Not written", severity="error", markup=False),
    )


def to_clipboard(app: AnalyzerApp, title: str, text: str) -> None:
    """Give a text to the clipboard of the terminal, and say so; no terminal tells whether it took it.

    Args:
        app: the application.
        title: what it is.
        text: to copy.
    """
    if len(text) > MAX_CLIPBOARD:
        app.notify("too much for a clipboard: write it to a file", severity="warning", markup=False)
        return
    app.copy_to_clipboard(text)
    app.notify(f"copied: {title}, {len(text):,} characters (OSC 52: some terminals have it off)", markup=False)


def _to_clipboard(app: AnalyzerApp, one: Export, form: str) -> None:
    found: list[str] = []

    def done() -> None:
        to_clipboard(app, one.title, "".join(found))

    app.jobs.start("exporting", gathered(one.make(form), found), on_done=done)
