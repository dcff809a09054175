"""Invocation counters: what is normal, what is a retransmission, and what breaks the protection."""

from __future__ import annotations

from dlms_analyzer.security.counters import EXHAUSTION, JUMP, RECENT, Counter


def codes(counter: Counter, number: int, protected: bytes = b"octets") -> list[str]:
    return [said.code for said in counter.take(number, protected)]


def test_a_counter_that_grows_is_normal_wherever_it_starts() -> None:
    counter = Counter()
    assert [codes(counter, number) for number in (1_000_000, 1_000_001, 1_000_005)] == [[], [], []]
    assert (counter.highest, counter.latest, counter.uses) == (1_000_005, 1_000_005, 3)


def test_the_same_octets_again_are_a_repetition() -> None:
    counter = Counter()
    counter.take(7, b"one")
    assert codes(counter, 7, b"one") == ["counter-repeated"]
    assert counter.reuses == 0


def test_the_same_counter_for_other_octets_is_a_reused_nonce() -> None:
    counter = Counter()
    counter.take(7, b"one")
    counter.take(8, b"two")
    assert codes(counter, 7, b"three") == ["nonce-reuse"]
    assert counter.reuses == 1


def test_a_counter_that_is_lower_than_before_went_backwards() -> None:
    counter = Counter()
    counter.take(100, b"one")
    assert codes(counter, 50) == ["counter-backwards"]
    assert (counter.highest, counter.latest) == (100, 50)
    assert codes(counter, 50, b"other") == ["nonce-reuse"]


def test_what_was_protected_long_ago_is_only_known_to_be_backwards() -> None:
    counter = Counter()
    for number in range(RECENT + 1):
        counter.take(number, b"one")
    assert codes(counter, 0, b"other") == ["counter-backwards"]


def test_a_counter_may_skip_some_but_not_many() -> None:
    counter = Counter()
    counter.take(1, b"one")
    assert codes(counter, 1 + JUMP) == []
    assert codes(counter, 2 + 2 * JUMP) == ["counter-jump"]


def test_a_counter_near_its_end_is_reported_once() -> None:
    counter = Counter()
    assert codes(counter, EXHAUSTION) == ["counter-exhaustion"]
    assert codes(counter, EXHAUSTION + 1) == []
    assert codes(counter, 0xFFFFFFFF) == ["counter-jump"]
    assert codes(counter, 0xFFFFFFFF, b"other") == ["nonce-reuse"]
