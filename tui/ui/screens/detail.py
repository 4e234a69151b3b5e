"""Metric detail: the large chart, who is behind it, real cases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.locale import _
from tui.metrics.minutes import floor_minute
from tui.present import cross, detail
from tui.present.detail import Look
from tui.present.plan import Box
from tui.present.spans import Line, Span, fit, gap, rule
from tui.ui.screens.dig import TOP, DigScreen
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from textual.widget import Widget

    from tui.metrics.board import PanelNumbers
    from tui.metrics.detail import MetricDetail
    from tui.present.situation import Situation
    from tui.ui.questions import Diggable

_LEAST_CHART, _LEAST_TABLE, _MOST_TABLE = 8, 5, 14
_SIDE_BY_SIDE_FROM = 92


class BigChart(Canvas):
    """Title, chart, axis and marks."""

    def __init__(self, screen: DetailScreen) -> None:
        super().__init__(id="chart")
        self._detail = screen

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Every row of the chart."""
        return self._detail.chart_lines(cells, rows)


class DetailScreen(DigScreen):
    """One metric, closely."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("shift+left", "pan(-1)", show=False),
        Binding("shift+right", "pan(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
        Binding("plus,equals_sign", "zoom(1)", show=False),
        Binding("minus", "zoom(-1)", show=False),
        Binding("v", "view", show=False),
        Binding("w", "csv", show=False),
        Binding("up,down", "samples", show=False),
        *(Binding(str(number), f"metric({number - 1})", show=False) for number in range(1, 10)),
    ]

    def __init__(self, index: int, at: datetime | None = None) -> None:
        """`at`: the moment to put the cursor on; None: the newest."""
        super().__init__()
        self.index, self._at = index, at
        self.look = Look()
        self._view = 0
        self._found: MetricDetail | None = None

    def body(self) -> Iterable[Widget]:
        """Chart above, breakdown and samples below."""
        yield BigChart(self)
        yield Rows("cross")
        yield Rows("samples")

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """The chart above; breakdown and samples share what is below."""
        table = max(_LEAST_TABLE, min(_MOST_TABLE, rows // 2 - 2, max(_LEAST_TABLE, rows - _LEAST_CHART)))
        chart = max(0, rows - table)
        half = width // 2 if width >= _SIDE_BY_SIDE_FROM else width * 56 // 100
        return {
            "chart": Box(0, TOP, width, chart),
            "cross": Box(0, TOP + chart, half, rows - chart),
            "samples": Box(half + 1, TOP + chart, width - half - 1, rows - chart),
        }

    def on_mount(self) -> None:
        """Enter opens a sample at once."""
        super().on_mount()
        if self._at is not None and (ends := self._ends()):
            back = int((floor_minute(self._at) - ends[1]).total_seconds()) // 60
            self.look = self.look.moved(back, ends[1], ends[0])
        self.query_one("#samples", Rows).focus()

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def panel(self) -> PanelNumbers | None:
        """The metric's lane on the board."""
        panels = self.situation.panels if self.situation else ()
        return panels[self.index] if self.index < len(panels) else None

    def chart_lines(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Title and chart."""
        situation, panel = self.situation, self.panel
        if situation is None or panel is None:
            return (detail.nothing_to_ask(cells),)
        title = detail.title(situation, self.index, cells)
        if self._found is None or self._found.asked.metric != panel.metric:
            return (title, detail.nothing_to_ask(cells))
        return (title, *detail.chart_rows(situation, panel, self._found, self.look, cells, rows - 1))

    def draw(self) -> None:
        """Show the answer as far as there is one."""
        self.query_one(BigChart).redraw()
        situation, found, panel = self.situation, self._found, self.panel
        if situation is None or found is None or panel is None or found.asked.metric != panel.metric:
            return
        self._draw_cross(situation, found)
        self._draw_samples(situation, found)

    def _draw_cross(self, situation: Situation, found: MetricDetail) -> None:
        rows = self.query_one("#cross", Rows)
        until = f"{_('to')} {self.look.cursor:%H:%M}" if self.look.cursor else ""

        def title(cells: int) -> tuple[Line, ...]:
            end: Line = (Span(until, "focus"), gap(1)) if until else ()
            return (rule((Span(cross.cross_title(found.cross)),), end, cells),)

        def row(index: int, cells: int) -> Line:
            return cross.cross_lines(situation, found.cross, cells)[index]

        rows.show(title, len(cross.cross_lines(situation, found.cross, 80)), row)

    def _draw_samples(self, situation: Situation, found: MetricDetail) -> None:
        def title(cells: int) -> tuple[Line, ...]:
            return (rule((Span(_("Samples")),), (Span(f"enter {_('trace')}", "muted"), gap(1)), cells),)

        def row(index: int, cells: int) -> Line:
            return cross.sample_line(situation, found.samples[index], cells)

        def nothing(_index: int, cells: int) -> Line:
            return fit((gap(1), Span(_("no events in the window"), "muted")), cells)

        rows = self.query_one("#samples", Rows)
        rows.show(title, len(found.samples) or 1, row if found.samples else nothing)

    # --- questions ----------------------------------------------------------------------------------------------------

    def ask_again(self) -> None:
        """Ask for the stretch, the window and the view that are chosen."""
        from tui.metrics.detail import DetailQuestion, metric_detail, views

        situation, panel = self.situation, self.panel
        if situation is None or panel is None:
            return
        chosen = views(situation.rules.metric(panel.metric))
        fields = chosen[self._view % len(chosen)]
        newest = floor_minute(situation.board.now)
        asked = DetailQuestion(
            panel.metric, self.look.minutes, self.look.last or newest, self.look.cursor or situation.board.now, fields
        )
        board, rules = situation.board, situation.rules
        self.ask("detail", lambda engine: metric_detail(rules, engine.store, asked, board.now, board.alerts))

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take the detail, or what became of a file."""
        from tui.metrics.detail import MetricDetail

        if isinstance(value, MetricDetail):
            self._found = value
            self.draw()
        elif slot == "csv":
            self.say(str(value))

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        return (
            ("← →", _("cursor")),
            ("+ -", _("zoom")),
            ("enter", _("trace")),
            ("v", _("view by")),
            ("/", _("filter")),
            ("w", _("write CSV")),
            ("W", _("what if")),
            ("shift ← →", _("pan")),
        )

    def _ends(self) -> tuple[datetime, datetime] | None:
        """Oldest and newest whole minute that can be shown."""
        situation = self.situation
        if situation is None or situation.board.span is None:
            return None
        return floor_minute(situation.board.span[0]), floor_minute(situation.board.now)

    def _change(self, look: Look) -> None:
        if look != self.look:
            self.look = look
            self.query_one(BigChart).redraw()
            self.ask_again()

    def action_move(self, minutes: int) -> None:
        """Move the cursor; breakdown and samples go with it."""
        if ends := self._ends():
            self._change(self.look.moved(minutes, ends[1], ends[0]))

    def action_pan(self, direction: int) -> None:
        """Move the chart."""
        if ends := self._ends():
            self._change(self.look.panned(direction, ends[1], ends[0]))

    def action_zoom(self, step: int) -> None:
        """Show less time, or more."""
        self._change(self.look.zoomed(step))

    def action_view(self) -> None:
        """Break down by other fields."""
        self._view += 1
        self.query_one("#cross", Rows).choose(0)
        self.ask_again()

    def action_metric(self, index: int) -> None:
        """Look at another metric."""
        if self.situation is not None and index < len(self.situation.panels):
            self.index, self._view, self.look = index, 0, Look(self.look.minutes, self.look.last, self.look.cursor)
            for rows in self.query(Rows):
                rows.choose(0)
            self.follow()

    def action_samples(self) -> None:
        """Go to the samples."""
        self.query_one("#samples", Rows).focus()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the trace of a sample, or the events behind a row of the breakdown."""
        message.stop()
        found = self._found
        if found is None:
            return
        if message.rows.id == "samples":
            if message.index < len(found.samples):
                self.open_trace(found.samples[message.index].request_id)
        else:
            self._open_events(found, message.index - 1)

    def _open_events(self, found: MetricDetail, index: int) -> None:
        from tui.metrics.filter import METRIC, short_metric
        from tui.ui.screens.events import EventsScreen

        rules = self.situation.rules if self.situation else None
        if rules is None:
            return
        values = found.cross.rows[index].values if 0 <= index < len(found.cross.rows) else ()
        said = [f"{METRIC}:{short_metric(rules, found.asked.metric)}"]
        said += [
            f"{field}:{value}" for field, value in zip(found.cross.fields, values, strict=False) if value != "null"
        ]
        self.app.push_screen(EventsScreen(" ".join(said)))

    def action_csv(self) -> None:
        """Write the guarded events of the stretch that is shown."""
        found, situation = self._found, self.situation
        if found is not None and situation is not None:
            self.ask("csv", partial(_write, situation, found, self.guardia.folder))


def _write(situation: Situation, found: MetricDetail, folder: Path, engine: Diggable) -> str:
    """Write the file (worker thread); returns what to say of it."""
    from tui.logs.source import errno_name, shown_name
    from tui.metrics.detail import rows_between
    from tui.metrics.filter import short_metric
    from tui.metrics.windows import MINUTE
    from tui.session.csv_export import as_csv, write_new

    asked, metric = found.asked, situation.rules.metric(found.asked.metric)
    start, end = asked.last - asked.minutes * MINUTE, asked.last
    rows = rows_between(engine.store, metric, start, end)
    name = short_metric(situation.rules, metric.id).lower().replace("_", "-")
    stem = "guardia-DRILL" if situation.mode == "drill" else "guardia"
    try:
        path = write_new(folder, f"{stem}-{name}-{start:%Y%m%dT%H%M}-{end:%H%M}", ".csv", as_csv(rows))
    except OSError as error:
        return _("not written ({errno}): {path}").format(errno=errno_name(error), path=shown_name(str(folder)))
    return _("{count} events written to {file} in {folder}").format(
        count=rows.height, file=shown_name(path.name), folder=shown_name(str(folder))
    )
