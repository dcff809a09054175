"""From fields in trees to filters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dlms_analyzer.filters import compile_filter
from dlms_analyzer.filters.from_node import condition_of
from dlms_analyzer.output.tree import sections
from scapy_layers import Node
from tests.dlms_analyzer.filters.test_compiled import CIPHERED, HDLC, PLAIN, messages


def nodes(node: Node, parents: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    yield node, parents
    for child in node.children:
        yield from nodes(child, (*parents, node.name))


def conditions(name: str, number: int, section: str = "sent") -> dict[str, str | None]:
    """Field of a message to its condition."""
    message = messages(name)[number - 1]
    found: dict[str, str | None] = {}
    for one in sections(message):
        if one.name == section:
            for top in one.nodes:
                found |= {node.name: condition_of(message, None, node, parents) for node, parents in nodes(top)}
    return found


def test_fields_of_every_kind_become_conditions() -> None:
    request = conditions(PLAIN, 41)
    assert request["get-request-normal"] == "dlms.service == get-request-normal"
    assert request["class_id"] == "dlms.class_id == 3"
    assert request["logical_name"] == "dlms.logical_name == 1-1:21.25.0.255"
    assert request["service_class"] == "dlms.invoke_id_and_priority.service_class == 1"
    opening = conditions(PLAIN, 1)
    assert opening["application_context_name"] == "dlms.application_context_name == logical-name"
    assert opening["sender_acse_requirements"] == "dlms.sender_acse_requirements == 07:80"


def test_a_secret_that_is_not_shown_becomes_no_condition_that_names_it() -> None:
    value = conditions(PLAIN, 1)["calling_authentication_value"]
    assert value == "dlms.calling_authentication_value"


def test_link_frames_have_conditions_on_their_own_layer() -> None:
    number = next(one.number for one in messages(HDLC) if one.service == "snrm")
    found = conditions(HDLC, number)
    assert str(found["control"]).startswith("hdlc.control == ")


@pytest.mark.parametrize("name", [PLAIN, CIPHERED, HDLC])
def test_the_message_itself_fulfils_every_condition_that_is_made_of_it(name: str) -> None:
    made = 0
    for message in messages(name)[:40]:
        for section in sections(message):
            for top in section.nodes:
                for node, parents in list(nodes(top))[:60]:
                    text = condition_of(message, None, node, parents)
                    if text is not None:
                        made += 1
                        assert compile_filter(text).matches(message), text
    assert made > 100
