"""What the user likes: a TOML file to edit, read at the start, of which every mistake is told and none is fatal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from platformdirs import user_config_path, user_state_path

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.output_file import OutputFile
from dlms_analyzer.security.toml_lines import TomlProblem, line_of, parse_toml, table_lines
from tui.theme import DARK, THEMES

FOLDER_VARIABLE: Final = "DLMS_ANALYZER_SETTINGS"
"""Environment variable: the folder of the settings and of what is remembered, in place of the user's own."""

FILE_NAME: Final = "settings.toml"

MAX_FILE: Final = 1 << 20
"""Octets of a settings file; a capture that stands in its place by mistake is not read whole."""

MAX_REMEMBERED: Final = 10_000
"""Most files or filters that are remembered: they are read and written whole."""


class Times(StrEnum):
    """How the time of a message is shown."""

    RELATIVE = "relative"
    """Seconds since the first message."""
    ABSOLUTE = "absolute"
    """Date and time, UTC."""
    DELTA = "delta"
    """Seconds since the message before."""


KEYS_EXAMPLE: Final = '"messages.filter" = "slash,f4"'
"""A line of the table `keys`."""


class Unfit(Exception):
    """A value that a setting cannot have; the message says what was expected.

    Attributes:
        entry: what in the value is wrong, with a dot before it, where that has a line of its own.
    """

    def __init__(self, text: str, entry: str = "") -> None:
        super().__init__(text)
        self.entry = entry


Reader = Callable[[Any], Any]
"""From what the file says to the value of a setting; raises Unfit."""


def _choice(*names: str) -> Reader:
    def read(value: Any) -> str:
        if value not in names:
            raise Unfit(f"one of {', '.join(names)} is expected")
        return str(value)

    return read


def _times(value: Any) -> Times:
    return Times(_choice(*Times)(value))


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_REMEMBERED:
        raise Unfit(f"a whole number from 0 to {MAX_REMEMBERED} is expected")
    return value


def _columns(value: Any) -> tuple[str, ...]:
    from tui.message_columns import COLUMNS  # columns need the session, and that needs the folders of this module

    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unfit('a list of names is expected, like ["number", "time"]')
    known = [column.key for column in COLUMNS]
    unknown = next((one for one in value if one not in known), None)
    if unknown is not None:
        raise Unfit(f"there is no column {unknown}; there are {', '.join(known)}")
    return tuple(value)


