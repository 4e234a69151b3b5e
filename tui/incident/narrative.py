"""What each entry says in one line of a timeline. Words come from the catalogue, titles from the runbook's texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from tui.incident import entries as e
from tui.incident.markdown import cell, code, number, utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from tui.incident.facts import Numbers
    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    say: Callable[[str], str]
    """English sentence → the sentence in the language."""
    title: Callable[[str], str]
    """Id of a text of the runbook (`step.ID`, `metric.ID` …) → its title."""

    def named(self, text_id: str) -> str:
        """Return a title of the runbook, ready for a cell; the bare id where the runbook has no such text."""
        try:
            return cell(self.title(text_id))
        except KeyError:
            return code(text_id.partition(".")[2])


def told(label: str, text: str) -> str:
    """Return a label and what was said, where anything was."""
    return f"{label.removesuffix('.')}: {cell(text)}" if text else label


def own_field(name: str, words: Words) -> str:
    """Return the name of a field of the forms: guardia's own, else the runbook's."""
    _ = words.say
    own = {
        "title": _("title"),
        "metric": _("dominant metric"),
        "anchor": _("anchor"),
        "workaround": _("workaround"),
        "lucky": _("Where we got lucky"),
        "action_done": _("permanent action done"),
    }
    return own.get(name) or words.named(f"field.{name}")


def who_was_hit(numbers: Numbers | None, words: Words) -> str:
    """Return stored counts in one line, with the time they count; empty where nothing was stored.

    `rule.ID.affected` goes with its `.all` and `.share`, others by their own name.
    """
    known = dict(numbers.figures) if numbers else {}
    told_with = {f"{name.removesuffix('.affected')}.{part}" for name in known for part in ("all", "share")}
    counts = ", ".join(_count(name, known, words) for name in known if name not in told_with)
    counted = numbers.counted if numbers and counts else None
    return f"{counts} · {_span(*counted)}" if counted else counts


def _span(first: datetime, last: datetime) -> str:
    """`2026-11-19 22:00:00Z – 22:17:00Z`; the day once where it is the same."""
    start, end = utc(first), utc(last)
    return f"{start} – {end.removeprefix(start[:11])}"


def _count(name: str, known: Mapping[str, float], words: Words) -> str:
    about = name.removesuffix(".affected")
    if about == name:
        return f"{cell(name)} {number(known[name])}"
    whole = f" / {number(known[f'{about}.all'])}" if f"{about}.all" in known else ""
    share = f" ({number(round(100 * known[f'{about}.share'], 1))} %)" if f"{about}.share" in known else ""
    return f"{words.named(about)}: {number(known[name])}{whole}{share}"


def spoken(value: str, words: Words) -> str:
    """Return what a field of a form holds as people read it: a yes or a no in their language."""
    _ = words.say
    return {"yes": _("yes"), "no": _("no")}.get(value, value)


def decision_meanings(words: Words) -> tuple[str, str]:
    """Return what GO and what NO_GO say of a rollback (runbook §7)."""
    _ = words.say
    return (
        _("GO: the conditions to call the rollback successful hold"),
        _("NO_GO: they do not hold, or it is not known yet"),
    )


def superseded(records: Iterable[Recorded], state: IncidentState) -> frozenset[str]:
    """Return the ids of the entries of forms whose field a later one filled again.

    Forms save as people type: of each field a timeline tells what stands, the journal keeps the way there.
    """
    newest: dict[str, str] = {}
    found: set[str] = set()
    for record in records:
        payload = record.entry.payload
        if not isinstance(payload, e.FieldSet) or record.id in state.undone | state.without_effect:
            continue
        if payload.field in newest:
            found.add(newest[payload.field])
        newest[payload.field] = record.id
    return frozenset(found)


@singledispatch
def describe(payload: e.Known | e.Unknown, words: Words) -> str:
    """Return one line, in Markdown; entries without a sentence of their own are named by their type."""
    del words
    return code(payload.type)


@describe.register(e.Declared)
def _(payload: e.Declared, words: Words) -> str:
    _ = words.say
    return told(f"{_('declared')} {cell(payload.severity or '')}".strip(), payload.title)


@describe.register(e.Acknowledged)
def _(payload: e.Acknowledged, words: Words) -> str:
    del payload
    _ = words.say
    return _("acknowledged")


@describe.register(e.Mitigated)
def _(payload: e.Mitigated, words: Words) -> str:
    _ = words.say
    return told(_("mitigated"), payload.why)


@describe.register(e.Resolved)
def _(payload: e.Resolved, words: Words) -> str:
    _ = words.say
    return told(_("resolved"), payload.why)


@describe.register(e.Reopened)
def _(payload: e.Reopened, words: Words) -> str:
    _ = words.say
    return told(_("reopened"), payload.why)


@describe.register(e.Cancelled)
def _(payload: e.Cancelled, words: Words) -> str:
    _ = words.say
    return told(_("cancelled"), payload.why)


@describe.register(e.Merged)
def _(payload: e.Merged, words: Words) -> str:
    _ = words.say
    return told(f"{_('merged')} {code(payload.into)}", payload.why)


@describe.register(e.Closed)
def _(payload: e.Closed, words: Words) -> str:
    _ = words.say
    unmet = ", ".join(code(name) for name in payload.overridden)
    return told(f"{_('closed')} · {_('against the gate')} {unmet}" if unmet else _("closed"), payload.why)


@describe.register(e.SeveritySet)
def _(payload: e.SeveritySet, words: Words) -> str:
    _ = words.say
    return told(f"{_('severity')} {cell(payload.severity)}", payload.why)


@describe.register(e.TimesCorrected)
def _(payload: e.TimesCorrected, words: Words) -> str:
    _ = words.say
    said = ((_("started"), payload.started), (_("detected"), payload.detected))
    corrected = ", ".join(f"{name} {utc(moment)}" for name, moment in said if moment)
    return told(f"{_('times corrected')} {corrected}".rstrip(), payload.why)


@describe.register(e.RoleSet)
def _(payload: e.RoleSet, words: Words) -> str:
    _ = words.say
    roles = {"owner": _("owner"), "commander": _("IC"), "scribe": _("scribe")}
    return f"{roles[payload.role]} {cell(payload.name)}"


@describe.register(e.HandoffOffered)
def _(payload: e.HandoffOffered, words: Words) -> str:
    _ = words.say
    return told(_("handoff offered"), payload.to)


@describe.register(e.HandoffAccepted)
def _(payload: e.HandoffAccepted, words: Words) -> str:
    del payload
    _ = words.say
    return _("handoff accepted")


@describe.register(e.Noted)
def _(payload: e.Noted, words: Words) -> str:
    _ = words.say
    return told(_("note"), payload.text)


@describe.register(e.ChannelSet)
def _(payload: e.ChannelSet, words: Words) -> str:
    _ = words.say
    return told(_("channel"), payload.channel)


@describe.register(e.UpdateSent)
def _(payload: e.UpdateSent, words: Words) -> str:
    _ = words.say
    return told(_("update"), payload.text)


@describe.register(e.DeploysNoted)
def _(payload: e.DeploysNoted, words: Words) -> str:
    _ = words.say
    return told(_("deploys noted frozen") if payload.frozen else _("deploys noted open"), payload.why)


@describe.register(e.PushNoted)
def _(payload: e.PushNoted, words: Words) -> str:
    _ = words.say
    return _("push noted on") if payload.on else _("push noted off")


@describe.register(e.EvidencePinned)
def _(payload: e.EvidencePinned, words: Words) -> str:
    _ = words.say
    record = payload.record
    place = f" · {cell(record.source.name)} {record.offset}+{record.length}" if record else ""
    return f"{_('evidence')} {code(payload.request_id)}{place}"


@describe.register(e.StepTicked)
def _(payload: e.StepTicked, words: Words) -> str:
    return told(f"✓ {words.named(f'step.{payload.step}')}", payload.note)


@describe.register(e.StepUnticked)
def _(payload: e.StepUnticked, words: Words) -> str:
    return f"✗ {words.named(f'step.{payload.step}')}"


@describe.register(e.Decided)
def _(payload: e.Decided, words: Words) -> str:
    _ = words.say
    forced = f" · {_('against the gate')}" if payload.overridden else ""
    return told(f"{_('decision')} {payload.decision}{forced}", payload.why)


@describe.register(e.FieldSet)
def _(payload: e.FieldSet, words: Words) -> str:
    return told(own_field(payload.field, words), spoken(payload.value, words))


@describe.register(e.Delegated)
def _(payload: e.Delegated, words: Words) -> str:
    return f"{own_field(payload.field, words)} → {cell(payload.to)}"


@describe.register(e.CommandRun)
def _(payload: e.CommandRun, words: Words) -> str:
    _ = words.say
    outcome = _("cancelled") if payload.exit_code is None else str(payload.exit_code)
    return f"{_('command')} {code(payload.command)} → {outcome}"


# --- the team's journal ----------------------------------------------------------------------------------------------


@describe.register(e.SuggestionDismissed)
def _(payload: e.SuggestionDismissed, words: Words) -> str:
    _ = words.say
    return told(_("suggestion dismissed"), payload.why)


@describe.register(e.AlertAcknowledged)
def _(payload: e.AlertAcknowledged, words: Words) -> str:
    _ = words.say
    return f"{_('acknowledged')} {words.named(f'metric.{payload.metric}')}"


@describe.register(e.DeployMarked)
def _(payload: e.DeployMarked, words: Words) -> str:
    del words
    return told(f"deploy {cell(payload.kind)}", payload.text)


@describe.register(e.OnCallSet)
def _(payload: e.OnCallSet, words: Words) -> str:
    _ = words.say
    backup = f" · {_('backup')} {cell(payload.backup)}" if payload.backup else ""
    return f"{_('on call')} {cell(payload.name)}{backup}"
