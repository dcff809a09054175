"""Reading ahead without a second process: its batches come when a test wants them to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlms_analyzer.ahead.batches import Order
from dlms_analyzer.ahead.child import read
from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.child_process import ChildError
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet


class Rehearsal:
    """What the other process would send, and what became of it.

    Attributes:
        lag: how often its reader comes in vain before the first batch is there.
        dies_after: batches after which it ends; None when it reads to the end.
        sent: batches that were taken.
        started: how many processes were.
        closed: how many of them were ended.
    """

    def __init__(self, lag: int, dies_after: int | None) -> None:
        self.lag = lag
        self.dies_after = dies_after
        self.sent = 0
        self.started = 0
        self.closed = 0

    def start(self, module: str, order: bytes) -> Rehearsal:
        assert module == "dlms_analyzer.ahead.child"
        self.started += 1
        self._patience = self.lag
        self._batches = (batch.packed() for batch in read(Order.unpacked(order)))
        return self

    def receive(self, _: float) -> bytes | None:
        if self._patience:
            self._patience -= 1
            return None
        if self.sent == self.dies_after:
            raise ChildError("the second process has ended (status -9)")
        self.sent += 1
        return next(self._batches)

    def close(self) -> None:
        self.closed += 1


def rehearse(
    monkeypatch: pytest.MonkeyPatch, *, lag: int = 0, batch: int = 100, dies_after: int | None = None
) -> Rehearsal:
    """From now on, a second process reads ahead in captures of any size; or rather, it is played."""
    played = Rehearsal(lag, dies_after)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.MIN_SIZE", 0)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.cores", lambda: 2)
    monkeypatch.setattr("dlms_analyzer.ahead.child.BATCH_EVENTS", batch)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.ChildProcess", played.start)
    return played


def indexed(path: Path, *, ahead: bool, keys: KeySet | None = None) -> IndexedCapture:
    capture = IndexedCapture(open_capture(path), keys=Keyring.of(keys), ahead=ahead)
    for _ in capture.read():
        pass
    return capture


def shown(capture: IndexedCapture) -> dict[str, Any]:
    """Everything that an index knows, without the objects that it is kept in."""
    table, source = capture.table, capture.source
    numbers = range(1, len(table) + 1)
    rows = []
    for number in numbers:
        row = table.row(number)
        association = None if row.association is None else row.association.number
        cells = row._replace(conversation=row.conversation.number, association=association)  # type: ignore[arg-type]
        rows.append(tuple(map(str, cells)))
    return {
        "rows": rows,
        "places": [
            ([(part.frame.number, part.frame.interface, part.start, part.end) for part in parts], kept)
            for parts, kept in map(table.places, numbers)
        ],
        "notes": list(map(table.experts, numbers)),
        "exchanges": list(table.exchange_request),
        "conversations": [
            (number, one.transport, one.forward.flow, one.backward.flow, one.initiator)
            for number, one in sorted(table.conversations.items())
        ],
        "associations": [
            {name: getattr(one, name) for name in one.__slots__ if name not in _OBJECTS}
            | {"conversation": one.conversation.number, "flow": one.client_flow}
            | {"reasons": None if one.protection is None else one.protection.reasons}
            for one in table.associations
        ],
        "source": (source.interfaces, list(source.problems), source.comments, source.secrets),
        "progress": capture.progress,
        "unread": capture.analyzer.lower.unread.packed(),
    }


_OBJECTS = ("blocks", "conversation", "open", "protection")


def assert_same(found: IndexedCapture, wanted: IndexedCapture) -> None:
    one, other = shown(found), shown(wanted)
    assert one.keys() == other.keys()
    for name, value in other.items():
        assert one[name] == value, name
