"""Which meters of a capture have which keys."""

from __future__ import annotations

from pathlib import Path

import dlms_analyzer
from dlms_analyzer.security.key_check import Check, check, keys_dict
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet, Secret

EK = Secret.fromhex("000102030405060708090A0B0C0D0E0F")
AK = Secret.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
METER = KeySet(name="C server", system_title=b"ABCDEFGH", guek=EK, gak=AK, origin="keys.toml:1")
OTHER = KeySet(name="another", system_title=b"ABCDEFGI", guek=Secret(bytes(16)), gak=AK, origin="keys.toml:7")


def check_of(capture: Path, *keys: KeySet) -> Check:
    ring = Keyring(keys)
    opened = dlms_analyzer.open(capture, keys=ring)
    return check(opened.associations, ring)


def test_a_meter_is_told_with_its_keys_and_what_they_open(captures: Path) -> None:
    found = check_of(captures / "ln_wrapper_gmac_glo.pcap", METER, OTHER)
    (meter,) = found.meters
    assert (meter.title, meter.opened, meter.not_verified, meter.failed) == (b"ABCDEFGH", 66, 0, 0)
    assert meter.keys == (METER,)
    assert found.unused == [OTHER]


def test_a_meter_without_keys_is_told_with_the_reason(captures: Path) -> None:
    (meter,) = check_of(captures / "ln_wrapper_gmac_glo.pcap", OTHER).meters
    assert (meter.opened, meter.keys) == (0, ())
    assert meter.failed == 66
    assert "no keys are given for the meter" in meter.reasons[0]


def test_without_an_authentication_key_nothing_is_verified(captures: Path) -> None:
    keys = KeySet(system_title=b"ABCDEFGH", guek=EK)
    (meter,) = check_of(captures / "ln_wrapper_gmac_glo.pcap", keys).meters
    assert (meter.opened, meter.not_verified, meter.failed) == (0, 66, 0)


def test_a_meter_whose_title_was_not_seen_is_told_with_the_keys_that_may_be_its(captures: Path) -> None:
    found = check_of(captures / "ln_wrapper_gmac_wrong_ak.pcap", METER)
    (meter,) = found.meters
    assert (meter.title, meter.keys, found.unused) == (None, (METER,), [])
    assert "wrong authentication key" in meter.reasons[0]


def test_a_capture_in_clear_has_no_meters_that_need_keys(captures: Path) -> None:
    assert check_of(captures / "j_sn_wrapper_none.pcap", METER) == Check([], [METER])


def test_a_pre_established_association_is_told_with_the_keys_that_opened_it(captures: Path) -> None:
    keys = KeySet(system_title=b"ABCDEFGH", client_system_title=bytes.fromhex("4775727578313233"), guek=EK, gak=AK)
    (meter,) = check_of(captures / "ln_wrapper_preestablished.pcap", keys, OTHER).meters
    assert (meter.opened, meter.keys) == (4, (keys,))


def test_keys_are_written_out_only_when_secrets_were_asked_for(captures: Path) -> None:
    (meter,) = check_of(captures / "ln_wrapper_gmac_glo.pcap", METER).meters
    said = meter.to_dict()
    assert said["keys"] == [
        {"label": "C server", "origin": "keys.toml:1", "has": {"guek": "<16 octets>", "gak": "<16 octets>"}}
    ]
    assert EK.hex() not in str(said).lower()
    assert keys_dict(METER, show_secrets=True)["has"]["guek"] == EK.hex().upper()
