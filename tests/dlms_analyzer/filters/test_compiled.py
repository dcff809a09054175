"""Display filters on real captures: names, types, and every operator."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlms_analyzer
from dlms_analyzer.capture_file import Capture
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters import Filter, FilterError, catalog, compile_filter
from dlms_analyzer.filters.domains import OPERATORS_OF
from dlms_analyzer.filters.layer_fields import NOT_KEPT
from dlms_analyzer.meaning import learn
from dlms_analyzer.messages import Message
from tests.support import CAPTURES

PLAIN = "ln_wrapper_low.pcap"
CIPHERED = "ln_wrapper_gmac_glo.pcap"
HDLC = "ln_hdlc_modee_low.pcap"


@cache
def messages(name: str) -> list[Message]:
    path = CAPTURES / name
    keys = path.with_suffix(".keys.toml")
    capture: Capture = dlms_analyzer.open(path, keys=keys if keys.is_file() else None)
    return list(capture.messages)


def chosen(text: str, name: str = PLAIN) -> list[Message]:
    wanted = compile_filter(text)
    return [message for message in messages(name) if wanted.matches(message)]


def numbers(text: str, name: str = PLAIN) -> list[int]:
    return [message.number for message in chosen(text, name)]


def test_a_service_is_chosen_by_its_name() -> None:
    found = chosen('dlms.service == "get-request-normal"')
    assert found
    assert {message.service for message in found} == {"get-request-normal"}
    assert numbers("dlms.service == get-request-normal") == [message.number for message in found]


def test_the_messages_of_an_association_are_chosen_by_its_number() -> None:
    assert numbers("association == 0", CIPHERED) == [1, 2, 3, 4, 5, 6]
    assert numbers("association == 1", CIPHERED) == list(range(7, len(messages(CIPHERED)) + 1))


def test_a_response_is_found_by_the_object_that_its_request_asked_for() -> None:
    found = chosen("dlms.service == get-response-normal && cosem.logical_name == 0.0.42.0.0.255")
    assert found
    assert all(message.sender.value == "server" for message in found)


@pytest.mark.parametrize("code", ["0-0:42.0.0*255", "0-0:42.0.0.255", '"0-0:42.0.0"', "0.0.42.0.0.255", "0-0:42.*.0"])
def test_every_notation_of_a_logical_name_finds_the_same_requests(code: str) -> None:
    found = numbers(f"dlms.logical_name == {code}")
    assert found
    assert found == numbers("dlms.logical_name == 00:00:2a:00:00:ff")


def test_a_wildcard_finds_what_its_groups_leave_open() -> None:
    assert len(numbers("dlms.logical_name == 0-0:*.*.*.*")) > len(numbers("dlms.logical_name == 0-0:42.0.0"))


def test_each_comparison_takes_its_part_of_the_messages() -> None:
    every = numbers("")
    assert numbers("message.number < 5") == [1, 2, 3, 4]
    assert numbers("message.number <= 5") == [1, 2, 3, 4, 5]
    assert numbers("message.number > 5") == every[5:]
    assert numbers("message.number >= 0x5") == every[4:]
    assert numbers("message.number == 5") == [5]
    assert numbers("message.number != 5") == every[:4] + every[5:]
    assert numbers("message.number in {1, 3, 5..7}") == [1, 3, 5, 6, 7]
    assert numbers("!(message.number > 2) or message.number eq 4") == [1, 2, 4]


def test_text_is_searched_for_a_part_or_a_pattern() -> None:
    assert numbers('dlms.service contains "get"') == numbers('dlms.service matches "^GET-(request|response)"')
    assert numbers('dlms.service contains "GET"') == []
    assert numbers('dlms.service[0:3] == "get"') == numbers('dlms.service matches "^get"') != []


def test_unequal_holds_only_where_the_field_is_and_no_value_is_that_one() -> None:
    there = numbers("dlms.class_id")
    assert numbers("dlms.class_id != 15") + numbers("dlms.class_id == 15") != []
    assert sorted(numbers("dlms.class_id != 15") + numbers("dlms.class_id == 15")) == there
    assert len(numbers("!(dlms.class_id == 15)")) > len(numbers("dlms.class_id != 15"))
    assert numbers("tcp.port == 4063") == numbers("")
    assert numbers("tcp.port != 4063") == []


def test_the_name_of_a_number_may_stand_for_it() -> None:
    assert numbers('cosem.class_id == "association ln"') == numbers("cosem.class_id == 15") != []
    assert numbers("dlms.result == accepted") != []
    assert numbers("dlms.result == accepted") == numbers("dlms.result == 0")


def test_addresses_are_compared_one_by_one_and_by_network() -> None:
    assert numbers("ip.addr == 127.0.0.1") == numbers("ip.src == 127.0.0.0/8") == numbers("ip.dst >= 127.0.0.1")
    assert numbers("ip.addr == 127.0.0.1") == numbers("")
    assert numbers("ip.src == 127.0.0.2/32") == numbers("ip.dst > 127.0.0.1") == []
    assert numbers("ip.addr == 0.0.0.0/0") == numbers("")
    assert numbers("ip.addr == ::/0") == []


def test_octets_are_sliced_searched_and_compared() -> None:
    assert (
        numbers("dlms.sender_acse_requirements == 07:80")
        == numbers("dlms.sender_acse_requirements[1] == 80")
        == numbers("dlms.service == aarq")
    )
    assert numbers('dlms.calling_authentication_value contains "uru"') == numbers("dlms.service == aarq")
    assert numbers("dlms.calling_authentication_value contains 7572:75") == numbers("dlms.service == aarq")
    assert numbers("dlms.logical_name[2] == 2a") == numbers("dlms.logical_name == 0-0:42.*.*")
    assert numbers("dlms.logical_name[2] >= 2a && dlms.logical_name[2] <= 2a") == numbers("dlms.logical_name[2] == 2a")


def test_bits_have_fields_of_their_own() -> None:
    confirmed = numbers("dlms.invoke_id_and_priority.service_class == confirmed")
    assert confirmed == numbers("dlms.invoke_id_and_priority.service_class == true") != []


def test_seconds_and_times_are_compared_as_such() -> None:
    timed = [message for message in messages(PLAIN) if message.response_time is not None]
    assert numbers("dlms.response_time > 0") == [m.number for m in timed if m.response_time] != []
    assert numbers("dlms.response_time > 1e9") == []
    assert numbers("frame.time > 1970-01-02") == numbers("")
    assert numbers('frame.time < "1970-01-02 00:00:00"') == []


def test_what_is_ciphered_is_found_by_what_is_inside_and_by_its_protection() -> None:
    inside = numbers("dlms.logical_name == 0-0:40.0.0 && security.status == ok", CIPHERED)
    assert inside
    assert (
        numbers("security.invocation_counter == 7", CIPHERED) == numbers("dlms.invocation_counter == 7", CIPHERED) != []
    )
    assert numbers("dlms.application_context_name == logical-name", CIPHERED)
    assert set(numbers("dlms.outer matches ^glo-", CIPHERED)) < set(numbers("security.key == guek", CIPHERED))
    assert numbers("security.system_title == 47:58:43:4c:49:45:4e:54", CIPHERED) == numbers(
        'security.system_title == "GXCLIENT"', CIPHERED
    )


def test_link_frames_have_the_fields_of_their_layer() -> None:
    assert numbers("hdlc.control contains SNRM", HDLC) == numbers("dlms.service == snrm", HDLC) != []
    assert numbers("hdlc.group_id", HDLC)
    assert numbers("mode_e.line", HDLC) == numbers('dlms.service contains "mode-e"', HDLC)
    assert set(numbers("dlms.kind == link", HDLC)) >= set(numbers("hdlc.control", HDLC))


def test_values_are_compared_as_they_are_shown_with_what_is_known_of_the_meter() -> None:
    meters = Meters()
    units, values = compile_filter("cosem.unit"), compile_filter("cosem.value > 0 && cosem.scaled > 0")
    found = []
    for message in messages("push_tcp_hdlc.pcap") + messages("j_sn_wrapper_none.pcap") + messages(CIPHERED):
        learn(meters, message)
        if units.matches(message, meters) and values.matches(message, meters):
            found.append(message)
    assert found


def test_data_are_compared_by_their_single_values() -> None:
    assert numbers("dlms.method_invocation_parameters == 0", CIPHERED)
    assert numbers("dlms.method_invocation_parameters > 1000", CIPHERED) == []


@pytest.mark.parametrize("name", sorted(catalog()))
def test_every_field_can_be_asked_for_on_every_message(name: str) -> None:
    if name.startswith(NOT_KEPT):
        with pytest.raises(FilterError, match="do not keep"):
            compile_filter(name)
        return
    wanted = compile_filter(name)
    assert wanted.fields == (name,)
    for capture in (PLAIN, CIPHERED, HDLC):
        for message in messages(capture)[:40]:
            wanted.matches(message)


@pytest.mark.parametrize(
    ("text", "reason", "start", "end"),
    [
        ("dlms.servise == aarq", "did you mean dlms.service", 0, 12),
        ("message.number contains 5", "is a number: contains says nothing", 15, 23),
        ("message.number == five", "'five' is no number", 18, 22),
        ("message.number[0] == 5", "have slices", 0, 14),
        ("security.status == bad-tga", "did you mean bad-tag", 19, 26),
        ("cosem.class_id == registr", "did you mean register", 18, 25),
        ("dlms.logical_name == 1.2.3.4.5.999", "999", 21, 34),
        ("ip.addr == 300.1.1.1", "300.1.1.1", 11, 20),
        ("dlms.content == 1:2", "no row of octets", 16, 19),
        ("frame.time > yesterday", "is no time", 13, 22),
        ("dlms.attributes == 5", "only ask whether it is there", 16, 18),
        ("wrapper.length > 5", "do not keep the wrapper header", 0, 14),
        ('dlms.service matches "(a+)+"', "take for ever", 21, 28),
        ("tcp.port == udp.port", "compare with a value", 12, 20),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_pointer(text: str, reason: str, start: int, end: int) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text)
    assert reason in caught.value.reason
    assert (caught.value.start, caught.value.end) == (start, end)
    assert caught.value.pointer == f"{text}\n{' ' * start}{'^' * (end - start)}"


SYNTAX = [
    "==",
    "!=",
    "<",
    ">=",
    "contains",
    "matches",
    "in",
    "{",
    "}",
    "(",
    ")",
    "!",
    "&&",
    "or",
    "..",
    ",",
    "[0:2]",
    "[-1]",
]
VALUES = ["1..5", "5", "0x1f", '"a"', '"(.*)"', "01:02", "1.0.1.8.0.255", "10.0.0.0/8", "true", "2026-01-01"]
WORDS = st.sampled_from([*sorted(catalog()), *SYNTAX, *SYNTAX, *VALUES])


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=8).map(" ".join)))
def test_any_text_gives_a_filter_that_can_be_used_or_an_error_with_a_place(text: str) -> None:
    found: Filter | FilterError
    try:
        found = compile_filter(text)
    except FilterError as error:
        found = error
    if isinstance(found, FilterError):
        assert 0 <= found.start < found.end
        assert "^" in found.pointer
        return
    for message in messages(CIPHERED)[:20] + messages(HDLC)[:8]:
        assert found.matches(message) in {True, False}


LITERALS = ["5", "0", "1.5", "true", '"x"', "01:02", "1-0:1.8.0", "10.0.0.1", "2026-01-01", "ok", "client"]


@pytest.mark.parametrize("operator", sorted(frozenset().union(*OPERATORS_OF.values()) - {"in"}))
def test_every_operator_works_on_every_field_that_takes_it(operator: str) -> None:
    taken = 0
    for name in catalog():
        for literal in LITERALS:
            try:
                found = compile_filter(f"{name} {operator} {literal}")
            except FilterError:
                continue
            taken += 1
            for message in (*messages(CIPHERED)[:20], *messages(HDLC)[:8]):
                found.matches(message)
    assert taken > 50
