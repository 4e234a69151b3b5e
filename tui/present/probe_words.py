"""What stands beside a step: the answer of its probe, in one short line.

What is not known says so and says why; nothing here turns it into a number.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from tui.locale import _, ngettext
from tui.metrics import answers as a
from tui.metrics.board import State
from tui.present.breakdown import figure_text
from tui.present.deployed import moved_text
from tui.present.format import clock, duration, number
from tui.present.lane_words import blind, limit_text, sign, value_text
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, foreign, severe_role
from tui.present.wording import MINUTE, compared, joined, muted, unknown_line, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.metrics.board import PanelNumbers, Suggestion
    from tui.present.wording import Wording

_FLAGS = {"freeze", "push"}
_SAMPLES = 5
"""Rows of a breakdown in one line at most; what is cut off still counts in the total."""


def probe_line(answer: a.ProbeAnswer, say: Wording) -> Line:
    """Return the line beside a step; as long as it must be, the caller cuts it."""
    return joined(_parts(answer, say))


def _parts(answer: a.ProbeAnswer, say: Wording) -> list[Line]:  # noqa: C901, PLR0911, PLR0912 - one line for each kind
    match answer:
        case a.Counted():
            return _counted(answer, say)
        case a.Measured():
            return _measured(answer, say)
        case a.Exceeding():
            return _exceeding(answer, say)
        case a.Sightings():
            return _sightings(answer, say)
        case a.Skew():
            return _skew(answer, say)
        case a.Deploys():
            return _deploys(answer, say)
        case a.Names():
            return _names(answer, say)
        case a.Commands():
            return _commands(answer, say)
        case a.Gate():
            return _gate(answer, say)
        case a.PanelsNow():
            return [_panel(panel, say) for panel in answer.panels]
        case a.SuggestedNow():
            return _suggested(answer, say)
        case a.RecordedNow():
            return _recorded(answer, say)
        case _:
            assert_never(answer)


# --- numbers --------------------------------------------------------------------------------------------------------


def _counted(answer: a.Counted, say: Wording) -> list[Line]:
    if answer.unknown:
        return [unknown_line(answer.unknown, say)]
    if not answer.rows:
        return [muted(_("none {window}").format(window=within(answer.window)))]
    shared = _shared_values(answer.rows)
    lines = [_pair(_values(row.values, shared, say), number(row.count)) for row in answer.rows[:_SAMPLES]]
    return lines + [_pair(say.field_value(answer.rows[0].values[place]), number(answer.total)) for place in shared]


def _shared_values(rows: Sequence[a.CountRow]) -> list[int]:
    """The fields that say the same in all of several rows: said once, with the total."""
    alike = [
        place for place, values in enumerate(zip(*(row.values for row in rows), strict=True)) if len({*values}) == 1
    ]
    return alike if len(rows) > 1 else []


def _values(values: Sequence[str | None], left_out: Sequence[int], say: Wording) -> str:
    return " ".join(say.field_value(value) for place, value in enumerate(values) if place not in left_out)


def _pair(label: str, value: str) -> Line:
    return (Span(f"{label} ", "muted"), Span(value))


def _measured(answer: a.Measured, say: Wording) -> list[Line]:
    if answer.unknown:
        return [unknown_line(answer.unknown, say)]
    return [_pair(say.name(f"figure.{figure.id}"), figure_text(figure.value, figure.unit)) for figure in answer.figures]


def _exceeding(answer: a.Exceeding, say: Wording) -> list[Line]:
    if answer.unknown:
        return [unknown_line(answer.unknown, say)]
    text = _("{count} of {total} over {limit}").format(
        count=number(answer.count), total=number(answer.total), limit=figure_text(answer.above, answer.unit)
    )
    line: Line = (Span(text), Span(f" {within(answer.window)}", "muted"))
    largest = answer.largest
    return [line] if largest is None else [line, _pair(_("largest"), figure_text(largest, answer.unit))]


# --- markers and the clock ------------------------------------------------------------------------------------------


def _sightings(answer: a.Sightings, say: Wording) -> list[Line]:
    lines = [_sighting(seen, say) for seen in answer.seen if seen.times]
    if answer.unknown:
        return [*lines, unknown_line(answer.unknown, say)]
    before = [seen for seen in answer.seen if not seen.times and seen.last is not None and answer.since is None]
    unseen = [seen for seen in answer.seen if not seen.times and seen not in before]
    lines += [_pair(say.name(f"marker.{seen.marker}"), _last(seen, say)) for seen in before]
    return [*lines, _unseen(unseen, answer, say)] if unseen else lines


def _sighting(seen: a.Sighting, say: Wording) -> Line:
    times = f" ×{number(seen.times)}" if seen.times > 1 else ""
    line = _pair(say.name(f"marker.{seen.marker}") + times, _moment(seen, say))
    return (*line, Span(f" {foreign(seen.capture)}", "strong")) if seen.capture else line


def _moment(seen: a.Sighting, say: Wording) -> str:
    return "–" if seen.last is None else ("≈" if seen.approximate else "") + say.time(seen.last)


def _last(seen: a.Sighting, say: Wording) -> str:
    return _("last at {time}").format(time=_moment(seen, say))


def _unseen(unseen: Sequence[a.Sighting], answer: a.Sightings, say: Wording) -> Line:
    names = ", ".join(say.name(f"marker.{seen.marker}") for seen in unseen)
    if answer.since is not None and answer.start is not None:
        anchor = f"{say.name(f'marker.{answer.since}')} {say.time(answer.start)}"
        return muted(_("{name}: not seen since {time}").format(name=names, time=anchor))
    if answer.start is None:
        return muted(_("{name}: not seen").format(name=names))
    return muted(_("{name}: not seen since {time}").format(name=names, time=say.time(answer.start)))


def _skew(answer: a.Skew, say: Wording) -> list[Line]:
    if answer.unknown:
        return [unknown_line(answer.unknown, say)]
    size = abs(answer.seconds)
    shown = f"{size:.1f} s" if size < MINUTE.total_seconds() else duration(timedelta(seconds=size))
    if answer.seconds > 0:
        return [(Span(_("log {time} ahead of the clock").format(time=shown), "watch"),)]
    return [(Span(_("log {time} behind the clock, lag included").format(time=shown)),)]


# --- what the journal knows -----------------------------------------------------------------------------------------


def _deploys(answer: a.Deploys, say: Wording) -> list[Line]:
    if not answer.seen:
        return [muted(_("no deploy marked {window}").format(window=within(answer.within)))]
    return [_deploy(seen, say) for seen in answer.seen]


def _deploy(seen: a.DeploySeen, say: Wording) -> Line:
    """What it changed stands before its time: where room is short, that is what is wanted."""
    mark, before = seen.mark, seen.before
    how = _("{time} before") if before >= timedelta() else _("{time} after the start")
    moved: Line = (Span(f"{moved_text(seen.moved)} ", "strong"),) if seen.moved is not None else ()
    return (
        Span(f"{foreign(mark.kind)} {foreign(mark.text)} "),
        *moved,
        Span(f"{say.time(mark.at)}, {how.format(time=duration(before))}", "muted"),
    )


def _names(answer: a.Names, say: Wording) -> list[Line]:
    if answer.unknown:
        return [unknown_line(answer.unknown, say)]
    lines: list[Line] = []
    words = {"present": _("present"), "empty": _("empty"), "missing": _("missing")}
    for presence, role in (("missing", "severe0"), ("empty", "severe0"), ("present", "done")):
        names = [foreign(state.by) for state in answer.names if state.presence == presence]
        if names:
            lines.append((Span(f"{words[presence]} ", role), Span(" ".join(names))))
    when = say.time(answer.at) if answer.at else "–"
    return [*lines, muted(_("in the file checked {time}, not in production").format(time=when))]


def _commands(answer: a.Commands, say: Wording) -> list[Line]:
    ran = [one for one in answer.commands if one.run is not None]
    if ran:
        return [_command(one, say) for one in answer.commands]
    count = len(answer.commands)
    hint = ngettext("enter runs {count} command", "enter runs {count} commands", count).format(count=count)
    return [muted(_("not run")), muted(hint)] if say.keys else [muted(_("not run"))]


def _command(one: a.CommandState, say: Wording) -> Line:
    name = say.name(f"command.{one.command}")
    if one.run is None:
        return (Span(f"{name} "), *muted(_("not run")))
    code = one.run.exit_code
    mark = Span("✓", "done") if code == 0 else Span(_("cancelled") if code is None else f"✗ {code}", "severe0")
    late = f" {_('before the last change')}" if one.stale else ""
    return (Span(f"{name} "), mark, Span(f" {say.time(one.run.at)}{late}", "muted"))


def _gate(answer: a.Gate, say: Wording) -> list[Line]:
    """GO and NO_GO are the runbook's words for the one gate that ends in a decision."""
    count = answer.count
    if count is None:
        return [unknown_line(a.Unknown(a.Why.NO_INCIDENT), say)]
    decides = answer.gate == "rollback"
    word = ("GO " if count.passed else "NO_GO ") if decides else ""
    return [(Span(f"{word}{count.met}/{count.of}", "done" if count.passed else "severe0" if decides else "text"),)]


