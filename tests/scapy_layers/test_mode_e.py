"""Opening lines of IEC 62056-21, mode E."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import HDLC, Identification, OptionSelect, SignOn
from scapy_layers.hdlc_parameters import HdlcParameters
from scapy_layers.mode_e import BAUD_RATES, mode_e_line, mode_e_start
from tests.scapy_layers.frames import FRAMES, layers_of

LINES = {
    b"/?!\r\n": (SignOn, "any device"),
    b"/?12345678!\r\n": (SignOn, "device 12345678"),
    b"/LGZ5\\2ZMD3104\r\n": (Identification, "LGZ ZMD3104, 9600 Bd, HDLC"),
    b"/LGZ5ZMD3104\r\n": (Identification, "LGZ ZMD3104, 9600 Bd"),
    b"\x06252\r\n": (OptionSelect, "protocol 2, 9600 Bd, mode 2"),
    b"\x06052\r\n": (OptionSelect, "protocol 0, 9600 Bd, mode 2"),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_known_and_says_its_baud_rate(line: bytes) -> None:
    layer, text = LINES[line]
    assert mode_e_line(line) == (layer, len(line))
    packet = layer(line)
    assert packet.mysummary() == f"{packet.name}  {text}"
    assert bytes(packet) == line


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_cut_is_none(line: bytes) -> None:
    assert all(mode_e_line(line[:size]) is None for size in range(len(line)))


def test_lines_and_frames_follow_each_other() -> None:
    snrm = FRAMES["snrm"][1]
    octets = b"/?!\r\n\x06252\r\n" + snrm
    packet = SignOn(octets)
    assert [type(layer) for layer in layers_of(packet)] == [SignOn, OptionSelect, HDLC, HdlcParameters]
    assert bytes(packet) == octets


@given(st.binary(max_size=20).filter(lambda noise: not {0x2F, 0x06} & set(noise)))
def test_a_line_is_found_behind_noise(noise: bytes) -> None:
    octets = noise + b"/?!\r\n"
    assert mode_e_start(octets, len(octets)) == len(noise)
    assert mode_e_start(noise, len(noise)) == len(noise)


def test_baud_rates_are_those_of_the_standard() -> None:
    assert [BAUD_RATES[digit] for digit in "0123456"] == [300, 600, 1200, 2400, 4800, 9600, 19200]
