"""Access modes in words."""

from __future__ import annotations

import pytest

from dlms_analyzer.cosem.access import access_words


@pytest.mark.parametrize(
    ("member", "mode", "version", "words"),
    [
        ("2", 1, 2, "read"),
        ("2", 3, None, "read and write"),
        ("2", 0, None, "no access"),
        ("2", 1, 3, "read"),
        ("2", 5, 3, "read, authenticated request"),
        ("2", 0, 3, "no access"),
        ("2", 0x21, None, "read, authenticated response"),
        ("m1", 1, 2, "access"),
        ("m1", 2, 1, "authenticated access"),
        ("m1", 5, 3, "access, authenticated request"),
        ("m1", 0, 3, "no access"),
    ],
)
def test_a_mode_is_an_enumeration_in_old_associations_and_bits_in_new_ones(
    member: str, mode: int, version: int | None, words: str
) -> None:
    assert access_words(member, mode, version) == words
