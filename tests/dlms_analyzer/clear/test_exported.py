"""Exported PDUs: the tags that Wireshark documents."""

from __future__ import annotations

import pytest

from dlms_analyzer import frames
from dlms_analyzer.clear.exported import ExportedPdus
from dlms_analyzer.clear.packets import Way
from tests.dlms_analyzer.capture_samples import upper_pdu

PORTS = (40_000).to_bytes(2) + (4063).to_bytes(2)


@pytest.mark.parametrize(("size", "tags"), [(4, (20, 21)), (16, (22, 23))], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize(("transport", "port_type"), [(frames.TCP, 2), (frames.UDP, 3)], ids=["TCP", "UDP"])
def test_an_exported_pdu_names_the_dissector_addresses_and_ports(
    size: int, tags: tuple[int, int], transport: int, port_type: int
) -> None:
    source, destination = b"\x01" * size, b"\x02" * size
    wanted = upper_pdu(
        [
            (12, b"dlms"),
            (tags[0], source),
            (tags[1], destination),
            (24, port_type.to_bytes(4)),
            (25, (40_000).to_bytes(4)),
            (26, (4063).to_bytes(4)),
        ]
    )
    assert ExportedPdus().packets(Way(transport, source + destination + PORTS), b"payload") == [wanted + b"payload"]


def test_half_a_frame_is_named_data_and_has_no_ports_so_that_nobody_goes_on_with_it() -> None:
    way = Way(frames.TCP, bytes((192, 0, 2, 1, 192, 0, 2, 7)) + PORTS)
    wanted = upper_pdu([(12, b"data"), (20, bytes((192, 0, 2, 1))), (21, bytes((192, 0, 2, 7)))])
    assert ExportedPdus().packets(way, b"half", breaks_off=True) == [wanted + b"half"]
