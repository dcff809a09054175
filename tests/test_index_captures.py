"""Every message of every capture, looked at again through the index, is the message that was read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlms_analyzer import Analyzer
from dlms_analyzer.capture import open_capture
from dlms_analyzer.index import IndexedCapture, Row
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from tests.support import REPOSITORY, Sidecar, sidecars
from tests.test_security_captures import CIPHERED, keys_of


def read_whole(path: Path, keys: KeySet | None = None) -> list[Message]:
    analyzer = Analyzer(keys=Keyring.of(keys))
    messages = [message for frame in open_capture(path) for message in analyzer.feed(frame)]
    return messages + analyzer.flush()


def indexed(path: Path, keys: KeySet | None = None) -> IndexedCapture:
    capture = IndexedCapture(open_capture(path), keys=Keyring.of(keys))
    for _ in capture.read():
        pass
    return capture


def comparable(message: Message) -> dict[str, object]:
    found = message.to_dict()
    found["expert"] = sorted(json.dumps(expert) for expert in found["expert"])
    return found


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_a_message_looked_at_again_is_the_message_that_was_read(sidecar: Sidecar) -> None:
    path = sidecar.pcap
    capture = indexed(path)
    read = read_whole(path)
    assert len(capture.table) == len(read)
    for message in read[:300]:
        assert comparable(capture.message(message.number)) == comparable(message)


@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_a_deciphered_message_looked_at_again_is_the_message_that_was_read(sidecar: Sidecar) -> None:
    keys = keys_of(sidecar)
    capture = indexed(sidecar.pcap, keys)
    for message in read_whole(sidecar.pcap, keys)[:300]:
        assert comparable(capture.message(message.number)) == comparable(message)
        assert capture.table.row(message.number).service == message.service


@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_keys_that_are_added_later_open_what_they_would_have_opened(sidecar: Sidecar) -> None:
    keys = keys_of(sidecar)
    later, before = indexed(sidecar.pcap), indexed(sidecar.pcap, keys)
    sealed = [later.table.row(number).security for number in range(1, len(later.table) + 1)]
    assert any(verdict is not None and verdict.status in ("no-key", "not-verified") for verdict in sealed)
    *_, (done, total) = later.add_keys(keys)
    assert 0 < done == total <= len(later.table)
    for number in range(1, len(before.table) + 1):
        assert _without_exchange(later.table.row(number)) == _without_exchange(before.table.row(number))
        if number <= 100:
            found, wanted = comparable(later.message(number)), comparable(before.message(number))
            assert found | {"exchange": None} == wanted | {"exchange": None}
    for name in ("state", "terms", "messages", "unanswered", "slowest", "errors", "experts", "smallest_pdu"):
        found, wanted = ([getattr(one, name) for one in index.table.associations] for index in (later, before))
        assert found == wanted, name


def _without_exchange(row: Row) -> Row:
    return row._replace(exchange=None, association=None, conversation=None)  # type: ignore[arg-type]


def test_adding_keys_goes_through_the_messages_of_unopened_associations_only() -> None:
    capture = indexed(REPOSITORY / "captures" / "ln_wrapper_low.pcap")
    assert list(capture.add_keys(KeySet(guek=bytes(16)))) == [(0, 0)]


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_a_row_shows_what_the_message_says(sidecar: Sidecar) -> None:
    path = sidecar.pcap
    capture = indexed(path)
    for message in read_whole(path):
        row = capture.table.row(message.number)
        assert (row.kind, row.service, row.outer, row.sender) == (
            message.kind, message.service, message.outer, message.sender,
        )  # fmt: skip
        assert (row.time, row.profile, row.frame) == (message.time, message.profile, message.frame.number)
        if message.response_time is not None:
            assert row.response_time == pytest.approx(message.response_time / 1e9)
        results = [item.answer.result for item in message.items if item.answer]
        if results and results[0] is not None:
            assert row.result == next((one for one in results if one != "success"), "success")
        if message.items and message.items[0].asked is not None:
            assert row.asked[0].logical_name == message.items[0].asked.logical_name
