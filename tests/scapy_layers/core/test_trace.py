"""The detail tree shows every octet, whatever stands in it."""

from __future__ import annotations

import pytest

from scapy_layers import Node, tolerant, trace_apdu
from tests.scapy_layers.agreement import agree, spans_nest
from tests.scapy_layers.samples import SAMPLES


def tree_of(octets: bytes) -> Node:
    with tolerant():
        return trace_apdu(octets, 0, len(octets))


def leaves(node: Node) -> list[Node]:
    return [inner for _, inner in node.walk() if not inner.children]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_tree_covers_every_octet_of_a_sample(name: str) -> None:
    octets = SAMPLES[name]
    tree = tree_of(octets)
    spans_nest(tree)
    assert (tree.start, tree.end, tree.error) == (0, len(octets), None)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_tree_read_in_the_middle_of_a_buffer_has_the_offsets_of_the_buffer(name: str) -> None:
    octets = SAMPLES[name]
    alone = [(node.name, node.start + 7, node.end + 7) for _, node in tree_of(octets).walk()]
    with tolerant():
        within = trace_apdu(bytes(7) + octets + bytes(5), 7, 7 + len(octets))
    assert [(node.name, node.start, node.end) for _, node in within.walk()] == alone


def test_what_stands_behind_the_element_that_cannot_be_read_is_a_node() -> None:
    octets = bytes.fromhex("c401c1000103110511067700")  # an array of three whose third element has no known type
    tree = tree_of(octets)
    result = tree.children[-1]
    assert [node.name for node in result.children] == ["choice", "data", "undecoded"]
    data, rest = result.children[1:]
    assert [node.text for node in data.children] == ["unsigned 5", "unsigned 6"]
    assert (rest.start, rest.end, rest.value) == (10, 12, b"\x77\x00")
    assert tree.error == "77 is no data type at offset 10"


def test_the_reason_is_given_once_however_deep_it_was_found() -> None:
    for _, node in tree_of(bytes.fromhex("c403c102000201020111")).walk():
        assert node.error is None or node.error.count(" at offset ") == 1


def test_a_list_that_breaks_off_keeps_what_follows_visible() -> None:
    octets = bytes.fromhex("c003c1020001000060 0100ff0200 0008 000001")
    tree = tree_of(octets)
    assert tree.error
    spans_nest(tree)
    assert leaves(tree)[-1].end == len(octets)


def test_octets_left_over_inside_a_tag_are_a_node_and_a_note() -> None:
    octets = bytes.fromhex("6120a109060760857405080101a203020100a305a103020100be070405 0e010601 77")
    octets = octets[:1] + bytes((len(octets) - 2,)) + octets[2:]
    packet, _ = agree(octets)
    assert [(note.code, note.offset) for note in packet.notes] == [("trailing-octets", len(octets) - 1)]
    user_information = next(node for node in tree_of(octets).children if node.name == "user_information")
    assert (user_information.children[-1].name, user_information.children[-1].value) == ("trailing", b"\x77")


def test_octets_left_over_inside_a_length_are_a_node_and_stop_a_strict_tree() -> None:
    octets = bytes.fromhex("6204 80020001")
    with tolerant() as notes:
        trace_apdu(octets, 0, len(octets))
    assert [note.code for note in notes] == ["trailing-octets"]
    strict = trace_apdu(octets, 0, len(octets))
    assert strict.error
    assert leaves(strict)[-1].name == "undecoded"


def test_an_oddity_is_noted_once() -> None:
    octets = bytes.fromhex("c001c100030100010800ff02050100")  # the usage octet of the selection is 05
    with tolerant() as notes:
        trace_apdu(octets, 0, len(octets))
    assert [(note.code, note.offset) for note in notes] == [("usage-octet", 12)]


def test_a_walk_visits_every_node_with_its_depth() -> None:
    tree = tree_of(SAMPLES["get-response-normal"])
    assert [(depth, node.name) for depth, node in tree.walk()] == [
        (0, "get-response-normal"),
        (1, "tag"),
        (1, "choice"),
        (1, "invoke_id_and_priority"),
        (2, "invoke_id"),
        (2, "service_class"),
        (2, "priority"),
        (1, "result"),
        (2, "choice"),
        (2, "data"),
    ]
