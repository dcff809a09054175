"""The syntax of display filters, which is Wireshark's: text in, tree out. Names and types are looked at later."""

from __future__ import annotations

import re
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

from dlms_analyzer.filters.errors import FilterError

MAX_LENGTH: Final = 4_096
"""Characters in a filter: far more than a person types, and a program's list of some hundred objects."""

MAX_DEPTH: Final = 50
"""Parentheses and negations inside each other: keeps recursion far from Python's limit."""

OPERATORS: Final = {
    "==": "==", "eq": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", "<=": "<=", "le": "<=",
    ">": ">", "gt": ">", ">=": ">=", "ge": ">=", "contains": "contains", "matches": "matches", "~": "matches",
    "in": "in",
}  # fmt: skip
"""Every spelling, and what it stands for (wireshark-filter(4))."""

_SPACE: Final = re.compile(r"\s*")
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)
_SYMBOL: Final = re.compile(r"==|!=|<=|>=|<|>|~")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_WORD: Final = re.compile(r"""(?:\[[^\]\s]*\]|[^\s(){}!=<>&|"'~,\[\]])+""")
_CHARACTER: Final = re.compile(r"""[^\s(){}!=<>&|"'~,\[\]]""")
_SLICE: Final = re.compile(r"\s*(-?\d+)?\s*(?:(:)\s*(-?\d+)?|-\s*(\d+))?\s*\]", re.ASCII)
_RESERVED: Final = frozenset(OPERATORS) | {"and", "or", "not"}
_RANGE: Final = ".."


class Literal(NamedTuple):
    """A value as it is written."""

    text: str
    quoted: bool
    start: int
    end: int


class Range(NamedTuple):
    """`1..5` in a set, both ends included."""

    first: Literal
    last: Literal


class Condition(NamedTuple):
    """A field, and what is asked about it; without an operator, whether it is there."""

    name: str
    start: int
    end: int
    cut: slice | None
    operator: str | None
    operator_at: tuple[int, int]
    values: tuple[Literal | Range, ...]


Leaf = TypeVar("Leaf")


class Not(NamedTuple, Generic[Leaf]):
    """What is not to hold."""

    inner: Expression[Leaf]


class Every(NamedTuple, Generic[Leaf]):
    """What all has to hold."""

    parts: tuple[Expression[Leaf], ...]


class Either(NamedTuple, Generic[Leaf]):
    """Of what one has to hold."""

    parts: tuple[Expression[Leaf], ...]


Expression: TypeAlias = "Leaf | Not[Leaf] | Every[Leaf] | Either[Leaf]"
"""A tree with conditions as they are written, or as something else makes of them, for leaves."""


def is_word(character: str) -> bool:
    """Whether a character belongs to a name or to a value without quotes."""
    return _CHARACTER.fullmatch(character) is not None


