"""What the network layer cannot read is told at the end, and ordinary other traffic is not."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Packet, Raw

from dlms_analyzer.cli import main
from tests.dlms_analyzer.ahead.rehearsal import assert_same, indexed, rehearse

MACS = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}
HOSTS = {"src": "192.0.2.1", "dst": "192.0.2.2"}
REQUEST = Raw(bytes.fromhex("000100100001000dc001c100030100010800ff0200"))
READABLE = Ether(**MACS) / IP(**HOSTS) / UDP(sport=40_000, dport=4_059) / REQUEST
SHORT_HEADER = bytes(READABLE)[:14] + b"\x44" + bytes(READABLE)[15:]
BAD_LENGTH = Ether(**MACS) / IP(**HOSTS) / UDP(sport=40_002, dport=4_059, len=3) / REQUEST
LONE_FRAGMENT = Ether(**MACS) / IP(flags="MF", proto=17, id=5, **HOSTS) / Raw(bytes(64))
DEEP = Ether(**MACS) / IP(**HOSTS)
for _ in range(20):
    DEEP = DEEP / IP(**HOSTS)
DEEP = DEEP / UDP(sport=40_003, dport=4_059) / REQUEST
TOO_DEEP = (
    "1 frame not read, an encapsulation that is not known; the first is frame 2, offset 194: "
    "IP inside too many other headers"
)
VLANS = Ether(**MACS)
for _ in range(9):
    VLANS = VLANS / Dot1Q()
VLANS = VLANS / IP(**HOSTS) / UDP(dport=4_059) / REQUEST
FOREIGN = (Ether(**MACS) / ARP(), Ether(**MACS) / IP(**HOSTS) / ICMP())


def capture_of(folder: Path, *packets: bytes | Packet, snaplen: int = 65_535) -> Path:
    path = folder / "some.pcap"
    octets = pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
    for packet in packets:
        sent = bytes(packet)
        octets += pack("<IIII", 1_700_000_000, 0, min(snaplen, len(sent)), len(sent)) + sent[:snaplen]
    path.write_bytes(octets)
    return path


@pytest.mark.parametrize("command", [["read"], ["sessions"], ["values"], ["model"], ["audit"], ["keys", "check", "K"]])
def test_malformed_frames_are_counted_with_the_place_of_the_first_and_the_capture_is_damaged(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[[meter]]\nname = "m"\n')
    path = capture_of(tmp_path, READABLE, SHORT_HEADER, BAD_LENGTH)
    assert main([str(keys) if one == "K" else one for one in command] + [str(path)]) == 1
    told = "2 frames not read, malformed; the first is frame 2, offset 14: IPv4 version and header length 0x44"
    assert f"dlms-analyzer: {told}" in capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("packet", "told", "status"),
    [
        (LONE_FRAGMENT, "1 IP datagram not read, fragments are missing; the first begins in frame 2", 1),
        (VLANS, "1 frame not read, malformed; the first is frame 2, offset 44: more than 8 VLAN tags", 1),
        (DEEP, TOO_DEEP, 0),
    ],
)
def test_a_frame_that_cannot_be_read_does_not_vanish(
    packet: Packet, told: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(capture_of(tmp_path, READABLE, packet))]) == status
    assert capsys.readouterr().err == f"dlms-analyzer: {told}\n"


def test_frames_cut_inside_their_headers_are_told_and_are_no_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(capture_of(tmp_path, READABLE, READABLE, snaplen=30))]) == 0
    told = "2 frames not read, cut by the snapshot length; the first is frame 1, offset 14: "
    assert capsys.readouterr().err == f"dlms-analyzer: {told}the frame ends inside its IPv4 header\n"


def test_of_ordinary_other_traffic_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(capture_of(tmp_path, READABLE, *FOREIGN))]) == 0
    assert capsys.readouterr().err == ""


def test_fragments_that_are_all_there_are_no_loss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from scapy.layers.inet import fragment

    pieces = fragment(READABLE / Raw(bytes(300)), fragsize=120)
    assert len(pieces) > 1
    assert main(["read", str(capture_of(tmp_path, *pieces))]) == 0
    assert capsys.readouterr().err == ""


def test_a_second_process_that_reads_ahead_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = capture_of(tmp_path, *[READABLE] * 50, SHORT_HEADER, LONE_FRAGMENT, *[READABLE] * 50, DEEP, BAD_LENGTH)
    alone = indexed(path, ahead=False)
    rehearse(monkeypatch, batch=7)
    ahead = indexed(path, ahead=True)
    assert_same(ahead, alone)
    assert list(ahead.analyzer.lower.unread.notes()) == list(alone.analyzer.lower.unread.notes())
    assert len(list(alone.analyzer.lower.unread.notes())) == 3
