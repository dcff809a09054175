"""Values for interpreters: one that fits a shape, and any that a meter could send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from dlms_analyzer.cosem.interpret.kinds import Leaf
from dlms_analyzer.cosem.interpret.shapes import Array, Either, Said, Shape, Structure
from scapy_layers.compact_array import CompactArray

Pair = tuple[int, Any]

LOGICAL_NAME = bytes((1, 0, 1, 8, 0, 255))
DATE_TIME = bytes.fromhex("07ea0b16070c251700ffc400")

SAMPLES: dict[str, Pair] = {
    "any": (6, 5),
    "auto": (6, 5),
    "bool": (3, True),
    "str": (9, b"Active"),
    "hex": (9, b"\x01\x02"),
    "ln": (9, LOGICAL_NAME),
    "dt": (9, DATE_TIME),
    "date": (9, DATE_TIME[:5]),
    "time": (9, DATE_TIME[5:9]),
    "ipv4": (6, 0xC0000207),
    "ipv6": (9, bytes(15) + b"\x01"),
    "mac": (9, bytes(6)),
    "scaler_unit": (2, ((15, -2), (22, 30))),
    "structure": (2, ((17, 1),)),
}


def fitting(shape: Shape) -> Pair:
    """A value that fits a shape, arrays with two elements."""
    if isinstance(shape, Said):
        return fitting(shape.shape)
    if isinstance(shape, Array):
        return 1, (fitting(shape.element),) * 2
    if isinstance(shape, Structure):
        return 2, tuple(fitting(field) for _, field in shape.fields)
    if isinstance(shape, Either):
        return fitting(shape.shapes[-1])
    assert isinstance(shape, Leaf)
    if shape.kind.startswith("oid"):
        return 9, bytes.fromhex("60857405080101")
    if shape.kind.startswith("bits"):
        return 4, (8, b"\x81")
    return SAMPLES.get(shape.kind, (17, 1))


_NUMBERS = st.one_of(
    st.tuples(st.sampled_from([15, 28]), st.integers(-128, 127)),
    st.tuples(st.sampled_from([16, 29]), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(st.sampled_from([5, 30]), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.sampled_from([17, 22, 31]), st.integers(0, 255)),
    st.tuples(st.sampled_from([18, 32]), st.integers(0, 2**16 - 1)),
    st.tuples(st.sampled_from([6, 33]), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(21), st.integers(0, 2**64 - 1)),
    st.tuples(st.just(13), st.integers(-128, 127)),
    st.tuples(st.just(3), st.sampled_from([False, True, 7])),
    st.tuples(st.just(23), st.one_of(st.floats(width=32), st.just(b"\x7f\xc0\x00\x01"))),
    st.tuples(st.just(24), st.floats()),
)
_STRINGS = st.tuples(
    st.sampled_from([9, 9, 9, 10, 12]),
    st.one_of(
        st.binary(max_size=20),
        st.binary(min_size=12, max_size=12),
        st.binary(min_size=6, max_size=6),
        st.sampled_from([LOGICAL_NAME, DATE_TIME, b"", b"text"]),
    ),
)
_BITS = st.binary(max_size=5).map(lambda octets: (4, (8 * len(octets), octets)))
_TIMES = st.one_of(
    st.tuples(st.just(25), st.binary(min_size=12, max_size=12)),
    st.tuples(st.just(26), st.binary(min_size=5, max_size=5)),
    st.tuples(st.just(27), st.binary(min_size=4, max_size=4)),
)
_COMPACT = st.builds(
    lambda tag, rows: (19, CompactArray((tag, None), rows, b"")),
    st.sampled_from([17, 9]),
    st.sampled_from([None, (), ((17, 5), (17, 6)), ((9, LOGICAL_NAME),), ((2, ((17, 1), (9, DATE_TIME))),)]),
)
_EMPTY = st.sampled_from([(0, None), (255, None)])

data: st.SearchStrategy[Pair] = st.recursive(
    st.one_of(_NUMBERS, _STRINGS, _BITS, _TIMES, _EMPTY, _COMPACT),
    lambda inner: st.tuples(st.sampled_from([1, 2]), st.lists(inner, max_size=6).map(tuple)),
    max_leaves=12,
)
"""Any `Data`."""


def mutated(pair: Pair) -> st.SearchStrategy[Pair]:
    """The value with some of its elements replaced by any other: nearly right is where interpreters stumble."""
    tag, value = pair
    if tag not in (1, 2):
        return st.one_of(st.just(pair), data)
    elements = st.tuples(*(st.one_of(mutated(one), st.just(one)) for one in value))
    return st.one_of(st.tuples(st.just(tag), elements), data)
