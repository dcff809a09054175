"""What the octets of an APDU say by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlms_analyzer.decoded import REMEMBERED, Read, decode_apdu, decode_inside, reading_heads, reading_whole
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.services import Role

GET = bytes.fromhex("c001c100030100010800ff0200")


def test_a_request_says_what_it_asks_for_and_whether_an_answer_is_due() -> None:
    decoded = decode_apdu(GET, 0, len(GET))
    assert decoded.service == "get-request-normal"
    assert decoded.row.role is Role.REQUEST
    assert (decoded.invoke_id, decoded.confirmed) == (1, True)
    assert decoded.items[0].asked is not None
    assert decoded.items[0].asked.logical_name == bytes.fromhex("0100010800ff")


def test_what_was_deciphered_is_an_apdu_or_a_p1_telegram() -> None:
    assert decode_inside(GET).service == "get-request-normal"
    telegram = decode_inside(b"/EST5\r\n\r\n1-0:1.8.0(1*Wh)\r\n!\r\n")
    assert (telegram.service, telegram.row.sender, telegram.experts) == ("p1-telegram", Sender.SERVER, ())


def test_a_p1_telegram_with_a_wrong_crc_is_read_and_says_so() -> None:
    telegram = decode_inside(b"/EST5\r\n\r\n1-0:1.8.0(1*Wh)\r\n!0000\r\n")
    assert [said.code for said in telegram.experts] == ["oddity"]
    assert telegram.experts[0].text.startswith("the CRC of the P1 telegram is 0000, its octets have ")


def test_a_response_says_how_each_access_went() -> None:
    octets = bytes.fromhex("c403c1 02 00 0600000005 01 03")
    results = [item.answer and item.answer.result for item in decode_apdu(octets, 0, len(octets)).items]
    assert results == ["success", "read-write-denied"]


def test_the_head_of_a_response_tells_success_without_the_value() -> None:
    octets = bytes.fromhex("c401c1000600000005")
    (item,) = reading_heads()(octets, 0, len(octets)).items
    assert item.answer == ("success", None)


@pytest.mark.parametrize("reading", [reading_heads, reading_whole])
def test_a_request_that_comes_again_is_read_once(reading: Callable[[], Read]) -> None:
    read = reading()
    padded = b"\x00" + GET + b"\x00"
    assert read(GET, 0, len(GET)) is read(padded, 1, len(padded) - 1)


def test_responses_that_differ_only_in_their_data_have_the_same_head() -> None:
    read = reading_heads()
    first, second = bytes.fromhex("c401c1000600000005"), bytes.fromhex("c401c1000906010203040506")
    refused = bytes.fromhex("c401c10103")
    assert read(first, 0, len(first)) is read(second, 0, len(second))
    (item,) = read(refused, 0, len(refused)).items
    assert item.answer == ("read-write-denied", None)
    assert read(first, 0, len(first)).items[0].answer == ("success", None)


def test_a_head_that_is_cut_is_not_taken_for_one_seen_before() -> None:
    read = reading_heads()
    read(GET, 0, len(GET))
    assert [expert.code for expert in read(GET, 0, len(GET) - 1).experts] == ["malformed"]


@pytest.mark.parametrize("reading", [reading_heads, reading_whole])
def test_what_is_remembered_is_bounded(reading: Callable[[], Read]) -> None:
    read = reading()
    first = read(GET, 0, len(GET))
    for number in range(REMEMBERED + 1):
        octets = GET[:3] + number.to_bytes(2) + GET[5:]
        read(octets, 0, len(octets))
    again = read(GET, 0, len(GET))
    assert again == first
    assert again is not first
