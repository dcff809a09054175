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
DATA: Final = b"data"
"""Name of its dissector for octets that are no protocol."""
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

    def packets(self, way: Way, payload: bytes, *, breaks_off: bool = False) -> list[bytes]:
        """The exported PDU of a payload.

        Args:
            way: how it travels.
            payload: the octets.
            breaks_off: what belongs behind them is missing. Such octets are named `data`, and have no ports, so that
                nobody goes on with them.
        """
        transport, flow = way
        size = (len(flow) - 4) // 2
        source, destination = _ADDRESSES[len(flow)]
        tags = [
            (_DISSECTOR, DATA if breaks_off else PROTOCOL),
            (source, flow[:size]),
            (destination, flow[size : 2 * size]),
        ]
        if not breaks_off:
            tags += [
                (_PORT_TYPE, _PORT_TYPES[transport].to_bytes(4)),
                (_SOURCE_PORT, bytes(2) + flow[-4:-2]),
                (_DESTINATION_PORT, bytes(2) + flow[-2:]),
            ]
        tags.append((_END, b""))
        return [b"".join(_TAG.pack(number, len(value)) + value for number, value in tags) + payload]
