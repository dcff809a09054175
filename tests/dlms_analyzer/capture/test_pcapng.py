"""pcapng files are read with all blocks that matter; damaged ones up to the damage and past it."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.capture.pcapng import MAX_COMMENTS, PcapngReader
from dlms_analyzer.capture.problem import ProblemLog
from dlms_analyzer.frames import INBOUND, LAST_TIME, OUTBOUND, UNKNOWN, Frame
from tests.dlms_analyzer.capture_samples import FRAMES, SECOND, START, Pcapng, pcapng

STAMP = START // 1000
MANY = [(START + index * 50_000_000, bytes([index % 251]) * (20 + index % 40)) for index in range(200)]


def read(octets: bytes) -> tuple[list[Frame], PcapngReader]:
    reader = PcapngReader(ProblemLog("sample.pcapng"))
    frames = list(reader.read(octets, 0, len(octets), pause=len(octets), final=True))
    assert reader.position == len(octets)
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))
    return frames, reader


def content(frames: list[Frame]) -> list[tuple[int, bytes]]:
    return [(frame.time, frame.octets) for frame in frames]


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_both_byte_orders_are_read(order: str) -> None:
    frames, reader = read(pcapng(order=order))
    assert content(frames) == FRAMES
    assert not len(reader.problems)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("resolution", "stamp", "expected"),
    [
        (6, 1_700_000_000_123_456, 1_700_000_000_123_456_000),
        (9, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789),
        (3, 1_700_000_000_123, 1_700_000_000_123_000_000),
        (0, 1_700_000_000, 1_700_000_000_000_000_000),
        (12, 1_700_000_123_456_789_012, 1_700_000_123_456_789),
        (0x80 | 10, 1_700_000_000 * 1024 + 512, 1_700_000_000_500_000_000),
        (0x80 | 0, 1_700_000_000, 1_700_000_000_000_000_000),
    ],
)
def test_the_time_resolution_of_the_interface_is_used(order: str, resolution: int, stamp: int, expected: int) -> None:
    sample = Pcapng(order).section().interface(1, (9, bytes([resolution]))).packet(stamp, b"x").packet(stamp, b"y")
    frames, _ = read(sample.octets)
    assert [frame.time for frame in frames] == [expected, expected]


def test_the_time_offset_of_the_interface_is_added() -> None:
    sample = Pcapng().section().interface(1, (14, struct.pack("<q", -3600))).packet(STAMP, b"x")
    frames, _ = read(sample.octets)
    assert frames[0].time == START - 3600 * SECOND


@pytest.mark.parametrize(
    ("stamp", "option"),
    [
        (STAMP | 1 << 63, (9, b"\x06")),
        (LAST_TIME // 1000 + 1, (9, b"\x06")),
        (LAST_TIME + 1, (9, b"\x09")),
        (STAMP, (9, b"\x00")),
        ((1 << 64) - 1, (9, b"\x80")),
        ((1 << 64) - 1, (9, b"\x8a")),
        (STAMP, (14, struct.pack("<q", -1 << 62))),
        (STAMP, (14, struct.pack("<q", (1 << 63) - 1))),
        (0, (14, struct.pack("<q", -1))),
    ],
)
def test_a_time_that_no_capture_can_have_is_noted_and_that_of_the_frame_before_is_used(
    stamp: int, option: tuple[int, bytes]
) -> None:
    sample = Pcapng().section().interface(1).interface(1, option)
    sample.packet(stamp, b"a", interface=1).packet(STAMP, b"b").packet(stamp, b"c", interface=1)
    frames, reader = read(sample.octets)
    assert content(frames) == [(0, b"a"), (START, b"b"), (START, b"c")]
    at = sample.octets.index(struct.pack("<II", 6, 36))
    assert [(problem.offset, problem.frame) for problem in reader.problems] == [(at, 0), (at + 72, 2)]
    assert all("not believed" in problem.text for problem in reader.problems)


@pytest.mark.parametrize("resolution", [9, 6, 3, 0])
def test_every_time_up_to_the_last_is_read(resolution: int) -> None:
    unit = 10 ** (9 - resolution)
    last = LAST_TIME // unit
    sample = Pcapng().section().interface(1, (9, bytes([resolution])))
    for stamp in (0, last, last - (1 << 32), last >> 32 << 32, (last >> 32 << 32) - 1):
        sample.packet(stamp, b"x")
    frames, reader = read(sample.octets)
    assert [frame.time for frame in frames] == [
        stamp * unit for stamp in (0, last, last - (1 << 32), last >> 32 << 32, (last >> 32 << 32) - 1)
    ]
    assert not len(reader.problems)


def test_interfaces_have_names_and_link_types_of_their_own() -> None:
    sample = Pcapng().section().interface(1, (2, b"eth0"), (3, b"uplink")).interface(101, (2, b"tun0"))
    sample.packet(STAMP, b"a", interface=1).packet(STAMP, b"b", interface=0)
    frames, reader = read(sample.octets)
    assert [(frame.interface, frame.link_type) for frame in frames] == [(1, 101), (0, 1)]
    assert [(interface.name, interface.description) for interface in reader.interfaces] == [
        ("eth0", "uplink"),
        ("tun0", ""),
    ]


def test_sections_of_both_byte_orders_follow_each_other() -> None:
    first = Pcapng("<").section().interface(1).packet(STAMP, b"one")
    second = Pcapng(">").section().interface(113).packet(STAMP, b"two")
    frames, reader = read(first.octets + second.octets + first.octets)
    assert [(frame.octets, frame.interface, frame.link_type) for frame in frames] == [
        (b"one", 0, 1),
        (b"two", 1, 113),
        (b"one", 2, 1),
    ]
    assert len(reader.interfaces) == 3


def test_an_interface_may_be_described_in_the_middle() -> None:
    sample = Pcapng().section().interface(1).packet(STAMP, b"a").interface(101).packet(STAMP, b"b", interface=1)
    frames, _ = read(sample.octets)
    assert [frame.link_type for frame in frames] == [1, 101]


def test_comments_and_directions_of_frames_are_kept() -> None:
    sample = Pcapng().section().interface()
    sample.packet(STAMP, b"a", (1, "first: ä".encode()), (1, b"second"), (2, struct.pack("<I", 1)))
    sample.packet(STAMP, b"bb", (2, struct.pack("<I", 2))).packet(STAMP, b"c", (2, struct.pack("<I", 3)))
    frames, reader = read(sample.octets)
    assert [frame.direction for frame in frames] == [INBOUND, OUTBOUND, UNKNOWN]
    assert reader.comments == {1: "first: ä\nsecond"}


def test_no_more_than_a_number_of_comments_is_kept() -> None:
    reader = PcapngReader(ProblemLog("x"))
    reader.comments = dict.fromkeys(range(-MAX_COMMENTS, 0), "")
    octets = Pcapng().section().interface().packet(STAMP, b"a", (1, b"one too many")).octets
    assert len(list(reader.read(octets, 0, len(octets), pause=len(octets), final=True))) == 1
    assert len(reader.comments) == MAX_COMMENTS


@pytest.mark.parametrize("order", ["<", ">"])
def test_simple_packets_take_the_time_of_the_frame_before(order: str) -> None:
    sample = Pcapng(order).section().interface(snap_length=4).packet(STAMP, b"a")
    sample.block(3, struct.pack(order + "I", 9) + b"abcd").block(3, struct.pack(order + "I", 2) + b"xy")
    frames, reader = read(sample.octets)
    assert [(frame.octets, frame.original_length, frame.time) for frame in frames[1:]] == [
        (b"abcd", 9, START),
        (b"xy", 2, START),
    ]
    assert len(reader.problems) == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_obsolete_packet_blocks_are_read(order: str) -> None:
    header = struct.pack(order + "HHIIII", 0, 0xFFFF, STAMP >> 32, STAMP & 0xFFFFFFFF, 3, 60)
    frames, _ = read(Pcapng(order).section().interface().block(2, header + b"abc").octets)
    assert [(frame.octets, frame.original_length, frame.time) for frame in frames] == [(b"abc", 60, START)]


def test_blocks_that_say_nothing_about_frames_are_passed() -> None:
    sample = Pcapng().section().interface()
    for kind in (4, 9, 11, 0xBAD, 0x40000BAD, 0x80000001):
        sample.block(kind, bytes(40)).packet(STAMP, b"x")
    frames, reader = read(sample.octets)
    assert len(frames) == 6
    assert not len(reader.problems)


def test_decryption_secrets_are_passed_through() -> None:
    secrets = b"CLIENT_RANDOM 00 11\n"
    sample = Pcapng().section().block(10, struct.pack("<II", 0x544C534B, len(secrets)) + secrets)
    _, reader = read(sample.octets)
    assert reader.secrets == [(0x544C534B, secrets)]


def test_frames_the_system_dropped_are_counted() -> None:
    statistics = struct.pack("<III", 0, 0, 0) + Pcapng().options(
        (4, bytes(8)), (5, (7).to_bytes(8, "little")), (7, (3).to_bytes(8, "little"))
    )
    _, reader = read(Pcapng().section().interface().block(5, statistics).octets)
    assert reader.interfaces[0].dropped == 10


def test_a_packet_before_any_interface_is_taken_for_ethernet_with_a_note() -> None:
    sample = Pcapng().section().packet(STAMP, b"x").packet(STAMP, b"y").interface(101).packet(STAMP, b"z")
    frames, reader = read(sample.octets)
    assert [(frame.octets, frame.time, frame.link_type, frame.interface) for frame in frames] == [
        (b"x", START, 1, 0),
        (b"y", START, 1, 0),
        (b"z", START, 101, 0),
    ]
    assert [interface.link_type for interface in reader.interfaces] == [101]
    [problem] = reader.problems
    assert (problem.offset, problem.frame) == (28, 0)
    assert "Ethernet is assumed" in problem.text


def test_an_interface_that_is_described_late_and_badly_is_one_interface() -> None:
    sample = Pcapng().section().packet(STAMP, b"a").block(1, bytes(4)).interface(101)
    frames, reader = read(sample.packet(STAMP, b"b").packet(STAMP, b"c", interface=1).octets)
    assert [(frame.octets, frame.link_type, frame.interface) for frame in frames] == [
        (b"a", 1, 0),
        (b"b", 1, 0),
        (b"c", 101, 1),
    ]
    assert [interface.link_type for interface in reader.interfaces] == [1, 101]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("at", [4, 16], ids=["length in front", "length behind"])
def test_an_interface_whose_description_is_damaged_is_taken_for_ethernet_and_the_others_keep_their_numbers(
    order: str, at: int
) -> None:
    sample = Pcapng(order).section().interface(147).interface(101)
    sample.packet(STAMP, b"a").packet(STAMP, b"b", interface=1)
    octets = bytearray(sample.octets)
    octets[28 + at : 28 + at + 4] = struct.pack(order + "I", 16)
    frames, reader = read(bytes(octets))
    assert [(frame.octets, frame.link_type, frame.interface) for frame in frames] == [(b"a", 1, 0), (b"b", 101, 1)]
    assert [problem.offset for problem in reader.problems] == [28, 28]
    assert "Ethernet is assumed" in reader.problems[1].text


def test_an_interface_whose_description_is_too_short_is_taken_for_ethernet_and_the_others_keep_their_numbers() -> None:
    sample = Pcapng().section().block(1, bytes(4)).interface(101).packet(STAMP, b"a").packet(STAMP, b"b", interface=1)
    frames, reader = read(sample.octets)
    assert [(frame.octets, frame.link_type, frame.interface) for frame in frames] == [(b"a", 1, 0), (b"b", 101, 1)]
    [problem] = reader.problems
    assert problem.offset == 28
    assert "16 octets is too short; Ethernet is assumed" in problem.text


@pytest.mark.parametrize(("kind", "size"), [(6, 0), (6, 16), (2, 16), (3, 0)])
def test_a_packet_block_too_short_to_hold_a_packet_is_noted(kind: int, size: int) -> None:
    sample = Pcapng().section().interface().packet(STAMP, b"a").block(kind, bytes(size)).packet(STAMP, b"b")
    frames, reader = read(sample.octets)
    assert [frame.octets for frame in frames] == [b"a", b"b"]
    [problem] = reader.problems
    assert (problem.offset, problem.frame) == (84, 1)
    assert f"{12 + size} octets is too short" in problem.text


def test_a_packet_on_an_interface_that_is_not_described_is_read_with_a_note() -> None:
    frames, reader = read(Pcapng().section().interface(101).packet(STAMP, b"x", interface=5).octets)
    assert [(frame.octets, frame.link_type) for frame in frames] == [(b"x", 101)]
    assert "interface 5" in reader.problems[0].text


def test_a_packet_longer_than_its_block_is_cut_with_a_note() -> None:
    sample = bytearray(Pcapng().section().interface().packet(STAMP, b"abcd").packet(STAMP, b"next").octets)
    struct.pack_into("<I", sample, 28 + 20 + 20, 400)
    frames, reader = read(bytes(sample))
    assert [frame.octets for frame in frames] == [b"abcd", b"next"]
    assert reader.problems[0].offset == 48


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_file_cut_at_any_octet_gives_the_frames_before_and_names_the_offset(order: str) -> None:
    whole = pcapng(order=order)
    ends = [28, 48]
    for _, octets in FRAMES:
        ends.append(ends[-1] + 32 + len(octets) + (-len(octets) % 4))
    assert ends[-1] == len(whole)
    for cut in range(4, len(whole)):
        frames, reader = read(whole[:cut])
        complete = max(0, sum(end <= cut for end in ends) - 2)
        assert content(frames[:complete]) == FRAMES[:complete]
        if cut in ends:
            assert not len(reader.problems)
        else:
            assert reader.problems[0].offset == max([0, *(end for end in ends if end <= cut)])
            assert reader.problems[0].frame == complete
            if len(frames) > complete:
                assert FRAMES[complete][1].startswith(frames[-1].octets)


OFFSETS = [48 + sum(32 + len(octets) + (-len(octets) % 4) for _, octets in MANY[:index]) for index in range(201)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("at", [0, 4, 7, -4])
def test_a_damaged_block_costs_one_frame_and_says_where(order: str, at: int) -> None:
    octets = bytearray(pcapng(MANY, order))
    place = OFFSETS[100] + at if at >= 0 else OFFSETS[101] + at
    octets[place : place + 4] = b"\xff\xff\xff\xff"
    frames, reader = read(bytes(octets))
    assert content(frames) == MANY[:100] + MANY[101:] or at == 0  # an unknown block type is passed by its length
    assert content(frames)[-99:] == MANY[101:]
    if at:
        assert reader.problems[0].offset == OFFSETS[100]
        assert reader.problems[0].frame == 100


@pytest.mark.parametrize("order", ["<", ">"])
def test_octets_lost_from_the_middle_cost_what_they_held(order: str) -> None:
    whole = pcapng(MANY, order)
    frames, reader = read(whole[: OFFSETS[50] + 21] + whole[OFFSETS[60] + 5 :])
    assert content(frames)[:50] == MANY[:50]
    assert content(frames)[-139:] == MANY[61:]
    assert reader.problems[0].offset == OFFSETS[50]


def test_a_stream_is_read_as_it_comes() -> None:
    whole = pcapng(MANY)
    for step in (1, 7, 100, 5000):
        reader = PcapngReader(ProblemLog("stream"))
        frames: list[Frame] = []
        buf, base = b"", 0
        for at in range(0, len(whole), step):
            buf += whole[at : at + step]
            frames += reader.read(buf, 0, len(buf), pause=len(buf), final=False, base=base)
            buf, base = buf[reader.position :], base + reader.position
        assert content(frames) == MANY
        assert buf == b""


def test_reading_pauses_where_it_is_told_to() -> None:
    whole = pcapng(MANY)
    reader = PcapngReader(ProblemLog("x"))
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
    octets = bytearray(pcapng(MANY[:40], order) + tail)
    for place, change in changes:
        at = 4 + place % (len(octets) - 4)
        octets[at : at + len(change)] = change
    frames, reader = read(bytes(octets))
    for frame in frames:
        assert 0 <= frame.start <= frame.end <= len(octets)
        assert 0 <= frame.time <= LAST_TIME
    for problem in reader.problems:
        assert 0 <= problem.offset <= len(octets)
