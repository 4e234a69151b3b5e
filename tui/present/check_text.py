"""The readable form of `guardia check`: the same result, for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tui.locale import _
from tui.metrics.board import State
from tui.present.format import clock, number, percent
from tui.present.spans import foreign, left, right

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.metrics.board import Board, Episode, PanelNumbers
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.model import LogRules

_NAME, _BADGE, _VALUE = 20, 12, 22


def check_lines(result: dict[str, Any], board: Board, loaded: LoadedRunbook) -> Iterator[str]:
    """The lines to print for a board and its `check_result`."""
    yield f"{_('as of')} {board.now:%Y-%m-%d %H:%M} UTC   {_headline(board, loaded)}"
    yield from _details(board, loaded)
    yield ""
    for panel in board.panels:
        yield _panel_line(panel, result["metrics"][panel.metric]["events"], loaded)
    if board.alerts:
        yield from ("", _("alerts (pending → fired → resolved, UTC)"))
        yield from (alert_line(episode, loaded) for episode in board.alerts)
    if board.markers:
        yield from ("", _("markers (how often, the last one)"))
        yield from _marker_lines(board, loaded)
    yield from ("", _("sources"))
    yield from (_source_line(source) for source in result["sources"])


def _headline(board: Board, loaded: LoadedRunbook) -> str:
    """What holds now; never a false green: without data it is unknown."""
    if board.span is None:
        return _("unknown: there is no event in what was read")
    if board.suggestion is not None:
        severity = board.suggestion.severity or _("WATCH")
        return f"{severity}  {loaded.texts.short(f'metric.{board.suggestion.metric}')}"
    if any(panel.badge.state in (State.SILENT, State.DOWN) for panel in board.panels):
        first, last = board.span
        return _("unknown: no data at this moment (there is some from {first} to {last} UTC)").format(
            first=f"{first:%Y-%m-%d %H:%M}", last=f"{last:%Y-%m-%d %H:%M}"
        )
    return _("nothing over its limit")


def _details(board: Board, loaded: LoadedRunbook) -> Iterator[str]:
    suggestion = board.suggestion
    if suggestion is None:
        return
    rule = loaded.texts.title(f"rule.{suggestion.rule}")
    panel = next(panel for panel in board.panels if panel.metric == suggestion.metric)
    if panel.ack_since is not None:
        since = clock(panel.ack_since)
        yield "  " + _("firing since {time} UTC · loudest rule: {rule}").format(time=since, rule=rule)
    elif panel.fires_at is not None:
        yield f"  {rule} · " + _("fires at {time} UTC if it goes on").format(time=clock(panel.fires_at))
    if suggestion.anchor is not None:
        began = clock(suggestion.anchor.at)
        anchor = foreign(suggestion.anchor.request_id)
        yield "  " + _("users suffer since {time} UTC · anchor {anchor}").format(time=began, anchor=anchor)


def _panel_line(panel: PanelNumbers, events: int, loaded: LoadedRunbook) -> str:
    name = left(loaded.texts.short(f"metric.{panel.metric}"), _NAME)
    unit = panel.unit or f"/{panel.window_seconds // 60}m"
    value = "–" if panel.value is None else f"{number(panel.value)} {unit}".replace(" /", "/")
    limit = "" if panel.threshold is None else f"{_('limit')} {panel.op} {number(panel.threshold)}"
    total = _("{count} events in all").format(count=number(events))
    return f"  {name} {left(_badge(panel), _BADGE)} {right(value, _VALUE - 8)}  {left(limit, 16)} {total}".rstrip()


def _badge(panel: PanelNumbers) -> str:
    words = {State.WATCH: _("WATCH"), State.SILENT: _("SILENT"), State.DOWN: _("SOURCE DOWN")}
    return words.get(panel.badge.state, panel.badge.label)


def alert_line(episode: Episode, loaded: LoadedRunbook, rules: LogRules | None = None) -> str:
    """One episode. rules: those it was found by, when they are not the runbook's own."""
    rule = (rules or loaded.runbook).rule(episode.rule)
    moments = (episode.pending_at, episode.fired_at, episode.resolved_at)
    times = " → ".join("  –  " if moment is None else f"{moment:%H:%M}" for moment in moments)
    share = rule.measure.kind == "share"
    peak, limit = (f"{percent(each)} %" if share else number(each) for each in (episode.peak, rule.threshold))
    near = "  " + _("near miss") if episode.fired_at is None and episode.resolved_at is not None else ""
    title = loaded.texts.short(f"rule.{episode.rule}")
    severity = left(episode.severity, 6)
    return f"  {episode.pending_at:%Y-%m-%d} {times}  {severity} {title}  {_('peak')} {peak} {rule.op} {limit}{near}"


def _marker_lines(board: Board, loaded: LoadedRunbook) -> Iterator[str]:
    """One line a marker, the gravest first: how often it was found, and when last."""
    counts = Counter(hit.marker for hit in board.markers)
    last = {hit.marker: hit for hit in board.markers}
    weights = {marker.id: ("error", "warning", "info").index(marker.weight) for marker in loaded.runbook.markers}
    for marker in sorted(counts, key=lambda each: (weights.get(each, 0), -last[each].at.timestamp())):
        hit = last[marker]
        about = f"  {foreign(hit.capture)}" if hit.capture else ""
        title = loaded.texts.short(f"marker.{marker}")
        when = f"{hit.at:%Y-%m-%d} {clock(hit.at)}{'≈' if hit.approximate else ''}"
        yield f"  {right(number(counts[marker]), 5)} × {title}  {when}{about}"


def _source_line(source: dict[str, Any]) -> str:
    rejected = sum(source["rejected"].values())
    reasons = ", ".join(f"{reason} {number(count)}" for reason, count in source["rejected"].items())
    counts = _("{lines} lines: {events} events, {other} other, {rejected} not readable").format(
        lines=number(source["lines"]),
        events=number(source["events"]),
        other=number(source["other"]),
        rejected=number(rejected),
    )
    return f"  {foreign(source['name'])}  {source['format']}  {counts}" + (f" ({reasons})" if reasons else "")
