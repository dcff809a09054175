"""MarkingScreen: bookmarks and notes on the messages of a list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.notes import Remark
from tui.screens.dialog import Ask, Choose
from tui.screens.finding import FindingScreen


class MarkingScreen(FindingScreen):
    """A screen with a list of messages that can be remarked on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "bookmark", "Bookmark", show=False, id="messages.bookmark", tooltip="set one, or take it away"),
        Binding("M", "note", "Note", show=False, id="messages.note", tooltip="write something about the message"),
        Binding("apostrophe", "bookmarks", "Bookmarks", key_display="'", show=False, id="messages.bookmarks",
                tooltip="go to a message with a bookmark or a note"),
    ]  # fmt: skip

    def tell_of_notes(self) -> None:
        """Say what is wrong with the file of notes."""
        if self.session is not None:
            for problem in self.session.notes.take_problems():
                self.notify(problem, title="Notes", severity="warning", markup=False)

    def _put(self, remark: Remark) -> None:
        session = self.session
        if session is None:
            return
        session.notes.put(remark)
        self.tell_of_notes()
        if not session.paths:
            self.notify("this capture has no file yet: bookmarks and notes are for this run only", markup=False)
        self.list.forget()

    def action_bookmark(self) -> None:
        """Set a bookmark, or take it away."""
        if self.session is not None and self.number is not None:
            remark = self.session.remark(self.number)
            self._put(remark._replace(bookmark=not remark.bookmark))

    async def action_note(self) -> None:
        """Ask for the note on the message."""
        if self.session is None or self.number is None:
            return
        remark = self.session.remark(self.number)

        def keep(text: str | None) -> None:
            if text is not None:
                self._put(remark._replace(note=text))

        await self.app.push_screen(Ask(f"Note on message {self.number:,}", remark.note), keep)

    async def action_bookmarks(self) -> None:
        """Ask to which of the bookmarks and notes to go."""
        session = self.session
        if session is None:
            return
        remarks = [one for one in session.notes.all() if one.message <= len(session.table)]
        if not remarks:
            self.notify("there are no bookmarks and notes: m sets a bookmark, M writes a note", markup=False)
            return
        lines = [f"{'*' if one.bookmark else 'n'} {one.message:>7,}  {one.time}  {one.note}" for one in remarks]
        here = self.number or 0
        nearest = next((at for at, one in enumerate(remarks) if one.message > here), 0)

        def go(index: int | None) -> None:
            if index is not None:
                self.call_later(self.analyzer_app.show_message, remarks[index].message)

        await self.app.push_screen(Choose("Bookmarks and notes", lines, nearest), go)
