"""hypothesis strategies: any `Data`, and any record of any layer, derived from the layer's `fields_desc`."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from scapy_layers import CompactArray, Pdu
from scapy_layers.acse import AuthenticationValueField, BerIntegerField, DiagnosticField, UserInformationField
from scapy_layers.apdu import ApduField, all_layers
from scapy_layers.compact_array import write_compact_array
from scapy_layers.core.ber import TaggedField
from scapy_layers.core.composite import ChoiceField, SequenceField, SequenceOfField
from scapy_layers.core.fields import (
    FixedOctetsField,
    IntegerField,
    OctetStringField,
    OptionalField,
    RestField,
    UnsignedField,
    WireField,
    WithinOctetString,
)
from scapy_layers.cosem_fields import ConformanceField, DateTimeField, EventTimeField
from scapy_layers.data import FIXED_CODES, DataField

MAX_OCTETS = 300
"""Long enough for lengths of one, two and three octets."""


def integers_of(code: str) -> st.SearchStrategy[int]:
    """Every number that a struct code of one item holds."""
    bits = 8 * struct.calcsize(">" + code)
    if code.isupper():
        return st.integers(0, (1 << bits) - 1)
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


def octets(smallest: int = 0, largest: int = MAX_OCTETS) -> st.SearchStrategy[bytes]:
    return st.one_of(
        st.binary(min_size=smallest, max_size=min(largest, 24)), st.binary(min_size=smallest, max_size=largest)
    )


bit_strings = st.integers(0, 200).flatmap(
    lambda bits: st.tuples(st.just(bits), st.binary(min_size=(bits + 7) // 8, max_size=(bits + 7) // 8))
)
"""Number of bits and octets; padding bits may be set, some senders do that."""


def floats_of(code: str) -> st.SearchStrategy[float | bytes]:
    """Every bit pattern, as the reader gives it: a float, or the octets of a NaN that Python does not keep."""
    packer = struct.Struct(">" + code)

    def read(octets: bytes) -> float | bytes:
        number: float = packer.unpack(octets)[0]
        return number if packer.pack(number) == octets else octets

    special = [b"\x7f\xf8", b"\x7f\xf4\x01", b"\xff\xf0", b"\x7f\xa0\x01", b"\x7f\x80", b"\x80"]
    patterns = st.sampled_from([head.ljust(packer.size, b"\0") for head in special])
    return st.one_of(st.binary(min_size=packer.size, max_size=packer.size), patterns).map(read)


SIMPLE: dict[int, st.SearchStrategy[Any]] = {
    0: st.none(),
    3: st.one_of(st.booleans(), st.integers(2, 255)),
    4: bit_strings,
    9: octets(),
    10: octets(),
    12: octets(),
    23: floats_of("f"),
    24: floats_of("d"),
    255: st.none(),
} | {
    tag: integers_of(code) if len(code) == 1 else st.binary(min_size=int(code[:-1]), max_size=int(code[:-1]))
    for tag, code in FIXED_CODES.items()
}
"""Tag to values, of all types but array, structure and compact-array."""

simple_pairs = st.sampled_from(sorted(SIMPLE)).flatmap(lambda tag: st.tuples(st.just(tag), SIMPLE[tag]))

descriptions: st.SearchStrategy[tuple[int, Any]] = st.recursive(
    st.tuples(st.sampled_from(sorted(SIMPLE)), st.none()),
    lambda inner: st.one_of(
        st.tuples(st.just(2), st.lists(inner, max_size=4).map(tuple)),
        st.tuples(st.just(1), st.tuples(st.integers(0, 4), inner)),
    ),
    max_leaves=6,
)
"""Type descriptions of compact arrays."""


def rows_of(description: tuple[int, Any]) -> st.SearchStrategy[tuple[int, Any]]:
    """A row of a type description."""
    tag, inner = description
    if tag == 2:
        return st.tuples(st.just(2), st.tuples(*map(rows_of, inner)))
    if tag == 1:
        count, part = inner
        return st.tuples(st.just(1), st.tuples(*[rows_of(part)] * count))
    return st.tuples(st.just(tag), SIMPLE[tag])


@st.composite
def compact_arrays(draw: Callable[[Any], Any]) -> CompactArray:
    """Compact arrays as a reader gives them: rows and their octets."""
    description = draw(descriptions)
    rows = tuple(draw(st.lists(rows_of(description), max_size=4)))
    head = len(write_compact_array(CompactArray(description, (), b""))) - 1
    written = write_compact_array(CompactArray(description, rows, b""))
    size = 1 if written[head] < 0x80 else 1 + (written[head] & 0x7F)
    return CompactArray(description, rows if written[head + size :] else (), written[head + size :])


data_pairs: st.SearchStrategy[tuple[int, Any]] = st.recursive(
    st.one_of(simple_pairs, st.tuples(st.just(19), compact_arrays())),
    lambda inner: st.tuples(st.sampled_from([1, 2]), st.lists(inner, max_size=5).map(tuple)),
    max_leaves=8,
)
"""Any `Data`, nested a few deep."""

small_data = st.one_of(
    st.just((0, None)),
    simple_pairs.filter(lambda pair: not isinstance(pair[1], bytes) or len(pair[1]) < 40),
    data_pairs,
)

date_times = st.one_of(st.just(b""), st.binary(min_size=12, max_size=12).filter(lambda value: value[:2] != b"\x09\x0c"))


def values_of(field: WireField) -> st.SearchStrategy[Any]:
    """Values that a reader of the field can give without a note; dispatch is by class, most derived first."""
    for kind, make in _STRATEGIES:
        if isinstance(field, kind):
            return make(field)
    raise TypeError(f"no strategy for {type(field).__name__}")


@functools.cache
def records_of(layer: type[Pdu]) -> st.SearchStrategy[Any]:
    """Records of a layer; a field that another one calls for is there when, and only when, that one does."""
    declared = [field for field in layer.fields_desc if field.in_record]

    def record(values: tuple[Any, ...]) -> Any:
        given = dict(zip([field.name for field in declared], values, strict=True))
        for field in declared:
            if field.condition is not None and not field.condition.holds(given[field.condition.on]):
                given[field.name] = None
        return layer.record_type(**given)

    return st.tuples(*map(values_of, declared)).map(record)


def _unsigned(field: Any) -> st.SearchStrategy[int]:
    names = sorted(getattr(field, "names", None) or {})
    whole = integers_of(field.code)
    return st.one_of(st.sampled_from(names), whole) if names else whole


def _repeated(field: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(values_of(field.inner), max_size=4)


def _choice(field: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(field.layers.values())).flatmap(records_of)


def _rest(field: Any) -> st.SearchStrategy[bytes]:
    return st.just(b"") if field.oddity else octets()


def _user_information(_field: Any) -> st.SearchStrategy[Any]:
    fitting = [layer for layer in all_layers() if "initiate" in layer.service or "error" in layer.service]
    return st.sampled_from(fitting).flatmap(records_of)


_STRATEGIES: list[tuple[type[WireField], Callable[[Any], st.SearchStrategy[Any]]]] = [
    (OptionalField, lambda field: st.one_of(st.none(), values_of(field.inner))),
    (TaggedField, lambda field: st.one_of(st.none(), values_of(field.inner))),
    (WithinOctetString, lambda field: values_of(field.inner)),
    (SequenceOfField, _repeated),
    (ChoiceField, _choice),
    (SequenceField, lambda field: records_of(field.layer)),
    (UserInformationField, _user_information),
    (ApduField, lambda field: st.sampled_from(all_layers()).flatmap(records_of)),
    (DataField, lambda field: small_data),
    (EventTimeField, lambda field: st.one_of(st.none(), date_times)),
    (DateTimeField, lambda field: date_times),
    (ConformanceField, lambda field: st.integers(0, 0xFFFFFF)),
    (BerIntegerField, lambda field: st.integers(-(1 << 70), 1 << 70)),
    (IntegerField, lambda field: integers_of(field.code)),
    (UnsignedField, _unsigned),
    (FixedOctetsField, lambda field: st.binary(min_size=field.size, max_size=field.size)),
    (OctetStringField, lambda field: octets()),
    (RestField, _rest),
    (DiagnosticField, lambda field: st.tuples(st.sampled_from([1, 2]), st.integers(0, 255))),
    (AuthenticationValueField, lambda field: st.tuples(st.sampled_from([0x80, 0x81, 0xA2]), octets())),
]
"""Field class to strategy; a field is taken by the first class that it is an instance of."""
