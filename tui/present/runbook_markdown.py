"""The runbook as Markdown, readable in a terminal: the team's own sentences, with the numbers of the rules in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import length
from tui.runbook.model import ActiveMinutes, Count, Quantile, Rate, Share, Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui.runbook.load import LoadedRunbook
    from tui.runbook.model import Condition, Measure, Rule, Stream
    from tui.runbook.predicates import Check
    from tui.runbook.procedures import Playbook, RecordField, Step

Lines = list[str]


def sections() -> dict[str, Callable[[LoadedRunbook], Lines]]:
    """Return each section's id with the function that writes its body, in the document's order."""
    return {
        "objective": _objective,
        "scope": _scope,
        "metrics": _metrics,
        "triage": _triage,
        "playbooks": _playbooks,
        "secrets": _secrets,
        "push": _push,
        "rollback": _rollback,
        "commands": _commands,
        "retention": _retention,
        "closure": _closure,
    }


def markdown(loaded: LoadedRunbook, only: str | None = None) -> Lines:
    """Write the whole runbook, or one section; KeyError for a section there is not."""
    texts = loaded.texts
    bodies = sections()
    numbers = {name: number for number, name in enumerate(bodies)}
    lines = [] if only else [f"# {texts.title('runbook.document')}", ""]
    for name in [only] if only else bodies:
        lines += [f"## {numbers[name]}. {texts.title(f'section.{name}')}", "", *bodies[name](loaded), ""]
    return lines[:-1]


def measure_words(measure: Measure) -> str:
    """Say what a measure measures."""
    match measure:
        case Count():
            return _("events")
        case Rate():
            return _("events per minute")
        case Sum():
            return _("sum of {field}").format(field=measure.field)
        case Quantile():
            return f"p{measure.q * 100:g} {measure.field}"
        case Share():
            what = _condition(measure.matching)
            return _("share of {what} (n ≥ {count})").format(what=what, count=measure.minimum)
        case ActiveMinutes():
            return _("minutes with events")


def stream_words(stream: Stream) -> str:
    """Name a stream: its metric, and which of its events."""
    return f"`{stream.metric}`" + (f" ({_condition(stream.where)})" if stream.where else "")


def limit_words(rule: Rule) -> str:
    """Write a rule's comparison, with its amber bound."""
    amber = _(", amber from {value}").format(value=f"{rule.amber:g}") if rule.amber is not None else ""
    return f"{rule.op.replace('>=', '≥')} {rule.threshold:g}{amber}"


def _condition(condition: Condition) -> str:
    return ", ".join(f"{name} {'/'.join(map(str, values))}" for name, values in condition.items())


def _objective(loaded: LoadedRunbook) -> Lines:
    return [loaded.texts.title("runbook.objective")]


def _scope(loaded: LoadedRunbook) -> Lines:
    return _bullets(loaded.texts.title(f"guardrail.{name}") for name in loaded.runbook.scope.guardrails)


def _metrics(loaded: LoadedRunbook) -> Lines:
    runbook, texts = loaded.runbook, loaded.texts
    lines = _bullets(
        f"`{metric.id}` {texts.title(f'metric.{metric.id}')} ({texts.detail(f'metric.{metric.id}') or ''})"
        for metric in runbook.metrics
    )
    for heading in ("slo-ack", "slo-mitigate"):
        limits = ((level.id, level.ack if heading == "slo-ack" else level.mitigate) for level in runbook.severities)
        what = texts.detail(f"heading.{heading}") or texts.title(f"heading.{heading}")
        lines += ["", f"{texts.title(f'heading.{heading}')}:", ""]
        lines += _bullets(f"{level}: {what} ≤ {length(limit)}" for level, limit in limits)
    return [*lines, "", f"### {_('Rules')}", "", *_rules(loaded)]


def _rules(loaded: LoadedRunbook) -> Lines:
    texts = loaded.texts
    lines: Lines = []
    for rule in loaded.runbook.rules:
        lines += [
            f"- **{texts.title(f'rule.{rule.id}')}** (`{rule.id}`): {rule.severity}",
            f"  - {_('shown on {panel}').format(panel=texts.title(f'metric.{rule.panel}'))}",
            f"  - {stream_words(rule.stream)}",
            "  - "
            + _("{measure} {limit} in {window}, for {hold}").format(
                measure=measure_words(rule.measure),
                limit=limit_words(rule),
                window=length(rule.window),
                hold=length(rule.hold),
            ),
        ]
    return lines


def _triage(loaded: LoadedRunbook) -> Lines:
    runbook, texts = loaded.runbook, loaded.texts
    lines = _steps(runbook.triage.steps, loaded)
    lines += ["", f"{_('Severities')}:", ""]
    for level in runbook.severities:
        criteria = ", ".join(texts.title(f"criterion.{criterion}") for criterion in level.criteria)
        lines.append(f"- {texts.title(f'severity.{level.id}')}: {criteria}")
    outputs = (texts.title(f"output.{field.id}") for field in runbook.triage.output)
    return [*lines, "", f"{texts.title('heading.output')}:", "", *_bullets(outputs)]


def _playbooks(loaded: LoadedRunbook) -> Lines:
    apart = {loaded.runbook.secrets.playbook, loaded.runbook.push.playbook}
    lines: Lines = []
    for playbook in loaded.runbook.playbooks:
        if playbook.id not in apart:
            lines += [f"### {playbook.section} {loaded.texts.title(f'playbook.{playbook.id}')}", ""]
            lines += [*_playbook(playbook, loaded), ""]
    return lines[:-1]


