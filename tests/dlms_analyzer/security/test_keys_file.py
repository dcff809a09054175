"""The TOML keys file and the lines that its problems stand on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.security.keys import KeyProblem
from dlms_analyzer.security.keys_file import parse_keys_file
from tests.support import CAPTURES

KEY = "000102030405060708090A0B0C0D0E0F"


def problems(text: str) -> list[str]:
    with pytest.raises(KeyProblem) as caught:
        parse_keys_file(text, "keys.toml")
    return str(caught.value).splitlines()


def test_each_table_is_a_key_set_that_knows_where_it_stands() -> None:
    first, second = parse_keys_file(
        f'[[meter]]\nname = "Bench"\nsystem_title = "4142434445464748"\nguek = "{KEY}"\n\n[[meter]]\nport = 4059\n',
        "keys.toml",
    )
    assert (first.name, first.system_title, first.guek) == ("Bench", b"ABCDEFGH", bytes(range(16)))
    assert (first.origin, second.origin) == ("keys.toml:1", "keys.toml:6")
    assert second.selectors == {"port": 4059}


def test_an_empty_file_has_no_keys() -> None:
    assert parse_keys_file("# nothing yet\n", "keys.toml") == []


def test_lines_may_end_as_windows_ends_them() -> None:
    assert parse_keys_file(f'[[meter]]\r\nguek = "{KEY}"\r\n', "keys.toml")[0].guek == bytes(range(16))


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.keys.toml")), ids=lambda path: path.name)
def test_the_keys_beside_the_sample_captures_are_read(path: Path) -> None:
    sets = parse_keys_file(path.read_text(encoding="utf-8"), path.name, lambda name: (CAPTURES / name).read_bytes())
    assert all(keys.guek and keys.gak for keys in sets)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'[[meter]]\nguek = "{KEY}"\n\n# a\ngak = "{KEY[2:]}"', "5: gak has 15 octets: 16 or 32 are needed"),
        ('[[meter]]\nname = """\nguek\n"""\nguek = "0"', "5: guek has 1 hex digits: an even number is needed"),
        ('[[meter]]\n\nguk = ""', "3: unknown setting guk: did you mean guek?"),
        ('[[meter]]\naddress = "192.0.2.300"', "2: address is neither an IP address nor a serial device"),
        ("[[meter]]\n[meter.sub]\na = 1", "1: unknown setting sub: there are"),
        ('[[meter]]\nguek = "00', "2: not TOML: "),
        ("[[meter]]\nport = 1\nport = 2", "3: not TOML: cannot overwrite a value"),
        ("[[meter]]\nport = [1,\n", "3: not TOML: "),
        ("[[meter]]\n# port\nport = " + "1" * 5_000, "3: a number with too many digits"),
        ("[[meter]]\n" + "a." * 20_000 + "a = 1", "2: more than 100 dots in a key"),
        ("[" + "a." * 20_000 + "a]", "1: more than 100 dots in a key"),
        ("a = " + "[" * 5000, " brackets are nested too deeply"),
        ('guek = "00"', "1: unknown setting guek: keys stand in tables [[meter]]"),
        ("[[meter]]\n[[meters]]\n", "2: unknown table meters: keys stand in tables [[meter]]"),
        ("\n[meter]\nport = 1", "2: write [[meter]] in double brackets, once for each meter"),
        ("meter = 7", "1: write [[meter]] in double brackets, once for each meter"),
        ("\nmeter = [{port = 99999}]", "2: port is not a whole number from 0 to 65535"),
        (
            '[[meter]]\nname = "a"\n[[meter]]\nname = "b"',
            "3: the selectors are those of the table in line 1",
        ),
        (
            '[[meter]]\naddress = "::1"\nport = 1\n\n[[meter]]\nport = 1\naddress = "0:0::1"',
            "5: the selectors are those of the table in line 1",
        ),
    ],
)
def test_a_problem_is_told_with_the_line_it_stands_on(text: str, expected: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(f"keys.toml:{expected}")


def test_all_problems_of_a_file_are_told_at_once() -> None:
    assert [line.split(" ")[0] for line in problems('[[meter]]\nport = -1\nguek = "x"\n[[meter]]\nfoo = 1\n')] == [
        "keys.toml:2:",
        "keys.toml:3:",
        "keys.toml:5:",
    ]


def test_pem_paths_are_given_to_the_reader_as_they_stand() -> None:
    asked = []

    def read(path: str) -> bytes:
        asked.append(path)
        raise PermissionError(13, "Permission denied")

    with pytest.raises(KeyProblem, match=r"^k\.toml:2: client_signing_cert: sub/c\.pem: Permission denied$"):
        parse_keys_file('[[meter]]\nclient_signing_cert = "sub/c.pem"', "k.toml", read)
    assert asked == ["sub/c.pem"]


DIGITS = st.text("0123456789abcdef", min_size=20, max_size=70).filter(lambda text: len(text) not in {32, 64})


@given(st.sampled_from(["guek", "gak", "kek", "system_title"]), DIGITS)
def test_no_message_about_a_key_shows_it(setting: str, digits: str) -> None:
    (problem,) = problems(f'[[meter]]\n{setting} = "{digits}"')
    assert digits[:12] not in problem


def read_or_refuse(text: str) -> int | str:
    """How many key sets a text has, or why it is refused."""
    try:
        return len(parse_keys_file(text, "keys.toml"))
    except KeyProblem as problem:
        return str(problem)


WORDS = ("[[meter]]", "[meter]", "meter", "guek", "port", "name", KEY, "4059", "true", "1e400", "inf", "1979-05-27")
PIECES = st.sampled_from((*WORDS, *"\n= \"'[]{}#\\\r\0.,-\U0001f600"))


@given(st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=100)))
def test_any_text_is_read_or_refused_naming_the_file(text: str) -> None:
    said = read_or_refuse(text)
    assert said.startswith("keys.toml:") if isinstance(said, str) else said >= 0
