"""The main job on real captures: the messages equal what the sidecars say was on the wire."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.capture import open_capture
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.messages import Message
from scapy_layers import write_data
from tests.support import Sidecar, sidecars, thirdparty_captures, usual_sidecars

WHOLE = usual_sidecars()

KEYS = (
    "number", "frames", "time", "conversation", "source", "destination", "sender", "profile", "client_sap",
    "server_sap", "server_lower", "kind", "service", "outer", "apdu", "plaintext", "security", "invoke_id", "exchange",
    "response_time", "items", "reassembled", "expert",
)  # fmt: skip
"""Of the jsonl object, in its order."""

BY_CONVERSATION = frozenset({"push_tcp_wrapper"})
"""Sidecars that list one conversation after the other although they overlap in time."""

CONTROL = {"aarq", "aare", "rlrq", "rlre"}
"""For these the sidecar's `inner` is what their user-information holds."""


def read(path: Path) -> list[Message]:
    return list(dlms.open(path).messages)


def address(value: Any) -> int:
    """Wrapper sidecars give a number, HDLC sidecars the parts of the address, seven bits each."""
    if isinstance(value, int):
        return value
    return value[0] if len(value) < 4 else value[0] << 7 | value[1]


def said_by_sidecar(message: dict[str, Any]) -> tuple[Any, ...]:
    ciphered = message.get("sc") is not None
    outer = message["outer"]
    service = outer if ciphered or outer in CONTROL else message.get("inner") or outer
    if message.get("sub") and not ciphered and not message.get("gbt"):
        service += f"-{message['sub']}"
    return message["pkt"], message["apdu"], service, address(message["src"]), address(message["dst"])


def said_by_us(message: Message) -> tuple[Any, ...]:
    found = message.to_dict()
    source, destination = found["client_sap"], found["server_sap"]
    if found["sender"] == "server":
        source, destination = destination, source
    return found["frames"][-1], found["apdu"], found["outer"], source, destination


@pytest.mark.parametrize("sidecar", WHOLE, ids=lambda sidecar: sidecar.name)
def test_every_apdu_has_the_octets_service_and_addresses_that_were_sent(sidecar: Sidecar) -> None:
    wanted = [said_by_sidecar(one) for one in sidecar.load()["messages"] if one["kind"] == "apdu"]
    got = [said_by_us(one) for one in read(sidecar.pcap) if one.kind is Kind.APDU]
    if sidecar.name in BY_CONVERSATION:
        wanted, got = sorted(wanted), sorted(got)
    assert got == wanted


@pytest.mark.parametrize("sidecar", WHOLE, ids=lambda sidecar: sidecar.name)
def test_link_frames_are_counted_as_the_sidecar_counts_them(sidecar: Sidecar) -> None:
    expected = sidecar.load()["expected"]["hdlc_frames"]
    carriers = {"I", "UI", "bad_fcs", "text", "garbage", "leftover", "segmented_flag"}
    wanted = {name.lower(): count for name, count in expected.items() if name not in carriers}
    wanted = {"control-ef" if name == "uef" else name: count for name, count in wanted.items()}
    links = [one for one in read(sidecar.pcap) if one.kind is Kind.LINK and one.profile == "hdlc"]
    got = Counter(one.service for one in links if one.service not in ("i", "ui"))
    assert got == wanted
    bad = sum(expert.code == "bad-fcs" for one in links for expert in one.experts)
    assert bad == expected.get("bad_fcs", 0)


@pytest.mark.parametrize("sidecar", WHOLE, ids=lambda sidecar: sidecar.name)
def test_long_transfers_in_clear_are_joined_to_what_was_sent(sidecar: Sidecar) -> None:
    data = sidecar.load()
    clear = [
        one["data"]
        for one in data["expected"]["reassembled"]
        if not one.get("incomplete") and (one["via"] == "gbt" or not data["expected"]["ciphered"])
    ]
    got = [one.reassembled.data.hex() for one in read(sidecar.pcap) if one.reassembled is not None]
    assert [one for one in clear if one not in got] == []


def test_the_direction_of_every_exchange_is_that_of_the_roles() -> None:
    for sidecar in WHOLE:
        sides = {one["conv"]: tuple(one["client"]) for one in sidecar.load()["transports"]}
        for message in read(sidecar.pcap):
            if message.kind is not Kind.APDU or "push" in sidecar.name or "notif" in message.service:
                continue
            if message.service == "information-report-request":
                continue
            host, port = sides[message.stream.conversation.number]
            from_client = message.source == f"{host}:{port}"
            assert (message.sender is Sender.CLIENT) == from_client, (sidecar.name, message.number)


