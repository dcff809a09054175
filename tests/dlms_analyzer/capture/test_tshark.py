"""What only tshark can read is read by way of tshark."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

from dlms_analyzer.capture import CaptureError, open_capture
from dlms_analyzer.capture.tshark import TSHARK, TsharkSource
from dlms_analyzer.frames import Segment
from dlms_analyzer.net import NetworkDecoder
from tests.dlms_analyzer.capture_samples import START, pcap

needs_tshark = pytest.mark.skipif(shutil.which(TSHARK) is None, reason="tshark is not installed")
NFLOG = 239
"""A link type that Scapy does not know."""


@needs_tshark
def test_frames_are_those_of_the_file(captures: Path) -> None:
    path = captures / "ln_wrapper_low.pcap"
    source = TsharkSource(path)
    frames = list(source)
    expected = list(open_capture(path))
    assert [(f.number, f.time, f.octets, f.link_type) for f in frames] == [
        (f.number, f.time, f.octets, f.link_type) for f in expected
    ]
    assert [source.octets(f.interface, f.start, f.end) for f in frames] == [f.octets for f in expected]
    assert not len(source.problems)
    source.close()


@needs_tshark
@pytest.mark.parametrize("file_format", ["snoop", "netmon2", "5views", "lanalyzer"])
def test_file_formats_of_other_programs_are_read(file_format: str, captures: Path, tmp_path: Path) -> None:
    path = captures / "ln_wrapper_low.pcap"
    other = tmp_path / "other"
    command = [TSHARK, "-r", str(path), "-F", file_format, "-w", str(other)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(CaptureError):
        list(open_capture(other))
    assert [frame.octets for frame in TsharkSource(other)] == [frame.octets for frame in open_capture(path)]


@needs_tshark
def test_from_a_format_that_tshark_cannot_convert_the_ip_packets_are_taken(captures: Path, tmp_path: Path) -> None:
    path = captures / "ln_wrapper_low.pcap"
    other = tmp_path / "other"
    subprocess.run([TSHARK, "-r", str(path), "-F", "k12text", "-w", str(other)], check=True, capture_output=True)
    source = TsharkSource(other)
    assert [frame.octets for frame in source] == [frame.octets[14:] for frame in open_capture(path)]
    assert "cannot convert" in source.problems[0].text
    source.close()


@needs_tshark
def test_link_layers_that_only_tshark_knows_are_taken_off(tmp_path: Path) -> None:
    packet = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=1, dport=4059, flags="A") / Raw(b"payload"))
    header = struct.pack("<BBH", 2, 0, 0) + struct.pack("<HH", 4 + len(packet), 9) + packet
    path = tmp_path / "nflog.pcap"
    path.write_bytes(pcap([(START, header), (START + 1_000_000, header)], link_type=NFLOG))
    source = TsharkSource(path, knows=lambda link_type: link_type != NFLOG)
    segments = [NetworkDecoder().decode(frame) for frame in source]
    assert [segment.octets for segment in segments if isinstance(segment, Segment)] == [b"payload"] * 2
    assert "link type 239" in source.problems[0].text
    source.close()


@needs_tshark
def test_what_tshark_cannot_read_is_refused_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(CaptureError, match="noise") as refused:
        list(TsharkSource(path))
    assert "\n" not in str(refused.value)


@needs_tshark
def test_a_file_that_is_cut_is_read_up_to_the_cut(captures: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes((captures / "ln_wrapper_low.pcap").read_bytes()[:-7])
    source = TsharkSource(path)
    assert len(list(source)) == 93
    assert "cut short" in source.problems[0].text
    source.close()


@needs_tshark
def test_tshark_is_ended_when_nobody_reads_on(captures: Path) -> None:
    source = TsharkSource(captures / "ln_wrapper_low.pcap")
    assert next(iter(source)).number == 1
    source.close()


def test_without_tshark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, captures: Path) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CaptureError, match="tshark is not installed"):
        TsharkSource(captures / "ln_wrapper_low.pcap")
