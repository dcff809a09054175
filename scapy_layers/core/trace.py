"""The detail tree: what was read, where it stood, and what stands inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scapy_layers.core.outcome import Octets, odd


@dataclass(frozen=True, slots=True)
class Node:
    """One field of a traced PDU.

    Attributes:
        name: field name in snake_case, or the position in a list.
        value: what `read` gave.
        start: offset of its first octet.
        end: offset behind its last octet.
        text: the value for people.
        children: what it is made of.
        error: why reading stopped here, if it did; then `value` is the unread octets.
    """

    name: str
    value: Any
    start: int
    end: int
    text: str
    children: tuple[Node, ...] = ()
    error: str | None = None

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """This node and all below it, each with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


def rest_node(name: str, buf: Octets, start: int, stop: int, error: str | None = None) -> Node:
    """The node of octets that nothing has read."""
    rest = buf[start:stop]
    return Node(name, rest, start, stop, rest.hex(), error=error)


def report_left_over(name: str, stop: int, end: int) -> None:
    """Say that a value did not fill what encloses it."""
    if stop < end:
        odd(stop, "trailing-octets", f"{end - stop} octets behind the value of {name}")


def enclosed(name: str, inner: Node, buf: Octets, start: int, stop: int) -> Node:
    """The node of a value that tag and length enclose; octets that it leaves over are a node of their own."""
    children = inner.children
    if inner.error is None:
        report_left_over(name, inner.end, stop)
    if inner.end < stop:
        kind = "trailing" if inner.error is None else "undecoded"
        children += (rest_node(kind, buf, inner.end, stop, inner.error),)
    return Node(name, inner.value, start, stop, inner.text, children, inner.error)
