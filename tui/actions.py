"""What can be done on a screen: every action once, with all its keys and the name that settings have for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from textual.dom import DOMNode
from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Action:
    """Something that keys do.

    Attributes:
        node: the application, the screen or the pane that does it.
        action: how Textual calls it.
        title: what it is called.
        about: what it does, where the title does not say enough.
        name: by which settings give it other keys; empty for what always has the same.
        keys: all of them, as they are shown.
    """

    node: DOMNode
    action: str
    title: str
    about: str
    name: str
    keys: tuple[str, ...]


def actions_of(screen: Screen[Any]) -> list[Action]:
    """What can be done on a screen, with the pane that has the focus and everywhere."""
    found: dict[tuple[DOMNode, str, str], Action] = {}
    for node, binding, _, _ in screen.active_bindings.values():
        if not binding.description or binding.system:
            continue
        key = screen.app.get_key_display(replace(binding, key_display=None))  # that is one for all keys of an action
        place = node, binding.action, binding.description
        known = found.get(place)
        if known is None:
            found[place] = Action(node, binding.action, binding.description, binding.tooltip, binding.id or "", (key,))
        else:
            found[place] = replace(known, name=known.name or binding.id or "", keys=(*known.keys, key))
    return list(found.values())
