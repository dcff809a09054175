"""Every screen as it was when a person last looked: `pytest tests/test_snapshots.py --snapshot-update` after a look."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import CAPTURES
from tests.views import CIPHERED, PLAIN, VIEWS, Shown, View, app_on, going_to


@pytest.mark.parametrize(
    ("shown", "size"), [(PLAIN, (80, 24)), (CIPHERED, (140, 45))], ids=["plain-80x24", "ciphered-140x45"]
)
@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
def test_a_screen_looks_as_it_did(
    view: View,
    shown: Shown,
    size: tuple[int, int],
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(CAPTURES)
    assert snap_compare(app_on(shown), terminal_size=size, run_before=going_to(view))
