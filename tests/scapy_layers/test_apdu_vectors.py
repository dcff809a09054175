"""APDUs from public sources, bare or behind an LLC header: their fields have the values that the sources say."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

from scapy_layers import (
    AARE,
    AARQ,
    Apdu,
    CipheredContent,
    Data,
    GeneralCiphering,
    GeneralSigning,
    Node,
    Pdu,
    read_data,
    tolerant,
    trace_apdu,
    write_data,
)
from scapy_layers.cosem_fields import CONFORMANCE_PARTS
from scapy_layers.data import trace_data
from tests.scapy_layers.agreement import agree, layers_of, spans_nest
from tests.support import vectors

LLC = 3
"""Octets of an LLC header."""

ODD = {
    "dlmsparser-raw_egd_example": ("stopped", "the meter sends a capture object without its types: no Data"),
    "dlmsparser-raw_sagecom_xt211": ("stopped", "the meter sends a capture object without its types: no Data"),
    "amsreader-iskraemeco-gh1072-2": ("stopped", "octets are missing from the middle of what was posted"),
    "gurux-forum-19437-netznoe-plain": ("stopped", "the source gives only the beginning"),
    "hdlctr-spec-apduframe-should-parse-simple-multi-items-read-response-apdu-package-w-3": (
        "stopped",
        "the block is said to have 109 octets, the source gives 18 of them",
    ),
    "pcap-bearxiong99-sample-0007-GetResp-Block": ("stopped", "the first HDLC segment of an APDU, without the others"),
    "pcap-matousp-data2-0078-GetResp-Block": ("stopped", "the first HDLC segment of an APDU, without the others"),
    "gbcs-ECS30_6.8_SUCCESS_PRECOMMAND": ("stopped", "a command before it is signed: not even an empty signature"),
    "gurux-ctt-data-ln-n1-get-missing-elements": ("stopped", "negative: a GET.request without half of its fields"),
    "gurux-ctt-data-ln-n3-set-missing": ("stopped", "negative: a SET.request without half of its fields"),
    "gurux-ctt-data-ln-n1-get-unknown-tag": ("unknown", "negative: GET.request has no choice 4"),
    "gurux-ctt-data-ln-n3-set-unknown-tag": ("unknown", "negative: SET.request has no choice 6"),
    "amshan-kaifa-decode_frame-Kaifa_frame-llc_pdu20": ("tagged-date-time", "Kaifa puts a Data tag before the time"),
    "amshan-kaifa-decode_frame-Kaifa_frame-llc_pdu22": ("tagged-date-time", "Kaifa puts a Data tag before the time"),
    "pcap-matousp-data2-0001-AARQ": ("length-mismatch", "the inner length of the context name is two too long"),
    "pcap-ndpi-dlms-0001-AARQ": ("length-mismatch", "the outer length of the context name is two too long"),
}
"""What is odd about a vector, and why. All others are read without a note and built from their fields."""

OTHERWISE = {
    ("gurux-ctt-data-ln-n1-get-unknown-tag", "type"): "named after what it pretends to be",
    ("gurux-ctt-data-ln-n3-set-unknown-tag", "type"): "named after what it pretends to be",
    ("hdlctr-spec-apduframe-should-parse-daily-profile-read-response-apdu-package", "annotated_fields"): (
        "the annotations repeat the first object's class and name for the others; sizes are right"
    ),
}
"""Expectations of sources that are not met, and why."""

SERVICES = {
    "ApplicationAssociationRequest": "aarq", "ApplicationAssociationResponse": "aare", "AARQ": "aarq", "AARE": "aare",
    "RLRQ": "rlrq", "GeneralGlobalCipher": "general-glo-ciphering",
    "GetResponseWithBlock": "get-response-with-datablock", "GetResponseLastBlock": "get-response-with-datablock",
    "GetResponseLastBlockWithError": "get-response-with-datablock",
    "ActionResponseNormalWithError": "action-response-normal", "ActionResponseNormalWithData": "action-response-normal",
    "GetRequest invalid choice 4": "get-request-", "SetRequest invalid choice 6": "set-request-",
    "GetRequestNormal truncated": "get-request-normal", "SetRequestNormal truncated": "set-request-normal",
    "Get.Normal": "get-request-normal", "Get.Next": "get-request-next", "GetResp.Normal": "get-response-normal",
    "GetResp.Block": "get-response-with-datablock", "Set.Normal": "set-request-normal",
    "SetResp.Normal": "set-response-normal",
}  # fmt: skip
"""What the sources call APDUs where it is not the Green Book's name in camel case."""

