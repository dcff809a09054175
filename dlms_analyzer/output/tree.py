"""The detail tree of a message or of pasted octets: every field with its offsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.p1 import P1_TELEGRAM, trace_telegram
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.meaning import model_of
from dlms_analyzer.messages import Message
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.masking import hidden, masked_tree
from dlms_analyzer.output.meanings import tree_meanings
from dlms_analyzer.output.style import Style
from scapy_layers import DecodeError, GetResponseWithList, Node, ReadResponse, tolerant, trace_apdu

_LISTS: Final = {"get-response-with-list": GetResponseWithList.results, "read-response": ReadResponse.results}
"""Fields that joined blocks are of."""

SENT: Final = "sent"
DECIPHERED: Final = "deciphered"
REASSEMBLED: Final = "reassembled"
_ENCLOSING: Final = "reassembled"
"""Name of a node that only holds the tree of joined octets."""


def node_lines(
    node: Node, style: Style, base: int = 0, depth: int = 1, meanings: Mapping[int, str] | None = None
) -> Iterator[str]:
    """A line for a node and each one below it.

    Args:
        node: the uppermost.
        style: colours.
        base: where offsets count from.
        depth: of the uppermost node.
        meanings: words that stand behind a node, by its identity.
    """
    for level, one in node.walk(depth):
        span = f"{one.start - base:>5}..{one.end - base:<5}"
        if one.end == one.start:
            span = f"{one.start - base:>5}  {'':<5}"
        text = f"{style('dim', span)} {'  ' * (level - 1)}{style('bold', one.name)}: {escape(one.text)}"
        if one.error is not None and not any(child.error for child in one.children):
            text += style("error", f"  [{escape(one.error)}]")
        if meanings is not None and (meaning := meanings.get(id(one))):
            text += style("server", f"  = {escape(meaning)}")
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


class Section(NamedTuple):
    """A run of octets that belongs to a message, with the trees of what it says.

    Attributes:
        name: `sent`, `deciphered` or `reassembled`.
        heading: what it is, in a line; empty for what was sent.
        octets: that the spans of the nodes count in.
        nodes: the trees, masked where secrets are not to be shown; none where nothing is known to be in it.
        meanings: words that stand behind a node, by its identity.
    """

    name: str
    heading: str
    octets: bytes
    nodes: tuple[Node, ...]
    meanings: Mapping[int, str]


def sections(message: Message, *, show_secrets: bool = False, meters: Meters | None = None) -> Iterator[Section]:
    """What was sent; what was deciphered, if it was; and what was joined, if the message completes a long transfer.

    Args:
        message: the message.
        show_secrets: show passwords and keys.
        meters: what is known about the meters; without it, nothing is said of what values mean.
    """
    secret = not show_secrets and hidden(message) is not None

    def section(name: str, heading: str, octets: bytes, tree: Node) -> Section:
        shown = tree if show_secrets else masked_tree(tree, secret=secret)
        meanings: Mapping[int, str] = {}
        if meters is not None and message.kind is Kind.APDU:
            meanings = tree_meanings(model_of(meters, message), message, shown, secret=secret)
        return Section(name, heading, octets, shown.children if tree.name == _ENCLOSING else (shown,), meanings)

    tree = message_tree(message)
    if tree is None:
        yield Section(SENT, "", message.octets, (), {})
        return
    yield section(SENT, "", message.octets, tree)
    plaintext = message.plaintext
    if plaintext is not None:
        with tolerant():
            inside = _inside_tree(message.service, plaintext)
        yield section(DECIPHERED, f"deciphered: {len(plaintext)} octets", plaintext, inside)
    carried = message.reassembled
    if carried is not None and carried.service != message.service:
        numbers = ", ".join(map(str, carried.messages))
        heading = f"reassembled from messages {numbers}: {len(carried.data)} octets"
        with tolerant():
            joined = _joined_tree(message)
        enclosing = Node(_ENCLOSING, None, 0, joined.end, "", (joined,))  # the data itself may be the secret
        yield section(REASSEMBLED, heading, carried.data, enclosing)


def tree_lines(
    message: Message, style: Style, *, show_secrets: bool = False, meters: Meters | None = None
) -> Iterator[str]:
    """The lines of a message's tree; see `sections` for the arguments."""
    for one in sections(message, show_secrets=show_secrets, meters=meters):
        if one.heading:
            yield f"  {one.heading}"
        for node in one.nodes:
            yield from node_lines(node, style, meanings=one.meanings)
        for at in range(0, 0 if one.nodes else len(one.octets), 16):
            yield f"{style('dim', f'{at:>5}       ')} {one.octets[at : at + 16].hex(' ')}"


def _inside_tree(service: str, octets: bytes) -> Node:
    """What was deciphered: an APDU, or a P1 telegram."""
    return trace_telegram(octets) if service == P1_TELEGRAM else trace_apdu(octets, 0, len(octets))


def _joined_tree(message: Message) -> Node:
    """What the joined octets of a long transfer are: an APDU (GBT), or the data of datablocks."""
    from scapy_layers.data import trace_data

    carried = message.reassembled
    if carried is None:
        raise ValueError("the message completes no transfer")
    octets = carried.data
    if message.service == "general-block-transfer":
        return _inside_tree(carried.service, octets)
    listed = _LISTS.get(carried.service)
    if listed is not None:
        found: Node = listed.trace(octets, 0, len(octets))
        return found
    if carried.service.endswith("normal"):
        try:
            return trace_data("data", octets, 0, len(octets))
        except DecodeError as stopped:
            return Node("octets", octets, 0, len(octets), octets.hex(), error=str(stopped))
    return Node("octets", octets, 0, len(octets), octets.hex())
