"""TOML that people write: what is wrong with it and in which line; where its tables and keys stand."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_PLACE: Final = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)$")

MAX_DOTS: Final = 100
"""Dots in one key: tomllib keeps every beginning of a key as a key of its own."""
_NO_KEY: Final = re.compile(r"[,=\[\]{}#]")
"""What stands in no key between two dots; a key that has it in quotes is not looked for."""
_DIGITS: Final = re.compile(r"[0-9][0-9_]*")

_STATEMENT: Final = re.compile(
    r"""
    (?P<space> \s+ | \#[^\n]* )
  | (?P<header> \[\[? (?P<path> (?: "(?:[^"\\\n]|\\.)*" | '[^'\n]*' | [^\]"'\n] )* ) \]\]? )
  | (?P<key> (?: "(?:[^"\\\n]|\\.)*" | '[^'\n]*' | [A-Za-z0-9_.\-\ \t] )+ ) =
    """,
    re.VERBOSE,
)
_VALUE: Final = re.compile(
    r'''
    """ (?: [^\\] | \\. )*? """"{0,2}
  | \'\'\' .*? \'\'\'\'{0,2}
  | " (?: [^"\\\n] | \\. )* "
  | ' [^'\n]* '
  | \#[^\n]*
  | (?P<open> [\[{] )
  | (?P<close> [\]}] )
  | (?P<end> \n )
  | [^"'\#\[\]{}\n]+
    ''',
    re.VERBOSE | re.DOTALL,
)


class TomlProblem(ValueError):
    """A text that is not TOML; the message names its path and line."""


def parse_toml(text: str, path: str) -> dict[str, Any]:
    """The document that a text is.

    Args:
        text: TOML; the carriage returns of Windows editors have been taken out.
        path: of the file it stands in, for the message.

    Raises:
        TomlProblem: it is not TOML.
    """
    for number, content in enumerate(text.split("\n"), 1):
        if content.count(".") > MAX_DOTS and _has_long_key(content):
            raise TomlProblem(f"{path}:{number}: more than {MAX_DOTS} dots in a key")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        place = _PLACE.search(str(problem))
        line = place[1] if place and place[1] else text.count("\n") + 1
        reason = _PLACE.sub("", str(problem))
        raise TomlProblem(f"{path}:{line}: not TOML: {reason[:1].lower()}{reason[1:]}") from None
    except RecursionError:
        raise TomlProblem(f"{path}: brackets are nested too deeply") from None
    except ValueError:  # of int(), which takes a few thousand digits
        line = next((text.count("\n", 0, one.start()) + 1 for one in _too_long_numbers(text)), 1)
        raise TomlProblem(f"{path}:{line}: a number with too many digits") from None


def _has_long_key(line: str) -> bool:
    """Whether a key with too many dots may stand in a line."""
    dots = 0
    for part in line.split("."):
        dots = 0 if _NO_KEY.search(part) else dots + 1
        if dots > MAX_DOTS:
            return True
    return False


def _too_long_numbers(text: str) -> Iterator[re.Match[str]]:
    """The numbers that have more digits than Python reads."""
    most = sys.get_int_max_str_digits()
    return (one for one in _DIGITS.finditer(text) if len(one[0].replace("_", "")) > most)


@dataclass(slots=True)
class TableLines:
    """A table's header and its keys.

    Attributes:
        path: what stands between the brackets, without spaces and quotes; "" above the first header.
        line: of the header, from 1.
        keys: line of each key, by its name.
    """

    path: str
    line: int
    keys: dict[str, int] = field(default_factory=dict)


def _bare(name: str) -> str:
    """A name without what TOML allows around it."""
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def table_lines(text: str) -> list[TableLines]:
    """The tables of a TOML text in their order, the part above the first header as one of them.

    Args:
        text: TOML that tomllib has accepted; of anything else the lines are a guess.
    """
    tables = [TableLines("", 1)]
    position, line = 0, 1
    while position < len(text):
        found = _STATEMENT.match(text, position)
        if found is None:
            return tables
        if found["header"]:
            tables.append(TableLines(_bare(found["path"]), line))
        elif found["key"]:
            tables[-1].keys.setdefault(_bare(found["key"]), line)
        line += text.count("\n", position, found.end())
        position = found.end()
        if found["key"]:
            end = _end_of_value(text, position)
            line += text.count("\n", position, end)
            position = end
    return tables


def line_of(name: str, tables: list[TableLines]) -> int:
    """The line of a key or a table, by its path with dots; of what it would stand in when it is not found, or 1."""
    while name:
        for table in tables:
            before = f"{table.path}." if table.path else ""
            places = [(table.path, table.line), *((before + key, line) for key, line in table.keys.items())]
            for path, line in places:
                if f"{path}.".startswith(f"{name}."):
                    return line
        name = name.rpartition(".")[0]
    return 1


def _end_of_value(text: str, position: int) -> int:
    """Where the value that starts there ends: at a line's end outside of brackets and strings."""
    depth = 0
    while position < len(text):
        found = _VALUE.match(text, position)
        if found is None:
            return len(text)
        position = found.end()
        if found["open"]:
            depth += 1
        elif found["close"]:
            depth -= 1
        elif found["end"] and depth <= 0:
            return position
    return position
