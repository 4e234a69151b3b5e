"""What a postmortem is founded on: evidence, metrics with charts, steps, decision, commands, runbook (contracts §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident.markdown import cell, cell_minutes, chart, code, escaped, number, table, utc
from tui.incident.narrative import decision_meanings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.incident.facts import Episode, Series
    from tui.incident.narrative import Words
    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.incident.times import Times
    from tui.runbook.procedures import Procedures


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a postmortem is written from."""

    state: IncidentState
    times: Times
    episodes: tuple[Episode, ...]
    records: tuple[Recorded, ...]
    runbook: Procedures
    words: Words

    def or_missing(self, text: str) -> str:
        """Return text ready for Markdown; a marked gap where nobody wrote any."""
        _ = self.words.say
        return escaped(text) if text.strip() else f"*{_('missing')}*"

    def or_missing_line(self, text: str) -> str:
        """Return the same on one line, for a list or a cell."""
        return " ".join(self.or_missing(text).split())


def evidence(story: Story) -> Iterator[str]:
    """Yield every pinned record: where it lies, and what the last look at it found."""
    _, rows = story.words.say, []
    results = {
        "matched": _("matched"),
        "matched_on_arrival": _("matched on arrival"),
        "changed": _("changed"),
        "gone": _("gone"),
        "unlinked": _("no record"),
    }
    for one in story.state.evidence:
        record = one.pin.record
        place = f"{cell(record.source.name)} {record.offset}+{record.length}" if record else "–"
        seen = utc(record.at) if record else ""
        rows.append(
            (code(one.request_id), results[one.result], seen or "–", place, code(record.sha256) if record else "–")
        )
    yield f"## {_('Evidence')}"
    yield table(("requestId", _("state"), _("when"), _("place"), "sha256"), rows) if rows else f"*{_('missing')}*"


def metrics(story: Story) -> Iterator[str]:
    """Yield each episode against its limit, and each metric minute by minute, as last stored."""
    _, words, numbers = story.words.say, story.words, story.state.numbers
    yield f"## {_('Metrics')}"
    if numbers is None:
        yield f"{_('metrics: unavailable')}"
        return
    yield table(
        (_("rule"), _("severity"), _("pending"), _("fired"), _("resolved"), _("peak"), _("limit")),
        (
            (
                code(one.rule),
                cell(one.severity),
                utc(one.pending_at),
                utc(one.fired_at) or "–",
                utc(one.resolved_at) or "–",
                *_against_limit(story, one),
            )
            for one in story.episodes
        ),
    )
    yield _("Charts: one cell a minute, ▁▂▃▄ up to the limit, ▅▆▇█ over it, times in UTC.")
    for series in numbers.series:
        yield f"**{words.named(f'metric.{series.metric}')}** · {_figures(story, series)}"
        yield f"```text\n{chart(series)}\n```"


def _against_limit(story: Story, episode: Episode) -> tuple[str, str]:
    """Return an episode's peak and its rule's limit, shares as percentages."""
    rule = next((rule for rule in story.runbook.rules if rule.id == episode.rule), None)
    if rule is None:
        return number(episode.peak), "–"
    scale, unit = (100, " %") if rule.measure.kind == "share" else (1, "")
    sign = {">": "\\>", ">=": "≥"}[rule.op]
    return f"{number((episode.peak or 0) * scale)}{unit}", f"{sign} {number(rule.threshold * scale)}{unit}"


def _figures(story: Story, series: Series) -> str:
    _, unit, each = story.words.say, f" {cell(series.unit)}" if series.unit else "", cell_minutes(series)
    said = [f"{_('peak')} {number(series.peak)}{unit}"]
    if series.threshold is not None:
        over = sum(value is not None and value > series.threshold for value in series.values)
        said += [f"{_('limit')} {number(series.threshold)}{unit}", f"{_('minutes over')} {over}"]
    return " · ".join([*said, _("{count} minutes a cell").format(count=each)] if each > 1 else said)


def work(story: Story) -> Iterator[str]:
    """Yield steps, decision and commands: who did what, and when."""
    _, state, words = story.words.say, story.state, story.words
    ticks = [(step, tick) for step, said in state.steps.items() for tick in said]
    rows = [(words.named(f"step.{step}"), cell(tick.by), utc(tick.at), cell(tick.value)) for step, tick in ticks]
    yield f"## {_('Playbook steps')}"
    yield table((_("step"), _("who"), _("when"), _("note")), rows) if rows else _("no step was ticked")
    yield f"## {_('Decision')}"
    yield from _decision(story)
    yield f"## {_('Commands run')}"
    runs = [
        (
            utc(run.at),
            cell(run.by),
            code(run.run.command),
            "–" if run.run.exit_code is None else str(run.run.exit_code),
            f"{number(run.run.duration_ms / 1000)} s",
        )
        for run in state.runs
    ]
    yield (
        table((_("when"), _("who"), _("command"), _("exit code"), _("took")), runs) if runs else _("no command was run")
    )


def _decision(story: Story) -> Iterator[str]:
    _, decision = story.words.say, story.state.decision
    if decision is None:
        yield f"*{_('missing')}*"
        return
    forced = f" · {_('against the gate')}" if decision.decision.overridden else ""
    why = f": {cell(decision.decision.why)}" if decision.decision.why else ""
    yield f"{decision.decision.decision} · {utc(decision.at)} · {cell(decision.by)}{forced}{why}"
    yield ". ".join(cell(meaning) for meaning in decision_meanings(story.words)) + "."
    marks = {True: "✓", False: "✗", None: f"? {_('unknown')}"}
    yield table(
        (_("condition"), _("holds"), _("value"), _("limit")),
        (
            (story.words.named(f"check.{one.id}"), marks[one.met], number(one.value), number(one.limit))
            for one in decision.decision.conditions
        ),
    )


def source(story: Story) -> Iterator[str]:
    """Yield the runbook that it was all done by."""
    _, declaration = story.words.say, story.state.declaration
    copy = declaration.runbook if declaration else None
    yield f"## {_('Runbook')}"
    yield f"{code(copy.id)} · {code(copy.lang)} · sha256 {code(copy.sha256)}" if copy else "–"
