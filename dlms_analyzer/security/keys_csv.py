"""Keys from a table, as head-end systems export them: one row for each meter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from dlms_analyzer.security.key_settings import SETTINGS, Read, key_set, unknown_setting
from dlms_analyzer.security.keys import SELECTORS, KeyProblem, KeySet

DELIMITERS: Final = ",;\t|"

MAX_PROBLEMS: Final = 20
"""Problems that are written out: a file of a wrong kind has one in every row."""

COLUMN_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        "name", "serial", "serialnumber", "serialno", "meterid", "meternumber", "meterserial", "meterserialnumber",
        "device", "deviceid", "deviceserial", "logicaldevicename", "ldn",
    ),
    "system_title": ("systemtitle", "st", "title", "serversystemtitle", "apptitle"),
    "address": ("address", "ip", "ipaddress", "host"),
    "port": ("port", "tcpport", "udpport"),
    "server_sap": ("serversap", "serveraddress", "logicaldevice", "serverwport"),
    "client_sap": ("clientsap", "clientaddress", "clientid", "clientwport"),
    "guek": (
        "guek", "ek", "encryptionkey", "encryptkey", "enckey", "blockcipherkey", "unicastkey", "unicastencryptionkey",
        "globalkey", "globalunicastkey", "globalunicastencryptionkey", "globalencryptionkey", "hlsek",
    ),
    "gak": ("gak", "ak", "authenticationkey", "authkey", "globalauthenticationkey", "hlsak"),
    "gbek": ("gbek", "bk", "broadcastkey", "broadcastencryptionkey", "globalbroadcastkey",
             "globalbroadcastencryptionkey"),
    "kek": ("kek", "mk", "masterkey", "keyencryptionkey"),
    "dedicated_key": ("dedicatedkey", "dk"),
    "password": ("password", "secret", "llspassword", "llssecret", "hlssecret", "hlspassword"),
    "client_system_title": ("clientsystemtitle", "clienttitle"),
}  # fmt: skip
"""Names of columns in exports, in small letters without spaces and marks, by the setting that they fill."""

_SETTING_OF: Final = {column: setting for setting, columns in COLUMN_NAMES.items() for column in columns}
_MARKS: Final = re.compile(r"[\W_]+")
_UNITS: Final = re.compile(r"hex|octets|bytes")
_LONG_HEX: Final = re.compile("[0-9A-Fa-f]{16,}")


class CsvKeys(NamedTuple):
    """What a table of keys holds."""

    key_sets: list[KeySet]
    unused: list[str]
    """Names of the columns that nothing was taken from."""


def parse_keys_csv(text: str, path: str, columns: Mapping[str, str] | None = None, read: Read | None = None) -> CsvKeys:
    """The key sets of a table with a header row.

    Args:
        text: of the file; columns are parted by comma, semicolon, tab or bar.
        path: of the file, for messages and origins.
        columns: for settings, the names of the columns that hold them, where the names alone do not tell.
        read: reads the PEM files that cells name.

    Raises:
        KeyProblem: the header names no key, or every problem of the rows, each with its line.
    """
    columns = columns or {}
    for setting in columns:
        if setting not in SETTINGS:
            raise KeyProblem(f"{path}: {unknown_setting(setting)}")
    rows = _rows(text, path, columns)
    header_line, header = next(rows, (1, []))
    fills = _fills(header, columns, f"{path}:{header_line}: ")
    found: list[KeySet] = []
    problems: list[str] = []
    seen: dict[tuple[tuple[str, Any], ...], tuple[int, KeySet]] = {}
    for line, row in rows:
        where = f"{path}:{line}: "
        if len(row) > len(header):
            problems.append(f"{where}the row has {len(row)} cells and the header {len(header)}")
            continue
        cells = {setting: cell for (_, setting), cell in zip(fills, row, strict=False) if setting and cell.strip()}
        try:
            keys = key_set(cells, origin=f"{path}:{line}", read=read, where=_always(where))
        except KeyProblem as problem:
            problems.append(str(problem))
            continue
        first, other = seen.setdefault(tuple(keys.selectors.items()), (line, keys))
        if first == line:
            found.append(keys)
        elif not _same_secrets(keys, other):
            meter = "the meter of" if keys.selectors else "any meter, as in"
            problems.append(f"{where}other keys for {meter} line {first}")
    if problems:
        left = len(problems) - MAX_PROBLEMS
        more = [f"{path}: {left} more like these"] if left > 0 else []
        raise KeyProblem("\n".join(problems[:MAX_PROBLEMS] + more))
    return CsvKeys(found, [_shown(column) for column, setting in fills if not setting and column.strip()])


def _always(where: str) -> Callable[[str], str]:
    """The same place for every setting: cells have no line of their own."""
    return lambda _setting: where


def _rows(text: str, path: str, columns: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line on which it starts."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda mark: (_settings_in(first.split(mark), columns), first.count(mark)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as problem:
        raise KeyProblem(f"{path}:{line}: {problem}") from None


def _bare(column: str) -> str:
    return _MARKS.sub("", column.lower())


def _setting_of(column: str, columns: Mapping[str, str]) -> str | None:
    """The setting that a column fills; what the user said goes before what its name says."""
    column = column.strip().strip('"')
    for setting, name in columns.items():
        if name.strip().lower() == column.lower():
            return setting
    bare = _bare(column)
    known = _SETTING_OF.get(bare) or _SETTING_OF.get(_UNITS.sub("", bare))
    return None if known in columns else known


def _settings_in(header: list[str], columns: Mapping[str, str]) -> int:
    return sum(_setting_of(column, columns) is not None for column in header)


def _fills(header: list[str], columns: Mapping[str, str], where: str) -> list[tuple[str, str | None]]:
    """Each column with the setting that it fills."""
    fills = [(column, _setting_of(column, columns)) for column in header]
    settings = [setting for _, setting in fills if setting]
    names = ", ".join(_shown(column) for column in header)
    for setting, name in columns.items():
        if setting not in settings:
            raise KeyProblem(f"{where}there is no column {name}: the columns are {names}")
    for setting in settings:
        if settings.count(setting) > 1:
            both = " and ".join(_shown(column) for column, filled in fills if filled == setting)
            raise KeyProblem(f"{where}columns {both} are both {setting}: say which with --csv-map {setting}=COLUMN")
    if not set(settings) - {"name", *SELECTORS}:
        raise KeyProblem(
            f"{where}no column of keys is known: the columns are {names}; name one with --csv-map guek=COLUMN"
        )
    return fills


def _shown(column: str) -> str:
    """A column's name; where the header is missing it may be a key, which is not shown."""
    return _LONG_HEX.sub("…", re.sub(r"[\s:-]", "", column)) if _LONG_HEX.search(_bare(column)) else column.strip()


def _same_secrets(one: KeySet, other: KeySet) -> bool:
    return one.keys == other.keys and all(getattr(one, key) == getattr(other, key) for key in one.keys)
