"""What can be opened: plain files, compressed files, pipes; and what is said of anything else."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from dlms_analyzer.capture import CaptureError, open_capture
from dlms_analyzer.capture import compressed as compression

FRAMES = 94


@pytest.fixture
def octets(captures: Path) -> bytes:
    return (captures / "ln_wrapper_low.pcap").read_bytes()


def count(path: Path | str) -> int:
    return sum(1 for _ in open_capture(path))


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, zstandard.compress], ids=["gzip", "xz", "zstd"])
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


def test_a_decompression_bomb_is_given_up(octets: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "MAX_RATIO", 2)
    monkeypatch.setattr(compression, "ALWAYS_ALLOWED", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(octets + bytes(8 << 20)))
    source = open_capture(path)
    assert sum(1 for _ in source) >= FRAMES
    assert any("no capture" in problem.text for problem in source.problems)


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
