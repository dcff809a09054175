"""Keys and passwords that everybody knows are recognised; random ones are not."""

from __future__ import annotations

import pytest

from dlms_analyzer.audit.well_known import KEYS, PASSWORDS, well_known_key, well_known_password

RANDOM = bytes.fromhex("8F1C3A77D20E94B65B0C6EA1F3297D48")


@pytest.mark.parametrize("key", [*KEYS, b"\x5a" * 16, bytes(range(0x80, 0x90)), bytes(range(0x2F, 0x1F, -1))])
def test_samples_and_patterns_are_well_known_keys(key: bytes) -> None:
    assert well_known_key(key)


@pytest.mark.parametrize("key", [RANDOM, RANDOM * 2, bytes(15) + b"\x01", b"\x00\x01\x02\x03" * 4])
def test_other_keys_are_not(key: bytes) -> None:
    assert well_known_key(key) is None


@pytest.mark.parametrize("password", [*PASSWORDS, b"", b"77777777", b"23456789", b"Gurux\0\0\0", b"zzzz"])
def test_samples_and_patterns_are_well_known_passwords(password: bytes) -> None:
    assert well_known_password(password)


@pytest.mark.parametrize("password", [b"tR4!kk9x", b"72", b"gurux", RANDOM])
def test_other_passwords_are_not(password: bytes) -> None:
    assert well_known_password(password) is None


def test_the_lists_hold_keys_that_ciphers_take() -> None:
    assert {len(key) for key in KEYS} == {16, 32}
