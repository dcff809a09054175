"""The ladder of an association or a conversation: which rungs there are, and what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.associations.association import Association
from dlms_analyzer.capture import open_capture, open_captures
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.ladder import Ladder, Protection, Reply, RungKind
from dlms_analyzer.ladder import ladder as ladder_module
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.notes import Severity
from dlms_analyzer.security.keyring import Keyring
from tests.dlms_analyzer.script import BLOCKS, GET, OTHER_GET, OTHER_VALUE, REFUSED, VALUE, Script
from tests.support import CAPTURES, Sidecar, usual_sidecars

UNCONFIRMED_SET = bytes.fromhex("c1018100010000600100ff02000905" + "68656c6c6f")
EVENT = bytes.fromhex("c20000010000600100ff020f01")
AARQ = bytes.fromhex("601da109060760857405080101be10040e01000000065f1f0400007e1fffff")
AARE = bytes.fromhex("6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f0400007e1f04000007")


def indexed(name: str) -> IndexedCapture:
    """A sample capture, with the keys beside it."""
    keys, path = Keyring(), CAPTURES / f"{name}.keys.toml"
    if path.exists():
        load_keys_file(keys, str(path))
    capture = IndexedCapture(open_capture(CAPTURES / f"{name}.pcap"), keys=keys)
    for _ in capture.read():
        pass
    return capture


def climbed(capture: IndexedCapture, of: Association | Conversation | None = None) -> Ladder:
    """The whole ladder of something, of the first association unless told otherwise."""
    ladder = Ladder(capture, capture.table.associations[0] if of is None else of)
    for _ in ladder.grow():
        pass
    return ladder


def kinds(ladder: Ladder) -> list[str]:
    return [ladder[index].kind.value for index in range(len(ladder))]


def test_a_request_and_its_answer_are_one_rung_that_says_what_was_asked_and_how_long_it_took(tmp_path: Path) -> None:
    ladder = climbed(Script().client(GET).server(VALUE).index(tmp_path))
    (rung,) = (ladder[index] for index in range(len(ladder)))
    assert (rung.kind, rung.first, rung.answer, rung.messages) == (RungKind.EXCHANGE, 1, 2, 2)
    assert (rung.sender, rung.service, rung.result) == (Sender.CLIENT, "get-request-normal", "success")
    (asked,) = rung.asked
    assert (asked.class_id, asked.logical_name, asked.attribute) == (3, bytes.fromhex("0100010800ff"), 2)
    assert rung.latency == 10_000_000
    assert rung.octets == len(GET) + len(VALUE)
    assert (rung.reply, rung.repeated, rung.severity) == (Reply.COMPLETE, False, None)
    assert rung.since is None


def test_blocks_fold_into_the_exchange_that_they_belong_to(tmp_path: Path) -> None:
    script = Script().client(GET)
    for side, block in zip((script.server, script.client, script.server), BLOCKS, strict=True):
        side(block)
    ladder = climbed(script.client(OTHER_GET).server(OTHER_VALUE).index(tmp_path))
    assert [ladder.numbers(index) for index in range(len(ladder))] == [[1, 2, 3, 4], [5, 6]]
    assert ladder[0].reply is Reply.COMPLETE
    assert ladder[0].latency == 30_000_000
    assert ladder[1].since == 10_000_000


def test_a_transfer_that_stops_is_not_complete(tmp_path: Path) -> None:
    ladder = climbed(Script().client(GET).server(BLOCKS[0]).client(BLOCKS[1]).index(tmp_path))
    assert (ladder[0].reply, ladder[0].messages) == (Reply.UNFINISHED, 3)


def test_pipelined_exchanges_keep_their_late_answers_and_a_push_between_stands_alone(tmp_path: Path) -> None:
    script = Script().client(GET).client(OTHER_GET).server(EVENT).server(OTHER_VALUE).server(VALUE)
    ladder = climbed(script.index(tmp_path))
    assert [ladder.numbers(index) for index in range(len(ladder))] == [[1, 5], [2, 4], [3]]
    assert [ladder.near(number) for number in (1, 2, 3, 4, 5, 6)] == [0, 1, 2, 1, 0, 0]
    assert kinds(ladder) == ["exchange", "exchange", "message"]
    assert ladder[2].reply is Reply.NOT_DUE


def test_an_exchange_that_is_no_longer_followed_goes_on_in_a_rung_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder_module, "MAX_OPEN", 1)
    ladder = climbed(Script().client(GET).client(OTHER_GET).server(OTHER_VALUE).server(VALUE).index(tmp_path))
    assert [ladder.numbers(index) for index in range(len(ladder))] == [[1], [2, 3], [4]]


def test_an_answer_is_waited_for_until_the_capture_ends_and_missing_then(tmp_path: Path) -> None:
    path = tmp_path / "live.pcap"
    path.write_bytes(Script().client(GET).octets())
    source = open_capture(path, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    ladder = climbed(capture)
    assert ladder[0].reply is Reply.WAITING
    capture.finish()
    assert ladder[0].reply is Reply.MISSING
    source.close()


def test_no_answer_is_due_to_an_unconfirmed_request(tmp_path: Path) -> None:
    assert climbed(Script().client(UNCONFIRMED_SET).index(tmp_path))[0].reply is Reply.NOT_DUE
    ladder = climbed(Script().client(UNCONFIRMED_SET).client(GET).server(VALUE).index(tmp_path))
    assert [ladder[index].reply for index in range(2)] == [Reply.NOT_DUE, Reply.COMPLETE]
    assert ladder.trouble(-1) is None


def test_trouble_is_found_in_both_directions(tmp_path: Path) -> None:
    script = Script().client(GET).server(VALUE).client(GET).server(REFUSED).client(GET).server(VALUE).client(GET)
    ladder = climbed(script.index(tmp_path))
    assert [ladder.trouble(index) for index in (-1, 0, 1, 2, 3)] == [1, 1, 3, 3, None]
    assert [ladder.trouble(index, backwards=True) for index in (0, 1, 2, 3)] == [None, None, 1, 1]
    assert ladder[1].result == "read-write-denied"


def test_a_long_pause_is_a_rung_unless_the_client_waits_for_an_answer(tmp_path: Path) -> None:
    script = Script().client(GET).wait(7).server(VALUE).wait(8.99).client(GET).server(VALUE)
    ladder = climbed(script.index(tmp_path))
    assert kinds(ladder) == ["exchange", "silence", "exchange"]
    assert ladder[1].text == "9.0 s without a message"
    assert ladder[1].messages == ladder.count(1) == 0
    assert ladder.numbers(1) == []
    assert ladder[0].latency == 7_010_000_000


def test_lost_octets_are_a_rung_before_the_message_that_shows_it(tmp_path: Path) -> None:
    script = Script().client(GET).server(VALUE).lose(30, client=True).client(GET)
    script.lose(30, client=True).client(GET).server(VALUE).client(GET).server(VALUE)
    ladder = climbed(script.index(tmp_path))
    gaps = [ladder[index] for index in range(len(ladder)) if ladder[index].kind is RungKind.GAP]
    assert gaps
    assert "octets" in gaps[0].text
    assert ladder.trouble(-1) == gaps[0].position


def test_segments_sent_again_are_a_rung_before_the_next_message_of_their_sender(tmp_path: Path) -> None:
    script = Script().client(GET).again().server(VALUE).client(OTHER_GET).server(OTHER_VALUE)
    ladder = climbed(script.index(tmp_path))
    assert kinds(ladder) == ["exchange", "again", "exchange"]
    assert ladder[1].text == "21 TCP octets came again in frame 2"
    assert ladder.trouble(-1) is None


def test_a_repeated_request_is_one_rung_with_the_first(tmp_path: Path) -> None:
    ladder = climbed(Script().client(GET).wait(2).client(GET).server(VALUE).index(tmp_path))
    assert (len(ladder), ladder[0].messages, ladder[0].repeated) == (1, 3, True)
    assert ladder[0].severity is Severity.NOTE


def test_a_connection_that_is_cut_is_the_last_rung_and_says_what_was_lost_by_it(tmp_path: Path) -> None:
    ladder = climbed(Script().client(GET).server(VALUE).client(GET).hang_up().index(tmp_path))
    assert kinds(ladder) == ["exchange", "exchange", "end"]
    assert "the request in message 3 was not answered" in ladder[2].text
    assert ladder[2].association is not None


def test_a_conversation_has_a_rung_for_the_beginning_of_each_association(tmp_path: Path) -> None:
    script = Script().client(AARQ).client(GET).server(VALUE).client(AARQ).client(AARQ, sap=32).client(GET, sap=32)
    capture = script.index(tmp_path)
    ladder = climbed(capture, capture.table.conversations[0])
    assert kinds(ladder).count("begin") == len(capture.table.associations)
    assert ladder[0].text == "association 0: client 16, server 1"
    alone = climbed(capture, capture.table.associations[-1])
    assert "begin" not in kinds(alone)
    assert [ladder[index].association for index in range(len(ladder))][-1] is capture.table.associations[-1]


def test_an_association_says_after_which_one_it_begins_and_whether_that_was_released(tmp_path: Path) -> None:
    released = (bytes.fromhex("6203800100"), bytes.fromhex("6303800100"))
    script = Script().client(AARQ).server(AARE).client(AARQ).server(AARE).client(released[0]).server(released[1])
    capture = script.client(AARQ).client(AARQ, sap=32).index(tmp_path)
    ladder = climbed(capture, capture.table.conversations[0])
    begun = [rung.text for rung in map(ladder.__getitem__, range(len(ladder))) if rung.kind is RungKind.BEGIN]
    assert begun == [
        "association 0: client 16, server 1",
        "association 1: client 16, server 1, after association 0 (accepted, and never released)",
        "association 2: client 16, server 1, after association 1 (released)",
        "association 3: client 32, server 1",
    ]


def test_supervisory_frames_of_a_segmented_answer_belong_to_its_exchange() -> None:
    capture = indexed("ln_hdlc_gmac_general_ded_segmented")
    table = capture.table
    receipts = [number for number in range(1, len(table) + 1) if table.row(number).service == "rr"]
    ladder = climbed(capture, capture.table.associations[-1])
    folded = {number for index in range(len(ladder)) if ladder.count(index) > 2 for number in ladder.numbers(index)}
    assert receipts
    assert set(receipts) <= folded


def test_the_blocks_of_a_push_are_one_rung() -> None:
    ladder = climbed(indexed("push_udp_gbt"))
    assert [(rung.kind, rung.messages, rung.sender) for rung in map(ladder.__getitem__, range(len(ladder)))] == [
        (RungKind.TRANSFER, 20, Sender.SERVER)
    ]


def test_pushes_in_blocks_that_follow_each_other_are_told_apart(tmp_path: Path) -> None:
    blocks = [bytes.fromhex("e0010001000003" + "0f0000"), bytes.fromhex("e0810002000005" + "000100020f")]
    script = Script()
    for block in blocks * 2:
        script.server(block)
    ladder = climbed(script.index(tmp_path))
    assert [ladder.numbers(index) for index in range(len(ladder))] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("name", "protection"),
    [
        ("ln_wrapper_low", Protection.CLEAR),
        ("ln_wrapper_gmac_glo", Protection.OPENED),
        ("ln_wrapper_gmac_wrong_ak", Protection.BAD),
    ],
)
def test_a_rung_says_how_its_protection_was_dealt_with(name: str, protection: Protection) -> None:
    capture = indexed(name)
    ladder = climbed(capture, capture.table.associations[-1])
    assert protection in {ladder[index].protection for index in range(len(ladder))}


def test_what_is_locked_is_trouble() -> None:
    capture = IndexedCapture(open_capture(CAPTURES / "ln_wrapper_gmac_glo.pcap"))
    for _ in capture.read():
        pass
    ladder = climbed(capture, capture.table.associations[-1])
    found = ladder.trouble(-1)
    assert found is not None
    assert ladder[found].protection is Protection.LOCKED


def test_raw_octets_stand_on_the_ladder_of_the_association_that_was_talking() -> None:
    capture = indexed("hdlc_edge_cases")
    raw = [number for number in range(1, len(capture.table) + 1) if capture.table.row(number).kind.value == "raw"]
    placed = {
        number
        for association in capture.table.associations
        for ladder in [climbed(capture, association)]
        for index in range(len(ladder))
        for number in ladder.numbers(index)
    }
    assert raw
    assert set(raw) <= placed


def test_a_ladder_grows_with_its_capture(tmp_path: Path) -> None:
    octets = (CAPTURES / "ln_wrapper_low.pcap").read_bytes()
    path = tmp_path / "growing.pcap"
    path.write_bytes(octets[:2_000])
    source = open_capture(path, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    ladder = climbed(capture)
    before = len(ladder)
    with path.open("ab") as file:
        file.write(octets[2_000:])
    source.stop()
    capture.take(source.available())
    capture.finish()
    for _ in ladder.grow():
        pass
    whole = climbed(capture)
    assert before < len(ladder) == len(whole)
    assert [ladder[index] for index in range(len(ladder))] == [whole[index] for index in range(len(whole))]
    source.close()


def test_growing_in_steps_looks_at_few_messages_at_a_time_and_may_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder_module, "STEP", 10)
    capture = indexed("ln_wrapper_low")
    ladder = Ladder(capture, capture.table.associations[0])
    first = next(ladder.grow())
    assert (first.done, first.total) == (10, len(capture.table))
    assert [progress.done for progress in ladder.grow()] == [*range(20, len(capture.table), 10), len(capture.table)]
    assert len(ladder) == len(climbed(capture))


def test_there_is_no_rung_outside_the_ladder(tmp_path: Path) -> None:
    ladder = climbed(Script().client(GET).index(tmp_path))
    for index in (-1, 1):
        with pytest.raises(IndexError, match="there are 1"):
            ladder[index]


@pytest.mark.parametrize("capture", usual_sidecars(), ids=lambda one: one.name)
def test_every_message_of_a_conversation_is_on_exactly_one_rung(capture: Sidecar) -> None:
    indexed = IndexedCapture(open_captures([capture.pcap]))
    for _ in indexed.read():
        pass
    found: list[int] = []
    for conversation in indexed.table.conversations.values():
        ladder = climbed(indexed, conversation)
        firsts = [ladder[index].first for index in range(len(ladder)) if ladder.count(index)]
        assert firsts == sorted(firsts)
        found += [number for index in range(len(ladder)) for number in ladder.numbers(index)]
        exchanges = [
            {indexed.table.row(number).exchange for number in ladder.numbers(index)} - {None}
            for index in range(len(ladder))
        ]
        assert all(len(one) <= 1 for one in exchanges)
    assert sorted(found) == list(range(1, len(indexed.table) + 1))
