"""Incidents: every one there was, how fast it was answered, and what it still owes."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.incident.history import owed
from tui.locale import _
from tui.present import incident_rows
from tui.present.incident_rows import View, chosen
from tui.present.plan import Box
from tui.ui.engine import archiving
from tui.ui.screens.dig import TOP, DigScreen
from tui.ui.screens.postmortem import PostmortemScreen
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from textual.widget import Widget

    from tui.incident.history import Past, PermanentAction
    from tui.present.spans import Line
    from tui.session.archive import Archive
    from tui.ui.questions import Diggable

_LOOK_SECONDS = 5.0
"""How often the journals' history is asked for anew while nothing happens here."""
_LEAST_LIST, _MOST_OWED = 5, 9


class FilterLine(SearchField):
    """What has to stand in a row."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def action_leave(self) -> None:
        """Go to the list; what was typed goes on to hold."""
        cast("IncidentsScreen", self.screen).action_list()


class Foot(Canvas):
    """Totals over what is listed."""

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return cast("IncidentsScreen", self.screen).totals(cells)[:rows]


class IncidentsScreen(DigScreen):
    """The list, the open actions, the totals."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "period", show=False),
        Binding("s", "order", show=False),
        Binding("slash", "filter", show=False),
        Binding("w", "csv", show=False),
        Binding("up,down", "list", show=False),
        Binding("tab", "other_list", show=False),
        Binding("i", "back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self._archive: Archive | None = None
        self._past: tuple[Past, ...] = ()
        self._owed: tuple[tuple[Past, PermanentAction], ...] = ()
        self._asked: tuple[float, object] = (0.0, None)

    def body(self) -> Iterable[Widget]:
        """List, filter, actions, totals."""
        yield Rows("incidents", head=2)
        field = FilterLine(self.view.text, _("part of a title, an id, a name"))
        field.id = "typed"
        yield field
        yield Rows("owed")
        yield Foot(id="totals")

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """The list takes what actions and totals leave; the filter has a row once somebody types."""
        below = max(0, min(_MOST_OWED, 1 + max(1, len(self._owed)), rows - 1 - _LEAST_LIST))
        typed = int(isinstance(self.focused, SearchField) and rows > _LEAST_LIST)
        listed = max(0, rows - below - typed - 1)
        return {
            "incidents": Box(0, TOP, width, listed),
            "typed": Box(1, TOP + listed, max(1, width - 2), typed),
            "owed": Box(0, TOP + listed + typed, width, below),
            "totals": Box(0, TOP + rows - 1, width, min(1, rows)),
        }

    def on_mount(self) -> None:
        """Enter opens an incident at once."""
        super().on_mount()
        self.action_list()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def ask_again(self) -> None:
        """Ask what the journals say by now: when something was decided here, and now and then."""
        post, picture = archiving(self.guardia.post), self.situation.incident if self.situation else None
        here = picture.open_incidents if picture else ()
        if post is not None and (self._asked[1] != here or monotonic() - self._asked[0] >= _LOOK_SECONDS):
            self._asked = monotonic(), here
            self.ask("archive", lambda _engine: post.archive())

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take the history, or what became of the file."""
        if slot == "csv":
            self.say(str(value))
        elif slot == "archive":
            self._archive = cast("Archive", value)
            self.draw()

    def draw(self) -> None:
        """Show the rows."""
        archive, situation = self._archive, self.situation
        if archive is None or situation is None:
            return
        rules, past, actions = situation.rules, chosen(archive, self.view, situation.rules), owed(archive.past)
        grown = len(actions) != len(self._owed)
        self._past, self._owed = past, actions

        def title(cells: int) -> tuple[Line, ...]:
            head = incident_rows.head_line(cells)
            return (incident_rows.title_line(past, self.view, archive.now, cells), head)

        def row(index: int, cells: int) -> Line:
            return incident_rows.incident_line(past[index], rules, archive, cells)

        def nothing(_index: int, cells: int) -> Line:
            return incident_rows.no_incident(self.view, cells)

        self.query_one("#incidents", Rows).show(title, len(past) or 1, row if past else nothing)
        self._draw_owed(archive)
        self.query_one(Foot).redraw()
        if grown:
            self._lay_out()

    def _draw_owed(self, archive: Archive) -> None:
        actions, today = self._owed, archive.today

        def title(cells: int) -> tuple[Line, ...]:
            return (incident_rows.owed_title(actions, today, cells),)

        def row(index: int, cells: int) -> Line:
            return incident_rows.owed_line(*actions[index], today, cells)

        def nothing(_index: int, cells: int) -> Line:
            return incident_rows.nothing_owed(cells)

        self.query_one("#owed", Rows).show(title, len(actions) or 1, row if actions else nothing)

    def totals(self, cells: int) -> tuple[Line, ...]:
        """The row at the foot."""
        return (incident_rows.totals_line(self._past, self._archive.now, cells),) if self._archive else ()

    def _lay_out(self) -> None:
        """Ask for a new layout: by a child, since a widget forgets only its parents' arrangements."""
        self.query_one(Foot).refresh(layout=True)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        if isinstance(self.focused, Input):
            return ((_("enter") + " esc", _("list")),)
        return (
            (_("enter"), _("closer")),
            ("v", _("period")),
            ("s", _("sort")),
            ("/", _("filter")),
            ("w", _("write CSV")),
            ("Tab", _("actions")),
        )

    def on_descendant_focus(self) -> None:
        """Show the filter while somebody types."""
        super().on_descendant_focus()
        self._lay_out()

    def action_list(self) -> None:
        """Go to the incidents."""
        self.query_one("#incidents", Rows).focus()

    def action_other_list(self) -> None:
        """Go to the actions, or back to the incidents."""
        self.query_one("#incidents" if self.query_one("#owed", Rows).has_focus else "#owed", Rows).focus()

    def action_filter(self) -> None:
        """Type what has to stand in a row."""
        self.query_one(SearchField).focus()

    def action_period(self) -> None:
        """Look at another period."""
        self._turn(self.view.next_period())

    def action_order(self) -> None:
        """Put others first."""
        self._turn(self.view.next_order())

    def _turn(self, view: View) -> None:
        self.view = view
        self.query_one("#incidents", Rows).choose(0)
        self.draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list while somebody types."""
        event.stop()
        if event.value != self.view.text:
            self._turn(View(self.view.days, self.view.order, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the rows."""
        event.stop()
        self.action_list()

    def action_csv(self) -> None:
        """Write the list as a file."""
        if self._archive is not None:
            self.ask("csv", partial(_write, self._past, self._archive, self.guardia.folder))

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Show an incident: on the board while it is open there, else what was written of it."""
        message.stop()
        listed = self._past if message.rows.id == "incidents" else tuple(one for one, _action in self._owed)
        if message.index >= len(listed):
            return
        incident, post = listed[message.index].state.id, self.guardia.post
        picture = self.situation.incident if self.situation else None
        if post is not None and picture is not None and any(each.id == incident for each in picture.open_incidents):
            post.choose(incident)
            self.guardia.wake()
            self.action_back()
        else:
            self.app.push_screen(PostmortemScreen(incident))


def _write(past: tuple[Past, ...], archive: Archive, folder: Path, _engine: Diggable) -> str:
    """Write the file (worker thread); returns what to say of it."""
    import polars as pl

    from tui.logs.source import errno_name, shown_name
    from tui.session.csv_export import as_csv, write_new

    rows = pl.DataFrame(incident_rows.table_rows(past, archive.now), infer_schema_length=None)
    try:
        path = write_new(folder, f"guardia-incidents-{archive.today:%Y%m%d}", ".csv", as_csv(rows))
    except OSError as error:
        return _("not written ({errno}): {path}").format(errno=errno_name(error), path=shown_name(str(folder)))
    return _("{count} incidents written to {file} in {folder}").format(
        count=rows.height, file=shown_name(path.name), folder=shown_name(str(folder))
    )
