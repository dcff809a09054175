"""The words on the lines of a ladder: what was asked, what came back, and what everything else says."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.ladder import RungKind, Step
from dlms_analyzer.meaning import access, model_of
from dlms_analyzer.messages import Message
from dlms_analyzer.output.cells import fitted
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.lines import asked_text, said
from dlms_analyzer.output.masking import hidden
from dlms_analyzer.output.meanings import LINE_WORDS, object_words, shown_words
from dlms_analyzer.security.secret_places import secret_of
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text

SUCCESS: Final = "success"
_NORMAL: Final = "-normal"


def step_words(step: Step, message: Message, meters: Meters, *, show_secrets: bool = False) -> str:
    """What a message says on its line of a ladder, escaped.

    Args:
        step: the line.
        message: that it shows, as far as its own octets tell.
        meters: what is known about the meters.
        show_secrets: show passwords and keys.
    """
    rung = step.rung
    if rung.kind is RungKind.EXCHANGE:
        if message.sender is Sender.CLIENT:
            asked = _asked(message, meters)
            if asked:
                return escape(f"{message.service.removesuffix(_NORMAL)}  {asked}")
        elif message.number == rung.answer and rung.result is not None:
            return escape(_answered(step, message, meters, show_secrets=show_secrets))
    gist, meaning = said(message, meters, show_secrets=show_secrets)
    return f"{gist}  {meaning}" if meaning else gist


def _asked(message: Message, meters: Meters) -> str:
    """What a request asks for: the names of the objects that it names."""
    model = model_of(meters, message)
    words = []
    for asked, _ in message.items:
        if asked is None:
            continue
        found = access(model, asked, None)
        name = object_words(model, found)
        logical_name = None if found.asked is None else found.asked.logical_name
        if not name or logical_name is None:
            words.append(asked_text(asked))
        else:
            selection = f" [{found.selection}]" if found.selection else ""
            words.append(f"{name} ({logical_name_text(logical_name)}){selection}")
    return "; ".join(words)


def _answered(step: Step, message: Message, meters: Meters, *, show_secrets: bool) -> str:
    """What came back for a request."""
    rung = step.rung
    items = message.items
    if len(items) == 1 and items[0].answer is not None and items[0].answer.data is not None:
        asked, answer = items[0]
        found = access(model_of(meters, message), asked, answer)
        secret = None if show_secrets else hidden(message) or secret_of(found.asked)
        if secret is not None:
            return f"{secret}: not shown"
        if found.shown is not None:
            return fitted(shown_words(found.shown), LINE_WORDS)
    results = [one.answer.result for one in items if one.answer is not None]
    if len(results) > 1:
        return f"{results.count(SUCCESS)} of {len(results)} with success"
    carried = f", {counted(rung.octets, 'octet')} in {counted(rung.messages, 'message')}" if not items else ""
    return f"{rung.result}{carried}"
