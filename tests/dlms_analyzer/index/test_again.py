"""Keys that are added while a capture is still being read: in the end it is as if they had always been there."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from dlms_analyzer.associations.association import Association
from dlms_analyzer.capture import open_capture
from dlms_analyzer.index import IndexedCapture, Row, again
from dlms_analyzer.notes import CODES, Expert
from dlms_analyzer.security.keyring import Keyring
from tests.support import Sidecar
from tests.test_security_captures import CIPHERED, keys_of

KNOWN = ("state", "terms", "messages", "exchanges", "unanswered", "errors", "smallest_pdu")
COUNTED = {code for code in CODES if code.startswith("counter-")} | {"nonce-reuse"}


def rows(capture: IndexedCapture) -> list[Row]:
    """All rows, without what differs by name only; counters are followed from where keys were there."""
    found = [capture.table.row(number) for number in range(1, len(capture.table) + 1)]
    nothing: Any = dict.fromkeys(("exchange", "association", "conversation", "severity"))
    return [row._replace(**nothing) for row in found]


def noted(capture: IndexedCapture) -> list[tuple[int, tuple[Expert, ...]]]:
    """All notes but those that come of following counters."""
    found = [
        (number, tuple(expert for expert in experts if expert.code not in COUNTED))
        for number, experts in capture.table.noted()
    ]
    return [one for one in found if one[1]]


def known(association: Association) -> tuple[object, ...]:
    protection = association.protection
    opened = None if protection is None else (protection.opened, protection.reasons)
    return (*(getattr(association, name) for name in KNOWN), opened)


@pytest.mark.parametrize("frames_a_step", [0, 1, 7])
@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_keys_that_are_added_while_a_capture_is_read_open_it_as_if_they_had_been_there(
    sidecar: Sidecar, frames_a_step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "BATCH", 4)
    keys = keys_of(sidecar)
    with_keys = IndexedCapture(open_capture(sidecar.pcap), keys=Keyring([keys]))
    for _ in with_keys.read():
        pass
    later = IndexedCapture(open_capture(sidecar.pcap))
    frames = iter(later.source)
    later.take(islice(frames, sum(1 for _ in open_capture(sidecar.pcap)) // 2))
    for done, total in later.add_keys(keys):
        assert done <= total
        later.take(islice(frames, frames_a_step))
    later.take(frames)
    later.finish()
    assert rows(later) == rows(with_keys)
    assert noted(later) == noted(with_keys)
    if not sidecar.name.startswith("push"):  # who is the meter there is known only with keys: a new association begins
        assert list(map(known, later.table.associations)) == list(map(known, with_keys.table.associations))
