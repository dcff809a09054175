"""Which of many keys open what was captured."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import dlms_analyzer
from dlms_analyzer.security.gcm import protect_content
from dlms_analyzer.security.key_trial import Candidate, Fit, Lock, Sample, Trial, candidates_of, parse_candidates
from dlms_analyzer.security.keys import KeyProblem, KeySet, Secret

EK = Secret.fromhex("000102030405060708090A0B0C0D0E0F")
AK = Secret.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
CLIENT = bytes.fromhex("4758434C49454E54")
SERVER = b"ABCDEFGH"
GET = bytes.fromhex("c001c100030100010800ff0200")
GET_TAG = 0xC0

RIGHT = Candidate(EK, "right"), Candidate(AK, "authentication")
WRONG = [Candidate(Secret(os.urandom(16)), f"wrong {number}") for number in range(50)]


def trial_on(capture: Path) -> Trial:
    trial = Trial()
    for message in dlms_analyzer.open(capture).messages:
        trial.add(message)
    return trial


def trial_of(control: int, inside: int | None = GET_TAG) -> tuple[Trial, Lock]:
    """A trial of two APDUs under a protection."""
    trial, lock = Trial(), Lock(SERVER, "guek", control)
    trial.locks[lock] = [
        Sample(number, number, protect_content(EK, AK, SERVER, control, number, GET), inside) for number in (1, 2)
    ]
    return trial, lock


def test_among_many_keys_the_two_that_open_a_capture_are_found_in_their_roles(captures: Path) -> None:
    trial = trial_on(captures / "ln_wrapper_gmac_glo.pcap")
    assert set(trial.locks) == {Lock(CLIENT, "guek", 0x30), Lock(SERVER, "guek", 0x30)}
    assert trial.untitled == 0
    for lock in trial.locks:
        assert trial.fits(lock, [*WRONG, *RIGHT]) == [Fit(*RIGHT)]
        assert trial.fits(lock, WRONG) == []


def test_without_the_authentication_key_the_encryption_key_only_may_fit(captures: Path) -> None:
    trial = trial_on(captures / "ln_wrapper_gmac_wrong_ak.pcap")
    for lock in trial.locks:
        assert trial.fits(lock, [*WRONG, *RIGHT]) == [Fit(RIGHT[0], None)]


def test_nothing_can_be_tried_where_no_system_title_was_seen(captures: Path) -> None:
    trial = trial_on(captures / "ln_wrapper_preestablished.pcap")
    assert (trial.locks, trial.untitled) == ({}, 4)


def test_a_capture_in_clear_has_nothing_to_open(captures: Path) -> None:
    trial = trial_on(captures / "ln_wrapper_low.pcap")
    assert (trial.locks, trial.untitled) == ({}, 0)


def test_what_is_only_authenticated_shows_which_pair_gives_its_tag() -> None:
    trial, lock = trial_of(0x10)
    assert trial.fits(lock, [*WRONG, *RIGHT]) == [Fit(*RIGHT)]
    assert trial.fits(lock, [*WRONG, RIGHT[0]]) == []


@pytest.mark.parametrize("inside", [GET_TAG, None])
def test_what_is_only_encrypted_shows_a_key_that_gives_an_apdu(inside: int | None) -> None:
    trial, lock = trial_of(0x20, inside)
    assert trial.fits(lock, [*WRONG, *RIGHT]) == [Fit(RIGHT[0], None)]


def test_a_key_has_to_open_every_sample() -> None:
    trial, lock = trial_of(0x30)
    trial.locks[lock].append(Sample(3, 3, protect_content(AK, EK, SERVER, 0x30, 3, GET), GET_TAG))
    assert trial.fits(lock, list(RIGHT)) == []


@pytest.mark.parametrize("control", [0x32, 0x3F])
def test_a_key_of_the_wrong_length_for_the_suite_is_not_tried(control: int) -> None:
    trial = Trial()
    lock = Lock(SERVER, "guek", control)
    trial.locks[lock] = [Sample(1, 1, protect_content(EK, AK, SERVER, control, 1, GET), GET_TAG)]
    assert trial.fits(lock, list(RIGHT)) == []


def test_what_is_shorter_than_its_tag_fits_no_key() -> None:
    trial, lock = trial_of(0x30)
    trial.locks[lock][0] = Sample(1, 1, b"short", GET_TAG)
    assert trial.fits(lock, list(RIGHT)) == []


def test_trying_thousands_of_pairs_ends_within_seconds() -> None:
    trial, lock = trial_of(0x10)
    began = time.perf_counter()
    assert trial.fits(lock, [Candidate(Secret(os.urandom(16)), "wrong") for _ in range(3000)]) == []
    assert time.perf_counter() - began < 30


def test_every_symmetric_key_of_a_key_set_is_a_candidate_named_without_its_octets() -> None:
    keys = KeySet(name="Bench", guek=EK, kek=AK, password=Secret(b"x"), origin="keys.toml:1")
    assert [candidate.label for candidate in candidates_of(keys)] == [
        "guek of Bench (keys.toml:1)",
        "kek of Bench (keys.toml:1)",
    ]
    assert EK.hex() not in repr(list(candidates_of(keys)))


def test_a_list_of_keys_has_one_in_hex_on_each_line() -> None:
    listed = parse_candidates(f"# found\n\n{EK.hex()}\n0x{AK.hex()}\n{EK.hex(' ')}\n", "list")
    assert listed is not None
    assert [(candidate.key, candidate.label) for candidate in listed] == [
        (EK, "list:3"),
        (AK, "list:4"),
        (EK, "list:5"),
    ]


@pytest.mark.parametrize("text", ["", "[[meter]]\n", f"ST,EK\n4142434445464748,{EK.hex()}\n"])
def test_what_is_no_list_of_keys_is_left_to_others(text: str) -> None:
    assert parse_candidates(text, "list") is None


@pytest.mark.parametrize(
    ("line", "text"), [("00" * 15, "key has 15 octets: 16 or 32 are needed"), ("xyz", "no hex digit")]
)
def test_a_line_that_is_no_key_is_refused_with_its_number(line: str, text: str) -> None:
    with pytest.raises(KeyProblem, match=f"^list:2: .*{text}"):
        parse_candidates(f"{EK.hex()}\n{line}\n", "list")
