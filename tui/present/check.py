"""What `guardia check` prints: one JSON object (contracts §7), or a few readable lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.logs.source import SourceState
from tui.metrics.board import State
from tui.session import times

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tui.metrics.board import Board, Episode, SourceStatus
    from tui.metrics.totals import MetricTotals
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.model import LogRules

SCHEMA = 1


def utc_text(moment: datetime | None) -> str | None:
    """`YYYY-MM-DDTHH:MM:SSZ`; None stays None."""
    return None if moment is None else times.utc_text(moment)


def check_result(board: Board, totals: Mapping[str, MetricTotals], loaded: LoadedRunbook) -> dict[str, Any]:
    """The object of `check --json`: schema 1 of `docs/schemas/check.schema.json`."""
    suggestion = board.suggestion
    return {
        "schema": SCHEMA,
        "as_of": utc_text(board.now),
        "runbook": {"id": loaded.runbook.id, "lang": loaded.lang, "sha256": loaded.sha256},
        "sources": [source_result(source) for source in board.sources],
        "metrics": {
            panel.metric: {
                "events": totals[panel.metric].events,
                "value": panel.value,
                "threshold": panel.threshold,
                "badge": panel.badge.label,
                "breakdown": totals[panel.metric].breakdown,
            }
            for panel in board.panels
        },
        "markers": [
            {"marker": hit.marker, "at": utc_text(hit.at), "approximate": hit.approximate} for hit in board.markers
        ],
        "alerts": [alert_result(episode) for episode in board.alerts],
        "suggested": {
            "severity": suggestion.severity if suggestion else None,
            "dominant_metric": suggestion.metric if suggestion else None,
            "anchor_request_id": suggestion.anchor.request_id if suggestion and suggestion.anchor else None,
        },
    }


def source_result(source: SourceStatus) -> dict[str, Any]:
    """One source of `check --json`."""
    return {
        "name": source.name,
        "format": source.format,
        "bytes": source.bytes,
        "lines": source.lines,
        "events": source.events,
        "other": source.other,
        "rejected": dict(source.rejected),
        "first": utc_text(source.first),
        "last": utc_text(source.last),
    }


def alert_result(episode: Episode) -> dict[str, Any]:
    """One episode of `check --json`."""
    return {
        "rule": episode.rule,
        "metric": episode.metric,
        "severity": episode.severity,
        "pending_at": utc_text(episode.pending_at),
        "fired_at": utc_text(episode.fired_at),
        "resolved_at": utc_text(episode.resolved_at),
        "peak": episode.peak,
    }


def within(board: Board, since: datetime | None) -> Board:
    """The board with only those markers after `since`, and only those episodes that overlap what comes after it."""
    if since is None:
        return board
    return replace(
        board,
        alerts=tuple(episode for episode in board.alerts if episode.resolved_at is None or episode.resolved_at > since),
        markers=tuple(hit for hit in board.markers if hit.at > since),
    )


def exit_code(board: Board, rules: LogRules) -> int:
    """0 nothing firing, 1 firing, 2 firing at the worst severity, 3 unknown (contracts §7).

    Unknown: a source that cannot be read; no event at all; or, while live, silence with nothing firing. Silence itself
    is no rule of the table: it is unknown, not firing.
    """
    if board.span is None or any(source.state is SourceState.UNREADABLE for source in board.sources):
        return 3
    suggestion = board.suggestion
    if suggestion is not None and suggestion.severity is not None and suggestion.episode is not None:
        return 2 if rules.rank(suggestion.severity) == 0 else 1
    dark = any(panel.badge.state in (State.SILENT, State.DOWN) for panel in board.panels)
    return 3 if board.live and dark else 0
