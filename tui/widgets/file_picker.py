"""FilePicker: captures that were opened before, and a folder to look for others."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from dlms_analyzer.cli.progress import size_text
from tui.folders import Entry, completed, entries_of, expanded, recent_entries
from tui.widgets.lines import LineList
from tui.widgets.table import Column, RowTable

_KINDS: Final = {"recent": "recent", "folder": "folder", "file": ""}


class PathSuggester(Suggester):
    """Completes paths."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The path that begins so."""
        return await asyncio.to_thread(completed, value)


class FilePicker(Vertical):
    """A line for a path, and below it a list to choose from; several files are opened as one."""

    DEFAULT_CSS = """
    FilePicker {
        Input { border: none; height: 1; background: $boost; }
        #entries { height: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="files.mark", tooltip="choose several files, to open them as one"),
        Binding("F", "follow", "Follow", show=False, id="files.follow",
                tooltip="open the file, and go on at its end when it grows"),
        Binding("slash", "type", "Type a path", key_display="/", id="files.type"),
        Binding("backspace", "up", "Folder above", show=False, id="files.up"),
        Binding("full_stop", "everything", "All files", key_display=".", id="files.everything",
                tooltip="list all files, or only what is called like a capture"),
    ]  # fmt: skip

    class Picked(Message):
        """The user wants to see captures.

        Attributes:
            paths: of the captures.
            follow: go on at the end of a file when it grows.
        """

        def __init__(self, paths: tuple[str, ...], *, follow: bool = False) -> None:
            super().__init__()
            self.paths = paths
            self.follow = follow

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.folder = Path()
        self.marked: dict[Path, None] = {}
        """Files that are opened together, in the order in which they were marked."""
        self._recent: Sequence[str] = ()
        self._everything = False

    def compose(self) -> ComposeResult:
        """Path and list."""
        yield Input(placeholder="path of a capture or a folder; right arrow completes", suggester=PathSuggester(),
                    id="path", compact=True)  # fmt: skip
        yield RowTable[Entry](self._columns(), id="entries")

    @property
    def entries(self) -> RowTable[Entry]:
        """The list."""
        return self.query_one("#entries", RowTable)

    def begin(self, recent: Sequence[str]) -> None:
        """Look again at what there is.

        Args:
            recent: captures that were opened before.
        """
        self._recent = recent
        self._look(self.folder)

    def _columns(self) -> tuple[Column[Entry], ...]:
        return (
            Column("mark", "", 3, lambda one: "[x]" if one.path in self.marked else "", lambda _: "mark"),
            Column("kind", "", 6, lambda one: _KINDS[one.kind], lambda _: "dim", rank=2),
            Column("name", "Name", 20, self._shown_name, lambda one: "accent" if one.is_folder else "", grow=1),
            Column("size", "Size", 8, lambda one: "" if one.size is None else size_text(one.size), right=True, rank=1),
            Column("changed", "Changed", 16, _changed, lambda _: "dim", rank=3),
        )

    def _shown_name(self, one: Entry) -> str:
        if one.kind == "recent":
            return os.path.relpath(one.path, self.folder) if one.path.is_relative_to(self.folder) else str(one.path)
        return one.path.name + ("/" if one.is_folder else "")

    def _look(self, folder: Path) -> None:
        self.run_worker(self._list(folder.absolute()), exclusive=True, group="folder")

    async def _list(self, folder: Path) -> None:
        """Show a folder, and before it what was opened before."""
        folder = Path(os.path.normpath(folder))
        try:
            found = await asyncio.to_thread(entries_of, folder, everything=self._everything)
        except OSError as error:
            self.notify(f"{folder}: {error.strerror or error}", severity="error", markup=False)
            return
        recent = await asyncio.to_thread(recent_entries, self._recent)
        if not self.query("#entries"):
            return  # the program has ended meanwhile
        here = folder == self.folder
        self.folder = folder
        self.entries.show([*recent, *found], self.entries.cursor if here else len(recent))
        self.query_one(Input).placeholder = f"{folder}  (type a path; right arrow completes)"

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Go into a folder; open a file, and those that are marked with it."""
        event.stop()
        entry = self.entries.row
        if entry is None:
            return
        if entry.is_folder:
            self._look(entry.path)
            return
        self.post_message(self.Picked(tuple(map(str, dict.fromkeys([*self.marked, entry.path])))))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go into the folder, or open the file, that was typed."""
        event.stop()
        text = event.value.strip()
        if not text:
            return
        path = self.folder / expanded(text)
        if path.is_dir():
            self._look(path)
            event.input.clear()
            self.entries.focus()
        else:
            self.post_message(self.Picked((str(path),)))

    def action_mark(self) -> None:
        """Mark a file, or take the mark away, and go on to the next line."""
        entry = self.entries.row
        if entry is not None and not entry.is_folder:
            if entry.path in self.marked:
                del self.marked[entry.path]
            else:
                self.marked[entry.path] = None
            self.entries.forget()
        self.entries.action_move(1)

    def action_follow(self) -> None:
        """Open a file, and wait for more at its end."""
        entry = self.entries.row
        if entry is not None and not entry.is_folder:
            self.post_message(self.Picked((str(entry.path),), follow=True))

    def action_type(self) -> None:
        """Type a path."""
        self.query_one(Input).focus()

    def action_up(self) -> None:
        """Go to the folder above."""
        self._look(self.folder / "..")

    def action_everything(self) -> None:
        """List all files, or only captures."""
        self._everything = not self._everything
        self._look(self.folder)


def _changed(one: Entry) -> str:
    return "" if one.changed is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(one.changed))
