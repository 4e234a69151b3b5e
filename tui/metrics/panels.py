"""One metric's lane on the board: badge, value, baseline, trend, the last hour, breakdown and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.metrics.board import Badge, BreakdownRow, Episode, FigureValue, PanelNumbers, State
from tui.metrics.lane import CHART_MINUTES, Lane, filled
from tui.metrics.minutes import floor_minute
from tui.metrics.reading import exact
from tui.metrics.suggest import breaching_rows
from tui.metrics.totals import ABSENT
from tui.metrics.windows import MINUTE, Question, panel_question
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tui.metrics.board import Baseline
    from tui.metrics.reading import Reading
    from tui.metrics.scene import Scene
    from tui.runbook.model import LogRules, Metric, Rule


def panel_numbers(scene: Scene, metric: Metric) -> PanelNumbers:
    """Everything that a metric's lane shows."""
    rules, question = scene.rules, panel_question(scene.rules, metric)
    rule = rules.rule(metric.panel.rule) if metric.panel.rule else None
    window = question.window if question else metric.panel.window
    value, figures = _values(scene, metric, question, window)
    lives = _open_lives(metric, scene.judged)
    lane = Lane(scene.store, scene.ground, question, scene.now) if question else None
    baseline = lane.baseline(rules, _undisturbed_until(scene, lives)) if lane else None
    return PanelNumbers(
        metric=metric.id,
        badge=_badge(scene, metric),
        value=value,
        threshold=rule.threshold if rule else None,
        amber=rule.amber if rule else None,
        op=rule.op if rule else "",
        unit=metric.panel.unit,
        window_seconds=int(window.total_seconds()),
        baseline=baseline,
        ratio=_ratio(value, baseline),
        trend=lane.rises(rules) if lane else False,
        leading=_leading(rules, lives),
        ack_since=min((life.fired_at for life in lives if life.fired_at), default=None),
        fires_at=_fires_at(rules, lives) if scene.fresh else None,
        minutes=lane.hour() if lane else (None,) * CHART_MINUTES,
        minute_severity=_severity_by_minute(rules, metric, scene.reading),
        breakdown=_breakdown(scene, metric, scene.now - window),
        figures=figures,
        newest=scene.store.newest(metric.id, scene.now),
    )


def _badge(scene: Scene, metric: Metric) -> Badge:
    """What the rules say; while nothing comes, the last severity stands beside what is wrong with the data.

    Where the base stream has never said anything, what fires is shown, but nothing may be called fine.
    """
    badge = _badge_by_rules(scene.rules, metric, scene.judged)
    if scene.down:
        return Badge(State.DOWN, badge.severity)
    if scene.quiet or (badge.state is State.OK and not scene.ground.has_base):
        return Badge(State.SILENT, badge.severity)
    return badge


def _badge_by_rules(rules: LogRules, metric: Metric, reading: Reading) -> Badge:
    """The worst severity firing on the panel, else watched, else fine (contracts §1).

    Watched is also what is over its limit, or in its amber band, between two evaluations.
    """
    lives = _open_lives(metric, reading)
    firing = [life.severity for life in lives if life.firing]
    if firing:
        return Badge(State.SEVERE, min(firing, key=rules.rank))
    near = any(_is_near(rule, reading.values[rule.id]) for rule in rules.rules if rule.panel == metric.id)
    return Badge(State.WATCH if lives or near else State.OK)


def _is_near(rule: Rule, value: float | None) -> bool:
    if value is None or rule.breaches(value):
        return value is not None
    return rule.amber is not None and (value > rule.amber if rule.op == ">" else value >= rule.amber)


def _open_lives(metric: Metric, reading: Reading) -> list[Episode]:
    return [life for life in reading.open if life.metric == metric.id]


def _values(
    scene: Scene, metric: Metric, question: Question | None, window: timedelta
) -> tuple[float | None, tuple[FigureValue, ...]]:
    """The panel's own value and its figures, over the window that ends now."""
    stream, covered = Stream(metric=metric.id), scene.ground.covers_now(window)
    asked = [Question(metric, stream, figure.measure, window) for figure in metric.panel.figures]
    found = exact(scene.store, [*asked, *([question] if question else [])], scene.now)
    figures = tuple(
        FigureValue(figure.id, filled(figure.measure, value, covered=covered), figure.unit)
        for figure, value in zip(metric.panel.figures, found, strict=False)
    )
    return filled(question.measure, found[-1], covered=covered) if question else None, figures


def _ratio(value: float | None, baseline: Baseline | None) -> float | None:
    if value is None or baseline is None or baseline.value <= 0:
        return None
    return value / baseline.value


def _breakdown(scene: Scene, metric: Metric, start: datetime) -> tuple[BreakdownRow, ...]:
    fields = metric.panel.breakdown
    counted = scene.store.kinds(metric.id, fields, start, scene.now).iter_rows() if fields else ()
    found = (BreakdownRow(tuple(map(_named, values)), count) for *values, count in counted)
    return tuple(sorted(found, key=lambda row: (-row.count, row.values)))


def _named(value: str | float | None) -> str:
    return ABSENT if value is None else str(value)


def _undisturbed_until(scene: Scene, lives: list[Episode]) -> datetime:
    """Until when things were normal: the first breaching event of the panel's oldest open episode, else now."""
    if not lives:
        return scene.now
    oldest = min(lives, key=lambda life: life.pending_at)
    rule = scene.rules.rule(oldest.rule)
    start = oldest.pending_at - rule.window
    first = breaching_rows(scene.store, scene.rules, rule, start, oldest.pending_at)["at"].head(1).to_list()
    return next(iter(first), oldest.pending_at)


def _leading(rules: LogRules, lives: list[Episode]) -> Episode | None:
    firing = [life for life in lives if life.firing]
    if firing:
        return min(firing, key=lambda life: (rules.rank(life.severity), life.fired_at))
    return min(lives, key=lambda life: life.pending_at, default=None)


def _fires_at(rules: LogRules, lives: list[Episode]) -> datetime | None:
    """The soonest minute that anything pending here would fire; None once something does."""
    if any(life.firing for life in lives):
        return None
    return min((life.pending_at + rules.rule(life.rule).hold for life in lives), default=None)


def _severity_by_minute(rules: LogRules, metric: Metric, reading: Reading) -> tuple[str | None, ...]:
    """For each of the last 60 whole minutes the worst severity firing then, `""` while only pending, else None."""
    first = floor_minute(reading.at) - (CHART_MINUTES - 1) * MINUTE
    recent = [life for life in reading.recent if life.metric == metric.id]
    return tuple(_worst_at(rules, recent, first + number * MINUTE) for number in range(CHART_MINUTES))


def _worst_at(rules: LogRules, lives: list[Episode], minute: datetime) -> str | None:
    there = [
        life for life in lives if life.pending_at <= minute and not (life.resolved_at and life.resolved_at <= minute)
    ]
    if not there:
        return None
    firing = (life.severity for life in there if life.fired_at is not None and life.fired_at <= minute)
    return min(firing, key=rules.rank, default="")
