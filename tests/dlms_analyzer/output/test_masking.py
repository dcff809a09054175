"""Secrets on their way are not shown, whatever service carries them; everything else is."""

from __future__ import annotations

import json

import pytest

from dlms_analyzer import Message
from dlms_analyzer.cli import main
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.masking import hidden
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines
from scapy_layers import AARQ, InitiateRequest
from tests.dlms_analyzer.dialogue import Dialogue
from tests.dlms_analyzer.security.talks import Talk, keys
from tests.support import CAPTURES

SECRET = b"Ab1!xyZ9"
OCTETS = (b"\x09\x08" + SECRET).hex()
SECRET_OF_LN = "000f0000280000ff"
KEY = bytes.fromhex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")

REQUESTS = {
    "set-request-normal": f"c101c1{SECRET_OF_LN}0700{OCTETS}",
    "set-request-with-list": f"c104c102{SECRET_OF_LN}0700000800000100 00ff0200 02{OCTETS}090107",
    "set-request-with-first-datablock": f"c102c1{SECRET_OF_LN}0700 00 00000001 0a{OCTETS}",
    "action-request-normal": f"c301c1{SECRET_OF_LN}0201{OCTETS}",
    "access-request": f"d940000001 00 02 02{SECRET_OF_LN}07 03{SECRET_OF_LN}02 02{OCTETS}{OCTETS}",
    "write-request": f"0601 02fa40 01{OCTETS}",
}


def shown(message: Message, *, show_secrets: bool = False) -> str:
    """All that people see of a message, in lower case."""
    style = Style(False)
    line = LineWriter(style, show_secrets=show_secrets).line(message)
    values = [item["value"] for item in message_dict(message, show_secrets=show_secrets)["items"]]
    return "\n".join([line, *tree_lines(message, style, show_secrets=show_secrets), json.dumps(values)]).lower()


def reveals(text: str, secret: bytes) -> bool:
    return secret.hex() in text or secret.decode("latin-1").lower() in text


@pytest.mark.parametrize("service", REQUESTS)
def test_a_secret_that_is_changed_is_shown_only_when_asked_for(service: str) -> None:
    (message,) = Dialogue().client(bytes.fromhex(REQUESTS[service]))
    assert message.service == service
    assert hidden(message) == "the secret of the association"
    assert not reveals(shown(message), SECRET)
    assert "not shown" in shown(message)
    assert reveals(shown(message, show_secrets=True), SECRET)


def test_the_blocks_that_carry_on_a_secret_and_the_message_that_completes_it_do_not_show_it() -> None:
    talk = Dialogue()
    half = bytes.fromhex(OCTETS)[:6]
    first = bytes.fromhex(f"c102c1{SECRET_OF_LN}0700 00 00000001 06") + half
    last = bytes.fromhex("c103c1 01 00000002 04") + bytes.fromhex(OCTETS)[6:]
    (one,) = talk.client(first)
    talk.server(bytes.fromhex("c502c1 00000001"))
    (two,) = talk.client(last)
    assert two.service == "set-request-with-datablock"
    for message, part in ((one, SECRET[:4]), (two, SECRET[4:])):
        assert not reveals(shown(message), part)
        assert reveals(shown(message, show_secrets=True), part)


def test_a_secret_that_is_read_is_not_shown_and_neither_are_octets_behind_the_answer() -> None:
    talk = Dialogue()
    (asked,) = talk.client(bytes.fromhex(f"c001c1{SECRET_OF_LN}0700"))
    (answered,) = talk.server(bytes.fromhex(f"c401c100{OCTETS}") + SECRET)
    assert "attr 7" in shown(asked)
    assert "not shown" not in shown(asked)
    assert "trailing-octets" in {expert.code for expert in answered.experts}
    assert not reveals(shown(answered), SECRET)
    assert reveals(shown(answered, show_secrets=True), SECRET)


