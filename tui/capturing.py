"""Capturing: what the user can do with captures as a whole, on every screen: open, stop, start again, save."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.index.saving import SaveProgress, export_messages, save_capture
from dlms_analyzer.words import counted
from tui.folders import expanded
from tui.opening import FilePlan, LivePlan, Plan, SerialPlan, apart
from tui.screens.dialog import Choose, Confirm
from tui.screens.save_form import PCAPNG, SaveForm, Wish
from tui.session import Given, Session

if TYPE_CHECKING:
    from tui.app import AnalyzerApp

PATIENCE: Final = 1.0
"""Seconds that opening may take before the user is told that it waits."""
TURN: Final = 0.05
"""Seconds between two looks at whether a job has come to its end."""
_SAVE, _LOSE, _STAY = range(3)


class Capturing:
    """Opens, stops, restarts and saves captures for the application.

    Attributes:
        given: keys, options and meters for whatever is opened next.
    """

    def __init__(self, app: AnalyzerApp, given: Given) -> None:
        self._app = app
        self._newest: object = None
        """What stands for the latest attempt to open something."""
        self.given = given

    def do(self, work: Awaitable[object]) -> None:
        """Do something that waits for the user or for a program."""

        async def guarded() -> None:
            try:
                await work
            except CaptureError as problem:
                self._say(str(problem), wrong=True)

        self._app.run_worker(guarded(), group="capturing")

    async def open(self, plan: Plan) -> None:
        """Show something else, once the user has agreed to lose what was not saved.

        Raises:
            CaptureError: it cannot be opened.
        """
        if await self.may_close():
            names = self.given.meters
            await self._show(plan, replace(self.given, keys=self._keys(), meters=Meters(names.names, names.called)))

    async def reread(self, options: FramingOptions) -> None:
        """Read the files that are open anew, with other options.

        Raises:
            CaptureError: they cannot be opened again.
        """
        self.given = replace(self.given, options=options)
        session = self._app.session
        if session is None:
            return
        plan = session.plan or FilePlan(session.paths)
        if plan.growing:
            self._say("rules for framing hold for what is opened next: save what came, then open it")
            return
        await self._show(plan, Given(self._keys(), options, session.meters, session.show_secrets))

    async def stop(self) -> None:
        """Take no more frames; what came is still read, and stays on the screens."""
        stop: Callable[[], None] | None = getattr(self._source, "stop", None)
        if stop is not None:
            await apart(stop)

    async def toggle(self) -> None:
        """Stop what runs; start again what was stopped.

        Raises:
            CaptureError: it cannot be opened again.
        """
        session = self._app.session
        if session is None or session.plan is None or not session.plan.growing:
            await self._app.switch_mode("capture")
        elif session.ended:
            await self.open(again(session.plan))
        else:
            await self.stop()

    async def save(self) -> None:
        """Ask what to save and where, and begin to save it."""
        session = self._app.session
        if session is None:
            self._say("there is nothing to save: no capture is open")
            return
        wish = await self._app.push_screen_wait(SaveForm(self._choices(session), self._proposal(session)))
        if wish is None:
            return
        path = expanded(wish.path)
        if path.exists() and not await self._app.push_screen_wait(Confirm(f"{path} is there already. Replace it?")):
            return
        self.save_as(session, replace(wish, path=str(path)))

    def save_as(self, session: Session, wish: Wish, then: Callable[[], object] | None = None) -> None:
        """Begin to save something.

        Args:
            session: what to save of.
            wish: what, how and where.
            then: called when it is saved.
        """
        frames = len(session.capture.frames)

        def done() -> None:
            if wish.form == PCAPNG and wish.numbers is None:
                session.saved = frames
            lost = session.capture.frames.lost if session.again is None else 0
            self._say(
                f"saved: {wish.path}"
                + (f", without {counted(lost, 'frame')} that the ring no longer holds" if lost else "")
            )
            if then is not None:
                then()

        self._app.jobs.start(
            "saving",
            self._saving(session, wish),
            on_done=done,
            on_error=lambda error: self._say(str(error), wrong=True),
        )

    async def may_close(self) -> bool:
        """Whether the open capture may be closed: nothing is lost, or the user agrees; saves it if the user wants."""
        session = self._app.session
        if session is None or not session.unsaved:
            return True
        question = f"Not saved: {counted(session.unsaved, 'captured frame')}."
        chosen = await self._app.push_screen_wait(Choose(question, ["Save them", "Lose them", "Stay here"]))
        if chosen == _LOSE:
            return True
        if chosen != _SAVE:
            return False
        wish = await self._app.push_screen_wait(SaveForm([("all frames", None)], self._proposal(session)))
        if wish is None:
            return False
        await self.stop()
        while not session.ended and any(job.name == "live" for job in self._app.jobs.running):
            await asyncio.sleep(TURN)  # what was captured last is still read
        saved = asyncio.Event()
        self.save_as(session, wish, saved.set)
        while not saved.is_set() and any(job.name == "saving" for job in self._app.jobs.running):
            await asyncio.sleep(TURN)
        return saved.is_set()

    async def leave(self) -> None:
        """End the program, unless the user would lose something and does not want that."""
        if await self.may_close():
            self._app.close_session()
            self._app.exit(0)

    @property
    def _source(self) -> Any:
        session = self._app.session
        return None if session is None else session.source

    def _keys(self) -> Any:
        """The keys at hand: those of the open capture were maybe added to."""
        session = self._app.session
        return (self.given.keys if session is None else session.keyring).given()

    async def _show(self, plan: Plan, given: Given) -> None:
        self._newest = opening = object()
        waiting = self._app.set_timer(PATIENCE, lambda: self._say("opening; this waits for octets to come"))
        try:
            source = await apart(plan.open)
        finally:
            waiting.stop()
        if opening is not self._newest:  # something else was opened meanwhile
            source.close()
            return
        session = Session.of(plan, source, given)
        for path in plan.paths:
            self._app.recent.add_file(path)
        await self._app.open_session(session)

    def _choices(self, session: Session) -> list[tuple[str, Iterable[int] | None]]:
        """What can be saved: all of it, what is listed, what the message under the cursor belongs to."""
        found: list[tuple[str, Iterable[int] | None]] = [("everything", None)]
        screen: Any = self._app.main_screen("messages")
        rows = None if screen is None else screen.rows
        if rows is None or rows.session is not session or not len(rows):
            return found
        if rows.numbers is not None:
            found.append((f"messages that are listed ({len(rows):,})", list(rows.numbers)))
        bookmarked = [one.message for one in session.notes.all() if one.bookmark and one.message <= len(session.table)]
        if bookmarked:
            found.append((f"messages with bookmarks ({len(bookmarked):,})", bookmarked))
        row = session.table.row(rows.number(screen.list.cursor))
        conversation = row.conversation.number
        streams = enumerate(session.table.column("stream"), 1)
        found.append((f"conversation #{conversation}", (number for number, one in streams if one >> 1 == conversation)))
        return found

    @staticmethod
    def _proposal(session: Session) -> str:
        """A file name to begin with."""
        if session.paths and Path(session.paths[0]).name:
            return str(Path(session.paths[0]).with_suffix("")) + "-part"
        return "capture"

    @staticmethod
    def _saving(session: Session, wish: Wish) -> Iterator[SaveProgress]:
        again, inputs = session.again, session.paths
        if wish.form == PCAPNG:
            return save_capture(session.capture, wish.path, wish.numbers, again, inputs)
        return export_messages(
            session.capture, wish.path, wish.form, session.meters, wish.numbers, again, inputs,
            show_secrets=session.show_secrets,
        )  # fmt: skip

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._app.notify(text, severity="error" if wrong else "information", markup=False)


def again(plan: Plan) -> Plan:
    """The plan for another run: what the last one kept in a file is not overwritten."""
    if not plan.keep or not isinstance(plan, LivePlan | SerialPlan):
        return plan
    kept = Path(plan.keep)
    names = (kept.with_stem(f"{kept.stem}-{number}") for number in count(2))
    return replace(plan, keep=str(next(name for name in names if not name.exists())))
