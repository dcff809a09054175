"""What can stand at a place in a display filter that is being written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import Final, NamedTuple

from dlms_analyzer.cosem.obis import describe
from dlms_analyzer.cosem.obis import parse as parse_obis
from dlms_analyzer.filters.catalog import FilterField, catalog
from dlms_analyzer.filters.compiled import compile_filter
from dlms_analyzer.filters.domains import OPERATORS_OF, TRUTH, Domain
from dlms_analyzer.filters.errors import FilterError
from dlms_analyzer.filters.layer_fields import NOT_KEPT
from dlms_analyzer.filters.syntax import OPERATORS, is_word
from dlms_analyzer.items import ACTION_RESULTS, DATA_ACCESS_RESULTS
from dlms_analyzer.services import SERVICES

_TOKEN: Final = re.compile(
    r"""\s*(?:("(?:[^"\\]|\\.)*"?)|(&&|\|\||==|!=|<=|>=|[!(){},<>~&|=])|((?:\[[^\]]*\]?|[^\s(){}!=<>&|"'~,])+))"""
)
_UNFINISHED: Final = ("&", "|", "=", "!", "<", ">")
"""What another character makes a longer operator of."""
_JOINING: Final = frozenset({"&&", "||", "and", "or"})
_PRESENCE: Final[frozenset[str]] = frozenset()

_OPERATOR_WORDS: Final = {
    "==": "is", "!=": "is there and is not", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least",
    "in": "is one of {a, b, 1..5}", "contains": "has this part", "matches": "has what a regular expression describes",
}  # fmt: skip
"""The operators in the order in which they are offered, and what they say."""
_JOINING_WORDS: Final = {"&&": "and", "||": "or"}

_RESULTS: Final = tuple(dict.fromkeys((*DATA_ACCESS_RESULTS.values(), *ACTION_RESULTS.values())))
_USUAL: Final[Mapping[str, Iterable[str]]] = {
    "dlms.service": SERVICES,
    "dlms.outer": SERVICES,
    "dlms.profile": ("wrapper", "hdlc", "m-bus", "raw"),
    "cosem.result": _RESULTS,
    "security.key": ("guek", "gbek", "dedicated", "agreed", "wrapped"),
}
"""Texts that a field has as a rule, beside those that a capture shows."""


class Completion(NamedTuple):
    """Something that can stand at the cursor.

    Attributes:
        text: what to write.
        start: where the text that it takes the place of begins.
        end: behind the last character of that.
        description: what it says, in a few words.
    """

    text: str
    start: int
    end: int
    description: str = ""


class _Expected(Enum):
    FIELD = auto()
    OPERATOR = auto()
    VALUE = auto()
    SET = auto()
    MEMBER = auto()
    JOINING = auto()


class _Place(NamedTuple):
    """What was written before the cursor.

    Attributes:
        expected: what comes next.
        field: the name of the field that was written last.
        depth: how many parentheses are open.
        partial: what of the next word is written.
        start: where that begins.
    """

    expected: _Expected
    field: str
    depth: int
    partial: str
    start: int


def check(text: str) -> FilterError | None:
    """What is wrong with a filter; None when nothing is."""
    try:
        compile_filter(text)
    except FilterError as error:
        return error
    return None


def complete(text: str, cursor: int, seen: Mapping[str, Iterable[str]] | None = None) -> list[Completion]:
    """What can stand at the cursor, the likeliest first.

    Example:
        >>> [one.text for one in complete("dlms.send", 9)]
        ['dlms.sender', 'dlms.sender_acse_requirements']
        >>> [one.text for one in complete("dlms.sender == ", 15)]
        ['client', 'server']

    Args:
        text: the filter as far as it is written.
        cursor: where in it the cursor is.
        seen: by name of a field: values that messages of the capture have.
    """
    place = _place(text[:cursor])
    end = cursor
    if place.partial[:1] != '"':
        while end < len(text) and is_word(text[end]) and is_word(place.partial[-1:] or " "):
            end += 1
    return [Completion(one, place.start, end, said) for one, said in _offers(place, seen or {})]