def test_all_attributes_of_a_class_that_holds_a_secret_are_not_shown() -> None:
    talk = Dialogue()
    (asked,) = talk.client(bytes.fromhex(f"c001c1{SECRET_OF_LN}0000"))
    attributes = "0906 0000280000ff 0100 0202 1110 1101 00 00 00 00".replace(" ", "")
    (answered,) = talk.server(bytes.fromhex(f"c401c1000207{attributes[:-2]}{OCTETS}"))
    assert "not shown" not in shown(asked)
    assert hidden(answered) == "the secret of the association"
    assert not reveals(shown(answered), SECRET)
    assert reveals(shown(answered, show_secrets=True), SECRET)
    meters = Meters()
    learn(meters, answered)
    for tree in (
        "\n".join(tree_lines(answered, Style(False), meters=meters)),
        json.dumps(message_dict(answered, meters)["items"][0]["value"]),
    ):
        assert not reveals(tree.lower(), SECRET)


def test_all_attributes_of_a_class_without_secrets_are_shown() -> None:
    talk = Dialogue()
    talk.client(bytes.fromhex("c001c1000100002a0000ff0000"))
    (answered,) = talk.server(bytes.fromhex(f"c401c1000202090600002a0000ff{OCTETS}"))
    assert hidden(answered) is None
    assert reveals(shown(answered), SECRET)


def test_an_answer_that_only_grants_a_change_is_shown_whole() -> None:
    talk = Dialogue()
    talk.client(bytes.fromhex(REQUESTS["set-request-normal"]))
    (answered,) = talk.server(bytes.fromhex("c501c100"))
    assert "success" in shown(answered)
    assert "not shown" not in shown(answered)


def test_transferred_keys_are_not_shown() -> None:
    request = bytes.fromhex("c301c1004000002b0000ff0201 01010202 1600 0918") + KEY
    (message,) = Dialogue().client(request)
    assert not reveals(shown(message), KEY)
    assert reveals(shown(message, show_secrets=True), KEY)


def test_the_password_in_an_aarq_is_not_shown_but_a_challenge_is() -> None:
    low, high = bytes.fromhex("60857405080201"), bytes.fromhex("60857405080205")
    for mechanism, secret in ((low, True), (high, False)):
        aarq = AARQ(mechanism_name=mechanism, calling_authentication_value=SECRET, user_information=InitiateRequest())
        (message,) = Dialogue().client(aarq)
        assert reveals(shown(message), SECRET) is not secret
        assert reveals(shown(message, show_secrets=True), SECRET)


def test_a_dedicated_key_is_shown_neither_in_clear_nor_deciphered() -> None:
    key = bytes(range(100, 116))
    (clear,) = Dialogue().client(AARQ(user_information=InitiateRequest(dedicated_key=key)))
    ciphered = Talk(keys()).associate_ciphered(dedicated=key)[0]
    assert ciphered.plaintext is not None
    assert key in ciphered.plaintext
    for message in (clear, ciphered):
        assert "dedicated_key: not shown" in shown(message)
        assert not reveals(shown(message), key)
        assert reveals(shown(message, show_secrets=True), key)


def test_the_octets_of_the_export_stay_as_they_were_sent() -> None:
    (message,) = Dialogue().client(bytes.fromhex(REQUESTS["set-request-normal"]))
    said = message.to_dict()
    assert said["apdu"] == REQUESTS["set-request-normal"]
    assert said["items"][0]["data"] == {"type": "octet-string", "value": SECRET.hex()}
    assert said["items"][0]["value"] is None


@pytest.mark.parametrize("form", ["text", "tree"])
def test_read_shows_a_password_with_show_secrets_only(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(CAPTURES / "ln_wrapper_low.pcap")
    tree = form == "tree"
    assert main(["read", "-T", form, path]) == 0
    assert "4775727578" not in capsys.readouterr().out
    assert main(["read", "-T", form, "--show-secrets", path]) == 0
    assert ("calling_authentication_value: 4775727578" in capsys.readouterr().out) is tree


def test_decode_shows_a_password_with_show_secrets_only(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("tree", "text"):
        assert main(["decode", "-T", form, REQUESTS["action-request-normal"]]) == 0
        assert SECRET.hex() not in capsys.readouterr().out
        assert main(["decode", "-T", form, "--show-secrets", REQUESTS["action-request-normal"]]) == 0
        assert SECRET.hex() in capsys.readouterr().out
