"""From the text of a shape to the shape: `[ {class_id:class, logical_name:ln} ]`."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from dlms_analyzer.cosem.interpret.kinds import leaf
from dlms_analyzer.cosem.interpret.shapes import Array, Either, Shape, Structure

_TOKEN: Final = re.compile(r"\s*([\[\]{}:,|]|[A-Za-z_][\w-]*\??(?:\([\w-]*\))?)")


class _Tokens:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found = _TOKEN.findall(text)
        if "".join(self.found) != re.sub(r"\s", "", text):
            raise ValueError(f"{text!r} is no shape")
        self.next = 0

    def peek(self) -> str:
        return self.found[self.next] if self.next < len(self.found) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f"{self.text!r}: {wanted or 'more'} expected, {token or 'the end'} found")
        self.next += 1
        return token


@cache
def shape(text: str) -> Shape:
    """The shape that a text describes; see the head of the table `shapes`.

    Raises:
        ValueError: the text describes none.
    """
    tokens = _Tokens(text)
    found = _either(tokens)
    if tokens.peek():
        raise ValueError(f"{text!r}: the end expected, {tokens.peek()} found")
    return found


def _either(tokens: _Tokens) -> Shape:
    shapes = [_one(tokens)]
    while tokens.peek() == "|":
        tokens.take()
        shapes.append(_one(tokens))
    return shapes[0] if len(shapes) == 1 else Either(*shapes)


def _one(tokens: _Tokens) -> Shape:
    found = tokens.take()
    if found == "[":
        element = _either(tokens)
        tokens.take("]")
        return Array(element)
    if found == "{":
        return _structure(tokens)
    return leaf(found)


def _structure(tokens: _Tokens) -> Structure:
    fields: list[tuple[str, Shape]] = []
    least = 0
    while True:
        name = tokens.take()
        tokens.take(":")
        if not name.endswith("?"):
            least = len(fields) + 1
        fields.append((name.removesuffix("?"), _either(tokens)))
        if tokens.peek() != ",":
            tokens.take("}")
            return Structure(tuple(fields), least)
        tokens.take(",")
