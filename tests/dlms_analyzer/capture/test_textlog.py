"""Octets are found in pasted hex, trace logs and hex dumps."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scapy.utils import hexdump

from dlms_analyzer.capture import textlog
from dlms_analyzer.capture.reader import MAX_CAPTURED
from dlms_analyzer.capture.textlog import LoggedFrame, LogNote, LogParser
from dlms_analyzer.frames import INBOUND, OUTBOUND, UNKNOWN

SNRM = bytes.fromhex("7ea00703210f18927e")
UA = bytes.fromhex("7ea0070321735d857e")
GET = bytes.fromhex("000100100001000dc001c100030100010800ff0200")
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
TEN_PAST = (10 * 3600 + 15 * 60 + 30) * SECOND
DATED = 1_767_262_530 * SECOND
"""2026-01-01 10:15:30 UTC."""


def parse(text: str) -> list[LoggedFrame | LogNote]:
    parser = LogParser()
    found: list[LoggedFrame | LogNote] = []
    for line in text.splitlines():
        found += parser.feed(line)
    found += parser.finish()
    return found


def frames(text: str) -> list[tuple[int, int, bytes]]:
    return [tuple(found) for found in parse(text) if isinstance(found, LoggedFrame)]  # type: ignore[misc]


@pytest.mark.parametrize(
    "line",
    [
        GET.hex(),
        GET.hex().upper(),
        GET.hex(" "),
        GET.hex(":"),
        GET.hex("-"),
        GET.hex(" ", 2),
        "0x" + GET.hex(),
        ", ".join(f"0x{octet:02X}" for octet in GET),
        "{" + ", ".join(f"0x{octet:02X}" for octet in GET) + "};",
        "".join(f"\\x{octet:02x}" for octet in GET),
        '"' + GET.hex() + '"',
        f"  {GET.hex(' ')}  \t",
    ],
)
def test_hex_is_understood_as_people_write_it(line: str) -> None:
    assert frames(line) == [(0, UNKNOWN, GET)]


@pytest.mark.parametrize(
    ("before", "time", "direction"),
    [
        ("TX: 10:15:30\t", TEN_PAST, OUTBOUND),
        ("RX: 10:15:30\t", TEN_PAST, INBOUND),
        ("TX:\t10:15:30 AM\t", TEN_PAST, OUTBOUND),
        ("TX:\t10:15:30 PM\t", TEN_PAST + DAY // 2, OUTBOUND),
        ("RX: 10:15:30.250 ", TEN_PAST + SECOND // 4, INBOUND),
        ("10:15:30,250 Send ", TEN_PAST + SECOND // 4, OUTBOUND),
        ("[10:15:30] Received: ", TEN_PAST, INBOUND),
        ("2026-01-01 10:15:30 --> ", DATED, OUTBOUND),
        ("2026-01-01T10:15:30.000000001Z <- ", DATED + 1, INBOUND),
        ("2026-01-01T12:15:30+02:00 << ", DATED, INBOUND),
        ("2026-01-01 10:15:30,500 DEBUG gurux.net [main] TX: ", DATED + SECOND // 2, OUTBOUND),
        ("01.01.2026 10:15:30 RX ", DATED, INBOUND),
        ("1/1/2026 10:15:30 AM: >> ", DATED, OUTBOUND),
        ("(1767262530.000000) ", DATED, UNKNOWN),
        ("> ", 0, OUTBOUND),
        ("< ", 0, INBOUND),
        ("request=", 0, OUTBOUND),
        ("a frame of some octets: ", 0, UNKNOWN),
        ("10:15:30 ", TEN_PAST, UNKNOWN),
    ],
)
@pytest.mark.parametrize("octets", [SNRM, GET, UA[:5]])
def test_times_and_directions_are_understood(before: str, time: int, direction: int, octets: bytes) -> None:
    for written in (octets.hex(), octets.hex(" ")):
        assert frames(before + written) == [(time, direction, octets)]


def test_a_gurux_trace_is_a_conversation() -> None:
    text = f"""Initializing meter
