"""The table of messages: rows, columns, and where octets stand."""

from __future__ import annotations

import pytest

from dlms_analyzer import Analyzer
from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.units import Part
from dlms_analyzer.index.table import COLUMNS, NONE, ROW_OCTETS, MessageTable, Numbering
from dlms_analyzer.messages import Message
from dlms_analyzer.notes import Severity
from tests.dlms_analyzer.dialogue import Dialogue

GET = bytes.fromhex("c001c100030100010800ff0200")
REFUSED = bytes.fromhex("c401c10103")


def table_of(messages: list[Message], associations: list[Association]) -> MessageTable:
    table = MessageTable(associations)
    for message in messages:
        table.add(message)
    return table


def a_refused_get() -> tuple[list[Message], MessageTable]:
    talk = Dialogue(Analyzer(heads=True))
    messages = talk.client(GET) + talk.server(REFUSED) + talk.server(REFUSED)
    return messages, table_of(messages, talk.analyzer.associations)


def test_a_row_takes_fewer_octets_than_the_apdu_it_tells_of_may_have() -> None:
    assert ROW_OCTETS <= 52


def test_the_row_of_a_response_says_what_had_been_asked_and_how_it_went() -> None:
    _, table = a_refused_get()
    row = table.row(2)
    assert (row.service, row.result, row.exchange) == ("get-response-normal", "read-write-denied", 0)
    assert row.response_time == pytest.approx(0.01)
    (asked,) = row.asked
    assert (asked.class_id, asked.logical_name, asked.attribute) == (3, bytes.fromhex("0100010800ff"), 2)
    assert row.association is not None
    assert row.association.client_sap == 16


def test_the_row_of_a_message_with_notes_has_the_gravest_severity() -> None:
    messages, table = a_refused_get()
    assert [table.row(number).severity for number in (1, 2, 3)] == [None, None, Severity.WARNING]
    assert table.experts(3) == messages[2].experts
    assert [expert.code for expert in table.experts(3)] == ["unexpected-response"]
    assert table.experts(1) == table.experts(2) == table.experts(4) == ()


def test_there_is_no_row_outside_the_table() -> None:
    _, table = a_refused_get()
    for number in (0, 4, -1):
        with pytest.raises(IndexError, match="there are 3"):
            table.row(number)


def test_a_column_gives_one_number_a_message() -> None:
    messages, table = a_refused_get()
    assert list(table.column("time")) == [message.time for message in messages]
    assert list(table.column("exchange")) == [0, 0, NONE]
    assert list(table.column("frame", 2, 3)) == [2, 3]
    assert all(len(list(table.column(name))) == 3 for name in COLUMNS)


def test_several_columns_stand_side_by_side_in_the_order_they_are_asked_for() -> None:
    messages, table = a_refused_get()
    assert list(table.columns("frame", "time")) == [(message.frame.number, message.time) for message in messages]
    assert list(table.columns("exchange", "frame", first=2, last=2)) == [(0, 2)]


def test_what_the_numbers_of_a_column_stand_for_is_what_the_row_says() -> None:
    _, table = a_refused_get()
    for column in ("service", "outer", "profile", "kind", "result", "security"):
        said = [table.meaning(column, number) for number in table.column(column)]
        assert said == [getattr(table.row(number), column) for number in (1, 2, 3)]
    assert [table.meaning("expert", number) for number in table.column("expert")] == [None, None, Severity.WARNING]


def test_only_messages_with_notes_are_gone_through_for_notes() -> None:
    messages, table = a_refused_get()
    assert list(table.noted()) == [(3, messages[2].experts)]
    assert list(table.noted(1, 2)) == []


def test_the_messages_of_an_exchange_are_found_up_to_one_of_them() -> None:
    _, table = a_refused_get()
    assert table.of_exchange(0, 1) == [1]
    assert table.of_exchange(0, 3) == [1, 2]


def test_octets_that_came_in_several_segments_stand_in_several_places() -> None:
    messages, _ = a_refused_get()
    first = Frame(7, 0, 1, GET[:5], 0, 5, 5)
    second = Frame(8, 0, 1, b"\x00" + GET[5:], 0, 9, 9)
    parts = (Part(first, 0, 5), Part(second, 1, 9))
    split = messages[0]._replace(number=1, buf=GET, start=0, end=len(GET), parts=parts, frame=second)
    table = table_of([split], [])
    assert list(table.sizes()) == [len(GET)]
    places, kept = table.places(1)
    assert kept is None
    assert [(part.frame.number, part.start, part.end) for part in places] == [(7, 0, 5), (8, 1, 9)]


def test_octets_that_stand_nowhere_in_the_capture_are_kept() -> None:
    messages, _ = a_refused_get()
    frame = Frame(7, 0, 1, b"", 0, 0, 0)
    joined = messages[0]._replace(number=1, buf=GET, start=0, end=len(GET), frame=frame)
    table = table_of([joined], [])
    assert list(table.sizes()) == [len(GET)]
    (part,), kept = table.places(1)
    assert part.frame.number == 7
    assert kept == GET


def test_things_beyond_the_limit_share_one_number() -> None:
    numbering: Numbering[str] = Numbering(2, "first")
    assert [numbering[name] for name in ("first", "second", "third", "second", "fourth")] == [0, 1, 2, 1, 2]
    assert (numbering.name(1), numbering.name(2)) == ("second", None)


def test_a_packed_column_gives_what_the_column_gives() -> None:
    talk = Dialogue(Analyzer(heads=True))
    messages = [message for _ in range(3) for message in talk.client(GET) + talk.server(REFUSED)]
    table = table_of(messages, talk.analyzer.associations)
    for name in COLUMNS:
        assert repr(table.packed(name, 1, 6).tolist()) == repr(list(table.column(name)))
        assert repr(table.packed(name, 3, 4).tolist()) == repr(list(table.column(name, 3, 4)))


def test_a_packed_column_goes_on_from_chunk_to_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.index.table.CHUNK", 2)
    talk = Dialogue(Analyzer(heads=True))
    messages = [message for _ in range(3) for message in talk.client(GET) + talk.server(REFUSED)]
    table = table_of(messages, talk.analyzer.associations)
    assert table.packed("time", 2, 6).tolist() == [message.time for message in messages[1:]]
    assert table.packed("exchange", 1, 5).tolist() == [0, 0, 1, 1, 2]
