"""Names for objects: a user's own table first, then the lists that were chosen, then the standard's.

A table is TOML

    [[name]]
    logical_name = "1-0:1.8.0"     # any notation, or a pattern: 0-*:24.2.1
    class_id = 3                   # optional
    name = "Import at the feeder"

    [[class]]
    class_id = 9000
    name = "Extended data"
    attributes = { 2 = "value" }   # optional

or CSV with the columns logical_name, class_id, name; `;` separates as well, and a line of column names may lead.
"""

from __future__ import annotations

import csv
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem import classes, obis
from dlms_analyzer.security.toml_lines import parse_toml

MAX_NAMES: Final = 100_000
"""Rows of one table: more than every object of every meter type of a utility."""


class Named(NamedTuple):
    """One row of a table.

    Attributes:
        pattern: the logical names it is for.
        class_id: only for objects of this class; None for any.
        name: the name.
    """

    pattern: obis.Pattern
    class_id: int | None
    name: str


class NameTable:
    """A user's names for objects and classes. A later row goes before an earlier one."""

    __slots__ = ("_exact", "_patterns", "attributes", "class_names")

    def __init__(self) -> None:
        self._exact: dict[tuple[int | None, bytes], str] = {}
        self._patterns: list[Named] = []
        self.class_names: dict[int, str] = {}
        self.attributes: dict[tuple[int, int], str] = {}

    def __len__(self) -> int:
        return len(self._exact) + len(self._patterns) + len(self.class_names)

    def add(self, logical_name: str, name: str, class_id: int | None = None) -> None:
        """Name an object, or all that match a pattern.

        Raises:
            ValueError: neither a logical name nor a pattern.
        """
        if len(self) >= MAX_NAMES:
            raise ValueError(f"more than {MAX_NAMES} names in one table")
        try:
            self._exact[class_id, obis.parse(logical_name)] = name
        except ValueError:
            self._patterns.append(Named(obis.Pattern(logical_name), class_id, name))

    def update(self, other: NameTable) -> None:
        """Take all rows of another table; they go before those that are there.

        Raises:
            ValueError: too many names.
        """
        if len(self) + len(other) > MAX_NAMES:
            raise ValueError(f"more than {MAX_NAMES} names in all tables")
        self._exact.update(other._exact)
        self._patterns += other._patterns
        self.class_names.update(other.class_names)
        self.attributes.update(other.attributes)

    def name(self, class_id: int | None, logical_name: bytes) -> str | None:
        """The user's name of an object; None when the table has none."""
        exact = self._exact
        found = exact.get((class_id, logical_name)) or exact.get((None, logical_name))
        if found is not None:
            return found
        for one in reversed(self._patterns):
            if one.class_id in (None, class_id) and one.pattern.matches(logical_name):
                return one.name
        return None


def from_toml(text: str, path: str = "names") -> NameTable:
    """Read a table written in TOML.

    Args:
        text: TOML.
        path: of the file it stands in, for the message about a text that is not TOML.

    Raises:
        TomlProblem: it is not TOML; says where.
        ValueError: an entry that is none; says which.
    """
    content = parse_toml(text, path)
    table = NameTable()
    unknown = set(content) - {"name", "class"}
    if unknown:
        raise ValueError(f"unknown table {min(unknown)!r}; names are [[name]] and [[class]]")
    for number, entry in enumerate(_entries(content, "name"), 1):
        where = f"[[name]] {number}"
        class_id = entry.get("class_id")
        if class_id is not None:
            _number(class_id, where)
        _add(table, where, _text(entry, "logical_name", where), _text(entry, "name", where), class_id)
    for number, entry in enumerate(_entries(content, "class"), 1):
        where = f"[[class]] {number}"
        class_id = _number(entry.get("class_id"), where)
        if "name" in entry:
            table.class_names[class_id] = _text(entry, "name", where)
        for index, name in dict(entry.get("attributes") or {}).items():
            if not str(index).isdigit() or not isinstance(name, str):
                raise ValueError(f"{where}: attributes are numbers with names, not {index!r}")
            table.attributes[class_id, int(index)] = name
    return table


def _entries(content: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = content.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{key!r} must be written [[{key}]]")
    return found


def _text(entry: dict[str, Any], key: str, where: str) -> str:
    found = entry.get(key)
    if not isinstance(found, str) or not found:
        raise ValueError(f"{where} has no {key}")
    return found


def _number(found: object, where: str) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= 0xFFFF:
        raise ValueError(f"{where}: class_id must be a number up to 65535, not {found!r}")
    return found


def _add(table: NameTable, where: str, logical_name: str, name: str, class_id: int | None) -> None:
    try:
        table.add(logical_name, name, class_id)
    except ValueError as problem:
        raise ValueError(f"{where}: {problem}") from None


def from_csv(text: str) -> NameTable:
    """Read a table written in CSV.

    Raises:
        ValueError: a row that is none; says which line.
    """
    table = NameTable()
    first = text.lstrip().split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first else ","
    columns = ["logical_name", "class_id", "name"]
    reader = csv.reader(text.splitlines(), delimiter=separator)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if "logical_name" in cells and "name" in cells:
            columns = cells
            continue
        found = dict(zip(columns, cells, strict=False))
        where = f"line {reader.line_num}"
        if len(cells) == 2 and len(columns) == 3:
            found = {"logical_name": cells[0], "name": cells[1]}
        class_id = found.get("class_id") or None
        if class_id is not None and not class_id.isdigit():
            raise ValueError(f"{where}: class_id must be a number, not {class_id!r}")
        if not found.get("name"):
            raise ValueError(f"{where} has no name")
        _add(table, where, found.get("logical_name", ""), found["name"], None if class_id is None else int(class_id))
    return table


class Names:
    """What objects, attributes and methods are called.

    Attributes:
        table: the user's own names.
        regions: lists of countries and projects that are asked before the standard's, see `obis.regions`.
    """

    __slots__ = ("regions", "table")

    def __init__(self, table: NameTable | None = None, regions: tuple[str, ...] = ()) -> None:
        if regions:  # the lists are only loaded when one is asked for
            known = (*obis.regions(), *obis.event_regions())
            strangers = set(regions) - set(known)
            if strangers:
                raise ValueError(f"no list {min(strangers)!r}; there are {', '.join(sorted(set(known)))}")
        self.table = NameTable() if table is None else table
        self.regions = regions

    def name(self, class_id: int | None, logical_name: bytes) -> str:
        """Name of an object; the octets in hex when they are no logical name."""
        found = self.table.name(class_id, logical_name)
        if found is not None:
            return found
        return obis.describe(logical_name, self.regions).name if len(logical_name) == 6 else logical_name.hex()

    def class_name(self, class_id: int, version: int | None = None) -> str:
        """Name of a class."""
        return self.table.class_names.get(class_id) or classes.class_name(class_id, version)

    def attribute_name(self, class_id: int, attribute: int, version: int | None = None) -> str:
        """Name of an attribute."""
        return self.table.attributes.get((class_id, attribute)) or classes.attribute_name(class_id, attribute, version)
