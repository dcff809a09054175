"""Statistics of captures: from the columns, what counting over the messages themselves gives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from math import ceil
from pathlib import Path
from struct import pack, unpack

import pytest

from dlms_analyzer import Analyzer
from dlms_analyzer.capture import open_capture
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.meaning import place_of_server
from dlms_analyzer.messages import Message
from dlms_analyzer.notes import Severity
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.statistics import PERCENTILE_ERROR, Statistics
from dlms_analyzer.statistics.counting import BATCH, MAX_SLOW
from tests.dlms_analyzer.script import GET, VALUE, Script
from tests.support import CAPTURES, SHARED, sample_captures, sidecars
from tests.test_index_captures import indexed
from tests.test_security_captures import CIPHERED, keys_of

ALL = sample_captures() + [sidecar.pcap for sidecar in sidecars()]


def result_of(message: Message) -> str | None:
    results = [item.answer.result for item in message.items if item.answer is not None and item.answer.result]
    return next((one for one in results if one != "success"), results[0] if results else None)


def refuses(message: Message) -> bool:
    whole = message.service in ("exception-response", "confirmed-service-error")
    return whole or result_of(message) not in (None, "success")


def severity_of(message: Message) -> str | None:
    graves = [expert.severity for expert in message.experts]
    return max(graves, key=list(Severity).index).value if graves else None


NAMES: dict[str, Callable[[Message], str | None]] = {
    "service": lambda message: message.service,
    "kind": lambda message: message.kind.value,
    "profile": lambda message: message.profile,
    "result": result_of,
    "security": lambda message: None if message.security is None else message.security.status,
    "expert": severity_of,
}


def messages_of(path: Path, keys: Keyring | None = None) -> tuple[list[Message], Analyzer]:
    """As the index reads them: heads only."""
    analyzer = Analyzer(heads=True, keys=keys)
    found = [message for frame in open_capture(path) for message in analyzer.feed(frame)]
    return found + analyzer.flush(), analyzer


def counted(capture: IndexedCapture) -> Statistics:
    statistics = Statistics(capture.table)
    for _ in statistics.read():
        pass
    return statistics


def waited(message: Message) -> float:
    """Seconds, as precise as the index keeps them."""
    seconds: float = unpack("f", pack("f", (message.response_time or 0) / 1e9))[0]
    return seconds


def check_shares(statistics: Statistics, messages: list[Message]) -> None:
    for column, name_of in NAMES.items():
        count: Counter[str] = Counter()
        octets: Counter[str] = Counter()
        for message in messages:
            name = name_of(message)
            if name is not None:
                count[name] += 1
                octets[name] += len(message.octets)
        shares = statistics.by(column)
        assert {share.name: share.messages for share in shares} == count, column
        assert {share.name: share.octets for share in shares} == octets, column
        assert [share.messages for share in shares] == sorted(count.values(), reverse=True)


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_statistics_are_what_counting_over_all_messages_gives(path: Path) -> None:
    statistics = counted(indexed(path))
    messages, analyzer = messages_of(path)
    assert statistics.messages == len(messages)
    assert statistics.octets == sum(len(message.octets) for message in messages)
    assert statistics.codes == Counter(expert.code for message in messages for expert in message.experts)
    check_shares(statistics, messages)

    buckets = statistics.timeline.buckets()
    assert sum(bucket.messages for bucket in buckets) == len(messages)
    assert sum(bucket.octets for bucket in buckets) == statistics.octets
    serious = [one for one in messages if severity_of(one) in ("warning", "error")]
    assert sum(bucket.troubles for bucket in buckets) == len(serious)

    answers = [message for message in messages if message.response_time is not None]
    by_service: dict[str, list[float]] = defaultdict(list)
    by_meter: dict[str, list[float]] = defaultdict(list)
    for message in answers:
        by_service[message.service].append(waited(message))
        assert message.association is not None
        by_meter[place_of_server(message.association)].append(waited(message))
    assert statistics.times().count == len(answers)
    for service, times in statistics.times_by_service():
        seconds = sorted(by_service.pop(service))
        assert (times.count, times.least, times.most) == (len(seconds), seconds[0], seconds[-1])
        for percent in (50, 90, 95, 99):
            exact = seconds[ceil(len(seconds) * percent / 100) - 1]
            assert times.percentile(percent) == pytest.approx(exact, rel=PERCENTILE_ERROR)
    assert not by_service
    ordered = sorted(answers, key=lambda message: (-waited(message), message.number))[:MAX_SLOW]
    assert [one.number for one in statistics.slowest()] == [message.number for message in ordered]

    spoken = Counter(place_of_server(one.association) for one in messages if one.association is not None)
    meters = statistics.parties.meters()
    assert {meter.label: meter.messages for meter in meters} == spoken
    assert {meter.label: meter.times.count for meter in meters if meter.times.count} == {
        place: len(times) for place, times in by_meter.items()
    }
    assert sum(meter.unanswered for meter in meters) == sum(one.unanswered for one in analyzer.associations)
    talks = statistics.parties.conversations()
    assert sorted(talk.messages for talk in talks) == sorted(
        Counter(one.stream.conversation.number for one in messages).values()
    )
    assert sum(talk.exchanges for talk in talks) == sum(one.exchanges for one in analyzer.associations)
    assert sum(talk.refused for talk in talks) == sum(map(refuses, messages))
    total = statistics.total()
    for name in ("messages", "octets", "refused", "retransmissions", "gaps", "exchanges", "unanswered"):
        assert getattr(total, name) == sum(getattr(talk, name) for talk in talks), name
    for codes, attribute in ((("retransmission", "tcp-retransmission"), "retransmissions"), (("gap",), "gaps")):
        assert sum(getattr(talk, attribute) for talk in talks) == sum(statistics.codes[code] for code in codes)


@pytest.mark.parametrize("name", ["ln_wrapper_gmac_wrong_ak", "sn_wrapper_confirmed_service_error", "ln_wrapper_low"])
def test_requests_refused_as_a_whole_are_counted_as_in_the_list_of_sessions(name: str) -> None:
    capture = indexed(CAPTURES / f"{name}.pcap")
    statistics = counted(capture)
    errors = sum(sum(association.errors.values()) for association in capture.table.associations)
    assert statistics.total().refused == errors > 0
    assert sum(meter.refused for meter in statistics.parties.meters()) == errors


def test_segments_sent_again_count_for_the_rate_of_retransmissions(tmp_path: Path) -> None:
    script = Script().client(GET).again().again().server(VALUE).client(GET).server(VALUE)
    total = counted(script.index(tmp_path)).total()
    assert (total.retransmissions, total.messages, total.retransmission_rate) == (2, 4, 0.5)


@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_with_keys_what_is_inside_is_counted(sidecar: object) -> None:
    keys = keys_of(sidecar)  # type: ignore[arg-type]
    path = sidecar.pcap  # type: ignore[attr-defined]
    capture = indexed(path)
    before = counted(capture)
    assert {"no-key", "not-verified"} & {share.name for share in before.by("security")}
    for _ in capture.add_keys(keys):
        pass
    messages, _ = messages_of(path, Keyring([keys]))
    check_shares(counted(capture), messages)


def test_a_capture_that_grows_is_counted_on_from_where_it_was(tmp_path: Path) -> None:
    octets = (CAPTURES / "hdlc_edge_cases.pcap").read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(octets[: len(octets) // 2])
    source = open_capture(growing, follow=True)
    capture = IndexedCapture(source)
    statistics = Statistics(capture.table)
    capture.take(source.available())
    for _ in statistics.read():
        pass
    half = statistics.messages
    with growing.open("ab") as file:
        file.write(octets[len(octets) // 2 :])
    source.stop()
    capture.take(source.available())
    capture.finish()
    assert list(statistics.read()) == [len(capture.table)]
    assert 0 < half < statistics.messages
    messages, _ = messages_of(CAPTURES / "hdlc_edge_cases.pcap")
    check_shares(statistics, messages)
    assert statistics.codes["retransmission"]
    assert list(statistics.read()) == []


def test_counting_goes_in_steps_that_say_how_far_it_is() -> None:
    path = SHARED / "captures" / "pathological_gbt_stream.pcap"
    if not path.is_file():
        pytest.skip("no shared captures beside the repository")
    table = indexed(path).table
    steps = list(Statistics(table).read())
    assert steps == [*range(BATCH, len(table), BATCH), len(table)]


def test_raw_octets_belong_to_a_conversation_and_to_no_meter() -> None:
    statistics = counted(indexed(CAPTURES / "hdlc_edge_cases.pcap"))
    raw = next(share.messages for share in statistics.by("kind") if share.name == Kind.RAW.value)
    in_meters = sum(meter.messages for meter in statistics.parties.meters())
    in_talks = sum(talk.messages for talk in statistics.parties.conversations())
    assert raw
    assert in_meters < in_talks == statistics.messages
