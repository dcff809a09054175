"""The jsonl object of a message: its items."""

from __future__ import annotations

import json
from typing import Any

import dlms_analyzer as dlms
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import model_of, note
from dlms_analyzer.message_json import message_dict
from tests.support import CAPTURES

KEYS = [
    "class_id", "logical_name", "base_name", "attribute", "method", "name", "access_selection", "result", "data",
    "value", "scaled", "unit",
]  # fmt: skip


def items(name: str, remembering: bool) -> list[dict[str, Any]]:
    meters = Meters() if remembering else None
    found = []
    for message in dlms.open(CAPTURES / f"{name}.pcap").messages:
        if meters is not None:
            note(model_of(meters, message), message)
        found += message_dict(message, meters)["items"]
    return found


def registers(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if one["class_id"] == 3 and one["attribute"] == 2 and one["result"] == "success"]


def test_an_item_has_all_keys_of_the_contract_in_order() -> None:
    found = items("ln_wrapper_low", remembering=True)
    assert found
    for one in found:
        assert list(one) == KEYS
        json.dumps(one, allow_nan=False)


def test_a_remembered_scaler_gives_scaled_number_and_unit() -> None:
    found = registers(items("ln_wrapper_low", remembering=True))[-1]
    assert found["unit"] == "Wh"
    assert found["scaled"] == found["value"] / 100
    assert found["data"]["value"] == found["value"]
    assert found["name"].startswith("L1 active power import")


def test_without_memory_numbers_stay_as_sent() -> None:
    found = registers(items("ln_wrapper_low", remembering=False))
    assert found
    assert {(one["scaled"], one["unit"]) for one in found} == {(None, None)}


def test_dates_and_texts_are_friendly_and_data_stays_lossless() -> None:
    found = items("ln_wrapper_low", remembering=False)
    clock = next(one for one in found if one["class_id"] == 8 and one["attribute"] == 2 and one["data"])
    assert clock["value"].startswith("2026-11-22T12:37:23")
    assert clock["data"]["type"] == "octet-string"
    device = next(one for one in found if one["logical_name"] == "0.0.42.0.0.255" and one["data"])
    assert device["value"] == "GRX0000000123456"
    assert device["data"]["value"] == b"GRX0000000123456".hex()


def test_a_selective_access_is_described() -> None:
    selections = [
        one["access_selection"] for one in items("ln_wrapper_low", remembering=True) if one["access_selection"]
    ]
    assert selections[0]["selector"] == 2
    assert selections[0]["parameters"]["type"] == "structure"
    assert selections[0]["text"] == "entries 1 to 2"


def test_a_push_has_its_values_as_items() -> None:
    for remembering in (False, True):
        found = {one["logical_name"]: one for one in items("push_udp_gbt", remembering)}
        energy = found["1.0.1.8.0.255"]
        assert (energy["class_id"], energy["attribute"], energy["value"]) == (3, 2, 9876543)
        assert energy["name"] == "active energy import (total)"
        assert energy["result"] is None


def test_profile_rows_have_named_columns() -> None:
    tables = [
        one["value"]
        for one in items("j_ln_hdlc_hls2_profile200", remembering=True)
        if one["class_id"] == 7 and one["attribute"] == 2 and one["data"]
    ]
    assert tables[0]
    assert set(tables[0][0]) == {"0.0.1.0.0.255", "1.1.21.25.0.255"}
