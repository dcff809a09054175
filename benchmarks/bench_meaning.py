"""What COSEM meaning costs: microseconds a value, and interpreting a whole capture beside decoding it.

The capture is the sample with the most attribute reads; meaning is learning from every message and interpreting every
value of it, words not included, as those are made when somebody looks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import dlms_analyzer as dlms
from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import accesses, model_of, note

CAPTURE = Path(__file__).resolve().parent.parent / "captures" / "j_ln_hdlc_hls2_profile200.pcap"
CALLS = 100_000
ROUNDS = 5

ENERGY, CLOCK, CONTROL = parse("1-0:1.8.0"), parse("0-0:1.0.0"), parse("0-0:96.3.10")
MOMENT = bytes.fromhex("07ea0b16070c251700ffc400")


def each(call: Callable[[], object]) -> float:
    """Microseconds a call."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS * 1e6


def best(call: Callable[[], object]) -> float:
    """Milliseconds, best of some rounds."""
    found = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
    return found * 1e3


def main() -> None:
    model = MeterModel()
    model.note(3, ENERGY, 3, (2, ((15, -3), (22, 30))))
    for name, call in (
        ("register, scaled", lambda: model.interpret(3, ENERGY, 2, (6, 1234567))),
        ("register, scaled, words", lambda: model.interpret(3, ENERGY, 2, (6, 1234567)).words),
        ("clock", lambda: model.interpret(8, CLOCK, 2, (9, MOMENT))),
        ("enumeration", lambda: model.interpret(70, CONTROL, 3, (22, 1))),
        ("note, nothing new", lambda: model.note(3, ENERGY, 2, (6, 1234567))),
    ):
        print(f"{name:<28} {each(call):8.2f} us")

    capture = dlms.open(CAPTURE)
    messages = list(capture.messages)

    def meaning() -> int:
        meters = Meters()
        values = 0
        for message in messages:
            model = model_of(meters, message)
            note(model, message)
            values += sum(one.shown is not None for one in accesses(model, message))
        return values

    decoding, interpreting = best(lambda: list(capture.messages)), best(meaning)
    print(f"{CAPTURE.name}: {len(messages)} messages, {meaning()} values")
    print(f"{'decoding':<28} {decoding:8.2f} ms")
    print(f"{'interpreting':<28} {interpreting:8.2f} ms   {interpreting / decoding:.2f} of decoding")


if __name__ == "__main__":
    main()
