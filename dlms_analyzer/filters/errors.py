"""What is wrong with a display filter, and where."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SUGGESTIONS = 3
"""Names that are offered for one that nobody knows."""


ALIKE = 0.75
"""How much of a name has to be right; below, what is offered is seldom what was meant."""


class FilterError(ValueError):
    """A display filter that cannot be used.

    Attributes:
        reason: what is wrong, without a full stop.
        text: the filter.
        start: where the trouble begins, in characters from 0.
        end: behind its last character.
    """

    def __init__(self, reason: str, text: str, start: int, end: int) -> None:
        super().__init__(f"{reason} (at character {start + 1})")
        self.reason = reason
        self.text = text
        self.start = start
        self.end = max(end, start + 1)

    @property
    def pointer(self) -> str:
        """The filter on one line and carets under the trouble on the next."""
        shown = "".join(one if one.isprintable() else " " for one in self.text)
        return f"{shown}\n{' ' * self.start}{'^' * (self.end - self.start)}"


def close_to(word: str, known: Iterable[str]) -> str:
    """`; did you mean x or y?`, or nothing when nothing is alike."""
    found = get_close_matches(word, list(known), SUGGESTIONS, ALIKE)
    return f"; did you mean {' or '.join(found)}?" if found else ""
