"""Frames in streams with noise, idle flags, shared flags and broken frames; every octet comes out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import (
    HDLC,
    LLC,
    GetRequestNormal,
    HdlcFrame,
    HdlcScanner,
    Noise,
    find_frames,
    hdlc_stream,
    read_frame,
)
from scapy_layers.hdlc_stream import MAX_FRAME, MAX_OPENING, NoiseReason

RR = bytes.fromhex("7EA0070321311787 7E")
SNRM = bytes.fromhex("7EA0200321937DD98180140502008006020080070400000001080400000001CE6A7E")
GET = bytes(HDLC() / LLC() / GetRequestNormal(class_id=3, attribute_id=2))
WITH_FLAGS_INSIDE = bytes(HDLC() / LLC() / GetRequestNormal(class_id=0x7EA0, attribute_id=0x7E))


def damaged(frame: bytes, place: int = -4) -> bytes:
    """A frame with a changed octet, in its information unless said otherwise."""
    octets = bytearray(frame)
    octets[place] ^= 0x55
    return bytes(octets)


def kinds(octets: bytes, final: bool = True) -> list[Any]:
    """`True` for a good frame, `False` for one with a wrong FCS, the octets for noise."""
    found = find_frames(octets, 0, len(octets), final=final)
    check(octets, found.items, found.position)
    return [item.fcs_ok if isinstance(item, HdlcFrame) else item.octets for item in found.items]


def check(octets: bytes, items: list[Any], position: int) -> None:
    """Assert that the items follow each other without a gap."""
    at = 0
    for item in items:
        assert item.start == at
        assert item.end > at
        at = item.end
        if isinstance(item, Noise):
            assert item.octets == octets[item.start : item.end]
    assert at == position


def test_frames_follow_each_other_with_one_two_or_many_flags_between_them() -> None:
    assert kinds(RR + RR) == [True, True]
    assert kinds(RR + RR[1:]) == [True, True]
    assert kinds(RR + b"\x7e\x7e\x7e" + RR) == [True, True]


def test_a_frame_that_shares_a_flag_starts_at_its_format_field() -> None:
    first, second = find_frames(RR + GET[1:], 0, len(RR + GET) - 1).items
    assert (first.start, first.end, second.start, second.end) == (0, len(RR), len(RR), len(RR) + len(GET) - 1)
    assert isinstance(second, HdlcFrame)
    assert (RR + GET[1:])[second.information_start :].startswith(b"\xe6\xe6\x00")


def test_flags_inside_a_frame_do_not_end_it() -> None:
    assert WITH_FLAGS_INSIDE[1:-1].count(0x7E) > 1
    assert kinds(WITH_FLAGS_INSIDE * 2) == [True, True]


def test_noise_between_frames_is_kept() -> None:
    assert kinds(b"\x01\x02" + RR + b"/?!\r\n" + GET + b"\xff") == [b"\x01\x02", True, b"/?!\r\n", True, b"\xff"]


def test_a_stream_without_flags_is_noise_at_once() -> None:
    assert kinds(b"hello", final=False) == [b"hello"]


def test_flags_at_the_end_may_open_a_frame() -> None:
    found = find_frames(RR + b"\x7e\x7e", 0, len(RR) + 2)
    assert found.position == len(RR)
    final = find_frames(RR + b"\x7e\x7e", 0, len(RR) + 2, final=True)
    assert isinstance(final.items[-1], Noise)
    assert final.items[-1].reason is NoiseReason.FLAGS


def test_a_wrong_fcs_is_said_and_the_frame_is_shown() -> None:
    assert kinds(damaged(GET) + RR) == [False, True]
    assert kinds(damaged(RR, 5) + RR) == [False, True]


def test_a_wrong_fcs_before_a_shared_flag_leaves_both_frames() -> None:
    assert kinds(damaged(GET) + RR[1:]) == [False, True]


def test_a_wrong_hcs_is_said_beside_the_fcs() -> None:
    frame = find_frames(damaged(GET, 6), 0, len(GET)).items[0]
    assert isinstance(frame, HdlcFrame)
    assert (frame.hcs_ok, frame.fcs_ok) == (False, False)
    assert {note.code for note in frame.notes} == {"bad-hcs", "bad-fcs"}


def test_a_frame_cut_short_does_not_swallow_the_next_one() -> None:
    for size in range(3, len(GET)):
        assert kinds(GET[:size] + GET + GET)[-2:] == [True, True]


def test_a_frame_with_octets_missing_is_set_aside_and_the_next_is_found() -> None:
    for place in range(1, len(GET) - 1):
        assert kinds(GET[:place] + GET[place + 1 :] + GET + RR)[-2:] == [True, True]


def test_a_frame_without_its_closing_flag_is_taken_when_its_fcs_is_right() -> None:
    found = find_frames(GET[:-1] + b"\x00" + RR, 0, len(GET + RR))
    frame = found.items[0]
    assert isinstance(frame, HdlcFrame)
    assert frame.fcs_ok
    assert [note.code for note in frame.notes] == ["no-closing-flag"]


def test_a_length_that_no_frame_has_is_noise() -> None:
    assert kinds(b"\x7e\xa0\x06\x03\x21" + RR) == [b"\x7e\xa0\x06\x03\x21", True]
    assert kinds(b"\x7e\x90\x07\x03\x23\x93" + RR) == [b"\x7e\x90\x07\x03\x23\x93", True]


def test_what_is_cut_at_the_end_waits_and_then_is_noise() -> None:
    for size in range(1, len(GET)):
        waiting = find_frames(RR + GET[:size], 0, len(RR) + size)
        assert waiting.position == len(RR)
        assert size < waiting.wanted <= len(GET) + MAX_FRAME
        assert kinds(RR + GET[:size])[0] is True
    assert find_frames(GET[:4], 0, 4).wanted == len(GET)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_a_scanner_finds_the_same_in_pieces_of_any_size(size: int) -> None:
    stream = b"\x01" + GET + RR[1:] + damaged(GET) + b"\xff\xff" + SNRM + GET[:9] + WITH_FLAGS_INSIDE + damaged(RR, 5)
    assert in_pieces(stream, [size] * (len(stream) // size + 1)) == joined(
        find_frames(stream, 0, len(stream), True).items
    )


def in_pieces(stream: bytes, sizes: list[int]) -> list[Any]:
    scanner = HdlcScanner()
    items: list[Any] = []
    at = 0
    for size in sizes:
        items += scanner.feed(stream[at : at + size])
        at += size
    items += scanner.feed(stream[at:], final=True)
    return joined(items)


def joined(items: list[Any]) -> list[Any]:
    """Neighbouring noise as one: how it is cut depends on when it comes."""
    said: list[Any] = []
    for item in items:
        if isinstance(item, Noise) and said and isinstance(said[-1], bytes):
            said[-1] += item.octets
        else:
            said.append(item.octets if isinstance(item, Noise) else item)
    return said


PIECES = st.one_of(
    st.sampled_from([RR, GET, SNRM, WITH_FLAGS_INSIDE, RR[1:], GET[1:], damaged(GET), damaged(RR, 5), GET[:-1]]),
    st.integers(1, len(GET)).map(lambda size: GET[:size]),
    st.binary(max_size=6),
    st.sampled_from([b"\x7e", b"\x7e\xa0", b"\x7e\xa7\xff", b"\x7e\xa0\x20", b"\xa0\x07"]),
)


@given(st.lists(PIECES, max_size=8), st.lists(st.integers(0, 60), max_size=12))
def test_frames_do_not_depend_on_where_the_stream_is_cut(pieces: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(pieces)
    kinds(stream)
    assert in_pieces(stream, sizes) == joined(find_frames(stream, 0, len(stream), final=True).items)


@given(st.lists(st.binary(max_size=12).filter(lambda noise: b"\x7e" not in noise), min_size=1, max_size=6))
def test_whole_frames_are_found_whatever_noise_without_flags_stands_between(noises: list[bytes]) -> None:
    found = kinds(GET.join(noises))
    assert found.count(True) == len(noises) - 1


@pytest.mark.parametrize("opening", ["7ea7ff032113", "7ea009032113", "7ea7ff"])
def test_octets_made_to_look_like_frames_are_read_no_more_than_a_few_times(
    opening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = (bytes.fromhex(opening) + bytes(3)) * 5_000
    read: list[int] = []

    def counted(buf: bytes, pos: int, end: int) -> Any:
        read.append(pos)
        return read_frame(buf, pos, end)

    monkeypatch.setattr(hdlc_stream, "read_frame", counted)
    kinds(hostile)
    assert len(read) <= 3 * 5_000


def test_a_run_of_flags_on_an_idle_line_is_passed_over_and_not_kept() -> None:
    for size in (MAX_OPENING + 1, 10_000):
        found = find_frames(RR + b"\x7e" * size, 0, len(RR) + size)
        assert found.position == len(RR) + size - MAX_OPENING
        assert isinstance(found.items[-1], Noise)
        assert found.items[-1].reason is NoiseReason.FLAGS


@pytest.mark.parametrize("sizes", [[], [1] * 300, [7] * 60, [len(RR) + 1, 299], [len(RR) + 200]])
def test_the_frame_behind_an_idle_line_is_the_same_however_the_flags_come(sizes: list[int]) -> None:
    stream = RR + b"\x7e" * 300 + GET
    fill, opening = b"\x7e" * (301 - MAX_OPENING), MAX_OPENING - 1
    first, between, second = in_pieces(stream, sizes)
    assert between == fill
    assert isinstance(second, HdlcFrame)
    assert (first.end, second.start) == (len(RR), len(stream) - len(GET) - opening)
