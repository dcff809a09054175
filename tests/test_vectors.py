"""Frames and APDUs from public sources: decoded as their source says, or listed here with the reason."""

from __future__ import annotations

from typing import Any

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet, Secret
from scapy_layers import read_data, tolerant
from tests.support import vectors

APDUS = {
    "AARQ": "aarq", "AARE": "aare", "RLRQ": "rlrq", "RLRE": "rlre",
    "InitiateRequest": "initiate-request", "InitiateResponse": "initiate-response",
    "Get.Normal": "get-request-normal", "Get.Next": "get-request-next", "Get.List": "get-request-with-list",
    "GetResp.Normal": "get-response-normal", "GetResp.Block": "get-response-with-datablock",
    "GetResp.List": "get-response-with-list",
    "Set.Normal": "set-request-normal", "Set.ListFirstBlock": "set-request-with-list-and-first-datablock",
    "SetResp.Normal": "set-response-normal", "SetResp.Block": "set-response-datablock",
    "SetResp.LastBlockList": "set-response-last-datablock-with-list",
    "Action.Normal": "action-request-normal", "Action.List": "action-request-with-list",
    "Action.FirstP": "action-request-with-first-pblock", "Action.P": "action-request-with-pblock",
    "Action.ListFirstP": "action-request-with-list-and-first-pblock",
    "ActionResp.Normal": "action-response-normal", "ActionResp.List": "action-response-with-list",
    "ActionResp.NextP": "action-response-next-pblock",
    "ReadRequest": "read-request", "ReadResponse": "read-response",
    "WriteRequest": "write-request", "WriteResponse": "write-response",
    "DataNotification": "data-notification", "EventNotif": "event-notification-request",
    "ConfirmedServiceError": "confirmed-service-error", "GBT": "general-block-transfer",
    "gen-glo": "general-glo-ciphering", "gen-ciph": "general-ciphering", "gen-sign": "general-signing",
    "glo-get": "glo-get-request", "glo-getresp": "glo-get-response", "glo-set": "glo-set-request",
    "glo-setresp": "glo-set-response", "glo-action": "glo-action-request", "glo-actionresp": "glo-action-response",
    "glo-initreq": "glo-initiate-request", "ded-get": "ded-get-request", "ded-getresp": "ded-get-response",
}  # fmt: skip
"""What the vectors call the services, and what the Green Book calls them."""

LINKS = {"HDLC SNRM": "snrm", "HDLC UA": "ua", "HDLC DISC": "disc", "HDLC RR": "rr"}

FRAMINGS = {
    "wmbus (EN 13757-4 L-field first, DLL CRCs removed)": "wm-bus",
    "hdlc-stream": "hdlc",
    "mbus": "m-bus",
    "iec61334-4-32-llc": "plc-llc",
    "llc+apdu": "llc",
    "p1-dlms": "apdu",
}

NOT_FRAMES = {
    "gcm-only": "input of a cipher, no APDU",
    "selective-access": "a part of a GET.request, not an APDU",
}
"""Framings that are none, or not decoded, with the reason."""

OTHERWISE = {
    "jdlms-hdlc-snrm-phys5481": "the length field says 11 octets, 10 are there: the frame is incomplete",
    "amsreader-sagemcom-gh248-1": "the length of the first M-Bus frame is 01, its data have 257 octets: no frame",
    "amsreader-kaifa-gh539-1": "the first of two M-Bus segments alone: kept raw, with the loss noted",
}
"""Vectors that are not decoded as their source says, with the reason."""


def unusable(vector: dict[str, Any]) -> bool:
    """A frame check sequence that is wrong (the octets were deciphered in place, or damaged): shown and not used."""
    return vector["verify"].get("framing", {}).get("fcs_ok") == 0


def half(vector: dict[str, Any]) -> bool:
    """A segment without the others."""
    return any("segmented" in name for name in vector.get("services") or [])


def ids(vector: dict[str, Any]) -> str:
    return str(vector["id"])


@pytest.mark.parametrize("vector", list(vectors()), ids=ids)
def test_a_vector_is_decoded_without_losing_an_octet(vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["hex"])
    pasted = dlms.decode(octets)
    spans = sorted((node.start, node.end) for node in pasted.nodes)
    at = 0
    for start, end in spans:
        assert start <= at, "a gap between the nodes"
        at = max(at, end)
    assert at == len(octets)


