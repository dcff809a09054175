"""The keys that the user gives to actions, checked: which are used, and why others are not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

_MODIFIERS: Final = frozenset(("ctrl", "shift", "alt", "meta", "super", "hyper"))
_NAMED: Final = frozenset(key.value for key in Keys)


class CheckedKeys(NamedTuple):
    """What of the user's keys can be used."""

    keymap: dict[str, str]
    """For `App.set_keymap`."""
    problems: dict[str, str]
    """Sentences about the others, by the names of their actions."""


def bindings_of(owners: Iterable[type[DOMNode]]) -> dict[str, list[Binding]]:
    """The bindings of an app, screens and widgets that have an id, by the name of their class."""
    found: dict[str, list[Binding]] = {}
    for owner in owners:
        classes = [one for one in owner.__mro__ if issubclass(one, DOMNode)]
        bindings = [one for base in classes for one in Binding.make_bindings(vars(base).get("BINDINGS", ()))]
        found[owner.__name__] = [binding for binding in bindings if binding.id]
    return found


def checked_keys(wanted: Mapping[str, str], bindings: Mapping[str, list[Binding]], everywhere: str) -> CheckedKeys:
    """The user's keys without those that mean nothing or that something else has.

    Args:
        wanted: ids of bindings and their keys, parted by commas.
        bindings: all there are, by where they are active.
        everywhere: where those are that are active on every screen.
    """
    known = {binding.id: binding for scope in bindings.values() for binding in scope if binding.id}
    keymap: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name, text in wanted.items():
        keys = _keys_of(text)
        unknown = [key for key in keys if not _is_key(key)]
        if name not in known:
            near = get_close_matches(name, known, 1)
            problems[name] = f"keys: there is no action {name}" + (f"; is {near[0]} meant?" if near else "")
        elif unknown or not keys:
            problems[name] = f"keys: {name}: there is no key {unknown[0] if unknown else text!r}"
        else:
            keymap[name] = ",".join(keys)
    for name, taken in _conflicts(keymap, bindings, everywhere).items():
        problems[name] = f"keys: {name}: {taken}; the usual key is used"
        del keymap[name]
    return CheckedKeys(keymap, problems)


def _conflicts(keymap: Mapping[str, str], bindings: Mapping[str, list[Binding]], everywhere: str) -> dict[str, str]:
    """Ids in the keymap that take a key from another binding which is active at the same time."""
    found: dict[str, str] = {}
    for scope, own in bindings.items():
        both = own if scope == everywhere else [*own, *bindings.get(everywhere, [])]
        holders: dict[str, str] = {}
        # The ones that are as usual hold their keys first.
        for binding in sorted(both, key=lambda one: one.id in keymap):
            name = binding.id or ""
            for key in keymap[name].split(",") if name in keymap else [binding.key]:
                holder = holders.setdefault(key, name)
                if holder != name and name in keymap:
                    found.setdefault(name, f"{key} is the key of {holder} already")
    return found


def _keys_of(text: str) -> list[str]:
    """The names of keys in a text: `?` is `question_mark` to Textual."""
    parts = [part.strip() for part in text.split(",")]
    return [one.key for part in parts if part for one in Binding.make_bindings([Binding(part, "")])]


def _is_key(key: str) -> bool:
    *modifiers, base = key.split("+")
    if not _MODIFIERS.issuperset(modifiers) or not base:
        return False
    if key in _NAMED or base in _NAMED or len(base) == 1:
        return True
    try:
        unicodedata.lookup(base.replace("_", " "))
    except KeyError:
        return base in _SPELT_BY_TEXTUAL
    return True


_SPELT_BY_TEXTUAL: Final = frozenset(
    ["comma", *_keys_of(",".join(character for character in map(chr, range(0x21, 0x7F)) if character != ","))]
)
"""Textual has its own names for some characters (`slash`, `underscore`, `minus`)."""
