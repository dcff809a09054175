"""pcap files are read in every variant; damaged ones up to the damage and past it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.capture.pcap import PcapReader
from dlms_analyzer.capture.problem import ProblemLog
from dlms_analyzer.frames import LAST_TIME, OUTBOUND, Frame
from tests.dlms_analyzer.capture_samples import FRAMES, SECOND, START, pcap


def read(octets: bytes) -> tuple[list[Frame], ProblemLog]:
    problems = ProblemLog("sample.pcap")
    reader = PcapReader(problems)
    frames = list(reader.read(octets, 0, len(octets), pause=len(octets), final=True))
    assert reader.position == len(octets)
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))
    return frames, problems


def content(frames: list[Frame]) -> list[tuple[int, bytes]]:
    return [(frame.time, frame.octets) for frame in frames]


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
@pytest.mark.parametrize("variant", [{}, {"nanoseconds": True}, {"modified": True}], ids=["µs", "ns", "modified"])
def test_every_variant_is_read(order: str, variant: dict[str, bool]) -> None:
    frames, problems = read(pcap(order=order, link_type=113, **variant))  # type: ignore[arg-type]
    assert content(frames) == FRAMES
    assert not len(problems)
    assert {frame.link_type for frame in frames} == {113}


def test_nanoseconds_are_kept() -> None:
    frames, _ = read(pcap([(START + 1, b"x"), (START + 999_999_999, b"y")], nanoseconds=True))
    assert [frame.time for frame in frames] == [START + 1, START + 999_999_999]


def test_the_modified_variant_says_who_sent() -> None:
    frames, _ = read(pcap(modified=True))
    assert {frame.direction for frame in frames} == {OUTBOUND}


def test_a_frame_check_sequence_announced_in_the_header_does_not_change_the_link_type() -> None:
    frames, _ = read(pcap(link_type=1 | 0x24000000))
    assert frames[0].link_type == 1


def test_a_cut_frame_knows_its_original_length() -> None:
    octets = pcap([])
    octets += struct.pack("<IIII", 1, 2, 3, 1500) + b"abc"
    [frame], problems = read(octets)
    assert (frame.octets, frame.original_length) == (b"abc", 1500)
    assert not len(problems)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_file_cut_at_any_octet_gives_the_frames_before_and_names_the_offset(order: str) -> None:
    whole = pcap(order=order)
    ends = [24]
    for _, octets in FRAMES:
        ends.append(ends[-1] + 16 + len(octets))
    for cut in range(4, len(whole)):
        frames, problems = read(whole[:cut])
        complete = sum(end <= cut for end in ends) - 1
        assert content(frames[: max(complete, 0)]) == FRAMES[: max(complete, 0)]
        if cut in ends:
            assert len(frames) == complete
            assert not len(problems)
        else:
            [problem] = problems
            assert problem.offset == max([0 if cut < 24 else 24, *(end for end in ends if end <= cut)]) or cut < 24
            assert problem.frame == max(complete, 0)
            assert f"offset {problem.offset}" in str(problem)
            if cut > 24 and len(frames) > complete:  # what there is of the last one
                assert FRAMES[complete][1].startswith(frames[-1].octets)


MANY = [(START + index * 50_000_000, bytes([index % 251]) * (20 + index % 40)) for index in range(200)]
OFFSETS = [24 + sum(16 + len(octets) for _, octets in MANY[:index]) for index in range(len(MANY) + 1)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_damaged_header_costs_one_frame_and_says_where(order: str) -> None:
    octets = bytearray(pcap(MANY, order))
    octets[OFFSETS[100] : OFFSETS[100] + 16] = b"\xff" * 16
    frames, problems = read(bytes(octets))
    assert content(frames) == MANY[:100] + MANY[101:]
    [problem] = problems
    assert (problem.offset, problem.frame) == (OFFSETS[100], 100)


@pytest.mark.parametrize("order", ["<", ">"])
def test_octets_lost_from_the_middle_cost_what_they_held(order: str) -> None:
    whole = pcap(MANY, order)
    cut = whole[: OFFSETS[50] + 21] + whole[OFFSETS[60] + 5 :]
    frames, problems = read(cut)
    assert content(frames)[:50] == MANY[:50]
    assert content(frames)[-139:] == MANY[61:]
    assert len(problems) >= 1
    assert OFFSETS[50] <= problems[0].offset <= OFFSETS[52]


def test_a_length_damaged_to_a_larger_one_does_not_swallow_frames() -> None:
    octets = bytearray(pcap(MANY))
    struct.pack_into("<I", octets, OFFSETS[100] + 8, 1_001)
    frames, problems = read(bytes(octets))
    assert content(frames)[:100] == MANY[:100]
    assert content(frames)[-99:] == MANY[101:]
    assert len(problems) == 1


def test_a_length_damaged_beyond_the_end_of_the_file_does_not_swallow_frames() -> None:
    octets = bytearray(pcap(MANY))
    struct.pack_into("<I", octets, OFFSETS[100] + 8, 200_000)
    struct.pack_into("<I", octets, OFFSETS[100] + 12, 200_000)
    frames, problems = read(bytes(octets))
    assert content(frames) == MANY[:100] + MANY[101:]
    assert len(problems) == 1


def test_a_tail_of_zeros_is_not_taken_for_frames() -> None:
    octets = pcap() + bytes(5000)
    frames, problems = read(octets)
    assert content(frames) == FRAMES
    assert "5000" in problems[0].text


def test_damage_before_the_first_frame_is_passed() -> None:
    whole = pcap(MANY)
    frames, problems = read(whole[:24] + b"\xff" * 100 + whole[24:])
    assert content(frames) == MANY
    assert problems[0].frame == 0


def test_fractions_beyond_a_second_are_read_with_a_note() -> None:
    octets = pcap([])
    for index in range(5):
        octets += struct.pack("<IIII", 1000, 999_999_999, 3, 3) + b"ab" + bytes([index])
    frames, problems = read(octets)
    assert len(frames) == 5
    assert len(problems) == 1


def test_a_stream_is_read_as_it_comes() -> None:
    whole = pcap(MANY)
    for step in (1, 7, 100, 5000):
        reader = PcapReader(ProblemLog("stream"))
        frames: list[Frame] = []
        buf, base = b"", 0
        for at in range(0, len(whole), step):
            buf += whole[at : at + step]
            frames += reader.read(buf, 0, len(buf), pause=len(buf), final=False, base=base)
            buf, base = buf[reader.position :], base + reader.position
        assert content(frames) == MANY
        assert buf == b""


def test_reading_pauses_where_it_is_told_to() -> None:
    whole = pcap(MANY)
    reader = PcapReader(ProblemLog("x"))
    frames: list[Frame] = []
    position = 0
    while position < len(whole):
        frames += reader.read(whole, position, len(whole), pause=position + 500, final=True)
        assert position < reader.position <= position + 500 + 100
        position = reader.position
    assert content(frames) == MANY


@given(
    st.binary(max_size=400),
    st.sampled_from(["<", ">"]),
    st.lists(st.tuples(st.integers(0, 1 << 14), st.binary(min_size=1, max_size=40)), max_size=5),
)
def test_no_damage_upsets_the_reader(tail: bytes, order: str, changes: list[tuple[int, bytes]]) -> None:
    octets = bytearray(pcap(MANY[:40], order) + tail)
    for place, change in changes:
        at = 4 + place % (len(octets) - 4)
        octets[at : at + len(change)] = change
    frames, problems = read(bytes(octets))
    for frame in frames:
        assert 0 <= frame.start <= frame.end <= len(octets)
        assert 0 <= frame.time <= LAST_TIME
    for problem in problems:
        assert 0 <= problem.offset <= len(octets)


def test_the_time_of_a_frame_may_be_anything() -> None:
    frames, problems = read(pcap([(0, b"a"), (0xFFFFFFFF * SECOND, b"b"), (START, b"c")]))
    assert len(frames) == 3
    assert not len(problems)


def test_a_file_of_only_a_header_is_empty(tmp_path: Path) -> None:
    frames, problems = read(pcap([]))
    assert frames == []
    assert not len(problems)
