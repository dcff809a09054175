"""Messages found by columns are those that match one by one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters import FilterError, compile_filter
from dlms_analyzer.filters.domains import Domain
from dlms_analyzer.filters.engine_fields import ENGINE_FIELDS, EngineField
from dlms_analyzer.index import IndexedCapture, selecting
from dlms_analyzer.meaning import learn
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from tests.support import CAPTURES, sample_captures, sidecar, sidecars

LITERALS = {
    Domain.NUMBER: ["0", "1", "2", "3", "7", "15", "4059", "0.01", "1e-3"],
    Domain.TEXT: [
        "success", "read-write-denied", "get-response-normal", "data-notification", "general-block-transfer", "client",
        "server", "apdu", "link", "wrapper", "hdlc", "no-key", "ok", "guek", "error", "note", "malformed",
        "unanswered", "unexpected-response", "Wh",
    ],
    Domain.OBIS: ["1-0:1.8.0.255", "0-0:40.0.0", "0-0:42.0.0", "1-0:*.*.*", "0-0:*.*.*.*"],
    Domain.ADDRESS: ["127.0.0.1", "10.0.0.0/8", "fe80::1"],
    Domain.TIME: ["2020-01-01", '"2026-06-01 12:00:00"'],
    Domain.OCTETS: ["01:02", '"GXCLIENT"'],
    Domain.ANY: ["0", "5", "true"],
}  # fmt: skip
OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "contains", "matches"]


def capture_of(path: Path, *, keys: bool = True) -> IndexedCapture:
    secrets = path.with_suffix(".keys.toml")
    capture = IndexedCapture(
        open_capture(path), keys=Keyring.of(secrets if keys and secrets.is_file() else None, load_keys_file)
    )
    for _ in capture.read():
        pass
    return capture


@cache
def looked_at(path: Path) -> tuple[IndexedCapture, list[Message], Meters]:
    """A capture, all its messages read whole, and what they taught."""
    capture = capture_of(path)
    messages = [capture.message(number) for number in range(1, len(capture.table) + 1)]
    meters = Meters()
    for message in messages:
        learn(meters, message)
    return capture, messages, meters


def selected(capture: IndexedCapture, text: str, meters: Meters | None = None) -> list[int]:
    return [number for step in capture.select(compile_filter(text), meters) for number in step.found]


def conditions(field: EngineField) -> list[str]:
    """Every condition on a field that there is with the literals above."""
    found = [field.name]
    literals = LITERALS[field.domain] + list(field.choices)
    written = [f"{field.name} {operator} {literal}" for operator in OPERATORS for literal in literals]
    written += [f"{field.name} in {{{literals[0]}, {literals[-1]}}}", f"{field.name} in {{0..1, 15}}"]
    written += [f'{field.name}[0:3] == "get"', f"{field.name}[2] == 28"]
    for text in written:
        try:
            compile_filter(text)
        except FilterError:
            continue
        found.append(text)
    return found


CONDITIONS = {field.name: conditions(field) for field in ENGINE_FIELDS}
CONDITION = st.one_of(st.sampled_from(CONDITIONS[name]) for name in sorted(CONDITIONS))
FILTER = st.recursive(
    CONDITION,
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: "({} {} {})".format(*parts)),
    ),
    max_leaves=4,
)


BY_OCTETS = ("cosem.name", "cosem.scaled", "cosem.unit", "cosem.value", "dlms.invoke_id", "security.invocation_counter")

VARIED = ("event_udp_wrapper", "hdlc_edge_cases", "j_sn_wrapper_none", "ln_hdlc_modee_low", "ln_wrapper_low",
          "ln_wrapper_preestablished", "push_udp_gbt", "sn_wrapper_confirmed_service_error")  # fmt: skip


@pytest.mark.parametrize("name", VARIED)
def test_each_condition_on_columns_finds_what_matches_message_by_message(name: str) -> None:
    capture, messages, meters = looked_at(CAPTURES / f"{name}.pcap")
    for text in (one for field, found in CONDITIONS.items() if field not in BY_OCTETS for one in found):
        wanted = compile_filter(text)
        there = [message.number for message in messages if wanted.matches(message, meters)]
        assert selected(capture, text, meters) == there, text


@given(st.sampled_from(sample_captures()), FILTER)
def test_conditions_joined_in_any_way_find_what_matches_message_by_message(path: Path, text: str) -> None:
    capture, messages, meters = looked_at(path)
    wanted = compile_filter(text)
    assert selected(capture, text, meters) == [one.number for one in messages if wanted.matches(one, meters)]


LARGER = [one.pcap for one in sidecars("jj_", "jc_", "j_ln", "pw_", "ln_", "malformed_")]


@pytest.mark.parametrize("path", LARGER, ids=lambda path: path.stem)
@settings(max_examples=15)
@given(FILTER)
def test_ground_truth_captures_give_the_same_by_columns_and_by_messages(path: Path, text: str) -> None:
    capture, messages, meters = looked_at(path)
    wanted = compile_filter(text)
    assert selected(capture, text, meters) == [one.number for one in messages if wanted.matches(one, meters)]


@pytest.mark.parametrize("text", ["dlms.octets", "!dlms.octets", "expert.code == malformed"])
def test_what_is_left_of_malformed_apdus_is_found(text: str) -> None:
    capture, messages, meters = looked_at(sidecar("malformed_datablock_c_gbt").pcap)
    wanted = compile_filter(text)
    there = [one.number for one in messages if wanted.matches(one, meters)]
    assert selected(capture, text, meters) == there != []


PLAIN = CAPTURES / "ln_wrapper_low.pcap"


@pytest.mark.parametrize(
    "text",
    [
        'dlms.service == "get-response-normal" && cosem.logical_name == 1-0:1.8.0 && dlms.response_time > 0.5',
        "!(cosem.result == success) || conversation == 0",
        "tcp.port == 4063 && ip.src == 127.0.0.1 && dlms.client_sap == 32",
        "dlms.exchange in {1..5} && frame.number < 50 && message.number >= 3",
        'security.status == "no-key" || dlms.kind == link || dlms.sender == client',
        'frame.time > "2026-01-31 12:00:00" && dlms.profile == wrapper && dlms.outer matches "^get"',
    ],
)
def test_what_columns_tell_is_found_without_reading_octets_again(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    capture, messages, _ = looked_at(PLAIN)
    wanted = compile_filter(text)
    there = [one.number for one in messages if wanted.matches(one)]
    monkeypatch.setattr(capture, "source", None)
    monkeypatch.setattr(capture._looking, "source", None)  # whoever asks it for octets fails
    assert selected(capture, text) == there


def test_a_response_time_that_rounds_to_the_bound_is_read_again() -> None:
    capture, messages, _ = looked_at(PLAIN)
    times = {one.response_time / 1e9: one.number for one in messages if one.response_time is not None}
    for exact, number in times.items():
        assert number in selected(capture, f"dlms.response_time == {exact!r}")
        assert number not in selected(capture, f"dlms.response_time > {exact!r}")
        assert number in selected(capture, f"dlms.response_time in {{{exact!r}..{exact!r}}}")


def test_a_filter_that_asks_nothing_finds_every_message() -> None:
    capture, messages, _ = looked_at(PLAIN)
    assert selected(capture, "  ") == [one.number for one in messages]


def test_a_selection_goes_on_from_a_message() -> None:
    capture, _, _ = looked_at(PLAIN)
    text = "dlms.service == get-request-normal"
    later = [number for step in capture.select(compile_filter(text), first=40) for number in step.found]
    assert later == [number for number in selected(capture, text) if number >= 40] != []


def test_messages_that_come_while_a_selection_is_under_way_are_looked_at_too() -> None:
    capture = IndexedCapture(open_capture(PLAIN))
    frames = iter(capture.source)
    for _ in range(30):
        capture.take([next(frames)])
    steps = capture.select(compile_filter("dlms.kind == apdu"))
    first = next(steps)
    assert first.done == len(capture.table)
    capture.take(frames)
    capture.finish()
    rest = list(steps)
    assert rest[-1].done == len(capture.table)
    assert first.found.tolist() + [number for step in rest for number in step.found] == selected(
        capture, "dlms.kind == apdu"
    )


def test_a_selection_stops_for_others_while_it_reads_octets(monkeypatch: pytest.MonkeyPatch) -> None:
    capture, messages, meters = looked_at(PLAIN)
    monkeypatch.setattr(selecting, "STEP", 0.0)
    steps = list(capture.select(compile_filter("cosem.value"), meters))
    assert len(steps) > len(messages) / 4
    assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_keys_that_came_later_are_seen_in_the_columns() -> None:
    path = CAPTURES / "ln_wrapper_gmac_glo.pcap"
    later, before = capture_of(path, keys=False), capture_of(path)
    assert selected(later, "security.status == ok") == []
    for _ in later.add_keys(*before.analyzer.security.keyring.given()):
        pass
    for text in ("security.status == ok", "cosem.result == success", "cosem.logical_name", "dlms.service == aare"):
        assert selected(later, text) == selected(before, text) != []


def let_go_before(capture: IndexedCapture, number: int) -> None:
    """Keep no octets before those of a message, as a capture with a limit does."""
    parts, _ = capture.table.places(number)
    source: Any = capture.source
    source._file._kept_from = parts[0].start


def test_messages_that_are_no_longer_kept_are_counted_and_the_others_are_found() -> None:
    capture = capture_of(PLAIN)
    text = "dlms.invoke_id >= 0"
    whole = selected(capture, text)
    let_go_before(capture, 40)
    steps = list(capture.select(compile_filter(text)))
    assert [number for step in steps for number in step.found] == [number for number in whole if number >= 40]
    assert steps[-1].gone == 39
    assert list(capture.select(compile_filter("dlms.sender == client")))[-1].gone == 0
