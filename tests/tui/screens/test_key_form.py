"""Text with keys in it, as it is painted: as long as it is, and nothing that may be secret in it."""

from __future__ import annotations

import pytest

from tui.screens.key_form import FIELDS, SECRETS, escaped_alike, masked


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("[[meter]]", "[[meter]]"),
        ('guek = "00 01:02"', 'guek = "•• ••:••"'),
        ('password="secret"', 'password="••••••"'),
        ("000102030405060708090A0B0C0D0E0F", "•" * 32),
        ("System Title;EK;AK", "System Title;EK;AK"),
        ("4142434445464748;00FF;x", "•" * 16 + ";••••;•"),
        ("", ""),
    ],
)
def test_what_may_be_secret_in_a_line_is_dots(line: str, shown: str) -> None:
    assert masked(line) == shown
    assert len(masked(line)) == len(line)


def test_each_character_that_has_an_effect_on_a_terminal_is_one_sign() -> None:
    assert escaped_alike("a\x1b[31m\u202eb") == "a\ufffd[31m\ufffdb"


def test_every_secret_has_a_field_of_its_own() -> None:
    assert set(SECRETS) <= set(FIELDS)
