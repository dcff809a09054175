"""What messages mean: accesses with names and values, pushes as accesses of their own."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.capture import open_captures
from dlms_analyzer.cosem import MeterModel, dotted
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.meaning import (
    Access,
    access,
    accesses,
    learn,
    learn_name,
    model_of,
    note,
    place_of,
    place_of_server,
    push_of,
    resolved,
)
from dlms_analyzer.messages import Message
from tests.support import CAPTURES

ENERGY = bytes((1, 0, 1, 8, 0, 255))


def messages(name: str) -> list[Message]:
    return list(dlms.open(CAPTURES / f"{name}.pcap").messages)


def meant(name: str) -> list[Access]:
    meters = Meters()
    found: list[Access] = []
    for message in messages(name):
        model = model_of(meters, message)
        note(model, message)
        found += accesses(model, message)
    return found


def test_a_register_is_scaled_once_its_scaler_passed_by() -> None:
    values = [
        one
        for one in meant("ln_wrapper_low")
        if one.answer is not None and one.asked is not None and one.asked.class_id == 3 and one.asked.attribute == 2
    ]
    shown = [one.shown for one in values if one.shown is not None]
    assert shown[-1].unit == "Wh"
    assert shown[-1].scaled == Decimal(shown[-1].value) / 100
    assert values[-1].name == "L1 active power import (QI+QIV), last average 3, channel 1"


@pytest.mark.parametrize("name", ["push_udp_gbt", "push_tcp_hdlc"])
def test_a_push_in_blocks_or_segments_becomes_named_values(name: str) -> None:
    found = {
        dotted(one.asked.logical_name): one.shown
        for one in meant(name)
        if one.asked is not None and one.asked.logical_name is not None
    }
    said = {code: None if shown is None else shown.value for code, shown in found.items()}
    assert said["1.0.1.7.0.255"] == 1234
    assert said["1.0.1.8.0.255"] == 9876543
    assert said["0.0.42.0.0.255"] == "GRX0000000123456"
    assert str(said["0.0.1.0.0.255"]).startswith("2026-03-04T05:06:07")


def test_short_names_are_resolved_by_the_object_list() -> None:
    names = {
        (one.asked.class_id, dotted(one.asked.logical_name), one.asked.attribute)
        for one in meant("j_sn_wrapper_none")
        if one.asked is not None and one.asked.base_name is not None and one.asked.logical_name is not None
    }
    assert (3, "1.1.21.25.0.255", 2) in names
    assert (8, "0.0.1.0.0.255", 2) in names


def test_a_short_name_of_an_unknown_object_keeps_its_number() -> None:
    asked = Asked(base_name=0x108)
    assert resolved(MeterModel(), asked) is asked
    found = access(MeterModel(), asked, Answer("success", (6, 5)))
    assert (found.name, found.asked) == (None, asked)
    assert found.shown is not None
    assert found.shown.value == 5


def test_a_refused_write_teaches_nothing() -> None:
    model = MeterModel()
    scaler = (2, ((15, 3), (22, 30)))
    message = next(one for one in messages("ln_wrapper_low") if one.items)
    asked = Asked(3, ENERGY, attribute=3, data=scaler)
    note(model, message._replace(items=(message.items[0]._replace(asked=asked, answer=Answer("read-write-denied")),)))
    assert not model.scaler_units
    note(model, message._replace(items=(message.items[0]._replace(asked=asked, answer=Answer("success")),)))
    assert model.scaler_units


def test_parameters_of_methods_and_what_they_return_are_shown() -> None:
    asked = Asked(70, bytes((0, 0, 96, 3, 10, 255)), method=1, data=(15, 0))
    request = access(MeterModel(), asked, None)
    assert request.name == "disconnect control (breaker)"
    assert request.shown is not None
    assert "remote_disconnect" in request.shown.rule
    response = access(MeterModel(), asked, Answer("success", (9, b"text")))
    assert response.shown is not None
    assert response.shown.value == "text"
    assert access(MeterModel(), asked, Answer("success")).shown is None
    assert access(MeterModel(), None, Answer("success", (17, 1))).name is None


def test_a_selective_access_is_said_in_words() -> None:
    selection = (2, (2, ((6, 1), (6, 2), (18, 1), (18, 0))))
    found = access(MeterModel(), Asked(7, bytes((1, 0, 99, 1, 0, 255)), attribute=2, selection=selection), None)
    assert found.selection == "entries 1 to 2"


def test_a_meter_is_found_where_the_server_is() -> None:
    first, second = messages("ln_wrapper_low")[:2]
    assert place_of(first) == place_of(second) == "127.0.0.1:4063/1"
    hdlc = messages("ln_hdlc_modee_low")
    assert len({place_of(message) for message in hdlc if message.server_sap is not None}) == 1


def test_a_push_whose_names_have_no_tags_is_read_all_the_same() -> None:
    body = "0202 1601 0101 0202 0003 0100010800ff 02 0600000008"
    octets = bytes.fromhex("0f 00000001 00" + body)
    message = next(one for one in messages("push_tcp_hdlc") if one.service == "data-notification")
    broken = message._replace(record=None, buf=octets, start=0, end=len(octets))
    push = push_of(MeterModel(), broken)
    assert push is not None
    assert push.items[0].shown.value == 8
    noise = octets[:7]
    assert push_of(MeterModel(), message._replace(record=None, buf=noise, start=0, end=len(noise))) is None
    assert push_of(MeterModel(), messages("ln_wrapper_low")[0]) is None


def test_a_name_is_learnt_from_messages_of_which_only_the_head_was_read() -> None:
    analyzer = dlms.Analyzer(heads=True)
    meters = Meters()
    with closing(open_captures([CAPTURES / "ln_wrapper_low.pcap"])) as frames:
        for frame in frames:
            for message in analyzer.feed(frame):
                learn_name(meters, message)
    (association,) = analyzer.associations
    assert meters.find(place_of_server(association)).logical_device_name == "GRX0000000123456"


def test_a_push_teaches_the_name_of_its_meter() -> None:
    meters = Meters()
    for message in messages("push_tcp_hdlc"):
        model = learn(meters, message)
        assert model is not None
        assert model.called == "GRX0000000123456"


def test_a_message_without_accesses_teaches_nothing() -> None:
    meters = Meters()
    assert learn(meters, messages("ln_wrapper_low")[0]) is None
    assert len(meters) == 0
