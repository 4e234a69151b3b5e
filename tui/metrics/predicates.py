"""When a step applies, whether an outcome is reached, whether a gate's condition holds: answered at one instant. Pure.

True needs all the data that it speaks of. False needs only what proves it. Everything else is unknown, and while the
base stream is silent or its source is down, so is all that logs could tell (contracts §1, §4).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, assert_never

from tui.metrics.answers import Answer, Unknown, Why
from tui.metrics.journal_answers import JournalPredicate, answer_of_journal, marks_of
from tui.metrics.lane import Lane, filled
from tui.metrics.probes import count_rows, newest_hit
from tui.metrics.reading import RECENT, exact
from tui.metrics.standpoint import unit_of
from tui.metrics.suggest import breaching_rows
from tui.metrics.windows import Question, rule_question
from tui.runbook import predicates as p
from tui.runbook.model import Count, Stream

if TYPE_CHECKING:
    from datetime import datetime

    from tui.metrics.board import Episode
    from tui.metrics.standpoint import Standpoint

    _OfLogs = (
        p.WithinLimit
        | p.NearBaseline
        | p.Quiet
        | p.Falling
        | p.NotGrowing
        | p.Seen
        | p.Dominates
        | p.Lasts
        | p.AfterDeploy
        | p.NoMarker
        | p.Calm
    )


def answer_check(check: p.Check, at: Standpoint) -> Answer:
    """Whether an expected outcome, a condition or a precondition holds."""
    return answer_predicate(check.holds, at, check.id)


def answer_predicate(predicate: p.Predicate, at: Standpoint, about: str = "") -> Answer:
    """Whether the predicate holds. `about`: the step or check that it belongs to, which a person may have answered."""
    if isinstance(predicate, JournalPredicate):
        return answer_of_journal(predicate, at, about)
    return _not_known(at.blind) if at.blind else _of_logs(predicate, at)


def _of_logs(predicate: _OfLogs, at: Standpoint) -> Answer:  # noqa: C901, PLR0911 - one line for each kind
    match predicate:
        case p.WithinLimit():
            return _within_limit(predicate, at)
        case p.NearBaseline():
            return _near_baseline(predicate, at)
        case p.Quiet():
            return _quiet(predicate, at)
        case p.Falling():
            return _falling(predicate, at)
        case p.NotGrowing():
            return _not_growing(predicate, at)
        case p.Seen():
            return _seen(predicate, at)
        case p.Dominates():
            return _dominates(predicate, at)
        case p.Lasts():
            return _lasts(predicate, at)
        case p.AfterDeploy():
            return _after_deploy(predicate, at)
        case p.NoMarker():
            return _no_marker(predicate, at)
        case p.Calm():
            return _calm(predicate, at)
        case _:
            assert_never(predicate)


def _not_known(unknown: Unknown) -> Answer:
    return Answer(None, unknown=unknown)


# --- values of windows ----------------------------------------------------------------------------------------------


def _value(question: Question, at: Standpoint, end: datetime | None = None) -> float | None:
    """The measure over the window that ends at `end` (now); none of what can be counted is zero."""
    return filled(question.measure, exact(at.store, [question], end or at.now)[0], covered=True)


def _within_limit(predicate: p.WithinLimit, at: Standpoint) -> Answer:
    rule = at.rules.rule(predicate.rule)
    metric = at.rules.metric(rule.stream.metric)
    value = _value(rule_question(rule, metric), at)
    gap = at.gap(rule.window) if not rule.breaches(value) else None
    unknown = Unknown(Why.NO_DATA) if value is None else gap
    met = None if unknown else not rule.breaches(value)
    unit = unit_of(rule.measure, metric)
    return Answer(met, value, rule.threshold, unknown=unknown, unit=unit, window=rule.window)


def _near_baseline(predicate: p.NearBaseline, at: Standpoint) -> Answer:
    metric = at.rules.metric(predicate.stream.metric)
    question = Question(metric, predicate.stream, predicate.measure, predicate.window)
    lane = Lane(at.store, at.ground, question, at.now)
    baseline, value = lane.baseline(at.rules, _undisturbed_until(at, metric.id)), _value(question, at)
    unit = unit_of(predicate.measure, metric)
    if baseline is None:
        short = Unknown(Why.SHORT, at.first)
        return Answer(None, value, unknown=short, unit=unit, window=predicate.window)
    limit = predicate.factor * baseline.value
    high = value is not None and value > limit
    unknown = Unknown(Why.NO_DATA) if value is None else None if high else at.gap(predicate.window)
    return Answer(None if unknown else not high, value, limit, unknown=unknown, unit=unit, window=predicate.window)


def _undisturbed_until(at: Standpoint, metric: str) -> datetime:
    """Until when the metric was normal: the first breaching event of the earliest episode of this trouble.

    This trouble is the incident, and what is open or was so within the last hour, if that reaches further back.
    """
    started = at.journalled.started
    since = min(filter(None, (at.now - RECENT, started)))
    lives = [life for life in at.board.alerts if life.metric == metric and _reaches(life, since)]
    if not lives:
        return started or at.now
    rule = at.rules.rule(lives[0].rule)
    began = lives[0].pending_at
    breaching = breaching_rows(at.store, at.rules, rule, began - rule.window, began)
    first = next(iter(breaching["at"].head(1).to_list()), began)
    return min(first, started) if started else first


def _reaches(life: Episode, since: datetime) -> bool:
    return life.resolved_at is None or life.resolved_at > since


def _falling(predicate: p.Falling, at: Standpoint) -> Answer:
    windows = -(-predicate.hold // predicate.window)
    course = _course(predicate, at, windows + 1)
    fell = all(later <= earlier for earlier, later in pairwise(course))
    return _compared(course, at, predicate, met=fell and bool(course) and (course[-1] < course[0] or course[-1] == 0))


def _not_growing(predicate: p.NotGrowing, at: Standpoint) -> Answer:
    course = _course(predicate, at, 2)
    return _compared(course, at, predicate, met=bool(course) and course[-1] <= course[0])


def _course(predicate: p.Falling | p.NotGrowing, at: Standpoint, windows: int) -> tuple[float, ...]:
    """So many windows one after the other up to now, oldest first; empty when one of them has no value."""
    metric = at.rules.metric(predicate.stream.metric)
    question = Question(metric, predicate.stream, predicate.measure, predicate.window)
    ends = [at.now - number * predicate.window for number in reversed(range(windows))]
    values = [_value(question, at, end) for end in ends]
    known = tuple(value for value in values if value is not None)
    return known if len(known) == windows else ()


def _compared(course: tuple[float, ...], at: Standpoint, predicate: p.Falling | p.NotGrowing, *, met: bool) -> Answer:
    """Windows can be compared only when all of them are wholly known."""
    window, unit = predicate.window, unit_of(predicate.measure, at.rules.metric(predicate.stream.metric))
    if not course:
        return Answer(None, unknown=Unknown(Why.NO_DATA), unit=unit, window=window)
    gap = at.gap(window * len(course))
    value, limit = course[-1], course[0]
    return Answer(None if gap else met, value, limit, unknown=gap, unit=unit, window=window, course=course)


def _seen(predicate: p.Seen, at: Standpoint) -> Answer:
    """What was seen is proof by itself; that too little was needs the whole window, and somebody who tried."""
    stream, start = predicate.stream, at.now - predicate.window
    statuses = {name for name, spec in at.rules.metric(stream.metric).fields.items() if spec.kind == "status"}
    attempts = {name: accepted for name, accepted in stream.where.items() if name not in statuses}
    found = at.store.window(stream, start, at.now).height
    of = at.store.window(Stream(metric=stream.metric, where=attempts), start, at.now).height
    enough, untried = found >= predicate.minimum, of == 0 and attempts != stream.where
    unknown = None if enough else at.gap(predicate.window) or (Unknown(Why.NO_DATA) if untried else None)
    met = None if unknown else enough
    return Answer(met, found, predicate.minimum, unknown=unknown, window=predicate.window, of=of)


def _dominates(predicate: p.Dominates, at: Standpoint) -> Answer:
    """Nothing dominates where nothing happened."""
    rows = at.store.window(predicate.stream, at.now - predicate.window, at.now)
    counted = {row.values[0]: row for row in count_rows(rows, (predicate.field,))}
    leader, own = next(iter(counted.values()), None), counted.get(predicate.value)
    met = own is not None and leader is not None and own.count == leader.count
    unknown = None if leader else at.gap(predicate.window)
    return Answer(
        met=None if unknown else met,
        value=own.share if own else 0.0,
        note=predicate.value if met else (leader.values[0] or "") if leader else "",
        unknown=unknown,
        unit="%",
        window=predicate.window,
        of=rows.height,
    )


# --- what has lasted ------------------------------------------------------------------------------------------------


def _quiet(predicate: p.Quiet, at: Standpoint) -> Answer:
    metric = at.rules.metric(predicate.stream.metric)
    newest = at.store.newest_matching(predicate.stream, at.now)
    value = _value(Question(metric, predicate.stream, Count(), p.FIVE_MINUTES), at)
    return _lasted(newest, predicate.hold, at, Answer(None, value, limit=0, window=p.FIVE_MINUTES))


def _calm(predicate: p.Calm, at: Standpoint) -> Answer:
    metric = at.journalled.metric
    if metric is None:
        return _not_known(Unknown(Why.NO_INCIDENT))
    ends = [life.resolved_at or at.now for life in at.board.alerts if life.metric == metric]
    return _lasted(max(ends, default=None), predicate.hold, at, Answer(None, len(at.open_lives(metric)), limit=0))


def _lasted(last: datetime | None, hold: timedelta, at: Standpoint, numbers: Answer) -> Answer:
    """Whether nothing happened after `last` for that much live time; what came before the data may have been worse."""
    begin = at.live.begin_of_last(hold, at.first)
    disturbed = last is not None and (begin is None or last > begin)
    lasted = at.live.since(last if disturbed and last else begin or at.first)
    unknown = Unknown(Why.SHORT, at.first) if begin is None and not disturbed else None
    met = None if unknown else not disturbed
    return replace(numbers, met=met, unknown=unknown, lasted=min(lasted, hold), hold=hold)


def _lasts(predicate: p.Lasts, at: Standpoint) -> Answer:
    life = next((life for life in at.board.alerts if life.open and life.rule == predicate.rule), None)
    lasted = at.live.since(life.pending_at) if life else timedelta()
    return Answer(lasted >= predicate.hold, lasted=min(lasted, predicate.hold), hold=predicate.hold)


def _after_deploy(predicate: p.AfterDeploy, at: Standpoint) -> Answer:
    """Nobody's mark is no proof that nothing was deployed."""
    lives, marks = at.open_lives(predicate.metric), marks_of(at, predicate.of)
    limit = predicate.within.total_seconds()
    if lives and not marks:
        return Answer(None, limit=limit, unknown=Unknown(Why.NOT_MARKED), unit="s")
    since = [(life.pending_at - mark.at, mark) for life in lives for mark in marks if mark.at <= life.pending_at]
    after, mark = min(since, key=lambda pair: pair[0], default=(None, None))
    met = after is not None and after <= predicate.within
    return Answer(met, after.total_seconds() if after else None, limit, note=mark.text if mark else "", unit="s")


def _no_marker(predicate: p.NoMarker, at: Standpoint) -> Answer:
    """Without anything to count from, only what was seen is known."""
    since, seen = newest_hit(at, predicate.since), newest_hit(at, (predicate.marker,))
    broken = seen is not None and (since is None or seen.at > since.at)
    unknown = Unknown(Why.NO_DATA) if since is None and not broken else None
    return Answer(None if unknown else not broken, note=predicate.marker, unknown=unknown)