def decoded(vector: dict[str, Any]) -> dlms.Pasted:
    return dlms.decode(bytes.fromhex(vector["hex"]), FRAMINGS.get(vector["framing"], vector["framing"]))


def found_in(vector: dict[str, Any]) -> set[str]:
    messages = [one for one in decoded(vector).messages if one.kind is not Kind.RAW]
    return {name for one in messages for name in (one.service, one.outer)}


@pytest.mark.parametrize(
    "vector", [one for one in vectors() if one["framing"] not in NOT_FRAMES and one["id"] not in OTHERWISE], ids=ids
)
def test_the_services_of_a_vector_are_those_that_its_source_names(vector: dict[str, Any]) -> None:
    named = vector.get("services") or []
    if unusable(vector) or half(vector):
        codes = {said.code for one in decoded(vector).messages for said in one.experts}
        assert codes & {"bad-fcs", "segment-lost", "incomplete", "noise"}
        return
    if "GBT" in named:
        named = ["GBT"]  # what the blocks carry is named on the message that completes them, if that one is there
    wanted = {APDUS[name] for name in named if name in APDUS} | {LINKS[name] for name in named if name in LINKS}
    missing = wanted - found_in(vector)
    assert missing == set()


@pytest.mark.parametrize("vector", [one for one in vectors() if one["verify"].get("axdr_leftover") == [0]], ids=ids)
def test_an_apdu_that_others_read_to_its_last_octet_is_read_so_here(vector: dict[str, Any]) -> None:
    messages = decoded(vector).messages
    broken = [one.service for one in messages if one.kind is Kind.APDU and one.record is None]
    trailing = [one.service for one in messages if any(said.code == "trailing-octets" for said in one.experts)]
    assert (broken, trailing) == ([], [])


TELEGRAMS = [one for one in vectors() if one["framing"] == "p1-dlms" and "guek" in one["keys"]]


@pytest.mark.parametrize("vector", TELEGRAMS, ids=ids)
def test_a_ciphered_telegram_of_a_customer_interface_opens_and_says_what_its_source_reads(
    vector: dict[str, Any],
) -> None:
    keys = KeySet(guek=Secret.fromhex(vector["keys"]["guek"]), gak=Secret.fromhex(vector["keys"]["gak"]))
    (message,) = dlms.decode(bytes.fromhex(vector["hex"]), keys=Keyring([keys])).messages
    assert (message.kind, message.service, message.sender) == (Kind.APDU, "p1-telegram", Sender.SERVER)
    assert message.security is not None
    assert (message.security.status, message.experts) == ("ok", ())
    assert message.plaintext == vector["expected"]["plaintext_ascii"].encode()
    items = {item["logical_name"]: item for item in message.to_dict()["items"]}
    assert len(items) == 18
    energy, power = items["1.0.1.8.0.255"], items["1.0.1.7.0.255"]
    assert (energy["scaled"], energy["unit"]) == (6545766, "Wh")
    assert (power["scaled"], power["unit"]) == (286, "W")
    assert items["0.0.1.0.0.255"]["value"] == "2022-10-06T15:50:14"
    lines = list(tree_lines(message, Style(False), meters=Meters()))
    assert any(line.endswith("active energy import (total): 6545.766 kWh  (unit in the message: Wh)") for line in lines)


BARE_DATA = [one for one in vectors() if one["framing"] == "data"]


def test_data_that_end_early_say_so() -> None:
    for vector in BARE_DATA:
        if "axdr" in vector["verify"]:
            (node,) = dlms.decode(bytes.fromhex(vector["hex"]), "data").nodes
            assert node.error is not None


@pytest.mark.parametrize("vector", [one for one in BARE_DATA if one["verify"].get("axdr_leftover") == 0], ids=ids)
def test_bare_data_is_one_value_and_builds_to_its_octets(vector: dict[str, Any]) -> None:
    pasted = dlms.decode(bytes.fromhex(vector["hex"]), "data")
    assert len(pasted.records) == 1
    octets = bytes.fromhex(vector["hex"])
    with tolerant() as notes:
        read_data(octets, 0, len(octets))
    assert (pasted.to_bytes() == octets) == (not notes)  # a length in more octets than it needs is noted
    count = vector["expected"].get("elements")
    if isinstance(count, int):
        assert len(pasted.records[0][1]) == count
