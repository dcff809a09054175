"""MessageList: the messages of a capture, all of them or those that somebody chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, overload

from tui.message_columns import COLUMNS, DEFAULT_COLUMNS, Listed
from tui.session import Session
from tui.settings import Times
from tui.widgets.table import Column, RowTable

BY_KEY: Final = {column.key: column for column in COLUMNS}
TIME: Final = "time"
TIME_COLUMNS: Final = {Times.RELATIVE: TIME, Times.ABSOLUTE: "utc", Times.DELTA: "delta"}
"""The column that stands in the place of the column `time`."""

MAX_KEPT: Final = 1_024
"""Messages remembered as they were looked at for the list: some screens full."""


class MessageRows(Sequence[Listed]):
    """The messages with some numbers, looked at when they are asked for."""

    def __init__(self, session: Session, numbers: Sequence[int] | None = None) -> None:
        """Begin.

        Args:
            session: has the messages.
            numbers: of those that are shown, may grow; None for all that the session has.
        """
        self.session = session
        self.numbers = numbers
        self._kept: dict[int, Listed] = {}

    def __len__(self) -> int:
        return len(self.session.table) if self.numbers is None else len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Listed: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Listed]: ...
    def __getitem__(self, index: int | slice) -> Listed | Sequence[Listed]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        number = self.number(index)
        listed = self._kept.get(number)
        if listed is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            listed = self._kept[number] = Listed(self.session, number)
        return listed

    def number(self, index: int) -> int:
        """Number of the message on a line.

        Raises:
            IndexError: there is no such line.
        """
        if self.numbers is not None:
            return self.numbers[index]
        return range(1, len(self) + 1)[index]

    def forget(self) -> None:
        """Look at all messages anew: keys were added, or secrets are shown now."""
        self._kept.clear()


class MessageList(RowTable[Listed]):
    """The list of messages; new ones show up at its end."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(shown_columns(DEFAULT_COLUMNS), id=id)

    def show_columns(self, keys: Sequence[str], times: Times = Times.RELATIVE) -> None:
        """Show the columns with some keys; unknown ones are passed over.

        Args:
            keys: of the columns, in their order; none of them for the usual ones.
            times: what stands in the column `time`.
        """
        self.set_columns(tuple(BY_KEY[TIME_COLUMNS[times]] if one.key == TIME else one for one in shown_columns(keys)))


def shown_columns(keys: Sequence[str]) -> tuple[Column[Listed], ...]:
    """The columns with some keys, in their order; the default ones when there are none of these keys."""
    return tuple(BY_KEY[key] for key in keys if key in BY_KEY) or tuple(BY_KEY[key] for key in DEFAULT_COLUMNS)
