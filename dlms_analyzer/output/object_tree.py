"""The objects of a meter as a tree for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.object_tree import Member, ObjectNode
from dlms_analyzer.output.cells import fitted
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.values import value_text
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text

NAME: Final = 28
"""Columns of the names of attributes and methods; few are longer."""
RIGHTS: Final = 20
"""Columns of rights; those of newer meters, with authentication and encryption, are longer."""


def meter_lines(
    meter: MeterModel,
    nodes: Sequence[ObjectNode],
    style: Style,
    width: int | None = None,
    *,
    show_secrets: bool = False,
) -> Iterator[str]:
    """A meter with its objects and their members.

    Args:
        meter: what is known about it.
        nodes: its objects.
        style: colours.
        width: columns of the terminal; None when lines may be as long as they are.
        show_secrets: print passwords as well.
    """
    known = sum(node.version is not None for node in nodes)
    text = f"{meter.called}  {meter.key}" if meter.called != meter.key else meter.key
    text += f"  {counted(len(nodes), 'object')}"
    text += f", {known} from its object list" if known else ", object list not seen"
    yield style("bold", fitted(escape(text), width))
    for node in nodes:
        yield fitted(escape(f"  {_object(node)}"), width)
        for member in node.members:
            yield _member(member, style, width, show_secrets)


def _object(node: ObjectNode) -> str:
    if node.logical_name is None:
        return "object not known" if node.base_name is None else f"short name {node.base_name:04X}"
    version = "" if node.version is None else f" version {node.version}"
    short = "" if node.base_name is None else f", short name {node.base_name:04X}"
    return f"{logical_name_text(node.logical_name)}  {node.name}  ({node.class_name} {node.class_id}{version}{short})"


def _member(member: Member, style: Style, width: int | None, show_secrets: bool) -> str:
    number = "?" if member.number is None else f"{'m' if member.is_method else ''}{member.number}"
    head = f"    {number:>4} {escape(member.name):<{NAME}} {member.rights or '':<{RIGHTS}}"
    if member.value is None:
        return style("dim", fitted(head.rstrip(), width))
    said = value_text(member.value, show_secrets=show_secrets)
    if width is not None:
        head, said = fitted(head, width), fitted(said, max(width - len(head) - 1, 1))
    return f"{head} {style('server', said)}"
