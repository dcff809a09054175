"""The LLC header of power line profiles."""

from __future__ import annotations

from scapy_layers import GetRequestNormal, PlcLLC


def test_control_and_both_l_saps_stand_before_the_apdu() -> None:
    built = bytes(PlcLLC(destination_lsap=1, source_lsap=4) / GetRequestNormal())
    assert built == b"\x90\x01\x04" + bytes(GetRequestNormal())
    packet = PlcLLC(built)
    assert packet.mysummary() == "LLC 4 > 1"
    assert GetRequestNormal in packet


def test_another_control_octet_is_noted() -> None:
    assert [note.code for note in PlcLLC(b"\x91\x01\x04").notes] == ["plc-llc-control"]
