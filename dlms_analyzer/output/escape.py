r"""The one way wire text reaches a terminal or a web page.

What stays is what people read: letters of every script with the marks that belong to them, digits, signs, blanks. What
would steer the terminal, hide in the text, turn its direction or take another width than it seems to have is shown as
`\x1b`, `\u202e`, `\U000e0041`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_MARKS: Final = 6
"""Combining marks on one letter. Living scripts need at most five (Tibetan stacks); piled higher, they paint over the
lines above."""

_DOUBTFUL: Final = re.compile(
    "[^ -~\xa1-\xac\xae-\u02ff\u0370-\u0377\u0391-\u03ff\u3041-\u3096\u4e00-\u9fff\uac00-\ud7a3]+"
)
"""Everything but blocks in which all characters are as harmless as they look, so that most text is not looked at one
character at a time."""

_STEERING: Final = frozenset(("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Categories that move the cursor, cannot be encoded, break lines, or mean something else in every font: control
characters, surrogates, private and unassigned ones, separators of lines and paragraphs."""

_VISIBLE_FORMATS: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\u0890\u0891\U000110bd\U000110cd"
)
"""Of the format characters (Cf), the signs of Arabic, Syriac and Kaithi numbers, which are seen."""

_HIDDEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What is seen as nothing and is in no category of its own: joiners and selectors of shapes, fillers, the empty cell of
Braille."""

_JAMO: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")
"""Vowels and finals of Hangul, which stand in the cell of the letter before them as marks do."""

_NON_JOINER: Final = "\u200c"
_VIRAMA: Final = 9
"""Canonical combining class of the marks that take the vowel from an Indic letter."""


def escape(text: str) -> str:
    r"""The text with control characters as `\x1b`, so that it cannot move a cursor or change a colour."""
    if text.isascii() and text.isprintable():
        return text
    return _DOUBTFUL.sub(_run, text)


def _run(found: re.Match[str]) -> str:
    """A run of characters that have to be looked at."""
    whole, shown = found.string, []
    has_letter, marks = found.start() > 0, 0
    for place in range(found.start(), found.end()):
        one = whole[place]
        category = unicodedata.category(one)
        if category[0] == "M" or _JAMO.match(one):
            marks += 1
            harmless = has_letter and marks <= MAX_MARKS and not _HIDDEN.match(one)
        else:
            marks = 0
            harmless = has_letter = _is_seen(one, category) or (one == _NON_JOINER and _parts_letters(whole, place))
        shown.append(one if harmless else one.encode("unicode_escape").decode("ascii"))
    return "".join(shown)


def _is_seen(one: str, category: str) -> bool:
    if category == "Cf":
        return one in _VISIBLE_FORMATS
    return category not in _STEERING and not _HIDDEN.match(one)


def _parts_letters(whole: str, place: int) -> bool:
    """Whether a zero-width non-joiner stands where Persian, Urdu or Indic words need it (as in RFC 5892, A.1)."""
    before, after = whole[place - 1 : place], whole[place + 1 : place + 2]
    if not before or not after:
        return False
    return unicodedata.combining(before) == _VIRAMA or {unicodedata.bidirectional(one) for one in before + after} == {
        "AL"
    }
