"""The review of some days, as Markdown for the team's meeting and as JSON: what logs and journals say together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.incident.history import totals
from tui.incident.markdown import cell, code, duration, number, table, utc
from tui.incident.slo import ClockKind
from tui.locale import _
from tui.present.check import SCHEMA, alert_result, source_result, utc_text
from tui.present.format import length, percent
from tui.present.incident_history import history_result
from tui.present.refusals import status_word
from tui.runbook.model import write_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from tui.incident.history import Past
    from tui.metrics.board import Episode, SourceStatus
    from tui.metrics.retention import PastRetention
    from tui.metrics.review import Overview
    from tui.metrics.whatif import Outcome
    from tui.runbook.load import LoadedRunbook


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a review of (since, until] shows."""

    since: datetime
    until: datetime
    outcome: Outcome
    overview: Overview
    past_retention: tuple[PastRetention, ...]
    incidents: tuple[Past, ...]
    """Those that began in it, the oldest first; rehearsals are among them and count for nothing."""
    now: datetime
    today: date


def report_result(report: Report, loaded: LoadedRunbook, sources: Sequence[SourceStatus]) -> dict[str, Any]:
    """The object of `report --json`: schema 1 of `docs/schemas/report.schema.json`."""
    seen, overview = report.outcome, report.overview
    return {
        "schema": SCHEMA,
        "since": utc_text(report.since),
        "until": utc_text(report.until),
        "runbook": {"id": loaded.runbook.id, "lang": loaded.lang, "sha256": loaded.sha256},
        "sources": [source_result(source) for source in sources],
        "alerts": [alert_result(episode) for episode in seen.fired],
        "near_misses": [alert_result(episode) for episode in seen.near_misses],
        "firing_minutes": seen.firing.total_seconds() / 60,
        "incidents": history_result(
            report.incidents, loaded.runbook, report.now, report.today, report.since, report.until
        ),
        "failing_routes": [
            {"metric": one.metric, "route": one.route, "errors": one.errors, "events": one.events, "share": one.share}
            for one in overview.failing
        ],
        "slow_routes": [
            {
                "metric": one.metric,
                "route": one.route,
                "field": one.field,
                "unit": one.unit,
                "p95": one.value,
                "events": one.events,
            }
            for one in overview.slow
        ],
        "silent_gaps": [
            {"from": utc_text(gap.start), "to": utc_text(gap.end), "seconds": (gap.end - gap.start).total_seconds()}
            for gap in overview.gaps
        ],
        "retention": [
            _retention_result(report, kept.id, write_duration(kept.keep)) for kept in loaded.runbook.retention
        ],
    }


def _retention_result(report: Report, retention: str, keep: str) -> dict[str, Any]:
    past = [one for one in report.past_retention if one.retention == retention]
    return {
        "id": retention,
        "keep": keep,
        "past": [{"metric": one.metric, "events": one.events, "before": utc_text(one.before)} for one in past],
    }


def report_markdown(report: Report, loaded: LoadedRunbook, sources: Sequence[SourceStatus]) -> str:
    """The report as Markdown; the same data gives the same bytes."""
    parts = [
        f"# {_('Review')} · {utc(report.since)} → {utc(report.until)}",
        f"{code(loaded.runbook.id)} · {', '.join(code(source.name) for source in sources)}",
        *_numbers(report),
        *_alerts(report, loaded),
        *_incidents(report),
        *_routes(report, loaded),
        *_gaps(report),
        *_retention(report, loaded),
    ]
    return "\n\n".join(parts) + "\n"


def _numbers(report: Report) -> Iterator[str]:
    sums = totals(report.incidents, report.now)
    kept = {kind: f"{met} / {met + missed}" for kind, (met, missed) in sums.promises.items()}
    silent = sum((gap.end - gap.start).total_seconds() for gap in report.overview.gaps)
    rows = [
        (_("alerts"), str(len(report.outcome.fired))),
        (_("near misses"), str(len(report.outcome.near_misses))),
        (_("minutes firing"), number(report.outcome.firing.total_seconds() / 60)),
        (_("incidents"), str(sums.incidents)),
        ("MTTA", duration(sums.acknowledge) or "–"),
        ("MTTM", duration(sums.mitigate) or "–"),
        ("MTTR", duration(sums.resolve) or "–"),
        (_("ACK in time"), kept[ClockKind.ACK]),
        (_("MITIGATE in time"), kept[ClockKind.MITIGATE]),
        (_("minutes without data"), number(silent / 60)),
    ]
    yield table((_("what"), _("value")), rows)


