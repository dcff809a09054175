"""Dialogs that keys are given in: a form for the keys of one meter, and a place to paste text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Input, Label, TextArea

from dlms_analyzer.output.escape import escape
from dlms_analyzer.security.key_settings import key_set
from dlms_analyzer.security.keys import SYMMETRIC_KEYS, KeyProblem, KeySet
from tui.text import safe

MAX_PASTED: Final = 1 << 20
"""Characters of a pasted text: some thousand meters. More belongs into a file."""

DOT: Final = "•"
"""Stands for a character of a secret."""
_DIGIT_OR_LETTER: Final = re.compile(r"\w")

SECRETS: Final = (*SYMMETRIC_KEYS, "password")
FIELDS: Final = {
    "name": "Name of the meter",
    "system_title": "System title",
    "address": "Address",
    "server_sap": "Server SAP",
    "client_sap": "Client SAP",
    "guek": "Encryption key (guek)",
    "gak": "Authentication key (gak)",
    "gbek": "Broadcast key (gbek)",
    "kek": "Master key (kek)",
    "dedicated_key": "Dedicated key",
    "password": "Password or HLS secret",
    "client_system_title": "Client system title",
}
"""Settings of a keys file that the form asks for, and what it calls them. Keys on curves are given
in a keys file."""


class KeyForm(ModalScreen[KeySet | None]):
    """Asks for the keys of a meter; gives them, or None when the user thought better of it."""

    DEFAULT_CSS = """
    KeyForm {
        align: center middle;
        #box { width: 78; max-width: 100%; height: auto; max-height: 100%; border: solid $border; padding: 0 1;
               background: $surface; }
        #about { width: 1fr; height: auto; }
        #fields { height: auto; max-height: 16; }
        .field { height: 1; }
        .field Label { width: 26; }
        .field Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        .field .verdict { width: 10; padding-left: 1; }
        #problem { color: $text-error; height: auto; width: 1fr; }
        #keys { color: $foreground-muted; width: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="key_form.cancel"),
        Binding("enter,ctrl+s", "take", "Add", priority=True, id="key_form.add"),
        Binding("down", "app.focus_next", "Next", show=False, id="key_form.next"),
        Binding("up", "app.focus_previous", "Previous", show=False, id="key_form.previous"),
        Binding("f2", "show", "Show or hide", id="key_form.show"),
    ]

    def __init__(self, about: str, values: Mapping[str, str], *, show_secrets: bool = False) -> None:
        """Prepare.

        Args:
            about: the meter, in words.
            values: what stands in the fields at first, by setting.
            show_secrets: keys are shown while they are typed.
        """
        super().__init__()
        self._about = about
        self._values = values
        self._shown = show_secrets

    def compose(self) -> ComposeResult:
        """Fields with a verdict each, and what is wrong with the one that is typed in."""
        with Vertical(id="box"):
            yield Label(safe(f"Add keys {self._about}"), id="about")
            with VerticalScroll(id="fields", can_focus=False):
                for setting, title in FIELDS.items():
                    with Horizontal(classes="field"):
                        yield Label(title)
                        hidden = setting in SECRETS and not self._shown
                        yield Input(self._values.get(setting, ""), password=hidden, id=setting, select_on_focus=False)
                        yield Label("", classes="verdict", id=f"{setting}-verdict", markup=False)
            yield Label("", id="problem", markup=False)
            yield Label("Enter: add   up, down: fields   F2: show keys   Esc: cancel", id="keys")

    def on_mount(self) -> None:
        """Begin where the key goes."""
        self.query_one("#guek", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once whether what is typed can be used."""
        setting, value = event.input.id or "", event.value
        problem = ""
        verdict = ""
        if value.strip():
            try:
                keys = key_set({setting: value}, origin="typed")
                found = getattr(keys, setting)
                verdict = f"{len(found)} octets" if isinstance(found, bytes) else "ok"
            except KeyProblem as reason:
                verdict, problem = "wrong", str(reason)
        self.query_one(f"#{setting}-verdict", Label).update(safe(verdict))
        self.query_one("#problem", Label).update(safe(problem))

    def action_show(self) -> None:
        """Show the keys, or hide them."""
        self._shown = not self._shown
        for setting in SECRETS:
            self.query_one(f"#{setting}", Input).password = not self._shown

    def action_take(self) -> None:
        """Take the keys, if there are any and nothing is wrong with them."""
        given = {setting: value for setting in FIELDS if (value := self.query_one(f"#{setting}", Input).value).strip()}
        try:
            keys = key_set(given, origin="typed in")
        except KeyProblem as reason:
            self.query_one("#problem", Label).update(safe(str(reason)))
            return
        if keys.keys:
            _ = self.dismiss(keys)
        else:
            self.query_one("#problem", Label).update("no key is given")


class SecretArea(TextArea):
    """A place for text in which keys cannot be read until they are asked for.

    Attributes:
        shown: they are asked for.
    """

    shown: reactive[bool] = reactive(False)

    def get_line(self, line_index: int) -> Text:
        """A line as it is painted."""
        line: str = self.document.get_line(line_index)
        return Text(escaped_alike(line if self.shown else masked(line)), end="", no_wrap=True)

    def watch_shown(self) -> None:
        """Paint all lines anew."""
        self._line_cache.clear()
        self.refresh()


def masked(line: str) -> str:
    """A line of a keys file, a table or a list of keys, with dots for what may be secret; as long as it was.

    What stands behind an equals sign may be, and so may lines of tables that have digits: headings have none.
    """
    name, equals, value = line.partition("=")
    if equals:
        return name + equals + _DIGIT_OR_LETTER.sub(DOT, value)
    return _DIGIT_OR_LETTER.sub(DOT, line) if any(map(str.isdigit, line)) else line


def escaped_alike(line: str) -> str:
    """A line with a sign in the place of each character that would have to be escaped: the cursor counts them."""
    if escape(line) == line:
        return line
    return "".join(one if one == "\t" or escape(one) == one else "\ufffd" for one in line)


class PasteForm(ModalScreen[str | None]):
    """Takes a text of several lines; gives it, or None."""

    DEFAULT_CSS = """
    PasteForm {
        align: center middle;
        #box { width: 90; max-width: 100%; height: 80%; border: solid $border; padding: 0 1; background: $surface; }
        #text { height: 1fr; border: none; }
        #problem { color: $text-error; height: auto; width: 1fr; }
        #keys { color: $foreground-muted; width: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", priority=True, id="paste.cancel"),
        Binding("ctrl+s,f10", "take", "Done", priority=True, id="paste.done"),
        Binding("f2", "show", "Show or hide", priority=True, id="paste.show"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def action_show(self) -> None:
        """Show the keys, or hide them."""
        area = self.query_one(SecretArea)
        area.shown = not area.shown

    def compose(self) -> ComposeResult:
        """What to paste, the place for it, and how to go on."""
        with Vertical(id="box"):
            yield Label(safe(self._question))
            yield SecretArea(id="text", soft_wrap=False)
            yield Label("", id="problem", markup=False)
            yield Label("Ctrl+S: done   F2: show keys   Esc: cancel", id="keys")

    def action_take(self) -> None:
        """Take the text, if there is any."""
        text = self.query_one(TextArea).text
        problem = "nothing is pasted" if not text.strip() else ""
        if len(text) > MAX_PASTED:
            problem = f"more than {MAX_PASTED:,} characters: load a file"
        if problem:
            self.query_one("#problem", Label).update(safe(problem))
            return
        _ = self.dismiss(text)
