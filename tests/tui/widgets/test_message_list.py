"""The rows of the list of messages: all of a capture, or those with some numbers."""

from __future__ import annotations

import pytest

from tests.tui.running import session_of
from tui.settings import Times
from tui.widgets.message_list import MessageList, MessageRows, shown_columns


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


def test_columns_stand_in_the_order_that_was_chosen_and_unknown_columns_are_passed_over() -> None:
    assert [one.key for one in shown_columns(["info", "nothing", "time"])] == ["info", "time"]


def test_without_a_known_column_the_usual_ones_are_shown() -> None:
    assert [one.key for one in shown_columns(["nothing"])] == [one.key for one in shown_columns([])]


@pytest.mark.parametrize(
    ("times", "title", "second"),
    [
        (Times.RELATIVE, "Time", "0.000427"),
        (Times.DELTA, "After", "0.000276"),
        (Times.ABSOLUTE, "UTC", "2026-11-22T12:37:23.356"),
    ],
)
def test_the_time_of_a_message_is_what_the_settings_want(times: Times, title: str, second: str) -> None:
    message_list = MessageList()
    message_list.show_columns(["time"], times)
    (column,) = message_list.columns
    assert column.title == title
    assert column.text(rows()[2]).startswith(second)
