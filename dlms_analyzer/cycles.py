"""How often Python looks for cycles of objects that nobody refers to any more."""

from __future__ import annotations

import gc
from typing import Final

YOUNG: Final = 20_000
"""New objects that Python looks at together: some milliseconds. Messages make few cycles."""
MIDDLE: Final = 20
"""Looks at new objects between two at those that survived one, and looks at these between two at everything."""


def look_less_often() -> None:
    """For a process that does nothing but go through captures."""
    gc.set_threshold(YOUNG, MIDDLE, MIDDLE)
