"""What is exported, and under which name."""

from __future__ import annotations

import pytest

from tui import exporting as module
from tui.exporting import Export, file_name, gathered


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
