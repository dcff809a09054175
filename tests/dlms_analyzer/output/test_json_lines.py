"""Objects as lines of JSON."""

from __future__ import annotations

import json

import pytest

from dlms_analyzer.output.json_lines import json_line


@pytest.mark.parametrize(
    "found",
    [
        {"number": 1, "frames": [4], "security": None, "authenticated": True, "response_time": 0.032268},
        {"data": {"type": "long64-unsigned", "value": 2**64 - 1}, "least": -(2**63), "more": 10**30},
        {"value": 'Zähler №7 \u2028\x07\x7f"\\', "unit": "m³/h", "rows": [["a", 1], []]},
    ],
)
def test_an_object_is_read_back_from_its_line_unchanged(found: dict[str, object]) -> None:
    line = json_line(found)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert json.loads(line) == found


def test_text_stands_as_it_is_and_there_are_no_blanks_between() -> None:
    assert json_line({"value": "Zähler", "unit": None}) == '{"value":"Zähler","unit":null}\n'


def test_the_name_of_a_file_that_is_no_utf_8_does_not_end_the_output() -> None:
    line = json_line({"file": "\udce4.pcap"})
    assert line.encode() == b'{"file":"\\udce4.pcap"}\n'
    assert json.loads(line) == {"file": "\udce4.pcap"}
