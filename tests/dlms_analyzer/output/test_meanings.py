"""What messages mean, beside what they are."""

from __future__ import annotations

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.items import Answer, Asked, Item
from dlms_analyzer.meaning import learn, model_of
from dlms_analyzer.messages import Message, Reassembled
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.meanings import line_meaning, tree_meanings
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import message_tree, tree_lines
from tests.support import CAPTURES

PLAIN = Style(enabled=False)


def lines_of(name: str, *, tree: bool = False, keys: str | None = None) -> str:
    """A capture as `read` prints it."""
    meters = Meters()
    writer = LineWriter(PLAIN, meters=meters)
    found = []
    given = None if keys is None else str(CAPTURES / keys)
    for message in dlms.open(CAPTURES / f"{name}.pcap", keys=given).messages:
        learn(meters, message)
        found.append(writer.line(message))
        found += tree_lines(message, PLAIN, meters=meters) if tree else ()
    return "\n".join(found)


def a_response() -> tuple[MeterModel, Message]:
    message = next(
        one for one in dlms.open(CAPTURES / "ln_wrapper_low.pcap").messages if one.service == "set-response-normal"
    )
    return MeterModel(), message


def test_the_line_of_a_response_says_what_was_read() -> None:
    text = lines_of("ln_wrapper_low")
    assert "(Data) attr 2  COSEM logical device name = 'GRX0000000123456'" in text
    assert "channel 1 = 0.09 Wh" in text
    assert "clock, time_zone := 60" in text
    assert "4 accesses with success" in text
    assert "current association = 52 objects" in text


def test_a_push_says_how_many_values_it_has_and_how_that_is_known() -> None:
    assert lines_of("push_tcp_hdlc").count("6 values (push_object_list in the body)") == 5


def test_the_elements_of_a_selective_access_are_named() -> None:
    text = lines_of("ln_wrapper_low", tree=True)
    assert "structure[4]  = entries 1 to 2" in text
    assert "3: long-unsigned 0  = to_selected_value" in text
    assert "= restricting_object" in text
    assert "1: octet-string 0000010000ff  = logical_name" in text
    assert "3: array[0]  = selected_values\n" in text
    assert "= from_value: 2026-11-22T11:37:23+00:00" in text


def test_a_refused_access_says_nothing_more() -> None:
    refused = [line for line in lines_of("ln_wrapper_low").splitlines() if "read-write-denied" in line]
    assert refused
    assert not [line for line in refused if " = " in line]


def test_a_secret_that_was_written_is_on_no_line_unless_asked_for() -> None:
    model, message = a_response()
    asked = Asked(15, parse("0-0:40.0.0"), attribute=7, data=(9, b"secret42"))
    message = message._replace(items=(Item(asked, Answer("success")),))
    assert line_meaning(model, message) == ""
    assert line_meaning(model, message, show_secrets=True) != ""


def test_a_tree_names_objects_attributes_and_elements() -> None:
    text = lines_of("ln_wrapper_low", tree=True)
    assert "logical_name: 1-0:99.1.0.255  = load profile 1 (interval)" in text
    assert "attribute_id: 7  = entries_in_use" in text
    assert "method_id: 2  = capture" in text
    assert "0: integer -2  = scaler" in text
    assert "1: enum 30  = unit: Wh" in text
    assert "(scaler_unit of 1-1:21.25.0*255: 0.01 Wh)" in text


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("ln_wrapper_low", None),
        ("ln_wrapper_gmac_glo", "ln_wrapper_gmac_glo.keys.toml"),
        ("j_ln_hdlc_hls2_profile200", None),
    ],
)
def test_reassembled_and_deciphered_trees_are_explained_too(name: str, keys: str | None) -> None:
    text = lines_of(name, tree=True, keys=keys)
    reassembled = text[text.index("reassembled from messages") :].splitlines()
    assert "  = " in reassembled[1]
    assert "  = " in reassembled[3]


def test_values_of_a_push_in_blocks_are_explained_in_the_reassembled_tree() -> None:
    text = lines_of("push_udp_gbt", tree=True)
    assert "notification_body: structure[6]  = 6 values, told by: push_object_list in the body" in text
    assert "double-long-unsigned 9876543  = active energy import (total): 9876543" in text


def test_a_list_that_came_in_blocks_is_a_tree_of_its_results() -> None:
    meters = Meters()
    capture = list(dlms.open(CAPTURES / "ln_wrapper_low.pcap").messages)
    for message in capture:
        learn(meters, message)
    whole = next(one for one in capture if one.service == "get-response-with-list")
    carried = Reassembled("get-response-with-list", whole.octets[3:], (1, 2))
    joined = whole._replace(service="get-response-with-datablock", reassembled=carried)
    lines = list(tree_lines(joined, PLAIN, meters=meters))
    below = "\n".join(lines[next(at for at, line in enumerate(lines) if "reassembled from" in line) :])
    assert "= COSEM logical device name: 'GRX0000000123456'" in below
    assert "0.11 Wh" in below


def test_short_names_are_explained_once_the_object_list_passed_by() -> None:
    assert "= clock" in lines_of("j_sn_wrapper_none", tree=True)


def test_a_secret_tree_has_names_but_no_values() -> None:
    _, message = a_response()
    capture = list(dlms.open(CAPTURES / "ln_wrapper_low.pcap").messages)
    meters = Meters()
    found = next(one for one in capture if one.service == "set-request-normal")
    tree = message_tree(found)
    assert tree is not None
    shown = tree_meanings(model_of(meters, message), found, tree)
    hidden = tree_meanings(model_of(meters, message), found, tree, secret=True)
    assert len(hidden) == 2
    assert len(shown) > len(hidden)


def test_text_of_a_meter_cannot_move_the_cursor() -> None:
    meters = Meters()
    _, message = a_response()
    asked = Asked(1, parse("0-0:96.1.0"), attribute=2)
    message = message._replace(items=(Item(asked, Answer("success", (12, b"a\x1b[2Jb"))),))
    assert "\x1b" not in LineWriter(PLAIN, meters=meters).line(message)
