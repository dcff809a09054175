"""Saving what a capture holds, all of it or some messages: frames as pcapng, messages as text; in small steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, nullcontext
from typing import Final, NamedTuple

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture import Source
from dlms_analyzer.capture.output_file import save_text
from dlms_analyzer.capture.recording import save_frames
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.frames import Frame
from dlms_analyzer.index.reading import IndexedCapture
from dlms_analyzer.messages import Message
from dlms_analyzer.output.message_exports import messages_export

STEP: Final = 512
"""Frames read, and messages of which the frames are looked up, at a time."""

Path = str | os.PathLike[str]
Again = Callable[[], Source]
"""Opens a capture once more."""


class SaveProgress(NamedTuple):
    """How far the saving is.

    Attributes:
        written: frames or messages that were written or passed over.
        bytes_done: octets of the capture read for that; None where it is not read in order.
        bytes_total: of all.
    """

    written: int
    bytes_done: int | None = None
    bytes_total: int | None = None


def save_capture(
    capture: IndexedCapture,
    path: Path,
    numbers: Iterable[int] | None = None,
    again: Again | None = None,
    inputs: Iterable[Path] = (),
) -> Iterator[SaveProgress]:
    """Write frames to a new pcapng file, with their comments; it is there when all are written, and not before.

    Args:
        capture: what to save of.
        path: of the file.
        numbers: of messages; only frames that carry them are written. None for all frames.
        again: opens the capture once more; None for a capture that has noted its frames because it grew.
        inputs: files that are being read, which must not be replaced.

    Yields:
        How far it is. Whoever stops iterating stops the writing.

    Raises:
        CaptureError: the file cannot be written or is one of the inputs, or the capture cannot be read again.
    """
    wanted: set[int] | None = None
    if numbers is not None:
        wanted = set()
        for count, number in enumerate(numbers):
            parts, _ = capture.table.places(number)
            wanted.update(part.frame.number for part in parts)
            if not count % STEP:
                yield SaveProgress(0)
    with nullcontext(capture.source) if again is None else closing(again()) as source:
        frames = capture.frames if again is None else source
        for written in save_frames(path, source, frames, wanted=wanted, inputs=inputs):
            yield _progress(written, None if again is None else source)


def export_messages(
    capture: IndexedCapture,
    path: Path,
    form: str,
    meters: Meters,
    numbers: Iterable[int] | None = None,
    again: Again | None = None,
    inputs: Iterable[Path] = (),
    *,
    show_secrets: bool = False,
) -> Iterator[SaveProgress]:
    """Write messages to a new text file; it is there when all are written, and not before.

    The capture goes through an analyzer once more, so that transfers of thousands of blocks are joined only once.

    Args:
        capture: what to export of.
        path: of the file.
        form: one of `output.message_exports.FORMS`.
        meters: what is known about the meters.
        numbers: of the messages; None for all.
        again: opens the capture once more; None for a capture that has noted its frames because it grew.
        inputs: files that are being read, which must not be replaced.
        show_secrets: write passwords and keys.

    Yields:
        How far it is. Whoever stops iterating stops the writing.

    Raises:
        CaptureError: the file cannot be written or is one of the inputs, or the capture cannot be read again.
    """
    analyzer = Analyzer(capture.options, keys=capture.analyzer.security.keyring.given())
    wanted = None if numbers is None else set(numbers)
    with nullcontext(capture.source) if again is None else closing(again()) as source:
        frames = capture.frames if again is None else source
        messages = _messages(frames, analyzer)
        pieces = messages_export(messages, form, meters, wanted=wanted, show_secrets=show_secrets)
        for written in save_text(path, pieces, inputs):
            yield _progress(written, None if again is None else source)


def _messages(frames: Iterable[Frame], analyzer: Analyzer) -> Iterator[Message | None]:
    for count, frame in enumerate(frames):
        yield from analyzer.feed(frame)
        if not count % STEP:
            yield None
    yield from analyzer.flush()


def _progress(written: int, source: Source | None) -> SaveProgress:
    return SaveProgress(written) if source is None else SaveProgress(written, source.bytes_done, source.bytes_total)