def _place(before: str) -> _Place:
    tokens = [(found[0].lstrip(), found.end()) for found in _TOKEN.finditer(before)]
    partial, start = "", len(before)
    if tokens and tokens[-1][1] == len(before):
        last = tokens[-1][0]
        closed = last[0] == '"' and len(last) > 1 and last.endswith('"')
        if last in _UNFINISHED or (not closed and (last[0] == '"' or is_word(last[-1]))):
            partial, start = last, len(before) - len(last)
            tokens.pop()
    expected, field, depth = _Expected.FIELD, "", 0
    for token, _ in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        expected, field = _after(expected, field, token)
    return _Place(expected, field, depth, partial, start)


def _after(expected: _Expected, field: str, written: str) -> tuple[_Expected, str]:
    """What is expected behind what is written, and the field that is asked about."""
    word = written.lower()
    if expected is _Expected.FIELD:
        if word in ("!", "(", "not"):
            return _Expected.FIELD, field
        return _Expected.OPERATOR, written.partition("[")[0]
    if expected is _Expected.SET:
        return _Expected.MEMBER if written == "{" else _Expected.SET, field
    if expected is _Expected.MEMBER:
        return _Expected.JOINING if written == "}" else _Expected.MEMBER, field
    if expected is _Expected.VALUE:
        return _Expected.JOINING, field
    if word in _JOINING:
        return _Expected.FIELD, field
    if expected is _Expected.OPERATOR and word in OPERATORS:
        return _Expected.SET if word == "in" else _Expected.VALUE, field
    return _Expected.JOINING, field


def _offers(place: _Place, seen: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    field = catalog().get(place.field)
    if place.expected is _Expected.FIELD:
        yield from _fields(place.partial)
    elif place.expected is _Expected.SET:
        yield "{", "a set such as {1, 3, 5..7}"
    elif place.expected in (_Expected.VALUE, _Expected.MEMBER):
        if field is not None:
            yield from _matching(_values(field, seen.get(field.name, ())), place.partial)
        if place.expected is _Expected.MEMBER and not place.partial:
            yield "}", "end of the set"
    else:
        if place.expected is _Expected.OPERATOR:
            allowed = OPERATORS_OF[field.domain] if field is not None else _PRESENCE
            words = ((one, said) for one, said in _OPERATOR_WORDS.items() if one in allowed)
            yield from (one for one in words if one[0].startswith(place.partial))
        yield from (one for one in _JOINING_WORDS.items() if one[0].startswith(place.partial))
        if place.depth > 0 and not place.partial:
            yield ")", "end of the parenthesis"


def _fields(partial: str) -> Iterator[tuple[str, str]]:
    """Fields that begin with what is written, those of the engine first, then those that have it in them."""
    known = [field for field in catalog().values() if not field.name.startswith(NOT_KEPT)]
    known.sort(key=lambda field: (field.getter is not field.present, field.name))
    yield from _matching(((field.name, field.description) for field in known), partial)


def _matching(offered: Iterable[tuple[str, str]], partial: str) -> Iterator[tuple[str, str]]:
    """What begins with the written, then what has it in its text or its description."""
    wanted = partial.lstrip('"').lower()
    later = []
    for text, said in offered:
        bare = text.lstrip('"').lower()
        if bare.startswith(wanted):
            yield text, said
        elif wanted in bare or wanted in said.lower():
            later.append((text, said))
    yield from later


def _values(field: FilterField, seen: Iterable[str]) -> Iterator[tuple[str, str]]:
    if field.domain is Domain.PRESENCE:
        return
    offered = dict.fromkeys((*field.choices, *seen))
    if not field.choices:
        offered |= dict.fromkeys(_USUAL.get(field.name, ()))
    for text in offered:
        yield quoted(text), _name_of(text) if field.domain is Domain.OBIS else ""
    for name, numbers in field.names.items():
        yield quoted(name), " or ".join(map(str, sorted(numbers)))
    if field.truth:
        yield from ((word, "") for word in TRUTH)


@lru_cache(maxsize=4_096)  # the objects of a capture, at every letter that is typed
def _name_of(text: str) -> str:
    try:
        return describe(parse_obis(text)).name
    except ValueError:
        return ""


def quoted(text: str) -> str:
    """A text as a filter writes it: in quotes where it is not one word."""
    if text and all(map(is_word, text)) and text.lower() not in OPERATORS and text.lower() not in (*_JOINING, "not"):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
