"""Several captures are read as one, in the order of time."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.capture import merged, open_capture, open_captures
from tests.dlms_analyzer.capture_samples import START, Pcapng, pcap


def test_frames_come_in_the_order_of_time_and_are_numbered_anew(tmp_path: Path) -> None:
    odd = [(START + index, b"odd %d" % index) for index in range(1_000, 9_000, 2_000)]
    even = [(START + index, b"even %d" % index) for index in range(0, 8_000, 2_000)]
    (tmp_path / "odd").write_bytes(pcap(odd))
    (tmp_path / "even").write_bytes(pcap(even, ">", nanoseconds=True))
    source = open_captures([tmp_path / "odd", tmp_path / "even"])
    frames = list(source)
    assert [(frame.time, frame.octets) for frame in frames] == sorted(odd + even)
    assert [frame.number for frame in frames] == list(range(1, 9))
    assert source.bytes_done == source.bytes_total == sum(path.stat().st_size for path in tmp_path.iterdir())
    source.close()


def test_interfaces_comments_and_secrets_stay_with_their_frames(tmp_path: Path) -> None:
    stamp = START // 1000
    first = Pcapng().section().interface(1, (2, b"eth0")).interface(101, (2, b"tun0"))
    first.packet(stamp, b"a", interface=1).packet(stamp + 2, b"c", (1, b"remark"), interface=0)
    second = Pcapng().section().interface(113, (2, b"any")).packet(stamp + 1, b"b", (1, b"other"))
    (tmp_path / "1").write_bytes(first.octets)
    (tmp_path / "2").write_bytes(second.octets)
    source = open_captures([tmp_path / "1", tmp_path / "2"])
    frames = list(source)
    assert [(frame.octets, source.interfaces[frame.interface].name) for frame in frames] == [
        (b"a", "tun0"),
        (b"b", "any"),
        (b"c", "eth0"),
    ]
    assert source.comments == {2: "other", 3: "remark"}
    assert [source.octets(frame.interface, frame.start, frame.end) for frame in frames] == [b"a", b"b", b"c"]
    assert source.secrets == []


def test_problems_of_every_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(pcap()[:-1])
    (tmp_path / "2").write_bytes(pcap()[:-2])
    source = open_captures([tmp_path / "1", tmp_path / "2"])
    assert len(list(source)) == 12
    assert [Path(problem.path).name for problem in source.problems] == ["1", "2"]
    assert len(source.problems) == 2


def test_one_capture_is_not_merged(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(pcap())
    assert type(open_captures([tmp_path / "1"])) is type(open_capture(tmp_path / "1"))


def test_a_frame_waits_until_no_other_source_can_bring_an_earlier_one(tmp_path: Path) -> None:
    early = [(START, b"a"), (START + 3_000, b"d")]
    late = [(START + 1_000, b"b"), (START + 2_000, b"c")]
    (tmp_path / "1").write_bytes(pcap(early))
    (tmp_path / "2").write_bytes(pcap(late[:1]))
    growing = open_capture(tmp_path / "2", follow=True)
    source = merged([open_capture(tmp_path / "1"), growing])
    assert [frame.octets for frame in source.available()] == [b"a", b"b"]
    assert [frame.octets for frame in source.available()] == []
    (tmp_path / "2").write_bytes(pcap(late))
    assert [frame.octets for frame in source.available()] == [b"c"]
    assert not source.ended
    growing.stop()
    assert [(frame.number, frame.octets) for frame in source.available()] == [(4, b"d")]
    assert source.ended
