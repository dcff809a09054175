"""Schedules, scripts and calendars in words."""

from __future__ import annotations

from dlms_analyzer.cosem.interpret import interpret

TARIFFS = bytes((0, 0, 10, 0, 100, 255))
ANY_DATE = bytes.fromhex("ffffffffff")


def test_a_script_says_what_it_does() -> None:
    disconnect = (2, ((22, 2), (18, 70), (9, bytes((0, 0, 96, 3, 10, 255))), (15, 1), (15, 0)))
    write = (2, ((22, 1), (18, 1), (9, bytes((0, 0, 96, 14, 0, 255))), (15, 2), (17, 7)))
    found = interpret(9, 2, (1, ((2, ((18, 1), (1, (disconnect, write)))), (2, ((18, 2), (1, ()))))))
    assert found.words == (
        "script 1: remote_disconnect of 0-0:96.3.10.255 disconnect control (breaker) (Disconnect control), "
        "write 7 to value of 0-0:96.14.0.255 currently active tariff (Data); script 2: does nothing"
    )


def test_a_calendar_says_its_days_weeks_and_seasons() -> None:
    week = (2, ((9, b"W1"), *((17, day) for day in (1, 1, 1, 1, 1, 2, 3))))
    assert interpret(20, 4, (1, (week,))).words == ("week 'W1': Monday to Friday day 1, Saturday day 2, Sunday day 3")
    season = (2, ((9, b"S"), (9, bytes.fromhex("ffff0401ffffffffff8000ff")), (9, b"W1")))
    assert interpret(20, 3, (1, (season,))).words == "season 'S' from *-04-01 any time: week 'W1'"
    change = (2, ((9, bytes.fromhex("06000000")), (9, TARIFFS), (18, 2)))
    assert interpret(20, 5, (1, ((2, ((17, 1), (1, (change,)))),))).words == (
        "day 1: 06:00:00 script 2 of 0-0:10.0.100.255 tariffication script table"
    )


def test_a_schedule_says_when_and_what() -> None:
    entry = (
        2,
        (
            (18, 4), (3, True), (9, TARIFFS), (18, 1), (9, bytes.fromhex("16000000")), (18, 0xFFFF), (4, (7, b"\xf8")),
            (4, (1, b"\x00")), (9, bytes.fromhex("ffff0401ff")), (9, bytes.fromhex("ffff0901ff")),
        ),
    )  # fmt: skip
    assert interpret(10, 2, (1, (entry,))).words == (
        "4: at 22:00:00 on Monday, Tuesday, Wednesday, Thursday, Friday from *-04-01 to *-09-01 "
        "script 1 of 0-0:10.0.100.255 tariffication script table"
    )


def test_special_days_and_execution_times_are_dates() -> None:
    day = (2, ((18, 1), (9, bytes.fromhex("ffff0c19ff")), (17, 2)))
    assert interpret(11, 2, (1, (day,))).words == "*-12-25: day 2"
    when = (2, ((9, bytes.fromhex("00000000")), (9, bytes.fromhex("ffffff01ff"))))
    assert interpret(22, 4, (1, (when,))).words == "*-*-01 00:00:00"
    assert interpret(22, 4, (1, ())).words == "empty"


def test_a_push_setup_says_its_objects() -> None:
    one = (2, ((18, 3), (9, bytes((1, 0, 1, 8, 0, 255))), (15, 2), (18, 0)))
    other = (2, ((18, 7), (9, bytes((1, 0, 99, 1, 0, 255))), (15, 0), (18, 2)))
    found = interpret(40, 2, (1, (one, other)))
    assert found.words == (
        "1-0:1.8.0.255 active energy import (total), value; "
        "1-0:99.1.0.255 load profile 1 (interval), all attributes, element 2"
    )
    assert found.value[0] == {"class_id": 3, "logical_name": "1.0.1.8.0.255", "attribute_index": 2, "data_index": 0}


def test_an_element_that_is_not_set_leaves_the_plain_words() -> None:
    found = interpret(11, 2, (1, ((0, None),)))
    assert (found.value, found.problem, found.words) == ([None], "", "nothing")


def test_long_lists_are_counted() -> None:
    day = (2, ((18, 1), (9, ANY_DATE), (17, 2)))
    assert interpret(11, 2, (1, (day,) * 40)).words.endswith("; 28 more")
