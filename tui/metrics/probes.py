"""The live facts behind a checklist's steps: each probe of the runbook, answered at one instant. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

from tui.metrics.answers import (
    Counted,
    CountRow,
    Exceeding,
    Measured,
    PanelsNow,
    Sighting,
    Sightings,
    Skew,
    SuggestedNow,
    Unknown,
    Why,
)
from tui.metrics.board import FigureValue
from tui.metrics.journal_answers import JournalProbe, probe_of_journal
from tui.metrics.lane import filled
from tui.metrics.reading import exact
from tui.metrics.standpoint import unit_of
from tui.metrics.windows import Question
from tui.runbook import probes as p

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    import polars as pl

    from tui.metrics.answers import ProbeAnswer
    from tui.metrics.board import MarkerHit
    from tui.metrics.standpoint import Standpoint

_EVER = datetime.max.replace(tzinfo=UTC)


def answer_probe(probe: p.Probe, at: Standpoint) -> ProbeAnswer:  # noqa: PLR0911 - one line for each kind
    """What the probe shows. While nothing can be known it says why, and has no numbers to be mistaken for facts."""
    if isinstance(probe, JournalProbe):
        return probe_of_journal(probe, at)
    match probe:
        case p.Counts():
            return _counts(probe, at)
        case p.Figures():
            return _figures(probe, at)
        case p.Excess():
            return _excess(probe, at)
        case p.MarkersSeen():
            return _markers_seen(probe, at)
        case p.ClockSkew():
            return _clock_skew(at)
        case p.Panels():
            return _panels(probe, at)
        case p.Suggested():
            return _suggested(probe, at)
        case _:
            assert_never(probe)


# --- numbers of a window --------------------------------------------------------------------------------------------


def _blind(at: Standpoint, window: timedelta) -> Unknown | None:
    """Numbers of a window that holds any data at all may be shown: they are what there is."""
    return at.blind or (None if at.ground.covers_now(window) else Unknown(Why.NO_DATA))


def _counts(probe: p.Counts, at: Standpoint) -> Counted:
    unknown = _blind(at, probe.window)
    if unknown:
        return Counted(unknown, probe.window)
    rows = at.store.window(probe.stream, at.now - probe.window, at.now)
    return Counted(None, probe.window, rows.height, count_rows(rows, probe.by))


def count_rows(rows: pl.DataFrame, by: Sequence[str]) -> tuple[CountRow, ...]:
    """How often each combination of these columns' values occurs, most first, then in their own order."""
    if rows.is_empty():
        return ()
    counted = rows.group_by(by).len("").iter_rows()
    found = (CountRow(tuple(map(_named, values)), count, count / rows.height) for *values, count in counted)
    return tuple(sorted(found, key=lambda row: (-row.count, [value or "" for value in row.values])))


def _named(value: str | float | None) -> str | None:
    return None if value is None else str(value)


def _figures(probe: p.Figures, at: Standpoint) -> Measured:
    unknown = _blind(at, probe.window)
    if unknown:
        return Measured(unknown, probe.window)
    metric = at.rules.metric(probe.stream.metric)
    asked = [Question(metric, probe.stream, figure.measure, probe.window) for figure in probe.figures]
    figures = (
        FigureValue(figure.id, filled(figure.measure, value, covered=True), figure.unit)
        for figure, value in zip(probe.figures, exact(at.store, asked, at.now), strict=True)
    )
    return Measured(None, probe.window, tuple(figures))


def _excess(probe: p.Excess, at: Standpoint) -> Exceeding:
    unit = at.rules.metric(probe.stream.metric).fields[probe.field].unit
    unknown = _blind(at, probe.window)
    if unknown:
        return Exceeding(unknown, probe.window, probe.above, unit)
    values = at.store.window(probe.stream, at.now - probe.window, at.now)[probe.field].drop_nulls()
    largest = values.max()
    return Exceeding(
        unknown=None,
        window=probe.window,
        above=probe.above,
        unit=unit,
        count=int((values > probe.above).sum()),
        total=values.len(),
        largest=largest if isinstance(largest, float) else None,
    )


# --- markers and clocks ---------------------------------------------------------------------------------------------


def _markers_seen(probe: p.MarkersSeen, at: Standpoint) -> Sightings:
    """A line that was seen is a fact even while the base stream is silent, as at a boot that fails."""
    anchor = newest_hit(at, probe.since)
    start = anchor.at if anchor else max(at.now - probe.window, at.first)
    return Sightings(
        unknown=at.blind,
        start=start if at.board.span or anchor else None,
        since=anchor.marker if anchor else None,
        seen=tuple(_sighting(marker, at, start) for marker in probe.markers),
    )


def newest_hit(at: Standpoint, markers: Sequence[str]) -> MarkerHit | None:
    """The last time that any of these markers was seen."""
    return next((hit for hit in reversed(at.board.markers) if hit.marker in markers), None)


def _sighting(marker: str, at: Standpoint, start: datetime) -> Sighting:
    last = newest_hit(at, (marker,))
    if last is None:
        return Sighting(marker, 0)
    times = sum(hit.marker == marker and hit.at > start for hit in at.board.markers)
    return Sighting(marker, times, last.at, last.approximate, last.capture)


def _clock_skew(at: Standpoint) -> Skew:
    """Only what comes from the future proves a wrong clock; what is late may as well be lag."""
    if not at.board.live:
        return Skew(Unknown(Why.NOT_LIVE))
    span = at.store.span(_EVER)
    if at.blind or span is None:
        return Skew(at.blind or Unknown(Why.NO_DATA))
    return Skew(None, (span[1] - at.now).total_seconds())


# --- what the rules say ---------------------------------------------------------------------------------------------


def _panels(probe: p.Panels, at: Standpoint) -> PanelsNow:
    panels = {panel.metric: panel for panel in at.board.panels}
    return PanelsNow(tuple(panels[metric] for metric in probe.metrics if metric in panels))


def _suggested(probe: p.Suggested, at: Standpoint) -> SuggestedNow:
    suggestion = at.board.suggestion
    if suggestion is None:
        return SuggestedNow(at.blind, probe.what, None)
    rule = next((rule for rule in at.rules.rules if rule.id == suggestion.rule), None)
    if rule is None:
        limit = at.rules.silence.at_least.total_seconds()
        return SuggestedNow(None, probe.what, suggestion, threshold=limit, op=">", unit="s")
    unit = unit_of(rule.measure, at.rules.metric(rule.stream.metric))
    return SuggestedNow(None, probe.what, suggestion, rule.threshold, rule.op, unit)