RENAMED = {
    "attribute_0_supported_with_set": "attribute0_supported_with_set",
    "attribute_0_supported_with_get": "attribute0_supported_with_get",
    "priority_management_supported": "priority_mgmt_supported",
}
"""Conformance bits that one source names differently."""

APDUS = {one["id"]: one for one in vectors() if one["framing"] in ("apdu", "llc+apdu")}
BARE_DATA = {one["id"]: one for one in vectors() if one["framing"] == "data"}
ANNOTATED = {one["id"]: one for one in APDUS.values() if "annotated_fields" in one["expected"]}


def octets_of(vector: dict[str, Any]) -> bytes:
    octets = bytes.fromhex(vector["hex"])
    return octets[LLC:] if vector["framing"] == "llc+apdu" else octets


def kebab(name: str) -> str:
    """`SetRequestWithFirstDataBlock` as the Green Book spells it, `set-request-with-first-datablock`."""
    name = name.replace("DataBlock", "Datablock").replace("PBlock", "Pblock")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def test_there_are_as_many_vectors_as_ever() -> None:
    if not APDUS:
        pytest.skip("no shared/vectors beside the repository")
    assert (len(APDUS), len(BARE_DATA), len(ANNOTATED)) == (158, 6, 8)
    assert ODD.keys() <= APDUS.keys()


@pytest.mark.parametrize("name", APDUS)
def test_a_vector_is_read_whole_or_is_odd_for_a_known_reason(name: str) -> None:
    octets = octets_of(APDUS[name])
    packet, _ = agree(octets)
    kinds = {note.code for note in packet.notes}
    kinds |= {"stopped"} if packet.stopped else set()
    kinds |= {"unknown"} if packet.service == "unknown" else set()
    kinds |= {"trailing"} if packet.payload and not packet.stopped else set()
    assert kinds == ({ODD[name][0]} if name in ODD else set())
    assert bytes(packet) == octets
    packet.clear_cache()
    noted = name in ODD and ODD[name][0] not in ("stopped", "unknown")
    assert (bytes(packet) == octets) == (not noted)


@pytest.mark.parametrize("name", [name for name, one in APDUS.items() if "axdr_leftover" in one["verify"]])
def test_what_others_could_not_read_to_the_last_octet_is_odd_here_too(name: str) -> None:
    (left,) = APDUS[name]["verify"]["axdr_leftover"]
    packet = Apdu(octets_of(APDUS[name]))
    assert (left == 0) == (packet.stopped is None)


# the values that sources give, as (path of the field, value)


def number(kind: str, text: str) -> int | None:
    """The number of an enumeration in a Python repr, `status=<ActionResultStatus.SUCCESS: 0>`."""
    found = re.search(kind + r"=<\w+\.\w+: (\d+)>", text)
    return int(found[1]) if found else None


def facts_of_repr(text: str) -> dict[str, Any]:
    """What a Python repr of the same APDU says, under names of our own."""
    facts: dict[str, Any] = {}
    patterns = {
        "invoke_id": r"InvokeIdAndPriority\(invoke_id=(\d+)",
        "block_number": r"\(?block_number=(\d+)",
        "client_max_receive_pdu_size": r"client_max_receive_pdu_size=(\d+)",
        "server_max_receive_pdu_size": r"server_max_receive_pdu_size=(\d+)",
        "invocation_counter": r"invocation_counter=(\d+)",
        "attribute_id": r"attribute=(\d+)",
        "method_id": r"method=(\d+)\)",
    }
    for fact, pattern in patterns.items():
        if found := re.search(pattern, text):
            facts[fact] = int(found[1])
    if found := re.search(r"instance=Obis\(a=(\d+), b=(\d+), c=(\d+), d=(\d+), e=(\d+), f=(\d+)\)", text):
        facts["logical_name"] = ".".join(found.groups())
    for fact, kind in {
        "class_id": "interface",
        "status": "status",
        "result": "result",
        "error": "error",
        "diagnostic": "result_source_diagnostics",
    }.items():
        if (value := number(kind, text)) is not None:
            facts[fact] = value
    if found := re.search(r"Conformance\(([^)]*)\)", text):
        flags = dict(pair.split("=") for pair in found[1].split(", "))
        facts["conformance_bits"] = {RENAMED.get(name, name): value == "True" for name, value in flags.items()}
    if found := re.search(r"[(, ]data=(b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\")", text):
        facts["data_octets"] = ast.literal_eval(found[1])
    if found := re.search(r"[(, ]system_title=(b'(?:[^'\\]|\\.)*')", text):
        facts["system_title"] = ast.literal_eval(found[1])
    return facts


