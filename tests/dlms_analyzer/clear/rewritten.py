"""Messages written as frames and read again."""

from __future__ import annotations

from collections.abc import Iterable

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.clear.rewriting import ClearFrame, Rewriter
from dlms_analyzer.frames import Frame


def rewritten(messages: Iterable[Message], rewriter: Rewriter) -> list[ClearFrame]:
    """The frames for messages."""
    return [frame for message in messages for frame in rewriter.rewrite(message)]


def read_again(frames: Iterable[ClearFrame], rewriter: Rewriter) -> list[Message]:
    """What an analyzer without keys reads in the frames."""
    analyzer = Analyzer()
    messages = []
    for number, (time, octets, _) in enumerate(frames, start=1):
        messages += analyzer.feed(Frame(number, time, rewriter.link_type, octets, 0, len(octets), len(octets)))
    return messages + analyzer.flush()


def said(message: Message) -> tuple[object, ...]:
    """What a message says, and when, whoever carried it."""
    service = message.service
    if service == "general-block-transfer" and message.security is not None and message.reassembled is not None:
        service = message.reassembled.service  # the clear APDU stands in the place of the last block
    return (
        message.time, message.kind, service, message.sender, message.client_sap, message.server_sap,
        message.server_lower, message.invoke_id, message.items,
    )  # fmt: skip
