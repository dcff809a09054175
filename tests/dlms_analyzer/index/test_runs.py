"""Answers about runs of messages."""

from __future__ import annotations

from dlms_analyzer.framing.units import Kind
from dlms_analyzer.index.runs import MAYBE, NO, YES, Run
from tests.dlms_analyzer.index.test_table import a_refused_get


def test_three_answers_stand_in_two_numbers() -> None:
    _, table = a_refused_get()
    sure, possible = Run(table, 1, 3).answers((NO, MAYBE, YES))
    assert sure.to_bytes(3, "little") == bytes((0, 0, 1))
    assert possible.to_bytes(3, "little") == bytes((0, 1, 1))


def test_a_run_has_the_columns_of_its_messages_only() -> None:
    messages, table = a_refused_get()
    run = Run(table, 2, 3)
    assert run.column("time").tolist() == [message.time for message in messages[1:]]
    assert run.kinds(Kind.APDU) == run.ones
    assert run.kinds(Kind.LINK, Kind.RAW) == 0


def test_a_run_knows_which_messages_tell_of_accesses() -> None:
    messages, table = a_refused_get()
    assert Run(table, 1, 3).tells.to_bytes(3, "little") == bytes(bool(message.items) for message in messages)
    assert Run(table, 1, 3).pushes == 0
