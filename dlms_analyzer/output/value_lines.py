"""A value in full, line by line: what it says with its elements, and what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.interpret import Part
from dlms_analyzer.message_json import data_object, time_text
from dlms_analyzer.output.values import NOT_SHOWN
from dlms_analyzer.values import Value
from dlms_analyzer.words import counted

MAX_LINES: Final = 2_000
"""Lines of the elements of a value, and as many of what was sent; more is for an export."""


class ValueLine(NamedTuple):
    """A line about a value.

    Attributes:
        depth: how far inside the value it stands.
        name: what it is; empty for elements of arrays.
        text: what it says; not escaped.
        role: `value`, `heading`, `warning`, `dim` or empty.
    """

    depth: int
    name: str
    text: str
    role: str = ""


def value_lines(value: Value, *, show_secrets: bool = False) -> Iterator[ValueLine]:
    """A value in full: words, when and how it was revealed, its elements, and the data as sent.

    Args:
        value: the value.
        show_secrets: also what is a secret.
    """
    hidden = not show_secrets and value.secret is not None
    shown = value.shown
    yield ValueLine(0, "value", NOT_SHOWN if hidden else shown.words, "value")
    if hidden:
        yield ValueLine(0, "secret", value.secret or "")
    elif shown.scaled is not None:
        yield ValueLine(0, "as number", f"{shown.scaled:f}{f' {shown.unit}' if shown.unit else ''}")
    if value.problem:
        yield ValueLine(0, "problem", value.problem, "warning")
    yield ValueLine(0, "time", time_text(value.time))
    yield ValueLine(0, "origin", f"{value.origin}, message {value.message:,}")
    if shown.rule:
        yield ValueLine(0, "told by", shown.rule, "dim")
    if hidden:
        return
    if shown.parts:
        yield ValueLine(0, "elements", "", "heading")
        yield from _limited(_parts(shown.parts, 1))
    yield ValueLine(0, "as sent", "", "heading")
    yield from _limited(_data(data_object(value.data), 1))


def _limited(lines: Iterator[ValueLine]) -> Iterator[ValueLine]:
    yield from islice(lines, MAX_LINES)
    if next(lines, None) is not None:
        yield ValueLine(1, "", "more lines are left out; an export has them all", "warning")


def _parts(parts: Iterable[Part], depth: int) -> Iterator[ValueLine]:
    for index, part in enumerate(parts):
        yield ValueLine(depth, part.name or f"[{index}]", part.words)
        yield from _parts(part.parts, depth + 1)


def _data(said: dict[str, Any], depth: int) -> Iterator[ValueLine]:
    kind, value = said["type"], said["value"]
    if isinstance(value, list):
        yield ValueLine(depth, kind, counted(len(value), "element"), "dim")
        for one in value:
            if isinstance(one, dict) and "type" in one:
                yield from _data(one, depth + 1)
            else:
                yield ValueLine(depth + 1, "", json.dumps(one, ensure_ascii=False), "dim")
        return
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    yield ValueLine(depth, kind, text, "dim")
