"""The frames of the capture as they were captured: a list, the layers of the one under the cursor, and its octets."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, overload

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from dlms_analyzer.frames import Frame
from dlms_analyzer.index.frames import FrameSurvey, FrameTable
from dlms_analyzer.net.layers import frame_layers, prepare_layers
from dlms_analyzer.output.facts import Fact
from dlms_analyzer.output.tree import Section
from scapy_layers import Node
from tui.frame_columns import FRAME_COLUMNS, ListedFrame
from tui.jobs import Job
from tui.rest import Rest
from tui.screens.base import MainScreen
from tui.session import Session
from tui.widgets.detail_tree import DetailTree
from tui.widgets.hex_view import HexView
from tui.widgets.lines import LineList
from tui.widgets.table import RowTable

MAX_KEPT: Final = 1_024
"""Frames remembered as they were looked at: some screens full."""
_FRAME: Final = "frame"


def preparation() -> Iterator[None]:
    """Import what dissects frames, which takes half a second, while the list is there already."""
    thread = threading.Thread(target=prepare_layers, daemon=True)
    thread.start()
    while thread.is_alive():
        yield None


class FrameRows(Sequence[ListedFrame]):
    """All frames of a capture, looked at when they are asked for."""

    def __init__(self, survey: FrameSurvey) -> None:
        self.survey = survey
        self._kept: dict[int, ListedFrame] = {}

    def __len__(self) -> int:
        return len(self.survey.frames)

    @overload
    def __getitem__(self, index: int) -> ListedFrame: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ListedFrame]: ...
    def __getitem__(self, index: int | slice) -> ListedFrame | Sequence[ListedFrame]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        listed = self._kept.get(index)
        if listed is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            listed = self._kept[index] = ListedFrame(self.survey, index + 1, self.survey.frames.time(1))
        return listed


class FramesScreen(MainScreen):
    """List, tree and hex of frames, linked with each other and with the messages."""

    DEFAULT_CSS = """
    FramesScreen {
        #list { height: 1fr; }
        #details { height: 45%; min-height: 7; border-top: solid $border-blurred; }
        #tree { width: 1fr; height: 1fr; }
        #hex { width: 72; max-width: 50%; height: 1fr; border-left: solid $border-blurred; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,r", "leave", "Messages", id="frames.leave", tooltip="back to the messages"),
        Binding("m", "message", "Message", id="frames.message", tooltip="the message that the frame carries"),
        Binding("F", "follow", "Follow", show=False, id="frames.follow"),
        Binding("x", "next_odd", "Next odd", id="frames.next_odd",
                tooltip="the next frame that is damaged, out of order, sent again or behind a gap"),
    ]  # fmt: skip

    def __init__(self, message: int | None = None) -> None:
        """Prepare.

        Args:
            message: whose frame the cursor is to be on.
        """
        super().__init__()
        self._message = message
        self._shown: Session | None = None
        self._survey: FrameSurvey | None = None
        self._job: Job | None = None
        self._prepared = False
        self._rest = Rest(self, self._show_details)
        self._wanted: int | None = None
        """Number of a frame to show as soon as it is there."""

    def body(self) -> ComposeResult:
        """The three panes."""
        yield RowTable[ListedFrame](FRAME_COLUMNS, id="list")
        with Horizontal(id="details"):
            yield DetailTree(id="tree")
            yield HexView(id="hex")

    @property
    def list(self) -> RowTable[ListedFrame]:
        """The list pane."""
        return self.query_one("#list", RowTable)

    def on_mount(self) -> None:
        """Begin in the list."""
        self.list.focus()
        self.analyzer_app.jobs.start("getting ready", preparation(), on_done=self._begin_details)

    def _begin_details(self) -> None:
        """Frames can be dissected now."""
        self._prepared = True
        self._show_details()

    def changed(self) -> None:
        """Survey the frames of the capture; leave when another one is open."""
        session = self.session
        if session is None or (self._shown is not None and session is not self._shown):
            self.action_leave()
            return
        if self._shown is not None:
            return
        self._shown = session
        capture, again = session.capture, session.again
        frames = capture.frames if again is None else FrameTable(session.source)
        self._survey = FrameSurvey(session.table, frames, again)
        if self._message is not None:
            parts, _ = session.table.places(self._message)
            self._wanted = parts[-1].frame.number
        self.list.show(FrameRows(self._survey))
        self.grew()

    def grew(self) -> None:
        """Survey what has come."""
        survey = self._survey
        if survey is None or survey.up_to_date or (self._job is not None and not self._job.over):
            return
        background = self._shown is not None and self._shown.growing
        self._job = self.analyzer_app.jobs.start(
            "frames", survey.steps(), on_step=lambda _: self._see(), on_done=lambda: self._see(last=True),
            background=background,
        )  # fmt: skip

    def _see(self, *, last: bool = False) -> None:
        """Show what the survey has found."""
        if self._survey is None or not self.is_running:
            return
        self.list.grown()
        if self._wanted is not None and self._wanted <= len(self.list.rows):
            self.list.go(self._wanted - 1)
            self._wanted = None
        if last:
            self.list.forget()
            self.update_status()

    def status(self) -> str:
        """Which frame of how many."""
        rows = self.list.rows
        return f"{len(rows):,} frames" + (f"  No. {self.list.cursor + 1:,}" if len(rows) else "")

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Show the layers of the frame under the cursor, once the cursor rests."""
        if event.list is not self.list:
            return
        self.update_status()
        self._rest.begin()

    def _show_details(self) -> None:
        self._rest.stop()
        if not self.query(HexView):  # the screen is being left
            return
        row = self.list.row
        frame = None if row is None else row.frame
        if row is None or frame is None:
            self.query_one(DetailTree).show((), (), "no frame" if row is None else "no longer kept")
            self.query_one(HexView).show(b"")
            return
        octets = frame.octets
        section = Section(_FRAME, "", octets, frame_layers(frame) if self._prepared else (), {})
        self.query_one(DetailTree).show(self._facts(row, frame), [section], f"frame {row.number:,}")
        self.query_one(HexView).show(octets)

    def _facts(self, row: ListedFrame, frame: Frame) -> Sequence[Fact]:
        source = row.survey.frames.source
        interface = source.interfaces[frame.interface]
        facts = [
            Fact("captured", f"{len(frame.octets)} of {frame.original_length} octets"),
            Fact("interface", interface.name or interface.description or f"{frame.interface}"),
            Fact("carries", row.info),
        ]
        comment = source.comments.get(row.number)
        return facts if comment is None else [*facts, Fact("comment", comment, role="note")]

    def on_detail_tree_pointed(self, event: DetailTree.Pointed) -> None:
        """Mark the octets of the field or layer."""
        node = event.place.node
        if isinstance(node, Node):
            self.query_one(HexView).mark(node.start, node.end)

    def on_hex_view_pointed(self, event: HexView.Pointed) -> None:
        """Go to the field that an octet belongs to."""
        self.query_one(DetailTree).point(_FRAME, event.offset)

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Go to the message that the frame carries."""
        if event.list is self.list:
            await self.action_message()

    async def action_message(self) -> None:
        """Go to the message that the frame carries, or part of it."""
        row = self.list.row
        if row is None:
            return
        if not row.messages:
            self.notify(f"frame {row.number:,} carries no message: {row.info}", markup=False)
            return
        number = row.messages[0]
        self.action_leave()
        await self.analyzer_app.show_message(number)

    def action_leave(self) -> None:
        """Go back to the messages."""
        if self._job is not None:
            self._job.cancel()
        _ = self.dismiss(None)  # to wait for it here would be to wait for this handler

    def action_next_odd(self) -> None:
        """Go to the next frame with which something is odd."""
        survey = self._survey
        found = None if survey is None else survey.next_odd(self.list.cursor + 1)
        if found is None:
            self.notify("no frame behind this one is damaged, out of order or sent again", markup=False)
        else:
            self.list.go(found - 1)

    def action_follow(self) -> None:
        """Go on with the newest frame."""
        self.list.following = True
        self.list.action_go_last()
