"""What a runbook says must make sense together: fields exist and fit, limits are ordered, windows are whole minutes."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.locale import _
from tui.runbook import predicates, probes
from tui.runbook import procedures as p
from tui.runbook.model import (
    Capture,
    Condition,
    FieldSpec,
    Figure,
    Marker,
    Measure,
    Metric,
    Model,
    Quantile,
    Rule,
    Severity,
    Share,
    Stream,
    Sum,
)
from tui.runbook.references import Loc, Mistake, reference_mistakes, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUTE = "route"
"""The field under which a route is compared and counted, whatever the log calls it."""

_STATUS = re.compile(r"[1-5](?:xx|[0-9]{2})")
_VARIABLE = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)\}?")
_CREDENTIAL = re.compile(r"(?i)\b(?:bearer|basic)\s+(?!\$)\S|://[^/\s\"']*@")
_MINUTE = timedelta(minutes=1)

Fields = dict[str, FieldSpec]


def mistakes(runbook: p.Procedures) -> list[Mistake]:
    """Everything that does not fit together in a runbook whose shape is right, in the file's order."""
    fields = {metric.id: fields_of(metric) for metric in runbook.metrics}
    found = [*reference_mistakes(runbook), *_whole(runbook)]
    for loc, model in walk(runbook):
        found += _part(model, loc, fields, runbook)
    return found


def _part(model: Model, loc: Loc, fields: dict[str, Fields], runbook: p.Procedures) -> Iterator[Mistake]:
    match model:
        case Metric():
            yield from _metric(model, loc, runbook)
        case Rule():
            yield from _rule(model, loc)
        case Severity():
            if model.ack > model.mitigate:
                yield Mistake((*loc, "mitigate"), _("must not be shorter than ack"), model.id)
        case Capture():
            yield from _capture(model, loc)
        case Marker() if model.only_with_capture and not model.captures:
            yield Mistake((*loc, "only_with_capture"), _("needs captures"), model.id)
        case Marker() if not model.literal:
            yield Mistake((*loc, "literal"), _("must not be empty"), model.id)
        case Stream() if model.metric in fields:
            yield from _condition(model.where, fields[model.metric], runbook, (*loc, "where"))
        case p.Command():
            yield from _command(model, loc)
        case _:
            pass
    yield from _measured(model, loc, fields, runbook)
    yield from _windows(model, loc)


def fields_of(metric: Metric) -> Fields:
    """Return the fields that conditions, measures and breakdowns may name: a route field goes by `route`."""
    return {ROUTE if spec.kind == "route" else name: spec for name, spec in metric.fields.items()}


def _whole(runbook: p.Procedures) -> Iterator[Mistake]:
    for name in ("metrics", "severities", "rules"):
        if not getattr(runbook, name):
            yield Mistake((name,), _("must not be empty"))
    kinds: dict[str, str] = {}
    for index, metric in enumerate(runbook.metrics):
        for name, spec in metric.fields.items():
            if kinds.setdefault(name, spec.kind) != spec.kind:
                reason = _("the field is of kind {kind} in another metric").format(kind=kinds[name])
                yield Mistake(("metrics", index, "fields", name, "kind"), reason, metric.id)
    for index, (worse, milder) in enumerate(zip(runbook.severities, runbook.severities[1:], strict=False), start=1):
        if milder.ack < worse.ack:
            reason = _("severities go from the worst down: {id} answers faster").format(id=milder.id)
            yield Mistake(("severities", index, "ack"), reason, milder.id)
    if runbook.silence.rule in {rule.id for rule in runbook.rules}:
        yield Mistake(("silence", "rule"), _("a rule of this id is defined already"), runbook.silence.rule)


