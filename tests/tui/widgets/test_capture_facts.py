"""The facts of a capture tell what of it was not read."""

from __future__ import annotations

from pathlib import Path

from tests.support import CAPTURES
from tests.tui.running import session_of
from tui.widgets.capture_facts import facts_of


def test_frames_that_were_not_read_are_among_the_facts_of_a_capture(tmp_path: Path) -> None:
    octets = bytearray((CAPTURES / "ln_wrapper_low.pcap").read_bytes())
    octets[24 + 16 + 14] = 0x44
    (tmp_path / "malformed.pcap").write_bytes(octets)
    session = session_of(tmp_path / "malformed.pcap")
    for _ in session.reading():
        pass
    note = "1 frame not read, malformed; the first is frame 1, offset 14: IPv4 version and header length 0x44"
    assert ("not read", note, "warning") in facts_of(session)
