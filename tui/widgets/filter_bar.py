"""FilterBar: the line in which a display filter is written, with what is wrong with it and what can be written next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from dlms_analyzer.filters.completion import Completion, check, complete
from dlms_analyzer.filters.syntax import MAX_LENGTH
from tui.text import clip, fit, safe
from tui.theme import styles

MAX_OFFERED: Final = 200
"""Completions in the list; another letter leaves fewer."""
NAMED: Final = 34
"""Cells that descriptions of completions stand behind; few names are longer."""
SIGNS: Final = {"right": " ok ", "wrong": " ?? ", "empty": "  / "}
"""What stands before the line, so that it is not for colours alone to say it."""


class FilterInput(Input):
    """The line; its keys go to the list of completions when that is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take", "Complete", show=False, id="filter.complete"),
        Binding("down", "down", "Next", show=False, id="filter.next"),
        Binding("up", "up", "Previous", show=False, id="filter.previous"),
        Binding("enter", "enter", "Apply", id="filter.apply"),
        Binding("escape", "leave", "Leave", id="filter.leave"),
    ]

    @property
    def bar(self) -> FilterBar:
        """The bar that it is part of."""
        return self.query_ancestor(FilterBar)

    def action_take(self) -> None:
        """Write the completion that is marked, or the first one."""
        self.bar.take()

    def action_down(self) -> None:
        """The next completion; without a list the next filter of the history."""
        self.bar.move(1)

    def action_up(self) -> None:
        """The completion before; without a list the filter before."""
        self.bar.move(-1)

    def action_enter(self) -> None:
        """Write the completion that is marked; without one apply the filter."""
        self.bar.enter()

    def action_leave(self) -> None:
        """Close the list; without one leave the line as it was."""
        self.bar.leave()


