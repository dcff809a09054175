"""One sentence per association that says why it does not open."""

from __future__ import annotations

from dlms_analyzer.security.diagnosis import diagnosis
from tests.dlms_analyzer.security.talks import ANSWER, CLIENT, DEDICATED, GET, SERVER, Talk, ded, glo, keys


def said(talk: Talk) -> str | None:
    protection = talk.association.protection
    assert protection is not None
    return diagnosis(protection)


def test_an_association_that_opens_needs_no_diagnosis() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    assert said(talk) is None


def test_a_wrong_encryption_key_is_the_cause_even_where_the_dedicated_key_is_missing_for_it() -> None:
    talk = Talk(keys(guek=bytes(16)))
    talk.associate_ciphered(dedicated=DEDICATED)
    for counter in range(1, 6):
        talk.client(ded(GET, counter, CLIENT))
    assert str(said(talk)).startswith("none of 7 protected APDUs opens: wrong encryption key")


def test_a_wrong_authentication_key_is_told() -> None:
    talk = Talk(keys(gak=bytes(16)))
    talk.associate_ciphered()
    assert str(said(talk)).startswith("none of 2 protected APDUs opens: wrong authentication key")


def test_some_that_do_not_open_are_counted_beside_those_that_do() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    talk.client(glo(GET, 2, CLIENT))
    talk.server(glo(ANSWER, 2, SERVER)[:-1] + b"\x00")
    assert str(said(talk)).startswith("1 of 4 APDUs do not open: wrong authentication key, or changed on the way")


def test_a_system_title_that_was_never_seen_is_named() -> None:
    talk = Talk(keys())
    talk.client(glo(GET, 2, CLIENT))
    assert said(talk) == "none of 1 protected APDUs opens: the system title of the client was never seen"
