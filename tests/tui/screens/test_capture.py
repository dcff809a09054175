"""The capture screen: files, interfaces and serial ports are opened, captures stopped, saved and read again."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from dlms_analyzer.capture import CaptureError, open_capture
from dlms_analyzer.capture.live_tools import CaptureTool, find_tools
from dlms_analyzer.framing.options import DecodeAs
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege
from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.opening import LivePlan, SerialPlan
from tui.screens.dialog import Choose, Confirm
from tui.screens.messages import MessagesScreen
from tui.screens.rules_form import RulesForm
from tui.screens.save_form import SaveForm
from tui.session import Session
from tui.widgets.capture_facts import CaptureFacts
from tui.widgets.file_picker import FilePicker
from tui.widgets.interface_list import InterfaceList
from tui.widgets.port_list import PortList

SIZES = [(80, 24), (140, 45), (250, 70)]
LOW, EVENTS = "ln_wrapper_low", "event_udp_wrapper"


async def until(pilot: Pilot[Any], there: Callable[[], object]) -> None:
    """Let the application go on until something is so."""
    for _ in range(600):
        if there():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"waited in vain; told: {told(pilot)}")


def told(pilot: Pilot[Any]) -> str:
    return "\n".join(one.message for one in pilot.app._notifications)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with two captures in it."""
    for name in (LOW, EVENTS):
        shutil.copy(CAPTURES / f"{name}.pcap", tmp_path)
    (tmp_path / "notes.md").write_text("no capture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def shown(pilot: Pilot[Any], *names: str) -> FilePicker:
    """The file list, once it has looked into the folder."""
    picker = pilot.app.screen.query_one(FilePicker)
    await until(pilot, lambda: len(picker.entries.rows) > 1)
    assert [entry.path.name for entry in picker.entries.rows][-len(names) :] == list(names)
    return picker


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_captures_of_the_working_folder_are_listed(size: tuple[int, int], folder: Path) -> None:
    async with running(None, size, keys=["7"]) as pilot:
        await shown(pilot, f"{EVENTS}.pcap", f"{LOW}.pcap")
        text = screen_text(pilot.app)
        assert f"{LOW}.pcap" in text
        assert "notes.md" not in text
        await press(pilot, "full_stop")
        await until(pilot, lambda: "notes.md" in screen_text(pilot.app))


async def test_enter_opens_the_capture_under_the_cursor_and_remembers_it(folder: Path) -> None:
    async with running(None, keys=["7"]) as pilot:
        await shown(pilot, f"{EVENTS}.pcap", f"{LOW}.pcap")
        await press(pilot, "end", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen) and pilot.app.session)
        await settled(pilot)
        assert len(pilot.app.session.table) == 84
        assert pilot.app.recent.files == (str(folder / f"{LOW}.pcap"),)
        await press(pilot, "7", "f")
        await until(pilot, lambda: pilot.app.screen.query_one(FilePicker).entries.rows[0].kind == "recent")


async def test_marked_captures_are_opened_as_one(folder: Path) -> None:
    async with running(None, keys=["7"]) as pilot:
        picker = await shown(pilot, f"{EVENTS}.pcap", f"{LOW}.pcap")
        picker.entries.go(len(picker.entries.rows) - 2)
        await press(pilot, "space")
        assert "1 marked" in screen_text(pilot.app)
        await press(pilot, "enter")
        await until(pilot, lambda: pilot.app.session)
        await settled(pilot)
        assert len(pilot.app.session.paths) == 2
        assert pilot.app.session.capture.analyzer.frames > 94


async def test_a_path_can_be_typed_and_is_completed(folder: Path) -> None:
    async with running(None, keys=["7"]) as pilot:
        picker = await shown(pilot, f"{EVENTS}.pcap", f"{LOW}.pcap")
        await press(pilot, "slash")
        line = picker.query_one(Input)
        await press(pilot, *"ln_w")
        await until(pilot, lambda: line._suggestion == f"{LOW}.pcap")
        await press(pilot, "right", "enter")
        await until(pilot, lambda: pilot.app.session)
        assert pilot.app.session.paths == (str(folder / f"{LOW}.pcap"),)


async def test_a_file_that_grows_is_followed(folder: Path) -> None:
    octets = (folder / f"{LOW}.pcap").read_bytes()
    (folder / f"{LOW}.pcap").write_bytes(octets[:2_000])
    async with running(None, keys=["7"]) as pilot:
        await shown(pilot, f"{EVENTS}.pcap", f"{LOW}.pcap")
        await press(pilot, "end", "F")
        await until(pilot, lambda: pilot.app.session and len(pilot.app.session.table))
        (folder / f"{LOW}.pcap").write_bytes(octets)
        await until(pilot, lambda: len(pilot.app.session.table) > 80)
        assert not pilot.app.session.ended


