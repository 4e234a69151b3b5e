"""The timeline: what rules, markers and people said, the newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.entry_rows import Row, entry_rows
from tui.present.format import duration, number, percent, stamp
from tui.present.lanes import FOCUS
from tui.present.situation import Situation, severity_glyph
from tui.present.spans import Line, Span, fit, foreign, gap, left, line_width, width

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.metrics.board import Episode

_WHO = 8
_TOGETHER = timedelta(minutes=5)
_MARKERS = {"info": ("·", "muted"), "warning": ("!", "watch"), "error": ("×", "severe0")}


def rows(situation: Situation) -> tuple[Row, ...]:
    """Every alert change, marker and entry up to now, newest first; equal markers close together fold into one."""
    found = [row for episode in situation.board.alerts for row in _episode(situation, episode)]
    found += _markers(situation)
    found += entry_rows(situation)
    found.sort(key=lambda row: row.at)
    # Turned round, not sorted backwards: of one second, what came later in the log stands above.
    return tuple(_folded(found[::-1]))


def _folded(found: list[Row]) -> list[Row]:
    """Count a marker into the newest equal one before it, unless an alert lies between or it is long ago.

    Markers come by the thousand, so they are counted beside the rows and each row is made anew once.
    """
    kept: list[Row] = []
    counts: list[int] = []
    places: dict[tuple[str, str], int] = {}
    for row in found:
        if not row.folds:
            places.clear()
        place = places.get((row.what, row.about))
        if row.folds and place is not None and kept[place].at - row.at <= _TOGETHER:
            counts[place] += 1
            continue
        places[row.what, row.about] = len(kept)
        kept.append(row)
        counts.append(1)
    return [replace(row, count=count) if count > 1 else row for row, count in zip(kept, counts, strict=True)]


def _episode(situation: Situation, episode: Episode) -> Iterator[Row]:
    name, who = situation.rule_name(episode.rule), _("alert")
    peak = _peak(situation, episode)
    if episode.fired_at is None and episode.resolved_at is not None:
        lasting = duration(episode.resolved_at - episode.pending_at)
        about = f"{name} {peak} {_('lasted {time}').format(time=lasting)}"
        yield Row(episode.resolved_at, "○", "muted", who, _("near miss"), about, metric=episode.metric)
        return
    yield Row(episode.pending_at, "●", "watch", who, _("watch"), name, metric=episode.metric)
    if episode.fired_at is not None:
        glyph, role = severity_glyph(situation.rank(episode.severity)), situation.role(episode.severity)
        yield Row(episode.fired_at, glyph, role, who, _("fired"), f"{name} {peak}", metric=episode.metric)
    if episode.fired_at is not None and episode.resolved_at is not None:
        yield Row(episode.resolved_at, "▼", "muted", who, _("alert resolved"), name, metric=episode.metric)


def _peak(situation: Situation, episode: Episode) -> str:
    """`peak 47 > 0`: the highest measure of the episode so far against the rule's limit."""
    for rule in situation.rules.rules:
        if rule.id == episode.rule:
            share = rule.measure.kind == "share"
            peak, limit = (f"{percent(each)} %" if share else number(each) for each in (episode.peak, rule.threshold))
            return f"{_('peak')} {peak} {'≥' if rule.op == '>=' else '>'} {limit}"
    return ""


def _markers(situation: Situation) -> Iterator[Row]:
    """One row for each marker found; there can be thousands, so what a marker is called is looked up once."""
    weights = {marker.id: _MARKERS[marker.weight] for marker in situation.rules.markers}
    seen = {hit.marker for hit in situation.board.markers}
    names = {marker: foreign(situation.texts.short(f"marker.{marker}")) for marker in seen}
    who = _("log")
    for hit in situation.board.markers:
        glyph, role = weights.get(hit.marker, _MARKERS["info"])
        about = foreign(hit.capture) if hit.capture else ""
        yield Row(hit.at, glyph, role, who, names[hit.marker], about, hit.approximate, folds=True)


def timeline_line(row: Row, now: datetime, cells: int, *, chosen: bool = False) -> Line:
    """`02:16:53 ◆ alert   fired Realtime 401/403 105 > 40`."""
    if chosen:
        line = timeline_line(row, now, cells)
        return (Span(FOCUS, "focus"), Span(line[0].text[1:], "strong"), *line[1:])
    times = f" ×{row.count}" if row.count > 1 else ""
    start: Line = (
        Span(f" {stamp(row.at, now)}{'≈' if row.approximate else ' '}", "muted"),
        Span(f"{row.glyph} ", row.role),
        Span(left(row.who, _WHO), "muted"),
    )
    quiet = row.role == "muted" or (row.folds and row.role != "severe0")
    text: Line = (
        Span(row.what, "text" if quiet else "strong"),
        Span(f" {row.about}".rstrip(), "muted" if quiet else "text"),
    )
    if not times:
        return fit((*start, *text), cells)
    room = max(0, cells - line_width(start) - width(times))
    size = min(room, line_width(text))
    return fit((*start, *fit(text, size), Span(times, "strong")), cells)


def empty(cells: int) -> Line:
    """Say what stands there before anything happened."""
    return fit((gap(1), Span(_("no alerts and no markers yet"), "muted")), cells)
