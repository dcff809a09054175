"""What of a message can go to the clipboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from dlms_analyzer.message_json import message_dict
from dlms_analyzer.messages import Message
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.octets import FORMS
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import Section, tree_lines
from tui.session import Session


class Copy(NamedTuple):
    """A form of a message.

    Attributes:
        title: what it is called.
        make: gives the text.
    """

    title: str
    make: Callable[[], str]


def copies(session: Session, message: Message, section: Section | None) -> list[Copy]:
    """All forms of a message.

    Args:
        session: whose message it is; says whether secrets are shown.
        message: the message.
        section: octets that are copied: those that are looked at; None for the octets as sent.
    """
    octets = message.octets if section is None else section.octets
    which = "as sent" if section is None or not section.heading else section.name
    plain, meters, secrets = Style(enabled=False), session.meters, session.show_secrets
    lines = LineWriter(plain, absolute=True, show_secrets=secrets, meters=meters)

    def as_json() -> str:
        found = message_dict(message, meters, show_secrets=secrets)
        return json.dumps(found, indent=1, ensure_ascii=False)

    def as_tree() -> str:
        return "\n".join([lines.line(message), *tree_lines(message, plain, show_secrets=secrets, meters=meters)])

    return [
        *(Copy(f"octets {which} as {form}", partial(write, octets)) for form, write in FORMS.items()),
        Copy("JSON", as_json),
        Copy("tree", as_tree),
        Copy("line", lambda: lines.line(message)),
    ]
