"""What the octets of an APDU say by themselves."""

from __future__ import annotations

from dlms_analyzer.decoded import REMEMBERED, REMEMBERED_LENGTH, Decoded, decode_apdu, decode_head, remembering
from dlms_analyzer.frames import Buffer
from dlms_analyzer.services import Role

GET = bytes.fromhex("c001c100030100010800ff0200")


def test_a_request_says_what_it_asks_for_and_whether_an_answer_is_due() -> None:
    decoded = decode_apdu(GET, 0, len(GET))
    assert decoded.service == "get-request-normal"
    assert decoded.row.role is Role.REQUEST
    assert (decoded.invoke_id, decoded.confirmed) == (1, True)
    assert decoded.items[0].asked is not None
    assert decoded.items[0].asked.logical_name == bytes.fromhex("0100010800ff")


def test_a_response_says_how_each_access_went() -> None:
    octets = bytes.fromhex("c403c1 02 00 0600000005 01 03")
    results = [item.answer and item.answer.result for item in decode_apdu(octets, 0, len(octets)).items]
    assert results == ["success", "read-write-denied"]


def test_the_head_of_a_response_tells_success_without_the_value() -> None:
    octets = bytes.fromhex("c401c1000600000005")
    (item,) = decode_head(octets, 0, len(octets)).items
    assert item.answer == ("success", None)


def test_a_request_that_comes_again_is_read_once() -> None:
    reads: list[bytes] = []

    def read(buf: Buffer, start: int, end: int) -> Decoded:
        reads.append(buf[start:end])
        return decode_apdu(buf, start, end)

    remember = remembering(read)
    padded = b"\x00" + GET
    assert remember(GET, 0, len(GET)) is remember(padded, 1, len(padded))
    assert reads == [GET]


def test_what_is_remembered_is_bounded() -> None:
    reads = 0

    def read(buf: Buffer, start: int, end: int) -> Decoded:
        nonlocal reads
        reads += 1
        return decode_apdu(buf, start, end)

    remember = remembering(read)
    for number in range(REMEMBERED + 1):
        octets = GET[:3] + number.to_bytes(2) + GET[5:]
        remember(octets, 0, len(octets))
    remember(GET[:3] + bytes(2) + GET[5:], 0, len(GET))
    assert reads == REMEMBERED + 2
    long = b"\xc1" + bytes(REMEMBERED_LENGTH)
    remember(long, 0, len(long))
    remember(long, 0, len(long))
    assert reads == REMEMBERED + 4
