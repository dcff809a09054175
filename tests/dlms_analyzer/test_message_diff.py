"""What differs between two messages, by octets and by fields."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.message_diff import MAX_EDITS, Cells, Change, Difference, Run, difference, octet_runs
from dlms_analyzer.output.tree import Section, sections
from dlms_analyzer.security.keyring import Keyring
from scapy_layers import trace_apdu
from tests.dlms_analyzer.script import GET, OTHER_GET, VALUE
from tests.support import CAPTURES

WITH_LIST = bytes.fromhex("c003c10200030100010800ff020000030100010800ff0300")
LONGER_LIST = bytes.fromhex("c003c10300030100010800ff020000030100010800ff030000010000600100ff0200")


def section(apdu: bytes) -> Section:
    return Section("sent", "", apdu, (trace_apdu(apdu, 0, len(apdu)),), {})


def compared(left: bytes, right: bytes) -> Difference:
    return difference(section(left), section(right))


def changes(found: Difference) -> dict[str, Change]:
    return {pair.name: pair.change for pair in found.fields}


def spelled(left: bytes, right: bytes) -> list[tuple[str, bytes, bytes]]:
    return [
        (run.change.value, left[run.left : run.left_end], right[run.right : run.right_end])
        for run in octet_runs(left, right)
    ]


def test_two_requests_for_other_objects_differ_in_the_fields_that_say_so() -> None:
    found = compared(GET, OTHER_GET)
    said = changes(found)
    assert said["logical_name"] is Change.CHANGED
    assert said["class_id"] is said["attribute_id"] is Change.SAME
    assert said["get-request-normal"] is Change.CHANGED
    assert not found.same


def test_the_fields_of_a_pair_stand_behind_it_and_deeper() -> None:
    pairs = compared(GET, OTHER_GET).fields
    assert pairs[0].depth == 0
    assert {pair.depth for pair in pairs[1:]} >= {1, 2}
    assert [pair.left for pair in pairs] == [node for _, node in trace_apdu(GET, 0, len(GET)).walk()]


def test_a_message_does_not_differ_from_itself() -> None:
    found = compared(WITH_LIST, WITH_LIST)
    assert found.same
    assert {pair.change for pair in found.fields} == {Change.SAME}
    assert found.runs == (Run(Change.SAME, 0, len(WITH_LIST), 0, len(WITH_LIST)),)


def test_an_element_that_only_one_list_has_stands_alone_with_all_that_is_in_it() -> None:
    found = compared(WITH_LIST, LONGER_LIST)
    added = [pair for pair in found.fields if pair.change is Change.RIGHT]
    assert added
    assert all(pair.left is None and pair.right is not None for pair in added)
    assert b"\x00\x00\x60\x01\x00\xff" in [pair.right.value for pair in added if pair.right is not None]
    mirrored = compared(LONGER_LIST, WITH_LIST)
    assert [pair.change for pair in mirrored.fields].count(Change.LEFT) == len(added)


def test_messages_of_different_services_are_compared_by_the_names_of_their_fields() -> None:
    said = changes(compared(GET, VALUE))
    assert said["tag"] is Change.CHANGED
    assert said["invoke_id_and_priority"] is Change.SAME
    assert said["class_id"] is Change.LEFT
    assert said["result"] is Change.RIGHT


def test_octets_that_were_put_in_leave_the_others_aligned() -> None:
    assert spelled(b"abcdefgh", b"abXYZcdefgh") == [
        ("same", b"ab", b"ab"), ("only right", b"", b"XYZ"), ("same", b"cdefgh", b"cdefgh"),
    ]  # fmt: skip
    assert spelled(b"abcdefgh", b"abfgh") == [
        ("same", b"ab", b"ab"), ("only left", b"cde", b""), ("same", b"fgh", b"fgh"),
    ]  # fmt: skip


def test_octets_that_changed_in_their_place_are_compared_there() -> None:
    assert spelled(GET, OTHER_GET) == [
        ("same", GET[:2], GET[:2]),
        ("changed", b"\xc1", b"\xc2"),
        ("same", GET[3:7], GET[3:7]),
        ("changed", b"\x01", b"\x02"),
        ("same", GET[8:], GET[8:]),
    ]


def test_a_single_octet_that_is_alike_by_chance_does_not_part_a_difference() -> None:
    assert spelled(b"..abXcd..!", b"..efXghi..!") == [
        ("same", b"..", b".."), ("changed", b"abXcd", b"efXghi"), ("same", b"..!", b"..!"),
    ]  # fmt: skip


def test_nothing_is_compared_with_something() -> None:
    assert spelled(b"", b"") == []
    assert spelled(b"", b"ab") == [("only right", b"", b"ab")]
    assert spelled(b"ab", b"") == [("only left", b"ab", b"")]


def test_octets_with_little_in_common_are_compared_as_a_whole_or_place_by_place() -> None:
    random = Random(62056)
    left, right = random.randbytes(3 * MAX_EDITS), random.randbytes(3 * MAX_EDITS + 1)
    assert [run.change for run in octet_runs(left, right)] == [Change.CHANGED]
    places = spelled(left, right[:-1])
    assert sum(len(one) for change, one, _ in places if change == "same") == sum(
        one == other for one, other in zip(left, right, strict=False)
    )


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
def test_runs_cover_both_sides_and_what_is_the_same_is_the_same(start: bytes, one: bytes, other: bytes) -> None:
    left, right = start + one + start, start + other
    runs = list(octet_runs(left, right))
    at = (0, 0)
    for run in runs:
        assert (run.left, run.right) == at
        at = (run.left_end, run.right_end)
        same = left[run.left : run.left_end] == right[run.right : run.right_end]
        assert same == (run.change is Change.SAME)
    assert at == (len(left), len(right))
    assert not any(one.change is other.change is Change.SAME for one, other in pairwise(runs))


@pytest.mark.parametrize("name", ["sent", "deciphered"])
def test_ciphered_messages_are_compared_as_sent_or_deciphered(name: str) -> None:
    keys = Keyring()
    load_keys_file(keys, str(CAPTURES / "ln_wrapper_gmac_glo.keys.toml"))
    capture = IndexedCapture(open_capture(CAPTURES / "ln_wrapper_gmac_glo.pcap"), keys=keys)
    for _ in capture.read():
        pass
    requests = [
        number for number in range(1, len(capture.table) + 1) if capture.table.row(number).outer == "glo-get-request"
    ][:2]
    one, other = (
        next(found for found in sections(capture.message(number)) if found.name == name) for number in requests
    )
    said = changes(difference(one, other))
    assert ("logical_name" in said) == (name == "deciphered")
    assert ("invocation_counter" in said) == (name == "sent")


def test_cells_put_octets_of_both_sides_beside_each_other() -> None:
    cells = Cells(list(octet_runs(b"abcdefgh", b"abXYZcdeh")))
    shown = [(cell.change.value, cell.left, cell.right) for cell in (cells[at] for at in range(len(cells)))]
    assert shown == [
        ("same", 0, 0), ("same", 1, 1), ("only right", None, 2), ("only right", None, 3), ("only right", None, 4),
        ("same", 2, 5), ("same", 3, 6), ("same", 4, 7), ("only left", 5, None), ("only left", 6, None),
        ("same", 7, 8),
    ]  # fmt: skip
    assert [cells.of(left, right) for left, right in ((0, 0), (None, 3), (5, None), (7, 8), (99, 99))] == [
        0,
        3,
        8,
        10,
        10,
    ]
    with pytest.raises(IndexError, match="there are 11"):
        cells[11]


def test_differences_are_gone_through_in_both_directions() -> None:
    cells = Cells(list(octet_runs(b"abcdefgh", b"abXYZcdeh")))
    assert [cells.next_difference(at) for at in (0, 2, 8, 10)] == [2, 8, None, None]
    assert [cells.next_difference(at, backwards=True) for at in (0, 2, 8, 10)] == [None, None, 2, 8]


def test_there_are_no_cells_of_nothing() -> None:
    cells = Cells(())
    assert (len(cells), cells.of(0, 0), cells.next_difference(0)) == (0, 0, None)
