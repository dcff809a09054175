"""Octets as text for other programs."""

from __future__ import annotations

import ast
import re

import pytest

from dlms_analyzer.output.octets import c_array, hex_text, python_bytes

SAMPLES = [b"", b"\x00", bytes(range(12)), bytes(range(256))]


@pytest.mark.parametrize("octets", SAMPLES, ids=len)
def test_hex_is_read_back_as_the_same_octets(octets: bytes) -> None:
    assert bytes.fromhex(hex_text(octets)) == octets
    assert "\n" not in hex_text(octets)


@pytest.mark.parametrize("octets", SAMPLES, ids=len)
def test_python_evaluates_to_the_same_octets(octets: bytes) -> None:
    call = ast.parse(python_bytes(octets), mode="eval").body
    assert isinstance(call, ast.Call)
    assert bytes.fromhex(ast.literal_eval(call.args[0])) == octets


@pytest.mark.parametrize("octets", SAMPLES, ids=len)
def test_a_c_array_has_each_octet_and_their_number(octets: bytes) -> None:
    text = c_array(octets, "pdu")
    assert text.startswith(f"static const unsigned char pdu[{len(octets)}] = {{\n")
    assert bytes(int(one, 16) for one in re.findall(r"0x([0-9a-f]{2}),", text)) == octets
    assert all(len(line) <= 80 for line in text.splitlines())
