"""Writing exports into files, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import exporting as module
from tui.exporting import Export, file_name, gathered, written


def lines(count: int) -> Iterator[str]:
    return (f"{index}\n" for index in range(count))


def test_a_file_has_all_lines_when_it_is_complete_and_is_not_there_before(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    steps = written(path, lines(module.LINES * 3))
    assert next(steps) == module.LINES
    assert not path.exists()
    assert list(steps) == [2 * module.LINES, 3 * module.LINES]
    assert path.read_text().splitlines() == [str(index) for index in range(module.LINES * 3)]
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_that_is_cancelled_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    steps = written(path, lines(module.LINES * 3))
    next(steps)
    steps.close()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        list(written(tmp_path / "nowhere" / "out.csv", lines(1)))


def test_no_more_is_gathered_than_a_clipboard_takes() -> None:
    found: list[str] = []
    list(gathered(iter(["x" * module.MAX_CLIPBOARD, "y", "z"]), found))
    assert [len(one) for one in found] == [module.MAX_CLIPBOARD, 1]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("1-0:1.8.0.255 energy, value", "1-0-1.8.0.255-energy-value.csv"),
        ("../../etc/passwd\x1b[31m", "etc-passwd-31m.csv"),
        ("\u202e", "export.csv"),
        ("x" * 400, "x" * module.LONGEST_NAME + ".csv"),
    ],
)
def test_the_name_of_a_file_has_nothing_of_the_wire_in_it_that_could_harm(name: str, file: str) -> None:
    assert file_name(Export("it", name, lambda _: iter(())), "csv") == file