def plain(value: Any) -> Any:
    """A value as the client of the sidecars shows it: octets as {'hex': …}, structures as lists."""
    if isinstance(value, dict):
        return value.get("hex")
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def comparable(data: dict[str, Any] | None) -> Any:
    if data is None or data["value"] is None:
        return None
    if data["type"] in ("array", "structure"):
        return [comparable(one) for one in data["value"]]
    return data["value"]


def reads_of_client(data: dict[str, Any]) -> list[tuple[int, str, int, Any]]:
    """What the client says it read, as far as it keeps the raw value."""
    return [
        (one["cls"], one["ln"], one["attr"], plain(one["raw"]))
        for session in data["sessions"]
        for one in session.get("values", [])
        if one["op"] == "read" and "raw" in one and "cls" in one and not one.get("sn") and one["raw"] is not None
    ]


READERS = [
    sidecar for sidecar in WHOLE if not sidecar.load()["expected"]["ciphered"] and reads_of_client(sidecar.load())
]


@pytest.mark.parametrize("sidecar", READERS, ids=lambda sidecar: sidecar.name)
def test_every_value_that_the_client_read_is_found_in_the_items(sidecar: Sidecar) -> None:
    found: dict[tuple[int, str, int], list[Any]] = {}
    encoded: set[str] = set()
    for message in read(sidecar.pcap):
        for item in message.to_dict()["items"]:
            if message.sender is Sender.SERVER and item["attribute"] is not None and item["result"] == "success":
                key = item["class_id"], item["logical_name"], item["attribute"]
                found.setdefault(key, []).append(comparable(item["data"]))
        for _, answer in message.items:  # one of the clients keeps the encoded octets instead, trailing ones too
            if answer is not None and answer.data is not None:
                encoded.add(write_data(answer.data).hex())
    missing = []
    for class_id, name, attribute, raw in reads_of_client(sidecar.load()):
        values = found.get((class_id, name, attribute), [])
        if not any(str(raw).startswith(one) for one in encoded) and not any(same(raw, value) for value in values):
            missing.append((class_id, name, attribute, raw, values[:2]))
    assert missing == []


def same(raw: Any, value: Any) -> bool:
    """Equal but for how the client keeps it: text as octets, and no octets at all for the times in profile rows."""
    if raw is None and isinstance(value, str) and len(value) == 24:
        return True
    if isinstance(raw, list) and isinstance(value, list):
        return len(raw) == len(value) and all(same(a, b) or a == b for a, b in zip(raw, value, strict=True))
    if isinstance(raw, str) and isinstance(value, str):
        return raw == value or bytes(value, "latin-1").hex() == raw or bytes(raw, "latin-1").hex() == value
    return bool(raw == value)


@pytest.mark.parametrize("sidecar", WHOLE, ids=lambda sidecar: sidecar.name)
def test_the_jsonl_object_has_every_key_and_is_json(sidecar: Sidecar) -> None:
    keys = list(KEYS)
    for number, message in enumerate(read(sidecar.pcap), 1):
        found = json.loads(json.dumps(message.to_dict()))
        assert list(found) == keys
        assert found["number"] == number


def test_a_stream_of_a_hundred_thousand_blocks_in_a_few_segments_is_read() -> None:
    for sidecar in sidecars("pathological"):
        messages = [one for one in read(sidecar.pcap) if one.kind is Kind.APDU]
        expected = sidecar.load()["expected"]
        assert len(messages) == expected["apdus"]
        assert (
            Counter(one.outer for one in messages)["general-block-transfer"]
            == expected["apdus_by_outer_tag"]["general-block-transfer"]
        )


@pytest.mark.parametrize("path", thirdparty_captures(), ids=lambda path: path.name)
def test_captures_of_others_are_read_without_an_undecodable_apdu(path: Path) -> None:
    messages = [one for one in dlms.open(path).messages if one.kind is Kind.APDU]
    broken = [one for one in messages if one.record is None or one.service == "unknown"]
    assert messages
    assert [(one.number, one.octets.hex()) for one in broken] == []


@pytest.mark.parametrize("sidecar", WHOLE, ids=lambda sidecar: sidecar.name)
def test_heads_tell_the_same_story_without_the_data(sidecar: Sidecar) -> None:
    def story(message: Message) -> tuple[Any, ...]:
        results = [None if item.answer is None else item.answer.result for item in message.items]
        asked = [item.asked and item.asked._replace(data=None) for item in message.items]
        exchange = None if message.exchange is None else message.exchange.number
        return message.service, message.sender, message.invoke_id, exchange, message.response_time, asked, results

    analyzer = dlms.Analyzer(heads=True)
    heads = [message for frame in open_capture(sidecar.pcap) for message in analyzer.feed(frame)] + analyzer.flush()
    assert list(map(story, heads)) == list(map(story, read(sidecar.pcap)))
