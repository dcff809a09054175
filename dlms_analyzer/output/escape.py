"""The one way wire text reaches a terminal."""

from __future__ import annotations

import re
from typing import Final

_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters (C0, C1), line and direction changers, and what cannot be encoded."""


def escape(text: str) -> str:
    r"""The text with control characters as `\x1b`, so that it cannot move a cursor or change a colour."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