async def test_folders_are_gone_into_and_left(folder: Path) -> None:
    (folder / "meters").mkdir()
    shutil.copy(CAPTURES / f"{LOW}.pcap", folder / "meters" / "inside.pcap")
    async with running(None, keys=["7"]) as pilot:
        picker = await shown(pilot, "meters", f"{EVENTS}.pcap", f"{LOW}.pcap")
        picker.entries.go(1)
        await press(pilot, "enter")
        await until(pilot, lambda: picker.folder.name == "meters")
        assert [entry.path.name for entry in picker.entries.rows] == ["..", "inside.pcap"]
        await press(pilot, "backspace")
        await until(pilot, lambda: picker.folder == folder)


async def test_what_is_no_capture_is_said_in_one_sentence_and_the_open_one_stays(folder: Path) -> None:
    session = session_of(LOW)
    async with running(session, keys=["7", "f"]) as pilot:
        pilot.app.screen.query_one(FilePicker).post_message(FilePicker.Picked((str(folder / "notes.md"),)))
        await until(pilot, lambda: told(pilot))
        assert "no capture and no log" in told(pilot)
        assert pilot.app.session is session


async def test_names_of_files_have_no_effect_on_the_screen(folder: Path) -> None:
    (folder / "[red]x[reverse].pcap").write_bytes(b"")
    async with running(None, keys=["7"]) as pilot:
        await until(pilot, lambda: len(pilot.app.screen.query_one(FilePicker).entries.rows) > 3)
        assert "[red]x[reverse].pcap" in screen_text(pilot.app)


async def test_interfaces_are_listed_with_their_packets() -> None:
    async with running(None, keys=["7", "i"]) as pilot:
        text = screen_text(pilot.app)
        assert LOOPBACK in text
        interfaces = pilot.app.screen.query_one(InterfaceList)
        interfaces.look()
        assert all(len(line.rates) >= 1 for line in interfaces.table.rows if line.state.packets is not None)


async def test_a_capture_filter_is_checked_while_it_is_typed() -> None:
    async with running(None, keys=["7", "i", "slash", *"tcp prot"]) as pilot:
        interfaces = pilot.app.screen.query_one(InterfaceList)
        await interfaces.check()
        if interfaces.problem is None:
            pytest.skip("nobody here can tell whether a filter is one")
        await pilot.pause()
        assert interfaces.query_one("#verdict").has_class("bad")
        assert "not a capture filter" in screen_text(pilot.app)
        assert interfaces.plan is None
        interfaces.query_one("#filter", Input).value = "tcp port 4059"
        await interfaces.check()
        assert interfaces.query_one("#verdict").has_class("good")


async def test_what_is_to_be_captured_is_what_the_form_says() -> None:
    async with running(None, keys=["7", "i"]) as pilot:
        interfaces = pilot.app.screen.query_one(InterfaceList)
        names = [line.state.name for line in interfaces.table.rows]
        await press(pilot, "home", "space")
        interfaces.query_one("#filter", Input).value = "udp"
        interfaces.query_one("#ring", Input).value = "64"
        interfaces.query_one("#keep", Input).value = "out.pcapng"
        assert interfaces.plan == LivePlan((names[0],), "udp", True, 64 << 20, "out.pcapng")


async def test_an_interface_that_cannot_be_captured_on_is_told_in_one_sentence() -> None:
    async with running(None, keys=["7", "i"]) as pilot:
        pilot.app.capturing.do(pilot.app.capturing.open(LivePlan(("nowhere9",))))
        await until(pilot, lambda: told(pilot))
        assert "nowhere9" in told(pilot)
        assert pilot.app.session is None


async def live(pilot: Pilot[Any], receiver: socket.socket) -> Session:
    """A capture on the loopback interface that has got three frames."""
    port = receiver.getsockname()[1]
    pilot.app.capturing.do(pilot.app.capturing.open(LivePlan((LOOPBACK,), f"udp port {port}")))
    await until(pilot, lambda: pilot.app.session)
    send(receiver)
    session: Session = pilot.app.session
    await until(pilot, lambda: len(session.capture.frames) == 3)
    return session


