"""On which lines the tables and keys of a TOML text stand."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.security.toml_lines import parse_toml, table_lines

TEXT = '''\
# [[meter]] in a comment
top = 1   # above the first header

[[meter]]
name = "has [[meter]] and # in it"  # and = here
guek = """
[[meter]]
gak = "inside a text"
"""
"port" = 4059

  [[ meter ]]  # the second
name = 'C:\\' # a text in single quotes escapes nothing
list = [
  1, # ]
  "]", [2],
]
kek = \'\'\'
'a = 1\'\'\'
inline = { a = "}", b = [
1] }
address = "a\\"b"

["quoted".table]
dotted . key = 1979-05-27
'''


def lines(text: str) -> list[tuple[str, int, dict[str, int]]]:
    return [(table.path, table.line, table.keys) for table in table_lines(text)]


def test_headers_and_keys_are_found_and_what_looks_like_them_in_texts_and_comments_is_not() -> None:
    assert list(tomllib.loads(TEXT)) == ["top", "meter", "quoted"]
    assert lines(TEXT) == [
        ("", 1, {"top": 2}),
        ("meter", 4, {"name": 5, "guek": 6, "port": 10}),
        ("meter", 12, {"name": 13, "list": 14, "kek": 18, "inline": 20, "address": 22}),
        ("quoted.table", 24, {"dotted.key": 25}),
    ]


def test_an_empty_text_has_only_the_part_above_the_first_header() -> None:
    assert lines("") == [("", 1, {})]


def test_what_is_no_toml_ends_the_search() -> None:
    assert lines("a = 1\n= 2\n[[meter]]") == [("", 1, {"a": 1})]
    assert lines('a = "no end\nb = 1') == [("", 1, {"a": 1})]


NAME = st.text("abcxyz_-09", min_size=1, max_size=8)
VALUE = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters="'"), max_size=20).map(
        lambda text: f"'{text}'"
    ),
    st.text("ab[]{}#= \n", max_size=20).map(lambda text: f'"""{text}"""'),
    st.integers().map(str),
    st.just("[ # ]\n 1,\n [2] ]"),
    st.just('{ a = "]" }'),
)
LINE = st.sampled_from(["", "# x = 1", "  # [[t]]"])


@given(st.lists(st.tuples(st.dictionaries(NAME, VALUE, max_size=4), LINE), max_size=5))
def test_every_key_of_a_written_document_is_found_on_its_line(tables: list[tuple[dict[str, str], str]]) -> None:
    text = ""
    expected: list[tuple[str, int, dict[str, int]]] = [("", 1, {})]
    for table, comment in tables:
        text += comment + "\n"
        expected.append(("t", text.count("\n") + 1, {}))
        text += "[[t]]\n"
        for name, value in table.items():
            expected[-1][2][name] = text.count("\n") + 1
            text += f"{name} = {value} # end\n"
    assert len(tomllib.loads(text).get("t", [])) == len(tables)
    assert lines(text) == expected


@given(st.text("[]{}\"'=#\n\\ab. ", max_size=200))
def test_any_text_has_lines_within_itself(text: str) -> None:
    for table in table_lines(text):
        assert 1 <= table.line <= text.count("\n") + 1
        assert all(1 <= line <= text.count("\n") + 1 for line in table.keys.values())


def test_a_line_may_have_many_dots_that_belong_to_no_key() -> None:
    addresses = ", ".join(['"192.0.2.1"'] * 200)
    text = f"a = [{addresses}]\n# {'.' * 90}\nb.c.d = 1.5\n"
    assert parse_toml(text, "some.toml")["b"] == {"c": {"d": 1.5}}
