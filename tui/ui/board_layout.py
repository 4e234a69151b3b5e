"""Places widgets where the plan says, by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset, Region, Spacing
from textual.geometry import Size as Cells
from textual.layout import ArrangeResult, Layout, WidgetPlacement

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from tui.present.plan import Plan


class BoardLayout(Layout):
    """A layout whose boxes are computed without the toolkit; widgets without a box are not shown."""

    name = "board"

    def __init__(self, plan: Callable[[int, int], Plan]) -> None:
        self._plan = plan

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Cells,
        greedy: bool = True,  # noqa: FBT002 - given by the toolkit
    ) -> ArrangeResult:
        """Return a placement for every child that has a box."""
        boxes = self._plan(size.width, size.height).boxes
        found = []
        for child in children:
            box = boxes.get(child.id or "")
            if box is not None and box.width > 0 and box.height > 0:
                region = Region(box.x, box.y, box.width, box.height)
                found.append(WidgetPlacement(region, Offset(0, 0), Spacing(), child))
        return found
