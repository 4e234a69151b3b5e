"""Who names whom: every id that a runbook defines, every place that refers to one, and the text each needs.

Three tables and one walk over the models. A new kind of thing is one row here; nothing else has to know it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.locale import _
from tui.runbook import predicates, probes
from tui.runbook import procedures as p
from tui.runbook.model import (
    Capture,
    Figure,
    Marker,
    Metric,
    Model,
    Panel,
    RetentionClass,
    Rule,
    Severity,
    Silence,
    Stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Loc = tuple[str | int, ...]

DEFINES: dict[type[Model], str] = {
    Metric: "metric",
    Rule: "rule",
    Figure: "figure",
    Severity: "severity",
    Capture: "capture",
    Marker: "marker",
    RetentionClass: "retention",
    p.Step: "step",
    p.Item: "item",
    p.OutputField: "output",
    p.Playbook: "playbook",
    p.Contact: "contact",
    p.EnvGroup: "names",
    p.EnvMode: "mode",
    p.SecretClass: "secret",
    p.RecordField: "record",
    p.PushMode: "push",
    p.GoCriterion: "decision",
    p.NoGoCriterion: "decision",
    p.Command: "command",
    p.ClosureField: "field",
    p.ClosureItem: "closure",
    p.PostmortemSection: "postmortem",
    p.Nudge: "nudge",
    p.Scenario: "scenario",
    predicates.Check: "check",
}
"""Models with an `id`, by the kind of thing they are; the kind is also the table of its text."""

SHARED = frozenset({"figure", "record"})
"""Kinds whose id may stand in several places, with one text."""

REFERENCES: dict[tuple[type[Model], str], str] = {
    (Stream, "metric"): "metric",
    (Panel, "rule"): "rule",
    (Rule, "severity"): "severity",
    (Rule, "panel"): "metric",
    (Metric, "retention"): "retention",
    (Marker, "captures"): "capture",
    (Silence, "metric"): "metric",
    (Silence, "suggest"): "severity",
    (predicates.WithinLimit, "rule"): "rule",
    (predicates.Lasts, "rule"): "rule",
    (predicates.AfterDeploy, "metric"): "metric",
    (predicates.NoMarker, "marker"): "marker",
    (predicates.NoMarker, "since"): "marker",
    (predicates.CommandPassed, "command"): "command",
    (predicates.NoOpenIncident, "severity"): "severity",
    (predicates.IncidentOn, "metrics"): "metric",
    (predicates.NamesPresent, "names"): "names",
    (probes.MarkersSeen, "markers"): "marker",
    (probes.MarkersSeen, "since"): "marker",
    (probes.DeployMarks, "metric"): "metric",
    (probes.RequiredNames, "names"): "names",
    (probes.CommandResults, "commands"): "command",
    (probes.Panels, "metrics"): "metric",
    (p.Step, "escalate_to"): "contact",
    (p.Playbook, "serves"): "metric",
    (p.EnvGroup, "modes"): "mode",
    (p.EnvGroup, "push"): "push",
    (p.SecretClass, "names"): "variable",
    (p.Secrets, "playbook"): "playbook",
    (p.Push, "playbook"): "playbook",
    (p.GoCriterion, "requires"): "condition",
    (p.ClosureItem, "fields"): "field",
    (p.PostmortemSection, "fields"): "field",
    (p.Nudging, "unacknowledged"): "contact",
    (p.Scenario, "metric"): "metric",
    (p.Scenario, "playbook"): "playbook",
}

WORDED: dict[tuple[type[Model], str], str] = {
    (Severity, "criteria"): "criterion",
    (Silence, "rule"): "rule",
    (p.Scope, "guardrails"): "guardrail",
    (p.Playbook, "steps_heading"): "heading",
    (p.Playbook, "expected_heading"): "heading",
    (p.PushMode, "effects"): "effect",
    (p.Closure, "preventive_kinds"): "preventive",
}
"""Plain ids that only name a text."""

SECTIONS = (
    "objective", "scope", "metrics", "triage", "playbooks",
    "secrets", "push", "rollback", "commands", "retention", "closure",
)  # fmt: skip
"""The parts of the document, in order, numbered from 0; each has a heading `section.<id>`."""

FIXED_TEXTS = frozenset(
    {"runbook.document", "runbook.objective"}
    | {f"section.{section}" for section in SECTIONS}
    | {
        f"heading.{heading}"
        for heading in (
            "slo-ack", "slo-mitigate", "output", "policy", "priority", "conditions", "decision",
            "checklist", "expected", "closing", "postmortem", "preconditions", "record", "drills",
        )
    }
)  # fmt: skip
"""Texts that every runbook needs, whatever is in it."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that does not fit: where (path in the rules file), why, and the id it is about, if any."""

    loc: Loc
    reason: str
    about: str = ""


