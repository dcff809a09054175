"""Bookmarks and notes on messages, in a file beside the capture.

The file is JSON:

    {"format": 1, "capture": "trace.pcap", "messages": [
      {"message": 12, "frame": 14, "time": "2026-01-31T12:00:00.000000Z", "bookmark": true, "note": "too late"}]}

Where the folder of the capture cannot be written to, the file stands in the user's own folder. Other runs may write the
same file: it is read again before each change. A file that is none of these is left as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tui.settings import MAX_FILE, save_file, state_file

SUFFIX: Final = ".notes.json"
"""Behind the name of the capture."""
FORMAT: Final = 1
MAX_NOTE: Final = 2_000
"""Characters of a note: it is shown on a line, and the whole file has to stay below what is read."""
DIGITS: Final = 16
"""Of the hash of a path, in the name of a file that stands elsewhere."""


class Remark(NamedTuple):
    """What somebody wants to find again about a message.

    Attributes:
        message: number of the message.
        frame: number of the frame that completed it, for those who look in another program.
        time: of the message, ISO 8601: tells whether the number still stands for the same one.
        bookmark: it is a bookmark.
        note: what was written about it; may be empty.
    """

    message: int
    frame: int
    time: str
    bookmark: bool = False
    note: str = ""


class Damaged(Exception):
    """A file of notes that is none; the message says why."""


class Notes:
    """The remarks on the messages of a capture.

    Attributes:
        path: where they stand; None when they are lost at the end.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        """Read what was written before.

        Args:
            paths: the files of the capture; without any, or for a pipe, remarks are for this run only.
        """
        named = paths[0] if paths and paths[0] != "-" else ""
        self._capture = Path(named).name
        self._places: list[Path] = []
        if named:
            self._places = [Path(f"{named}{SUFFIX}")]
            digest = hashlib.sha256(str(Path(named).absolute()).encode("utf-8", "surrogateescape")).hexdigest()
            elsewhere = state_file(f"notes-{digest[:DIGITS]}.json")
            self._places += [] if elsewhere is None else [elsewhere]
        self.path = self._places[0] if self._places else None
        self._remarks: dict[int, Remark] = {}
        self._problems: list[str] = []
        for place in self._places:
            try:
                found = _read(place)
            except Damaged as problem:
                self._problems.append(f"{problem}; it is left as it is")
                continue
            if found is not None:
                self.path, self._remarks = place, found
                break

    def __len__(self) -> int:
        return len(self._remarks)

    def take_problems(self) -> list[str]:
        """What the user should hear, once."""
        found, self._problems = self._problems, []
        return found

    def of(self, message: int, time: str) -> Remark | None:
        """The remark on a message; None when there is none, or the number stood for another one then."""
        found = self._remarks.get(message)
        return found if found is not None and found.time == time else None

    def all(self) -> list[Remark]:
        """Every remark, in capture order."""
        return [self._remarks[number] for number in sorted(self._remarks)]

    def put(self, remark: Remark) -> None:
        """Keep a remark in place of the one that the message has; an empty one takes it away."""
        remark = remark._replace(note=_clean(remark.note))
        self._change(remark)
        failed: list[str] = []
        before = self.path
        for place in self._places:
            try:
                found = _read(place)
            except Damaged as problem:
                failed.append(str(problem))
                continue
            if found is not None and place == before:
                self._remarks = found  # another run may have added something
                self._change(remark)
            problem_writing = save_file(place, self._text())
            if problem_writing is None:
                self.path = place
                if failed and place != before:
                    self._problems += [*failed, f"bookmarks and notes are kept in {place}"]
                return
            failed.append(problem_writing)
        if self.path is not None or failed:
            self._problems += [*failed, "bookmarks and notes are lost at the end"]
        self.path = None

    def _change(self, remark: Remark) -> None:
        if remark.bookmark or remark.note:
            self._remarks[remark.message] = remark
        else:
            self._remarks.pop(remark.message, None)

    def _text(self) -> str:
        messages = [remark._asdict() for remark in self.all()]
        document = {"format": FORMAT, "capture": self._capture, "messages": messages}
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _read(path: Path) -> dict[int, Remark] | None:
    """The remarks in a file; None when there is none.

    Raises:
        Damaged: it is no file of remarks, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_FILE + 1)
        if len(octets) > MAX_FILE:
            raise Damaged(f"{path}: more than {MAX_FILE >> 20} MiB, which are no notes")
        document = json.loads(octets)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise Damaged(f"{path}: {problem.strerror or problem}") from None
    except (ValueError, RecursionError):
        raise Damaged(f"{path}: no JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Damaged(f"{path}: no notes of format {FORMAT}")
    entries = document.get("messages")
    if not isinstance(entries, list):
        raise Damaged(f"{path}: there are no messages")
    remarks = [_remark(entry, path) for entry in entries]
    return {remark.message: remark for remark in remarks}


def _remark(entry: Any, path: Path) -> Remark:
    kinds = {"message": int, "frame": int, "time": str, "bookmark": bool, "note": str}
    if not isinstance(entry, dict) or not all(type(entry.get(name)) is kind for name, kind in kinds.items()):
        raise Damaged(f"{path}: a message lacks {', '.join(kinds)}")
    found = Remark(*(entry[name] for name in kinds))
    return found._replace(note=_clean(found.note))


def _clean(note: str) -> str:
    """A note of one line: the file may come from anybody, and control characters have no business in it."""
    return "".join(one if one.isprintable() else " " for one in note).strip()[:MAX_NOTE]
