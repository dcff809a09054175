"""The APDU layers behave as Scapy people expect: shown, summed up, fuzzed, paired."""

from __future__ import annotations

from typing import Any

import pytest
from scapy.config import conf
from scapy.layers.inet import IP, UDP
from scapy.packet import Packet, Raw, fuzz

from scapy_layers import (
    Apdu,
    ApduBase,
    AttributeDescriptorWithSelection,
    ExceptionResponse,
    GetRequestNormal,
    GetRequestWithList,
    GetResponseNormal,
    Malformed,
    NeedMore,
    Pdu,
    ReturnedData,
    UnknownApdu,
    all_layers,
    layer_at,
    read_apdu,
    trace_apdu,
)
from scapy_layers.apdu import MAX_SUMMARY
from scapy_layers.reference import layers as declared_layers
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import PROTECTED, SAMPLES, service_of
from tests.support import Sidecar, sidecars

EVERY = [*all_layers(), UnknownApdu]

FUZZED = 25
"""Random packets of each layer."""

SERVER_ASKS_NOTHING = {"event-notification-request", "data-notification", "information-report-request"}
"""What a server says without being asked."""

CHOICES_FROM_1 = {
    0xC0: 3, 0xC1: 5, 0xC3: 6, 0xC4: 3, 0xC5: 5, 0xC7: 4,
}  # fmt: skip
"""Tag of a service with choices, and how many it has, all from 1 on (IEC 62056-5-3)."""

WITHOUT_CHOICE = {
    0x01, 0x05, 0x06, 0x08, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x16, 0x18, 0x60, 0x61, 0x62, 0x63, 0xC2, 0xD8, 0xD9, 0xDA,
    0xDB, 0xDC, 0xDD, 0xDF, 0xE0, *PROTECTED.values(),
}  # fmt: skip


def test_every_apdu_of_the_green_book_has_a_layer_and_no_other_tag_has_one() -> None:
    declared = {}
    for layer in all_layers():
        leading = [field.default for field in layer.fields_desc[:2] if field.constant]
        declared.setdefault(leading[0], []).append(leading[1] if len(leading) > 1 else None)
    assert declared == {tag: list(range(1, last + 1)) for tag, last in CHOICES_FROM_1.items()} | {
        tag: [None] for tag in WITHOUT_CHOICE
    }


@pytest.mark.parametrize(("service", "tag"), PROTECTED.items())
def test_a_protected_service_has_the_tag_of_the_standard(service: str, tag: int) -> None:
    assert layer_at(bytes((tag, 0)), 0, 2).service == service


def test_a_tag_without_a_layer_is_kept_raw() -> None:
    known = set(CHOICES_FROM_1) | WITHOUT_CHOICE
    for tag in sorted(set(range(256)) - known):
        packet, record = agree(bytes((tag, 1, 2)))
        assert isinstance(packet, UnknownApdu)
        assert (record.first_octet, record.octets) == (tag, b"\x01\x02")
        assert packet.summary() == f"Unknown APDU  tag {tag:02X}"


def test_a_choice_that_a_service_does_not_have_is_malformed_at_its_octet() -> None:
    for tag, last in CHOICES_FROM_1.items():
        for choice in (0, last + 1, 255):
            with pytest.raises(Malformed, match=r"is no choice of .*-re(quest|sponse) .*at offset 1"):
                read_apdu(bytes((tag, choice, 0xC1)), 0, 3)
            packet = Apdu(bytes((tag, choice, 0xC1)))
            assert bytes(packet) == bytes((tag, choice, 0xC1))
            assert trace_apdu(bytes((tag, choice, 0xC1)), 0, 3).error


def test_nothing_at_all_asks_for_more() -> None:
    with pytest.raises(NeedMore):
        read_apdu(b"", 0, 0)
    with pytest.raises(NeedMore):
        read_apdu(b"\xc0", 0, 1)
    assert trace_apdu(b"", 0, 0).error


@pytest.mark.parametrize("layer", declared_layers(), ids=lambda layer: layer.__name__)
def test_no_field_hides_an_attribute_of_packets(layer: type[Pdu]) -> None:
    taken = set(dir(Packet)) | set(dir(Pdu)) | set(dir(ApduBase))
    assert not taken & {field.name for field in layer.fields_desc} - {"fields_desc"}


