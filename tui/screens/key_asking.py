"""Asking for keys: as pasted text, as a file, as a list of candidates; and where to save them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from textual.app import App

from dlms_analyzer.capture.key_files import load_candidates, load_keys_file, save_keys_file
from dlms_analyzer.security.key_trial import Candidate, parse_candidates
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeyProblem, KeySet
from tui.folders import expanded, unreadable, unwritable
from tui.screens.dialog import Ask, Choose, Confirm
from tui.screens.key_form import PasteForm
from tui.widgets.file_picker import PathSuggester

PASTED: Final = "pasted text"
"""Where pasted keys are said to be from."""
_PASTE, _LOAD, _AT_HAND = range(3)
_SOURCES: Final = (
    "Paste keys, one in hex on each line",
    "Load a file: keys one a line, or a keys file",
    "Try the keys at hand in other roles and for other meters",
)


class Given(NamedTuple):
    """Keys that the user gave.

    Attributes:
        key_sets: what was given; nothing when the user thought better of it.
        notes: what the user should hear of.
    """

    key_sets: Sequence[KeySet] = ()
    notes: Sequence[str] = ()


async def pasted_keys(app: App[Any]) -> Given:
    """Keys from the text of a keys file.

    Raises:
        KeyProblem: it is none.
    """
    text = await app.push_screen_wait(PasteForm("Paste a keys file: TOML, or a table with headings (CSV)"))
    if text is None:
        return Given()
    ring = Keyring()
    unused = ring.add_text(text, PASTED)
    return Given(list(ring), [f"{PASTED}: columns not used: {', '.join(unused)}"] if unused else [])


async def loaded_keys(app: App[Any]) -> Given:
    """Keys from a keys file.

    Raises:
        KeyProblem: it cannot be read, or is none.
    """
    path = await app.push_screen_wait(Ask("Keys file, TOML or CSV", check=unreadable, suggester=PathSuggester()))
    if not path:
        return Given()
    ring = Keyring()
    notes = await asyncio.to_thread(load_keys_file, ring, str(expanded(path)))
    return Given(list(ring), notes)


async def candidate_keys(app: App[Any], at_hand: Sequence[Candidate]) -> list[Candidate]:
    """Keys to try, together with those at hand; none when the user thought better of it.

    Raises:
        KeyProblem: a list that is none.
    """
    sources = _SOURCES if at_hand else _SOURCES[:_AT_HAND]
    chosen = await app.push_screen_wait(Choose("Which keys are to be tried?", sources))
    if chosen == _PASTE:
        text = await app.push_screen_wait(PasteForm(_SOURCES[_PASTE]))
        if text is None:
            return []
        listed = parse_candidates(text, PASTED)
        if listed is None:
            raise KeyProblem(f"{PASTED}: the first line is no key in hex")
        return [*listed, *at_hand]
    if chosen == _LOAD:
        path = await app.push_screen_wait(Ask("File with keys", check=unreadable, suggester=PathSuggester()))
        return [*await asyncio.to_thread(load_candidates, str(expanded(path))), *at_hand] if path else []
    return list(at_hand) if chosen == _AT_HAND else []


async def saved_keys(app: App[Any], key_sets: Sequence[KeySet]) -> str | None:
    """Ask for a file, and write keys into it; gives its path, or None when the user thought better of it.

    Raises:
        CaptureError: it cannot be written.
    """
    question = "Save all keys, in clear, for you alone to read, as"
    answer = await app.push_screen_wait(Ask(question, "keys.toml", check=unwritable, suggester=PathSuggester()))
    if not answer:
        return None
    path = expanded(answer)
    if path.exists() and not await app.push_screen_wait(Confirm(f"{path} is there already. Replace it?")):
        return None
    await asyncio.to_thread(save_keys_file, str(path), key_sets)
    return str(path)
