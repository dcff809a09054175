"""Link frames: what is a message of its own without carrying an APDU."""

from __future__ import annotations

from scapy_layers import Node, Pdu, tolerant, trace_layer
from scapy_layers.hdlc import HDLC
from scapy_layers.mode_e import mode_e_line


class LinkFrame:
    """A link frame: its layer, its octets, and a name.

    Attributes:
        service: `snrm`, `ua`, `rr` … or the name of an opening line.
        intact: its check sequence is right; a frame that is not intact says nothing reliable.
    """

    __slots__ = ("intact", "layer", "octets", "service")

    def __init__(self, layer: type[Pdu], octets: bytes, service: str, *, intact: bool = True) -> None:
        self.intact = intact
        self.layer = layer
        self.octets = octets
        self.service = service

    @classmethod
    def again(cls, profile: str, octets: bytes, service: str, *, intact: bool) -> LinkFrame:
        """A link frame that was recognised before.

        Args:
            profile: of the conversation: `mode-e`, or HDLC.
            octets: of the frame.
            service: its name.
            intact: whether its check sequence was right.
        """
        line = mode_e_line(octets) if profile == "mode-e" else None
        return cls(HDLC if line is None else line[0], octets, service, intact=intact)

    @property
    def text(self) -> str:
        """The frame on one line, with what it carries; made when somebody looks."""
        packet = self.layer(self.octets)
        carried = packet.payload if self.layer is HDLC else None
        return str(packet.mysummary()) + (f"  {carried.mysummary()}" if carried else "")

    def __str__(self) -> str:
        return self.text

    def trace(self) -> Node:
        """The tree of the frame."""
        with tolerant():
            return trace_layer(self.layer, self.octets, 0, len(self.octets))
