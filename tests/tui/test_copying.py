"""The forms in which a message is copied."""

from __future__ import annotations

import json

from dlms_analyzer.messages import Message
from dlms_analyzer.output.tree import sections
from tests.tui.running import session_of
from tui.copying import copies
from tui.session import Session


def looked_at(name: str, number: int, **more: object) -> tuple[Session, Message]:
    session = session_of(name, **more)
    for _ in session.reading():
        pass
    return session, session.message(number)


def forms(session: Session, message: Message, section: str = "sent") -> dict[str, str]:
    known = {one.name: one for one in sections(message)}
    return {one.title: one.make() for one in copies(session, message, known.get(section))}


def test_every_form_says_the_same_octets() -> None:
    session, message = looked_at("ln_wrapper_low", 41)
    made = forms(session, message)
    assert bytes.fromhex(made["octets as sent as hex"]) == message.octets
    assert message.octets.hex()[:24] in made["octets as sent as Python bytes"]
    assert "0xc0, 0x01" in made["octets as sent as C array"]
    assert json.loads(made["JSON"])["apdu"] == message.octets.hex()
    assert made["tree"].startswith(made["line"])
    assert "\x1b" not in "".join(made.values())


def test_octets_that_were_joined_are_copied_as_such() -> None:
    session, message = looked_at("ln_wrapper_low", 32)
    assert message.reassembled is not None
    made = forms(session, message, "reassembled")
    assert bytes.fromhex(made["octets reassembled as hex"]) == message.reassembled.data


def test_secrets_stand_in_words_only_where_they_are_shown() -> None:
    session, message = looked_at("ln_wrapper_low", 1)
    assert "calling_authentication_value: not shown" in forms(session, message)["tree"]
    session.show_secrets = True
    assert "not shown" not in forms(session, message)["tree"]
