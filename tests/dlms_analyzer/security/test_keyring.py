"""Which keys may fit a meter."""

from __future__ import annotations

import time
from typing import Any

import pytest

from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.security import keyring as module
from dlms_analyzer.security.keyring import Keyring, looks_like_toml
from dlms_analyzer.security.keys import KeyProblem, KeySet
from tests.support import CAPTURES

TITLE = b"ABCDEFGH"
OLD, NEW, NEWER = bytes(16), bytes([1] * 16), bytes([2] * 16)

DEFAULT = KeySet(name="default", guek=OLD)
BY_TITLE = KeySet(name="title", system_title=TITLE)
BY_ADDRESS = KeySet(name="address", address="192.0.2.7")
BY_TITLE_AND_CLIENT = KeySet(name="title and client", system_title=TITLE, client_sap=1)
BY_SAP = KeySet(name="sap", server_sap=1, port=4059)
RING = Keyring([DEFAULT, BY_TITLE, BY_ADDRESS, BY_TITLE_AND_CLIENT, BY_SAP])


def names(found: tuple[KeySet, ...]) -> list[str | None]:
    return [keys.name for keys in found]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, ["default"]),
        ({"system_title": TITLE}, ["title", "default"]),
        ({"system_title": TITLE, "client_sap": 1}, ["title and client", "title", "default"]),
        ({"system_title": TITLE, "client_sap": 16}, ["title", "default"]),
        ({"system_title": b"ABCDEFGX", "address": "192.0.2.7"}, ["address", "default"]),
        ({"server_sap": 1}, ["default"]),
        ({"server_sap": 1, "port": 4059, "address": "192.0.2.7"}, ["sap", "address", "default"]),
    ],
)
def test_all_selectors_have_to_match_and_the_most_specific_comes_first(
    known: dict[str, Any], expected: list[str]
) -> None:
    assert names(RING.matching(**known)) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, ["default", "title and client", "sap", "title", "address"]),
        ({"client_sap": 16}, ["default", "sap", "title", "address"]),
        ({"address": "192.0.2.8", "server_sap": 1, "port": 1}, ["default", "title and client", "title"]),
        ({"system_title": TITLE, "address": "192.0.2.8", "port": 1}, ["title", "default", "title and client"]),
    ],
)
def test_what_nothing_speaks_against_is_possible_behind_what_matches(
    known: dict[str, Any], expected: list[str]
) -> None:
    assert names(RING.possible(**known)) == expected


def test_of_a_large_fleet_only_some_are_worth_a_try_when_the_title_is_unknown() -> None:
    ring = Keyring(KeySet(system_title=number.to_bytes(8, "big")) for number in range(1000))
    assert len(ring.possible()) == module.MAX_POSSIBLE
    assert len(ring.matching(system_title=(999).to_bytes(8, "big"))) == 1


def test_in_a_large_fleet_a_meter_is_found_without_looking_at_every_other() -> None:
    fleet = [KeySet(system_title=number.to_bytes(8, "big"), guek=OLD) for number in range(20_000)]
    ring = Keyring(fleet)
    began = time.perf_counter()
    for number, keys in enumerate(fleet):
        assert ring.possible(system_title=keys.system_title, address=f"192.0.2.{number}") == (keys,)
    assert time.perf_counter() - began < 5


def test_what_was_learnt_last_is_among_the_possible_of_a_large_fleet() -> None:
    ring = Keyring(KeySet(system_title=number.to_bytes(8, "big")) for number in range(1000))
    ring.learn(5, {"guek": NEW}, system_title=(999).to_bytes(8, "big"))
    assert ring.possible()[0].guek == NEW


def test_an_answer_is_remembered_until_a_key_is_added() -> None:
    ring = Keyring([BY_TITLE])
    version = ring.version
    first = ring.matching(system_title=TITLE)
    assert ring.matching(system_title=TITLE) is first
    ring.add(DEFAULT)
    assert ring.version > version
    assert names(ring.matching(system_title=TITLE)) == ["title", "default"]


def test_the_remembered_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CACHED", 10)
    ring = Keyring([DEFAULT])
    for port in range(100):
        assert ring.matching(port=port) == (DEFAULT,)
        assert ring.possible(port=port) == (DEFAULT,)
    assert len(ring._matching) <= 10
    assert len(ring._possible) <= 10


