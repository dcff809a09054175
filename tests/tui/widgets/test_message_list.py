"""The rows of the list of messages: all of a capture, or those with some numbers."""

from __future__ import annotations

import pytest

from tests.tui.running import session_of
from tui.widgets.message_list import MessageRows, shown_columns


def rows(numbers: list[int] | None = None) -> MessageRows:
    session = session_of("ln_wrapper_low")
    list(session.reading())
    return MessageRows(session, numbers)


def test_the_rows_of_a_capture_are_its_messages_and_come_to_an_end() -> None:
    assert [one.number for one in rows()] == list(range(1, 85))
    assert [one.number for one in rows([3, 5, 8])] == [3, 5, 8]


def test_there_is_no_row_behind_the_last() -> None:
    with pytest.raises(IndexError):
        rows()[84]
    assert rows()[-1].number == 84


def test_unknown_columns_are_passed_over_and_without_a_known_one_the_usual_are_shown() -> None:
    assert [one.key for one in shown_columns(["info", "nothing", "time"])] == ["time", "info"]
    assert [one.key for one in shown_columns(["nothing"])] == [one.key for one in shown_columns([])]
