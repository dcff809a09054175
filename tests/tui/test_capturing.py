"""What the user can do with captures as a whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError, open_capture
from tests.support import CAPTURES
from tests.tui.running import running, session_of
from tui.capturing import again
from tui.opening import FilePlan, LivePlan, SerialPlan
from tui.session import Given, Session

LOW = str(CAPTURES / "ln_wrapper_low.pcap")


def test_another_run_does_not_overwrite_what_the_last_one_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept.pcapng"
    plan = LivePlan(("lo",), keep=str(kept))
    assert again(plan).keep == str(tmp_path / "kept-2.pcapng")
    (tmp_path / "kept-2.pcapng").touch()
    assert again(SerialPlan(("/dev/null",), keep=str(kept))).keep == str(tmp_path / "kept-3.pcapng")


def test_a_run_that_kept_nothing_is_repeated_as_it_was() -> None:
    for plan in (LivePlan(("lo",), "udp"), FilePlan((LOW,))):
        assert again(plan) is plan


async def test_stopping_a_followed_file_reads_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    octets = Path(LOW).read_bytes()
    path.write_bytes(octets[:2_000])
    plan = FilePlan((str(path),), follow=True)
    async with running(Session.of(plan, plan.open(), Given())) as pilot:
        session = pilot.app.session
        path.write_bytes(octets)
        await pilot.press("ctrl+e")
        while not session.ended:
            await pilot.pause()
        assert len(session.table) == 84


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
async def test_a_pipe_that_nobody_writes_keeps_nobody_from_opening_something_else(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    async with running(None) as pilot:
        app = pilot.app
        app.capturing.do(app.capturing.open(FilePlan((str(fifo),))))
        await pilot.pause()
        app.capturing.do(app.capturing.open(FilePlan((LOW,))))
        while app.session is None or not app.session.ended:
            await pilot.pause()
        session = app.session
        fifo.write_bytes(Path(LOW).read_bytes())  # now the first one opens: too late
        await pilot.pause(0.2)
        assert app.session is session


async def test_keys_given_later_open_what_is_opened_next() -> None:
    keys = str(CAPTURES / "ln_wrapper_gmac_glo")
    async with running(session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo")) as pilot:
        app = pilot.app
        app.capturing.do(app.capturing.open(FilePlan((f"{keys}.pcap",))))
        before = app.session
        while app.session is before or not app.session.ended:
            await pilot.pause()
        assert app.session.message(7).plaintext is not None


def test_what_cannot_be_kept_closes_what_was_opened(tmp_path: Path) -> None:
    source = open_capture(LOW, follow=True)
    with pytest.raises(CaptureError, match="cannot write"):
        Session.of(LivePlan(("lo",), keep=str(tmp_path / "no" / "where.pcapng")), source, Given())
    with pytest.raises(ValueError, match="closed"):
        source._file._file.fileno()  # type: ignore[attr-defined]
