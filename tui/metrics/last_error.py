"""When the newest error was: of one rule, of what an incident is about, or of anything the runbook calls an error."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.suggest import breaching_rows
from tui.runbook.model import Quantile, Share, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Rule

_FIRST_LOOK = timedelta(minutes=15)


def any_error(rules: LogRules, store: EventStore, now: datetime) -> datetime | None:
    """Time of the newest event of anything that the runbook lists under `errors`; None without any."""
    return _newest(store.newest_matching(stream, now) for stream in rules.errors)


def newest_breach(rules: LogRules, store: EventStore, rule: Rule, now: datetime) -> datetime | None:
    """Time of the newest event up to `now` that makes a rule true, however far back; None without any."""
    stream = _breaching_stream(rule)
    return _looked_back(rules, store, rule, now) if stream is None else store.newest_matching(stream, now)


def error_about(rules: LogRules, store: EventStore, metric: str | None, now: datetime) -> datetime | None:
    """Time of the newest event that makes any rule of a metric's panel true.

    A metric that no rule is shown on has the runbook's `errors` of its own; without those, any error counts.
    """
    shown = [rule for rule in rules.rules if rule.panel == metric]
    if shown:
        return _newest(newest_breach(rules, store, rule, now) for rule in shown)
    own = [stream for stream in rules.errors if stream.metric == metric]
    return _newest(store.newest_matching(stream, now) for stream in own) if own else any_error(rules, store, now)


def _breaching_stream(rule: Rule) -> Stream | None:
    """The breaching events as a stream of their own; None where no condition on fields says which they are."""
    if isinstance(rule.measure, Quantile):
        return None
    matching = rule.measure.matching if isinstance(rule.measure, Share) else {}
    if rule.stream.where.keys() & matching.keys():
        return None
    return Stream(metric=rule.stream.metric, where={**rule.stream.where, **matching})


def _looked_back(rules: LogRules, store: EventStore, rule: Rule, now: datetime) -> datetime | None:
    """Look at twice as much each time, so that what is near costs little."""
    span = store.span(now)
    end, reach = now, _FIRST_LOOK
    while span is not None and end >= span[0]:
        rows = breaching_rows(store, rules, rule, end - reach, end)
        if rows.height:
            found: datetime = rows["at"][-1]
            return found
        end, reach = end - reach, 2 * reach
    return None


def _newest(found: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in found if at is not None), default=None)