def facts_of(expected: dict[str, Any]) -> dict[str, Any]:
    """What a source says about the fields of an APDU, under names of our own."""
    facts = facts_of_repr(expected["repr"]) if "repr" in expected else {}
    copied = (
        "invocation_counter", "selector", "block_number", "streaming", "window", "last", "block_ack", "vaa_name",
        "called_ap_title", "called_ae_qualifier", "called_ap_invocation_id", "called_ae_invocation_id",
        "calling_ap_invocation_id", "calling_ae_qualifier", "dlms_version", "password", "originator", "recipient",
        "other_info", "content", "signature_len", "general_ciphering", "elements",
    )  # fmt: skip
    facts |= {key: expected[key] for key in copied if key in expected}
    for key in ("max_pdu", "client_max_pdu"):
        if key in expected:
            facts["client_max_receive_pdu_size"] = expected[key]
    if "server_max_pdu" in expected:
        facts["server_max_receive_pdu_size"] = expected["server_max_pdu"]
    if "conformance" in expected:
        facts["conformance"] = int(expected["conformance"], 16)
    if expected.get("mechanism") == "LLS":
        facts["mechanism"] = 1
    if "context" in expected:
        facts["context"] = {"LN no ciphering": 1, "SN no ciphering": 2}[expected["context"]]
    if isinstance(expected.get("result"), str) and expected["result"] in ("accepted", "rejected-permanent"):
        facts["result"] = ["accepted", "rejected-permanent"].index(expected["result"])
    if "invoke" in expected:
        facts["invoke_octet"] = int(expected["invoke"], 16)
    if isinstance(expected.get("invoke_id"), int):
        facts["invoke_id"] = expected["invoke_id"]
    for key, member in (("attr", "attribute_id"), ("attribute", "attribute_id"), ("method", "method_id")):
        if isinstance(expected.get(key), str):
            class_id, name, index = expected[key].split(" ")[0].split("/")
            facts |= {"class_id": int(class_id), "logical_name": name, member: int(index)}
    if "variables" in expected:
        facts["variables"] = expected["variables"]
    if isinstance(expected.get("variable"), str):
        facts["variable"] = re.search(r"[0-9A-F]{4}", expected["variable"])[0]  # type: ignore[index]
    if "datetime" in expected and expected.get("type") == "DataNotification":
        facts["date_time"] = expected["datetime"][:19]
    return facts


def first(packet: Pdu, *names: str) -> Any:
    """The value of the first field with one of some names, in the packet or anything inside it."""
    for layer in sorted(layers_of(packet), key=lambda layer: layer is not packet):
        for name in names:
            if name in layer.fields:
                return layer.getfieldval(name)
    raise KeyError(names)


def part(packet: Pdu, field: str, name: str) -> int:
    (found,) = [one for one in packet.get_field(field).parts if one.name == name]
    return int(found.of(packet.getfieldval(field)))


def hexed(value: Any) -> str:
    return str(value.hex())


