"""Exchange: a request with everything that answers it."""

from __future__ import annotations

from dlms_analyzer.items import Item
from dlms_analyzer.transfers import Transfer


class Exchange:
    """A request, the blocks that carry it and its answer, and how far it got.

    Attributes:
        number: from 0, in the order of the requests.
        family: services that belong to it.
        invoke_id: of the request; None for services without one.
        items: what was asked for.
        request: number of the message that began it.
        time: of the last request message, in nanoseconds.
        confirmed: a response is due.
        answered: a response, or its first block, was seen.
        last: number of the message that completed the answer; 0 until then.
        request_blocks: blocks of a long request.
        response_blocks: blocks of a long response.
    """

    __slots__ = (
        "answered", "confirmed", "family", "invoke_id", "items", "last", "number", "request", "request_blocks",
        "response_blocks", "time",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        family: str,
        invoke_id: int | None,
        items: tuple[Item, ...],
        request: int,
        time: int,
        confirmed: bool,
    ) -> None:
        self.number = number
        self.family = family
        self.invoke_id = invoke_id
        self.items = items
        self.request = request
        self.time = time
        self.confirmed = confirmed
        self.answered = False
        self.last = 0
        self.request_blocks: Transfer | None = None
        self.response_blocks: Transfer | None = None

    @property
    def waits(self) -> bool:
        """Whether an answer is due and none was seen."""
        return self.confirmed and not self.answered

    @property
    def unfinished(self) -> bool:
        """Whether a long transfer of it has begun and is not complete."""
        return any(blocks is not None and not blocks.complete for blocks in (self.request_blocks, self.response_blocks))
