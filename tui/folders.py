"""What is in a folder, as far as somebody who looks for captures wants to know. Looking may wait for a disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Final, NamedTuple

MAX_ENTRIES: Final = 10_000
"""Entries of a folder that are listed: nobody scrolls through more, the path can be typed."""

_CAPTURES: Final = frozenset({".pcap", ".pcapng", ".cap", ".ntar", ".dmp", ".log", ".txt", ".hex"})
_COMPRESSED: Final = frozenset({".gz", ".bz2", ".xz", ".zst"})


class Entry(NamedTuple):
    """A line of a file list.

    Attributes:
        path: of the file or folder.
        kind: `recent`, `folder` or `file`.
        size: octets; None of a folder, and when nobody can tell.
        changed: when it was changed, in seconds since 1970 UTC.
    """

    path: Path
    kind: str
    size: int | None
    changed: float | None

    @property
    def is_folder(self) -> bool:
        """Whether it is gone into rather than opened."""
        return self.kind == "folder"


def is_capture_name(name: str) -> bool:
    """Whether a file is called as captures and logs are."""
    path = PurePath(name.lower())
    if path.suffix in _COMPRESSED:
        path = path.with_suffix("")
    return path.suffix in _CAPTURES


def entries_of(folder: Path, *, everything: bool = False) -> list[Entry]:
    """The folders and captures in a folder, the one above first.

    Args:
        folder: where to look.
        everything: list all files, hidden ones too.

    Raises:
        OSError: it cannot be looked into.
    """
    found: list[Entry] = []
    with os.scandir(folder) as scan:
        for entry in scan:
            if len(found) >= MAX_ENTRIES:
                break
            is_folder = entry.is_dir()
            if everything or (not entry.name.startswith(".") and (is_folder or is_capture_name(entry.name))):
                found.append(_entry(Path(entry.path), "folder" if is_folder else "file"))
    found.sort(key=lambda one: (not one.is_folder, one.path.name.lower()))
    return [Entry(folder / "..", "folder", None, None), *found]


def recent_entries(paths: Iterable[str]) -> list[Entry]:
    """The captures that were opened before and are still there."""
    return [_entry(path, "recent") for path in map(Path, paths) if path.is_file()]


def completed(text: str) -> str | None:
    """A path with its last part completed, as far as one entry begins like it; a folder gets its slash."""
    if not text:
        return None
    head, tail = os.path.split(text)
    if not tail:
        return None
    try:
        with os.scandir(head or ".") as scan:
            names = sorted(
                entry.name + ("/" if entry.is_dir() else "") for entry in scan if entry.name.startswith(tail)
            )
    except OSError:
        return None
    if not names:
        return None
    best = min(names, key=lambda name: (not (name.endswith("/") or is_capture_name(name)), name))
    return text + best[len(tail) :]


def _entry(path: Path, kind: str) -> Entry:
    try:
        status = path.stat()
    except OSError:  # a link that leads nowhere
        return Entry(path, kind, None, None)
    return Entry(path, kind, None if kind == "folder" else status.st_size, status.st_mtime)


def expanded(text: str) -> Path:
    """The path that somebody has typed; `~` at its beginning stands for a home folder, when there is one."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # nobody is called so
        return Path(text)


def unreadable(text: str) -> str | None:
    """Why the path that somebody has typed is that of no file; None when it is."""
    try:
        return None if expanded(text).is_file() else "there is no such file"
    except OSError as error:  # longer than names may be, for example
        return error.strerror or str(error)


def unwritable(text: str) -> str | None:
    """Why no file can be written at the path that somebody has typed; None when nothing speaks against it."""
    path = expanded(text)
    try:
        if path.is_dir():
            return "this is a folder"
        path.exists()
        return None if path.parent.is_dir() else f"there is no folder {path.parent}"
    except OSError as error:
        return error.strerror or str(error)
