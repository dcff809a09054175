"""A file is written whole or not at all, and only its owner reads it."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.output_file import OutputFile, save_text

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file modes, links and FIFOs")


@posix
def test_only_the_owner_may_read_it_also_when_it_takes_the_place_of_one_that_all_could_read(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")
    path.chmod(0o644)
    with OutputFile(path) as file:
        file.write(b"after")
        (temporary,) = (one for one in tmp_path.iterdir() if one != path)
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_a_file_that_is_not_complete(tmp_path: Path, problem: type[BaseException]) -> None:
    def stopped() -> None:
        with OutputFile(tmp_path / "out") as file:
            file.write(b"half")
            assert any(tmp_path.iterdir())
            raise problem

    with pytest.raises(problem):
        stopped()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["in", "./in", "link"])
def test_the_input_is_never_replaced_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").write_bytes(b"precious")
    Path("link").symlink_to("in")
    with pytest.raises(CaptureError, match="this is the input"):
        OutputFile(name, ["-", "missing", "in"])
    assert Path("in").read_bytes() == b"precious"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in", "link"]


@posix
def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/out")
    with OutputFile(tmp_path / "link") as file:
        file.write(b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "out").read_bytes() == b"content"


@posix
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    with OutputFile(path) as file:
        file.write(b"through the pipe")
    reader.join(10)
    assert read == [b"through the pipe"]
    assert path.is_fifo()


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cannot write: No such file or directory"):
        OutputFile(tmp_path / "missing" / "out")


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cannot write: Is a directory"):
        OutputFile(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_in_a_sentence() -> None:
    with pytest.raises(CaptureError, match="cannot write: No space left"), OutputFile("/dev/full") as file:
        file.write(bytes(1 << 20))


def test_a_text_has_all_pieces_when_it_is_complete_and_is_not_there_before(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    steps = save_text(path, ["a\n", "b\n"])
    assert next(steps) == 1
    assert not path.exists()
    assert list(steps) == [2]
    assert path.read_text() == "a\nb\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_whose_writing_is_stopped_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    steps = save_text(path, ["a", "b"])
    next(steps)
    steps.close()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
