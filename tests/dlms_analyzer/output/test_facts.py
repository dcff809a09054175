"""What is known about a message beside what it says."""

from __future__ import annotations

import pytest

import dlms_analyzer
from dlms_analyzer.filters import compile_filter
from dlms_analyzer.messages import Message
from dlms_analyzer.output.facts import facts
from tests.support import CAPTURES, sample_captures


def message(name: str, number: int, keys: str | None = None) -> Message:
    path = None if keys is None else CAPTURES / f"{keys}.keys.toml"
    messages = list(dlms_analyzer.open(CAPTURES / f"{name}.pcap", keys=path).messages)
    return messages[number - 1]


def told(one: Message) -> dict[str, str]:
    return {fact.name: fact.text for fact in facts(one)}


def test_a_response_names_its_request_and_how_long_it_took() -> None:
    found = told(message("ln_wrapper_low", 16))
    assert found["exchange"].endswith("request in message 15")
    assert found["response time"].endswith(" ms")
    assert found["invoke-id"] == "1"


def test_a_protected_apdu_tells_how_and_with_which_counter() -> None:
    found = told(message("ln_wrapper_gmac_glo", 9, "ln_wrapper_gmac_glo"))
    assert found["protection"] == "ok"
    assert found["suite"] == "0, authenticated and encrypted"
    assert found["sent as"].startswith("glo-")
    assert found["key"] == "guek"
    assert found["invocation counter"].isdigit()


def test_what_does_not_open_says_why() -> None:
    found = told(message("ln_wrapper_gmac_glo", 9))
    assert found["protection"].startswith("no-key: ")


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.name)
def test_the_filter_that_a_fact_stands_for_describes_its_message(path: object) -> None:
    for one in dlms_analyzer.open(path).messages:
        for fact in facts(one):
            if fact.field:
                assert compile_filter(f"{fact.field} == {fact.value}").matches(one), (one.number, fact)
