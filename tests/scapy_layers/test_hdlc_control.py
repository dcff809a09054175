"""The control octet: all 256 of them."""

from __future__ import annotations

import pytest

from scapy_layers import HDLC
from scapy_layers.hdlc_control import CONTROLS, ControlField, FrameType, control_octet

KNOWN = {
    0x10: (FrameType.I, 0, 0, True),
    0x30: (FrameType.I, 0, 1, True),
    0x32: (FrameType.I, 1, 1, True),
    0x54: (FrameType.I, 2, 2, True),
    0x20: (FrameType.I, 0, 1, False),
    0x31: (FrameType.RR, None, 1, True),
    0xF1: (FrameType.RR, None, 7, True),
    0x15: (FrameType.RNR, None, 0, True),
    0x93: (FrameType.SNRM, None, None, True),
    0x83: (FrameType.SNRM, None, None, False),
    0x53: (FrameType.DISC, None, None, True),
    0x73: (FrameType.UA, None, None, True),
    0x1F: (FrameType.DM, None, None, True),
    0x97: (FrameType.FRMR, None, None, True),
    0x13: (FrameType.UI, None, None, True),
    0x03: (FrameType.UI, None, None, False),
    0xEF: (FrameType.UNKNOWN, None, None, False),
}


@pytest.mark.parametrize("octet", KNOWN)
def test_an_octet_says_type_sequence_numbers_and_poll_bit(octet: int) -> None:
    control = CONTROLS[octet]
    assert (control.type, control.send, control.receive, control.poll_final) == KNOWN[octet]


def test_every_octet_of_a_known_type_is_made_from_what_it_says() -> None:
    for control in CONTROLS:
        if control.type is not FrameType.UNKNOWN:
            made = control_octet(control.type, control.send, control.receive, control.poll_final)
            assert made == control.octet


def test_every_octet_of_a_known_type_is_read_from_its_own_text() -> None:
    for control in CONTROLS:
        if control.type is not FrameType.UNKNOWN:
            assert HDLC(control=str(control)).control == control.octet


def test_there_are_as_many_octets_of_each_type_as_the_standard_has() -> None:
    counts = {kind: sum(control.type is kind for control in CONTROLS) for kind in FrameType}
    assert counts[FrameType.I] == 128
    assert counts[FrameType.RR] == counts[FrameType.RNR] == 16
    assert all(counts[kind] == 2 for kind in ("SNRM", "DISC", "UA", "DM", "FRMR", "UI"))


@pytest.mark.parametrize(
    ("kind", "send", "receive"),
    [
        ("SNRM", 0, None),
        ("I", None, 0),
        ("I", 0, None),
        ("RR", None, None),
        ("RR", 1, 1),
        ("I", 8, 0),
        ("RR", None, -1),
    ],
)
def test_sequence_numbers_that_a_type_has_not_are_refused(kind: str, send: int | None, receive: int | None) -> None:
    with pytest.raises(ValueError, match="sequence numbers"):
        control_octet(kind, send, receive)


def test_text_that_says_no_control_field_is_refused() -> None:
    with pytest.raises(ValueError, match="no control field"):
        HDLC(control="SNRM please")


def test_the_tree_names_what_this_type_has() -> None:
    field = ControlField()
    names = [[node.name for node in field.trace(bytes((octet,)), 0, 1).children] for octet in (0x32, 0x31, 0x93)]
    assert names == [
        ["type", "send_sequence", "receive_sequence", "poll_final"],
        ["type", "receive_sequence", "poll_final"],
        ["type", "poll_final"],
    ]
