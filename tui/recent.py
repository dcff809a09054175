"""What is remembered from one run to the next: captures that were opened, display filters that were used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tui.settings import MAX_FILE, Settings, save_file

FILE_NAME: Final = "recent.json"

MAX_TEXT: Final = 4096
"""Characters of a path (Linux allows no longer one) or of a filter; what is longer is not remembered."""


class Recent:
    """Captures and filters, the newest first, each of them once.

    Other runs write the same file: it is read again before something is added, so that no run forgets what another
    one added.
    """

    def __init__(self, path: Path | None, settings: Settings) -> None:
        """Read what is remembered; of a file that is damaged, nothing is.

        Args:
            path: of the file; with None, what is added is remembered for this run only.
            settings: say how much is kept.
        """
        self._path = path
        self._kept = {"files": settings.recent_files, "filters": settings.filter_history}
        self._lists: dict[str, list[str]] = {kind: [] for kind in self._kept}
        self._read()

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of captures."""
        return tuple(self._lists["files"])

    @property
    def filters(self) -> tuple[str, ...]:
        """Display filters."""
        return tuple(self._lists["filters"])

    def add_file(self, path: str) -> str | None:
        """Remember a capture; standard input is none.

        Args:
            path: as it was given.

        Returns:
            Why it will be forgotten at the end of this run; None when it will not.
        """
        return None if path == "-" else self._add("files", str(Path(path).absolute()))

    def add_filter(self, text: str) -> str | None:
        """Remember a display filter.

        Args:
            text: of the filter.

        Returns:
            As above.
        """
        return self._add("filters", text.strip())

    def _add(self, kind: str, text: str) -> str | None:
        if not text or len(text) > MAX_TEXT or not self._kept[kind]:
            return None
        self._read()
        entries = self._lists[kind]
        self._lists[kind] = [text, *(one for one in entries if one != text)][: self._kept[kind]]
        if self._path is None:
            return None
        return save_file(self._path, json.dumps(self._lists, indent=1) + "\n")

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("rb") as file:
                said = json.loads(file.read(MAX_FILE))
        except (OSError, ValueError, RecursionError):
            return
        for kind, kept in self._kept.items():
            self._lists[kind] = _texts(said.get(kind) if isinstance(said, dict) else None)[:kept]


def _texts(said: Any) -> list[str]:
    if not isinstance(said, list):
        return []
    return [one for one in said if isinstance(one, str) and 0 < len(one) <= MAX_TEXT]
