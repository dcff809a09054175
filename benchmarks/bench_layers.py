"""How fast the layers read: the compiled reader, the loop over fields, the tree and Scapy's own dissection.

One table for one run: the machines are noisy, so compare columns, not runs. `make bench` runs it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from scapy_layers import HDLC, Apdu, Wrapper, read_apdu, read_data, tolerant, trace_apdu, trace_layer
from scapy_layers.apdu import layer_at
from scapy_layers.core.layer import Pdu, read_fields

SECONDS = 0.4
"""How long each cell is measured."""

ROW = "0204090c07ea0b16000000ff800000001100060001e240060000541a"

SAMPLES: dict[str, str] = {
    "get-request of a register": "c001c100030100010800ff0200",
    "get-response, one number": "c401c1000600012345",
    "get-response, 20 profile rows": "c401c1000114" + ROW * 20,
    "glo-get-response": "cc1e300000012306725d910f9221d26387751606725d910f9221d2638775160102",
    "AARQ": "6036a1090607608574050801018a0207808b0760857405080201ac0a80083132333435363738"
    "be10040e01000000065f1f0400007e1f04b0",
}
FRAMES: dict[str, tuple[type[Pdu], str]] = {
    "wrapper, get-request": (Wrapper, "000100100001000dc001c100030100010800ff0200"),
    "HDLC, AARQ": (HDLC, "7EA02B032110FBAFE6E600601DA109060760857405080101BE10040E01000000065F1F0400007E1FFFFF99C87E"),
}


def rate(call: Callable[[], Any]) -> float:
    """Calls per second."""
    count, step = 0, 1
    start = time.perf_counter()
    while True:
        for _ in range(step):
            call()
        count += step
        spent = time.perf_counter() - start
        if spent > SECONDS:
            return count / spent
        step = min(2 * step, 5_000)


def ways(
    layer: type[Pdu], packet: type[Any], octets: bytes, read: Callable[..., Any], trace: Callable[..., Any]
) -> list[float]:
    end = len(octets)
    return [
        rate(lambda: read(octets, 0, end)),
        rate(lambda: read_fields(layer, octets, 0, end)),
        rate(lambda: trace(octets, 0, end)),
        rate(lambda: packet(octets)),
    ]


def main() -> int:
    print(f"{'per second':32}{'reader':>12}{'field loop':>12}{'tree':>12}{'Packet':>12}{'reader/Packet':>15}")
    with tolerant():
        for name, text in SAMPLES.items():
            octets = bytes.fromhex(text)
            layer = layer_at(octets, 0, len(octets))
            show(name, ways(layer, Apdu, octets, read_apdu, trace_apdu))
        for name, (layer, text) in FRAMES.items():
            octets = bytes.fromhex(text)

            def trace(buf: bytes, pos: int, end: int, layer: type[Pdu] = layer) -> Any:
                return trace_layer(layer, buf, pos, end)

            show(name, ways(layer, layer, octets, layer.read_record, trace))
    data = bytes.fromhex("0114" + ROW * 20)
    elements = 1 + 20 * 5
    print(f"\nData elements, read recursively: {rate(lambda: read_data(data, 0, len(data))) * elements:,.0f} a second")
    return 0


def show(name: str, rates: list[float]) -> None:
    print(f"{name:32}" + "".join(f"{one:>12,.0f}" for one in rates) + f"{rates[0] / rates[-1]:>14.1f}x")


if __name__ == "__main__":
    sys.exit(main())
