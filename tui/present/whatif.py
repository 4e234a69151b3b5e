"""What `guardia whatif` prints: today's rules beside a proposal, and the change to make."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from tui.locale import _
from tui.present.check import SCHEMA, alert_result, source_result, utc_text
from tui.present.check_text import alert_line
from tui.present.format import duration
from tui.present.spans import left, right
from tui.runbook.edit import toml_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from tui.metrics.board import Episode, SourceStatus
    from tui.metrics.whatif import Lead, Outcome, WhatIf
    from tui.runbook.edit import Edit
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.model import LogRules
    from tui.session.tries import Proposal, Sweep

_NAME, _NUMBER, _BAR = 18, 10, 24


def whatif_result(proposal: Proposal, loaded: LoadedRunbook, sources: Sequence[SourceStatus]) -> dict[str, Any]:
    """The object of `whatif --json`: schema 1 of `docs/schemas/whatif.schema.json`."""
    found = proposal.found
    return {
        "schema": SCHEMA,
        "as_of": utc_text(found.span.as_of),
        "since": utc_text(found.span.since),
        "runbook": {"id": loaded.runbook.id, "lang": loaded.lang, "sha256": loaded.sha256},
        "sources": [source_result(source) for source in sources],
        "change": [_edit_result(edit) for edit in proposal.edits],
        "current": _outcome_result(found.current),
        "proposed": _outcome_result(found.proposed),
        "appear": [alert_result(episode) for episode in found.appear],
        "vanish": [alert_result(episode) for episode in found.vanish],
        "leads": [_lead_result(lead) for lead in found.leads],
        "sweep": None if proposal.sweep is None else _sweep_result(proposal.sweep),
    }


def _edit_result(edit: Edit) -> dict[str, Any]:
    change = edit.change
    return {"rule": change.rule, "key": change.key, "from": edit.was, "to": change.value, "toml": edit.toml}


def _outcome_result(one: Outcome) -> dict[str, Any]:
    return {"alerts": [alert_result(episode) for episode in one.episodes], **_counts(one)}


def _counts(one: Outcome) -> dict[str, Any]:
    return {
        "fired": len(one.fired),
        "near_misses": len(one.near_misses),
        "firing_minutes": one.firing.total_seconds() / 60,
    }


def _lead_result(lead: Lead) -> dict[str, Any]:
    return {
        "rule": lead.current.rule,
        "current_fired_at": utc_text(lead.current.fired_at),
        "proposed_fired_at": utc_text(lead.proposed.fired_at),
        "gained_minutes": lead.gained.total_seconds() / 60,
    }


def _sweep_result(sweep: Sweep) -> dict[str, Any]:
    return {
        "rule": sweep.rule,
        "key": sweep.key,
        "today": sweep.today,
        "values": [
            {
                "value": trial.value,
                **_outcome_result(trial.found.proposed),
                "appear": len(trial.found.appear),
                "vanish": len(trial.found.vanish),
                "gained_minutes": trial.found.gained.total_seconds() / 60,
            }
            for trial in sweep.trials
        ],
    }


def whatif_lines(proposal: Proposal, loaded: LoadedRunbook) -> Iterator[str]:
    """The readable form."""
    found = proposal.found
    since = f"{found.span.since:%Y-%m-%d %H:%M} → " if found.span.since else ""
    yield f"{since}{found.span.as_of:%Y-%m-%d %H:%M} UTC   {loaded.runbook.id}"
    if proposal.edits:
        yield from ("", *_table(found))
        yield from _listed(_("would appear"), found.appear, loaded, proposal.rules)
        yield from _listed(_("would vanish"), found.vanish, loaded)
        yield from _leads([lead for lead in found.leads if lead.gained], loaded)
        yield from _listed(_("near misses of the proposal"), found.proposed.near_misses, loaded, proposal.rules)
    if proposal.sweep is not None:
        yield from ("", *_sweep_lines(proposal.sweep, loaded))
    if proposal.edits:
        yield from ("", _("the change to make in the runbook (nothing was changed)"))
        yield from change_lines(proposal.edits)


def change_lines(edits: Sequence[Edit]) -> Iterator[str]:
    """The lines to write into the runbook's rules; behind each what stands there today."""
    for rule, of_rule in groupby(sorted(edits, key=lambda edit: edit.change.rule), lambda edit: edit.change.rule):
        yield from ("  [[rules]]", f"  id = {toml_value(rule)}", *(f"  {edit.toml}" for edit in of_rule))


