"""Wire text cannot steer a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.output.escape import escape


@given(st.text())
def test_no_control_character_and_no_direction_mark_survives(text: str) -> None:
    safe = escape(text)
    assert all(ord(one) >= 0x20 and not 0x7F <= ord(one) <= 0x9F for one in safe)
    assert not set(safe) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029\ufeff")
    safe.encode("utf-8")


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text
