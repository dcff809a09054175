"""A session: one open capture as the screens share it."""

from __future__ import annotations

import dlms_analyzer
from tests.support import CAPTURES
from tests.tui.running import session_of
from tui.session import Session


def read(name: str) -> dlms_analyzer.Capture:
    return dlms_analyzer.open(CAPTURES / f"{name}.pcap")


def test_a_glance_agrees_with_the_whole_message_in_all_that_its_own_octets_tell() -> None:
    session = session_of("ln_wrapper_low")
    list(session.reading())
    for number in range(1, len(session.table) + 1):
        glance, whole = session.glance(number), session.message(number)
        for name in ("kind", "service", "outer", "time", "sender", "client_sap", "server_sap", "frames", "octets",
                     "plaintext", "invoke_id", "experts"):  # fmt: skip
            assert getattr(glance, name) == getattr(whole, name), (number, name)
        if whole.exchange is not None:
            assert glance.exchange is not None
            assert (glance.exchange.number, glance.exchange.request) == (whole.exchange.number, whole.exchange.request)


def test_looking_at_a_message_teaches_what_its_meter_calls_itself() -> None:
    session = session_of("ln_wrapper_low")
    list(session.reading())
    for number in range(1, len(session.table) + 1):
        session.glance(number)
    assert "GRX0000000123456" in {model.called for _, model in session.meters.items()}


def test_time_counts_from_the_first_message() -> None:
    session = session_of("ln_wrapper_low")
    assert session.first_time == 0
    list(session.reading())
    assert session.first_time == next(iter(read("ln_wrapper_low").messages)).time


class Busy:
    """A source that the system drops frames of, and that is not read fast enough."""

    name = "busy"
    interfaces: tuple[()] = ()

    def __init__(self, dropped: int, backlog: int) -> None:
        self.dropped = dropped
        self.backlog = backlog
        self.asked = 0

    def refresh_dropped(self) -> None:
        self.asked += 1


def test_what_goes_wrong_with_a_live_capture_is_said_in_a_few_words() -> None:
    said = [Session(Busy(*numbers), live=True).behind for numbers in ((0, 500), (12, 0), (1_000, 3_000_000))]  # type: ignore[arg-type]
    assert said == ["", "12 frames dropped", "1,000 frames dropped  3 MB behind"]


def test_a_capture_program_is_asked_for_drops_while_it_runs() -> None:
    source = Busy(0, 0)
    session = Session(source, live=True)  # type: ignore[arg-type]
    session.ask_drops()
    session.ended = True
    session.ask_drops()
    assert source.asked == 1