def walk(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, Model]]:
    """Every model inside a value with its path, keys as the file writes them; parents before children."""
    if isinstance(value, Model):
        yield loc, value
        for name, field in type(value).model_fields.items():
            yield from walk(getattr(value, name), (*loc, field.alias or name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from walk(item, (*loc, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*loc, key))


def identity(model: Model) -> str | None:
    """Return the id of a model that defines one, else None."""
    return str(getattr(model, "id")) if type(model) in DEFINES else None  # noqa: B009 - every model of that table has one


def named(model: Model, field: str, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Every id written in a field, which may hold one, several or none, with its path."""
    value = getattr(model, field)
    if isinstance(value, str):
        yield (*loc, field), value
    elif value is not None:
        yield from (((*loc, field, index), item) for index, item in enumerate(value))


def defined(runbook: p.Procedures) -> dict[str, dict[str, Loc]]:
    """Kind → id → where it is defined first."""
    ids: dict[str, dict[str, Loc]] = {kind: {} for kind in (*DEFINES.values(), "variable", "condition")}
    for loc, model in walk(runbook):
        if (name := identity(model)) is not None:
            ids[DEFINES[type(model)]].setdefault(name, loc)
        if isinstance(model, p.EnvName):
            ids["variable"] |= dict.fromkeys((model.name, *model.legacy), loc)
    ids["condition"] = {check.id: ("rollback", "conditions", i) for i, check in enumerate(runbook.rollback.conditions)}
    return ids


def text_keys(runbook: p.Procedures) -> frozenset[str]:
    """Every text that this runbook needs, as `kind.id`."""
    keys = set(FIXED_TEXTS)
    for loc, model in walk(runbook):
        if (name := identity(model)) is not None:
            keys.add(f"{DEFINES[type(model)]}.{name}")
        keys |= {f"{kind}.{word}" for kind, _loc, word in _words(model, loc)}
    return frozenset(keys)


def reference_mistakes(runbook: p.Procedures) -> Iterator[Mistake]:
    """Ids that are defined twice, cannot be written as a key, or are referred to and defined nowhere."""
    ids = defined(runbook)
    for loc, model in walk(runbook):
        yield from _bad_id(model, loc, ids)
        for (owner, field), kind in REFERENCES.items():
            if isinstance(model, owner):
                for where, name in named(model, field, loc):
                    if name not in ids[kind]:
                        yield Mistake(where, _("unknown {kind}: {id}").format(kind=kind, id=name), name)


def _bad_id(model: Model, loc: Loc, ids: dict[str, dict[str, Loc]]) -> Iterator[Mistake]:
    name = identity(model)
    if name is not None:
        kind = DEFINES[type(model)]
        if not _ID.fullmatch(name):
            yield Mistake((*loc, "id"), _("an id is made of letters, digits, - and _"), name)
        elif kind not in SHARED and ids[kind][name] != loc:
            yield Mistake((*loc, "id"), _("{kind} {id} is defined twice").format(kind=kind, id=name), name)
    for _kind, where, word in _words(model, loc):
        if not _ID.fullmatch(word):
            yield Mistake(where, _("an id is made of letters, digits, - and _"), word)


def _words(model: Model, loc: Loc) -> Iterator[tuple[str, Loc, str]]:
    for (owner, field), kind in WORDED.items():
        if isinstance(model, owner):
            yield from ((kind, where, word) for where, word in named(model, field, loc))
