"""What there is to see: every screen, and the keys that lead to it, for snapshots, pictures and hostile texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from textual.pilot import Pilot
from textual.widgets import Input

from dlms_analyzer.net.layers import prepare_layers
from tests.tui.running import press, session_of, settled
from tui.app import AnalyzerApp


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
PROFILE = Shown("j_ln_hdlc_hls2_profile200")


class View(NamedTuple):
    """Something to see.

    Attributes:
        name: of the screen, or of a part of it.
        keys: that lead there.
        best_on: the capture on which it has most to show.
    """

    name: str
    keys: tuple[str, ...] = ()
    best_on: Shown = PLAIN


_FIRST_OBJECT = ("3", "down", "right", "down", "right")

VIEWS = (
    View("messages", (), CIPHERED),
    View("message", ("down", "down", "down", "tab", "down", "down")),
    View("filter", ("slash", *'dlms.service == "get-re'), CIPHERED),
    View("diff", ("d", "down", "d")),
    View("frames", ("r",)),
    View("sessions", ("2",), CIPHERED),
    View("ladder", ("2", "enter")),
    View("meters", ("3",)),
    View("object", _FIRST_OBJECT),
    View("values", (*_FIRST_OBJECT, "down", "down")),
    View("profile", (*_FIRST_OBJECT, "down"), PROFILE),
    View("plot", (*_FIRST_OBJECT, "down", "p"), PROFILE),
    View("keys", ("4",), CIPHERED),
    View("key_form", ("4", "a"), CIPHERED),
    View("findings", ("5",)),
    View("statistics", ("6",)),
    View("response_times", ("6", "right")),
    View("over_time", ("6", "right", "right")),
    View("capture", ("7",)),
    View("save", ("7", "w")),
    View("help", ("question_mark",)),
)


def app_on(shown: Shown, **more: Any) -> AnalyzerApp:
    """The application on a capture, by its name only; the current folder has to be the one with the captures."""
    path = Path(f"{shown.name}.pcap")
    app = AnalyzerApp(session_of(path, keys=path.with_suffix(".keys.toml") if shown.has_keys else None, **more))
    app.animation_level = "none"
    return app


def going_to(view: View) -> Callable[[Pilot[Any]], Any]:
    """What goes to a view and waits until nothing moves there any more."""

    async def go(pilot: Pilot[Any]) -> None:
        prepare_layers()  # else it depends on the machine what is painted before frames can be dissected
        await settled(pilot)
        await press(pilot, *view.keys)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await settled(pilot)

    return go
