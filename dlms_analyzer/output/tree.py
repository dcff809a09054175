"""The detail tree of a message or of pasted octets: every field with its offsets."""

from __future__ import annotations

from collections.abc import Iterator

from dlms_analyzer.framing.units import Kind
from dlms_analyzer.messages import Message
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.masking import hidden, masked_tree
from dlms_analyzer.output.style import Style
from scapy_layers import DecodeError, Node, tolerant, trace_apdu


def node_lines(node: Node, style: Style, base: int = 0, depth: int = 1) -> Iterator[str]:
    """A line for a node and each one below it; offsets count from `base`."""
    for level, one in node.walk(depth):
        span = f"{one.start - base:>5}..{one.end - base:<5}"
        if one.end == one.start:
            span = f"{one.start - base:>5}  {'':<5}"
        text = f"{style('dim', span)} {'  ' * (level - 1)}{style('bold', one.name)}: {escape(one.text)}"
        if one.error is not None and not any(child.error for child in one.children):
            text += style("error", f"  [{escape(one.error)}]")
        yield text


def message_tree(message: Message) -> Node | None:
    """The tree of a message's APDU or link frame; None for raw octets."""
    if message.kind is Kind.RAW:
        return None
    if message.kind is Kind.LINK:
        tree: Node = message.link.trace()
        return tree
    octets = message.octets
    with tolerant():
        return trace_apdu(octets, 0, len(octets))


def tree_lines(message: Message, style: Style, *, show_secrets: bool = False) -> Iterator[str]:
    """The lines of a message's tree."""
    secret = not show_secrets and hidden(message) is not None

    def lines(tree: Node) -> Iterator[str]:
        return node_lines(tree if show_secrets else masked_tree(tree, secret=secret), style)

    tree = message_tree(message)
    if tree is None:
        octets = message.octets
        for at in range(0, len(octets), 16):
            yield f"{style('dim', f'{at:>5}       ')} {octets[at : at + 16].hex(' ')}"
        return
    yield from lines(tree)
    plaintext = message.plaintext
    if plaintext is not None:
        yield f"  deciphered: {len(plaintext)} octets"
        with tolerant():
            yield from lines(trace_apdu(plaintext, 0, len(plaintext)))
    if message.reassembled is not None and message.reassembled.service != message.service:
        octets = message.reassembled.data
        yield f"  reassembled from messages {', '.join(map(str, message.reassembled.messages))}: {len(octets)} octets"
        with tolerant():
            joined = _joined_tree(message)
        enclosing = Node("reassembled", None, 0, joined.end, "", (joined,))  # the data itself may be the secret
        yield from node_lines((enclosing if show_secrets else masked_tree(enclosing, secret=secret)).children[0], style)


def _joined_tree(message: Message) -> Node:
    """What the joined octets of a long transfer are: an APDU (GBT), or the data of datablocks."""
    from scapy_layers.data import trace_data

    carried = message.reassembled
    if carried is None:
        raise ValueError("the message completes no transfer")
    octets = carried.data
    if message.service == "general-block-transfer":
        return trace_apdu(octets, 0, len(octets))
    if carried.service.endswith("normal"):
        try:
            return trace_data("data", octets, 0, len(octets))
        except DecodeError as stopped:
            return Node("octets", octets, 0, len(octets), octets.hex(), error=str(stopped))
    return Node("octets", octets, 0, len(octets), octets.hex())
