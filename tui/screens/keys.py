"""The keys: which meters need which, why they do not open, and what there is at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Static

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.output.escape import escape
from dlms_analyzer.security.indexed_trial import Found, IndexTrial
from dlms_analyzer.security.key_check import State
from dlms_analyzer.security.key_survey import KeySurvey
from dlms_analyzer.security.key_trial import candidates_of
from dlms_analyzer.security.keys import KeyProblem, KeySet
from dlms_analyzer.words import counted
from tui.jobs import Job
from tui.screens.base import MainScreen
from tui.screens.dialog import Choose
from tui.screens.key_asking import Given, candidate_keys, loaded_keys, pasted_keys, saved_keys
from tui.screens.key_form import KeyForm
from tui.session import Session
from tui.text import safe
from tui.theme import styles
from tui.widgets.key_tables import (
    KEY_SET_COLUMNS,
    METER_COLUMNS,
    KeySetRow,
    MeterRow,
    key_set_rows,
    meter_name,
    meter_rows,
    role_of,
)
from tui.widgets.lines import LineList
from tui.widgets.table import RowTable

AGAIN: Final = 2.0
"""Seconds from the growth of a capture until its keys are looked at again: all meters are gone through for that."""
_ADVICE: Final = {
    State.MISSING: "Press a to add its keys, p to paste a keys file, l to load one, t to try a list of keys.",
    State.WRONG: "Press a to add the right ones, or t to try a list of keys.",
    State.PARTLY: "Press a to add what is missing: keys of another client, newer ones, or a system title.",
    State.NOT_VERIFIED: "Deciphered, but nothing proves that nobody changed it: add the authentication key (gak).",
    State.VERIFIED: "Everything that is protected opens, and its tags are right.",
}


class KeysScreen(MainScreen):
    """Why it does not open, the meters with what they need and have, and the key sets."""

    DEFAULT_CSS = """
    KeysScreen {
        #why { height: auto; max-height: 6; padding: 0 1; background: $surface; }
        #meters { height: 2fr; min-height: 4; }
        #sets { height: 1fr; min-height: 4; border-top: solid $border-blurred; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", id="keys.add", tooltip="type the keys of the meter under the cursor"),
        Binding("p", "paste", "Paste", id="keys.paste", tooltip="paste a keys file, TOML or CSV"),
        Binding("l", "load", "Load", id="keys.load", tooltip="load a keys file"),
        Binding("t", "try", "Try", id="keys.try", tooltip="find out which of many keys fit"),
        Binding("v", "show_secrets", "Show keys", id="keys.show_secrets",
                tooltip="show keys and passwords on all screens, or hide them"),
        Binding("w", "save", "Save", id="keys.save", tooltip="write the keys at hand into a keys file"),
        Binding("f", "filter", "Filter", id="keys.filter", tooltip="show the messages that do not open"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._survey: KeySurvey | None = None
        self._job: Job | None = None
        self._looked = False
        """The survey has come to its end."""
        self._waiting_to_look: Timer | None = None

    def body(self) -> ComposeResult:
        """The sentence above, the two tables below."""
        yield Static(id="why", markup=False)
        with Vertical():
            yield RowTable[MeterRow](METER_COLUMNS, id="meters")
            yield RowTable[KeySetRow](KEY_SET_COLUMNS, id="sets")

    @property
    def meters(self) -> RowTable[MeterRow]:
        """The table of meters."""
        return self.query_one("#meters", RowTable)

    @property
    def sets(self) -> RowTable[KeySetRow]:
        """The table of key sets."""
        return self.query_one("#sets", RowTable)

    def on_mount(self) -> None:
        """Begin with the meters."""
        self.meters.focus()

    def changed(self) -> None:
        """Look at all meters anew."""
        session = self.session
        self._survey = None if session is None else KeySurvey(session.table, session.keyring)
        self._job = None
        self._looked = False
        self._begin()

    def grew(self) -> None:
        """Look again now and then while a capture is read."""
        if self._waiting_to_look is None:
            self._waiting_to_look = self.set_timer(AGAIN, self._look_again)

    def _look_again(self) -> None:
        self._waiting_to_look = None
        if self._job is not None and not self._job.over:
            self.grew()
        else:
            self._begin(again=True)

    def _begin(self, *, again: bool = False) -> None:
        survey = self._survey
        if survey is None:
            self._show(None)
        else:
            self._job = self.analyzer_app.jobs.start(
                "looking at keys", survey.read(), on_done=lambda: self._show(survey), background=again
            )

    def _show(self, survey: KeySurvey | None) -> None:
        """Show what a survey has found; the cursors stay on their rows."""
        session = self.session
        if survey is not self._survey:
            return
        self._looked = True
        meters = [] if survey is None else meter_rows(survey)
        sets: list[KeySetRow] = []
        if survey is not None and session is not None:
            sets = key_set_rows(survey, list(session.keyring), show_secrets=session.show_secrets)
        self.meters.show(meters, self.meters.cursor)
        self.sets.show(sets, self.sets.cursor)
        self._show_why()
        self.update_status()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Say why the meter under the cursor does not open."""
        if event.list is self.meters:
            self._show_why()

    def _show_why(self) -> None:
        known = styles(self.app)
        row = self.meters.row
        why = self.query_one("#why", Static)
        if row is None:
            why.update(safe(self._nothing()))
            return
        meter = row.meter
        lines = [safe(f"{meter.state.value.upper()}: {meter_name(meter)}", known[role_of(meter.state)])]
        lines += [safe(f"{reason[:1].upper()}{reason[1:]}.", known.bold) for reason in meter.reasons]
        lines.append(Text(_ADVICE[meter.state], known.dim))
        why.update(Text("\n").join(lines))

    def _nothing(self) -> str:
        if self.session is None:
            return "No capture is open: press 7."
        if not self._looked:
            return "Looking for protected messages …"
        return "Nothing in this capture is protected: no keys are needed."

    def status(self) -> str:
        """How many meters, and whether secrets can be seen."""
        session = self.session
        if session is None:
            return "no capture is open: press 7"
        meters = self.meters.rows
        closed = sum(row.meter.failed > 0 for row in meters)
        text = f"protected meters: {len(meters):,}, not open: {closed:,}, key sets: {len(self.sets.rows):,}"
        return f"{text}  KEYS ARE SHOWN (v)" if session.show_secrets else text

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Show the first message of the meter that does not open; when all do, its first one."""
        session, row = self.session, self.meters.row
        if event.list is not self.meters or session is None or row is None or self._survey is None:
            return
        number = self._survey.first(row.meter)
        if number is not None:
            await self.analyzer_app.show_message(number)

    async def action_filter(self) -> None:
        """Show the messages that do not open."""
        await self.analyzer_app.apply_filter('security.status in {"no-key", "bad-tag", "error"}')

    def action_show_secrets(self) -> None:
        """Show keys and passwords on all screens, or hide them."""
        session = self.session
        if session is None:
            return
        session.show_secrets = not session.show_secrets
        shown = "shown on all screens" if session.show_secrets else "hidden"
        self.notify(
            f"Keys and passwords are {shown} now", severity="warning" if session.show_secrets else "information"
        )
        self.analyzer_app.tell("changed")

    def add(self, key_sets: Sequence[KeySet]) -> None:
        """Take up keys, and decipher again what does not open."""
        session = self.session
        if session is None or not key_sets:
            return
        self.analyzer_app.jobs.start("deciphering", self._deciphering(session, key_sets))

    def _deciphering(self, session: Session, key_sets: Sequence[KeySet]) -> Iterator[tuple[int, int]]:
        try:
            yield from session.add_keys(*key_sets)
        finally:  # also when it is cancelled: what was deciphered until then stays
            if session is self.session:
                self.analyzer_app.tell("changed")

    @work
    async def action_add(self) -> None:
        """Ask for the keys of the meter under the cursor."""
        session, row = self.session, self.meters.row
        if session is None:
            return
        values: dict[str, str] = {}
        about = "of any meter"
        if row is not None:
            about = (
                f"of meter {meter_name(row.meter)}; it needs {' and '.join(row.settings) or 'no keys that are known'}"
            )
            values = prefilled(row)
        keys = await self.app.push_screen_wait(KeyForm(about, values, show_secrets=session.show_secrets))
        if keys is not None:
            self.add([keys])

    @work
    async def action_paste(self) -> None:
        """Ask for the text of a keys file."""
        if self.session is not None:
            await self._take(pasted_keys(self.app))

    @work
    async def action_load(self) -> None:
        """Ask for a keys file."""
        if self.session is not None:
            await self._take(loaded_keys(self.app))

    async def _take(self, asking: Awaitable[Given]) -> None:
        """Take up what the user gives."""
        try:
            key_sets, notes = await asking
        except KeyProblem as problem:
            self._tell_problem(problem)
            return
        for note in notes:
            self.notify(note, severity="warning", timeout=10, markup=False)
        self.add(key_sets)

    @work
    async def action_save(self) -> None:
        """Write the keys at hand into a file."""
        session = self.session
        if session is None or not len(session.keyring):
            self.notify("There are no keys to save")
            return
        try:
            path = await saved_keys(self.app, list(session.keyring))
        except CaptureError as problem:
            self.notify(str(problem), severity="error", markup=False)
            return
        if path is not None:
            self.notify(f"{path}: {len(session.keyring):,} key sets, for you alone to read", markup=False)

    @work
    async def action_try(self) -> None:
        """Find out which of many keys fit what does not open."""
        session = self.session
        if session is None:
            return
        at_hand = [candidate for keys in session.keyring for candidate in candidates_of(keys)]
        try:
            candidates = await candidate_keys(self.app, at_hand)
        except KeyProblem as problem:
            self._tell_problem(problem)
            return
        if candidates:
            trial = IndexTrial(session.capture, candidates)
            self.analyzer_app.jobs.start("trying keys", trial.run(), on_done=lambda: self._tried(trial))

    def _tried(self, trial: IndexTrial) -> None:
        self._tell_trial(trial)

    @work
    async def _tell_trial(self, trial: IndexTrial) -> None:
        """Say what fits, and offer to add it."""
        key_sets = trial.key_sets()
        if not key_sets:
            text = "None of the keys fits." if trial.locks else "There is nothing that keys could be tried on."
            if trial.untitled:
                untried = counted(trial.untitled, "message")
                text += f" {untried} could not be tried: the system title of their sender was not seen."
            self.notify(text, severity="warning", timeout=10, markup=False)
            return
        lines = [f"all of them: {len(key_sets):,} key sets", *(_fit_text(found) for found in trial.found)]
        chosen = await self.app.push_screen_wait(Choose("These keys fit. Decipher with", lines))
        if chosen is not None:
            self.add([trial.found[chosen - 1].keys] if chosen else key_sets)

    def _tell_problem(self, problem: KeyProblem) -> None:
        self.notify(str(problem), title="These keys cannot be used", severity="error", timeout=15, markup=False)


def _fit_text(found: Found) -> str:
    """What fits what, and how sure that is."""
    sure = "fits" if found.fit.authentication is not None else "may fit; no key tried is the authentication key"
    return f"{found.lock.key} of {found.lock.title.hex().upper()}: {found.fit.encryption.label} {sure}"


def prefilled(row: MeterRow) -> dict[str, str]:
    """What the form may know of a meter already: its selectors."""
    meter = row.meter
    # Fields show what stands in them as it is: a name that has to be escaped is not for them.
    values = {"name": meter.name} if meter.name and escape(meter.name) == meter.name else {}
    if meter.title is not None:
        return values | {"system_title": meter.title.hex().upper()}
    values["address"] = meter.address
    return values if meter.sap is None else values | {"server_sap": str(meter.sap)}
