"""The three ways reading can end short of a value, and the notes about what was odd.

* `NeedMore`: the octets end before the value does; more of the stream may complete it.
* `Malformed`: no continuation can make it valid; says at which offset and why.
* *unsupported* is not an error: the octets are kept raw in a record of their own (`UnknownApdu`).

Reading is strict first. What real meters get wrong but a reader can understand is reported through
`odd()`: a strict read stops there with `Oddity`, a tolerant read (inside `tolerant()`) records a `Note` and
goes on. The hot path therefore pays nothing for tolerance: a caller reads strictly, and only an odd PDU is
read a second time.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

Octets: TypeAlias = "bytes | mmap.mmap"
"""What is read from: anything whose index gives an int and whose slice gives `bytes`."""


class DecodeError(Exception):
    """Reading stopped.

    Attributes:
        offset: where in the buffer, in octets from its start.
        reason: why, as a sentence without a full stop.
    """

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(f"{reason} at offset {offset}")
        self.offset = offset
        self.reason = reason


class NeedMore(DecodeError):
    """The octets end inside a value."""


class Malformed(DecodeError):
    """The octets cannot be this value, whatever follows."""


class Oddity(DecodeError):
    """A strict read met something that a tolerant read accepts with a note."""


class Note(NamedTuple):
    """Something odd that was understood all the same.

    Attributes:
        offset: where in the buffer it stands.
        code: stable kebab-case name of the kind of oddity.
        text: what is odd, for people.
    """

    offset: int
    code: str
    text: str


class _Sink(threading.local):
    notes: list[Note] | None = None


_sink = _Sink()


def odd(offset: int, code: str, text: str) -> None:
    """Report an oddity: a note when reading tolerantly.

    Raises:
        Oddity: when reading strictly.
    """
    notes = _sink.notes
    if notes is None:
        raise Oddity(offset, text)
    notes.append(Note(offset, code, text))


@contextmanager
def tolerant() -> Iterator[list[Note]]:
    """Read tolerantly inside the block; the list it gives collects the notes."""
    outer = _sink.notes
    notes: list[Note] = []
    _sink.notes = notes
    try:
        yield notes
    finally:
        _sink.notes = outer