FOUND: dict[str, Any] = {
    "client_max_receive_pdu_size": lambda p: first(p, "client_max_receive_pdu_size"),
    "server_max_receive_pdu_size": lambda p: first(p, "server_max_receive_pdu_size"),
    "conformance": lambda p: first(p, "proposed_conformance", "negotiated_conformance"),
    "conformance_bits": lambda p: {
        one.name: bool(one.of(first(p, "proposed_conformance", "negotiated_conformance"))) for one in CONFORMANCE_PARTS
    },
    "invoke_octet": lambda p: first(p, "invoke_id_and_priority"),
    "invoke_id": lambda p: p._pairing_id(),
    "block_number": lambda p: first(p, "block_number"),
    "block_ack": lambda p: p.block_number_ack,
    "last": lambda p: part(p, "block_control", "last_block"),
    "streaming": lambda p: part(p, "block_control", "streaming"),
    "window": lambda p: part(p, "block_control", "window"),
    "class_id": lambda p: first(p, "class_id"),
    "logical_name": lambda p: ".".join(map(str, first(p, "logical_name"))),
    "attribute_id": lambda p: first(p, "attribute_id"),
    "method_id": lambda p: first(p, "method_id"),
    "status": lambda p: p.action_result,
    "result": lambda p: p.result,
    "error": lambda p: first(p, "data_access_result", "error_value"),
    "diagnostic": lambda p: tuple(p.result_source_diagnostic)[1],
    "mechanism": lambda p: p.mechanism_name[-1],
    "context": lambda p: p.application_context_name[-1],
    "password": lambda p: p.calling_authentication_value[1].decode(),
    "system_title": lambda p: first(p, "system_title", "calling_ap_title", "responding_ap_title"),
    "invocation_counter": lambda p: first(p, "invocation_counter"),
    "dlms_version": lambda p: first(p, "proposed_dlms_version_number"),
    "vaa_name": lambda p: f"{first(p, 'vaa_name'):04x}",
    "called_ap_title": lambda p: hexed(p.called_ap_title),
    "called_ae_qualifier": lambda p: hexed(p.called_ae_qualifier),
    "calling_ae_qualifier": lambda p: hexed(p.calling_ae_qualifier),
    "called_ap_invocation_id": lambda p: p.called_ap_invocation_id,
    "called_ae_invocation_id": lambda p: p.called_ae_invocation_id,
    "calling_ap_invocation_id": lambda p: p.calling_ap_invocation_id,
    "variables": lambda p: [f"{one.variable_name:04X}" for one in p.variable_access_specification],
    "variable": lambda p: f"{p.variable_access_specification[0].variable_name:04X}",
    "elements": lambda p: len(p.notification_body.value),
    "date_time": lambda p: p.said("date_time")[:19].replace(" ", "T"),
    "data_octets": lambda p: octets_of_data(p),  # noqa: PLW0108 - defined below
}
"""How each fact is found in a packet."""


def octets_of_data(packet: Pdu) -> bytes:
    """The octets that a source calls the data: of one Data, or of a block."""
    value = first(packet, "value", "data", "method_invocation_parameters", "raw_data")
    return write_data(value) if isinstance(value, Data) else bytes(value)


SIGNED = {"originator", "recipient", "other_info", "content", "signature_len", "general_ciphering"}


@pytest.mark.parametrize("name", [name for name, one in APDUS.items() if facts_of(one["expected"])])
def test_the_fields_of_a_vector_have_the_values_that_its_source_says(name: str) -> None:
    packet = Apdu(octets_of(APDUS[name]))
    facts = facts_of(APDUS[name]["expected"])
    if SIGNED & facts.keys():
        check_signed(packet, facts)
        facts = {fact: value for fact, value in facts.items() if fact not in SIGNED}
    ciphered = any(isinstance(layer, CipheredContent) for layer in layers_of(packet))
    for fact, value in facts.items():
        if ciphered and fact.startswith(("conformance", "client_max", "server_max")):
            continue  # within the ciphered content
        if fact == "invocation_counter" and not ciphered:
            continue  # of the envelope that the source has taken off
        found = FOUND[fact](packet)
        if fact == "conformance_bits":
            assert found.items() >= value.items()
        else:
            assert found == value, fact


