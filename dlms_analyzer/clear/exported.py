"""Payloads as exported PDUs of Wireshark: tags that say whose they are, then the octets (LINKTYPE_WIRESHARK_UPPER_PDU).

The tags are documented in `epan/exported_pdu.h` of Wireshark. Numbers are big-endian, of four octets.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from dlms_analyzer.clear.packets import Way
from dlms_analyzer.frames import IPV4_FLOW, IPV6_FLOW, TCP, UDP

PROTOCOL: Final = b"dlms"
"""Name of Wireshark's dissector."""
_END: Final = 0
_DISSECTOR: Final = 12
_ADDRESSES: Final = {IPV4_FLOW: (20, 21), IPV6_FLOW: (22, 23)}
"""Tags of source and destination address."""
_PORT_TYPE: Final = 24
_SOURCE_PORT: Final = 25
_DESTINATION_PORT: Final = 26
_PORT_TYPES: Final = {TCP: 2, UDP: 3}
"""EXP_PDU_PT_TCP and EXP_PDU_PT_UDP."""
_TAG: Final = Struct("!HH")


class ExportedPdus:
    """Puts payloads behind tags."""

    def packets(self, way: Way, payload: bytes) -> list[bytes]:
        """The exported PDU of a payload."""
        transport, flow = way
        size = (len(flow) - 4) // 2
        source, destination = _ADDRESSES[len(flow)]
        tags = (
            (_DISSECTOR, PROTOCOL),
            (source, flow[:size]),
            (destination, flow[size : 2 * size]),
            (_PORT_TYPE, _PORT_TYPES[transport].to_bytes(4)),
            (_SOURCE_PORT, bytes(2) + flow[-4:-2]),
            (_DESTINATION_PORT, bytes(2) + flow[-2:]),
            (_END, b""),
        )
        return [b"".join(_TAG.pack(number, len(value)) + value for number, value in tags) + payload]

    def skip(self, way: Way) -> None:
        """Nothing: PDUs have no sequence numbers."""
