"""The words on the lines of a ladder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.ladder import Ladder, Steps
from dlms_analyzer.meaning import learn
from dlms_analyzer.output.ladder import step_words
from dlms_analyzer.security.keyring import Keyring
from tests.dlms_analyzer.script import GET, REFUSED, VALUE, Script
from tests.support import CAPTURES

READ_SECRET = bytes.fromhex("c001c1000f0000280001ff0700")
SECRET = bytes.fromhex("c401c1000908" + b"password".hex())
LIST = bytes.fromhex("c003c10200030100010800ff020000030100020800ff0200")
LISTED = bytes.fromhex("c403c1020006000000050103")


def words(capture: IndexedCapture, *, show_secrets: bool = False) -> list[str]:
    meters = Meters()
    steps = Steps(Ladder(capture, capture.table.associations[-1]))
    for _ in steps.grow():
        pass
    found = []
    for step in (steps[line] for line in range(len(steps))):
        if step.message is not None:
            message = capture.glance(step.message)
            learn(meters, message)
            found.append(step_words(step, message, meters, show_secrets=show_secrets))
    return found


def test_a_request_names_what_it_asks_for_and_its_answer_says_what_came_back(tmp_path: Path) -> None:
    script = Script().client(GET).server(VALUE).client(GET).server(REFUSED)
    asked = "get-request  active energy import (total) (1-0:1.8.0.255)"
    assert words(script.index(tmp_path)) == [asked, "5 (scaler and unit not seen)", asked, "read-write-denied"]


def test_several_accesses_at_once_are_named_and_counted(tmp_path: Path) -> None:
    request, answer = words(Script().client(LIST).server(LISTED).index(tmp_path))
    assert request.startswith("get-request-with-list  active energy import (total) (1-0:1.8.0.255); ")
    assert answer == "1 of 2 with success"


def test_a_long_answer_says_how_much_it_was() -> None:
    capture = IndexedCapture(open_capture(CAPTURES / "ln_wrapper_low.pcap"))
    for _ in capture.read():
        pass
    assert "success, 4,090 octets in 18 messages" in words(capture)


def test_a_secret_is_not_shown_unless_asked_for(tmp_path: Path) -> None:
    capture = Script().client(READ_SECRET).server(SECRET).index(tmp_path)
    assert words(capture)[1].endswith(": not shown")
    assert words(capture, show_secrets=True)[1] == b"password".hex()


@pytest.mark.parametrize("keys", [False, True])
def test_a_locked_request_says_how_it_was_sent_and_an_opened_one_what_it_asks_for(keys: bool) -> None:
    ring = Keyring()
    if keys:
        load_keys_file(ring, str(CAPTURES / "ln_wrapper_gmac_glo.keys.toml"))
    capture = IndexedCapture(open_capture(CAPTURES / "ln_wrapper_gmac_glo.pcap"), keys=ring)
    for _ in capture.read():
        pass
    found = words(capture)
    assert any(one.startswith("get-request  ") for one in found) == keys


def test_everything_else_says_what_it_says_in_a_list() -> None:
    capture = IndexedCapture(open_capture(CAPTURES / "hdlc_edge_cases.pcap"))
    for _ in capture.read():
        pass
    assert all(words(capture))
