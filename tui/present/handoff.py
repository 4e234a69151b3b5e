"""The handoff page: what the next commander reads, on the screen and as a page that can be handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.handoff import handoff_page
from tui.locale import _
from tui.present.entry_rows import step_name
from tui.present.paper import Paper, Part, told
from tui.present.spans import Line, Span
from tui.present.status_update import both_clocks, file_stem, marked, status_paper

if TYPE_CHECKING:
    from tui.incident.entries import HandoffOffered
    from tui.incident.state import IncidentState
    from tui.present.situation import Situation


def handoff_lines(situation: Situation, state: IncidentState) -> tuple[Line, ...]:
    """The page as it was offered, or as it would be offered now: a line for each thing on it."""
    page = state.handoff.page if state.handoff else handoff_page("", state, situation.rules)
    offered = ((Span(f"{_('handoff to')}: ", "muted"), Span(told(page.to))),) if page.to else ()
    parts = _parts(situation, page)
    return (*offered, *((Span(f"{part.heading}: ", "muted"), Span(", ".join(part.items) or "–")) for part in parts))


def handoff_paper(situation: Situation, state: IncidentState, to: str) -> Paper:
    """The page that offering the command to somebody records, and beside it what stands."""
    stands = status_paper(situation)
    parts = tuple(
        Part(part.heading, part.items or ("–",)) for part in _parts(situation, handoff_page(to, state, situation.rules))
    )
    title = f"{state.id} {_('handoff to')} {told(to)}"
    name = file_stem(situation, "handoff-")
    return Paper(name, marked(situation, title), (stands.title, *stands.lead), (*parts, stands.parts[0]))


def _parts(situation: Situation, page: HandoffOffered) -> list[Part]:
    steps = {
        name: tuple(step_name(told(step), situation.texts) for step in getattr(page, name))
        for name in ("done", "pending")
    }
    frozen = {True: _("noted on"), False: _("noted off"), None: ""}[page.frozen]
    parts = [
        Part(_("impact"), _text(page.impact)),
        Part(_("hypothesis"), _text(page.hypothesis)),
        Part(_("done"), steps["done"]),
        Part(_("pending"), steps["pending"]),
    ]
    if page.next_update is not None:
        parts.append(Part(_("next update"), (both_clocks(situation, page.next_update),)))
    return [*parts, Part("freeze", _text(frozen))]


def _text(text: str) -> tuple[str, ...]:
    return (told(text),) if text else ()
