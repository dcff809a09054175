"""FilePicker: the list of a folder comes when the system has told of it, and whoever has left is not shown it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tui.folders import Entry
from tui.widgets import file_picker
from tui.widgets.file_picker import FilePicker


class Bench(App[None]):
    """An application with nothing but a file picker."""

    def compose(self) -> ComposeResult:
        yield FilePicker()


async def test_a_folder_whose_names_come_when_the_list_is_gone_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, gone = Event(), Event()

    def slow(folder: Path, **_: Any) -> list[Entry]:
        asked.set()
        assert gone.wait(10)
        return []

    async with Bench().run_test() as pilot:
        picker = pilot.app.query_one(FilePicker)
        monkeypatch.setattr(file_picker, "entries_of", slow)
        listing = asyncio.create_task(picker._list(tmp_path))
        while not asked.is_set():
            await pilot.pause()
        await picker.query("*").remove()
        gone.set()
        await listing
        assert picker.folder != tmp_path