def _metric(metric: Metric, loc: Loc, runbook: p.Procedures) -> Iterator[Mistake]:
    if not metric.id.startswith(runbook.record.name_prefix):
        reason = _("must begin with record.name_prefix ({prefix})").format(prefix=runbook.record.name_prefix)
        yield Mistake((*loc, "id"), reason, metric.id)
    if sum(spec.kind == "route" for spec in metric.fields.values()) > 1:
        yield Mistake((*loc, "fields"), _("more than one field of kind route"), metric.id)
    for name, spec in metric.fields.items():
        if spec.vocabulary and spec.kind != "enum":
            yield Mistake((*loc, "fields", name, "vocabulary"), _("only a field of kind enum has one"), name)
        if spec.minimum > spec.maximum:
            yield Mistake((*loc, "fields", name, "maximum"), _("must not be below minimum"), name)
    panel = metric.panel
    if (panel.rule is None) == (panel.measure is None):
        yield Mistake((*loc, "panel"), _("needs either rule or measure"), metric.id)
    shown = next((rule for rule in runbook.rules if rule.id == panel.rule), None)
    if shown is not None and shown.panel != metric.id:
        reason = _("this rule is shown on the panel of {id}").format(id=shown.panel)
        yield Mistake((*loc, "panel", "rule"), reason, shown.id)


def _rule(rule: Rule, loc: Loc) -> Iterator[Mistake]:
    if rule.amber is not None and rule.amber >= rule.threshold:
        yield Mistake((*loc, "amber"), _("must be below threshold"), rule.id)
    if isinstance(rule.measure, Share) and not 0 <= rule.threshold <= 1:
        yield Mistake((*loc, "threshold"), _("a share lies between 0 and 1"), rule.id)


def _capture(capture: Capture, loc: Loc) -> Iterator[Mistake]:
    try:
        groups = re.compile(capture.pattern).groups
    except re.error as error:
        reason = _("not a pattern: {why}").format(why=error.msg)
        yield Mistake((*loc, "pattern"), reason, capture.id)
        return
    if not groups:
        yield Mistake((*loc, "pattern"), _("needs a group: only what it matches is kept"), capture.id)


def _command(command: p.Command, loc: Loc) -> Iterator[Mistake]:
    declared = {*command.secrets, *([command.host] if command.host else [])}
    written = set(_VARIABLE.findall(command.text))
    for name in sorted(written - declared):
        yield Mistake((*loc, "text"), _("${name} is neither host nor one of secrets").format(name=name), command.id)
    for name in sorted(declared - written):
        key = "host" if name == command.host else "secrets"
        yield Mistake((*loc, key), _("the text does not use ${name}").format(name=name), command.id)
    if command.kind == "prod-smoke" and command.host is None:
        yield Mistake((*loc, "host"), _("a prod-smoke command names its host by a variable"), command.id)
    if _CREDENTIAL.search(command.text):
        yield Mistake((*loc, "text"), _("credentials are named as $VARIABLE, never written"), command.id)


def _measured(model: Model, loc: Loc, fields: dict[str, Fields], runbook: p.Procedures) -> Iterator[Mistake]:
    """Check the fields that a model reads of a metric: those of its own stream, or a panel's of the panel's metric."""
    measures: list[tuple[Loc, Measure]] = []
    if isinstance(model, Metric):
        known = fields[model.id]
        panel = model.panel
        measures += [((*loc, "panel", "measure"), panel.measure)] if panel.measure else []
        measures += [
            ((*loc, "panel", "figures", i, "measure"), figure.measure) for i, figure in enumerate(panel.figures)
        ]
        yield from _counted(panel.breakdown, known, (*loc, "panel", "breakdown"))
        yield from _fed(panel.feed, model.fields, (*loc, "panel", "feed"))
    else:
        stream = getattr(model, "stream", None)
        if not isinstance(stream, Stream) or stream.metric not in fields:
            return
        known = fields[stream.metric]
        match model:
            case Rule() | predicates.NearBaseline() | predicates.Falling() | predicates.NotGrowing():
                measures.append(((*loc, "measure"), model.measure))
            case probes.Figures():
                measures += [
                    ((*loc, "figures", i, "measure"), figure.measure) for i, figure in enumerate(model.figures)
                ]
            case probes.Counts():
                yield from _counted(model.by, known, (*loc, "by"))
            case probes.Excess():
                yield from _number(model.field, known, (*loc, "field"))
            case predicates.Dominates():
                yield from _dominant(model, known, runbook, loc)
            case _:
                pass
    for where, measure in measures:
        yield from _measure(measure, known, runbook, where)


