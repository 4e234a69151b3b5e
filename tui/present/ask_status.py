"""Questions about where an incident stands: declared, acknowledged, mitigated, resolved, its severity and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident import actions as a
from tui.locale import _
from tui.present.asked import criteria, moment, normal_yet, of_incident, severities, still_over
from tui.present.questions import Choice, Field, FieldError, Question
from tui.present.spans import Line, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.incident.state import IncidentState
    from tui.present.situation import Situation

YES, NO, UNKNOWN = "yes", "no", ""


def declare(situation: Situation, *, acknowledge: bool = False) -> Question:
    """Prefilled from what is suggested; by hand otherwise. A person chooses the severity."""
    suggestion = situation.board.suggestion
    metric = suggestion.metric if suggestion else None
    fields = [
        Field("severity", _("severity"), situation.severity or "", choices=severities(situation)),
        Field("title", _("title"), hint=_("what is broken, in a few words")),
        Field("metric", _("dominant"), metric or "", choices=_metrics(situation)),
        Field("workaround", _("workaround"), UNKNOWN, choices=_known_or_not()),
    ]
    existing = situation.incident.led_to if situation.incident else None
    if existing is not None:
        fields.append(Field("again", _("a second incident"), NO, choices=(Choice(NO, _("no")), Choice(YES, _("yes")))))
    if suggestion is None or suggestion.episode is None:
        fields.insert(2, Field("started", _("users see it since"), hint=_("22:10, -5m; empty: now")))

    def commands(said: Mapping[str, str]) -> tuple[a.Command, ...]:
        if not said["severity"]:
            raise FieldError("severity", _("choose one: a person decides how severe it is"))
        if existing is not None and said["again"] != YES:
            another = _("{id} is about this alert: choose yes to declare another")
            raise FieldError("again", another.format(id=existing.id))
        workaround = {YES: True, NO: False}.get(said["workaround"])
        made = a.Declare(
            severity=said["severity"],
            metric=said["metric"] or None,
            title=said["title"],
            started=moment(said.get("started", ""), "started", situation),
            workaround=workaround,
            second=existing is not None,
        )
        return (made, a.Acknowledge()) if acknowledge else (made,)

    what = _("declared and acknowledged") if acknowledge else _("declared")
    return Question(what, commands, tuple(fields), (*_existing(existing), *criteria(situation)))


def _existing(state: IncidentState | None) -> tuple[Line, ...]:
    """Say which incident there is already, where a second one would be declared."""
    if state is None or state.declared is None:
        return ()
    said = _("this alert led to {id} already, declared at {time} UTC")
    return ((Span(said.format(id=state.id, time=f"{state.declared.at:%Y-%m-%d %H:%M:%S}"), "watch"),),)


def _metrics(situation: Situation) -> tuple[Choice, ...]:
    return (Choice("", "–"), *(Choice(one.id, situation.name(one.id)) for one in situation.rules.metrics))


def _known_or_not() -> tuple[Choice, ...]:
    return Choice(UNKNOWN, _("not known")), Choice(YES, _("yes")), Choice(NO, _("no"))


def acknowledge(situation: Situation) -> Question | None:
    """Take it; before it was declared, declare and take it in one question."""
    state = situation.declared
    if state is None:
        return declare(situation, acknowledge=True) if situation.severity else None
    return Question(_("acknowledged"), lambda _said: (a.Acknowledge(),), incident=state.id)


def mitigate(situation: Situation) -> Question | None:
    """By what users no longer suffer, or suffer less; a number that says otherwise is no obstacle, but is said."""
    fields = (Field("why", _("by what"), hint=_("what helped, for the record")),)
    about = still_over(situation)
    return of_incident(situation, _("mitigated"), lambda said: a.Mitigate(why=said["why"]), fields, about)


def resolve(situation: Situation) -> Question | None:
    """All is normal; a reason is only needed before that has lasted, and how long it has is said."""
    fields = (Field("why", _("why"), hint=_("only needed before all is normal")),)
    about = (*normal_yet(situation), *still_over(situation))
    return of_incident(situation, _("resolved"), lambda said: a.Resolve(why=said["why"]), fields, about)


def reopen(situation: Situation) -> Question | None:
    """It is not over."""
    fields = (Field("why", _("why")),)
    return of_incident(situation, _("reopened"), lambda said: a.Reopen(why=said["why"]), fields)


def cancel(situation: Situation) -> Question | None:
    """A false alarm."""
    fields = (Field("why", _("why"), hint=_("how it is known to be a false alarm")),)
    return of_incident(situation, _("cancelled, a false alarm"), lambda said: a.Cancel(why=said["why"]), fields)


def merge(situation: Situation) -> Question | None:
    """The same trouble as another open incident; None where there is no other."""
    picture, state = situation.incident, situation.declared
    others = [one for one in picture.open_incidents if state and one.id != state.id] if picture else []
    if not others:
        return None
    choices = tuple(Choice(one.id, one.id) for one in others)
    fields = (Field("into", _("into"), choices[0].value, choices=choices), Field("why", _("why")))
    return of_incident(situation, _("merged"), lambda said: a.MergeInto(into=said["into"], why=said["why"]), fields)


def severity(situation: Situation) -> Question | None:
    """Raising is one key and Enter: the next worse one is chosen already."""
    state = situation.declared
    if state is None:
        return None
    known = [item.id for item in situation.rules.severities]
    place = known.index(state.severity) if state.severity in known else len(known)
    offered = known[place - 1] if place > 0 else known[min(1, len(known) - 1)]
    fields = (
        Field("severity", _("severity"), offered, choices=severities(situation)),
        Field("why", _("why"), hint=_("needed to lower it")),
    )
    about = (*criteria(situation), (Span(_("now: {severity}").format(severity=state.severity or "–"), "muted"),))

    def commands(said: Mapping[str, str]) -> tuple[a.Command, ...]:
        return (a.SetSeverity(severity=said["severity"], why=said["why"]),)

    return Question(_("severity"), commands, fields, about, state.id)


def times(situation: Situation) -> Question | None:
    """What a person knows better than the logs."""
    fields = (
        Field("started", _("started"), hint=_("22:10, -5m; empty: as it is")),
        Field("detected", _("detected"), hint=_("22:10, -5m; empty: as it is")),
        Field("why", _("why")),
    )

    def command(said: Mapping[str, str]) -> a.Command:
        started, detected = (moment(said[name], name, situation) for name in ("started", "detected"))
        return a.CorrectTimes(started=started, detected=detected, why=said["why"])

    return of_incident(situation, _("times corrected"), command, fields)
