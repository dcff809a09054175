"""What is not shown unless somebody asks for it: passwords, dedicated and transferred keys, secrets that are changed.

Only what people read is masked. The octets of a message stay as they were sent, also in the jsonl export.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dlms_analyzer.framing.units import Sender
from dlms_analyzer.items import Asked
from dlms_analyzer.messages import Message
from dlms_analyzer.security.learning import FIRST_HLS, mechanism_of
from dlms_analyzer.security.secret_places import secret_in, secret_of
from scapy_layers import Node

_DATA: Final = frozenset({
    "value", "values", "data", "raw_data", "block_data", "list_of_data", "parameter", "method_invocation_parameters",
    "access_request_list_of_data", "access_response_list_of_data", "return_parameters", "results", "responses",
    "octets", "trailing", "undecoded",
})  # fmt: skip
"""Fields that may hold the data of an access."""
_NOT_SHOWN: Final = "not shown"
_TEXT_OCTETS: Final = "trailing-octets"
"""The expert code whose text shows octets."""


def hidden(message: Message) -> str | None:
    """What secret a message carries; None when it carries none, or only asks for it or grants it."""
    what = secret_in(message)
    if what is None or "block" in message.service:
        return what
    for asked, answer in message.items:
        data = answer.data if answer is not None else None
        if answer is None and message.sender is not Sender.SERVER and asked is not None:
            data = asked.data
        if data is not None:
            return what
    return None


def masked_note(code: str, text: str) -> str:
    """An expert's text without the octets that it shows."""
    return f"{text.rpartition(': ')[0]}: {_NOT_SHOWN}" if code == _TEXT_OCTETS else text


def masked_tree(node: Node, *, secret: bool = False) -> Node:
    """A tree without the secrets in it.

    Args:
        node: of an APDU, or of a frame around it.
        secret: what it was asked for is a secret; else only what the tree itself says is known.
    """
    return _masked(node, secret or _names_secret(node))


def is_masked(node: Node) -> bool:
    """Whether a node of a masked tree keeps its value to itself."""
    return not node.children and node.text.startswith(_NOT_SHOWN)


def _masked(node: Node, secret: bool) -> Node:
    children = node.children
    if not children:
        return node
    challenge = any(
        child.name == "mechanism_name" and (mechanism_of(_octets(child)) or 0) >= FIRST_HLS for child in children
    )
    shown = []
    for child in children:
        password = child.name == "calling_authentication_value" and not challenge
        if (password or child.name == "dedicated_key" or (secret and child.name in _DATA)) and child.end > child.start:
            present = child.value is not None
            text = f"{_NOT_SHOWN} ({child.end - child.start} octets)" if present else child.text
            shown.append(replace(child, text=text, children=()))
        else:
            shown.append(_masked(child, secret))
    return replace(node, children=tuple(shown))


def _octets(node: Node) -> bytes | None:
    return node.value if isinstance(node.value, bytes) else None


def _names_secret(node: Node) -> bool:
    """Whether something in a tree names the place of a secret."""
    for _, one in node.walk():
        said = {child.name: child.value for child in one.children}
        asked = Asked(
            said.get("class_id"), None, said.get("variable_name"), said.get("attribute_id"), said.get("method_id")
        )
        if (asked.class_id is not None or asked.base_name is not None) and secret_of(asked) is not None:
            return True
    return False
