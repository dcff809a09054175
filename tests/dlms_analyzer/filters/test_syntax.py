"""The syntax of display filters: what is one, and where the trouble is in what is none."""

from __future__ import annotations

import pytest

from dlms_analyzer.filters import FilterError
from dlms_analyzer.filters.syntax import MAX_DEPTH, MAX_LENGTH, Condition, Either, Every, Literal, Not, Range, parse


def test_and_binds_closer_than_or_and_not_closer_than_both() -> None:
    found = parse("a || b && !c")
    assert isinstance(found, Either)
    assert isinstance(found.parts[1], Every)
    assert isinstance(found.parts[1].parts[1], Not)


def test_parentheses_come_first() -> None:
    found = parse("(a or b) and not (c)")
    assert isinstance(found, Every)
    assert isinstance(found.parts[0], Either)


@pytest.mark.parametrize(
    ("word", "symbol"),
    [("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="), ("matches", "~")],
)
def test_an_operator_has_a_word_and_a_symbol(word: str, symbol: str) -> None:
    by_word, by_symbol = parse(f"a.b {word} 5"), parse(f"a.b {symbol} 5")
    assert isinstance(by_word, Condition)
    assert isinstance(by_symbol, Condition)
    assert by_word.operator == by_symbol.operator is not None


@pytest.mark.parametrize(
    "text", ["5", "-5", "0x1f", "1.0.1.8.0.255", "1-0:1.8.0*255", "1-0:[1,2].8.0", "10.0.0.0/8", "fe80::1", "01:02:ff"]
)
def test_a_value_needs_no_quotes(text: str) -> None:
    found = parse(f"a == {text}&&b")
    assert isinstance(found, Every)
    first = found.parts[0]
    assert isinstance(first, Condition)
    assert first.values == (Literal(text, False, 5, 5 + len(text)),)


def test_a_string_keeps_its_backslashes_except_before_quotes_and_backslashes() -> None:
    found = parse(r'a matches "\d+\"\\"')
    assert isinstance(found, Condition)
    [value] = found.values
    assert isinstance(value, Literal)
    assert value.text == '\\d+"\\'


def test_a_set_has_values_and_ranges() -> None:
    found = parse('a in {1, "x" 3..5}')
    assert isinstance(found, Condition)
    one, text, both = found.values
    assert isinstance(one, Literal)
    assert isinstance(text, Literal)
    assert (one.text, text.text) == ("1", "x")
    assert isinstance(both, Range)
    assert (both.first.text, both.last.text) == ("3", "5")


@pytest.mark.parametrize(
    ("written", "octets"),
    [("0:2", b"\0\1"), ("1-2", b"\1\2"), ("3", b"\3"), (":2", b"\0\1"), ("4:", b"\4\5"), ("-1", b"\5"),
     ("-3:2", b"\3\4"), ("-2:2", b"\4\5")],
)  # fmt: skip
def test_a_slice_is_written_as_offset_and_length_or_from_to(written: str, octets: bytes) -> None:
    found = parse(f"a[{written}]")
    assert isinstance(found, Condition)
    assert found.cut is not None
    assert bytes(range(6))[found.cut] == octets


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("a == ", "expected a value", 5),
        ("a = 5", "equality is written ==", 2),
        ("(a", "never closed", 0),
        ("a)", "never opened", 1),
        ("a b", "expected && or ||", 2),
        ("a &&", "expected the name of a field", 4),
        ("and", "expected the name of a field before 'and'", 0),
        ("5 == a", "expected the name of a field", 0),
        ('a == "x', "never closed", 5),
        ("a in 5", "expected a set", 5),
        ("a in {}", "the set is empty", 5),
        ("a in {1", "never closed", 5),
        ("a in {1..}", "a range is written", 6),
        ("a[]", "a slice is written", 1),
        ("a[2:0]", "at least one octet", 1),
        ("a[3-2]", "ends before it begins", 1),
        ("a[-3-2]", "ends before it begins", 1),
    ],
)
def test_an_error_says_what_is_wrong_and_where(text: str, reason: str, position: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert reason in caught.value.reason
    assert caught.value.start == position
    assert caught.value.pointer.splitlines()[1].index("^") == position


@pytest.mark.parametrize("text", ["(" * 5_000, "!" * 3_000 + "a", "(" * (MAX_DEPTH + 2) + "a" + ")" * (MAX_DEPTH + 2)])
def test_depth_and_length_are_bounded(text: str) -> None:
    with pytest.raises(FilterError):
        parse(text)


def test_a_long_list_of_conditions_is_not_deep() -> None:
    text = "||".join(["a"] * (MAX_LENGTH // 3))
    found = parse(text)
    assert isinstance(found, Either)
    assert len(found.parts) == MAX_LENGTH // 3
