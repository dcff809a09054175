"""The detail tree: what was read, where it stood, and what stands inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


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
