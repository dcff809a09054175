"""What messages mean, beside what they are: a few words on a line, and words for the nodes of a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from dlms_analyzer.cosem.classes import method_name
from dlms_analyzer.cosem.interpret import Interpreted, Part, generic
from dlms_analyzer.cosem.model import PROFILE_GENERIC, STRUCTURE, MeterModel
from dlms_analyzer.cosem.p1 import LINES
from dlms_analyzer.cosem.push import Push
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.meaning import Access, access, push_of, resolved
from dlms_analyzer.messages import Message
from dlms_analyzer.output.cells import fitted
from dlms_analyzer.security.secret_places import secret_of
from dlms_analyzer.words import counted
from scapy_layers import Node
from scapy_layers.data import DataPair
from scapy_layers.selective_access import CaptureObject

LINE_WORDS: Final = 60
"""Characters of a value on the line of a message."""
TREE_WORDS: Final = 100
"""Characters of a value beside a node; its elements say the rest."""

ARRAY: Final = 1
_RESTRICTING, _SELECTED = "restricting_object", "selected_values"
_DESCRIPTORS: Final = {
    1: (_RESTRICTING, "from_value", "to_value", _SELECTED),
    2: ("from_entry", "to_entry", "from_selected_value", "to_selected_value"),
}
"""Elements of range and entry descriptors (IEC 62056-6-2, class Profile generic), by selector."""

_SUCCESS: Final = (None, "success")
_VALUE: Final = 2
"""Attribute that needs no name on a line: the value of most classes."""

Notes = dict[int, str]
"""Words by the identity of a node."""


def line_meaning(model: MeterModel, message: Message, *, show_secrets: bool = False) -> str:
    """What a read, a write or a notification that a message completes says: one value, or how many; may be empty.

    Args:
        model: of the meter.
        message: the message.
        show_secrets: also what was written to a secret place.
    """
    if not message.items:
        push = push_of(model, message)
        if push is None:
            return ""
        return f"{counted(len(push.items), 'value')} ({push.rule})"
    answered = [item for item in message.items if item.answer is not None and item.answer.result in _SUCCESS]
    if len(answered) > 1:
        return f"{len(answered)} accesses with success"
    if not answered or len(message.items) > 1:
        return ""
    asked, answer = answered[0]
    written = answer is not None and answer.data is None
    found = access(model, asked, None if written else answer)
    if found.shown is None or (not show_secrets and (secret_of(asked) or secret_of(found.asked))):
        return ""
    name = object_words(model, found)
    if not name and found.shown.value.__class__ is list:  # the line has the elements already
        return ""
    return f"{name} {':=' if written else '='} {fitted(shown_words(found.shown), LINE_WORDS)}".lstrip()


def object_words(model: MeterModel, found: Access) -> str:
    """What an access is about: the object, and the attribute or method where that is not the value; may be empty."""
    asked = found.asked
    if asked is None or asked.class_id is None or found.name is None:
        return ""
    if asked.method is not None:
        return f"{found.name}, {method_name(asked.class_id, asked.method)}"
    if asked.attribute in (None, _VALUE):
        return found.name
    return f"{found.name}, {_attribute(model, asked)}"


def _attribute(model: MeterModel, asked: Asked) -> str:
    if asked.class_id is None or asked.attribute is None:
        return ""
    version = None if asked.logical_name is None else model.version(asked.class_id, asked.logical_name)
    return model.names.attribute_name(asked.class_id, asked.attribute, version)


def shown_words(shown: Interpreted) -> str:
    """What a value says, and what is odd about it."""
    return f"{shown.words}  [{shown.problem}]" if shown.problem else shown.words


def tree_meanings(model: MeterModel, message: Message, tree: Node, *, secret: bool = False) -> Notes:
    """Words for the nodes of a tree: names of objects and attributes, values, and the elements of values.

    Args:
        model: of the meter.
        message: of which the tree is, or its deciphered or reassembled octets.
        tree: whose nodes are looked up by what they hold.
        secret: the data are not to be shown.
    """
    notes: Notes = {}
    _names(model, tree, notes)
    if secret:
        return notes
    nodes = _data_nodes(tree)
    for asked, answer in message.items:
        found = access(model, asked, answer)
        if answer is None and asked is not None and asked.selection is not None and found.selection is not None:
            node = _next(nodes, asked.selection[1])
            if node is not None:
                notes[id(node)] = found.selection
                if found.asked is not None and found.asked.class_id == PROFILE_GENERIC:
                    _selection(node, asked.selection[0], notes)
        data = answer.data if answer is not None else asked.data if asked is not None else None
        if data is None or found.shown is None or (node := _next(nodes, data)) is None:
            continue
        name = object_words(model, found)
        _value(node, found.shown, f"{name}: " if name else "", notes)
    if not message.items:
        push = push_of(model, message)
        if push is not None:
            _push(model, push, tree, notes)
    return notes


def data_meanings(node: Node) -> Notes:
    """Words for a `Data` that stands alone, and for its elements; none for any other node."""
    notes: Notes = {}
    if _is_data(node.value):
        _value(node, generic(node.value), "", notes)
    return notes


def _names(model: MeterModel, tree: Node, notes: Notes) -> None:
    """Names of the objects, attributes and methods that a tree tells by number."""
    class_id: int | None = None
    logical_name = b""
    for _, node in tree.walk():
        field, value = node.name, node.value
        if field == "class_id" and isinstance(value, int):
            class_id = value
        elif field == "logical_name" and isinstance(value, bytes) and len(value) == 6:
            logical_name = value
            notes[id(node)] = model.object_name(class_id, value)
        elif field == "attribute_id" and class_id is not None and isinstance(value, int) and value:
            notes[id(node)] = model.names.attribute_name(class_id, value, model.version(class_id, logical_name))
        elif field == "method_id" and class_id is not None and isinstance(value, int):
            notes[id(node)] = method_name(class_id, value, model.version(class_id, logical_name))
        elif field == "variable_name" and isinstance(value, int) and not node.children:
            found = access(model, resolved(model, Asked(base_name=value)), Answer(None))
            if found.name is not None:
                notes[id(node)] = object_words(model, found)


def _data_nodes(tree: Node) -> Iterator[Node]:
    """The nodes that hold a `Data`, the outer before the inner."""
    return (node for _, node in tree.walk() if _is_data(node.value))


def _is_data(value: Any) -> bool:
    return type(value) is tuple and len(value) == 2 and type(value[0]) is int


def _next(nodes: Iterator[Node], data: DataPair) -> Node | None:
    return next((node for node in nodes if node.value == data), None)


def _value(node: Node, shown: Interpreted, name: str, notes: Notes) -> None:
    because = f"  ({shown.rule})" if shown.unit else ""
    said = shown_words(shown)
    if name or not (said.startswith(node.text) or node.text.endswith(f" {said}")):  # more than the node says itself
        notes[id(node)] = name + fitted(said, TREE_WORDS) + because
    parts = shown.parts
    if not parts and isinstance(shown.value, dict):
        parts = tuple(Part(name, str(value)) for name, value in shown.value.items())
    if parts:
        _parts(node.children, parts, notes)
    else:
        _elements(node, notes)


def _elements(node: Node, notes: Notes) -> None:
    """Words for the elements of a value of which nothing is known: texts and logical names among its octets."""
    for _, one in node.walk():
        if one is node or not _is_data(one.value) or one.children:
            continue
        words = generic(one.value).words
        if words not in one.text:
            notes[id(one)] = fitted(words, TREE_WORDS)


def _parts(nodes: Sequence[Node], parts: Sequence[Part], notes: Notes) -> None:
    if len(nodes) != len(parts):  # a value that came packed, in a compact array for example
        return
    for node, part in zip(nodes, parts, strict=True):
        words = fitted(part.words, TREE_WORDS)
        text = ": ".join(one for one in (part.name, "" if node.text.endswith(f" {words}") else words) if one)
        if text:
            notes[id(node)] = text
        _parts(node.children, part.parts, notes)


def _selection(node: Node, selector: int, notes: Notes) -> None:
    """Names of the elements of a range or entry descriptor, and what they hold."""
    names = _DESCRIPTORS.get(selector, ())
    if len(node.children) != len(names):
        return
    for child, name in zip(node.children, names, strict=True):
        shown = "" if child.value[0] in (ARRAY, STRUCTURE) else generic(child.value).words
        notes[id(child)] = name if child.text.endswith(f" {shown}") or not shown else f"{name}: {shown}"
        objects = (child,) if name == _RESTRICTING else child.children if name == _SELECTED else ()
        for one in objects:
            for element, field in zip(one.children, CaptureObject._fields, strict=False):
                notes[id(element)] = field


_BODIES: Final = frozenset({"notification_body", LINES})
"""Nodes whose children are the values of a push."""


def _push(model: MeterModel, push: Push, tree: Node, notes: Notes) -> None:
    body = next((node for _, node in tree.walk() if node.name in _BODIES), None)
    if body is None:
        return
    notes[id(body)] = f"{len(push.items)} values, told by: {push.rule}"
    for item in push.items:
        node: Node | None = body
        for index in item.path:
            node = node.children[index] if node is not None and index < len(node.children) else None
        if node is None or node is body:
            continue
        captured = item.captured
        name = ""
        if captured is not None:
            asked = Asked(captured.class_id, captured.logical_name, None, captured.attribute_index)
            name = object_words(
                model, Access(asked, None, model.object_name(captured.class_id, captured.logical_name), None)
            )
        _value(node, item.shown, f"{name}: " if name else "", notes)
