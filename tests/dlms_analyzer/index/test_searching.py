"""Looking for the next message that says something."""

from __future__ import annotations

import pytest

from dlms_analyzer.index import searching
from dlms_analyzer.index.searching import What, search, sought
from tests.dlms_analyzer.index.test_selecting import PLAIN, capture_of, let_go_before, looked_at, selected
from tests.support import CAPTURES, sidecar

CIPHERED = CAPTURES / "ln_wrapper_gmac_glo.pcap"


def found(text: str, order: object = None, path: object = PLAIN, *, show_secrets: bool = False) -> int | None:
    capture, _, meters = looked_at(path)
    numbers = range(1, len(capture.table) + 1) if order is None else order
    *_, last = search(capture, sought(text), numbers, meters, show_secrets=show_secrets)
    return last.found


@pytest.mark.parametrize(
    ("text", "what", "octets"),
    [
        ("1-0:1.8.0", What.OBIS, b""),
        ("1.0.1.8.0.255", What.OBIS, b""),
        ("1-0:*.8.0", What.OBIS, b""),
        ("c0 01 c1", What.HEX, b"\xc0\x01\xc1"),
        ("c001c1", What.HEX, b"\xc0\x01\xc1"),
        ("0xC0:01:c1", What.HEX, b"\xc0\x01\xc1"),
        ("hex:0f", What.HEX, b"\x0f"),
        ("ab", What.TEXT, b""),
        ("text: c001c1", What.TEXT, b""),
        ("refused", What.TEXT, b""),
        ("note: refused", What.TEXT, b""),
    ],
)
def test_what_is_meant_shows_in_what_is_written_or_is_said(text: str, what: What, octets: bytes) -> None:
    assert sought(text)[0] is what
    assert sought(text).octets == octets


@pytest.mark.parametrize("text", ["", "  ", "hex: xyz", "hex:", "obis: energy", "obis: 1-0:1.8.999", "x" * 2000])
def test_what_nothing_can_be_found_with_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|no |characters"):
        sought(text)


def test_a_logical_name_is_found_in_requests_and_responses() -> None:
    numbers = selected(looked_at(PLAIN)[0], "cosem.logical_name == 0-0:42.0.0")
    assert found("0-0:42.0.0") == numbers[0]
    assert found("0-0:42.0.0", range(numbers[0] + 1, 80)) == numbers[1]
    assert found("0-0:42.0.0", range(80, 0, -1)) == numbers[-1]
    assert found("9-9:9.9.9") is None


def test_octets_are_found_as_sent_and_deciphered() -> None:
    _, messages, _ = looked_at(CIPHERED)
    plain = next(one for one in messages if one.plaintext and one.plaintext not in one.octets)
    assert plain.plaintext is not None
    assert found(plain.plaintext.hex(), path=CIPHERED) == plain.number
    assert found(plain.octets.hex(" "), path=CIPHERED) == plain.number
    assert found("deadbeefdeadbeef", path=CIPHERED) is None


def test_a_text_is_found_in_what_the_line_says() -> None:
    _, messages, _ = looked_at(PLAIN)
    first = next(one.number for one in messages if one.service == "get-response-normal")
    assert found("GET-RESPONSE-normal") == first
    assert found("no such words") is None


def test_a_password_is_found_only_by_who_sees_it() -> None:
    path = sidecar("jj_ln_wrapper_access").pcap
    assert found("text: 477572757831", path=path) is None
    assert found("text: 477572757831", path=path, show_secrets=True) == 194


def test_a_search_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "STEP", 0.0)
    capture, messages, meters = looked_at(PLAIN)
    steps = list(search(capture, sought("no such words"), range(1, len(messages) + 1), meters))
    assert [step.done for step in steps[:-1]] == list(range(1, len(messages) + 1))
    assert steps[-1].found is None


def test_a_search_passes_over_messages_that_are_no_longer_kept() -> None:
    capture = capture_of(PLAIN)
    number = next(iter(selected(capture, "dlms.service == rlrq")))
    let_go_before(capture, number)
    *_, last = search(capture, sought("62 03 80"), range(1, number + 1))
    assert (last.found, last.gone) == (number, number - 1)
