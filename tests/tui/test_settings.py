"""Settings: what the file says is used, what it says wrongly is told with its line, and nothing of it is ever lost."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from tests.support import REPOSITORY
from tests.tui.running import running
from tui import settings as module
from tui.message_columns import COLUMNS
from tui.settings import (
    FOLDER_VARIABLE,
    MAX_FILE,
    Loaded,
    Settings,
    Times,
    load_settings,
    save_setting,
    settings_file,
    settings_text,
    state_file,
)

WRITTEN = """\
# the bench in the cellar
theme = "dlms-light"   # the window is opposite
times = "delta"

[keys]
"messages.filter" = "slash,ctrl+f"
frames.toggle = "f"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_a_file_that_is_not_there_is_the_usual_settings(file: Path) -> None:
    assert load_settings(file) == Loaded(Settings(), [])
    assert load_settings(None) == Loaded(Settings(), [])


def test_what_the_file_says_is_used_and_the_rest_is_as_usual(file: Path) -> None:
    file.write_text(WRITTEN)
    settings, problems = load_settings(file)
    assert not problems
    assert (settings.theme, settings.times, settings.recent_files) == ("dlms-light", Times.DELTA, 20)
    assert settings.keys == {"messages.filter": "slash,ctrl+f", "frames.toggle": "f"}


def test_a_file_from_a_windows_editor_is_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + WRITTEN.replace("\n", "\r\n").encode())
    assert load_settings(file).problems == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('theme = "pink"', "theme: one of dlms-dark, dlms-light, dlms-contrast is expected"),
        ("theme = 3", "theme: one of dlms-dark, dlms-light, dlms-contrast is expected"),
        ('times = ["delta"]', "times: one of relative, absolute, delta is expected"),
        ("recent_files = -1", "recent_files: a whole number from 0 to 10000 is expected"),
        ("recent_files = true", "recent_files: a whole number from 0 to 10000 is expected"),
        ('columns = "time"', 'columns: a list of names is expected, like ["number", "time"]'),
        ("keys = 3", 'keys: a table is expected, with lines like "messages.filter" = "slash,f4"'),
        (
            'keys = {a.b = ""}',
            'keys: a.b: a text with one or more keys is expected, like "slash" or "slash,f4"',
        ),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_line_and_the_usual_one_used(file: Path, line: str, told: str) -> None:
    file.write_text(f"# mine\n\n{line}\nfilter_history = 7\n")
    settings, problems = load_settings(file)
    assert problems == [f"{file}:3: {told}; the usual one is used"]
    assert settings == Settings(filter_history=7)


def test_an_unknown_column_is_told_with_those_that_there_are(file: Path) -> None:
    file.write_text('times = "delta"\ncolumns = ["time", "gist"]\n')
    settings, problems = load_settings(file)
    known = ", ".join(column.key for column in COLUMNS)
    assert problems == [f"{file}:2: columns: there is no column gist; there are {known}; the usual one is used"]
    assert settings == Settings(times=Times.DELTA)


def test_an_unknown_setting_is_told_with_its_line_and_does_not_hide_the_others(file: Path) -> None:
    file.write_text(WRITTEN + "\n[colour]\nred = 1\n")
    settings, problems = load_settings(file)
    assert problems == [f"{file}:9: there is no setting colour"]
    assert settings.theme == "dlms-light"


def test_a_file_that_is_not_toml_is_told_with_its_line_and_is_not_overwritten(file: Path) -> None:
    file.write_text('theme = "dlms-light"\ntimes = delta\n')
    settings, problems = load_settings(file)
    assert settings == Settings()
    assert problems == [f"{file}:2: not TOML: invalid value; the usual settings are used"]
    assert (save_setting(file, "times", Times.DELTA) or "").startswith(f"{file} is left as it is: ")
    assert file.read_text() == 'theme = "dlms-light"\ntimes = delta\n'


@pytest.mark.parametrize("octets", [b"\xff\xfe\x00", b"#" * (MAX_FILE + 1)], ids=["binary", "too long"])
def test_a_file_that_is_no_text_is_told_and_not_overwritten(file: Path, octets: bytes) -> None:
    file.write_bytes(octets)
    settings, problems = load_settings(file)
    assert settings == Settings()
    assert len(problems) == 1
    assert str(file) in problems[0]
    assert save_setting(file, "times", Times.DELTA) is not None
    assert file.read_bytes() == octets


def test_a_folder_in_the_place_of_the_file_is_told(file: Path) -> None:
    file.mkdir()
    assert load_settings(file) == Loaded(Settings(), [f"{file}: Is a directory; the usual settings are used"])
    assert save_setting(file, "times", Times.DELTA) is not None


