"""The screens, one a file. `MAIN_SCREENS` says which ones the number keys show."""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

from textual.screen import Screen


class Mode(NamedTuple):
    """A main screen.

    Attributes:
        name: of the mode, and of the module in this package.
        title: in the title line.
        screen: name of the class.
    """

    name: str
    title: str
    screen: str

    def screen_class(self) -> type[Screen[None]]:
        """The class of the screen; its module is imported now."""
        found: type[Screen[None]] = getattr(import_module(f"{__name__}.{self.name}"), self.screen)
        return found

    def make(self) -> Screen[None]:
        """The screen; its module is imported when the screen is first shown."""
        return self.screen_class()()


MAIN_SCREENS: Final = (
    Mode("messages", "Messages", "MessagesScreen"),
    Mode("sessions", "Sessions", "SessionsScreen"),
    Mode("meters", "Meters", "MetersScreen"),
    Mode("keys", "Keys", "KeysScreen"),
    Mode("findings", "Findings", "FindingsScreen"),
    Mode("statistics", "Statistics", "StatisticsScreen"),
    Mode("capture", "Capture", "CaptureScreen"),
)
"""The main screens, in the order of the keys 1, 2, 3 …"""