def parse(text: str) -> Expression[Condition]:
    """The tree of a filter.

    Raises:
        FilterError: it is none.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(f"the filter has {len(text)} characters, {MAX_LENGTH} are allowed", text[:60], 0, 60)
    return _Parser(text).whole()


class _Parser:
    """Goes through a filter from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0

    def whole(self) -> Expression[Condition]:
        """The tree of all of the text."""
        found = self.either(0)
        if self.peek():
            if self.peek() == ")":
                raise self.error("this parenthesis was never opened")
            raise self.error("expected && or || between two conditions", self._behind_word())
        return found

    def error(self, reason: str, end: int | None = None, start: int | None = None) -> FilterError:
        """What is wrong here."""
        start = self.pos if start is None else start
        return FilterError(reason, self.text, start, start + 1 if end is None else end)

    def peek(self) -> str:
        """The next character that is no space; nothing at the end."""
        self.pos = _SPACE.match(self.text, self.pos).end()  # type: ignore[union-attr]  # matches everywhere
        return self.text[self.pos : self.pos + 1]

    def take(self, symbol: str, word: str) -> bool:
        """Move behind an operator, in either spelling, when it is next."""
        self.peek()
        if self.text.startswith(symbol, self.pos) and not (symbol == "!" and self.text.startswith("!=", self.pos)):
            self.pos += len(symbol)
            return True
        found = _NAME.match(self.text, self.pos)
        if found is not None and found[0].lower() == word:
            self.pos = found.end()
            return True
        return False

    def either(self, depth: int) -> Expression[Condition]:
        """Conditions with or between them."""
        parts = [self.every(depth)]
        while self.take("||", "or"):
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def every(self, depth: int) -> Expression[Condition]:
        """Conditions with and between them."""
        parts = [self.condition(depth)]
        while self.take("&&", "and"):
            parts.append(self.condition(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def condition(self, depth: int) -> Expression[Condition]:
        """A negation, a parenthesis, or a test."""
        if depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} conditions inside each other")
        self.peek()
        start = self.pos
        if self.take("!", "not"):
            return Not(self.condition(depth + 1))
        if self.peek() == "(":
            self.pos += 1
            inner = self.either(depth + 1)
            if self.peek() != ")":
                raise self.error("this parenthesis is never closed", start=start)
            self.pos += 1
            return inner
        return self.test()

    def test(self) -> Condition:
        """A field with what is asked about it."""
        self.peek()
        start = self.pos
        found = _NAME.match(self.text, start)
        if found is None:
            raise self.error("expected the name of a field", self._behind_word())
        name = found[0]
        if name.lower() in _RESERVED:
            raise self.error(f"expected the name of a field before {name!r}", found.end())
        self.pos = end = found.end()
        cut = self.cut() if self.text.startswith("[", self.pos) else None
        operator, at = self.operator()
        if operator is None:
            return Condition(name, start, end, cut, None, at, ())
        values = self.members() if operator == "in" else (self.literal(),)
        return Condition(name, start, end, cut, operator, at, values)

    def cut(self) -> slice:
        """`[3]`, `[0:2]` (offset and length), `[0-1]` (both included), `[:2]`, `[2:]`."""
        found = _SLICE.match(self.text, self.pos + 1)
        if found is None or found[0].strip() == "]":
            raise self.error("a slice is written [3], [0:2], [0-1], [:2] or [2:]")
        first, colon, length, last = found.groups()
        if (first is None and length is None) or (length is not None and int(length) < 1):
            raise self.error("a slice has at least one octet", found.end())
        if (last is not None and (first is None or int(last) < int(first))) or (last and int(first) < 0):
            raise self.error("this slice ends before it begins", found.end())
        self.pos = found.end()
        begin = int(first or 0)
        if last is not None:
            return slice(begin, int(last) + 1)
        if colon is None:
            return slice(begin, begin + 1 or None)
        if length is None:
            return slice(begin, None)
        stop = begin + int(length)
        return slice(begin, None if begin < 0 <= stop else stop)

    def operator(self) -> tuple[str | None, tuple[int, int]]:
        """The operator that is next, and where it stands; None where a test ends without one."""
        self.peek()
        start = self.pos
        found = _SYMBOL.match(self.text, start) or _NAME.match(self.text, start)
        if found is not None and (known := OPERATORS.get(found[0].lower())) is not None:
            self.pos = found.end()
            return known, (start, self.pos)
        if self.text.startswith("=", start):
            raise self.error("equality is written ==")
        return None, (start, start)

    def literal(self) -> Literal:
        """A value."""
        if self.peek() == '"':
            found = _STRING.match(self.text, self.pos)
            if found is None:
                raise self.error("this string is never closed", len(self.text))
            start, self.pos = self.pos, found.end()
            return Literal(_ESCAPED.sub(r"\1", found[1]), True, start, self.pos)
        found = _WORD.match(self.text, self.pos)
        if found is None:
            raise self.error("expected a value")
        start, self.pos = self.pos, found.end()
        if found[0].lower() in _RESERVED:
            raise self.error("expected a value", self.pos, start)
        return Literal(found[0], False, start, self.pos)

    def members(self) -> tuple[Literal | Range, ...]:
        """`{a, b, 1..5}`; commas may be left out."""
        if self.peek() != "{":
            raise self.error("expected a set such as {1, 3, 5..7} behind in", self._behind_word())
        opened = self.pos
        self.pos += 1
        found: list[Literal | Range] = []
        while self.peek() != "}":
            if not self.peek():
                raise self.error("this set is never closed", start=opened)
            found.append(self.member())
            if self.peek() == ",":
                self.pos += 1
        if not found:
            raise self.error("the set is empty", start=opened, end=self.pos + 1)
        self.pos += 1
        return tuple(found)

    def member(self) -> Literal | Range:
        """A value, or two of them with .. between."""
        one = self.literal()
        if one.quoted or _RANGE not in one.text:
            return one
        first, _, last = one.text.partition(_RANGE)
        if not first or not last or _RANGE in last:
            raise self.error("a range is written 1..5, without spaces", one.end, one.start)
        middle = one.start + len(first)
        return Range(Literal(first, False, one.start, middle), Literal(last, False, middle + 2, one.end))

    def _behind_word(self) -> int:
        found = _WORD.match(self.text, self.pos)
        return self.pos + 1 if found is None else found.end()
