"""OBIS codes: notations, names, patterns."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.cosem import obis
from tests.support import shared_folder

REGION_OF = {
    "DSMR/ESMR P1": "dsmr",
    "India IS 15959": "is15959",
    "Italy UNI/TS 11291 gas": "uni-ts-11291",
    "Norway/Sweden HAN": "han",
    "Austria/Tirol push": "austria",
    "Russia SPODES": "spodes",
    "Spain": "spain",
}


def reference_rows(name: str) -> list[dict[str, str]]:
    path: Path = shared_folder("reference") / name
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@given(st.binary(min_size=6, max_size=6))
def test_a_code_survives_every_notation(name: bytes) -> None:
    assert obis.parse(obis.dotted(name)) == name
    assert obis.parse(obis.starred(name)) == name
    assert obis.parse(name.hex()) == name
    assert obis.parse(name.hex(" ").upper()) == name


@pytest.mark.parametrize(
    "text",
    ["1-0:1.8.0*255", "1-0:1.8.0.255", "1.0.1.8.0.255", "1-0:1.8.0", "0100010800FF", "01 00 01 08 00 ff", "1.8.0"],
)
def test_every_notation_of_a_code_gives_the_same_octets(text: str) -> None:
    assert obis.parse(text) == bytes((1, 0, 1, 8, 0, 255))


def test_the_letter_f_of_a_display_stands_for_value_group_97() -> None:
    assert obis.dotted(obis.parse("F.97.0")) == "1.0.97.97.0.255"


@pytest.mark.parametrize("text", ["", "1-0:1.8.0.256", "hello", "1.2.3.4.5.6.7", "0100010800"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no logical name"):
        obis.parse(text)


def test_every_listed_code_has_the_name_of_its_list() -> None:
    said: dict[tuple[str, str], str] = {}
    for row in reference_rows("obis.tsv"):
        if row["kind"] == "code":
            region = REGION_OF.get(row["context"], "")
            code = re.sub("[-:]", ".", row["key"])
            said.setdefault((region, code.replace("n", "b")), row["name"])
    assert len(said) > 700
    wrong = {}
    for (region, code), name in said.items():
        octets = obis.parse(code.replace("b", "3"))
        found = obis.describe(octets, (region,) if region else ())
        expected = re.sub(r"channel [bn]\b", "channel 3", name)
        if found.name != expected:
            wrong[region, code] = (found.name, expected)
    assert not wrong


def test_any_code_is_described() -> None:
    chance = random.Random(62056)
    for _ in range(3000):
        found = obis.describe(chance.randbytes(6))
        assert found.name
        assert found.medium


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("1-0:2.8.1", "active energy export (rate 1)"),
        ("1-0:1.8.0*101", "active energy import (total), last billing period"),
        ("1-1:1.8.0", "active energy import (total), channel 1"),
        ("1-0:32.7.3", "instantaneous L1 voltage (harmonic 3)"),
        ("1-0:81.7.14", "angle of I(L1) to U(L2)"),
        ("0-3:24.1.0", "M-Bus client, channel 3"),
        ("0-0:40.0.7", "association object, instance 7"),
    ],
)
def test_a_code_is_named_by_its_groups(code: str, name: str) -> None:
    assert obis.describe(obis.parse(code)).name == name


def test_a_regional_name_needs_its_region_unless_the_code_is_left_to_countries() -> None:
    association = obis.parse("0.0.40.0.2.255")
    assert obis.describe(association).origin == "composed"
    assert obis.describe(association, ("is15959",)).name == "meter reader association (LLS)"
    assert obis.describe(obis.parse("0.0.94.7.0.255")).origin == "spodes"


def test_a_code_in_the_range_of_manufacturers_is_called_so() -> None:
    found = obis.describe(obis.parse("0.0.199.3.4.255"))
    assert found.origin == "manufacturer specific"
    assert "manufacturer specific" in found.name


def test_a_name_from_memory_is_not_verified() -> None:
    assert not obis.describe(obis.parse("0.0.34.0.0.255")).verified
    assert obis.describe(obis.parse("1.0.1.8.0.255")).verified


@pytest.mark.parametrize(
    ("pattern", "code", "matches"),
    [
        ("1-0:*.8.0", "1-0:2.8.0", True),
        ("1-0:*.8.0", "1-0:2.8.1", False),
        ("0.*.24.2.[1-4].255", "0.2.24.2.4.255", True),
        ("0.*.24.2.[1-4].255", "0.2.24.2.5.255", False),
        ("1.0.[1,3-4].8.x.x", "1.0.3.8.9.12", True),
        ("1.0.[1,3-4].8.x.x", "1.0.2.8.9.12", False),
        ("1-0:1.8.0", "1.0.1.8.0.255", True),
    ],
)
def test_a_pattern_matches_its_codes(pattern: str, code: str, matches: bool) -> None:
    assert obis.Pattern(pattern).matches(obis.parse(code)) is matches


@pytest.mark.parametrize("text", ["1.0.[1-].8.0.255", "1.0.[300].8.0.255", "abc", "1.0.*"])
def test_a_broken_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        obis.Pattern(text)


def test_an_event_code_depends_on_the_project() -> None:
    assert obis.event_name(18, "idis") == "firmware activated"
    assert obis.event_name(18, "nowhere") is None


def test_alarm_registers_name_their_bits() -> None:
    register = obis.parse("0.0.97.98.0.255")
    assert obis.has_alarm_bits(register)
    assert obis.alarm_names(register, 1 << 9 | 1 << 20) == ("RAM error", "M-Bus fraud attempt ch1")


def test_a_name_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="6 octets"):
        obis.describe(b"\x01")
    assert obis.label(b"\x01\x02") == "0102"
