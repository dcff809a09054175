"""What clients read in the ground-truth captures comes out of the model with the same number, text or date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.cosem import Interpreted, MeterModel, dotted
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import accesses, carries_push, model_of
from tests.support import Sidecar, sidecars, usual_sidecars
from tests.test_security_captures import keys_of

Reading = tuple[int, str, int, Interpreted]

SHOWN_AS_TEXT = {"GXDLMSData", "GXDLMSRegister", "GXDLMSTcpUdpSetup", "GXDLMSImageTransfer", "GXDLMSHdlcSetup"}
"""Classes that one client prints as plain numbers and texts."""


def readings(sidecar: Sidecar) -> list[Reading]:
    """Every attribute value of the capture, interpreted with all that came before it."""
    model = MeterModel()
    found = []
    for message in dlms.open(sidecar.pcap, keys=keys_of(sidecar)).messages:
        for asked, answer in message.items:
            data = None if answer is None or answer.result not in (None, "success") else answer.data
            if asked is None or data is None:
                continue
            class_id, name, attribute = asked.class_id, asked.logical_name, asked.attribute
            if asked.base_name is not None:
                resolved = model.resolve(asked.base_name)
                if resolved is None:
                    continue
                class_id, name, attribute = resolved.class_id, resolved.logical_name, resolved.attribute
            if class_id is None or name is None or attribute is None:
                continue
            model.note(class_id, name, attribute, data)
            shown = model.interpret(class_id, name, attribute, data, asked.selection)
            found.append((class_id, dotted(name), attribute, shown))
    return found


def expected_values(sidecar: Sidecar) -> Iterator[dict[str, Any]]:
    for session in sidecar.load().get("sessions") or ():
        yield from session.get("values") or ()


def same(shown: Interpreted, raw: Any, said: Any) -> bool:
    """The value is the client's number, text or date."""
    value = shown.value
    if isinstance(said, dict) and "iso" in said and isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return False
        return found.replace(tzinfo=None) == datetime.fromisoformat(said["iso"]).replace(tzinfo=None)
    if isinstance(raw, bool | int):
        return bool(value == raw)
    if isinstance(said, str):
        return bool(value == said)
    if isinstance(raw, dict):
        octets = bytes.fromhex(raw["hex"])
        return value in (raw["hex"], octets.decode("latin-1"), dotted(octets) if len(octets) == 6 else None)
    return True


SOUND = [sidecar for sidecar in usual_sidecars() if not sidecar.name.startswith("malformed")]
"""Captures of servers that follow the protocol; those that are ciphered are opened with their keys."""


@pytest.mark.parametrize("sidecar", SOUND, ids=lambda sidecar: sidecar.name)
def test_every_value_a_client_read_is_among_the_interpreted_ones(sidecar: Sidecar) -> None:
    found = readings(sidecar)
    missing = []
    for value in expected_values(sidecar):
        if value.get("op") != "read" or "cls" not in value or value.get("raw") is None:
            continue
        if isinstance(value["raw"], dict) and len(value["raw"].get("hex", "")) > 64:
            continue
        candidates = [one[3] for one in found if one[:3] == (value["cls"], value["ln"], value["attr"])]
        raw = value["raw"]
        if sidecar.name.startswith("pw_") and isinstance(raw, dict):  # this client keeps the Data with its tag
            continue
        if not any(same(shown, raw, value.get("value")) for shown in candidates):
            missing.append((value, [shown.value for shown in candidates]))
    assert not missing


@pytest.mark.parametrize("sidecar", SOUND, ids=lambda sidecar: sidecar.name)
def test_nothing_in_a_capture_of_a_sound_server_falls_back(sidecar: Sidecar) -> None:
    assert not [(one[:3], one[3].problem) for one in readings(sidecar) if one[3].problem]


@pytest.mark.parametrize(
    "sidecar", [one for one in SOUND if one.name.startswith(("jj_ln", "jc_ln"))], ids=lambda one: one.name
)
def test_plain_values_are_those_that_another_client_prints(sidecar: Sidecar) -> None:
    found = {one[:3]: one[3] for one in readings(sidecar)}
    by_name = {(name, attribute): shown for (_, name, attribute), shown in found.items()}
    compared = 0
    for value in expected_values(sidecar):
        shown = by_name.get((value.get("ln"), value.get("attr")))
        text = value.get("text")
        if value.get("cls_name") in SHOWN_AS_TEXT and shown is not None and text and text.lstrip("-").isdigit():
            compared += 1
            if (value["ln"], value["attr"]) != ("1.1.21.25.0.255", 2):  # counts up with every look
                assert str(shown.value) == text, value
    assert compared > 5


@pytest.mark.parametrize(
    "sidecar", [one for one in SOUND if one.name in {"ln_wrapper_low", "ln_hdlc_low"}], ids=lambda one: one.name
)
def test_a_register_whose_scaler_was_read_is_scaled(sidecar: Sidecar) -> None:
    scaled = [one[3] for one in readings(sidecar) if one[:3] == (3, "1.1.21.25.0.255", 2)][-1]
    assert scaled.unit == "Wh"
    assert scaled.scaled == Decimal(scaled.value) / 100


@pytest.mark.parametrize("sidecar", SOUND, ids=lambda sidecar: sidecar.name)
def test_profile_rows_are_those_the_client_got(sidecar: Sidecar) -> None:
    tables = [one[3].value for one in readings(sidecar) if one[0] == 7 and one[2] == 2]
    for value in expected_values(sidecar):
        if not str(value.get("op")).startswith("rows") or not value.get("rows"):
            continue
        rows = [[cell.get("iso", "")[:19] if isinstance(cell, dict) else cell for cell in row] for row in value["rows"]]
        ours = [
            [[str(cell)[:19] if isinstance(cell, str) else cell for cell in row.values()] for row in table]
            for table in tables
            if isinstance(table, list)
        ]
        assert rows in ours, value


PUSHED = [one for one in sidecars("push_") if one.load().get("expected_values")]


@pytest.mark.parametrize("sidecar", PUSHED, ids=lambda one: one.name)
def test_pushed_values_are_those_that_were_sent(sidecar: Sidecar) -> None:
    expected = sidecar.load()["expected_values"]
    meters = Meters()
    pushes = 0
    for message in dlms.open(sidecar.pcap, keys=keys_of(sidecar)).messages:
        if not carries_push(message):
            continue
        found = {
            dotted(one.asked.logical_name): one.shown.value
            for one in accesses(model_of(meters, message), message)
            if one.asked is not None and one.asked.logical_name is not None and one.shown is not None
        }
        if message.reassembled is None and not found:
            continue  # a block of a push that a later message completes
        pushes += 1
        assert found["0.0.42.0.0.255"] == expected["ldn"]
        assert found["0.0.1.0.0.255"].startswith(expected["clock"])
        assert {code: found[code] for code in expected["values"]} == expected["values"]
    assert pushes == 5
