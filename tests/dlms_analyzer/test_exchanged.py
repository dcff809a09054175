"""A request and everything that answers it, as one thing."""

from __future__ import annotations

from dlms_analyzer.exchanged import exchanges_of
from dlms_analyzer.messages import Message
from tests.dlms_analyzer.dialogue import Dialogue

GET = bytes.fromhex("c001c100030100010800ff0200")
VALUE = bytes.fromhex("c401c1000600000005")
FIRST_BLOCK = bytes.fromhex("c402c1000000000100030600") + b"\x00"
NEXT = bytes.fromhex("c002c100000001")
LAST_BLOCK = bytes.fromhex("c402c101000000020002") + b"\x00\x05"


def other(apdu: bytes) -> bytes:
    return apdu[:2] + b"\xc2" + apdu[3:]


def services(messages: tuple[Message, ...]) -> list[str]:
    return [message.service for message in messages]


def test_a_request_and_its_answer_are_an_exchange() -> None:
    talk = Dialogue()
    (found,) = exchanges_of(talk.client(GET) + talk.server(VALUE))
    assert services(found.messages) == ["get-request-normal", "get-response-normal"]
    assert found.response is not None
    assert found.items[0].answer is not None
    assert found.items[0].answer.data == (6, 5)
    assert found.duration == found.response.response_time == 10_000_000


def test_the_blocks_of_a_long_answer_belong_to_the_exchange() -> None:
    talk = Dialogue()
    (found,) = exchanges_of(talk.client(GET) + talk.server(FIRST_BLOCK) + talk.client(NEXT) + talk.server(LAST_BLOCK))
    assert len(found.messages) == 4
    assert found.items[0].answer is not None
    assert found.items[0].answer.data == (6, 5)


def test_pipelined_exchanges_come_in_the_order_in_which_they_are_answered() -> None:
    talk = Dialogue()
    found = list(exchanges_of(talk.client(GET, other(GET)) + talk.server(other(VALUE), VALUE)))
    assert [one.request.number for one in found] == [2, 1]


def test_an_exchange_comes_as_soon_as_it_is_answered() -> None:
    talk = Dialogue()
    messages = iter(talk.client(GET) + talk.server(VALUE) + talk.client(GET))
    assert next(exchanges_of(messages)).request.number == 1
    assert next(messages).number == 3


def test_a_request_without_an_answer_is_an_exchange_too() -> None:
    talk = Dialogue()
    messages = talk.client(GET) + talk.client(other(GET))
    found = list(exchanges_of(messages))
    assert [services(one.messages) for one in found] == [["get-request-normal"], ["get-request-normal"]]
    assert all(one.response is None for one in found)
    assert found[0].items[0].answer is None


def test_a_request_that_asks_for_no_answer_comes_with_the_next_one_and_with_its_answer_if_it_gets_one() -> None:
    talk = Dialogue()
    get, value = (one[:2] + b"\x01" + one[3:] for one in (GET, VALUE))
    messages = talk.client(get, get) + talk.server(value) + talk.client(other(GET))
    found = exchanges_of(iter(messages))
    assert services(next(found).messages) == ["get-request-normal"]
    assert services(next(found).messages) == ["get-request-normal", "get-response-normal"]
    assert [one.request.number for one in found] == [4]
