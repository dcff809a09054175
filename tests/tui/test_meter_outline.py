"""The lines of the tree of meters."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.objects import ObjectIndex, ObjectRef
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, PROFILE, gathered, get, listed, push, put
from tests.dlms_analyzer.script import Script
from tui.meter_outline import Grouping, Line, Outline

ASSOCIATION = bytes((0, 0, 40, 0, 0, 255))


def an_index(tmp_path: Path) -> ObjectIndex:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 5))
    get(script, 3, ENERGY, 3, KWH)
    get(script, 15, ASSOCIATION, 2, listed((3, ENERGY), (8, CLOCK)))
    put(script, 15, ASSOCIATION, 7, (9, b"Secret01"))
    get(script, 7, PROFILE, 2, (1, ()))
    push(script, (17, 99), (17, 98))
    return gathered(script, tmp_path)


def texts(outline: Outline) -> list[str]:
    return [_text(outline, line) for line in outline.lines]


def _text(outline: Outline, line: Line, *, show_secrets: bool = False) -> str:
    return "".join(text for text, _ in outline.pieces(line, show_secrets=show_secrets))


def opened(outline: Outline, text: str) -> None:
    line = next(line for line in outline.lines if _text(outline, line).startswith(text))
    assert outline.set_open(line, True)
    assert not outline.set_open(line, True)


def test_the_only_meter_is_open_at_first_and_its_groups_are_closed(tmp_path: Path) -> None:
    outline = Outline()
    outline.use(an_index(tmp_path))
    assert texts(outline) == [
        "192.0.2.7:4059/1  7 values",
        "abstract objects  (2)",
        "electricity (AC)  (2)",
        "not known  (1)",
    ]


def test_attributes_say_their_values_rights_and_counts_and_profiles_how_often_they_were_read(tmp_path: Path) -> None:
    outline = Outline()
    outline.use(an_index(tmp_path))
    opened(outline, "electricity")
    opened(outline, "1-0:1.8.0.255 ")
    opened(outline, "1-0:99.1.0.255 ")
    shown = texts(outline)
    assert "2 value = 5 kWh  1 value  [read]" in shown
    assert "2 buffer  1 reading" in shown
    assert any(text.startswith("1-0:1.8.0.255 active energy import (total)  2 values") for text in shown)


def test_values_that_nothing_names_and_secrets_are_told_as_what_they_are(tmp_path: Path) -> None:
    outline = Outline()
    outline.use(an_index(tmp_path))
    for text in ("abstract", "0-0:40.0.0.255", "not known", "values of unknown"):
        opened(outline, text)
    assert "? value = 98  2 values" in texts(outline)
    secret = next(line for line in outline.lines if line.attribute is not None and line.attribute.attribute == 7)
    assert "not shown" in _text(outline, secret)
    assert "5365637265743031" in _text(outline, secret, show_secrets=True)
    assert "not shown" in _text(outline, secret)


def test_objects_can_stand_under_classes_and_those_without_values_can_be_left_out(tmp_path: Path) -> None:
    outline = Outline()
    outline.use(an_index(tmp_path))
    outline.group_by(Grouping.CLASS)
    assert [text for text in texts(outline) if text.startswith("Clock")] == ["Clock 8  (1)"]
    outline.show_only_seen(True)
    assert not [text for text in texts(outline) if text.startswith("Clock")]
    meter = outline.index.meters[0] if outline.index else None
    assert meter is not None
    at = outline.reveal(meter, ObjectRef(8, CLOCK))
    assert outline.lines[at].object == ObjectRef(8, CLOCK)


def test_lines_are_made_again_only_when_there_are_other_ones(tmp_path: Path) -> None:
    outline = Outline()
    index = an_index(tmp_path)
    outline.use(index)
    assert not outline.update()
    index.meters[0].model.note_object(3, bytes((1, 0, 2, 8, 0, 255)))
    assert outline.update()
    assert "electricity (AC)  (3)" in texts(outline)
    assert outline.position("no such key") is None
    outline.use(None)
    assert outline.lines == []


def test_a_value_whose_octets_are_malformed_is_told_as_such(tmp_path: Path) -> None:
    script = Script()
    script.client(b"\xc0\x01\xc1\x00\x03" + ENERGY + b"\x02\x00").server(b"\xc4\x01\xc1\x00\x06\x00\x00")
    outline = Outline()
    outline.use(gathered(script, tmp_path))
    opened(outline, "electricity")
    opened(outline, "1-0:1.8.0.255 ")
    assert "2 value = (cannot be read)  1 value" in texts(outline)