def test_a_replaced_key_holds_for_the_messages_behind_the_one_that_carried_it() -> None:
    ring = Keyring([KeySet(name="m", system_title=TITLE, client_sap=1, guek=OLD, gak=OLD)])
    assert ring.learn(7, {"guek": NEW}, system_title=TITLE, client_sap=1)
    ring.learn(20, {"guek": NEWER}, system_title=TITLE, client_sap=1)

    def gueks(message: int) -> list[bytes | None]:
        found = ring.matching(system_title=TITLE, client_sap=1, message=message)
        assert all(keys.gak == OLD for keys in found)
        return [keys.guek for keys in found]

    assert gueks(7) == [OLD]
    assert gueks(8) == [NEW, OLD]
    assert gueks(20) == [NEW, OLD]
    assert gueks(21) == [NEWER, NEW, OLD]


def test_a_learnt_key_says_which_message_carried_it_and_keeps_the_name_of_its_meter() -> None:
    ring = Keyring([KeySet(name="Bench", system_title=TITLE, guek=OLD)])
    learnt = ring.learn(7, {"gak": NEW}, system_title=TITLE)
    assert learnt is not None
    assert (learnt.name, learnt.origin, learnt.since, learnt.guek) == ("Bench", "learnt from message 7", 7, OLD)
    assert ring.learnt == (learnt,)


def test_what_is_learnt_of_one_meter_leaves_the_default_of_the_others_alone() -> None:
    ring = Keyring([DEFAULT])
    ring.learn(3, {"guek": NEW}, system_title=TITLE)
    assert [keys.guek for keys in ring.matching(system_title=TITLE, message=9)] == [NEW, OLD]
    assert [keys.guek for keys in ring.matching(system_title=b"other---", message=9)] == [OLD]


def test_a_key_is_learnt_also_of_a_meter_without_a_title_and_without_other_keys() -> None:
    ring = Keyring()
    ring.learn(3, {"guek": NEW}, address="192.0.2.7", client_sap=1)
    assert [keys.guek for keys in ring.matching(address="192.0.2.7", client_sap=1)] == [NEW]
    assert ring.matching(address="192.0.2.7", client_sap=2) == ()


def test_reading_a_capture_twice_learns_nothing_new() -> None:
    ring = Keyring([KeySet(system_title=TITLE, guek=OLD)])
    ring.learn(7, {"guek": NEW}, system_title=TITLE)
    ring.learn(20, {"guek": NEWER}, system_title=TITLE)
    version = ring.version
    ring.learn(7, {"guek": NEW}, system_title=TITLE)
    ring.learn(20, {"guek": NEWER}, system_title=TITLE)
    assert (ring.version, len(ring)) == (version, 3)


def test_another_capture_starts_without_what_was_learnt() -> None:
    ring = Keyring([DEFAULT])
    ring.learn(7, {"guek": NEW}, system_title=TITLE)
    assert list(ring.given()) == [DEFAULT]


def test_what_is_learnt_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LEARNT", 3)
    ring = Keyring()
    assert [ring.learn(message, {"guek": NEW}) is None for message in range(1, 6)] == [False, False, False, True, True]


def test_a_learnt_key_of_a_wrong_length_is_refused() -> None:
    with pytest.raises(KeyProblem, match="guek has 3 octets"):
        Keyring().learn(1, {"guek": b"abc"})


def test_a_keyring_is_made_of_whatever_holds_keys() -> None:
    path = CAPTURES / "ln_wrapper_gmac_glo.keys.toml"
    table = {"system_title": "4142434445464748", "guek": "00" * 16}
    ring = Keyring.of([str(path), path, table, DEFAULT], load_keys_file)
    assert len(ring) == 4
    assert Keyring.of(ring) is ring
    assert len(Keyring.of(None)) == 0
    assert len(Keyring.of([ring, DEFAULT])) == 5


@pytest.mark.parametrize("keys", [7, "keys.toml", b"\x00"])
def test_what_holds_no_keys_or_cannot_be_read_is_refused(keys: Any) -> None:
    with pytest.raises(TypeError, match="keys are a Keyring, a KeySet, a dictionary or a path"):
        Keyring.of(keys)


@pytest.mark.parametrize(
    ("text", "toml"),
    [
        ("# keys\n\n[[meter]]\n", True),
        ("a = 1", True),
        ("", True),
        ("Serial,EK\n", False),
        ('"System Title";"AK"\n', False),
        ("# exported today\nST\tEK\n", False),
    ],
)
def test_the_form_of_a_keys_file_is_told_by_its_content(text: str, toml: bool) -> None:
    assert looks_like_toml(text) is toml


def test_of_a_file_with_a_problem_nothing_is_added() -> None:
    ring = Keyring()
    with pytest.raises(KeyProblem):
        ring.add_text('[[meter]]\nport = 1\n[[meter]]\nguek = "00"\n', "keys.toml")
    assert (len(ring), ring.version) == (0, 0)


def test_printing_a_keyring_shows_no_key() -> None:
    assert repr(Keyring([KeySet(guek=NEW)])) == "<Keyring of 1 key sets, 0 learnt>"
