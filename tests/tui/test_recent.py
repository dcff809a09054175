"""What is remembered: the newest first, each once, bounded, shared by all runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.recent import MAX_TEXT, Recent
from tui.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "recent.json"


def test_what_was_opened_last_stands_first_and_once(file: Path) -> None:
    recent = Recent(file, Settings())
    for name in ("/a.pcap", "/b.pcap", "/a.pcap"):
        assert recent.add_file(name) is None
    assert recent.files == ("/a.pcap", "/b.pcap")
    assert Recent(file, Settings()).files == recent.files


def test_a_relative_path_is_found_again_from_elsewhere(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parents[1])
    recent = Recent(file, Settings())
    recent.add_file("trace.pcap")
    assert recent.files == (str(file.parents[1] / "trace.pcap"),)


def test_standard_input_cannot_be_opened_again(file: Path) -> None:
    recent = Recent(file, Settings())
    recent.add_file("-")
    assert recent.files == ()


def test_no_more_is_kept_than_the_settings_say(file: Path) -> None:
    recent = Recent(file, Settings(recent_files=2, filter_history=0))
    for number in range(5):
        recent.add_file(f"/{number}")
        recent.add_filter(f"frame.number == {number}")
    assert recent.files == ("/4", "/3")
    assert recent.filters == ()
    assert Recent(file, Settings(recent_files=1)).files == ("/4",)


def test_two_runs_do_not_forget_what_the_other_remembers(file: Path) -> None:
    one, other = Recent(file, Settings()), Recent(file, Settings())
    one.add_filter("dlms.invoke_id == 1")
    other.add_filter(" dlms.invoke_id == 2 ")
    assert Recent(file, Settings()).filters == ("dlms.invoke_id == 2", "dlms.invoke_id == 1")


def test_a_path_that_is_no_text_is_remembered(file: Path) -> None:
    Recent(file, Settings()).add_file("/\udcff.pcap")
    assert Recent(file, Settings()).files == ("/\udcff.pcap",)


def test_a_filter_of_a_whole_page_is_not_remembered(file: Path) -> None:
    recent = Recent(file, Settings())
    recent.add_filter("x" * (MAX_TEXT + 1))
    recent.add_filter("   ")
    assert recent.filters == ()


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"files": 3, "filters": [null, {}, ""]}', "[" * 100_000])
def test_a_damaged_file_is_an_empty_one(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    recent = Recent(file, Settings())
    assert (recent.files, recent.filters) == ((), ())
    assert recent.add_filter("dlms") is None
    assert Recent(file, Settings()).filters == ("dlms",)


def test_where_nothing_can_be_written_it_is_remembered_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    recent = Recent(tmp_path / "file" / "recent.json", Settings())
    assert recent.add_filter("dlms") is not None
    assert recent.filters == ("dlms",)
    nowhere = Recent(None, Settings())
    assert nowhere.add_file("/a.pcap") is None
    assert nowhere.files == ("/a.pcap",)
