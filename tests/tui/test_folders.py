"""What is in a folder, for somebody who looks for captures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.folders import completed, entries_of, expanded, is_capture_name, recent_entries, unreadable, unwritable


@pytest.mark.parametrize("name", ["a.pcap", "A.PCAPNG", "x.cap", "trace.log", "a.pcap.gz", "a.pcapng.zst", "b.txt.xz"])
def test_a_capture_is_known_by_its_name(name: str) -> None:
    assert is_capture_name(name)


@pytest.mark.parametrize("name", ["a.py", "pcap", "a.gz", "a.tar.gz", "", ".pcap"])
def test_other_files_are_no_captures(name: str) -> None:
    assert not is_capture_name(name)


def test_folders_come_before_captures_and_other_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    for name in ("B.pcap", "a.pcapng", "notes.md", ".hidden.pcap"):
        (tmp_path / name).write_bytes(b"12345")
    found = entries_of(tmp_path)
    assert [one.path.name for one in found] == ["..", "z", "a.pcapng", "B.pcap"]
    assert [one.size for one in found] == [None, None, 5, 5]
    everything = {one.path.name for one in entries_of(tmp_path, everything=True)}
    assert everything == {"..", "z", "a.pcapng", "B.pcap", "notes.md", ".hidden.pcap"}


def test_recent_captures_that_are_gone_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "here.pcap").write_bytes(b"")
    found = recent_entries([str(tmp_path / "gone.pcap"), str(tmp_path / "here.pcap")])
    assert [(one.path.name, one.kind) for one in found] == [("here.pcap", "recent")]


def test_a_link_that_leads_nowhere_is_listed_without_a_size(tmp_path: Path) -> None:
    (tmp_path / "lost.pcap").symlink_to(tmp_path / "nowhere")
    assert [(one.path.name, one.size) for one in entries_of(tmp_path)] == [("..", None), ("lost.pcap", None)]


def test_a_path_is_completed_and_captures_are_preferred(tmp_path: Path) -> None:
    (tmp_path / "meters").mkdir()
    (tmp_path / "trace.md").write_bytes(b"")
    (tmp_path / "trace.pcap").write_bytes(b"")
    assert completed(f"{tmp_path}/me") == f"{tmp_path}/meters/"
    assert completed(f"{tmp_path}/tr") == f"{tmp_path}/trace.pcap"
    for text in ("", f"{tmp_path}/", f"{tmp_path}/no", "/nowhere/at/all", "~nobody-of-that-name/x"):
        assert completed(text) is None


def test_a_typed_path_is_never_too_odd_to_be_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("")
    assert (unreadable(str(file)), unwritable(str(file))) == (None, None)
    assert unwritable(str(tmp_path / "new.toml")) is None
    assert unwritable(str(tmp_path)) == "this is a folder"
    assert "there is no folder" in str(unwritable(str(tmp_path / "none" / "a.toml")))
    for odd in ("~nobody-is-called-so/x", "x" * 5_000, "a\0b"):
        assert unreadable(odd)
        assert unwritable(f"{odd}/y")
    assert expanded("~nobody-is-called-so/x") == Path("~nobody-is-called-so/x")
    assert expanded("~/x") == Path.home() / "x"
