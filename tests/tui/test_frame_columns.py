"""What the list of frames says of a frame."""

from __future__ import annotations

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet, Raw

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.index.frames import FrameSurvey
from tui.frame_columns import FRAME_COLUMNS, ListedFrame

ASK = bytes.fromhex("000100100001000dc001c100080000010000ff0200")
INFO = next(column for column in FRAME_COLUMNS if column.key == "info")


def head_end(sequence: int, payload: bytes, flags: str = "PA") -> Packet:
    packet = (
        Ether() / IP(src="192.0.2.1", dst="192.0.2.7") / TCP(sport=40000, dport=4059, seq=sequence, ack=1, flags=flags)
    )
    return packet / Raw(payload) if payload else packet


def listed(tmp_path_factory: pytest.TempPathFactory, *packets: Packet) -> list[ListedFrame]:
    path = tmp_path_factory.mktemp("frames") / "made.pcapng"
    blocks = [writer.packet(0, 1_000_000_000 + at, bytes(packet)) for at, packet in enumerate(packets)]
    path.write_bytes(writer.section_header() + writer.interface_description(1, "eth0") + b"".join(blocks))
    capture = IndexedCapture(open_capture(path))
    for _ in capture.grow():
        pass
    survey = FrameSurvey(capture.table, capture.frames)
    for _ in survey.steps():
        pass
    return [ListedFrame(survey, number, survey.frames.time(1)) for number in range(1, len(packets) + 1)]


@pytest.mark.parametrize(
    ("packets", "text", "role"),
    [
        ([head_end(1, b"", "S")], "opens or closes a connection", "dim"),
        ([head_end(1, ASK)], "message 1", ""),
        ([head_end(1, ASK + ASK)], "messages 1, 2", ""),
        ([head_end(1, ASK * 5)], "messages 1, 2, 3 and 2 more", ""),
        ([head_end(1, ASK), head_end(1, ASK)], "a retransmission: its octets were there already", "note"),
        ([head_end(1, ASK), head_end(90_000_000, ASK)],
         "message 2; octets before it are missing in the capture", "warning"),
        ([Ether() / ARP()], "not IP: EtherType 0x0806", "dim"),
        ([Ether() / IP(len=3) / Raw(b"x" * 30)], "malformed: IPv4 total length 3 below header length 20", "error"),
        ([Ether() / IP() / UDP(sport=53, dport=53) / Raw(b"name")], "no message of DLMS is complete in it", "dim"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_a_frame_says_what_it_carries_or_why_it_carries_nothing(
    packets: list[Packet], text: str, role: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = listed(tmp_path_factory, *packets)[-1]
    assert (frame.info, INFO.role(frame)) == (text, role)


def test_ends_protocol_and_flags_are_those_of_the_segment(tmp_path_factory: pytest.TempPathFactory) -> None:
    (frame,) = listed(tmp_path_factory, head_end(1, ASK))
    cells = {column.key: column.text(frame) for column in FRAME_COLUMNS}
    assert cells["source"] == "192.0.2.1:40000"
    assert cells["destination"] == "192.0.2.7:4059"
    assert (cells["protocol"], cells["flags"], cells["payload"]) == ("TCP", "PSH ACK", str(len(ASK)))
