"""What the two processes tell each other: an order one way, batches of events the other way, as plain values."""

from __future__ import annotations

import marshal
from typing import Any, NamedTuple

from dlms_analyzer.capture import Findings, Place
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from dlms_analyzer.net.unread import PackedUnread


class Order(NamedTuple):
    """What to read.

    Attributes:
        place: the file.
        options: how streams are framed.
    """

    place: Place
    options: FramingOptions

    def packed(self) -> bytes:
        """It, as octets."""
        rules = [(rule.transport, rule.port, rule.profile) for rule in self.options.decode_as]
        return marshal.dumps((tuple(self.place), rules, self.options.heuristics, self.options.line))

    @classmethod
    def unpacked(cls, octets: bytes) -> Order:
        """The order that octets hold."""
        place, rules, heuristics, line = marshal.loads(octets)  # noqa: S302 - our own parent wrote it
        return cls(Place(*place), FramingOptions(tuple(DecodeAs(*rule) for rule in rules), heuristics, line))


class Batch(NamedTuple):
    """What is sent at a time.

    Attributes:
        rows: see `EventWriter.take`.
        full: see `EventWriter.take`.
        frames: read so far.
        findings: what was found out about the file.
        unread: with the last batch: frames without a payload. None when more follows.
        problem: why reading ended early.
    """

    rows: bytes
    full: list[tuple[Any, ...]]
    frames: int
    findings: Findings
    unread: PackedUnread | None = None
    problem: str | None = None

    def packed(self) -> bytes:
        """It, as octets."""
        return marshal.dumps((*self[:3], tuple(self.findings), *self[4:]))

    @classmethod
    def unpacked(cls, octets: bytes) -> Batch:
        """The batch that octets hold."""
        rows, full, frames, findings, *rest = marshal.loads(octets)  # noqa: S302 - our own child wrote it
        return cls(rows, full, frames, Findings(*findings), *rest)
