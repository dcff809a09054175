"""Pasted octets for people: the line of each message, the tree of each frame, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.decoding import Pasted
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.meaning import learn, model_of
from dlms_analyzer.messages import Message
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.masking import hidden, masked_tree
from dlms_analyzer.output.meanings import Notes, data_meanings, tree_meanings
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import node_lines, tree_lines
from scapy_layers import Node


def learnt(pasted: Pasted) -> Meters:
    """What the messages teach about their meters: a scaler in the last frame scales a value in the first."""
    meters = Meters()
    for message in pasted.messages:
        learn(meters, message)
    return meters


def pasted_lines(pasted: Pasted, style: Style, *, tree: bool, show_secrets: bool = False) -> Iterator[str]:
    """The lines of pasted octets.

    Args:
        pasted: the octets.
        style: colours.
        tree: every field as well; bare data have nothing but their tree.
        show_secrets: show passwords and keys.
    """
    meters = learnt(pasted)
    writer = LineWriter(style, show_secrets=show_secrets, meters=meters)
    for message in pasted.messages:
        yield writer.line(message)
        if tree and message.kind is Kind.APDU and (message.parts or message.plaintext is not None):
            yield f"  joined from {len(message.parts)} segments:" if message.parts else "  the APDU:"
            yield from tree_lines(message, style, show_secrets=show_secrets, meters=meters)
    if tree or pasted.framing == "data":
        for node in pasted.nodes:
            inside = [message for message in pasted.messages if _holds(node, message)]
            secret = not show_secrets and any(hidden(message) is not None for message in inside)
            shown = node if show_secrets else masked_tree(node, secret=secret)
            meanings: Notes = data_meanings(shown)
            for message in inside:
                meanings |= tree_meanings(model_of(meters, message), message, shown, secret=secret)
            yield from node_lines(shown, style, meanings=meanings)


def _holds(node: Node, message: Message) -> bool:
    """Whether the octets of an APDU stand in the frame that a node is of."""
    return message.kind is Kind.APDU and not message.parts and node.start <= message.start and message.end <= node.end