TX: 10:15:30\t{SNRM.hex(" ").upper()}
RX: 10:15:31\t{UA.hex(" ").upper()}
Standard: ...
TX: 10:15:31\t{GET.hex(" ").upper()}
"""
    assert frames(text) == [
        (TEN_PAST, OUTBOUND, SNRM),
        (TEN_PAST + SECOND, INBOUND, UA),
        (TEN_PAST + SECOND, OUTBOUND, GET),
    ]


def test_a_log_without_dates_goes_on_after_midnight() -> None:
    found = frames(f"TX: 23:59:59 {SNRM.hex()}\nRX: 00:00:01 {UA.hex()}\nTX: 00:00:02 {GET.hex()}")
    assert [time for time, _, _ in found] == [DAY - SECOND, DAY + SECOND, DAY + 2 * SECOND]


@pytest.mark.parametrize(
    "odd",
    [
        "0001-01-01 00:00:00",
        "0001-01-01 00:00:00+14:00",
        "1969-12-31 23:59:59",
        "2261-01-01 00:00:00",
        "9999-12-31 23:59:59-14:00",
        "31.12.9999 23:59:59",
        "(9999999999.000000)",
    ],
)
def test_a_date_that_no_frame_can_have_leaves_the_time_of_the_line_before(odd: str) -> None:
    assert frames(f"{odd} TX: {SNRM.hex()}") == [(0, OUTBOUND, SNRM)]
    found = frames(f"2026-01-01 10:15:30 TX: {SNRM.hex()}\n{odd} RX: {UA.hex()}")
    assert found == [(DATED, OUTBOUND, SNRM), (DATED, INBOUND, UA)]


def test_midnights_without_end_lead_to_no_time_that_a_frame_cannot_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textlog, "LAST_TIME", 3 * DAY)
    found = frames(f"23:59:59 TX: {SNRM.hex()}\n00:00:00 RX: {UA.hex()}\n" * 5)
    assert [time for time, _, _ in found][-2:] == [3 * DAY, 3 * DAY]


def test_lines_without_a_direction_are_frames_of_their_own() -> None:
    assert frames(f"{SNRM.hex()}\n{UA.hex()}\n\n{GET.hex()}") == [
        (0, UNKNOWN, SNRM),
        (0, UNKNOWN, UA),
        (0, UNKNOWN, GET),
    ]


def test_in_a_log_with_directions_a_frame_may_take_several_lines() -> None:
    text = f"TX: {GET[:8].hex(' ')}\n    {GET[8:16].hex(' ')}\n    {GET[16:].hex(' ')}\nRX: {UA.hex()}"
    assert frames(text) == [(0, OUTBOUND, GET), (0, INBOUND, UA)]


def test_comments_and_empty_lines_separate() -> None:
    assert frames(f"# {GET.hex()}\n// {GET.hex()}\n; {GET.hex()}\n{UA.hex()}") == [(0, UNKNOWN, UA)]


@pytest.mark.parametrize(
    "line",
    [
        "dead beef is no meal",
        "The meter answered in 84 ms",
        "version 1.0.203",
        "serial 12345678",
        "10:15:30",
        "2026-01-01",
        "",
        "added",
    ],
)
def test_other_lines_hold_no_octets(line: str) -> None:
    assert parse(line) == []


@pytest.mark.parametrize("line", ["7EA0070", "7E A0 0 7", "0x7e a00"])
def test_digits_that_are_not_in_pairs_are_reported_by_line(line: str) -> None:
    assert parse("# first\n" + line) == [LogNote(2, "line 2: hex digits, but not in pairs")]


def test_lines_without_octets_are_counted() -> None:
    parser = LogParser()
    for line in ("Hello", SNRM.hex(), "", "# comment", "World"):
        list(parser.feed(line))
    assert (parser.ignored, parser.first_ignored) == (2, 1)


DUMPS = {
    "xxd": (
        "00000000: 0001 0010 0001 000d c001 c100 0301 0001  ................\n"
        "00000010: 0800 ff02 00                             .....\n"
    ),
    "hexdump -C": (
        "00000000  00 01 00 10 00 01 00 0d  c0 01 c1 00 03 01 00 01  |................|\n"
        "00000010  08 00 ff 02 00                                    |.....|\n00000015\n"
    ),
    "text2pcap": "0000 00 01 00 10 00 01 00 0d c0 01 c1 00 03 01 00 01\n0010 08 00 ff 02 00\n",
    "Wireshark": (
        "0000   00 01 00 10 00 01 00 0d c0 01 c1 00 03 01 00 01   ................\n0010   08 00 ff 02 00   .....\n"
    ),
}


@pytest.mark.parametrize("name", DUMPS)
def test_a_hex_dump_is_one_frame(name: str) -> None:
    found = frames(DUMPS[name])
    assert found[0] == (0, UNKNOWN, GET)
    assert frames(DUMPS[name] * 2)[0] == frames(DUMPS[name] * 2)[-1] == (0, UNKNOWN, GET)


@example([b"00 " + bytes(5)])  # its text column looks like another octet
@given(st.lists(st.binary(min_size=1, max_size=70), min_size=1, max_size=4))
def test_what_scapy_dumps_is_read_back(payloads: list[bytes]) -> None:
    text = "\n\n".join(str(hexdump(payload, dump=True)) for payload in payloads)
    assert [octets for _, _, octets in frames(text)] == payloads


@given(st.binary(min_size=1, max_size=60), st.sampled_from(["", " ", ":", "-", ", "]), st.booleans())
def test_any_octets_are_read_back(octets: bytes, separator: str, directed: bool) -> None:
    assume(separator != ":" or len(octets) != 3)  # a time of day
    text = separator.join(f"{octet:02x}" for octet in octets)
    [(_, direction, found)] = frames(("RX: " if directed else "") + text)
    assert found == octets
    assert direction == (INBOUND if directed else UNKNOWN)


def test_a_very_long_line_becomes_several_frames() -> None:
    octets = bytes(range(256)) * 2000
    found = [frame for _, _, frame in frames(octets.hex())]
    assert b"".join(found) == octets
    assert max(map(len, found)) == MAX_CAPTURED


@given(st.text(max_size=80))
def test_no_line_upsets_the_parser(line: str) -> None:
    for found in parse(line):
        if isinstance(found, LoggedFrame):
            assert found.octets


@pytest.mark.parametrize("line", ["aa " * 200_000 + "zz", "-" * 600_000, "1" * 600_000 + "x", "0000 " * 100_000 + "g"])
def test_the_time_for_a_line_grows_with_its_length_only(line: str) -> None:
    start = process_time()
    parse(line)
    assert process_time() - start < 5
