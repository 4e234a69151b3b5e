"""The command board: header, strip, lanes, panes, footer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType

from tui.locale import _
from tui.metrics.board import State
from tui.present.checklists import CLOSING, VIEWS
from tui.present.plan import PANES, Pane, Plan, Shape, Size, plan
from tui.present.playbook import proposed_playbook
from tui.present.situation import Situation, nothing_yet
from tui.ui.board_layout import BoardLayout
from tui.ui.screens.review_screen import ReviewScreen
from tui.ui.widgets.board import Axis, BoardCanvas, Footer, Header, Lane, Scrubber, StripBar
from tui.ui.widgets.panes import Feed, ScrollPane, SidePane, Timeline, pane_titles, tab_row
from tui.ui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from tui.metrics.board import Board
    from tui.metrics.feed import EventRow
    from tui.present.checklists import View
    from tui.session.picture import IncidentPicture
    from tui.ui.app import GuardiaApp
    from tui.ui.engine import Engine

_LANES_WITH_KEYS = 9


def _quiet(key: str, action: str) -> Binding:
    return Binding(key, action, show=False)


class BoardScreen(ReviewScreen):
    """Owns the situation that is shown; widgets get it and draw it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(_quiet(str(number), f"lane({number - 1})") for number in range(1, _LANES_WITH_KEYS + 1)),
        _quiet("0", "back"),
        _quiet("escape", "back"),
        _quiet("up", "next_lane(-1)"),
        _quiet("down", "next_lane(1)"),
        *(_quiet(view[0], f"view('{view}')") for view in VIEWS),
        _quiet("l", "pane('timeline')"),
        _quiet("e", "pane('feed')"),
        _quiet("enter", "dig"),
        _quiet("z", "zoom"),
        _quiet("space", "pause"),
    ]

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.shown: Situation | None = None
        """What lanes and panes show; older than `live` while paused."""
        self._tab: Pane = "side"
        self._zoom: Pane | None = None
        self._paused = False
        self._failure = ""
        self._planned: Shape | None = None
        self._plan: Plan | None = None
        self._layout = BoardLayout(self.plan_for)

    @property
    def layout(self) -> BoardLayout:
        """Places widgets by plan; style sheets know only the toolkit's own layouts."""
        return self._layout

    def compose(self) -> ComposeResult:
        """Every widget once; the plan decides which of them have a place."""
        yield Header(id="header")
        yield StripBar(id="strip")
        for index in range(len(self.engine.runbook.metrics)):
            yield Lane(index)
        yield Axis(id="axis")
        yield SidePane("side")
        yield Timeline("timeline")
        yield Feed("feed")
        yield Scrubber(id="scrubber")
        if cast("GuardiaApp", self.app).welcome:
            yield Welcome()
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Show that nothing is known yet; tick once a second."""
        self.take_command()
        self.live = self._situation(
            nothing_yet(self.engine.now(), live=self.engine.mode not in {"review", "replay"}), ()
        )
        self.call_after_refresh(self._draw)
        self.set_interval(1.0, self.tick)

    # --- what is shown ----------------------------------------------------------------------------------------------

    def shape(self) -> Shape:
        """Return what decides the plan besides the size."""
        severity = self.live.severity if self.live else None
        panels = self.shown.panels if self.shown else ()
        firing = tuple(panel.badge.state is State.SEVERE for panel in panels) or (False,) * len(
            self.engine.runbook.metrics
        )
        worst = bool(self.live and severity and self.live.rank(severity) == 0)
        return Shape(
            firing,
            alert=bool(self.live and self.live.alerting),
            worst=worst,
            tab=self._tab,
            zoom=self._zoom,
            scrubber=bool(self.transport),
        )

    def plan_for(self, width: int, height: int) -> Plan:
        """Lay out for a size, telling the widgets how to draw."""
        self._planned = self.shape()
        planned = self._plan = plan(width, height, self._planned)
        self.query_one(StripBar).breakpoint = planned.size
        for row in (*self.query(Lane), self.query_one(Axis)):
            row.lane_style = planned.lanes
        self._name_tabs()
        if self.query(Welcome) and planned.size is not Size.TOO_SMALL:
            planned.boxes["welcome"] = Welcome.box(width, height)
        return planned

    def _lay_out(self) -> None:
        """Ask for a new layout: by a child, since a widget forgets only its parents' arrangements."""
        self.query_one(Footer).refresh(layout=True)

    def _name_tabs(self) -> None:
        planned, titles = self._plan, pane_titles(self.shown) if self.shown else {}
        if planned is None:
            return
        for name in PANES:
            pane = self.query_one(f"#{name}", ScrollPane)
            shares = name in planned.tabs and titles and (planned.size is not Size.SMALL or name == self._tab)
            view = self.query_one(SidePane).view
            pane.tabs = tab_row(self.shown, name, planned.tabs if shares else (), view) if self.shown else ()

    def update(self, board: Board, events: Sequence[EventRow], incident: IncidentPicture | None = None) -> None:
        """Take over a new picture."""
        self.live = self._situation(board, events, incident)
        self._draw()

    def _situation(
        self, board: Board, events: Sequence[EventRow], incident: IncidentPicture | None = None
    ) -> Situation:
        suggestion = board.suggestion
        playbook = None
        if suggestion is not None:
            playbook = proposed_playbook(self.engine.runbook, self.engine.texts, suggestion.metric)
        return Situation(
            board=board,
            events=events,
            mode=self.engine.mode,
            now=self.clock_time(incident) if board.live else board.now,
            zone=self.engine.zone,
            rules=self.engine.runbook,
            texts=self.engine.texts,
            sources_label=self.engine.sources_label,
            playbook=playbook,
            paused=self._paused,
            failure=self._failure,
            incident=incident,
            transport=self.transport,
        )

    def fail(self, kind: str) -> None:
        """Say that reading stopped by an error of that type."""
        self._failure = kind
        if self.live is not None:
            self.live = replace(self.live, failure=kind)
        self._draw()

    def tick(self) -> None:
        """Let the clocks run."""
        if self.live is None or not self.live.board.live:
            return
        self.live = replace(self.live, now=self.clock_time(self.live.incident))
        self.ring()
        if not self._paused:
            self.shown = self.live
        self._show([self.query_one(Header), self.query_one(StripBar), *self.query(Lane)])

    def _show(self, widgets: Iterable[BoardCanvas]) -> None:
        """Header and strip are never older than the clock; the rest shows what is not paused."""
        for widget in widgets:
            situation = self.live if isinstance(widget, Header | StripBar) else self.shown
            if situation is not None:
                widget.show(situation)

    def _draw(self) -> None:
        if self.live is None:
            return
        if not self._paused or self.shown is None:
            self.shown = self.live
        if self._planned != self.shape():
            self._lay_out()
        self._name_tabs()
        self._show(self.query(BoardCanvas))
        self.query_one(Footer).show(self.keys())

    # --- keys -------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now, the most wanted first, help at the end."""
        lanes = min(len(self.engine.runbook.metrics), _LANES_WITH_KEYS)
        found = [*self._pane_keys(), *self.pressing_keys(), ("x", _("trace").lower()), *self.view_keys()]
        found.append((f"1-{lanes}", _("metric")))
        if isinstance(self.focused, Lane | Feed | Timeline):
            found.append((_("enter"), _("closer")))
        if self.shown is not None:
            titles = pane_titles(self.shown)
            found += [] if self.shown.incident else [("t", titles["side"].lower())]
            found += [("l", titles["timeline"].lower()), ("e", titles["feed"].lower())]
        found += self.review_keys()
        if isinstance(self.focused, ScrollPane):
            found.append(("z", _("zoom")))
        if self._zoom or self.focused is not None:
            found.append(("0", _("board")))
        found += [*self.further_keys(), ("/", _("filter")), (":", _("commands"))]
        found += [] if self.movable else [(_("space"), _("go on") if self._paused else _("pause"))]
        found += [("q", _("quit")), ("?", _("help"))]
        return tuple(found)

    def _pane_keys(self) -> list[tuple[str, str]]:
        """Return what works in the side pane while it has the focus."""
        pane = self.focused
        if not isinstance(pane, SidePane) or self.shown is None or self.shown.incident is None or not pane.deeds:
            return []
        found = [("c", _("form"))] if CLOSING in pane.deeds else []
        found.append(("↑ ↓ " + _("enter"), _("do")))
        return [*found, ("← →", "playbook")] if pane.view == "playbook" else found

    def on_key(self) -> None:
        """Let the explanation of the first run go; the key does what it always does."""
        if self.query(Welcome):
            self.query(Welcome).remove()
            self._lay_out()

    def on_descendant_focus(self) -> None:
        """Bring a pane to the front that got the focus behind another; show the keys that go with the focus."""
        pane = self.focused
        if isinstance(pane, ScrollPane) and self._plan is not None and pane.id not in self._plan.boxes:
            self._tab = cast("Pane", pane.id)
            self._draw()
        self.query_one(Footer).show(self.keys())

    def on_descendant_blur(self) -> None:
        """Show the keys that go with the focus."""
        self.query_one(Footer).show(self.keys())

    def action_lane(self, index: int) -> None:
        """Focus a lane."""
        lanes = self.query(Lane)
        if index < len(lanes):
            self._unzoom()
            if lanes[index].has_focus:
                self.action_dig()
            self.set_focus(lanes[index])

    def action_dig(self) -> None:
        """Look closer at what has the focus: a metric, the events."""
        from tui.ui.screens.detail import DetailScreen
        from tui.ui.screens.events import EventsScreen

        if isinstance(self.focused, Lane):
            self.app.push_screen(DetailScreen(self.focused.index))
        elif isinstance(self.focused, Feed):
            self.app.push_screen(EventsScreen())

    def on_timeline_opened(self, message: Timeline.Opened) -> None:
        """Show what a row of the timeline is about: its trace, its metric then, else the events around it."""
        from tui.ui.screens.detail import DetailScreen
        from tui.ui.screens.events import EventsScreen
        from tui.ui.screens.trace import TraceScreen, is_traceable

        row, metrics = message.row, [metric.id for metric in self.engine.runbook.metrics]
        if is_traceable(row.request_id):
            self.app.push_screen(TraceScreen(row.request_id))
        elif row.metric in metrics:
            self.app.push_screen(DetailScreen(metrics.index(row.metric), row.at))
        else:
            self.app.push_screen(EventsScreen(around=row.at))

    def action_next_lane(self, step: int) -> None:
        """Focus the lane above or below."""
        lanes = list(self.query(Lane))
        at = lanes.index(self.focused) if isinstance(self.focused, Lane) else (-1 if step > 0 else len(lanes))
        if lanes:
            self.set_focus(lanes[max(0, min(len(lanes) - 1, at + step))])

    def action_pane(self, pane: Pane) -> None:
        """Show and focus a pane."""
        if pane == "feed" and isinstance(self.focused, Feed):
            self.action_dig()
        self._tab = pane
        if self._zoom is not None:
            self._zoom = pane
        self._lay_out()
        self.set_focus(self.query_one(f"#{pane}", ScrollPane))
        self._draw()

    def action_view(self, view: View) -> None:
        """Show and focus a view of the side pane; closure once more opens the form."""
        pane = self.query_one(SidePane)
        if view == "closure" == pane.view and self.focused is pane and self.shown and self.shown.declared:
            pane.post_message(SidePane.Did(CLOSING))
        pane.turn_to(view)
        self.action_pane("side")

    def action_back(self) -> None:
        """Back to the board, step by step: zoom, then scrolling and focus."""
        if self._zoom is not None:
            self._unzoom()
            return
        focused = self.focused
        if isinstance(focused, ScrollPane):
            focused.action_scroll_by(-focused.first)
        self.set_focus(None)

    def action_zoom(self) -> None:
        """Give the focused pane all the room, or take it back."""
        if self._zoom is not None:
            self._unzoom()
        elif isinstance(self.focused, ScrollPane):
            self._zoom = cast("Pane", self.focused.id)
            self._lay_out()
            self._draw()

    def _unzoom(self) -> None:
        if self._zoom is not None:
            self._zoom = None
            self._lay_out()
            self._draw()

    def action_pause(self) -> None:
        """Freeze lanes and panes, or let them go on; header and strip never freeze. A review runs, or stops."""
        if self.play_or_stop():
            return
        self._paused = not self._paused
        if self.live is not None:
            self.live = replace(self.live, paused=self._paused)
        self._draw()
