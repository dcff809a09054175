"""How soon a key is seen: what Python and Textual are told about taking turns, before Textual is imported.

Reading keys and writing to the terminal happen in threads of Textual. By itself Python lets the thread that works
have the interpreter for 5 ms each time another one wants it, and from a key to its line that is several times.
"""

from __future__ import annotations

import os
import sys
from typing import Final

SWITCH_INTERVAL: Final = 0.0005
"""Seconds that the thread that works may keep the interpreter while the keys or the terminal wait for it."""
PAINTS_PER_SECOND: Final = 120
"""At most; Textual's 60 make an effect wait for up to 17 ms. Nothing is painted where nothing has changed."""
PAINTS_ENVIRONMENT: Final = "TEXTUAL_FPS"
"""Where Textual reads it when it is imported; what the user has set stays."""


def begin() -> None:
    """Tell them. Has to come before the first import of Textual."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    os.environ.setdefault(PAINTS_ENVIRONMENT, str(PAINTS_PER_SECOND))