def _of_figures(figures: tuple[Figure, ...], loc: Loc) -> list[tuple[Loc, Measure]]:
    return [((*loc, index, "measure"), figure.measure) for index, figure in enumerate(figures)]


def _measure(measure: Measure, known: Fields, runbook: p.Procedures, loc: Loc) -> Iterator[Mistake]:
    if isinstance(measure, Sum | Quantile):
        yield from _number(measure.field, known, (*loc, "field"))
    elif isinstance(measure, Share):
        yield from _condition(measure.matching, known, runbook, (*loc, "matching"))


def _dominant(model: predicates.Dominates, known: Fields, runbook: p.Procedures, loc: Loc) -> Iterator[Mistake]:
    if model.field not in known:
        yield _unknown_field(model.field, (*loc, "field"))
    elif reason := _misfit(model.value, known[model.field], runbook):
        yield Mistake((*loc, "value"), reason, model.value)


def _number(name: str, known: Fields, loc: Loc) -> Iterator[Mistake]:
    if name not in known:
        yield _unknown_field(name, loc)
    elif known[name].kind != "number":
        yield Mistake(loc, _("{field} is not a number").format(field=name), name)


def _counted(names: tuple[str, ...], known: Fields, loc: Loc) -> Iterator[Mistake]:
    for index, name in enumerate(names):
        if name not in known:
            yield _unknown_field(name, (*loc, index))
        elif known[name].kind == "number":
            yield Mistake((*loc, index), _("{field} is a number: it has no values to count").format(field=name), name)


def _fed(names: tuple[str, ...], fields: Fields, loc: Loc) -> Iterator[Mistake]:
    for index, name in enumerate(names):
        if name not in fields:
            yield _unknown_field(name, (*loc, index))
        elif fields[name].kind not in ("enum", "number"):
            yield Mistake((*loc, index), _("{field} is in every row already").format(field=name), name)


def _condition(condition: Condition, known: Fields, runbook: p.Procedures, loc: Loc) -> Iterator[Mistake]:
    for name, values in condition.items():
        if name not in known:
            yield _unknown_field(name, (*loc, name))
            continue
        for index, value in enumerate(values):
            if reason := _misfit(value, known[name], runbook):
                yield Mistake((*loc, name, index), reason, str(value).removeprefix("!"))


def _misfit(value: str | int, spec: FieldSpec, runbook: p.Procedures) -> str | None:
    bare = str(value).removeprefix("!")
    match spec.kind:
        case "status":
            return None if _STATUS.fullmatch(bare) else _("{value} is no status").format(value=bare)
        case "enum":
            return None if bare in spec.vocabulary else _("{value} is not in the vocabulary").format(value=bare)
        case "route":
            return None if bare in runbook.routes else _("unknown route: {id}").format(id=bare)
        case "number":
            return _("a condition cannot be on a number")


def _windows(model: Model, loc: Loc) -> Iterator[Mistake]:
    for key, attribute in (("window", "window"), ("for", "hold"), ("step", "step")):
        span = getattr(model, attribute, None)
        if not isinstance(span, timedelta):
            continue
        if span % _MINUTE:
            yield Mistake((*loc, key), _("must be whole minutes"))
        elif not span and key != "for":
            yield Mistake((*loc, key), _("must be longer than 0"))
    threshold = getattr(model, "threshold", 0.0)
    if isinstance(threshold, float) and not math.isfinite(threshold):
        yield Mistake((*loc, "threshold"), _("must be a number"))


def _unknown_field(name: str, loc: Loc) -> Mistake:
    return Mistake(loc, _("the metric has no field {field}").format(field=name), name)
