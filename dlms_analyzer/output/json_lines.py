"""Objects as lines of JSON: the form that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any


def json_line(found: dict[str, Any]) -> str:
    """An object on a line of its own, with the end of the line; text as it is, in UTF-8.

    Args:
        found: JSON-able.
    """
    try:
        return _encoder()(found).decode() + "\n"
    except UnicodeEncodeError:  # half a surrogate pair, as in a file name that is no UTF-8
        return json.dumps(found, separators=(",", ":")) + "\n"


@cache
def _encoder() -> Callable[[Any], bytes]:
    """What writes JSON; imported by those who need it only, as it takes a while."""
    from msgspec.json import Encoder

    return Encoder().encode
