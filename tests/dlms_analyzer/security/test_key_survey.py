"""Which keys the meters of an index need, and how far those at hand open them."""

from __future__ import annotations

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.security.key_check import State, check
from dlms_analyzer.security.key_survey import KeySurvey, Need
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet, Secret
from tests.support import CAPTURES, Sidecar
from tests.test_index_captures import indexed
from tests.test_security_captures import CIPHERED, keys_of

EK = Secret.fromhex("000102030405060708090A0B0C0D0E0F")
AK = Secret.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")


def survey_of(name: str, *keys: KeySet) -> KeySurvey:
    ring = Keyring(keys)
    capture = IndexedCapture(open_capture(CAPTURES / f"{name}.pcap"), keys=ring)
    for _ in capture.read():
        pass
    survey = KeySurvey(capture.table, ring)
    for _ in survey.read():
        pass
    return survey


@pytest.mark.parametrize(
    ("name", "keys", "state"),
    [
        ("ln_wrapper_gmac_glo", (KeySet(guek=EK, gak=AK),), State.VERIFIED),
        ("ln_wrapper_gmac_glo", (KeySet(guek=EK),), State.NOT_VERIFIED),
        ("ln_wrapper_gmac_glo", (), State.MISSING),
        ("ln_wrapper_gmac_glo", (KeySet(guek=AK, gak=AK),), State.WRONG),
        ("ln_wrapper_gmac_wrong_ak", (KeySet(guek=EK, gak=AK),), State.WRONG),
        ("ln_wrapper_gmac_wrong_ak", (), State.MISSING),
    ],
)
def test_how_a_meter_stands_with_its_keys_is_told_in_a_word(name: str, keys: tuple[KeySet, ...], state: State) -> None:
    (meter,) = survey_of(name, *keys).found.meters
    assert meter.state is state
    assert bool(meter.reasons) is (state in (State.WRONG, State.MISSING))


def test_a_meter_needs_the_keys_that_its_messages_call_for() -> None:
    survey = survey_of("ln_wrapper_gmac_glo")
    (meter,) = survey.found.meters
    assert survey.needs(meter) == [Need(("guek", "gak"), 0, 66, 0)]
    survey = survey_of("ln_hdlc_gmac_general_ded_segmented", KeySet(guek=EK, gak=AK))
    (meter,) = survey.found.meters
    assert [need.settings for need in survey.needs(meter)] == [("dedicated_key", "gak"), ("guek", "gak")]
    assert all(need.opened == need.messages for need in survey.needs(meter))


@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_every_protected_message_is_counted_once_before_keys_come_and_after(sidecar: Sidecar) -> None:
    capture = indexed(sidecar.pcap)
    ring = capture.analyzer.security.keyring
    for keys in ((), (keys_of(sidecar),)):
        for _ in capture.add_keys(*keys):
            pass
        survey = KeySurvey(capture.table, ring)
        for _ in survey.read():
            pass
        assert [meter.to_dict() for meter in survey.found.meters] == [
            meter.to_dict() for meter in check(capture.table.associations, ring).meters
        ]
        for meter in survey.found.meters:
            assert sum(need.opened for need in survey.needs(meter)) <= meter.opened
        needed = sum(need.messages for meter in survey.found.meters for need in survey.needs(meter))
        keyed = [number for number in capture.table.column("security") if number]
        assert needed == sum(capture.table.meaning("security", number).key is not None for number in keyed)


def test_the_first_message_that_does_not_open_is_told_else_the_first_protected_one() -> None:
    for keys in ((), (KeySet(guek=EK, gak=AK),)):
        survey = survey_of("ln_wrapper_gmac_glo", *keys)
        (meter,) = survey.found.meters
        assert survey.first(meter) == 7
    both = KeySet(guek=EK, gak=AK)
    survey = survey_of("ln_hdlc_gmac_general_ded_segmented", both)
    (meter,) = survey.found.meters
    number = survey.first(meter)
    assert number is not None
    capture = indexed(CAPTURES / "ln_hdlc_gmac_general_ded_segmented.pcap")
    protected = [at for at, verdict in enumerate(capture.table.column("security"), 1) if verdict]
    assert number == protected[0]


def test_a_survey_of_a_capture_in_clear_finds_no_meter_and_names_the_keys_that_are_not_used() -> None:
    keys = KeySet(guek=EK, gak=AK)
    assert survey_of("ln_wrapper_low", keys).found.unused == [keys]
    assert survey_of("ln_wrapper_low", keys).found.meters == []


def test_the_survey_says_how_far_it_is() -> None:
    capture = indexed(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    steps = list(KeySurvey(capture.table, Keyring()).read())
    assert steps[-1][0] == steps[-1][1] == len(capture.table) + len(capture.table.associations)