def _table(found: WhatIf) -> Iterator[str]:
    yield _row("", _("today"), _("proposal"))
    yield _row(_("alerts"), len(found.current.fired), len(found.proposed.fired))
    yield _row(_("near misses"), len(found.current.near_misses), len(found.proposed.near_misses))
    yield _row(_("firing"), duration(found.current.firing), duration(found.proposed.firing))


def _row(name: str, today: str | int, proposed: str | int) -> str:
    return f"  {left(name, _NAME)}{right(str(today), _NUMBER)}{right(str(proposed), _NUMBER)}"


def _listed(
    title: str, episodes: Sequence[Episode], loaded: LoadedRunbook, rules: LogRules | None = None
) -> Iterator[str]:
    if episodes:
        yield from ("", f"{title} ({_('pending → fired → resolved, UTC')})")
        yield from (alert_line(episode, loaded, rules) for episode in episodes)


def _leads(leads: Sequence[Lead], loaded: LoadedRunbook) -> Iterator[str]:
    if leads:
        yield from ("", _("fires sooner or later (today → proposal, UTC)"))
        yield from (_lead_line(lead, loaded) for lead in leads)


def _lead_line(lead: Lead, loaded: LoadedRunbook) -> str:
    title = loaded.texts.short(f"rule.{lead.current.rule}")
    times = f"{lead.current.fired_at:%Y-%m-%d %H:%M} → {lead.proposed.fired_at:%H:%M}"
    return f"  {times}  {left(lead.current.severity, 6)} {title}  {gained_text(lead.gained)}"


def gained_text(span: timedelta) -> str:
    """How much sooner or later something fires."""
    words = _("{time} sooner") if span.total_seconds() > 0 else _("{time} later")
    return words.format(time=duration(span)) if span else "="


def detection_text(found: WhatIf) -> str:
    """How much sooner or later than today it fires; a dash where no alert of today fires under the proposal."""
    return gained_text(found.gained) if found.leads else "–"


def _sweep_lines(sweep: Sweep, loaded: LoadedRunbook) -> Iterator[str]:
    """A table with one value a row, and a bar for the time it would have fired."""
    title = loaded.texts.short(f"rule.{sweep.rule}")
    yield f"{title} · {sweep.key}  (* {_('today')} {value_text(sweep.today)}, = {_('as today')})"
    heads = (sweep.key, _("alerts"), _("near misses"), _("appear"), _("vanish"), _("firing"))
    yield "  " + "".join(right(head, max(_NUMBER, len(head) + 2)) for head in heads) + "  " + _("detection")
    longest = max((trial.found.proposed.firing for trial in sweep.trials), default=None)
    for trial in sweep.trials:
        found = trial.found
        cells = (
            value_text(trial.value) + ("*" if trial.value == sweep.today else " "),
            str(len(found.proposed.fired)),
            str(len(found.proposed.near_misses)),
            str(len(found.appear)),
            str(len(found.vanish)),
            duration(found.proposed.firing),
        )
        row = "".join(right(cell, max(_NUMBER, len(head) + 2)) for cell, head in zip(cells, heads, strict=True))
        share = found.proposed.firing / longest if longest else 0.0
        yield f"  {row}  {left(detection_text(found), 14)} {'█' * round(share * _BAR)}".rstrip()


def value_text(value: str | float | None) -> str:
    """A value of a rule, as it is typed; a dash for none."""
    return "–" if value is None else value if isinstance(value, str) else f"{value:.12g}"
