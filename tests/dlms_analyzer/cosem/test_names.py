"""A user's names."""

from __future__ import annotations

import pytest

from dlms_analyzer.cosem.names import Names, from_csv, from_toml
from dlms_analyzer.cosem.obis import parse

ENERGY = parse("1-0:1.8.0")

TOML = """
[[name]]
logical_name = "1-0:1.8.0"
name = "feeder"

[[name]]
logical_name = "1.0.1.8.0.255"
class_id = 4
name = "feeder, with time"

[[name]]
logical_name = "0-*:24.2.1"
name = "sub-meter"

[[class]]
class_id = 9000
name = "Extended data"
attributes = { 2 = "contents" }
"""


def test_names_are_read_from_toml() -> None:
    table = from_toml(TOML)
    assert table.name(3, ENERGY) == "feeder"
    assert table.name(4, ENERGY) == "feeder, with time"
    assert table.name(4, parse("0-3:24.2.1")) == "sub-meter"
    assert table.name(4, parse("0-3:24.2.2")) is None
    names = Names(table)
    assert names.class_name(9000) == "Extended data"
    assert names.attribute_name(9000, 2) == "contents"
    assert names.attribute_name(3, 3) == "scaler_unit"
    assert names.name(3, parse("1-0:2.8.0")) == "active energy export (total)"


@pytest.mark.parametrize(
    "text",
    [
        "logical_name,class_id,name\n1-0:1.8.0,,feeder\n",
        "1-0:1.8.0,,feeder",
        "# mine\n\n1-0:1.8.0,feeder",
        "logical_name;name\n1-0:1.8.0;feeder",
        "name\tlogical_name\nfeeder\t0100010800FF",
    ],
)
def test_names_are_read_from_csv(text: str) -> None:
    assert from_csv(text).name(3, ENERGY) == "feeder"


def test_a_class_narrows_a_row_of_csv() -> None:
    table = from_csv("1-0:1.8.0,3,feeder")
    assert table.name(3, ENERGY) == "feeder"
    assert table.name(4, ENERGY) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[name]]\nlogical_name='1.8'\n", r"\[\[name\]\] 1 has no name"),
        ("[[name]]\nlogical_name='hello'\nname='x'\n", r"\[\[name\]\] 1: 'hello'"),
        ("[[name]]\nlogical_name='1-0:1.8.0'\nname='x'\nclass_id='3'\n", "class_id must be a number"),
        ("[name]\nx=1\n", r"must be written \[\[name\]\]"),
        ("[[meter]]\nx=1\n", "unknown table 'meter'"),
        ("[[class]]\nname='x'\n", "class_id must be a number"),
        ("[[class]]\nclass_id=1\nattributes={a='x'}\n", "attributes are numbers"),
        ("= nothing", "names:1: not TOML: invalid"),
    ],
)
def test_a_broken_toml_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_toml(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [("1-0:1.8.0,,", "line 1 has no name"), ("x,,y", "line 1: 'x'"), ("\n1-0:1.8.0,three,y", "line 2: class_id")],
)
def test_a_broken_csv_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_csv(text)


def test_a_list_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no list 'mars'"):
        Names(regions=("mars",))
    assert Names(regions=("is15959",)).name(15, parse("0-0:40.0.2")) == "meter reader association (LLS)"
    assert Names().name(None, b"\x01") == "01"
