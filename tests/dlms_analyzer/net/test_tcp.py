"""TCP reassembly gives the octets of each direction in order, or an explicit gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.frames import ACK, FIN, PSH, RST, SYN, TCP, Frame, Segment, reverse_flow
from dlms_analyzer.net import Again, ConversationTable, Delivery, End, Gap, GapReason, NetworkDecoder, Unread
from dlms_analyzer.net import conversations as conversations_module
from dlms_analyzer.net.tcp import HOLE_PATIENCE, MAX_PENDING_OCTETS, MAX_PENDING_SEGMENTS, REORDER_TOLERANCE
from tests.dlms_analyzer import mangle
from tests.support import Sidecar, usual_sidecars

CLIENT = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (50_000).to_bytes(2) + (4059).to_bytes(2)
SERVER = reverse_flow(CLIENT)
MILLISECOND = 1_000_000
WRAP = 1 << 32


@dataclass
class Wire:
    """Speaks TCP into a table and keeps what comes out, per direction."""

    table: ConversationTable = field(default_factory=ConversationTable)
    number: int = 0
    time: int = 1_700_000_000_000_000_000
    out: list[Delivery] = field(default_factory=list)

    def send(
        self,
        payload: bytes = b"",
        sequence: int = 0,
        *,
        flow: bytes = CLIENT,
        ack: int | None = None,
        flags: int = 0,
        missing: int = 0,
        after: int = 10 * MILLISECOND,
    ) -> list[Delivery]:
        self.number += 1
        self.time += after
        frame = Frame(self.number, self.time, 1, payload, 0, len(payload), len(payload) + missing)
        flags |= 0 if ack is None else ACK
        segment = Segment(
            frame,
            TCP,
            flow,
            sequence % WRAP,
            -1 if ack is None else ack % WRAP,
            flags,
            payload,
            0,
            len(payload),
            missing,
        )
        delivered = self.table.feed(segment)
        self.out += delivered
        return delivered

    def flush(self) -> list[Delivery]:
        delivered = self.table.flush()
        self.out += delivered
        return delivered

    def handshake(self, client: int = 0, server: int = 0) -> None:
        self.send(sequence=client, flags=SYN)
        self.send(sequence=server, flags=SYN, ack=client + 1, flow=SERVER)
        self.send(sequence=client + 1, ack=server + 1)

    def story(self, flow: bytes = CLIENT) -> list[bytes | int | str]:
        """Octets joined, gaps as their length, ends by name."""
        return story(self.out, flow)


def story(out: Iterable[Delivery], flow: bytes = CLIENT) -> list[bytes | int | str]:
    told: list[bytes | int | str] = []
    for stream, item in out:
        if stream.flow != flow or isinstance(item, Again):
            continue
        if isinstance(item, Gap):
            told.append(item.length)
        elif isinstance(item, End):
            told.append("RST" if item.reset else "FIN")
        elif told and isinstance(told[-1], bytes):
            told[-1] += item.octets
        else:
            told.append(item.octets)
    return told


def reasons(out: Iterable[Delivery]) -> list[GapReason]:
    return [item.reason for _, item in out if isinstance(item, Gap)]


@pytest.fixture
def wire() -> Wire:
    wire = Wire()
    wire.handshake()
    return wire


def test_segments_in_order_are_delivered_at_once_and_uncopied(wire: Wire) -> None:
    payload = b"request"
    [(stream, item)] = wire.send(payload, 1, ack=1)
    assert isinstance(item, Segment)
    assert item.buf is payload
    assert stream.direction == 0
    assert wire.send(b"more", 8, ack=1)[0][1].octets == b"more"
    [(stream, item)] = wire.send(b"answer", 1, ack=12, flow=SERVER)
    assert stream.direction == 1
    assert stream.conversation.initiator == 0


def test_a_segment_that_came_too_early_waits_for_the_one_before(wire: Wire) -> None:
    assert wire.send(b"two", 4, ack=1) == []
    assert story(wire.send(b"one", 1, ack=1)) == [b"onetwo"]


def test_a_retransmission_is_counted_and_told_and_its_octets_are_not_delivered(wire: Wire) -> None:
    [(stream, _)] = wire.send(b"once", 1, ack=1)
    [(again_on, again)] = wire.send(b"once", 1, ack=1)
    assert isinstance(again, Again)
    assert (again_on, again.length) == (stream, 4)
    assert stream.duplicates == 1  # type: ignore[attr-defined]


def test_a_retransmission_of_what_waits_behind_a_hole_is_told(wire: Wire) -> None:
    wire.send(b"later", 10, ack=1)
    [(_, again)] = wire.send(b"later", 10, ack=1)
    assert isinstance(again, Again)


def test_a_keep_alive_is_no_retransmission(wire: Wire) -> None:
    wire.send(b"data", 1, ack=1)
    assert wire.send(b"a", 4, ack=1) == []


def test_of_an_overlap_only_the_new_octets_are_delivered(wire: Wire) -> None:
    wire.send(b"abcd", 1, ack=1)
    assert story(wire.send(b"XXefgh", 3, ack=1)) == [b"efgh"]


def test_where_segments_that_wait_overlap_the_first_one_wins(wire: Wire) -> None:
    wire.send(b"FGHIJ", 6, ack=1)
    wire.send(b"xxxx", 4, ack=1)  # D, E and two octets that are there already
    wire.send(b"yyyyyyyyyyyyyy", 3, ack=1)  # around all of them
    assert wire.send(b"AB", 1, ack=1)
    assert wire.story() == [b"AByxxFGHIJyyyyyy"]


def test_sequence_numbers_wrap() -> None:
    wire = Wire()
    wire.handshake(client=WRAP - 4)
    wire.send(b"abcdef", WRAP - 3, ack=1)
    wire.send(b"ijkl", 5, ack=1)
    wire.send(b"gh", 3, ack=1)
    assert wire.story() == [b"abcdefghijkl"]


def test_a_lost_segment_becomes_a_gap_when_the_peer_has_it_and_the_speaker_goes_on(wire: Wire) -> None:
    wire.send(b"first", 1, ack=1)
    # The next 10 octets are lost; the server answers them all the same.
    assert story(wire.send(b"answer", 1, ack=16, flow=SERVER), SERVER) == [b"answer"]
    delivered = wire.send(b"next", 16, ack=7)
    assert story(delivered) == [10, b"next"]
    assert reasons(delivered) == [GapReason.LOST]


def test_a_gap_comes_before_the_answer_to_what_waited_behind_it(wire: Wire) -> None:
    wire.send(b"answer", 1, ack=11, flow=SERVER)
    tolerated = REORDER_TOLERANCE // 2
    assert wire.send(b"next", 11, ack=7, after=tolerated // 2) == []
    delivered = wire.send(b"reply", 7, ack=15, flow=SERVER, after=tolerated // 2)
    assert [type(item).__name__ for _, item in delivered] == ["Gap", "Segment", "Segment"]
    assert [stream.flow for stream, _ in delivered] == [CLIENT, CLIENT, SERVER]


def test_data_captured_just_after_its_acknowledgment_is_no_loss(wire: Wire) -> None:
    wire.send(sequence=1, ack=9, flow=SERVER)
    assert wire.send(b"then", 5, ack=1, after=REORDER_TOLERANCE // 3) == []
    assert story(wire.send(b"this", 1, ack=1, after=REORDER_TOLERANCE // 3)) == [b"thisthen"]


def test_a_hole_that_nobody_acknowledges_stays_open_for_a_while(wire: Wire) -> None:
    wire.send(b"late", 5, ack=1)
    assert wire.send(b"r", 9, ack=1, after=HOLE_PATIENCE // 2) == []
    delivered = wire.send(b"s", 10, ack=1, after=HOLE_PATIENCE)
    assert story(delivered) == [4, b"laters"]
    assert reasons(delivered) == [GapReason.OVERDUE]


def test_no_more_than_the_buffer_cap_waits_behind_a_hole(wire: Wire) -> None:
    sequence = 2
    delivered: list[Delivery] = []
    while not delivered:
        assert sequence < MAX_PENDING_OCTETS + 100_000
        delivered = wire.send(bytes(50_000), sequence, ack=1, after=1)
        sequence += 50_000
    assert story(delivered)[0] == 1
    assert wire.story()[0] == 1


def test_no_more_than_a_number_of_segments_waits_behind_a_hole(wire: Wire) -> None:
    for index in range(MAX_PENDING_SEGMENTS):
        assert wire.send(b"x", 2 + 2 * index, ack=1, after=1) == []
    assert story(wire.send(b"x", 2 + 2 * MAX_PENDING_SEGMENTS, ack=1, after=1)) == [1, b"x"]


def test_at_the_end_what_waits_is_delivered_with_its_gaps(wire: Wire) -> None:
    wire.send(b"a", 3, ack=1)
    wire.send(b"b", 5, ack=1)
    assert story(wire.flush()) == [2, b"a", 1, b"b"]
    assert wire.flush() == []


def test_without_a_handshake_a_stream_starts_with_its_first_segment() -> None:
    wire = Wire()
    assert story(wire.send(b"middle", 1000, ack=2000)) == [b"middle"]
    assert story(wire.send(b"reply", 2000, ack=1006, flow=SERVER), SERVER) == [b"reply"]


def test_without_a_handshake_the_peers_acknowledgment_says_where_a_stream_starts() -> None:
    wire = Wire()
    wire.send(b"answer", 2000, ack=1000, flow=SERVER)
    assert wire.send(b"two", 1003, ack=2006) == []
    assert story(wire.send(b"one", 1000, ack=2006)) == [b"onetwo"]


def test_a_keep_alive_at_the_start_does_not_open_a_hole() -> None:
    wire = Wire()
    wire.send(sequence=999, ack=2000)  # one below the next octet
    assert story(wire.send(b"data", 1000, ack=2000)) == [b"data"]


def test_a_keep_alive_in_the_middle_is_not_data(wire: Wire) -> None:
    wire.send(b"data", 1, ack=1)
    assert wire.send(b"\0", 4, ack=1) == []
    assert story(wire.send(b"more", 5, ack=1)) == [b"more"]


def test_data_in_a_syn_comes_first() -> None:
    wire = Wire()
    wire.send(b"early", 100, flags=SYN)
    wire.send(sequence=0, flags=SYN, ack=106, flow=SERVER)
    wire.send(b" bird", 106, ack=1)
    assert wire.story() == [b"early bird"]


def test_a_syn_captured_after_the_first_data_does_not_start_anew() -> None:
    wire = Wire()
    wire.send(b"data", 1, ack=1)
    wire.send(sequence=0, flags=SYN)
    wire.send(b"more", 5, ack=1)
    assert wire.story() == [b"datamore"]
    assert wire.table.count == 1


def test_a_fin_ends_a_direction_after_its_last_octet(wire: Wire) -> None:
    wire.send(b"bye", 4, ack=1, flags=FIN)
    assert wire.story() == []
    wire.send(b"abc", 1, ack=1)
    assert wire.story() == [b"abcbye", "FIN"]
    assert wire.send(sequence=8, ack=1) == []


def test_a_lost_last_segment_shows_as_a_gap_before_the_fin(wire: Wire) -> None:
    wire.send(sequence=11, ack=1, flags=FIN)
    assert wire.story() == []
    wire.send(sequence=1, ack=12, flow=SERVER, flags=FIN)
    wire.send(sequence=12, ack=2)
    assert wire.story() == [10, "FIN"]
    assert wire.story(SERVER) == ["FIN"]


def test_a_reset_delivers_what_waits_and_ends_both_directions(wire: Wire) -> None:
    wire.send(b"x", 5, ack=1)
    delivered = wire.send(sequence=1, ack=1, flags=RST, flow=SERVER)
    assert story(delivered) == [4, b"x"]
    assert story(delivered, SERVER) == ["RST"]


def test_a_syn_with_another_number_on_the_same_ports_is_another_conversation(wire: Wire) -> None:
    wire.send(b"old", 1, ack=1)
    wire.send(b"waits", 10, ack=1)
    [*before] = wire.send(sequence=5000, flags=SYN)
    assert story(before) == [6, b"waits"]
    wire.send(sequence=9000, flags=SYN, ack=5001, flow=SERVER)
    [(stream, item)] = wire.send(b"new", 5001, ack=9001)
    assert item.octets == b"new"  # type: ignore[union-attr]
    assert stream.conversation.number == 1
    assert wire.table.count == 2


def test_a_repeated_syn_is_the_same_conversation(wire: Wire) -> None:
    wire.send(sequence=0, flags=SYN)
    wire.send(b"data", 1, ack=1)
    assert wire.story() == [b"data"]
    assert wire.table.count == 1


def test_ports_used_again_after_the_end_are_another_conversation_even_without_a_syn(wire: Wire) -> None:
    wire.send(sequence=1, ack=1, flags=RST)
    wire.send(b"new", 3_000_000_000, ack=77)
    assert wire.story() == ["RST", b"new"]
    assert wire.table.count == 2


def test_a_jump_of_the_sequence_numbers_is_a_gap_of_unknown_length(wire: Wire) -> None:
    wire.send(b"here", 1, ack=1)
    delivered = wire.send(b"there", 2_000_000_000, ack=1)
    assert story(delivered) == [-1, b"there"]
    assert reasons(delivered) == [GapReason.JUMP]
    assert story(wire.send(b"on", 2_000_000_005, ack=1)) == [b"on"]


def test_octets_cut_by_the_snapshot_length_are_a_gap(wire: Wire) -> None:
    delivered = wire.send(b"long", 1, ack=1, missing=96)
    assert story(delivered) == [b"long", 96]
    assert reasons(delivered) == [GapReason.CUT]
    assert story(wire.send(b"next", 101, ack=1)) == [b"next"]


def test_a_cut_segment_that_waits_keeps_its_gap(wire: Wire) -> None:
    wire.send(b"cut", 5, ack=1, missing=7)
    wire.send(b"first", 1, ack=1)
    assert wire.story() == [b"firstut", 7]


def test_connections_that_share_a_server_do_not_mix() -> None:
    wire = Wire()
    other = CLIENT[:8] + (50_001).to_bytes(2) + CLIENT[10:]
    wire.send(b"a1", 100, ack=1)
    wire.send(b"b1", 100, ack=1, flow=other)
    wire.send(b"a2", 102, ack=1)
    wire.send(b"b2", 102, ack=1, flow=other)
    assert wire.story() == [b"a1a2"]
    assert wire.story(other) == [b"b1b2"]
    assert wire.table.count == 2


def test_idle_connections_are_let_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations_module, "MAX_CONVERSATIONS", 8)
    wire = Wire()
    flows = [CLIENT[:8] + port.to_bytes(2) + CLIENT[10:] for port in range(1, 40)]
    for flow in flows:
        wire.send(b"1", 10, ack=1, flow=flow)
        wire.send(b"3", 12, ack=1, flow=flow)  # waits behind a hole
    wire.flush()
    for flow in flows:
        assert wire.story(flow) == [b"1", 1, b"3"]


# Whatever the network does to the segments, the octets are the same or there is a gap that says so.


@st.composite
def mangled_transfers(draw: st.DrawFn) -> tuple[bytes, int, list[tuple[int, bytes]]]:
    """Data, an initial sequence number, and segments: cut anywhere, overlapping, doubled and shuffled in a window."""
    data = draw(st.binary(min_size=1, max_size=300))
    start = draw(st.sampled_from([0, 1, WRAP - 1, WRAP - 150, WRAP // 2 - 7]) | st.integers(0, WRAP - 1))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=20)) | {0, len(data)})
    pieces = []
    for begin, end in pairwise(cuts):
        back = draw(st.integers(0, min(begin, 12)))
        ahead = draw(st.integers(0, min(len(data) - end, 12)))
        pieces += [(begin - back, data[begin - back : end + ahead])] * draw(st.sampled_from([1, 1, 1, 2, 3]))
    random = Random(draw(st.integers(0, 1 << 16)))
    window = draw(st.integers(1, 8))
    keyed = [(index + random.uniform(0, window), piece) for index, piece in enumerate(pieces)]
    return data, start, [piece for _, piece in sorted(keyed)]


@given(mangled_transfers(), st.booleans())
def test_split_shuffled_doubled_and_overlapping_segments_give_the_same_octets(
    transfer: tuple[bytes, int, list[tuple[int, bytes]]], answered: bool
) -> None:
    data, start, pieces = transfer
    wire = Wire()
    wire.handshake(client=start - 1)
    for at, piece in pieces:
        wire.send(piece, start + at, ack=1)
        if answered:  # acknowledges what arrived in order, as a receiver does
            received = sum(len(part) for part in wire.story() if isinstance(part, bytes))
            wire.send(sequence=1, ack=start + received, flow=SERVER)
    assert wire.story() == [data]
    assert wire.flush() == []


@given(mangled_transfers(), st.data())
def test_with_losses_the_octets_are_right_and_the_gaps_have_the_right_length(
    transfer: tuple[bytes, int, list[tuple[int, bytes]]], draw: st.DataObject
) -> None:
    data, start, pieces = transfer
    kept = [piece for piece in pieces if draw.draw(st.booleans(), label="kept")]
    wire = Wire()
    wire.handshake(client=start - 1)
    for at, piece in kept:
        wire.send(piece, start + at, ack=1)
        if draw.draw(st.booleans(), label="acknowledged"):
            wire.send(sequence=1, ack=start + draw.draw(st.integers(0, len(data)), label="ack"), flow=SERVER)
    wire.send(sequence=start + len(data), ack=1, flags=FIN)
    wire.flush()
    position = 0
    for part in wire.story():
        if isinstance(part, bytes):
            assert part == data[position : position + len(part)]
            position += len(part)
        elif isinstance(part, int):
            position += part
    assert position == len(data)
    assert wire.story()[-1] == "FIN"


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 255), st.integers(0, 40), st.integers(0, 60)), max_size=60))
def test_no_sequence_of_segments_upsets_the_reassembler(steps: list[tuple[bool, int, int, int]]) -> None:
    wire = Wire()
    for client, flags, sequence, size in steps:
        jump = 2_000_000_000 if sequence == 40 else 0
        wire.send(
            bytes(size),
            sequence + jump,
            flow=CLIENT if client else SERVER,
            ack=sequence if flags & ACK else None,
            flags=flags & ~ACK,
        )
    wire.flush()
    assert wire.flush() == []
    for gap in (item for _, item in wire.out if isinstance(item, Gap)):
        assert gap.length == -1 or gap.length > 0


# Captures, mangled.


def payloads(frames: list[Frame]) -> dict[bytes, list[bytes | int | str]]:
    decoder, table = NetworkDecoder(), ConversationTable()
    out: list[Delivery] = []
    for frame in frames:
        segment = decoder.decode(frame)
        assert not isinstance(segment, Unread)
        out += table.feed(segment)
    out += table.flush()
    return {flow: story(out, flow) for flow in {stream.flow for stream, _ in out}}


SMALL = usual_sidecars()


@pytest.mark.parametrize("capture", SMALL, ids=lambda capture: capture.name)
def test_a_mangled_capture_carries_the_same_octets(capture: Sidecar) -> None:
    packets = mangle.load(capture.pcap)
    original = payloads(mangle.frames(packets))
    random = Random(capture.name)
    assert payloads(mangle.frames(mangle.split(packets, 1))) == original
    assert payloads(mangle.frames(mangle.merge(packets))) == original
    assert payloads(mangle.frames(mangle.reorder(mangle.split(packets, 5), random))) == original
    assert payloads(mangle.frames(mangle.duplicate(packets, random))) == original
    assert payloads(mangle.frames(mangle.overlap(mangle.split(packets, 9)))) == original
    assert payloads(mangle.frames(mangle.shift_sequence(packets))) == original
    everything = mangle.shift_sequence(mangle.split(packets, 11), 40)
    everything = mangle.overlap(everything, 4)
    everything = mangle.duplicate(mangle.reorder(everything, random), random)
    assert payloads(mangle.frames(everything)) == original


@pytest.mark.parametrize("capture", [one for one in SMALL if one.over_tcp], ids=lambda capture: capture.name)
def test_interleaved_captures_do_not_mix(capture: Sidecar) -> None:
    packets = mangle.load(capture.pcap)
    both = payloads(mangle.frames(mangle.interleave(packets, packets)))
    assert both == payloads(mangle.frames(packets)) | payloads(mangle.frames(mangle.relocate(packets)))


@pytest.mark.parametrize("capture", SMALL, ids=lambda capture: capture.name)
def test_a_dropped_frame_leaves_a_gap_of_its_size_and_everything_else(capture: Sidecar) -> None:
    packets = mangle.load(capture.pcap)
    original = payloads(mangle.frames(packets))
    for origin in mangle.with_payload(packets)[::7]:
        [dropped] = [packet for packet in packets if packet.origin == origin]
        left = payloads(mangle.frames(mangle.drop(packets, [origin])))
        for flow, parts in original.items():
            if flow == dropped.flow:
                lost = len(dropped.payload)
                assert length(left[flow], bytes) == length(parts, bytes) - lost
                assert length(left[flow], int) == length(parts, int) + lost
            else:
                assert left[flow] == parts


def length(parts: list[bytes | int | str], kind: type) -> int:
    """How many octets were delivered (bytes) or are missing (int)."""
    return sum(len(part) if isinstance(part, bytes) else part for part in parts if isinstance(part, kind))


def test_psh_makes_no_difference(wire: Wire) -> None:
    wire.send(b"a", 1, ack=1, flags=PSH)
    wire.send(b"b", 2, ack=1)
    assert wire.story() == [b"ab"]
