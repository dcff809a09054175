"""What a list says of an association."""

from __future__ import annotations

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.ladder import Protection
from dlms_analyzer.meaning import learn_name
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.sessions import Facts, facts_of
from tests.support import CAPTURES


def facts(name: str, *, keys: bool = False, learnt: bool = False) -> list[Facts]:
    ring = Keyring()
    if keys:
        load_keys_file(ring, str(CAPTURES / f"{name}.keys.toml"))
    capture = IndexedCapture(open_capture(CAPTURES / f"{name}.pcap"), keys=ring)
    for _ in capture.read():
        pass
    meters = Meters()
    for number in range(1, len(capture.table) + 1 if learnt else 1):
        learn_name(meters, capture.message(number))
    found = [facts_of(one, meters) for one in capture.table.associations]
    assert learnt or not len(meters), "looking at a list teaches nothing"
    return found


def test_a_list_says_who_talked_to_whom_on_which_terms_and_how_it_ended() -> None:
    (said,) = facts("ln_wrapper_low", learnt=True)
    assert (said.client, said.server, said.saps) == ("127.0.0.1:53748", "127.0.0.1:4063", "17/1")
    assert (said.context, said.mechanism, said.state) == ("LN", "low", "released")
    assert said.meter == "GRX0000000123456"
    assert said.errors == 12
    assert 0.05 < said.duration < 0.06
    assert (said.protection, said.unopened, said.protected) == (Protection.CLEAR, 0, 0)


def test_a_meter_of_which_nothing_was_seen_has_no_name() -> None:
    (said,) = facts("ln_wrapper_low")
    assert said.meter == ""


@pytest.mark.parametrize(
    ("name", "keys", "protection"),
    [
        ("ln_wrapper_gmac_glo", False, Protection.LOCKED),
        ("ln_wrapper_gmac_glo", True, Protection.OPENED),
        ("ln_wrapper_gmac_wrong_ak", True, Protection.BAD),
    ],
)
def test_the_worst_that_became_of_protected_apdus_is_told(name: str, keys: bool, protection: Protection) -> None:
    plain, ciphered = facts(name, keys=keys)
    assert (plain.protection, plain.context) == (Protection.CLEAR, "LN")
    assert (ciphered.protection, ciphered.context, ciphered.mechanism) == (protection, "LN ciphered", "high-gmac")
    assert (ciphered.unopened > 0) == (protection is not Protection.OPENED)
    assert ciphered.protected >= ciphered.unopened


def test_a_short_name_context_and_no_security_are_told_in_short() -> None:
    (said,) = facts("j_sn_wrapper_none")
    assert (said.context, said.mechanism) == ("SN", "lowest")


def test_what_no_aarq_told_is_empty_and_a_lower_hdlc_address_stands_behind_the_saps() -> None:
    (said, lower, _) = facts("hdlc_edge_cases")
    assert lower.saps == "17/1.16"
    assert (lower.context, lower.mechanism) == ("", "")
    assert (said.context, said.state) == ("LN", "disconnected")
