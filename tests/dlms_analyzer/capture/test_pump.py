"""A pump reads ahead in a thread, keeps the order, and keeps little."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from dlms_analyzer.capture.pump import MAX_WAITING, Pump


def giving(pieces: list[bytes]) -> Callable[[], bytes]:
    waiting = iter(pieces)
    return lambda: next(waiting, b"")


def drain(pump: Pump, found: list[bytes]) -> list[bytes]:
    while (piece := pump.take()) != b"":
        if piece is None:
            pump.wait()
        else:
            found.append(piece)
    return found


def test_all_pieces_come_in_order() -> None:
    pieces = [b"%d" % index for index in range(5 * MAX_WAITING)]
    assert drain(Pump(giving(pieces)), []) == pieces


def test_nothing_is_taken_from_a_stream_that_has_nothing_yet() -> None:
    ready = threading.Event()

    def read() -> bytes:
        ready.wait()
        return b""

    pump = Pump(read)
    assert pump.take() is None
    ready.set()
    assert drain(pump, []) == []


def test_what_goes_wrong_is_raised_behind_what_came_before() -> None:
    def read(pieces: list[bytes] = [b"one", b"two"]) -> bytes:  # noqa: B006 - is emptied
        if not pieces:
            raise OSError("torn")
        return pieces.pop(0)

    pump = Pump(read)
    found: list[bytes] = []
    with pytest.raises(OSError, match="torn"):
        drain(pump, found)
    assert found == [b"one", b"two"]


def test_no_more_is_read_ahead_than_allowed() -> None:
    asked: list[None] = []
    enough = threading.Event()

    def read() -> bytes:
        asked.append(None)
        if len(asked) > MAX_WAITING:
            enough.set()
        return b"x"

    pump = Pump(read)
    assert enough.wait(10)
    assert len(asked) == MAX_WAITING + 1
    pump.close()
    assert pump.take() is None


def test_a_closed_pump_ends_its_thread() -> None:
    before = threading.active_count()
    pump = Pump(lambda: b"x")
    pump.close()
    assert threading.active_count() == before
