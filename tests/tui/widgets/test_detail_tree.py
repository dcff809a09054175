"""DetailTree: its scroll bar is as long as the message that is shown."""

from __future__ import annotations

from textual.app import App, ComposeResult

from dlms_analyzer.output.facts import Fact
from tui.widgets.detail_tree import DetailTree


class Bench(App[None]):
    """An application with nothing but a tree."""

    def compose(self) -> ComposeResult:
        yield DetailTree()


async def test_the_scroll_bar_measures_the_message_though_nothing_around_the_tree_is_laid_out_again() -> None:
    async with Bench().run_test(size=(80, 10)) as pilot:
        tree = pilot.app.query_one(DetailTree)
        await pilot.pause()
        for lines in (50, 3, 200):
            tree.show([Fact(f"fact {one}", "said", role="note") for one in range(lines)], (), "message")
            assert tree.vertical_scrollbar.window_virtual_size == lines + 1
            assert tree.vertical_scrollbar.window_size == 10
