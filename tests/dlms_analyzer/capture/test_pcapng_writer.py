"""What is written as pcapng is read back the same, here and by Scapy."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from scapy.utils import RawPcapNgReader

from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.capture.pcapng import PcapngReader
from dlms_analyzer.capture.problem import ProblemLog
from dlms_analyzer.frames import LAST_TIME


def read(octets: bytes) -> tuple[list[object], PcapngReader]:
    reader = PcapngReader(ProblemLog("written"))
    frames = list(reader.read(octets, 0, len(octets), pause=len(octets), final=True))
    assert not len(reader.problems)
    return [(f.interface, f.time, f.octets, f.original_length, f.direction) for f in frames], reader


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, LAST_TIME),
            st.binary(max_size=50),
            st.integers(50, 2000),
            st.integers(0, 2),
            st.text(max_size=10),
        ),
        max_size=8,
    )
)
def test_frames_are_read_back_as_they_were_written(rows: list[tuple[int, int, bytes, int, int, str]]) -> None:
    octets = (
        writer.section_header() + writer.interface_description(1, "a") + writer.interface_description(250, "b", "text")
    )
    for interface, time, frame, original, direction, comment in rows:
        octets += writer.packet(interface, time, frame, original, direction, comment)
    frames, reader = read(octets)
    assert frames == [row[:5] for row in rows]
    assert reader.comments == {number: row[5] for number, row in enumerate(rows, start=1) if row[5]}
    assert [(interface.link_type, interface.name) for interface in reader.interfaces] == [(1, "a"), (250, "b")]


def test_statistics_and_secrets_are_read_back() -> None:
    octets = writer.section_header() + writer.interface_description(1)
    octets += writer.interface_statistics(0, 5, 42) + writer.decryption_secrets(7, b"secret")
    _, reader = read(octets)
    assert reader.interfaces[0].dropped == 42
    assert reader.secrets == [(7, b"secret")]


def test_scapy_reads_what_is_written() -> None:
    octets = writer.section_header() + writer.interface_description(101, "tun0")
    octets += writer.packet(0, 1_700_000_000_123_456_789, b"E" * 21, comment="a remark", direction=1)
    [(frame, metadata)] = list(RawPcapNgReader(io.BytesIO(octets)))  # type: ignore[no-untyped-call]
    assert frame == b"E" * 21
    assert metadata.linktype == 101
    assert metadata.ifname == b"tun0"
    assert (metadata.tshigh << 32 | metadata.tslow) == 1_700_000_000_123_456_789
