"""Three themes, and in each the style of everything that has a meaning: who spoke, what is wrong, what is marked.

A role says something; its colour only helps. Wherever a role is used there is also a word or a sign for it, because
some terminals have 16 colours and some people want none (`NO_COLOR`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from rich.style import Style
from textual.app import App
from textual.theme import Theme

DARK: Final = "dlms-dark"
LIGHT: Final = "dlms-light"
CONTRAST: Final = "dlms-contrast"


@dataclass(frozen=True, slots=True)
class Styles:
    """Rich styles by role; those of text leave the background as it is.

    Attributes:
        client: what the client (the head end) sent.
        server: what the server (the meter) sent.
        link: frames of the link layer that carry no APDU.
        push: what a meter sent without being asked.
        raw: octets that nothing is known about.
        error: expert notes of that severity.
        warning: the same.
        note: the same.
        chat: the same.
        ok: deciphered and verified, answered, in order.
        locked: ciphered, and no key for it.
        bad: deciphered with a wrong key, or damaged.
        dim: what matters least: times, addresses, offsets.
        bold: what matters most.
        accent: titles, and the keys one can press.
        heading: the heads of columns.
        value: what was measured.
        match: found by a search.
        mark: marked by the user.
        changed: differs from what it is compared with.
        cursor: the line that the keys act on.
        resting: that line in a pane that has not got the focus.
        linked: octets and lines that belong to the selected one of another pane.
    """

    client: Style
    server: Style
    link: Style
    push: Style
    raw: Style
    error: Style
    warning: Style
    note: Style
    chat: Style
    ok: Style
    locked: Style
    bad: Style
    dim: Style
    bold: Style
    accent: Style
    heading: Style
    value: Style
    match: Style
    mark: Style
    changed: Style
    cursor: Style
    resting: Style
    linked: Style

    def __getitem__(self, role: str) -> Style:
        """The style of a role by its name, for what names roles as data.

        Raises:
            KeyError: there is no such role.
        """
        if role not in ROLES:
            raise KeyError(role)
        style: Style = getattr(self, role)
        return style


ROLES: Final = tuple(role.name for role in fields(Styles))


def _styles(**roles: str) -> Styles:
    return Styles(**{role: Style.parse(text) for role, text in roles.items()})


_STYLES: Final = {
    DARK: _styles(
        client="#5fdcf5",
        server="#6be36b",
        link="#9aa5b8",
        push="#e68cff",
        raw="#9aa5b8 italic",
        error="#ff6b6b bold",
        warning="#ffd84d bold",
        note="#ffd84d",
        chat="#9aa5b8 underline",
        ok="#6be36b bold",
        locked="#e68cff italic",
        bad="#ff6b6b reverse",
        dim="#aab4c4",
        bold="#ffffff bold",
        accent="#5fdcf5 bold",
        heading="#ffffff underline",
        value="#ffffff",
        match="#14171f on #ffd84d",
        mark="#14171f on #e68cff",
        changed="#ffffff on #9c1018",
        cursor="#ffffff on #12389c",
        resting="#ffffff on #3a4152",
        linked="#14171f on #5fdcf5",
    ),
    LIGHT: _styles(
        client="#1338b0",
        server="#006b1f",
        link="#4a5361",
        push="#8a0f8a",
        raw="#4a5361 italic",
        error="#b00d0d bold",
        warning="#7a4a00 bold",
        note="#7a4a00",
        chat="#4a5361 underline",
        ok="#006b1f bold",
        locked="#8a0f8a italic",
        bad="#b00d0d reverse",
        dim="#4a5361",
        bold="#000000 bold",
        accent="#1338b0 bold",
        heading="#000000 underline",
        value="#000000",
        match="#000000 on #ffd84d",
        mark="#ffffff on #8a0f8a",
        changed="#ffffff on #b00d0d",
        cursor="#ffffff on #1338b0",
        resting="#ffffff on #4a5361",
        linked="#000000 on #5fdcf5",
    ),
    CONTRAST: _styles(
        client="#00ffff",
        server="#55ff55",
        link="#d0d0d0",
        push="#ff80ff",
        raw="#d0d0d0 italic",
        error="#ff8080 bold",
        warning="#ffff55 bold",
        note="#ffff55",
        chat="#d0d0d0 underline",
        ok="#55ff55 bold",
        locked="#ff80ff italic",
        bad="#ff8080 reverse",
        dim="#d0d0d0",
        bold="#ffffff bold",
        accent="#00ffff bold",
        heading="#ffffff underline",
        value="#ffffff",
        match="#000000 on #ffff55",
        mark="#000000 on #ff80ff",
        changed="#ffffff on #8a0000",
        cursor="#ffffff on #12389c",
        resting="#ffffff on #3a4152",
        linked="#000000 on #00ffff",
    ),
}
"""Colours that a terminal of 16 colours still shows as different ones, or that an attribute tells apart there."""

_WITHOUT_COLOUR: Final = _styles(
    client="none",
    server="none",
    link="dim",
    push="italic",
    raw="dim italic",
    error="bold",
    warning="bold",
    note="none",
    chat="dim",
    ok="none",
    locked="italic",
    bad="bold italic",
    dim="dim",
    bold="bold",
    accent="bold",
    heading="underline",
    value="bold",
    match="underline bold",
    mark="underline",
    changed="bold underline",
    cursor="reverse",
    resting="underline",
    linked="reverse",
)
"""For `NO_COLOR`: only attributes, which every terminal shows on the colours that its owner has chosen."""


def _theme(name: str, styles: Styles, background: str, surface: str, *, dark: bool) -> Theme:
    """What Textual paints its own widgets with, from the same colours as the roles."""

    def colour(role: str) -> str:
        found = styles[role].color
        return found.name if found is not None else ""

    def ground(role: str) -> str:
        found = styles[role].bgcolor
        return found.name if found is not None else ""

    return Theme(
        name=name,
        primary=ground("cursor"),
        secondary=colour("push"),
        warning=colour("warning"),
        error=colour("error"),
        success=colour("ok"),
        accent=colour("accent"),
        foreground=colour("value"),
        background=background,
        surface=surface,
        panel=surface,
        dark=dark,
        variables={
            # Textual's own shades of grey let the background shine through, down to a contrast of 2:1.
            "text": colour("value"),
            "text-muted": colour("dim"),
            "text-disabled": colour("dim"),
            "foreground-muted": colour("dim"),
            "block-cursor-foreground": colour("cursor"),
            "block-cursor-background": ground("cursor"),
            "block-cursor-blurred-foreground": colour("resting"),
            "block-cursor-blurred-background": ground("resting"),
            "border": colour("accent"),
            "border-blurred": colour("dim"),
            "footer-background": surface,
            "footer-foreground": colour("value"),
            "footer-description-foreground": colour("value"),
            "footer-key-foreground": colour("accent"),
            "input-selection-background": ground("cursor"),
            "input-selection-foreground": colour("cursor"),
            "input-cursor-background": colour("value"),
            "input-cursor-foreground": background,
            "scrollbar": colour("dim"),
            "scrollbar-hover": colour("accent"),
            "scrollbar-active": colour("accent"),
            "scrollbar-background": surface,
            "button-color-foreground": colour("cursor"),
        },
    )


THEMES: Final = (
    _theme(DARK, _STYLES[DARK], "#14171f", "#1f2430", dark=True),
    _theme(LIGHT, _STYLES[LIGHT], "#f6f7f9", "#e6eaf2", dark=False),
    _theme(CONTRAST, _STYLES[CONTRAST], "#000000", "#000000", dark=True),
)
"""What `App.register_theme` is given."""

NO_COLOUR_CSS: Final = """
App:nocolor {
    OptionList > .option-list--option-highlighted, ListView > ListItem.-highlight { text-style: bold underline; }
    Button:focus, Tab.-active, Select:focus > SelectCurrent { text-style: reverse; }
    ToggleButton:focus > .toggle--label { text-style: reverse; }
    Input > .input--selection, TextArea > .text-area--selection { text-style: reverse; }
}
"""
"""Textual shows what is selected by colours alone in these. Lists of options are underlined, since Textual 8.2 loses
`reverse` in the styles of their parts."""


NARROW_CSS: Final = """
OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
"""
"""Textual 8.2 fails where an option is to be wrapped in no cells at all, as in a terminal of some columns."""

CONTRAST_CSS: Final = """
Tab { color: $text-muted; }
Tab.-active { color: $foreground; }
"""
"""Textual paints the tabs behind the first one half transparent, which is too faint to read."""


def styles(app: App[Any]) -> Styles:
    """The styles of the roles in an app's theme; Textual's own themes get those of ours that are as dark or light."""
    if app.no_color:
        return _WITHOUT_COLOUR
    theme = app.current_theme
    return _STYLES.get(theme.name) or _STYLES[DARK if theme.dark else LIGHT]
