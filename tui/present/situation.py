"""What the screens are drawn from: one frozen situation, and the little the engine behind it must offer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from tui.incident.slo import Clock, suggested_clocks
from tui.metrics.board import Badge, Board, State
from tui.present.format import route_prefix, window
from tui.present.spans import foreign, severe_role
from tui.session.dismissal import refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from tui.incident.facts import EarlyAck
    from tui.incident.state import IncidentState
    from tui.incident.team import Dismissal
    from tui.metrics.board import PanelNumbers
    from tui.metrics.feed import EventRow
    from tui.runbook.procedures import Procedures
    from tui.session.picture import IncidentPicture
    from tui.session.transport import Transport

Mode = Literal["live", "review", "replay", "drill"]


class Texts(Protocol):
    """The runbook's words in the language in use, by text id (`rule.<id>`, `metric.<id>`, `marker.<id>` …)."""

    def title(self, key: str) -> str:
        """Return the full name or sentence of a key."""
        ...

    def short(self, key: str) -> str:
        """Return the name that fits a lane or a column; the full one where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook to read: its title, its steps and what should come of them (runbook §4)."""

    title: str
    steps: tuple[str, ...] = ()
    expected_heading: str = ""
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Situation:
    """Everything one frame shows. `now` runs on between boards, so that clocks tick without new numbers."""

    board: Board
    events: Sequence[EventRow]
    mode: Mode
    now: datetime
    zone: tzinfo
    rules: Procedures
    texts: Texts
    sources_label: str
    playbook: Playbook | None = None
    """The playbook proposed for the suggestion's metric."""
    paused: bool = False
    failure: str = ""
    """Type of the error that stopped the reading, if one did: the numbers are old from then on."""
    incident: IncidentPicture | None = None
    """What people decided; None where nobody can decide anything."""
    transport: Transport | None = None
    """Where a review may go; None while live."""

    @property
    def declared(self) -> IncidentState | None:
        """The incident that is shown, None while none is open."""
        return self.incident.state if self.incident else None

    @property
    def severity(self) -> str | None:
        """The severity in force; while nothing is open, the suggested one."""
        if self.declared is not None:
            return self.declared.severity
        return self.board.suggestion.severity if self.board.suggestion else None

    @property
    def last_error(self) -> datetime | None:
        """Time of the newest error: the shown incident's once one is declared, else what the board calls so."""
        return self.board.last_error if self.declared is None or self.incident is None else self.incident.last_error

    @cached_property
    def dismissed(self) -> Dismissal | None:
        """Who refused what is suggested, while nothing has come since; None where something is declared."""
        if self.incident is None or self.declared is not None:
            return None
        return refused(self.board, self.incident.team.dismissals, self.rules.silence.suggest_after)

    @property
    def alerting(self) -> bool:
        """Whether an incident is open, or one is suggested that nobody has refused: the strip is tall then."""
        return self.declared is not None or (self.severity is not None and self.dismissed is None)

    @cached_property
    def prefix(self) -> str:
        """What every route of the runbook begins with."""
        return route_prefix(self.rules.routes)

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        """Clocks of the incident; before anybody declared, both response clocks of what is suggested (contracts §2)."""
        if self.incident is not None and self.incident.state is not None:
            return self.incident.clocks
        suggestion = self.board.suggestion
        if suggestion is None or suggestion.severity is None or self.dismissed is not None:
            return ()
        since, taken = self.firing_since, self.taken
        severity = self.rules.severity(suggestion.severity)
        return () if since is None else suggested_clocks(severity, since, taken.at if taken else None)

    @cached_property
    def taken(self) -> EarlyAck | None:
        """Who took the suggested alert before anybody declared it; None where nobody did."""
        suggestion = self.board.suggestion
        if suggestion is None or suggestion.episode is None or self.incident is None or self.declared is not None:
            return None
        began = suggestion.episode.pending_at
        acks = [ack for ack in self.incident.team.early_acks if ack.metric == suggestion.metric and ack.at >= began]
        return min(acks, key=lambda ack: ack.at, default=None)

    @cached_property
    def firing_since(self) -> datetime | None:
        """When the earliest episode still firing on the suggested panel fired; silence counts from its own rule."""
        suggestion = self.board.suggestion
        if suggestion is None or suggestion.severity is None:
            return None
        panel = self.panel(suggestion.metric)
        if suggestion.episode is not None:
            return (panel.ack_since if panel else None) or suggestion.episode.fired_at
        silent = self.board.silent_since
        return None if silent is None else silent + self.rules.silence.suggest_after

    @cached_property
    def panels(self) -> tuple[PanelNumbers, ...]:
        """The lanes, none of them OK without data that says so: before the first event, or once reading has stopped."""
        if self.failure:
            return tuple(replace(panel, badge=Badge(State.DOWN, panel.badge.severity)) for panel in self.board.panels)
        if self.board.span is not None:
            return self.board.panels
        silent = Badge(State.SILENT)
        return tuple(
            replace(panel, badge=silent) if panel.badge.state is State.OK else panel for panel in self.board.panels
        )

    def panel(self, metric: str) -> PanelNumbers | None:
        """Return the lane of a metric."""
        return next((panel for panel in self.panels if panel.metric == metric), None)

    def rank(self, severity: str) -> int:
        """Rank of a severity, 0 the worst; one that the runbook does not know counts as the worst."""
        known = [item.id for item in self.rules.severities]
        return known.index(severity) if severity in known else 0

    def role(self, severity: str) -> str:
        """Role that a severity is drawn in."""
        return severe_role(self.rank(severity))

    def name(self, metric: str) -> str:
        """Return a metric's short name."""
        return self._named("metric", metric)

    def rule_name(self, rule: str) -> str:
        """Return a rule's short name."""
        return self._named("rule", rule)

    def _named(self, kind: str, name: str) -> str:
        """A journal may come from a team with another runbook: what this one does not know is called by its id."""
        try:
            return foreign(self.texts.short(f"{kind}.{name}"))
        except KeyError:
            return foreign(name)

    @property
    def silent(self) -> bool:
        """Whether the base stream stands still, or never began."""
        return self.board.silent_since is not None or self.board.span is None

    @property
    def down(self) -> bool:
        """Whether every lane is without its source."""
        return bool(self.panels) and all(panel.badge.state is State.DOWN for panel in self.panels)

    def unit(self, panel: PanelNumbers) -> str:
        """Return what follows a panel's number: `/5m`, ` ms`, `/min`."""
        if not panel.unit:
            return f"/{window(panel.window_seconds)}"
        return panel.unit if panel.unit.startswith("/") else f" {panel.unit}"


def severity_glyph(rank: int, *, suggested: bool = False) -> str:
    """`▲` the worst, `◆` any other; an outline is a suggestion, a filled one a fact."""
    filled, outline = ("▲", "△") if rank == 0 else ("◆", "◇")
    return outline if suggested else filled


def badge_role(situation: Situation, badge: Badge) -> str:
    """Role of a badge: OK recedes, it is not green."""
    if badge.state is State.SEVERE and badge.severity is not None:
        return situation.role(badge.severity)
    return {State.WATCH: "watch", State.OK: "muted"}.get(badge.state, "strong")


def nothing_yet(now: datetime, *, live: bool) -> Board:
    """Return the board before the first one: no lanes, no data, history still missing."""
    return Board(
        now=now,
        live=live,
        span=None,
        panels=(),
        alerts=(),
        markers=(),
        suggestion=None,
        silent_since=None,
        last_error=None,
        events_per_second=0.0,
        lag=None,
        final=False,
        sources=(),
    )