@pytest.mark.parametrize("layer", declared_layers(), ids=lambda layer: layer.__name__)
def test_the_names_of_fields_are_snake_case_and_each_stands_once(layer: type[Pdu]) -> None:
    names = [field.name for field in layer.fields_desc]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.isidentifier() for name in names)


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: layer.service)
def test_a_packet_made_from_nothing_is_shown_built_and_read(layer: type[ApduBase]) -> None:
    packet = layer()
    assert layer._name in packet.show(dump=True)
    assert layer._name in packet.show2(dump=True)
    assert packet.summary().startswith(layer._name)
    assert repr(packet)
    read = layer(bytes(packet))
    assert (read.stopped, read.notes) == (None, ())
    assert bytes(read) == bytes(packet)
    assert type(Apdu(bytes(packet))) is layer or layer is UnknownApdu
    assert packet.command().startswith(layer.__name__)


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: layer.service)
def test_a_fuzzed_packet_is_shown_built_and_read(layer: type[ApduBase]) -> None:
    fuzzed = fuzz(layer())
    seen = set()
    for _ in range(FUZZED):
        octets = bytes(fuzzed)
        seen.add(octets)
        packet = layer(octets)
        assert (packet.stopped, packet.notes, bytes(packet.payload)) == (None, (), b"")
        if layer is not UnknownApdu:
            agree(octets)
            packet.clear_cache()
            assert bytes(packet) == octets
    assert fuzzed.show(dump=True)
    assert fuzzed.show2(dump=True)
    assert fuzzed.summary()
    assert repr(fuzzed)
    fixed = layer.service in {"rlrq", "rlre", "aare"}  # AARE: only the InitiateResponse varies
    assert len(seen) > 1 or fixed


def test_fuzzing_reaches_lists_and_choices_and_leaves_alone_what_was_set() -> None:
    packets = [GetRequestWithList(bytes(fuzz(GetRequestWithList(invoke_id_and_priority=0x81)))) for _ in range(60)]
    assert {packet.invoke_id_and_priority for packet in packets} == {0x81}
    assert {len(packet.attributes) for packet in packets} == {0, 1, 2, 3}
    results = {type(GetResponseNormal(bytes(fuzz(GetResponseNormal()))).result).__name__ for _ in range(60)}
    assert results == {"ReturnedData", "ReturnedError"}
    given = ReturnedData(data=(17, 5))
    assert all(bytes(fuzz(GetResponseNormal(result=given)))[-3:] == b"\x00\x11\x05" for _ in range(10))
    element = fuzz(AttributeDescriptorWithSelection(class_id=7))
    built = GetRequestWithList(bytes(GetRequestWithList(attributes=[element, element])))
    assert [attribute.class_id for attribute in built.attributes] == [7, 7]
    assert GetRequestWithList(attributes=[element]).summary()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_shown_and_summed_up_on_one_printable_line(name: str) -> None:
    packet = Apdu(SAMPLES[name])
    summary = packet.summary()
    assert summary.startswith(packet._name)
    assert summary.isprintable()
    shown = packet.show(dump=True)
    assert all(line.isprintable() for line in shown.splitlines())
    for field in packet.fields_desc:
        assert field.name in shown
    assert packet.show2(dump=True) == shown
    assert packet.sprintf("%tag%") or packet.service == "unknown"


