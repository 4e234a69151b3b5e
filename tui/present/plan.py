"""Where everything goes, for any size of terminal: pure arithmetic on cells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Pane = Literal["side", "timeline", "feed"]
PANES: tuple[Pane, ...] = ("side", "timeline", "feed")

SIDE_WIDTH, _HUGE_SIDE_WIDTH = 48, 56
_WIDE, _MEDIUM, _NARROWEST = 140, 96, 60
_TALL, _SHORTEST = 28, 16
_HUGE = 200, 60
_LEAST_BOTTOM = 6
_FEED_FROM = 13
_SECOND_PANE_FROM = 12


class Size(Enum):
    """How much room there is (breakpoints of the board)."""

    HUGE = "huge"
    """As wide, with digits of double height and taller charts."""
    WIDE = "wide"
    MEDIUM = "medium"
    SMALL = "small"
    TOO_SMALL = "too small"

    @property
    def wide(self) -> bool:
        """Whether lanes are full and the side pane stands beside them."""
        return self in {Size.WIDE, Size.HUGE}


class LaneStyle(Enum):
    """How a lane is drawn, the tallest first; its number of rows follows from it and from whether the lane fires."""

    TALL = "tall"
    """As full, with digits of double height while it fires."""
    FULL = "full"
    COMPACT = "compact"
    ONE_LINE = "one line"

    @property
    def charted(self) -> bool:
        """Whether a lane has its chart in columns that all lanes share, with one axis under them."""
        return self in {LaneStyle.TALL, LaneStyle.FULL}


_LANE_ROWS = {
    LaneStyle.TALL: (4, 8),
    LaneStyle.FULL: (3, 5),
    LaneStyle.COMPACT: (1, 4),
    LaneStyle.ONE_LINE: (1, 2),
}
"""Rows of a quiet lane, of a firing one."""
_STRIP_ROWS = {Size.HUGE: 7, Size.WIDE: 5, Size.MEDIUM: 4, Size.SMALL: 3}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the plan besides the terminal's size."""

    firing: tuple[bool, ...]
    """For every lane whether it fires."""
    alert: bool
    """Whether a severity is suggested: the strip is tall then."""
    worst: bool = False
    """Whether the worst severity is suggested: below the wide size the feed gives way then."""
    tab: Pane = "side"
    """The pane asked for last, where not all of them fit."""
    zoom: Pane | None = None
    """The pane that takes all the room under the strip."""
    scrubber: bool = False
    """Whether there is a span to move through: it has a row above the footer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Boxes by name: `header`, `strip`, `lane0`…, `axis`, the panes, `scrubber`, `footer`.

    What is missing is not shown.
    """

    size: Size
    lanes: LaneStyle
    boxes: dict[str, Box]
    tabs: tuple[Pane, ...] = ()
    """Panes that share one place and are named in its title row."""


def size_of(width: int, height: int) -> Size:
    """Return the breakpoint a terminal falls under."""
    if width < _NARROWEST or height < _SHORTEST:
        return Size.TOO_SMALL
    if width < _MEDIUM or height < _TALL:
        return Size.SMALL
    if width >= _HUGE[0] and height >= _HUGE[1]:
        return Size.HUGE
    return Size.MEDIUM if width < _WIDE else Size.WIDE


def plan(width: int, height: int, shape: Shape) -> Plan:
    """Lay the board out for a terminal of that size."""
    size = size_of(width, height)
    if size is Size.TOO_SMALL:
        return Plan(size, LaneStyle.ONE_LINE, {"strip": Box(0, 0, width, height)})
    top = 1 + (_STRIP_ROWS[size] if shape.alert else 1)
    boxes = {
        "header": Box(0, 0, width, 1),
        "strip": Box(0, 1, width, top - 1),
        "footer": Box(0, height - 1, width, 1),
    }
    if size.wide or (size is Size.MEDIUM and not shape.alert):
        top += 1
    bottom = height - 1
    if shape.scrubber:
        bottom -= 1
        boxes["scrubber"] = Box(0, bottom, width, 1)
    room = Box(0, top, width, bottom - top)
    if shape.zoom:
        return Plan(size, LaneStyle.ONE_LINE, {**boxes, shape.zoom: room})
    if size.wide:
        return _wide(size, boxes, room, shape)
    return _medium(boxes, room, shape) if size is Size.MEDIUM else _small(boxes, room, shape)


def _stack_lanes(room: Box, shape: Shape, style: LaneStyle) -> dict[str, Box]:
    boxes, y = {}, room.y
    for index, fires in enumerate(shape.firing):
        rows = _LANE_ROWS[style][fires]
        boxes[f"lane{index}"] = Box(room.x, y, room.width, rows)
        y += rows
    return boxes


def _below(lanes: dict[str, Box], room: Box) -> int:
    return max((box.y + box.height for box in lanes.values()), default=room.y)


def _wide(size: Size, boxes: dict[str, Box], room: Box, shape: Shape) -> Plan:
    huge = size is Size.HUGE
    beside = _HUGE_SIDE_WIDTH if huge else SIDE_WIDTH
    side = Box(room.width - beside, room.y, beside, room.height)
    work = Box(0, room.y, room.width - beside - 2, room.height)
    bottom_edge = room.y + room.height
    for style in LaneStyle:
        if style is LaneStyle.TALL and not huge:
            continue
        lanes = _stack_lanes(work, shape, style)
        y = _below(lanes, work)
        if bottom_edge - y >= _LEAST_BOTTOM:
            break
    if style.charted and shape.firing:
        lanes["axis"] = Box(0, y, work.width, 1)
        y += 1
    half = work.width // 2
    bottom = {
        "timeline": Box(0, y, half, bottom_edge - y),
        "feed": Box(half, y, work.width - half, bottom_edge - y),
    }
    return Plan(size, style, {**boxes, **lanes, "side": side, **bottom})


def _medium(boxes: dict[str, Box], room: Box, shape: Shape) -> Plan:
    bottom_edge = room.y + room.height
    for style in (LaneStyle.COMPACT, LaneStyle.ONE_LINE):
        lanes = _stack_lanes(room, shape, style)
        y = _below(lanes, room)
        if bottom_edge - y >= _LEAST_BOTTOM:
            break
    rows, left = bottom_edge - y, SIDE_WIDTH
    beside = Box(left + 1, y, room.width - left - 1, rows)
    panes = {"side": Box(0, y, left, rows)}
    if rows >= _FEED_FROM and not shape.worst:
        upper = max(4, rows // 2)
        panes["timeline"] = Box(beside.x, y, beside.width, upper)
        panes["feed"] = Box(beside.x, y + upper, beside.width, rows - upper)
        return Plan(Size.MEDIUM, style, {**boxes, **lanes, **panes})
    panes["feed" if shape.tab == "feed" else "timeline"] = beside
    return Plan(Size.MEDIUM, style, {**boxes, **lanes, **panes}, tabs=("timeline", "feed"))


def _small(boxes: dict[str, Box], room: Box, shape: Shape) -> Plan:
    lanes = _stack_lanes(room, shape, LaneStyle.ONE_LINE)
    y = _below(lanes, room)
    rows = room.y + room.height - y
    panes = {}
    if rows >= _SECOND_PANE_FROM and shape.tab == "side":
        panes = {"side": Box(0, y, room.width, rows - 4), "timeline": Box(0, y + rows - 4, room.width, 4)}
    elif rows > 1:
        panes = {str(shape.tab): Box(0, y, room.width, rows)}
    return Plan(Size.SMALL, LaneStyle.ONE_LINE, {**boxes, **lanes, **panes}, tabs=PANES)
