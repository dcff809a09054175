"""Why a tag is wrong, found by trying what else would have fitted."""

from __future__ import annotations

from typing import Any

import pytest

from dlms_analyzer.security.explanations import Attempt, Failure, explain
from dlms_analyzer.security.gcm import FAILED, protect_content
from dlms_analyzer.security.keys import KeySet
from tests.dlms_analyzer.security.talks import AK, CLIENT, DEDICATED, EK, GET, SERVER, keys

OTHER = bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF")


def said(protected: bytes, *, control: int = 0x30, tried: KeySet | None = None, **how: Any) -> str:
    """What is said when these keys were tried on what is protected."""
    tried = tried or keys()
    assert tried.guek is not None
    failure = Failure(
        [Attempt(tried, tried.guek, tried.gak, CLIENT, FAILED)], 0xC0, control, 5, protected, "guek", SERVER
    )
    return explain(failure, how.get("titles", []), how.get("dedicated"), how.get("others", []))


def protect(key: bytes = EK, ak: bytes = AK, title: bytes = CLIENT, control: int = 0x30) -> bytes:
    return protect_content(key, ak, title, control, 5, GET)


@pytest.mark.parametrize(
    ("protected", "how", "reason"),
    [
        (protect(ak=OTHER), {}, "wrong authentication key, or changed on the way"),
        (protect(key=OTHER), {}, "wrong encryption key, or wrong system title"),
        (protect(key=AK, ak=EK), {}, "the encryption key and the authentication key are swapped"),
        (
            protect(title=SERVER),
            {"titles": [SERVER]},
            "wrong system title: protected with 4D54520000000007, that of the",
        ),
        (
            protect(title=OTHER[:8]),
            {"titles": [OTHER[:8]]},
            "wrong system title: protected with F0F1F2F3F4F5F6F7, seen",
        ),
        (
            protect(key=OTHER),
            {"tried": keys(gbek=OTHER)},
            "protected with the gbek, although the APDU calls for the guek",
        ),
        (protect(key=DEDICATED), {"dedicated": DEDICATED}, "protected with the dedicated key, although"),
        (
            protect(key=OTHER),
            {"others": [keys(guek=OTHER, name="Neighbour")]},
            "wrong keys: those of Neighbour open it",
        ),
        (
            protect(control=0x10, ak=OTHER),
            {"control": 0x10},
            "wrong encryption or authentication key, wrong system title",
        ),
        (protect(control=0x20, key=OTHER), {"control": 0x20}, "wrong encryption key, or wrong system title"),
        (protect(control=0x20, key=AK), {"control": 0x20}, "the encryption key and the authentication key are swapped"),
    ],
)
def test_the_cause_is_named(protected: bytes, how: dict[str, Any], reason: str) -> None:
    assert said(protected, **how).startswith(reason)


def test_no_explanation_contains_a_key() -> None:
    for protected in (protect(ak=OTHER), protect(key=OTHER), protect(key=AK, ak=EK)):
        text = said(protected, others=[keys(guek=OTHER)]).upper()
        assert not any(key.hex().upper() in text for key in (EK, AK, OTHER))
