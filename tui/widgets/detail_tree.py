"""DetailTree: a message field by field, each with its meaning and its place among the octets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, NamedTuple, Self

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from dlms_analyzer.output.facts import Fact
from dlms_analyzer.output.tree import Section
from scapy_layers import Node
from tui.text import safe
from tui.theme import styles

OPEN_LEVELS: Final = 3
"""Levels of a tree that are open at first."""
OPEN_CHILDREN: Final = 40
"""A node with more children is closed at first: the rows of a profile."""
MAX_OPENED: Final = 2_000
"""Nodes that are opened at once: what a person may still want to scroll through."""


class Place(NamedTuple):
    """What a node of the tree stands for.

    Attributes:
        section: which octets: `sent`, `deciphered`, `reassembled`; empty for what is known beside them.
        node: of the engine's tree; None for what is known beside the octets.
        fact: what is known beside the octets.
        layer: service or name of the PDU that the node is a field of.
    """

    section: str
    node: Node | None = None
    fact: Fact | None = None
    layer: str = ""


class DetailTree(Tree[Place]):
    """The details of one message; children are made when a node is opened."""

    DEFAULT_CSS = """
    DetailTree {
        background: $background;
        padding: 0;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    DetailTree > .tree--guides, DetailTree > .tree--guides-hover, DetailTree > .tree--guides-selected {
        color: $text-muted;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "cursor_up", "Up", show=False, id="tree.up"),
        Binding("j", "cursor_down", "Down", show=False, id="tree.down"),
        Binding("left,h", "close", "Close", show=False, id="tree.close"),
        Binding("right,l", "open", "Open", show=False, id="tree.open"),
        Binding("plus", "open_all", "Open all", show=False, id="tree.open_all"),
        Binding("minus", "close_all", "Close all", show=False, id="tree.close_all"),
    ]

    class Pointed(Message):
        """The cursor is on another node.

        Attributes:
            place: what it stands for.
        """

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__("message", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._meanings: dict[str, Any] = {}

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,  # noqa: ARG002 - see below
        recompose: bool = False,
    ) -> Self:
        """Paint again. The tree has the place that it has, however much is in it: nothing around it moves.

        Textual's own asks for a new layout of the screen with every node, which takes as long as painting all of it.
        """
        return super().refresh(*regions, repaint=repaint, recompose=recompose)

    def watch_virtual_size(self, size: Size) -> None:
        """Give the scroll bar its measures, which Textual does with the layout that is not asked for."""
        self._scroll_update(size)

    def show(self, facts: Iterable[Fact], sections: Iterable[Section], heading: str) -> None:
        """Show another message."""
        self.clear()
        self._meanings = {}
        about = self.root.add(safe(heading, styles(self.app).accent), Place(""), expand=False)
        noted = False
        for fact in facts:
            about.add_leaf(self._fact(fact), Place("", fact=fact))
            if fact.role and fact.role != "chat":
                noted = True
        if noted:
            about.expand()
        for section in sections:
            self._meanings[section.name] = section.meanings
            parent = self.root
            if section.heading:
                title = safe(section.heading, styles(self.app).accent)
                parent = self.root.add(title, Place(section.name), expand=True)
            for node in section.nodes:
                self._add(parent, node, section.name, node.name, 0)
        self.root.expand()
        # Asking for the last line lays the tree out, so that its scroll bar comes with the same paint.
        self.cursor_line = min(0, self.last_line)

    def _fact(self, fact: Fact) -> Text:
        known = styles(self.app)
        style = known[fact.role] if fact.role else Style()
        return Text.assemble(safe(f"{fact.name}: ", known.dim), safe(fact.text, style))

    def _add(self, parent: TreeNode[Place], node: Node, section: str, layer: str, level: int) -> None:
        place = Place(section, node, layer=layer)
        if not node.children:
            parent.add_leaf(self._label(node, section), place)
            return
        added = parent.add(self._label(node, section), place, expand=False)
        if level < OPEN_LEVELS and len(node.children) <= OPEN_CHILDREN:
            self._fill(added, level)
            added.expand()

    def _fill(self, parent: TreeNode[Place], level: int) -> None:
        place = parent.data
        if place is None or place.node is None or parent.children:
            return
        for child in place.node.children:
            self._add(parent, child, place.section, place.layer, level + 1)

    def _label(self, node: Node, section: str) -> Text:
        known = styles(self.app)
        absent = node.value is None and not node.children
        parts = [safe(f"{node.name}: ", known.dim), safe(node.text, known.dim if absent else Style())]
        if node.error is not None and not any(child.error for child in node.children):
            parts.append(safe(f"  [{node.error}]", known.error))
        meaning = self._meanings[section].get(id(node))
        if meaning:
            parts.append(safe(f"  = {meaning}", known.server))
        return Text.assemble(*parts)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Place]) -> None:
        """Make the children."""
        self._fill(event.node, OPEN_LEVELS)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Place]) -> None:
        """Say where the cursor is."""
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Pointed(event.node.data))

    def point(self, section: str, offset: int) -> None:
        """Put the cursor on the innermost field that has an octet."""
        parent = self._innermost(self.root, section, offset)
        if parent is not None and parent is not self.root:
            self.move_cursor(parent)
            self.scroll_to_node(parent, animate=False)

    def _innermost(self, parent: TreeNode[Place], section: str, offset: int) -> TreeNode[Place] | None:
        for child in parent.children:
            place = child.data
            if place is None or place.section != section:
                continue
            node = place.node
            if node is None or node.start <= offset < node.end:
                if node is not None and child.allow_expand:
                    self._fill(child, OPEN_LEVELS)
                inner = self._innermost(child, section, offset)
                if inner is None and node is None:
                    continue
                child.expand()
                return inner or child
        return None

    @property
    def path(self) -> tuple[str, ...]:
        """Names of the fields that the one under the cursor is in, from the outermost on."""
        found: list[str] = []
        node = self.cursor_node.parent if self.cursor_node is not None else None
        while node is not None:
            if node.data is not None and node.data.node is not None:
                found.append(node.data.node.name)
            node = node.parent
        return tuple(reversed(found))

    def action_close(self) -> None:
        """Close the node; or go to the one that it is in."""
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    def action_open(self) -> None:
        """Open the node; or go into it."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_expanded:
            self.action_cursor_down()
        else:
            node.expand()

    def action_open_all(self) -> None:
        """Open the node with all that is in it, as far as that is reasonable."""
        waiting = [self.cursor_node] if self.cursor_node is not None else []
        opened = 0
        while waiting and opened < MAX_OPENED:
            node = waiting.pop(0)
            if node.allow_expand:
                self._fill(node, OPEN_LEVELS)
                node.expand()
                opened += 1
                waiting += node.children

    def action_close_all(self) -> None:
        """Close the node with all that is in it."""
        if self.cursor_node is not None:
            self.cursor_node.collapse_all()
