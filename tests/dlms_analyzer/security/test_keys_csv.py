"""Keys from the tables that head-end systems export."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.security.keys import KeyProblem, KeySet
from dlms_analyzer.security.keys_csv import MAX_PROBLEMS, parse_keys_csv

EK = "000102030405060708090A0B0C0D0E0F"
AK = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
TITLE = "4142434445464748"


def sets(text: str, columns: dict[str, str] | None = None) -> list[KeySet]:
    return parse_keys_csv(text, "keys.csv", columns).key_sets


def problems(text: str, columns: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(KeyProblem) as caught:
        parse_keys_csv(text, "keys.csv", columns)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ", "])
def test_columns_are_told_by_their_names_whatever_parts_them(delimiter: str) -> None:
    rows = (("Serial", "System Title", "EK", "AK"), ("A-1, B", TITLE, EK, AK))
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    (keys,) = sets(text)
    assert keys == KeySet(
        name="A-1, B",
        system_title=b"ABCDEFGH",
        guek=bytes.fromhex(EK),
        gak=bytes.fromhex(AK),
        origin="keys.csv:2",
    )


@pytest.mark.parametrize(
    ("column", "setting"),
    [
        ("Encryption Key", "guek"),
        ("GUEK", "guek"),
        ("global_unicast_encryption_key", "guek"),
        ("EK_HEX", "guek"),
        ("Block-Cipher-Key (hex)", "guek"),
        ("Authentication Key", "gak"),
        ("AuthKey", "gak"),
        ("Broadcast Key", "gbek"),
        ("Master Key", "kek"),
        ("KEK", "kek"),
        ("HLS secret", "password"),
    ],
)
def test_exports_name_their_columns_in_many_ways(column: str, setting: str) -> None:
    (keys,) = sets(f"SystemTitle,{column}\n{TITLE},{EK}\n")
    assert keys.keys == (setting,)


def test_keys_may_have_blanks_colons_or_a_leading_0x() -> None:
    spaced = " ".join(EK[place : place + 2] for place in range(0, 32, 2))
    text = f"title;ek;ak\n{TITLE};{spaced};0x{AK.lower()}\n"
    assert (sets(text)[0].guek, sets(text)[0].gak) == (bytes.fromhex(EK), bytes.fromhex(AK))


def test_a_column_may_be_named_by_the_user_and_goes_before_the_guess() -> None:
    text = f"ST,EK,Key 7\n{TITLE},{AK},{EK}\n"
    assert sets(text, {"guek": "key 7"})[0].guek == bytes.fromhex(EK)
    assert parse_keys_csv(text, "keys.csv", {"guek": "Key 7"}).unused == ["EK"]


def test_columns_that_nothing_was_taken_from_are_told() -> None:
    assert parse_keys_csv(f"ST,Firmware,EK,Site\n{TITLE},1.2,{EK},x\n", "keys.csv").unused == ["Firmware", "Site"]


def test_a_row_without_some_of_the_keys_has_none_of_these() -> None:
    first, second = sets(f"ST,EK,AK\n{TITLE},{EK},\n\n4142434445464749,,{AK}\n")
    assert (first.keys, second.keys) == (("guek",), ("gak",))
    assert second.origin == "keys.csv:4"


def test_lines_are_counted_in_the_file_also_behind_a_cell_of_several_lines() -> None:
    (problem,) = problems(f'Serial,ST,EK\n"two\nlines",{TITLE},{EK}\nx,{TITLE[:-1]}9,{EK[2:]}\n')
    assert problem == "keys.csv:4: guek has 15 octets: 16 or 32 are needed"


def test_a_meter_that_stands_there_twice_with_the_same_keys_counts_once() -> None:
    assert len(sets(f"ST,EK\n{TITLE},{EK}\n{TITLE},{EK}\n")) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"ST,EK\n{TITLE},{EK}\n{TITLE},{AK}\n", "keys.csv:3: other keys for the meter of line 2"),
        (f"Serial,EK\n1,{EK}\n2,{AK}\n", "keys.csv:3: other keys for any meter, as in line 2"),
        (f"ST,EK\n{TITLE},{EK},7\n", "keys.csv:2: the row has 3 cells and the header 2"),
        (f"ST,EK\n{TITLE},{EK[:-1]}g\n", "keys.csv:2: guek has something at character 32 that is no hex digit"),
        ("Name,Site\na,b\n", "keys.csv:1: no column of keys is known: the columns are Name, Site; name one with"),
        (f"\n{TITLE},{EK}\n", "keys.csv:2: no column of keys is known: the columns are …, …; name one with"),
        ("", "keys.csv:1: no column of keys is known"),
        (f"ST,EK,GUEK\n{TITLE},{EK},{EK}\n", "keys.csv:1: columns EK and GUEK are both guek: say which with --csv-map"),
    ],
)
def test_a_problem_is_told_with_its_line_and_without_a_key(text: str, expected: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(expected)
    assert EK not in problem


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"guek": "Key"}, "keys.csv:1: there is no column Key: the columns are ST, EK"),
        ({"geuk": "EK"}, "keys.csv: unknown setting geuk: did you mean guek?"),
    ],
)
def test_a_column_that_is_not_there_is_refused(columns: dict[str, str], expected: str) -> None:
    assert problems(f"ST,EK\n{TITLE},{EK}\n", columns) == [expected]


def test_a_table_that_is_wrong_in_every_row_has_its_first_problems_written_out() -> None:
    lines = problems("ST,EK\n" + "x,y\n" * 1000)
    assert lines[-1] == f"keys.csv: {1000 - MAX_PROBLEMS} more like these"
    assert len(lines) == 2 * MAX_PROBLEMS + 1


def read_or_refuse(text: str) -> int | str:
    """How many key sets a text has, or why it is refused."""
    try:
        return len(sets(text))
    except KeyProblem as problem:
        return str(problem)


CELLS = st.sampled_from([TITLE, EK, AK, "ST", "EK", "AK", "Serial", "", '"', "x", "4059", "ip", "::1", "\0"])


@given(st.one_of(st.text(max_size=200), st.lists(st.lists(CELLS).map(",".join)).map("\n".join)))
def test_any_text_is_read_or_refused_naming_the_file(text: str) -> None:
    said = read_or_refuse(text)
    assert said.startswith("keys.csv:") if isinstance(said, str) else said >= 0
