"""Candidates tried on an index, and the key sets that come of it."""

from __future__ import annotations

import os

from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.security.indexed_trial import IndexTrial
from dlms_analyzer.security.key_check import State, check
from dlms_analyzer.security.key_trial import Candidate
from dlms_analyzer.security.keys import KeySet, Secret
from tests.support import CAPTURES
from tests.test_index_captures import indexed

EK = Secret.fromhex("000102030405060708090A0B0C0D0E0F")
AK = Secret.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
RIGHT = [Candidate(EK, "list:3"), Candidate(AK, "list:4")]
WRONG = [Candidate(Secret(os.urandom(16)), f"list:{number}") for number in range(10, 30)]


def tried(capture: IndexedCapture, *candidates: Candidate) -> IndexTrial:
    trial = IndexTrial(capture, candidates)
    for _ in trial.run():
        pass
    return trial


def test_candidates_that_fit_become_keys_of_the_meter_and_open_the_capture() -> None:
    capture = indexed(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    trial = tried(capture, *WRONG, *RIGHT)
    assert trial.key_sets() == [KeySet(system_title=b"ABCDEFGH", guek=EK, gak=AK, origin="tried: list:3")]
    assert trial.locks == 2
    for _ in capture.add_keys(*trial.key_sets()):
        pass
    (meter,) = check(capture.table.associations, capture.analyzer.security.keyring).meters
    assert (meter.state, meter.opened) == (State.VERIFIED, 66)


def test_a_certain_fit_is_taken_before_one_that_only_may_fit() -> None:
    trial = tried(indexed(CAPTURES / "ln_wrapper_gmac_wrong_ak.pcap"), *WRONG, *RIGHT)
    (keys,) = trial.key_sets()
    assert (keys.guek, keys.gak) == (EK, None)
    assert keys.selectors.keys() == {"address", "server_sap"}


def test_nothing_fits_where_no_candidate_is_right() -> None:
    trial = tried(indexed(CAPTURES / "ln_wrapper_gmac_glo.pcap"), *WRONG)
    assert (trial.found, trial.key_sets()) == ([], [])


def test_nothing_is_tried_on_what_opens_already() -> None:
    capture = indexed(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    for _ in capture.add_keys(KeySet(guek=EK, gak=AK)):
        pass
    assert tried(capture, *RIGHT).locks == 0


def test_what_cannot_be_tried_is_told() -> None:
    trial = tried(indexed(CAPTURES / "ln_wrapper_preestablished.pcap"), *RIGHT)
    assert (trial.locks, trial.untitled) == (0, 4)
