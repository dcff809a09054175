"""The tree of a message, also where what it completes cannot be read."""

from __future__ import annotations

from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines
from tests.dlms_analyzer.dialogue import Dialogue


def test_joined_blocks_that_hold_no_data_are_shown_as_octets_with_the_reason() -> None:
    talk = Dialogue()
    talk.client(bytes.fromhex("c001c1 0007 0100630100ff 02 00"))
    (completed,) = talk.server(bytes.fromhex("c402c1 01 00000001 00 04 09b2aabb"))
    assert completed.reassembled is not None
    lines = list(tree_lines(completed, Style(False)))
    assert lines[-1].strip() == "0..4     octets: 09b2aabb  [B2 is no definite length at offset 1]"
