"""What can be opened: plain files, compressed files, pipes; and what is said of anything else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from dlms_analyzer.capture import CaptureError, open_capture
from dlms_analyzer.capture import compressed as compression

FRAMES = 94
COMPRESSORS = [gzip.compress, bz2.compress, lzma.compress, zstandard.compress]
NAMES = ["gzip", "bzip2", "xz", "zstd"]


@pytest.fixture
def octets(captures: Path) -> bytes:
    return (captures / "ln_wrapper_low.pcap").read_bytes()


def count(path: Path | str) -> int:
    return sum(1 for _ in open_capture(path))


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_a_compressed_capture_has_the_frames_of_the_plain_one(
    compress: Callable[[bytes], bytes], octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    path.write_bytes(compress(octets))
    assert count(path) == FRAMES


def test_a_gzip_cut_short_is_read_up_to_the_cut_and_says_so(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "capture"
    whole = gzip.compress(octets)
    path.write_bytes(whole[: len(whole) // 2])
    source = open_capture(path)
    assert 0 < sum(1 for _ in source) < FRAMES
    assert any("compressed" in problem.text for problem in source.problems)


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_a_compressed_capture_cut_anywhere_says_so(
    compress: Callable[[bytes], bytes], octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    whole = compress(octets)
    for cut in [*range(16, len(whole), 97), *range(len(whole) - 20, len(whole))]:
        path.write_bytes(whole[:cut])
        try:
            source = open_capture(path)
        except CaptureError as refused:  # nothing of the capture came out
            assert "compressed data end" in str(refused)  # noqa: PT017
            continue
        assert sum(1 for _ in source) <= FRAMES
        assert any("compressed data end" in problem.text for problem in source.problems)


@pytest.mark.parametrize(
    ("compress", "at"),
    [
        (gzip.compress, -8),
        (bz2.compress, -3),
        (lzma.compress, -1),
        (lzma.compress, -40),
        (zstandard.ZstdCompressor(write_checksum=True).compress, -1),
    ],
    ids=["gzip", "bzip2", "xz footer", "xz check", "zstd"],
)
def test_a_wrong_checksum_costs_no_frame_and_is_noted(
    compress: Callable[[bytes], bytes], at: int, octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    whole = bytearray(compress(octets))
    whole[at] ^= 0x10
    path.write_bytes(whole)
    source = open_capture(path)
    assert sum(1 for _ in source) == FRAMES
    assert any("damaged here" in problem.text for problem in source.problems)


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
@pytest.mark.parametrize("middle", [b"", bytes(8)], ids=["at once", "behind zeros"])
def test_what_follows_a_compressed_capture_and_is_none_is_noted(
    compress: Callable[[bytes], bytes], middle: bytes, octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    whole = compress(octets)
    second = bytearray(whole)
    second[0] ^= 1
    path.write_bytes(whole + middle + second)
    source = open_capture(path)
    assert sum(1 for _ in source) == FRAMES
    [problem] = source.problems
    assert (problem.offset, problem.frame) == (len(octets), FRAMES)
    assert f"at octet {len(whole + middle)} of" in problem.text or compress is gzip.compress


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_zeros_behind_a_compressed_capture_are_no_damage(
    compress: Callable[[bytes], bytes], octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    path.write_bytes(compress(octets) + bytes(512))
    source = open_capture(path)
    assert sum(1 for _ in source) == FRAMES
    assert not len(source.problems)


def test_an_xz_that_claims_a_dictionary_of_4_gib_is_refused(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "capture"
    whole = bytearray(lzma.compress(octets))
    assert whole[12:16] == bytes.fromhex("02002101")  # a block of 12 octets of header with the filter LZMA2
    whole[16] = 40
    whole[20:24] = zlib.crc32(whole[12:20]).to_bytes(4, "little")
    path.write_bytes(whole)
    with pytest.raises(CaptureError, match="Memory usage limit"):
        open_capture(path)


def test_a_compressed_file_cut_before_its_first_frame_is_refused_with_the_reason(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lzma.compress(octets)[:20])
    with pytest.raises(CaptureError, match="compressed data end"):
        open_capture(path)


def test_zstandard_without_its_package_is_refused_with_a_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = tmp_path / "capture.zst"
    path.write_bytes(compression.ZSTD + bytes(16))
    with pytest.raises(CaptureError, match="zstandard"):
        open_capture(path)


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_a_decompression_bomb_is_given_up(
    compress: Callable[[bytes], bytes], octets: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "MAX_RATIO", 2)
    monkeypatch.setattr(compression, "ALWAYS_ALLOWED", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(compress(octets + bytes(8 << 20)))
    source = open_capture(path)
    assert sum(1 for _ in source) >= FRAMES
    assert any("no capture" in problem.text for problem in source.problems)


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_compressed_captures_one_behind_the_other_are_one_capture(
    compress: Callable[[bytes], bytes], octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    path.write_bytes(compress(octets[:700]) + compress(octets[700:]))
    assert count(path) == FRAMES


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_damage_in_a_compressed_capture_is_no_crash(
    compress: Callable[[bytes], bytes], octets: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "capture"
    whole = compress(octets)
    for at in range(4, len(whole), 97):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0x5A,)) + whole[at + 1 :])
        try:
            source = open_capture(path)
        except CaptureError:  # nothing of the capture came out
            continue
        assert sum(1 for _ in source) <= FRAMES + 5


@pytest.mark.parametrize("compress", COMPRESSORS, ids=NAMES)
def test_a_compressed_stream_is_read(compress: Callable[[bytes], bytes], octets: bytes) -> None:
    assert sum(1 for _ in open_capture(io.BytesIO(compress(octets)))) == FRAMES


def test_progress_in_a_compressed_capture_counts_its_own_octets(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(octets))
    source = open_capture(path)
    assert source.bytes_total == path.stat().st_size
    for _ in source:
        assert 0 < source.bytes_done <= path.stat().st_size
    assert source.bytes_done == path.stat().st_size


@pytest.mark.parametrize("keep", [True, False])
def test_a_stream_that_comes_octet_by_octet_is_read(octets: bytes, keep: bool) -> None:
    class Slow(io.RawIOBase):
        at = 0

        def readable(self) -> bool:
            return True

        def read1(self, _size: int) -> bytes:
            self.at += 1
            return octets[self.at - 1 : self.at]

    frames = list(open_capture(Slow(), keep=keep))
    assert [frame.octets for frame in frames] == [frame.octets for frame in open_capture(io.BytesIO(octets))]


def test_what_came_from_a_stream_can_be_looked_at_again_when_it_was_kept(octets: bytes) -> None:
    source = open_capture(io.BytesIO(octets))
    frames = list(source)
    assert [source.octets(frame.interface, frame.start, frame.end) for frame in frames] == [
        frame.octets for frame in frames
    ]
    source.close()


def test_what_passed_by_is_gone(octets: bytes) -> None:
    source = open_capture(io.BytesIO(octets), keep=False)
    [first, *_] = source
    with pytest.raises(CaptureError, match="not kept"):
        source.octets(first.interface, first.start, first.end)


def test_standard_input_is_read_as_it_comes(octets: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets)))
    assert count("-") == FRAMES


def test_a_fifo_is_read_as_it_comes(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(octets,))
    writer.start()
    assert count(path) == FRAMES
    writer.join()


@pytest.mark.parametrize("content", [b"", b"# a text", b"\x1f\x8b\x08\x00"], ids=["empty", "text", "half a gzip head"])
def test_what_is_no_capture_is_refused_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CaptureError) as refused:
        open_capture(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CaptureError, match=r"nowhere\.pcap"):
        open_capture("nowhere.pcap")
