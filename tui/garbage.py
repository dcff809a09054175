"""When the garbage collector of Python may look at everything: at rest, not while somebody waits for a key.

A capture of millions of frames has hundreds of thousands of associations and conversations. Looking at all of them for
cycles takes a tenth of a second, and by itself Python does it again and again while they become more.
"""

from __future__ import annotations

import gc
from typing import Final

from dlms_analyzer.cycles import MIDDLE, YOUNG

NEVER: Final = 1 << 30
"""Looks at everything are our own business."""
REST: Final = 5.0
"""Seconds without a key after which nobody minds a pause."""


def begin() -> None:
    """What was imported stays: never look at it. From now on, look at everything at rest only."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)


def sweep(idle: float) -> bool:
    """Look at everything that is new since the last sweep, if nobody did anything for so many seconds.

    What survives is left alone by later sweeps; it still goes when the last reference to it goes.

    Args:
        idle: seconds since the last key or click.

    Returns:
        Whether it was done.
    """
    if idle < REST or not gc.get_count()[2]:
        return False
    gc.collect()
    gc.freeze()
    return True
