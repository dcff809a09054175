"""What deciphering costs: microseconds a message with and without keys, beside the bare AES-GCM calls.

The same requests and answers are scanned in clear, ciphered without keys, and ciphered with keys: suite 0,
authenticated and encrypted. The floor is what `cryptography` takes for its two one-shot calls per APDU.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from dlms_analyzer import Analyzer
from dlms_analyzer.frames import ACK, TCP, Frame, Segment, reverse_flow
from dlms_analyzer.security.gcm import ContentCipher, aes_gcm, protect_content
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from scapy_layers import Wrapper
from scapy_layers.core.lengths import write_length

MESSAGES = 40_000
ROUNDS = 3
SIZES = (16, 200)
"""Octets of the value in each answer."""

EK, AK = bytes(range(16)), bytes(range(0xD0, 0xE0))
CLIENT, SERVER = b"HES\x00\x00\x00\x00\x01", b"MTR\x00\x00\x00\x00\x07"
FLOW = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (40_000).to_bytes(2) + (4_059).to_bytes(2)
GET = bytes.fromhex("C001C100030100010800FF0200")
SCANS: tuple[tuple[str, bool, bool], ...] = (
    ("in clear", False, False), ("ciphered, no keys", True, False), ("ciphered, keys", True, True),
)  # fmt: skip


def in_clear(apdu: bytes, _counter: int, _title: bytes) -> bytes:
    return apdu


def ciphered(apdu: bytes, counter: int, title: bytes) -> bytes:
    content = b"\x30" + counter.to_bytes(4) + protect_content(EK, AK, title, 0x30, counter, apdu)
    return bytes((apdu[0] + 8,)) + write_length(len(content)) + content


def segments(size: int, protect: Callable[[bytes, int, bytes], bytes]) -> list[Segment]:
    answer = bytes.fromhex("C401C10009") + write_length(size) + bytes(size)
    found: list[Segment] = []
    following = {True: 1, False: 1}
    for number in range(MESSAGES):
        client = number % 2 == 0
        apdu = protect(GET if client else answer, number, CLIENT if client else SERVER)
        ports = (16, 1) if client else (1, 16)
        octets = bytes(Wrapper(source_wport=ports[0], destination_wport=ports[1]) / apdu)
        frame = Frame(number + 1, number, 1, octets, 0, len(octets), len(octets))
        flow = FLOW if client else reverse_flow(FLOW)
        acknowledged = following[not client]
        found.append(Segment(frame, TCP, flow, following[client], acknowledged, ACK, octets, 0, len(octets)))
        following[client] += len(octets)
    return found


def scan(captured: list[Segment], keys: Keyring | None, *, heads: bool) -> float:
    """Microseconds a message, best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        analyzer = Analyzer(heads=heads, keys=None if keys is None else keys.given())
        start = time.perf_counter()
        for segment in captured:
            analyzer.feed_segment(segment)
        best = min(best, time.perf_counter() - start)
    return best / len(captured) * 1e6


def each(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(MESSAGES):
        call()
    return (time.perf_counter() - start) / MESSAGES * 1e6


def bare(encrypt: Callable[[bytes, bytes, bytes | None], bytes], ciphertext: bytes) -> bytes:
    nonce = CLIENT + bytes(4)
    return encrypt(nonce, encrypt(nonce, ciphertext, None)[:-16], b"\x30" + AK)


def show(what: str, spent: float) -> None:
    print(f"  {what:36}{spent:8.2f} us")


def main() -> None:
    keys = Keyring([KeySet(guek=EK, gak=AK, system_title=SERVER, client_system_title=CLIENT)])
    encrypt = aes_gcm(EK).encrypt
    for size in SIZES:
        apdu = bytes(size + 6)
        protected = protect_content(EK, AK, CLIENT, 0x30, 0, apdu)
        cipher = ContentCipher(EK, AK, 0x30)
        print(f"answers of {size} octets")
        show("two bare AESGCM calls: the floor", each(partial(bare, encrypt, apdu)))
        show("ContentCipher.open", each(partial(cipher.open, CLIENT, 0, protected)))
        captures = {True: segments(size, ciphered), False: segments(size, in_clear)}
        for heads in (True, False):
            for name, protected_, keyed in SCANS:
                spent = scan(captures[protected_], keys if keyed else None, heads=heads)
                show(f"scan, {'heads' if heads else 'whole'}, {name}", spent)


if __name__ == "__main__":
    main()