SUMMARIES = {
    "get-request-normal": "GET.request normal  1-0:1.8.0.255 (Register) attr 2",
    "get-request-normal by entry": "GET.request normal  1-0:99.1.0.255 (Profile generic) attr 2"
    "  [entries 1 to 10, columns 1 to last]",
    "get-request-next": "GET.request next  after block 1",
    "get-request-with-list": "GET.request with-list  0-0:96.1.0.255 (Data) attr 2 and 1 more",
    "get-response-normal": "GET.response normal  double-long-unsigned 291",
    "get-response-normal, error": "GET.response normal  object-undefined (4)",
    "get-response-with-datablock": "GET.response with-datablock  block 1  4 octets",
    "get-response-with-datablock, error": "GET.response with-datablock  block 2 last  data-block-number-invalid (19)",
    "get-response-with-list": "GET.response with-list  2 results, 1 with data",
    "set-request-normal": "SET.request normal  0-0:1.0.0.255 (Clock) attr 2 := octet-string 07ea0b16070c371a00000000",
    "set-response-normal, error": "SET.response normal  read-write-denied (3)",
    "action-request-normal, parameters": "ACTION.request normal  0-0:40.0.0.255 (Association LN) method 1"
    " ( octet-string 0102030405060708 )",
    "action-response-normal, data": "ACTION.response normal  success (0)  octet-string 0102030405060708",
    "access-request, all kinds": "ACCESS.request  1-0:1.8.0.255 (Register) attr 2 and 4 more",
    "access-response, all kinds": "ACCESS.response  3 results, 1 success",
    "event-notification-request": "EVENT-NOTIFICATION.request  1-0:1.8.0.255 (Register) attr 2"
    " = double-long-unsigned 100",
    "data-notification, timed": "DATA-NOTIFICATION  unsigned 5",
    "exception-response, invocation counter": "EXCEPTION.response  service-not-allowed (1),"
    " invocation-counter-error (6), invocation counter 16",
    "confirmed-service-error": "CONFIRMED-SERVICE-ERROR  initiate-error (1), initiate (6), dlms-version-too-low",
    "read-request": "READ.request  variable-name(variable_name=FA08)",
    "glo-get-request": "glo-GET.request  security 30 (suite 0, authentication, encryption, unicast key),"
    " invocation counter 1, 17 octets",
    "rlrq, nothing": "RLRQ",
    "rlre": "RLRE  normal (0)",
    "get-request-with-list, one selective": "GET.request with-list  0-0:96.1.0.255 (Data) attr 2 and 1 more",
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_summary_says_what_the_apdu_is_about(name: str) -> None:
    assert Apdu(SAMPLES[name]).summary() == SUMMARIES[name]


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_the_summary_of_every_captured_apdu_is_one_printable_line(sidecar: Sidecar) -> None:
    for message in sidecar.load()["messages"]:
        for key in ("apdu", "plain"):
            if message.get(key):
                summary = Apdu(bytes.fromhex(message[key])).summary()
                assert summary
                assert summary.isprintable()
                assert len(summary) <= MAX_SUMMARY + 1


def test_values_are_given_as_people_write_them() -> None:
    packet = GetRequestNormal(class_id="Profile generic", logical_name="1-0:99.1.0*255", attribute_id=2)
    assert bytes(packet).hex() == "c001c100070100630100ff0200"
    assert packet.logical_name == "1.0.99.1.0.255"
    assert GetRequestNormal(logical_name="1.0.99.1.0.255") == GetRequestNormal(logical_name="1-0:99.1.0")
    assert bytes(ExceptionResponse(state_error="service-unknown", service_error="pdu-too-long")).hex() == "d80204"
    packet.logical_name = "0-0:1.0.0"
    assert bytes(packet)[5:11] == bytes.fromhex("0000010000ff")


def test_a_name_that_there_is_not_is_a_value_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="state_error: no such name: broken"):
        ExceptionResponse(state_error="broken")
    with pytest.raises(ValueError, match="class_id: no such name: Toaster"):
        GetRequestNormal(class_id="Toaster")
    with pytest.raises(ValueError, match=r"is no logical name; write 1-0:1\.8\.0\.255"):
        GetRequestNormal(logical_name="1-0:1.8.0.256")


def test_an_apdu_stands_behind_any_layer() -> None:
    packet = IP(dst="192.0.2.7") / UDP(dport=9) / GetRequestNormal(class_id=3)
    assert bytes(packet)[28:] == bytes(GetRequestNormal(class_id=3))
    assert GetRequestNormal in packet


def test_a_layer_is_found_inside_another() -> None:
    packet = Apdu(SAMPLES["access-response, all kinds"])
    assert packet.haslayer("AccessRequestGetWithSelection")
    assert packet.getlayer("AccessResponseAction").result == 12
    assert Raw not in packet


def test_reading_never_depends_on_whether_scapy_hides_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    for debug in (0, 1, 2):
        monkeypatch.setattr(conf, "debug_dissector", debug)
        assert Apdu(SAMPLES["get-response-normal"][:-1]).stopped is not None


# who answers whom

