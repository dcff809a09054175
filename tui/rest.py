"""Rest: what is under a cursor is shown once the cursor rests, so that holding a key down does not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.message_pump import MessagePump
from textual.timer import Timer

PAUSE: Final = 0.04
"""Seconds that a cursor has to rest."""


class Rest:
    """Waits for a cursor to rest."""

    def __init__(self, screen: MessagePump, show: Callable[[], object]) -> None:
        """Prepare.

        Args:
            screen: that the cursor is on.
            show: called when the cursor rests; ends the wait with `stop`, as whoever shows it earlier does.
        """
        self._screen = screen
        self._show = show
        self._timer: Timer | None = None

    @property
    def awaited(self) -> bool:
        """The cursor has moved, and what is under it now is not shown yet."""
        return self._timer is not None

    def begin(self) -> None:
        """The cursor has moved: wait from now on."""
        self.stop()
        self._timer = self._screen.set_timer(PAUSE, self._show)

    def stop(self) -> None:
        """Wait no more: it is shown, or there is nothing to show."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def hurry(self) -> None:
        """Show it now, if it waits."""
        if self.awaited:
            self._show()