def check_signed(packet: Pdu, facts: dict[str, Any]) -> None:
    """GBCS: general-signing, bare or authenticated within general-ciphering."""
    signed = packet
    if "general_ciphering" in facts:
        assert isinstance(packet, GeneralCiphering)
        content, expected = packet.content, facts["general_ciphering"]
        assert f"{content.security_control:02x}" == expected["sc"]
        assert f"{content.invocation_counter:08x}" == expected["ic"]
        assert content.protected_octets[-12:].hex() == expected["mac"]
        signed = Apdu(content.protected_octets[:-12])
    assert isinstance(signed, GeneralSigning)
    assert signed.originator_system_title.hex() == facts["originator"]
    assert signed.recipient_system_title.hex() == facts["recipient"]
    assert signed.other_information.hex() == facts["other_info"]
    assert signed.content.hex() == facts["content"]
    if signed.stopped is None:
        assert len(signed.signature) == facts["signature_len"]
    agree(signed.content)


def test_every_fact_that_sources_state_is_looked_for() -> None:
    stated = {fact for one in APDUS.values() for fact in facts_of(one["expected"])}
    if not APDUS:
        pytest.skip("no shared/vectors beside the repository")
    assert stated <= FOUND.keys() | SIGNED | {"selector"}
    assert len(stated) > 30


@pytest.mark.parametrize("name", [name for name, one in APDUS.items() if "type" in one["expected"]])
def test_a_vector_is_the_apdu_that_its_source_says(name: str) -> None:
    stated = APDUS[name]["expected"]["type"]
    service = SERVICES.get(stated, stated if "-" in stated else kebab(stated))
    found = Apdu(octets_of(APDUS[name])).service
    assert (found == service) == ((name, "type") not in OTHERWISE)


@pytest.mark.parametrize(
    "name", [name for name, one in APDUS.items() if one["expected"].get("user_information", "") is None]
)
def test_a_refusal_may_come_without_user_information(name: str) -> None:
    packet = Apdu(octets_of(APDUS[name]))
    assert isinstance(packet, AARQ | AARE)
    assert packet.user_information is None


# where fields begin and end


def boundaries(node: Node) -> set[int]:
    return {place for _, inner in node.walk() if inner.end > inner.start for place in (inner.start, inner.end)}


@pytest.mark.parametrize("name", ANNOTATED)
def test_fields_begin_and_end_where_the_annotations_say(name: str) -> None:
    octets = octets_of(ANNOTATED[name])
    whole = ANNOTATED[name]["hex"].lower()
    annotated: list[tuple[int, int]] = []
    at = None
    for line in ANNOTATED[name]["expected"]["annotated_fields"]:
        piece = line.split(" - ", 1)[0].lower()
        place = whole.index(piece) if at is None else at
        assert whole.startswith(piece, place) or (name, "annotated_fields") in OTHERWISE
        at = place + len(piece)
        annotated.append((place // 2, at // 2))
    shift = len(whole) // 2 - len(octets)
    spans = [(start - shift, end - shift) for start, end in annotated]
    with tolerant():
        tree = trace_apdu(octets, 0, len(octets))
    spans_nest(tree)
    allowed = {place for span in spans for place in span}
    for place in boundaries(tree):
        within = any(start < place < end for start, end in spans)
        before = place < spans[0][0]
        assert place in allowed or within or before, place


# bare Data


@pytest.mark.parametrize("name", BARE_DATA)
def test_bare_data_have_the_value_that_their_source_says(name: str) -> None:
    octets = bytes.fromhex(BARE_DATA[name]["hex"])
    expected = BARE_DATA[name]["expected"]
    if "axdr" in BARE_DATA[name]["verify"]:  # a structure of two elements, of which none is there
        node = trace_data("data", octets, 0, len(octets))
        assert node.error is not None
        return
    with tolerant() as notes:
        pair, stop = read_data(octets, 0, len(octets))
    assert stop == len(octets)
    assert [note.code for note in notes] == (["long-length"] if "long-length" in BARE_DATA[name]["tags"] else [])
    assert (write_data(pair) == octets) == (not notes)
    if "value" in expected:
        value = Data(pair).value
        plain = [one.value for one in value] if isinstance(value, tuple) else value
        assert (plain.decode() if isinstance(plain, bytes) else plain) == expected["value"]
    if "elements" in expected:
        assert len(pair[1]) == expected["elements"]
        texts = [value.decode("latin-1") for _, value in pair[1] if isinstance(value, bytes)]
        assert {expected["list_id"], expected["gs1"], expected["type"]} <= set(texts)