def _recorded(answer: a.RecordedNow, say: Wording) -> list[Line]:
    noted = answer.noted
    if noted is None:
        return [muted(_("not recorded"))]
    who = " ".join(part for part in (foreign(noted.by), say.time(noted.at) if noted.at else "") if part)
    return [(Span(_recorded_value(answer.what, noted.value, say)), Span(f" {who}".rstrip(), "muted"))]


def _recorded_value(what: str, value: str, say: Wording) -> str:
    if what in _FLAGS:
        return _("noted on") if value == "on" else _("noted off")
    if what == "metric":
        return say.metric(value)
    if what == "started":
        try:
            return say.time(datetime.fromisoformat(value))
        except ValueError:
            return foreign(value)
    return foreign(value)


# --- what the rules say ---------------------------------------------------------------------------------------------


def _panel(panel: PanelNumbers, say: Wording) -> Line:
    name = Span(f"{say.name(f'metric.{panel.metric}')} ", "muted")
    if blind(panel):
        return (name, *_badge(panel, say))
    against = f" {sign(panel)} {limit_text(panel, thin=True)}" if panel.threshold is not None else ""
    unit = panel.unit if panel.unit.startswith("/") or not panel.unit else f" {panel.unit}"
    return (name, *_badge(panel, say), Span(f" {value_text(panel)}{against}{unit}"))


