"""What there is to see: every screen, and the keys that lead to it, for snapshots, pictures and hostile texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from textual.pilot import Pilot
from textual.widgets import Input

from tests.support import CAPTURES
from tests.tui.running import press, session_of, settled
from tui.app import AnalyzerApp


class View(NamedTuple):
    """Something to see.

    Attributes:
        name: of the screen, or of a part of it.
        keys: that lead there.
    """

    name: str
    keys: tuple[str, ...] = ()


VIEWS = (
    View("messages"),
    View("message", ("down", "down", "down", "tab", "down", "down")),
    View("sessions", ("2",)),
    View("ladder", ("2", "enter")),
    View("keys", ("4",)),
    View("key_form", ("4", "a")),
    View("help", ("question_mark",)),
)


class Shown(NamedTuple):
    """A capture of the repository to see them on.

    Attributes:
        name: without `.pcap`.
        has_keys: there are keys beside it.
    """

    name: str
    has_keys: bool = False


PLAIN = Shown("ln_wrapper_low")
CIPHERED = Shown("ln_wrapper_gmac_glo", has_keys=True)


def app_on(shown: Shown, **more: Any) -> AnalyzerApp:
    """The application on a capture, by its name only; the current folder has to be the one with the captures."""
    path = (CAPTURES / f"{shown.name}.pcap").relative_to(CAPTURES)
    app = AnalyzerApp(session_of(path, keys=shown.name if shown.has_keys else None, **more))
    app.animation_level = "none"
    return app


def going_to(view: View) -> Callable[[Pilot[Any]], Any]:
    """What goes to a view and waits until nothing moves there any more."""

    async def go(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, *view.keys)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await settled(pilot)

    return go
