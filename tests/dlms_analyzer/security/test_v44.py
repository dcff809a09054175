"""V.44 packets.

No published packet and no compressed APDU of a real meter was at hand. The packets here are put together by hand, code
by code from the tables of the recommendation, or by the compressor of the test tree, which shares the decompressor's
reading of it.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlms_analyzer.security.v44 import MAX_OUTPUT, V44Error, decompress
from tests.dlms_analyzer.v44_compressor import ETM, FIRST_CODEWORD, FLUSH, REINIT, STEPUP, Bits, compress

APDU = bytes.fromhex("0f00000001000204") + bytes.fromhex("02020904c0a80001060000abcd0203") * 40
"""Structures that repeat, as a load profile has them."""


def ordinal(bits: Bits, octet: int, width: int = 7) -> Bits:
    return bits.put(0, 1).put(octet, width)


def codeword(bits: Bits, code: int, width: int = 6) -> Bits:
    return bits.put(1, 1).put(code, width)


def flush(bits: Bits, width: int = 6) -> bytes:
    return codeword(bits, FLUSH, width).octets()


def test_an_empty_packet_says_nothing() -> None:
    assert decompress(flush(Bits())) == b""


def test_an_octet_that_stands_for_itself_takes_a_zero_bit_and_seven_bits_least_significant_first() -> None:
    assert decompress(bytes((0x41 << 1,))) == b"A"


def test_an_octet_above_127_needs_a_step_to_ordinals_of_eight_bits() -> None:
    bits = ordinal(codeword(Bits(), STEPUP), 0xC0, 8)
    assert decompress(flush(ordinal(bits, 0x01, 8))) == b"\xc0\x01"


def test_two_octets_in_a_row_make_the_first_codeword() -> None:
    bits = ordinal(ordinal(ordinal(Bits(), 0x41), 0x42), 0x43)
    assert decompress(flush(codeword(bits, FIRST_CODEWORD))) == b"ABCAB"


def test_a_codeword_may_stand_for_the_string_that_it_completes() -> None:
    assert decompress(flush(codeword(ordinal(Bits(), 0x41), FIRST_CODEWORD))) == b"AAA"
    bits = codeword(codeword(ordinal(Bits(), 0x41), FIRST_CODEWORD), FIRST_CODEWORD + 1)
    assert decompress(flush(bits)) == b"A" + b"AA" + b"AAA"


def test_an_octet_behind_a_codeword_has_a_second_zero_bit_and_makes_a_longer_string() -> None:
    bits = codeword(ordinal(ordinal(Bits(), 0x41), 0x42), FIRST_CODEWORD)
    bits.put(0, 2).put(0x43, 7)
    assert decompress(flush(codeword(bits, FIRST_CODEWORD + 2))) == b"AB" + b"AB" + b"C" + b"ABC"


@pytest.mark.parametrize(
    ("length", "pattern", "width"),
    [(1, 1, 1), (2, 0b010, 3), (3, 0b100, 3), (4, 0b110, 3), (5, 0, 7), (12, 0b1110000, 7), (13, 0b1000, 12)],
)
def test_a_string_extension_repeats_what_followed_the_string(length: int, pattern: int, width: int) -> None:
    text = b"ABCDEFGHIJKLMNOPQ"
    bits = Bits()
    for octet in text:
        ordinal(bits, octet)
    bits = codeword(bits, FIRST_CODEWORD).put(2, 2).put(pattern, width)
    assert decompress(flush(bits)) == text + text[: 2 + length]


def test_the_extended_string_gets_a_codeword_and_the_code_behind_it_does_not() -> None:
    bits = ordinal(ordinal(ordinal(Bits(), 0x41), 0x42), 0x43)
    bits = codeword(bits, FIRST_CODEWORD).put(2, 2).put(1, 1)
    bits = ordinal(bits, 0x44)
    bits = ordinal(bits, 0x45)
    # 4 AB, 5 BC, 6 CA, 7 ABC, 8 DE
    assert decompress(flush(codeword(codeword(bits, 7), 8))) == b"ABC" + b"ABC" + b"DE" + b"ABC" + b"DE"


def test_a_step_to_wider_codewords_does_not_hinder_the_string_being_created() -> None:
    bits = codeword(ordinal(Bits(), 0x41), STEPUP)
    assert decompress(flush(codeword(bits, FIRST_CODEWORD, 7), 7)) == b"AAA"


def test_a_packet_may_start_anew_in_its_middle() -> None:
    bits = codeword(ordinal(ordinal(Bits(), 0x41), 0x42), REINIT)
    bits = ordinal(ordinal(bits, 0x43), 0x44)
    assert decompress(flush(codeword(bits, FIRST_CODEWORD))) == b"AB" + b"CD" + b"CD"


def test_long_extension_lengths_are_as_wide_as_the_longest_string_asks() -> None:
    data = b"A" * 40
    assert decompress(compress(data, max_string=46), max_string_length=46) == data
    assert compress(data, max_string=46) != compress(data, max_string=255)


def test_a_repeating_apdu_shrinks_and_comes_back() -> None:
    packet = compress(APDU)
    assert len(packet) < len(APDU) / 3
    assert decompress(packet) == APDU


def test_more_strings_than_fit_codewords_of_six_bits_widen_them_step_by_step() -> None:
    data = bytes(octet * step & 0xFF for step in (1, 3, 5, 7) for octet in range(256)) * 3
    assert decompress(compress(data)) == data


@pytest.mark.parametrize("max_string", [32, 46, 47, 78, 79, 142, 143, 255])
def test_a_long_run_comes_back_whatever_the_longest_string(max_string: int) -> None:
    data = b"\x00" * 5000 + APDU
    assert decompress(compress(data, max_string=max_string), max_string_length=max_string) == data


@given(
    st.one_of(
        st.binary(max_size=2000), st.lists(st.sampled_from([b"\x00", b"ab", b"abc\xff", APDU[:9]])).map(b"".join)
    ),
    st.sampled_from([None, 10, 100]),
)
def test_what_was_compressed_comes_back(data: bytes, reinit_every: int | None) -> None:
    assert decompress(compress(data, reinit_every=reinit_every)) == data


@pytest.mark.parametrize(
    ("packet", "text"),
    [
        (codeword(Bits(), FIRST_CODEWORD).octets(), "octet 0: codeword 4, of 3 known by then"),
        (codeword(ordinal(Bits(), 0x41), 5).octets(), "octet 1: codeword 5, of 3 known by then"),
        (codeword(Bits(), ETM).octets(), "octet 0: transparent mode, which packets do not use"),
        (ordinal(codeword(ordinal(codeword(Bits(), STEPUP), 1, 8), STEPUP), 1, 8).octets(), "ordinals of more than 8"),
        (
            codeword(ordinal(Bits(), 0x41), FIRST_CODEWORD).put(1, 1).octets(),
            "the packet ends within the code that starts in octet 1",
        ),
        (
            codeword(codeword(ordinal(Bits(), 1), 4).put(2, 2).put(0b1000, 4).put(255, 8), FLUSH).octets(),
            "a string of more than 255 octets",
        ),
    ],
)
def test_what_is_no_packet_is_refused_naming_the_octet(packet: bytes, text: str) -> None:
    with pytest.raises(V44Error, match=text):
        decompress(packet)


def test_codewords_never_grow_wider_than_the_recommendation_allows() -> None:
    bits = Bits()
    for width in range(6, 17):
        codeword(bits, STEPUP, width)
    with pytest.raises(V44Error, match="codewords of more than 16 bits"):
        decompress(codeword(bits, FLUSH, 17).octets())


def test_a_packet_that_would_fill_the_memory_is_stopped_at_the_limit() -> None:
    packet = compress(b"\x00" * (MAX_OUTPUT + 1))
    assert len(packet) < MAX_OUTPUT / 100
    began = time.perf_counter()
    with pytest.raises(V44Error, match=f"more than {MAX_OUTPUT} octets"):
        decompress(packet)
    assert time.perf_counter() - began < 5


def outcome(packet: bytes, max_output: int = MAX_OUTPUT) -> bytes | str:
    """What a packet says, or why it is refused."""
    try:
        return decompress(packet, max_output=max_output)
    except V44Error as problem:
        return str(problem)


@settings(max_examples=500)
@given(st.binary(max_size=400))
def test_random_octets_say_something_bounded_or_are_refused_naming_an_octet(packet: bytes) -> None:
    said = outcome(packet)
    assert "octet" in said if isinstance(said, str) else len(said) <= 292 * len(packet)


@given(st.data())
def test_a_damaged_packet_says_something_bounded_or_is_refused_naming_an_octet(data: st.DataObject) -> None:
    packet = bytearray(compress(APDU))
    packet[data.draw(st.integers(0, len(packet) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    said = outcome(bytes(packet), 10_000)
    assert "octet" in said if isinstance(said, str) else len(said) <= 10_000