def _badge(panel: PanelNumbers, say: Wording) -> Line:
    state, severity = panel.badge.state, panel.badge.severity
    if state is State.SEVERE and severity is not None:
        return severity_line(severity, say)
    words = {State.WATCH: f"● {_('WATCH')}", State.SILENT: f"? {_('SILENT')}", State.DOWN: f"× {_('DOWN')}"}
    last = f" · {_('last')} {foreign(severity)}" if severity else ""
    return (Span(words.get(state, "○ OK") + last, {State.WATCH: "watch", State.OK: "muted"}.get(state, "strong")),)


def severity_line(severity: str, say: Wording, *, suggested: bool = False) -> Line:
    """`▲ SEV1`; an outline while it is only suggested."""
    rank = say.rank(severity)
    return (Span(f"{severity_glyph(rank, suggested=suggested)} {foreign(severity)}", severe_role(rank)),)


def _suggested(answer: a.SuggestedNow, say: Wording) -> list[Line]:
    suggestion = answer.suggestion
    if suggestion is None:
        return [unknown_line(answer.unknown, say) if answer.unknown else muted(_("nothing suggested"))]
    match answer.what:
        case "severity":
            known = suggestion.severity
            head = severity_line(known, say, suggested=True) if known else (Span(f"● {_('WATCH')}", "watch"),)
            return [head, _behind(answer, suggestion, say)]
        case "metric":
            return [(Span(say.name(f"metric.{suggestion.metric}"), "strong"),), _behind(answer, suggestion, say)]
        case "anchor":
            return _anchor(suggestion)
        case _:
            assert_never(answer.what)


def _behind(answer: a.SuggestedNow, suggestion: Suggestion, say: Wording) -> Line:
    """The rule and its numbers."""
    line: Line = (Span(say.name(f"rule.{suggestion.rule}"), "muted"),)
    if suggestion.value is None or answer.threshold is None:
        return line
    equal = "≥" if answer.op == ">=" else "="
    return (*line, Span(f" {compared(suggestion.value, answer.threshold, answer.unit, equal)}"))


def _anchor(suggestion: Suggestion) -> list[Line]:
    anchor = suggestion.anchor
    if anchor is None:
        return [muted(_("none with a usable requestId"))]
    others = len(suggestion.samples)
    more = ngettext("{count} more", "{count} more", others).format(count=others)
    return [(Span(foreign(anchor.request_id), "strong"), Span(f" {clock(anchor.at)}", "muted")), muted(more)]