class FilterBar(Horizontal):
    """A line with a sign before it; below it, over whatever is there, what is wrong and what can follow.

    Attributes:
        history: filters that were used, the newest first.
        seen: values that messages of the capture have, by field.
    """

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        display: none;
        background: $surface;
        &.shown { display: block; }
        #sign { width: 4; }
        FilterInput { width: 1fr; background: $surface; }
        &.right #sign { background: $success-muted; color: $text-success; }
        &.wrong #sign { background: $error-muted; color: $text-error; }
    }
    FilterHelp {
        overlay: screen;
        constrain: none inside;
        offset: 0 1;
        width: 100%;
        height: auto;
        max-height: 14;
        display: none;
        background: $panel;
        &.shown { display: block; }
        #trouble { height: auto; padding: 0 0 0 4; color: $text-error; }
        OptionList { height: auto; max-height: 12; border: none; padding: 0 0 0 3; background: $panel; }
    }
    """

    class Applied(Message):
        """A filter is to be used.

        Attributes:
            text: the filter; empty for none.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The line was left, whatever is written in it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.history: Sequence[str] = ()
        self.seen: Mapping[str, Sequence[str]] = {}
        self._applied = ""
        self._place = -1
        """Place in the history; -1 before its first entry."""
        self._offered: list[Completion] = []
        self._silent: str | None = None
        """A text that was not typed: nothing is offered for it."""

    def compose(self) -> ComposeResult:
        """Sign, line, and what is shown over the rest."""
        with FilterHelp():
            yield Label("", id="trouble", markup=False)
            yield OptionList(markup=False)
        yield Label(SIGNS["empty"], id="sign")
        yield FilterInput(compact=True, max_length=MAX_LENGTH, select_on_focus=False)

    @property
    def line(self) -> FilterInput:
        """The line that is written in."""
        return self.query_one(FilterInput)

    @property
    def options(self) -> OptionList:
        """The list of completions."""
        return self.query_one(OptionList)

    def on_mount(self) -> None:
        """The list follows the keys of the line and takes no focus."""
        self.options.can_focus = False

    def open(self) -> None:
        """Write in it."""
        self.add_class("shown")
        self._place = -1
        self.screen.set_focus(self.line)  # at once: what is typed right behind the key belongs here
        self.line.cursor_position = len(self.line.value)

    def show_filter(self, text: str) -> None:
        """Show the filter that is in use; the line goes away when there is none."""
        self._applied = text
        self._write(text)
        self.set_class(bool(text), "shown")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say whether it is right, and offer what can follow."""
        event.stop()
        text = event.value
        error = check(text)
        state = "empty" if not text.strip() else "right" if error is None else "wrong"
        self.set_class(state == "right", "right")
        self.set_class(state == "wrong", "wrong")
        self.query_one("#sign", Label).update(SIGNS[state])
        typed = text != self._silent and self.line.has_focus
        self._silent = None
        known = styles(self.app)
        trouble = Text(end="")
        if error is not None:
            shift = max(error.start - self.line.scroll_offset.x, 0)
            carets = "^" * min(error.end - error.start, max(self.size.width - 4 - shift, 1))
            trouble = Text.assemble((" " * shift + carets, known.error), "\n", safe(error.reason, known.error), end="")
        self.query_one("#trouble", Label).update(trouble)
        self._offer(complete(text, self.line.cursor_position, self.seen)[:MAX_OFFERED] if typed else [])

    def _offer(self, offered: list[Completion]) -> None:
        known = styles(self.app)
        if len(offered) == 1 and offered[0].text == self.line.value[offered[0].start : offered[0].end]:
            offered = []
        self._offered = offered
        self.options.clear_options()
        name = min(max((len(one.text) for one in offered), default=0), NAMED)
        self.options.add_options(
            Option(
                Text.assemble(
                    fit(one.text, max(name, len(one.text))),
                    "  ",
                    (clip(one.description, self.size.width - max(name, len(one.text)) - 10), known.dim),
                )
            )
            for one in offered
        )
        self.options.highlighted = None
        self.options.display = bool(offered)
        wrong = self.has_class("wrong") and self.line.has_focus
        self.query_one("#trouble").display = wrong
        self.query_one(FilterHelp).set_class(bool(offered) or wrong, "shown")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A completion was clicked."""
        event.stop()
        self.take(event.option_index)

    def take(self, index: int | None = None) -> None:
        """Write a completion.

        Args:
            index: which; None for the one that is marked, or else the first.
        """
        if not self._offered:
            self._offer(complete(self.line.value, self.line.cursor_position, self.seen)[:MAX_OFFERED])
            return
        found = self._offered[index if index is not None else self.options.highlighted or 0]
        before, behind = self.line.value[: found.start], self.line.value[found.end :]
        blank = "" if behind.startswith(" ") or found.text.startswith('"') else " "
        self.line.value = f"{before}{found.text}{blank}{behind}"
        self.line.cursor_position = len(before) + len(found.text) + 1

    def move(self, by: int) -> None:
        """Go through the completions; without any through the history."""
        if self._offered:
            last = len(self._offered) - 1
            marked = self.options.highlighted
            self.options.highlighted = (0 if by > 0 else last) if marked is None else min(max(marked + by, 0), last)
            return
        place = self._place - by
        if -1 <= place < len(self.history):
            self._place = place
            self._write(self._applied if place < 0 else self.history[place])

    def _write(self, text: str) -> None:
        if text != self.line.value:
            self._silent = text
            self.line.value = text
        self.line.cursor_position = len(text)

    def enter(self) -> None:
        """Write the completion that is marked; without one apply the filter, if it is one."""
        if self._offered and self.options.highlighted is not None:
            self.take()
        elif check(self.line.value) is None:
            self._offer([])
            self.post_message(self.Applied(self.line.value.strip()))

    def leave(self) -> None:
        """Close the list; without one leave the line, which shows again what is applied."""
        if self._offered:
            self._offer([])
            return
        self.post_message(self.Left())

    def on_descendant_blur(self) -> None:
        """Whoever writes elsewhere needs no completions."""
        self.query_one(FilterHelp).remove_class("shown")


class FilterHelp(Vertical):
    """What is wrong with a filter, and what can be written next; over the widgets below the line."""
