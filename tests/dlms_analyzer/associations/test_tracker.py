"""Associations: what was agreed on, and who did not keep to it."""

from __future__ import annotations

from dlms_analyzer import Message
from dlms_analyzer.associations.association import State
from scapy_layers import GeneralBlockTransfer
from tests.dlms_analyzer.dialogue import Dialogue

GET = bytes.fromhex("c001c100030100010800ff0200")
SET = bytes.fromhex("c101c100030100010800ff02000600000005")
VALUE = bytes.fromhex("c401c1000600000005")


def codes(messages: list[Message]) -> list[str]:
    return [expert.code for message in messages for expert in message.experts]


def with_invoke_id(apdu: bytes, invoke_id: int) -> bytes:
    return apdu[:2] + bytes((0xC0 | invoke_id,)) + apdu[3:]


def test_an_association_keeps_the_terms_that_were_agreed_on() -> None:
    talk = Dialogue()
    talk.associate(conformance=0x000010, client_size=500, server_size=300)
    terms = talk.association.terms
    assert talk.association.state is State.ACCEPTED
    assert (terms.proposed_conformance, terms.negotiated_conformance) == (0x10, 0x10)
    assert (terms.client_max_receive_pdu_size, terms.server_max_receive_pdu_size) == (500, 300)


def test_an_apdu_that_its_receiver_cannot_take_is_noted() -> None:
    talk = Dialogue()
    talk.associate(client_size=12, server_size=len(GET))
    assert codes(talk.client(GET)) == []
    (answer,) = talk.server(bytes.fromhex("c401c1000908") + bytes(8))
    assert [(note.code, note.text) for note in answer.experts] == [
        ("pdu-too-large", "14 octets, but the client receives 12 at most")
    ]


def test_a_pdu_size_of_zero_is_no_limit() -> None:
    talk = Dialogue()
    talk.associate(client_size=0, server_size=0)
    assert codes(talk.client(GET) + talk.server(VALUE)) == []


def test_a_service_outside_the_negotiated_conformance_is_noted() -> None:
    talk = Dialogue()
    talk.associate(conformance=0x000010)  # get
    assert codes(talk.client(GET) + talk.server(VALUE)) == []
    (message,) = talk.client(SET)
    assert [(note.code, note.text) for note in message.experts] == [
        ("not-negotiated", "set-request-normal takes set, which the conformance agreed on lacks")
    ]


def test_nothing_is_held_against_an_association_whose_opening_was_not_seen() -> None:
    assert codes(Dialogue().client(GET, SET)) == ["unanswered"]


def test_an_answer_after_the_answer_to_a_later_request_is_late() -> None:
    talk = Dialogue()
    talk.client(with_invoke_id(GET, 1), with_invoke_id(GET, 2))
    assert codes(talk.server(with_invoke_id(VALUE, 2))) == []
    (late,) = talk.server(with_invoke_id(VALUE, 1))
    assert [note.code for note in late.experts] == ["late-response"]
    assert late.response_time == 30_000_000


def test_an_answer_that_an_unconfirmed_request_did_not_ask_for_is_paired_all_the_same() -> None:
    talk = Dialogue()
    unconfirmed, answer = (one[:2] + b"\x01" + one[3:] for one in (GET, VALUE))
    talk.client(unconfirmed)
    (answered,) = talk.server(answer)
    assert [(note.code, note.severity.value) for note in answered.experts] == [("unasked-response", "chat")]
    assert answered.response_time == 10_000_000
    (item,) = answered.items
    assert (item.asked is not None, item.answer is not None) == (True, True)


def test_an_unconfirmed_request_that_gets_no_answer_lacks_none_and_takes_none_of_another() -> None:
    talk = Dialogue()
    talk.client(with_invoke_id(GET, 1))
    assert codes(talk.client(GET[:2] + b"\x02" + GET[3:])) == []
    (answer,) = talk.server(with_invoke_id(VALUE, 3))
    assert [note.code for note in answer.experts] == ["invoke-id-mismatch"]
    assert answer.exchange is not None
    assert answer.exchange.request == 1
    assert codes(talk.client(with_invoke_id(GET, 2))) == []
    assert talk.association.unanswered == 0


def test_pipelined_requests_answered_in_order_are_nothing_to_note() -> None:
    talk = Dialogue()
    talk.client(with_invoke_id(GET, 1), with_invoke_id(GET, 2))
    assert codes(talk.server(with_invoke_id(VALUE, 1), with_invoke_id(VALUE, 2))) == []


def test_a_connection_that_ends_before_the_answer_leaves_a_note_on_the_association() -> None:
    talk = Dialogue()
    talk.associate()
    talk.client(GET)
    talk.hang_up()
    association = talk.association
    assert association.state is State.DISCONNECTED
    assert association.unanswered == 1
    assert [(note.code, note.text) for note in association.experts] == [
        ("disconnect-mid-exchange", "the request in message 3 was not answered")
    ]


def test_a_long_response_that_stops_early_is_noted_when_the_connection_ends() -> None:
    talk = Dialogue()
    talk.associate()
    talk.client(GET)
    talk.server(bytes.fromhex("c402c100000000010003090a01"))
    talk.hang_up()
    assert [note.code for note in talk.association.experts] == ["incomplete-transfer"]
    assert talk.association.unanswered == 0


def test_a_long_response_that_stops_early_is_noted_on_the_next_request() -> None:
    talk = Dialogue()
    talk.associate()
    talk.client(GET)
    talk.server(bytes.fromhex("c402c100000000010003090a01"))
    assert codes(talk.client(GET)) == ["incomplete-transfer"]


def test_a_block_transfer_that_stops_early_is_noted_when_the_connection_ends() -> None:
    talk = Dialogue()
    talk.associate(conformance=0x607E1F)
    talk.client(GeneralBlockTransfer(block_control=0x01, block_number=1, block_data=GET[:5]))
    talk.hang_up()
    texts = [note.text for note in talk.association.experts]
    assert texts == [
        "the request in message 3 was not answered",
        "the block transfer of the client stops before block 2",
    ]


def test_what_waits_at_the_end_of_the_capture_is_unanswered() -> None:
    talk = Dialogue()
    talk.client(GET)
    talk.analyzer.flush()
    assert talk.association.unanswered == 1


def test_a_new_aarq_begins_a_new_association_between_the_same_saps() -> None:
    talk = Dialogue()
    talk.associate()
    talk.associate()
    assert [association.number for association in talk.analyzer.associations] == [0, 1]


def test_a_closed_connection_is_forgotten() -> None:
    talk = Dialogue()
    talk.associate()
    conversation = talk.association.conversation
    assert conversation.talk is not None
    talk.hang_up()
    assert conversation.talk is None
