"""Bookmarks and notes in a file beside the capture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.notes import MAX_NOTE, SUFFIX, Notes, Remark
from tui.settings import FOLDER_VARIABLE

TIME = "2026-01-31T12:00:00.000000Z"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "own"))
    return tmp_path / "own"


def remark(number: int, note: str = "", *, bookmark: bool = True) -> Remark:
    return Remark(number, number + 2, TIME, bookmark, note)


def capture(tmp_path: Path) -> str:
    return str(tmp_path / "trace.pcap")


def test_what_was_written_is_there_at_the_next_run(tmp_path: Path) -> None:
    first = Notes([capture(tmp_path)])
    first.put(remark(12, "too late"))
    first.put(remark(3))
    assert first.take_problems() == []
    again = Notes([capture(tmp_path)])
    assert again.all() == [remark(3), remark(12, "too late")]
    assert again.of(12, TIME) == remark(12, "too late")
    assert again.path == tmp_path / f"trace.pcap{SUFFIX}"


def test_the_file_says_what_it_is_about(tmp_path: Path) -> None:
    Notes([capture(tmp_path)]).put(remark(12, "zu spät"))
    document = json.loads((tmp_path / f"trace.pcap{SUFFIX}").read_text(encoding="utf-8"))
    assert document == {
        "format": 1,
        "capture": "trace.pcap",
        "messages": [{"message": 12, "frame": 14, "time": TIME, "bookmark": True, "note": "zu spät"}],
    }


def test_an_empty_remark_takes_the_one_before_away(tmp_path: Path) -> None:
    notes = Notes([capture(tmp_path)])
    notes.put(remark(12, "x"))
    notes.put(remark(12, "  ", bookmark=False))
    assert notes.all() == Notes([capture(tmp_path)]).all() == []


def test_a_remark_on_another_message_of_that_number_is_not_shown(tmp_path: Path) -> None:
    notes = Notes([capture(tmp_path)])
    notes.put(remark(12))
    assert notes.of(12, "2027-01-01T00:00:00.000000Z") is None
    assert notes.of(13, TIME) is None


def test_two_runs_keep_what_each_of_them_adds(tmp_path: Path) -> None:
    one, other = Notes([capture(tmp_path)]), Notes([capture(tmp_path)])
    one.put(remark(1, "by one"))
    other.put(remark(2, "by the other"))
    one.put(remark(3, "by one again"))
    assert [each.message for each in Notes([capture(tmp_path)]).all()] == [1, 2, 3]
    assert [each.message for each in one.all()] == [1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[1]", b'{"format": 2, "messages": []}', b'{"format": 1}', b"[" * 100_000,
     b'{"format": 1, "messages": [{"message": "12"}]}', b'{"format": 1, "messages": [5]}'],
)  # fmt: skip
def test_a_damaged_file_is_left_as_it_is_and_told(tmp_path: Path, own_folder: Path, content: bytes) -> None:
    path = tmp_path / f"trace.pcap{SUFFIX}"
    path.write_bytes(content)
    notes = Notes([capture(tmp_path)])
    (problem,) = notes.take_problems()
    assert str(path) in problem
    assert "left as it is" in problem
    notes.put(remark(12))
    assert path.read_bytes() == content
    assert notes.path is not None
    assert notes.path.parent == own_folder
    assert any("are kept in" in one for one in notes.take_problems())
    assert Notes([capture(tmp_path)]).all() == [remark(12)]


def test_where_the_folder_cannot_be_written_notes_stand_in_the_users_own(tmp_path: Path, own_folder: Path) -> None:
    named = str(tmp_path / "trace.pcap" / "no folder" / "x.pcap")
    Path(capture(tmp_path)).write_bytes(b"")
    notes = Notes([named])
    notes.put(remark(12))
    assert notes.path is not None
    assert notes.path.parent == own_folder
    assert any("are kept in" in one for one in notes.take_problems())
    notes.put(remark(13))
    assert notes.take_problems() == []
    assert [one.message for one in Notes([named]).all()] == [12, 13]


@pytest.mark.parametrize("paths", [(), ("-",)])
def test_remarks_on_what_has_no_file_are_for_this_run_only(paths: tuple[str, ...]) -> None:
    notes = Notes(paths)
    notes.put(remark(12))
    assert notes.path is None
    assert notes.all() == [remark(12)]


def test_a_note_from_somebody_else_has_no_control_characters(tmp_path: Path) -> None:
    notes = Notes([capture(tmp_path)])
    notes.put(remark(12, "x"))
    path = tmp_path / f"trace.pcap{SUFFIX}"
    path.write_text(path.read_text(encoding="utf-8").replace('"x"', '"a\\u001b[2Jb\\u202ec\\n"'), encoding="utf-8")
    assert [one.note for one in Notes([capture(tmp_path)]).all()] == ["a [2Jb c"]


def test_a_note_of_any_length_is_cut_to_what_is_kept(tmp_path: Path) -> None:
    notes = Notes([capture(tmp_path)])
    notes.put(remark(12, "x" * 10_000))
    assert len(notes.all()[0].note) == MAX_NOTE
