"""Wire text cannot steer a terminal, hide in it or flood it; what people write stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.output.escape import MAX_MARKS, escape

ANYTHING = st.text(st.characters() | st.sampled_from("\u200c\u094d\u0627\u0301\u1161\ufe0f\x1b\U000e0041"))


@given(ANYTHING)
def test_no_control_character_and_no_direction_mark_survives(text: str) -> None:
    safe = escape(text)
    assert all(ord(one) >= 0x20 and not 0x7F <= ord(one) <= 0x9F for one in safe)
    assert not set(safe) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029\ufeff"
    )
    safe.encode("utf-8")


@given(ANYTHING)
def test_a_text_that_was_escaped_is_not_changed_again(text: str) -> None:
    assert escape(escape(text)) == escape(text)


@given(ANYTHING)
def test_marks_are_few_and_stand_on_something(text: str) -> None:
    marks = MAX_MARKS
    for one in escape(text):
        marks = marks + 1 if unicodedata.category(one)[0] == "M" else 0
        assert marks <= MAX_MARKS


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Zähler 7, Küche: 1 234,5 kWh",
        "Cafe\u0301 Vie\u0323\u0302t Nam",
        "Счётчик электроэнергии №5",
        "Μετρητής ισχύος",
        "מונה חשמל \u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05b4\u05c1\u05d9\u05ea",
        "عداد الكهرباء ١٢٣٤ \u0600\u0665",
        "می\u200cخو\u0627\u0647م",
        "बिजली मीटर क्\u200cष",
        "மின்மானி, విద్యుత్ మీటర్, মিটার",
        "เครื่องวัดไฟฟ้า ที่นี่",
        "\u0f66\u0f90\u0fb1\u0f7a\u0f0b",
        "電力量計 メーター が \u304b\u3099",
        "전력량계 \u1112\u1161\u11ab",
        "→ ± ≥ ° ² µ € № … “”",
        "⚡ 🔌",
        "non\xa0breaking, thin\u2009and wide\u3000blanks",
    ],
)
def test_what_people_write_in_any_language_stays_readable(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\x9b31mred", "a\\x9b31mred"),
        ("a\r\nb\tc\x00\x7f", "a\\r\\nb\\tc\\x00\\x7f"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("abc\u202edef\u202c", "abc\\u202edef\\u202c"),
        ("abc\u2066def\u2069\u061c", "abc\\u2066def\\u2069\\u061c"),
        ("pass\u200bword\u2060s\ufeff", "pass\\u200bword\\u2060s\\ufeff"),
        ("soft\xadhyphen", "soft\\xadhyphen"),
        ("a\u200cb", "a\\u200cb"),
        ("\u0627\u200c", "\u0627\\u200c"),
        ("👩\u200d💻", "👩\\u200d💻"),
        ("✔\ufe0f a\ufe0e", "✔\\ufe0f a\\ufe0e"),
        ("a\U000e0101", "a\\U000e0101"),
        ("a\U000e0041\U000e0042\U000e007f", "a\\U000e0041\\U000e0042\\U000e007f"),
        ("a\ue000\U000f0000", "a\\ue000\\U000f0000"),
        ("a\u0378\uffff\U0001ffff", "a\\u0378\\uffff\\U0001ffff"),
        ("a\ud800", "a\\ud800"),
        ("a\u3164b\u115f\u1160\uffa0\u2800", "a\\u3164b\\u115f\\u1160\\uffa0\\u2800"),
        ("a\u034fb\u17b4\u180e", "a\\u034fb\\u17b4\\u180e"),
        ("a\ufff9b\ufffac\ufffb", "a\\ufff9b\\ufffac\\ufffb"),
        ("\u0301x", "\\u0301x"),
        ("\x1b\u0301", "\\x1b\\u0301"),
        ("\u1161", "\\u1161"),
    ],
)
def test_what_steers_or_hides_is_shown(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u1161", "\u0e4d"])
def test_a_flood_of_marks_is_cut_off_and_shown(mark: str) -> None:
    code = mark.encode("unicode_escape").decode()
    assert escape("Z" + mark * (MAX_MARKS + 2) + "!") == "Z" + mark * MAX_MARKS + code * 2 + "!"