def _alerts(report: Report, loaded: LoadedRunbook) -> Iterator[str]:
    for title, episodes in ((_("Alerts"), report.outcome.fired), (_("Near misses"), report.outcome.near_misses)):
        yield f"## {title}"
        if not episodes:
            yield _("none")
            continue
        head = (_("rule"), _("severity"), _("pending"), _("fired"), _("resolved"), _("peak"))
        yield table(head, (_alert_row(episode, loaded) for episode in episodes))
        often = Counter(loaded.texts.short(f"rule.{episode.rule}") for episode in episodes)
        yield " · ".join(f"{cell(rule)} ×{count}" for rule, count in often.most_common())


def _alert_row(episode: Episode, loaded: LoadedRunbook) -> tuple[str, ...]:
    moments = (episode.pending_at, episode.fired_at, episode.resolved_at)
    title = cell(loaded.texts.short(f"rule.{episode.rule}"))
    return (title, episode.severity, *(utc(moment) or "–" for moment in moments), number(episode.peak))


def _incidents(report: Report) -> Iterator[str]:
    yield f"## {_('Incidents')}"
    if not report.incidents:
        yield _("no incident began in this time")
        return
    head = (
        _("incident"),
        _("severity"),
        _("status"),
        _("started"),
        "TTA",
        "TTM",
        "TTR",
        _("in time"),
        _("action, due"),
    )
    yield table(head, (_incident_row(one, report.now) for one in report.incidents))


def _incident_row(one: Past, now: datetime) -> tuple[str, ...]:
    state, known = one.state, one.times
    marks = {True: "✓", False: "✗", None: "–"}
    in_time = f"ACK {marks[one.kept(ClockKind.ACK, now)]} · MIT {marks[one.kept(ClockKind.MITIGATE, now)]}"
    action = f"{cell(one.action.what)} · {one.action.due or '–'}" if one.action else "–"
    drill = f" [{_('DRILL')}]" if state.drill else ""
    return (
        f"{state.id}{drill} {cell(state.title)}".rstrip(),
        state.severity or "–",
        status_word(state.status.value),
        utc(known.started) or "–",
        *(duration(span) or "–" for span in (known.to_acknowledge, known.to_mitigate, known.to_resolve)),
        in_time,
        action,
    )


def _routes(report: Report, loaded: LoadedRunbook) -> Iterator[str]:
    named = loaded.texts.short
    yield f"## {_('Routes with most errors')}"
    failing = [
        (named(f"metric.{one.metric}"), code(one.route), str(one.errors), str(one.events), f"{percent(one.share)} %")
        for one in report.overview.failing
    ]
    head = (_("metric"), _("route"), _("errors"), _("events"), _("share"))
    yield table(head, failing) if failing else _("none")
    yield f"## {_('Slowest routes')}"
    slow = [
        (named(f"metric.{one.metric}"), code(one.route), f"{number(one.value)} {one.unit}", str(one.events))
        for one in report.overview.slow
    ]
    yield table((_("metric"), _("route"), "p95", _("events")), slow) if slow else _("none")


def _gaps(report: Report) -> Iterator[str]:
    yield f"## {_('Silent gaps')}"
    rows = [(utc(gap.start), utc(gap.end), duration(gap.end - gap.start)) for gap in report.overview.gaps]
    yield table((_("from"), _("to"), _("length")), rows) if rows else _("no gap")


def _retention(report: Report, loaded: LoadedRunbook) -> Iterator[str]:
    yield f"## {_('Retention')}"
    past = Counter({one.metric: one.events for one in report.past_retention})
    rows = [
        (
            cell(loaded.texts.short(f"metric.{metric.id}")),
            next((length(one.keep) for one in loaded.runbook.retention if one.id == metric.retention), "–"),
            str(past[metric.id]),
        )
        for metric in loaded.runbook.metrics
    ]
    yield table((_("metric"), _("keep"), _("events past it")), rows)
