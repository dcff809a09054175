"""Check sequences, against the published check value and the frames of the standards."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scapy_layers.crc import crc_x25, crc_x25_holds, crc_x25_octets, sum8_holds, sum8_octets


def bit_by_bit(octets: bytes) -> int:
    """CRC-16/X-25 as ISO/IEC 13239 describes it."""
    register = 0xFFFF
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register ^ 0xFFFF


def test_the_check_value_is_that_of_the_catalogue() -> None:
    assert crc_x25(b"123456789") == 0x906E


def test_the_check_sequence_is_sent_least_significant_octet_first() -> None:
    assert crc_x25_octets(bytes.fromhex("A007032193")) == bytes.fromhex("0F01")


@given(st.binary(max_size=200))
def test_the_fast_check_sequence_is_the_one_computed_bit_by_bit(octets: bytes) -> None:
    assert crc_x25(octets) == bit_by_bit(octets)
    assert crc_x25_holds(octets + crc_x25_octets(octets))


@given(st.binary(min_size=1, max_size=100), st.integers(0, 799))
def test_a_changed_bit_is_always_found(octets: bytes, bit: int) -> None:
    protected = bytearray(octets + crc_x25_octets(octets))
    protected[bit // 8 % len(protected)] ^= 1 << bit % 8
    assert not crc_x25_holds(bytes(protected))


@given(st.binary(max_size=100))
def test_the_sum_of_m_bus_is_modulo_256(octets: bytes) -> None:
    assert sum8_octets(octets)[0] == sum(octets) % 256
    assert sum8_holds(octets + sum8_octets(octets))
    assert not sum8_holds(octets + bytes((sum8_octets(octets)[0] ^ 1,)))
