"""Pasted octets as people see them: what they mean stands beside what they are."""

from __future__ import annotations

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.decoding import decode, parse_hex
from dlms_analyzer.output.pasted import pasted_lines
from dlms_analyzer.output.style import Style
from tests.support import CAPTURES

TCP_HEADERS = 14 + 20 + 32
"""Octets of Ethernet, IPv4 and TCP headers in the capture of pushes."""

ASK_VALUE = "000100100001000d c001c100030100010800ff0200"
VALUE = "0001000100100009 c401c1000600 01e240"
ASK_SCALER = "000100100001000d c001c100030100010800ff0300"
SCALER = "000100010010000a c401c100 0202 0f03 161e"
ASK_SECRET = "000100100001000d c001c1000f0000280000ff0700"
SECRET = "000100010010000e c401c1000908 4162312178795a39"


def lines(pasted: str, *, tree: bool = True, framing: str | None = None, show_secrets: bool = False) -> str:
    octets = decode(parse_hex(pasted), framing)
    return "\n".join(pasted_lines(octets, Style(enabled=False), tree=tree, show_secrets=show_secrets))


@pytest.mark.parametrize(
    "request_", ["c001c100030100010800ff0200", ASK_VALUE, "7EA0190321107FDAE6E600C001C100030100010800FF020032687E"]
)
def test_the_object_and_the_attribute_of_a_request_are_named_in_any_framing(request_: str) -> None:
    text = lines(request_)
    assert "logical_name: 1-0:1.8.0.255  = active energy import (total)" in text
    assert "attribute_id: 2  = value" in text


def test_a_scaler_in_a_later_frame_scales_the_value_in_an_earlier_one() -> None:
    text = lines(ASK_VALUE + VALUE + ASK_SCALER + SCALER)
    assert "data: double-long-unsigned 123456  = active energy import (total): 123456 kWh" in text
    assert "1: enum 30  = unit: Wh" in text
    assert "(scaler and unit not seen)" in lines(ASK_VALUE + VALUE)


def test_a_push_that_carries_its_units_is_explained() -> None:
    text = lines("0f0000000100 0203 09060100200700ff 120921 0202 0fff 1623")
    assert "1: long-unsigned 2337  = instantaneous L1 voltage: 233.7 V" in text


def test_a_response_alone_shows_texts_and_logical_names_and_says_nothing_twice() -> None:
    text = lines("c401c100 0203 09060100010800ff 120005 0903414243")
    assert "0: octet-string 0100010800ff  = 1-0:1.8.0.255 active energy import (total)\n" in text
    assert "1: long-unsigned 5\n" in text
    assert text.endswith("2: octet-string 414243  = 'ABC'")
    assert "data: structure[3]\n" in text
    assert " = " not in text.splitlines()[0]


def test_bare_data_are_explained_as_far_as_they_speak_for_themselves() -> None:
    assert lines("0202 0903414243 1107", tree=False, framing="data").splitlines()[1].endswith("= 'ABC'")
    assert lines("0903414243", framing="data").endswith("octet-string 414243  = 'ABC'")


def test_segments_that_were_joined_are_explained_in_the_joined_tree() -> None:
    message = next(dlms.open(CAPTURES / "push_tcp_hdlc.pcap").messages)
    frames = [part.frame for part in message.parts]
    text = lines("".join(one.buf[one.start + TCP_HEADERS : one.start + one.original_length].hex() for one in frames))
    assert "joined from 2 segments:" in text
    assert "= active energy import (total): 9876543" in text


def test_a_secret_that_an_earlier_frame_asked_for_is_not_shown() -> None:
    text = lines(ASK_SECRET + SECRET)
    assert "attribute_id: 7  = secret" in text
    assert "4162312178795a39" not in text
    assert "Ab1!xyZ9" not in text
    assert "4162312178795a39  = " in lines(ASK_SECRET + SECRET, show_secrets=True)
