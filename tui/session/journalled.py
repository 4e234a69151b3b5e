"""What of an incident's journal the probes must be told, since no log can say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.times import times
from tui.metrics.journalled import DeployMark, Journalled, Noted, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tui.incident.state import Flag, IncidentState
    from tui.incident.team import Deploy
    from tui.metrics.journalled import EnvironmentCheck


def journalled(
    state: IncidentState,
    deploys: Sequence[Deploy] = (),
    environment: EnvironmentCheck | None = None,
    open_incidents: Mapping[str, str | None] | None = None,
) -> Journalled:
    """Return what the journals know; gates are left out, since they are answered with what comes of this."""
    known = times(state)
    return Journalled(
        metric=state.metric,
        started=known.started,
        changed_at=_changed_at(state, deploys),
        recorded=dict(_recorded(state)),
        runs={run.run.command: Run(run.at, run.run.exit_code) for run in state.runs},
        deploys=tuple(DeployMark(deploy.at, deploy.kind, deploy.text) for deploy in reversed(deploys)),
        environment=environment,
        open_incidents=open_incidents,
        said={step: " ".join(tick.by for tick in ticks) for step, ticks in state.steps.items() if ticks},
    )


def _changed_at(state: IncidentState, deploys: Sequence[Deploy]) -> datetime | None:
    moments = [mark.at for mark in state.mitigations] + [deploy.at for deploy in deploys]
    return max(moments, default=state.declared.at if state.declared else None)


def _recorded(state: IncidentState) -> Iterator[tuple[str, Noted]]:
    """Yield what people recorded, by the `recorded` probe's names; the rest from whoever declared."""
    declared, started = state.declared, times(state).started
    if declared is None:
        return
    if state.severity_changes:
        last = max(state.severity_changes, key=lambda change: change.at)
        yield "severity", Noted(last.severity, last.at)
    for name, value in (("metric", state.metric), ("anchor", state.anchor)):
        said = state.fields.get(name)
        if value:
            yield name, Noted(value, said.at if said else declared.at, said.by if said else declared.by)
    owner = state.roles.get("owner")
    yield "owner", Noted(owner.value, owner.at, owner.by) if owner else Noted(declared.by, declared.at, declared.by)
    if state.channel:
        yield "channel", Noted(state.channel.value, state.channel.at, state.channel.by)
    if started:
        yield "started", Noted("", started, "")
    for name, flag in (("freeze", state.deploys_frozen), ("push", state.push)):
        if flag:
            yield name, _flag(flag)


def _flag(flag: Flag) -> Noted:
    return Noted("on" if flag.on else "off", flag.at, flag.by)
