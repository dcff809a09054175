"""Tables of names and meter models on the disk."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.meter_files import MAX_NAMES_FILE, load_meters, load_names, save_meters
from dlms_analyzer.cosem import Names, parse
from dlms_analyzer.cosem.meters import Meters

ENERGY = parse("1-0:1.8.0")


def test_a_table_of_names_is_toml_or_csv_by_its_name_or_by_what_is_in_it(tmp_path: Path) -> None:
    toml = '[[name]]\nlogical_name = "1-0:1.8.0"\nname = "Feeder"\n'
    for name, text in (("a.toml", toml), ("b.txt", toml), ("c.csv", "1-0:1.8.0,Feeder\n")):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert load_names(str(path)).name(3, ENERGY) == "Feeder"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"[[name]]\nname = 5\n", "has no logical_name"),
        (b"[[name]]\nname = " + b"[" * 2_000, "brackets are nested too deeply"),
        (b"[[name]]\nclass_id = " + b"1" * 5_000, ":2: a number with too many digits"),
        (b"[[name]]\nname =\n", ":2: not TOML: invalid value"),
        (b"1-0:1.8.0\n", "line 1 has no name"),
        (b"\xff\xfe", "no UTF-8 at offset 0"),
        (b"#" * (MAX_NAMES_FILE + 1), "no table of names"),
    ],
)
def test_what_is_no_table_of_names_is_one_sentence_with_its_path(octets: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_bytes(octets)
    with pytest.raises(CaptureError, match=said) as problem:
        load_names(str(path))
    assert str(problem.value).startswith(str(path))


def test_a_saved_meter_is_known_again_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    meters = Meters()
    meters.find("192.0.2.7/1", b"ABCDEFGH").note(3, ENERGY, 3, (2, ((15, -3), (22, 30))))
    path = tmp_path / "meters.json"
    save_meters(str(path), meters)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = load_meters(str(path), Names())
    assert again is not None
    shown = again.find("192.0.2.7/1").interpret(3, ENERGY, 2, (6, 1234567))
    assert shown.words == "1.234567 kWh"


def test_a_model_that_is_not_there_is_no_mistake_and_one_that_is_broken_is(tmp_path: Path) -> None:
    path = tmp_path / "meters.json"
    assert load_meters(str(path), Names()) is None
    for text in ("", "[]", '{"format": 1, "meters": {"a": 5}}', "[" * 100_000):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CaptureError, match=r"meters\.json:"):
            load_meters(str(path), Names())
    with pytest.raises(CaptureError):
        load_meters(str(tmp_path), Names())


@pytest.mark.parametrize(
    ("text", "said"), [('[[name]]\nname = "x"\n', ":1: not JSON"), ("[" * 100_000, ": brackets are nested too deeply")]
)
def test_what_was_never_saved_is_called_no_meter_model(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaptureError) as problem:
        load_meters(str(path), Names())
    assert str(problem.value) == f"{path}{said}, so it is no saved meter model"


def test_a_model_that_cannot_be_saved_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="No such file or directory"):
        save_meters(str(tmp_path / "missing" / "meters.json"), Meters())