def _playbook(playbook: Playbook, loaded: LoadedRunbook) -> Lines:
    texts = loaded.texts
    goal = texts.detail(f"playbook.{playbook.id}")
    lines = [f"{texts.title('section.objective')}: {goal}", ""] if goal else []
    lines += [f"{texts.title(f'heading.{playbook.steps_heading}')}:", "", *_steps(playbook.steps, loaded)]
    if playbook.expected:
        lines += [
            "",
            f"{texts.title(f'heading.{playbook.expected_heading}')}:",
            "",
            *_checks(playbook.expected, loaded),
        ]
    return lines


def _secrets(loaded: LoadedRunbook) -> Lines:
    runbook, texts = loaded.runbook, loaded.texts
    secrets = runbook.secrets
    lines = [f"{texts.title('heading.policy')}: `{secrets.policy}`.", ""]
    lines += _named_playbook(secrets.playbook, loaded)
    lines += ["", f"{texts.title('heading.preconditions')}:", "", *_checks(secrets.before, loaded)]
    lines += ["", f"{_('Rotation')}:", ""]
    lines += _bullets(
        _("{name}: every {period} ({names})").format(
            name=texts.title(f"secret.{kind.id}"),
            period=length(kind.rotate_every),
            names=", ".join(f"`{name}`" for name in kind.names),
        )
        for kind in secrets.classes
    )
    return [*lines, "", f"{texts.title('heading.record')}:", "", *_record(secrets.record, loaded)]


def _push(loaded: LoadedRunbook) -> Lines:
    runbook, texts = loaded.runbook, loaded.texts
    lines: Lines = []
    for mode in runbook.push.modes:
        lines += [f"{texts.title(f'push.{mode.id}')}:", ""]
        lines += [*_bullets(texts.title(f"effect.{effect}") for effect in mode.effects), ""]
    lines += _named_playbook(runbook.push.playbook, loaded)
    lines += ["", f"{_('Required names')}:", ""]
    for group in runbook.environment.required:
        names = ", ".join("/".join(f"`{each}`" for each in (name.name, *name.legacy)) for name in group.names)
        lines.append(f"- {texts.title(f'names.{group.id}')}: {names}")
    return lines


def _rollback(loaded: LoadedRunbook) -> Lines:
    rollback, texts = loaded.runbook.rollback, loaded.texts
    lines = [f"{texts.title('heading.priority')}:", "", *_steps(rollback.priority, loaded), ""]
    lines += [f"{texts.title('heading.conditions')}:", "", *_checks(rollback.conditions, loaded), ""]
    go = " + ".join(texts.title(f"decision.{criterion.id}") for criterion in rollback.go)
    no_go = ", ".join(texts.title(f"decision.{criterion.id}") for criterion in rollback.no_go)
    return [*lines, f"{texts.title('heading.decision')}:", "", f"- `GO`: {go}", f"- `NO_GO`: {no_go}"]


def _commands(loaded: LoadedRunbook) -> Lines:
    lines: Lines = []
    for kind in dict.fromkeys(command.kind for command in loaded.runbook.commands):
        texts = [command.text for command in loaded.runbook.commands if command.kind == kind]
        lines += [f"`{kind}`:", "", "```bash", *texts, "```", ""]
    return lines[:-1]


def _retention(loaded: LoadedRunbook) -> Lines:
    runbook, texts = loaded.runbook, loaded.texts
    lines: Lines = []
    for group in runbook.retention:
        metrics = ", ".join(f"`{metric.id}`" for metric in runbook.metrics if metric.retention == group.id)
        lines.append(f"- {length(group.keep)}: {texts.title(f'retention.{group.id}')} ({metrics})")
    return lines


def _closure(loaded: LoadedRunbook) -> Lines:
    closure, texts = loaded.runbook.closure, loaded.texts
    items = (*closure.checklist, *closure.also)
    lines = [
        f"{texts.title('heading.closing')}:",
        "",
        *(f"- [ ] {texts.title(f'closure.{item.id}')}" for item in items),
    ]
    lines += ["", f"{texts.title('heading.postmortem')}:", ""]
    lines += _bullets(texts.title(f"postmortem.{section.id}") for section in closure.postmortem)
    lines += ["", f"{texts.title('heading.drills')}:", ""]
    lines += _bullets(texts.title(f"scenario.{scenario.id}") for scenario in loaded.runbook.drills.scenarios)
    return [*lines, "", *_record(loaded.runbook.drills.record, loaded)]


def _named_playbook(name: str, loaded: LoadedRunbook) -> Lines:
    return next((_playbook(each, loaded) for each in loaded.runbook.playbooks if each.id == name), [])


def _steps(steps: Sequence[Step], loaded: LoadedRunbook) -> Lines:
    lines: Lines = []
    for number, step in enumerate(steps, start=1):
        title = loaded.texts.title(f"step.{step.id}")
        items = (loaded.texts.title(f"item.{item.id}") for item in step.items)
        lines += [f"{number}. {title}", *(f"   - {item}" for item in items if item not in title)]
    return lines


def _checks(checks: Sequence[Check], loaded: LoadedRunbook) -> Lines:
    return _bullets(loaded.texts.title(f"check.{check.id}") for check in checks)


def _record(fields: Sequence[RecordField], loaded: LoadedRunbook) -> Lines:
    return _bullets(loaded.texts.title(f"record.{field.id}") for field in fields)


def _bullets(items: Iterable[str]) -> Lines:
    return [f"- {item}" for item in items]