RESPONSES = {
    "get-response-normal": {"get-request-normal"},
    "get-response-with-datablock": {"get-request-normal", "get-request-next", "get-request-with-list"},
    "get-response-with-list": {"get-request-with-list"},
    "set-response-normal": {"set-request-normal"},
    "set-response-with-list": {"set-request-with-list"},
    "set-response-datablock": {
        "set-request-with-first-datablock",
        "set-request-with-datablock",
        "set-request-with-list-and-first-datablock",
    },
    "action-response-normal": {
        "action-request-normal",
        "action-request-with-first-pblock",
        "action-request-with-pblock",
    },
    "action-response-with-list": {
        "action-request-with-list",
        "action-request-with-pblock",
        "action-request-with-list-and-first-pblock",
    },
    "access-response": {"access-request"},
    "read-response": {"read-request"},
    "write-response": {"write-request"},
    "aare": {"aarq"},
    "rlre": {"rlrq"},
    "data-notification-confirm": {"data-notification"},
}


@pytest.mark.parametrize("response", RESPONSES)
def test_a_response_answers_its_requests_and_no_others(response: str) -> None:
    packet = Apdu(SAMPLES[response])
    asked = {service_of(name) for name in SAMPLES if packet.answers(Apdu(SAMPLES[name]))}
    assert asked == RESPONSES[response] | {"general-block-transfer"}  # which may have carried any request


@pytest.mark.parametrize("name", [name for name in PROTECTED if name.endswith("-response")])
def test_a_protected_response_answers_its_request_under_the_same_key(name: str) -> None:
    request = name.replace("-response", "-request")
    other = {"glo": "ded", "ded": "glo"}[request[:3]] + request[3:]
    assert Apdu(SAMPLES[name]).answers(Apdu(SAMPLES[request]))
    assert not Apdu(SAMPLES[name]).answers(Apdu(SAMPLES[other]))


@pytest.mark.parametrize("request_", [name for name in SAMPLES if "request" in name and "," not in name])
def test_an_exception_answers_whatever_is_asked(request_: str) -> None:
    unanswered = SERVER_ASKS_NOTHING | {"initiate-request", "unconfirmed-write-request"}
    plain = service_of(request_).removeprefix("glo-").removeprefix("ded-")
    answers = Apdu(SAMPLES["exception-response"]).answers(Apdu(SAMPLES[request_]))
    assert answers == (plain not in unanswered)


def test_another_invoke_id_is_another_request() -> None:
    request = GetRequestNormal(invoke_id_and_priority=0xC1)
    assert GetResponseNormal(invoke_id_and_priority=0x41).answers(request)  # the same id at normal priority
    assert not GetResponseNormal(invoke_id_and_priority=0xC2).answers(request)
    asked, answered = Apdu(SAMPLES["access-request"]), Apdu(SAMPLES["access-response"])
    assert answered.answers(asked)
    answered.long_invoke_id_and_priority = 0x40000002
    assert not answered.answers(asked)


@pytest.mark.parametrize("request_", ["get-request-normal", "set-request-normal", "access-request", "aarq"])
def test_an_answer_may_come_in_blocks(request_: str) -> None:
    assert Apdu(SAMPLES["general-block-transfer"]).answers(Apdu(SAMPLES[request_]))
    assert not Apdu(SAMPLES["general-block-transfer"]).answers(Apdu(SAMPLES["data-notification"]))


def test_nothing_answers_what_is_no_apdu() -> None:
    assert not Apdu(SAMPLES["get-response-normal"]).answers(Raw(b"hello"))


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_every_response_of_a_capture_answers_the_request_before_it(sidecar: Sidecar) -> None:
    asked: dict[Any, Packet] = {}
    for message in sidecar.load()["messages"]:
        if not message.get("apdu"):
            continue
        packet = Apdu(bytes.fromhex(message["apdu"]))
        if packet.service in SERVER_ASKS_NOTHING or sidecar.name.startswith("push_"):
            continue
        conversation = message["conv"]
        if message["dir"] == "c2s":
            asked[conversation] = packet
            continue
        request = asked[conversation]
        assert packet.answers(request), (packet.summary(), request.summary())
        assert packet.hashret() == request.hashret()
        assert not request.answers(packet) or request.service.startswith("general-")  # either side sends those
        other = request.copy()
        if "invoke_id_and_priority" in other.fields and "invoke_id_and_priority" in packet.fields:
            other.invoke_id_and_priority ^= 1
            assert not packet.answers(other)