def test_one_setting_is_written_and_everything_else_stays_with_its_comments(file: Path) -> None:
    file.write_text(WRITTEN)
    assert save_setting(file, "times", Times.ABSOLUTE) is None
    assert file.read_text() == WRITTEN.replace('"delta"', '"absolute"')


def test_a_setting_that_the_file_has_not_got_is_added_above_its_tables(file: Path) -> None:
    file.write_text(WRITTEN + "\n[colour]\nred = 1\n")
    assert save_setting(file, "columns", ("number", "info")) is None
    settings, problems = load_settings(file)
    assert settings.columns == ("number", "info")
    assert settings.keys["frames.toggle"] == "f"
    assert "[colour]\nred = 1\n" in file.read_text()
    assert [problem.split(": ", 1)[1] for problem in problems] == ["there is no setting colour"]


def test_a_first_setting_makes_a_file_that_explains_all_of_them(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "settings.toml"
    assert save_setting(file, "recent_files", 3) is None
    assert load_settings(file) == Loaded(Settings(recent_files=3), [])
    text = file.read_text()
    for one in fields(Settings):
        assert f"# {one.metadata['help']}\n" in text
        assert re.search(rf"^(\[{one.name}\]|{one.name} = )", text, re.MULTILINE)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_file_says_the_usual_settings(file: Path) -> None:
    file.write_text(settings_text(Settings()))
    assert load_settings(file) == Loaded(Settings(), [])


def test_a_place_where_nothing_can_be_written_is_told_and_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    problem = save_setting(tmp_path / "file" / "settings.toml", "times", Times.DELTA)
    assert problem is not None
    assert "file" in problem
    assert save_setting(None, "times", Times.DELTA) == "there is no folder for settings"


def test_a_write_that_fails_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(WRITTEN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.OutputFile, "write", full)
    assert save_setting(file, "times", Times.ABSOLUTE) == f"{file}: cannot write: No space left on device"
    assert file.read_text() == WRITTEN
    assert [one.name for one in file.parent.iterdir() if one.suffix != ".toml"] == []


def test_the_environment_names_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "mine"))
    assert settings_file() == tmp_path / "mine" / "settings.toml"
    assert state_file("recent.json") == tmp_path / "mine" / "recent.json"


def no_home(*_: object, **__: object) -> Path:
    raise RuntimeError("could not determine the home directory")


def home_of_older_platformdirs(*_: object, **__: object) -> Path:
    return Path("~/.config/dlms-analyzer")


@pytest.mark.parametrize("folder", [no_home, home_of_older_platformdirs])
def test_a_user_without_a_home_has_no_file(monkeypatch: pytest.MonkeyPatch, folder: Callable[..., Path]) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setattr(module, "user_config_path", folder)
    monkeypatch.setattr(module, "user_state_path", folder)
    assert settings_file() is None
    assert state_file("recent.json") is None


def test_every_setting_is_in_the_user_guide() -> None:
    guide = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    for one in fields(Settings):
        assert f"`{one.name}`" in guide


@pytest.mark.parametrize("written", ["documented", "generated"])
async def test_the_settings_that_are_suggested_can_be_used_as_they_stand(file: Path, written: str) -> None:
    if written == "documented":
        guide = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
        file.write_text(guide.partition("```toml\n")[2].partition("```")[0])
    else:
        file.write_text(re.sub(r'^# (?=")', "", settings_text(Settings()), flags=re.MULTILINE))
    settings, problems = load_settings(file)
    assert settings.keys
    assert not problems
    async with running(None, settings=settings, settings_path=file) as pilot:
        assert [one.message for one in pilot.app._notifications] == []
        assert pilot.app.screen.active_bindings["f4"].binding.id == "messages.filter"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[keys]\n# mine\n"messages.filter" = "ctrl+f"\n', 3),
        ('[keys.messages]\nfilter = "ctrl+f"\n', 2),
        ('\nkeys."messages.filter" = "ctrl+f"\n', 2),
        ('\nkeys = {messages.filter = "ctrl+f"}\n', 2),
    ],
)
async def test_keys_that_another_action_has_are_told_with_their_line(file: Path, text: str, line: int) -> None:
    file.write_text(text)
    async with running(None, settings=load_settings(file).settings, settings_path=file) as pilot:
        assert [one.message for one in pilot.app._notifications] == [
            f"{file}:{line}: keys: messages.filter: ctrl+f is the key of messages.search already; the usual key is used"
        ]


def test_keys_that_are_no_text_are_told_with_their_line(file: Path) -> None:
    file.write_text('[keys]\n"app.quit" = "Q"\n"messages.filter" = 3\n')
    told = 'keys: messages.filter: a text with one or more keys is expected, like "slash" or "slash,f4"'
    assert load_settings(file).problems == [f"{file}:3: {told}; the usual one is used"]
