"""The keys file: one TOML table `[[meter]]` for each set of keys."""

from __future__ import annotations

from typing import Any, Final

from dlms_analyzer.security.key_settings import Read, key_set
from dlms_analyzer.security.keys import KeyProblem, KeySet
from dlms_analyzer.security.toml_lines import TableLines, TomlProblem, line_of, parse_toml, table_lines

TABLE: Final = "meter"


def parse_keys_file(text: str, path: str, read: Read | None = None) -> list[KeySet]:
    """The key sets of a keys file.

    Args:
        text: of the file.
        path: of the file, for messages and origins.
        read: reads the PEM files that it names; paths are relative to the file.

    Raises:
        KeyProblem: every problem of the file, each with the line it stands on.
    """
    # TOML knows the carriage return only as part of a line's end; Windows editors are content with it.
    text = text.replace("\r\n", "\n")
    try:
        document = parse_toml(text, path)
    except TomlProblem as problem:
        raise KeyProblem(str(problem)) from None
    tables = table_lines(text)
    problems = list(_strangers(document, tables, path))
    meters = document.get(TABLE, [])
    if not isinstance(meters, list) or not all(isinstance(meter, dict) for meter in meters):
        problems.append(f"{path}:{_first_line(tables)}: write [[{TABLE}]] in double brackets, once for each meter")
        meters = []
    lines = [table for table in tables if table.path == TABLE]
    found: list[KeySet] = []
    seen: dict[tuple[tuple[str, Any], ...], int] = {}
    for index, meter in enumerate(meters):
        # Tables written inline have no header of their own.
        table = lines[index] if len(lines) == len(meters) else TableLines(TABLE, _first_line(tables))

        def where(setting: str, table: TableLines = table) -> str:
            return f"{path}:{table.keys.get(setting, table.line)}: "

        try:
            keys = key_set(meter, origin=f"{path}:{table.line}", read=read, where=where)
        except KeyProblem as problem:
            problems.append(str(problem))
            continue
        first = seen.setdefault(tuple(keys.selectors.items()), table.line)
        if first != table.line:
            problems.append(f"{path}:{table.line}: the selectors are those of the table in line {first}")
        found.append(keys)
    if problems:
        raise KeyProblem("\n".join(problems))
    return found


def _strangers(document: dict[str, Any], tables: list[TableLines], path: str) -> list[str]:
    """Sentences about what stands in the file beside its `[[meter]]` tables."""
    return [
        f"{path}:{line_of(name, tables)}: unknown {'setting' if name in tables[0].keys else 'table'} {name}: "
        f"keys stand in tables [[{TABLE}]]"
        for name in document
        if name != TABLE
    ]


def _first_line(tables: list[TableLines]) -> int:
    return line_of(TABLE, tables)
