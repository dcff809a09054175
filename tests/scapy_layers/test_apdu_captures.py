"""Every APDU of every ground-truth capture, as sent and deciphered: what the layers say is what the sidecar says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from scapy_layers import AARE, AARQ, Apdu, CipheredContent, GeneralBlockTransfer, Pdu, TrailingOctets
from tests.scapy_layers.agreement import agree, layers_of
from tests.support import Sidecar, sidecars

QUIRKS: dict[tuple[str, str], tuple[str, bool]] = {
    ("rlre", "length-mismatch"): ("Gurux servers write the BER lengths of a ciphered RLRE too short", False),
    ("rlrq", "unexpected"): ("Gurux Java puts the user-information of an RLRQ bare behind its length, no reason", True),
    ("action-response-normal", "missing-usage-octet"): (
        "the Gurux C server ends an error without saying that no data follow",
        False,
    ),
    ("get-response-normal", "trailing"): ("the Gurux C server sends the first clock value twice", True),
    ("get-response-with-datablock", "trailing"): ("the Gurux C server sends the first block twice at PDU 192", True),
    ("read-response", "trailing"): ("the Gurux servers announce fewer results than they send in a block", True),
    ("glo-read-response", "trailing"): ("a ciphered read-response inside a glo-write-response, and 00 behind it", True),
    ("get-response-with-datablock", "stopped"): ("the Gurux C server leaves block number and raw-data out", True),
}
"""Service and what is odd about it: why, and whether the fields still build to the same octets."""

SERVICES_WITHOUT_CHOICE = {"aarq", "aare", "rlrq", "rlre"}


def apdus(sidecar: Sidecar) -> Iterator[tuple[dict[str, Any], bytes, bool]]:
    """Every APDU with the message it is from, and whether it is the deciphered one."""
    for message in sidecar.load()["messages"]:
        for key in ("apdu", "plain"):
            if message.get(key):
                yield message, bytes.fromhex(message[key]), key == "plain"


def family(packet: Pdu) -> str:
    """Name of the tag, which is the outer service in the sidecars."""
    tag = packet.fields_desc[0]
    return str(tag.text(tag.default)).split(" ", 1)[0]


def oddities(packet: Pdu) -> set[tuple[str, str]]:
    found = {(packet.service, note.code) for note in packet.notes}
    if packet.stopped:
        found.add((packet.service, "stopped"))
    if isinstance(packet.payload, TrailingOctets):
        found.add((packet.service, "trailing"))
    return found


def uncached(octets: bytes) -> bytes:
    packet = Apdu(octets)
    packet.clear_cache()
    return bytes(packet)


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_record_packet_and_tree_agree_on_every_apdu_and_it_builds_to_its_octets(sidecar: Sidecar) -> None:
    seen = 0
    for _, octets, _ in apdus(sidecar):
        packet, record = agree(octets)
        odd = oddities(packet)
        assert odd <= QUIRKS.keys(), odd - QUIRKS.keys()
        assert (record is None) == (packet.stopped is not None)
        assert bytes(packet) == octets
        rebuilds = all(QUIRKS[quirk][1] for quirk in odd)
        assert (uncached(octets) == octets) == rebuilds
        seen += 1
    assert seen


def test_every_quirk_of_the_table_is_still_met() -> None:
    files = sidecars()
    if not files:
        pytest.skip("no shared/captures beside the repository")
    met = {odd for sidecar in files for _, octets, _ in apdus(sidecar) for odd in oddities(Apdu(octets))}
    assert met == QUIRKS.keys()


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_the_services_are_those_of_the_sidecar_and_as_many(sidecar: Sidecar) -> None:
    content = sidecar.load()
    outer: Counter[str] = Counter()
    for message, octets, deciphered in apdus(sidecar):
        packet = Apdu(octets)
        if not deciphered:
            outer[family(packet)] += 1
            assert family(packet) == message["outer"]
        if deciphered or "plain" not in message:
            service = message.get("inner") or message.get("user_info_outer" if deciphered else "outer")
            inner = service.removeprefix("glo-") if "inner" not in message and deciphered else service
            choice = f"-{message['sub']}" if "sub" in message else ""
            assert packet.service == inner + choice
    counts = content["expected"]["apdus_by_outer_tag"]
    if content["messages_truncated"]:
        assert outer.keys() == counts.keys()
        assert all(outer[service] <= count for service, count in counts.items())
    else:
        assert outer == counts


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_the_fields_are_what_the_sidecar_says(sidecar: Sidecar) -> None:
    for message, octets, deciphered in apdus(sidecar):
        if deciphered:
            continue
        packet = Apdu(octets)
        if isinstance(packet, AARQ | AARE):
            check_association(packet, message)
        if "sc" in message:
            content = next(layer for layer in layers_of(packet) if isinstance(layer, CipheredContent))
            assert (content.security_control, content.invocation_counter) == (message["sc"], message["ic"])
        if "gbt" in message:
            assert isinstance(packet, GeneralBlockTransfer)
            check_block(packet, message["gbt"])


def check_association(packet: AARQ | AARE, message: dict[str, Any]) -> None:
    assert packet.application_context_name[-1] == message["context"]
    assert (packet.mechanism_name or b"\x00")[-1] == message.get("mechanism", 0)
    assert packet.user_information.service == message["user_info_outer"]
    title = packet.calling_ap_title if isinstance(packet, AARQ) else packet.responding_ap_title
    assert (None if title is None else title.hex()) == message.get("system_title")
    if isinstance(packet, AARE):
        assert packet.result == message["result"]
        assert list(packet.result_source_diagnostic) == message["diagnostic"]


def check_block(packet: GeneralBlockTransfer, expected: dict[str, Any]) -> None:
    control = {part.name: part.of(packet.block_control) for part in packet.get_field("block_control").parts}
    assert control == {
        "window": expected["window"],
        "streaming": expected["streaming"],
        "last_block": expected["last"],
    }
    assert packet.block_number == expected["bn"]