def _keys(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise Unfit(f"a table is expected, with lines like {KEYS_EXAMPLE}")
    flat = dict(_flattened(value, ""))
    wrong = next((name for name, keys in flat.items() if not isinstance(keys, str) or not keys.strip()), None)
    if wrong is not None:
        raise Unfit(f'{wrong}: a text with one or more keys is expected, like "slash" or "slash,f4"', f".{wrong}")
    return MappingProxyType(flat)


def _flattened(table: Mapping[str, Any], before: str) -> list[tuple[str, Any]]:
    """The entries of a table under dotted names; without quotes, `messages.filter = "f"` is a table in a table."""
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        found += _flattened(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default, what it does, and what it may be."""

    theme: str = field(
        default=DARK,
        metadata={
            "help": f"Colours: {', '.join(theme.name for theme in THEMES)}.",
            "read": _choice(*(theme.name for theme in THEMES)),
        },
    )
    columns: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "Columns of the list of messages, in their order; an empty list is the usual ones.",
            "read": _columns,
        },
    )
    times: Times = field(
        default=Times.RELATIVE,
        metadata={
            "help": "Times: relative (seconds from the first message), delta (from the one before), absolute (UTC).",
            "read": _times,
        },
    )
    recent_files: int = field(
        default=20,
        metadata={"help": "How many captures are remembered; 0 remembers none.", "read": _count},
    )
    filter_history: int = field(
        default=100,
        metadata={"help": "How many display filters are remembered; 0 remembers none.", "read": _count},
    )
    keys: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}),
        metadata={
            "help": "Other keys for actions, by the name that the help (?) shows. Several are parted by commas.",
            "read": _keys,
        },
    )


class Loaded(NamedTuple):
    """Settings, and what the user should hear about their file."""

    settings: Settings
    problems: list[str]
    """Sentences, each with path and line."""


def settings_file() -> Path | None:
    """Where the settings stand, or are to stand; None where the user has no folder of their own."""
    return _place(user_config_path, FILE_NAME)


def state_file(name: str) -> Path | None:
    """Where something is remembered from one run to the next; None as above.

    Args:
        name: of the file.
    """
    return _place(user_state_path, name)


def _place(folder_of: Callable[..., Path], name: str) -> Path | None:
    given = os.environ.get(FOLDER_VARIABLE)
    try:
        folder = Path(given).absolute() if given else folder_of("dlms-analyzer", appauthor=False)
    except RuntimeError:  # a user without a home
        return None
    # To older platformdirs such a user's folder is one named "~", below wherever the program was started.
    return folder / name if folder.is_absolute() else None


def load_settings(path: Path | None) -> Loaded:
    """The settings of a file; what it does not say, or says wrongly, is as without it.

    Args:
        path: of the file, None for the defaults.
    """
    if path is None:
        return Loaded(Settings(), [])
    try:
        text = _text_of(path)
        document = parse_toml(text, str(path))
    except FileNotFoundError:
        return Loaded(Settings(), [])
    except OSError as problem:
        return Loaded(Settings(), [f"{path}: {problem.strerror or problem}; the usual settings are used"])
    except UnicodeDecodeError:
        return Loaded(Settings(), [f"{path}: not a text in UTF-8; the usual settings are used"])
    except TomlProblem as problem:
        return Loaded(Settings(), [f"{problem}; the usual settings are used"])
    lines = table_lines(text)
    known = {one.name: one for one in fields(Settings)}
    found: dict[str, Any] = {}
    problems = []
    for name, value in document.items():
        if name not in known:
            problems.append(f"{path}:{line_of(name, lines)}: there is no setting {name}")
            continue
        try:
            found[name] = known[name].metadata["read"](value)
        except Unfit as problem:
            line = line_of(name + problem.entry, lines)
            problems.append(f"{path}:{line}: {name}: {problem}; the usual one is used")
    return Loaded(replace(Settings(), **found), problems)


def key_place(path: Path | None, action: str) -> str:
    """Where the file gives keys to an action, as it stands before a sentence about them; empty without a file.

    Args:
        path: of the file.
        action: its name.
    """
    if path is None:
        return ""
    try:
        lines = table_lines(_text_of(path))
    except (OSError, UnicodeDecodeError):  # gone since it was read
        return ""
    return f"{path}:{line_of(f'keys.{action}', lines)}: "


def save_setting(path: Path | None, name: str, value: Any) -> str | None:
    """Write one setting into the file, and leave everything else in it, comments too, as it is.

    Args:
        path: of the file; it is made when there is none. With None, nothing is written.
        name: of the setting.
        value: as `Settings` has it.

    Returns:
        Why it could not be written; None when it was.
    """
    import tomlkit  # takes longer to import than the settings to read, and few runs write any
    from tomlkit.exceptions import TOMLKitError

    if path is None:
        return "there is no folder for settings"
    try:
        document = tomlkit.parse(_text_of(path))
    except FileNotFoundError:
        document = tomlkit.parse(settings_text(Settings()))
    except (OSError, UnicodeDecodeError, TOMLKitError) as problem:
        return f"{path} is left as it is: {problem}"
    document[name] = _plain(value)
    return save_file(path, tomlkit.dumps(document))


def save_file(path: Path, text: str) -> str | None:
    """Put a text in the place of a file, whole or not at all.

    Args:
        path: of the file; its folder is made when there is none.
        text: what is to stand there.

    Returns:
        Why it could not be written; None when it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with OutputFile(path) as file:
            file.write(text.encode())
    except OSError as problem:
        return f"{path}: cannot write: {problem.strerror or problem}"
    except CaptureError as problem:
        return str(problem)
    return None


def settings_text(settings: Settings) -> str:
    """A settings file in which every setting stands below its explanation."""
    import tomlkit

    text = "# Settings of dlms-analyzer. What is wrong in here is told at the start, and the usual value used.\n"
    for one in fields(Settings):
        text += f"\n# {one.metadata['help']}\n"
        text += tomlkit.dumps({one.name: _plain(getattr(settings, one.name))})
        if one.name == "keys":
            text += f"# {KEYS_EXAMPLE}\n"
    return text


def _text_of(path: Path) -> str:
    """The text of a settings file.

    Raises:
        OSError: it cannot be read, or is too long.
        UnicodeDecodeError: it is no text.
    """
    with path.open("rb") as file:
        octets = file.read(MAX_FILE + 1)
    if len(octets) > MAX_FILE:
        raise OSError(0, f"more than {MAX_FILE >> 20} MiB, which is no file of settings")
    return octets.decode("utf-8-sig").replace("\r\n", "\n")


def _plain(value: Any) -> Any:
    """A value as TOML has it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
