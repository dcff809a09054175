"""The lines of a list of associations."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.associations.association import Association
from dlms_analyzer.capture import open_captures
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.sessions import SessionList
from dlms_analyzer.sessions import listing as listing_module
from tests.dlms_analyzer.script import GET, VALUE, Script


def two_conversations(folder: Path) -> IndexedCapture:
    """Associations 0 and 2 in the first conversation, 1 in the second, 3 in the first again."""
    paths = []
    for port, saps in ((40_000, (16, 32, 33)), (40_001, (16,))):
        script = Script(port)
        script.time += port - 40_000  # a little later
        for turn, sap in enumerate(saps):
            for _ in range(turn + 1):
                script.client(GET, sap=sap).server(VALUE, sap=sap)
        paths.append(folder / f"{port}.pcap")
        paths[-1].write_bytes(script.octets())
    capture = IndexedCapture(open_captures(paths))
    for _ in capture.read():
        pass
    return capture


def grown(capture: IndexedCapture, *, grouped: bool) -> SessionList:
    found = SessionList(capture.table, grouped=grouped)
    for _ in found.grow():
        pass
    return found


def shown(sessions: SessionList) -> list[str]:
    return [
        f"#{one.number}" if isinstance(one, Association) else f"conversation {one.number}"
        for one in (sessions[line] for line in range(len(sessions)))
    ]


def test_associations_stand_in_the_order_of_appearance(tmp_path: Path) -> None:
    capture = two_conversations(tmp_path)
    sessions = grown(capture, grouped=False)
    assert shown(sessions) == ["#0", "#1", "#2", "#3"]
    assert [sessions.line_of(one) for one in capture.table.associations] == [0, 1, 2, 3]


def test_associations_stand_below_their_conversation(tmp_path: Path) -> None:
    capture = two_conversations(tmp_path)
    sessions = grown(capture, grouped=True)
    assert shown(sessions) == ["conversation 0", "#0", "#2", "#3", "conversation 1", "#1"]
    assert [sessions.line_of(one) for one in capture.table.associations] == [1, 5, 2, 3]
    assert isinstance(sessions[4], Conversation)


def test_the_next_association_is_found_across_conversations(tmp_path: Path) -> None:
    capture = two_conversations(tmp_path)
    sessions = grown(capture, grouped=True)
    numbers = [one.number if (one := sessions.beside(line, 1)) is not None else None for line in range(6)]
    assert numbers == [0, 2, 3, 1, 1, None]
    found = sessions.beside(5, -1)
    assert found is not None
    assert found.number == 3
    assert sessions.beside(1, -1) is None


def test_associations_are_put_in_an_order_in_small_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_module, "STEP", 3)
    capture = two_conversations(tmp_path)
    sessions = grown(capture, grouped=False)
    assert list(sessions.sort(lambda one: one.messages)) == [(3, 4), (4, 4)]
    assert shown(sessions) == ["#0", "#1", "#2", "#3"]
    for _ in sessions.sort(lambda one: one.messages, descending=True):
        pass
    assert shown(sessions) == ["#3", "#2", "#0", "#1"]
    assert [sessions.line_of(one) for one in capture.table.associations] == [2, 3, 1, 0]


def test_an_association_that_came_later_stands_behind_those_that_were_put_in_order(tmp_path: Path) -> None:
    capture = two_conversations(tmp_path)
    late = capture.table.associations.pop()
    sessions = grown(capture, grouped=False)
    for _ in sessions.sort(lambda one: -one.messages):
        pass
    assert sessions.line_of(late) is None
    capture.table.associations.append(late)
    assert list(sessions.grow()) == [(4, 4)]
    assert shown(sessions) == ["#2", "#0", "#1", "#3"]
    assert sessions.line_of(late) == 3
