"""A frame layer by layer, from the link to the transport, by Scapy's own dissection: a tree with byte spans.

Scapy's layers are imported when the first frame is asked for: they take a good part of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from dlms_analyzer.frames import Frame
from scapy_layers import Node

from .fallback import link_layer
from .links import ETHERNET

if TYPE_CHECKING:
    from scapy.packet import Packet

_TRANSPORTS: Final = frozenset({"TCP", "UDP", "SCTP"})
"""Layers behind which the payload begins, which is no business of this tree."""
_OCTETS: Final = frozenset({"Raw", "Padding"})
_ENDS: Final = (("src", "dst"), ("sport", "dport"))
"""Names of the fields for source and destination."""
MAX_LAYERS: Final = 32
"""Layers that are shown: tunnels in tunnels in tunnels."""
SHOWN: Final = 32
"""Octets of a payload that are shown as text."""


def prepare_layers() -> None:
    """Import the layers now, so that the first frame does not wait for them; may be called from another thread."""
    link_layer(ETHERNET)


def frame_layers(frame: Frame) -> tuple[Node, ...]:
    """The layers of a frame, each with its fields; the spans count in `frame.octets`."""
    octets = frame.octets
    layer = link_layer(frame.link_type)
    if layer is None:
        return (_octets("octets", octets, 0, len(octets)),)
    # Out of a damaged frame comes any exception, see `fallback`.
    try:
        return tuple(_layers(layer(octets), octets))
    except Exception as error:  # noqa: BLE001 - there is no narrower class that all of them have
        return (_octets("octets", octets, 0, len(octets), f"{type(error).__name__} in {layer.__name__}"),)


def _octets(name: str, octets: bytes, start: int, end: int, error: str | None = None) -> Node:
    text = octets[start : min(end, start + SHOWN)].hex(" ")
    more = " …" if end - start > SHOWN else ""
    return Node(name, octets[start:end], start, end, f"{end - start} octets  {text}{more}", error=error)


def _layers(packet: Packet, octets: bytes) -> Iterator[Node]:
    layer: Any = packet
    at = 0
    for _ in range(MAX_LAYERS):
        if layer.name == "NoPayload":
            break
        if layer.name in _OCTETS:
            yield _octets("padding" if layer.name == "Padding" else "payload", octets, at, len(octets))
            return
        start = octets.find(layer.original, at)
        if start < 0:  # it was unpacked from something: its octets stand nowhere in the frame
            yield Node(layer.name, None, at, at, layer.summary())
            return
        fields = tuple(_fields(layer, start))
        at = max((field.end for field in fields), default=start)
        yield Node(layer.name, None, start, at, _ends(fields), fields)
        if layer.name in _TRANSPORTS:
            yield from _behind_transport(layer, octets, at)
            return
        layer = layer.payload
    if at < len(octets):
        yield _octets("rest", octets, at, len(octets))


def _ends(fields: tuple[Node, ...]) -> str:
    """From where to where a layer goes, where it says that."""
    texts = {field.name: field.text for field in fields}
    for source, destination in _ENDS:
        if source in texts and destination in texts:
            return f"{texts[source]} -> {texts[destination]}"
    return ""


def _behind_transport(layer: Any, octets: bytes, at: int) -> Iterator[Node]:
    """What the transport carries, and what fills the frame up."""
    padding = layer.getlayer("Padding")
    end = len(octets) - (len(padding.load) if padding is not None else 0)
    if at < end:
        yield _octets("payload", octets, at, end)
    if padding is not None:
        yield _octets("padding", octets, end, len(octets))


def _fields(layer: Any, start: int) -> Iterator[Node]:
    """The fields of a layer, read once more to see how far each one goes."""
    rest: Any = layer.original
    size = len(rest)
    before = 0
    for field in layer.fields_desc:
        rest, _ = field.getfield(layer, rest)
        octets, bits = rest if isinstance(rest, tuple) else (rest, 0)
        # In the middle of an octet, the octet is still there in what is left.
        read = size - len(octets)
        end = read + 1 if bits else read
        if end > before or bits:
            value = layer.getfieldval(field.name)
            text = str(field.i2repr(layer, value))
            yield Node(field.name, value, start + before, start + end, text)
        before = read
