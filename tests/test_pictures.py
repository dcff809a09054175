"""The pictures of the user guide: one of each view, each shown in the tour, small, loading nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.pictures import FOLDER
from tests.support import REPOSITORY
from tests.views import VIEWS

MOST_OCTETS = 80_000
"""A page with all of them still opens at once."""


def test_every_view_has_its_picture_and_every_picture_is_in_the_tour() -> None:
    drawn = sorted(path.stem for path in FOLDER.glob("*.svg"))
    tour = (REPOSITORY / "docs" / "tour.md").read_text(encoding="utf-8")
    assert drawn == sorted(view.name for view in VIEWS)
    assert drawn == sorted(re.findall(r"\(pictures/(\w+)\.svg\)", tour))


@pytest.mark.parametrize("name", [view.name for view in VIEWS])
def test_a_picture_is_small_and_loads_nothing(name: str) -> None:
    drawn = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert len(drawn.encode()) < MOST_OCTETS
    assert "url(http" not in drawn
    assert "<script" not in drawn