def send(receiver: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(3):
            sender.sendto(bytes.fromhex("000100100001000d c001c100080000010000ff0200"), receiver.getsockname())


@pytest.fixture
def receiver() -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def children() -> set[str]:
    """Processes of ours that capture."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_text()
            parent = int(status.rpartition(")")[2].split()[1])
            name = (entry / "comm").read_text().strip()
        except (OSError, ValueError, IndexError):
            continue
        if parent == os.getpid() and name in {"dumpcap", "tcpdump", "sh"}:
            found.add(entry.name)
    return found


@needs_privilege
async def test_a_live_capture_is_stopped_saved_and_leaves_no_process_behind(
    receiver: socket.socket, tmp_path: Path
) -> None:
    before = children()
    async with running(None) as pilot:
        session = await live(pilot, receiver)
        assert isinstance(pilot.app.screen, MessagesScreen)
        assert len(session.table) == 3
        await press(pilot, "7", "c")
        assert "capturing" in screen_text(pilot.app)
        await press(pilot, "s")
        await until(pilot, lambda: session.ended)
        assert children() == before
        assert session.unsaved == 3
        out = tmp_path / "out.pcapng"
        await press(pilot, "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveForm))
        pilot.app.screen.query_one("#path", Input).value = str(out)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "saved" in told(pilot))
        with open_capture(out) as source:
            assert len(list(source)) == 3
        assert session.unsaved == 0
        await press(pilot, "q")
        await until(pilot, lambda: pilot.app._exit)


@needs_privilege
async def test_what_was_captured_and_not_saved_is_asked_about(receiver: socket.socket) -> None:
    before = children()
    async with running(None) as pilot:
        session = await live(pilot, receiver)
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        assert "Not saved: 3 captured frames." in screen_text(pilot.app)
        await press(pilot, "escape")
        assert pilot.app.session is session
        assert not session.ended
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: pilot.app._exit)
        assert children() == before


@needs_privilege
async def test_a_capture_is_saved_on_the_way_out(
    receiver: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(None) as pilot:
        await live(pilot, receiver)
        await press(pilot, "q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveForm))
        await press(pilot, "enter")
        await until(pilot, lambda: pilot.app._exit)
    with open_capture(tmp_path / "capture.pcapng") as source:
        assert len(list(source)) == 3


@needs_privilege
async def test_a_capture_that_was_stopped_is_started_again(receiver: socket.socket) -> None:
    async with running(None) as pilot:
        first = await live(pilot, receiver)
        await press(pilot, "ctrl+e")
        await until(pilot, lambda: first.ended)
        first.saved = 3
        await press(pilot, "ctrl+e")
        await until(pilot, lambda: pilot.app.session is not first and pilot.app.session)
        again = pilot.app.session
        send(receiver)
        await until(pilot, lambda: len(again.table) == 3)
        again.saved = 3


@needs_privilege
async def test_frames_are_kept_in_a_file_as_they_come(receiver: socket.socket, tmp_path: Path) -> None:
    out = tmp_path / "kept.pcapng"
    port = receiver.getsockname()[1]
    async with running(None) as pilot:
        plan = LivePlan((LOOPBACK,), f"udp port {port}", keep=str(out))
        pilot.app.capturing.do(pilot.app.capturing.open(plan))
        await until(pilot, lambda: pilot.app.session)
        send(receiver)
        await until(pilot, lambda: len(pilot.app.session.capture.frames) == 3)
        assert pilot.app.session.unsaved == 0
        await press(pilot, "ctrl+e")
        await until(pilot, lambda: pilot.app.session.ended)
        with open_capture(out) as source:
            assert len(list(source)) == 3


@needs_privilege
async def test_what_was_captured_last_is_kept_when_the_screens_are_left(
    receiver: socket.socket, tmp_path: Path
) -> None:
    out = tmp_path / "kept.pcapng"
    async with running(None) as pilot:
        plan = LivePlan((LOOPBACK,), f"udp port {receiver.getsockname()[1]}", keep=str(out))
        pilot.app.capturing.do(pilot.app.capturing.open(plan))
        await until(pilot, lambda: pilot.app.session)
        pilot.app.jobs.cancel_all()  # nobody reads
        send(receiver)
        time.sleep(1.2)  # the programs write what they have within a second
        pilot.app.close_session()
        with open_capture(out) as source:
            assert len(list(source)) == 3


@pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
async def test_a_capture_program_that_dies_is_told_and_what_came_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "tcpdump"
    script = "#!/bin/sh\necho listening on x >&2\ncat {}\nsleep 0.3\necho the interface went down >&2\nexit 1\n"
    fake.write_text(script.format(CAPTURES / f"{LOW}.pcap"))
    fake.chmod(0o755)
    tool = CaptureTool("tcpdump", str(fake), "listening on", find_tools()[-1].dropped)
    monkeypatch.setattr("dlms_analyzer.capture.live.find_tools", lambda: [tool])
    async with running(None) as pilot:
        pilot.app.capturing.do(pilot.app.capturing.open(LivePlan(("x",))))
        await until(pilot, lambda: pilot.app.session and pilot.app.session.ended)
        assert "tcpdump has ended by itself: the interface went down" in told(pilot)
        assert len(pilot.app.session.table) == 84
        assert pilot.app.session.unsaved == 94


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo terminals")
async def test_a_serial_line_is_listened_to() -> None:
    pytest.importorskip("serial")
    meter, line = os.openpty()
    try:
        async with running(None, keys=["7", "p"]) as pilot:
            ports = pilot.app.screen.query_one(PortList)
            await until(pilot, lambda: ports.query_one("#device", Input).is_on_screen)
            await press(pilot, "slash")
            ports.query_one("#device", Input).value = os.ttyname(line)
            await press(pilot, "enter")
            assert list(ports.marked) == [os.ttyname(line)]
            await press(pilot, "s")
            await until(pilot, lambda: pilot.app.session)
            os.write(meter, bytes.fromhex("7ea00703210f18927e"))
            await until(pilot, lambda: len(pilot.app.session.capture.frames) == 1)
            await press(pilot, "ctrl+e")
            await until(pilot, lambda: pilot.app.session.ended)
            assert pilot.app.session.table.row(1).profile == "hdlc"
            pilot.app.session.saved = 1
    finally:
        os.close(meter)
        os.close(line)


async def test_the_settings_of_a_line_are_read_as_people_write_them() -> None:
    async with running(None, keys=["7", "p"]) as pilot:
        ports = pilot.app.screen.query_one(PortList)
        ports.marked.update({"/dev/one": None, "/dev/two": None})
        ports.query_one("#line", Input).value = "19200 7E1"
        plan = ports.plan
        assert isinstance(plan, SerialPlan)
        assert plan.devices == ("/dev/one", "/dev/two")
        assert tuple(plan.settings) == (19200, 7, "E")
        for text in ("", "fast", "9600 9N1", "0"):
            ports.query_one("#line", Input).value = text
            assert ports.plan is None


async def test_other_rules_read_the_capture_again() -> None:
    async with running(session_of(LOW), keys=["7", "d"]) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesForm))
        assert "message 1: tcp.port==53748, tcp.port==4063" in screen_text(pilot.app)
        area = pilot.app.screen.query_one(TextArea)
        area.text = "tcp.port=4063"
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, RulesForm), "a rule that is none is not taken"
        area.text = "tcp.port==4063,none"
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: pilot.app.session.options.decode_as)
        await settled(pilot)
        assert pilot.app.session.options.decode_as == (DecodeAs.parse("tcp.port==4063,none"),)
        assert len(pilot.app.session.table) == 0


async def test_the_listed_messages_alone_are_saved_and_no_file_is_replaced_without_asking(folder: Path) -> None:
    async with running(session_of(folder / f"{LOW}.pcap")) as pilot:
        pilot.app.screen.show_numbers([1, 2])
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveForm))
        form = pilot.app.screen
        form.query_one("#what").focus()
        await press(pilot, "down", "enter")
        form.query_one("#path", Input).value = str(folder / "two.pcapng")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "saved" in told(pilot))
        with open_capture(folder / "two.pcapng") as source:
            assert len(list(source)) == 2
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveForm))
        pilot.app.screen.query_one("#path", Input).value = str(folder / "two.pcapng")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await press(pilot, "n")
        with open_capture(folder / "two.pcapng") as source:
            assert len(list(source)) == 2


async def test_the_ending_of_a_file_follows_its_form(folder: Path) -> None:
    async with running(session_of(LOW)) as pilot:
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveForm))
        form = pilot.app.screen
        form.query_one("#form").focus()
        await press(pilot, "down", "down", "down", "enter")
        path = form.query_one("#path", Input)
        assert path.value.endswith(".csv")
        path.value = str(folder / "all.csv")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "saved" in told(pilot))
        assert len((folder / "all.csv").read_text().splitlines()) == 85


async def test_the_open_capture_is_described() -> None:
    async with running(session_of(LOW), keys=["7"]) as pilot:
        text = str(pilot.app.screen.query_one(CaptureFacts).render())
        assert "read to the end" in text
        assert "84" in text
        assert "no rules" in text


async def test_messages_whose_octets_are_no_longer_kept_are_still_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(LOW)
    octets = session.source.octets

    def ring(interface: int, start: int, end: int) -> bytes:
        if start < 2_000:
            raise CaptureError("the ring is full")
        return octets(interface, start, end)

    monkeypatch.setattr(session.source, "octets", ring)
    async with running(session, keys=["end", "home", "r"]) as pilot:
        await until(pilot, lambda: "no longer kept" in screen_text(pilot.app))
        await press(pilot, "escape")
        assert "aarq  (octets no longer kept)" in screen_text(pilot.app)
