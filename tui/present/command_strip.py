"""The strip of an open incident: severity, where it stands, who has it, how long is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.nudges import ACK_DUE, UPDATE_DUE
from tui.incident.state import Status
from tui.incident.times import times
from tui.keymap import key_name
from tui.locale import _
from tui.present.clocks import BLOCK_WIDTH, DOUBLE_WIDTH, block_width, clock_block, clock_line, done_block
from tui.present.contacts import of_step, unacknowledged
from tui.present.format import clock, elapsed
from tui.present.lane_words import ratio_text, value_text
from tui.present.plan import Size
from tui.present.refusals import missing_words, status_word
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, line_width, plain, spread, width, words
from tui.present.strip_parts import (
    SEVERITY_WIDTH,
    joined,
    last_error,
    notice,
    other_panels,
    severity_block,
    spaced,
    stretched,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.incident.slo import Clock
    from tui.incident.state import Flag, IncidentState
    from tui.present.situation import Situation

_ANCHOR, _NAME = 18, 14
_BAR_IN_LINE = 10
_LEAST_STORY, _LEAST_WITH_DOUBLE = 34, 48
_FILL = {"severe0": "fill-severe0", "severe1": "fill-severe1"}
_PATH = (Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED, Status.RESOLVED, Status.CLOSED)


def command_strip(situation: Situation, state: IncidentState, cells: int, size: Size) -> tuple[Line, ...]:
    """Five, four or three rows, as many as while it was only suggested: declaring moves nothing."""
    if size is Size.SMALL:
        return _narrow(situation, state, cells)
    return _tall(situation, state, cells, size)


def _tall(situation: Situation, state: IncidentState, cells: int, size: Size) -> tuple[Line, ...]:
    wide = size.wide
    now = situation.now
    blocks, told = _clock_blocks(situation, cells - SEVERITY_WIDTH[size], size)
    between = cells - SEVERITY_WIDTH[size] - sum(line_width(block[0]) for block in blocks)
    story = _story(situation, state, between - 2, wide=wide, told=[clock_line(each, now) for each in told])
    told_beside = stretched(tuple((*row, gap(2)) for row in story), size)
    return joined([_badge(situation, state, size), told_beside, *blocks], cells, size)


def _clock_blocks(situation: Situation, room: int, size: Size) -> tuple[list[tuple[Line, ...]], list[Clock]]:
    """Draw as many clocks as fit beside the story; those that do not are told in it. Running ones go first."""
    now, blocks, told, wide, double = situation.now, [], [], size.wide, size is Size.HUGE
    full = DOUBLE_WIDTH if double else BLOCK_WIDTH
    running = [each for each in situation.clocks if each.finished is None]
    if not wide:
        told = [each for each in situation.clocks if each.finished is not None]
    shown = situation.clocks if wide else tuple(running)
    left = room - (_LEAST_WITH_DOUBLE if double else _LEAST_STORY)
    for each in shown:
        if each.finished is not None:
            block = done_block(each, now, double=double)
        else:
            block = clock_block(each, now, full if wide else block_width(each, now), bar=wide, double=double)
        if line_width(block[0]) + 2 > left:
            told.append(each)
            continue
        left -= line_width(block[0]) + 2
        blocks.append(spaced(block))
    return blocks, told


def _badge(situation: Situation, state: IncidentState, size: Size) -> tuple[Line, ...]:
    severity = state.severity
    if severity is None:
        return severity_block("?", _("no severity"), state.id, "chip", size)
    rank = situation.rank(severity)
    title = severity_glyph(rank) + (f" {_('DRILL')}" if state.drill and size.wide else "")
    return severity_block(severity, title, state.id, _FILL[situation.role(severity)], size)


def _story(situation: Situation, state: IncidentState, cells: int, *, wide: bool, told: list[Line]) -> tuple[Line, ...]:
    title = spread((Span(_title(situation, state), "strong"),), _impact(situation, state), cells)
    error = last_error(situation)
    people = words([*_people(state), error], cells)
    facts = words([_dominant(situation, state), _anchor(state), *_others(situation, state)], cells, between=2)
    last = _last_row(situation, state, cells)
    if wide:
        said: Line = (*words(told, cells), *(gap(3) for _line in told[:1]))
        rows = [title, (*said, *_path(state, cells - line_width(said))), people, facts, last]
    else:
        once: list[Line] = [] if error[-1] in people else [error]
        rows = [title, words([_where(state), *told, *once], cells, between=2), people, last]
    return tuple(fit(row, cells) for row in rows)


def _last_row(situation: Situation, state: IncidentState, cells: int) -> Line:
    """What spoils everything goes first; then what to do next, then what was noted of production."""
    if spoiled := notice(situation):
        return spoiled
    parts = [_drill(state), _damaged(situation), _handoff(state), _to_close(situation, state), _nudge(situation, cells)]
    return words([*parts, *_flags(state, cells)], cells, between=2)


def _narrow(situation: Situation, state: IncidentState, cells: int) -> tuple[Line, ...]:
    """Three rows: what, the clocks, the people."""
    first, now = _first_row(situation, state, cells), situation.now
    bars = [clock_line(each, now, _BAR_IN_LINE) for each in situation.clocks]
    bare = [clock_line(each, now) for each in situation.clocks]
    least = [clock_line(each, now)[:2] for each in situation.clocks]
    options = [bars, bare[:1] + bars[1:2] + bare[2:], bare, least]
    room = cells - 1
    chosen = next((option for option in options if sum(map(line_width, option)) + 3 * len(option) <= room + 3), least)
    second = words([*chosen, _impact(situation, state)], room)
    last = notice(situation) or words(
        [
            _damaged(situation),
            _handoff(state),
            _to_close(situation, state),
            _nudge(situation, room),
            *_people(state),
            *_flags(state, cells),
            *_others(situation, state),
            last_error(situation),
        ],
        room,
        between=2,
    )
    return (first, fit((gap(1), *second), cells), fit((gap(1), *last), cells))


def _first_row(situation: Situation, state: IncidentState, cells: int) -> Line:
    """`▲ SEV1  INC-20260302-39th  Auth 5xx …  ACKNOWLEDGED`, filled with the severity's colour."""
    severity = state.severity
    mark = f"{severity_glyph(situation.rank(severity))} {severity}" if severity is not None else f"? {_('no severity')}"
    name = state.id if not state.drill else f"{_('DRILL')} {state.id}"
    start: Line = (gap(1), Span(mark, "strong"), gap(2), Span(name, "muted"), gap(2))
    row = spread((*start, Span(_title(situation, state), "strong")), (*_where(state), gap(1)), cells)
    return row if severity is None else (Span(plain(row), _FILL[situation.role(severity)]),)


# --- pieces ---------------------------------------------------------------------------------------------------------


def _title(situation: Situation, state: IncidentState) -> str:
    if state.title:
        return foreign(state.title)
    known = any(metric.id == state.metric for metric in situation.rules.metrics)
    return situation.name(state.metric) if state.metric and known else _("incident without a title")


def _where(state: IncidentState) -> Line:
    return (Span(status_word(state.status.value).upper(), "strong"),)


def _path(state: IncidentState, cells: int) -> Line:
    """`declared › [ACKNOWLEDGED] › mitigated › resolved › closed`; where it is too long, what is behind goes first."""
    line = _steps(state, _PATH)
    for done in range(1, _PATH.index(state.status) + 1 if state.status in _PATH else 0):
        if line_width(line) <= cells:
            break
        line = (Span("… › ", "rule"), *_steps(state, _PATH[done:]))
    return line


def _steps(state: IncidentState, path: Sequence[Status]) -> Line:
    line: Line = ()
    for status in path:
        word = status_word(status.value)
        step = Span(f"[{word.upper()}]", "strong") if status is state.status else Span(word, "muted")
        line = (*line, Span(" › ", "rule"), step) if line else (step,)
    return line


def _people(state: IncidentState) -> list[Line]:
    named = ((_("owner"), state.owner), (_("IC"), state.commander), (_("scribe"), state.scribe))
    return [(Span(f"{label} ", "muted"), Span(_short(name), "strong")) for label, name in named if name]


def _short(name: str) -> str:
    shown = foreign(name)
    return shown if width(shown) <= _NAME else cut_middle(shown, _NAME)


def _impact(situation: Situation, state: IncidentState) -> Line:
    """Since when users suffer; it stands still once all is normal."""
    known = times(state)
    if known.started is None:
        return ()
    over = state.status is Status.RESOLVED or not state.status.open
    until = known.resolved if over and known.resolved else situation.now
    return (Span(f"{_('impact')} ", "muted"), Span(elapsed(known.started, until), "strong"))


def _dominant(situation: Situation, state: IncidentState) -> Line:
    panel = situation.panel(state.metric) if state.metric else None
    if panel is None:
        return (Span(f"{_('dominant')} ", "muted"), Span("–"))
    role = situation.role(panel.badge.severity) if panel.badge.severity else "strong"
    ratio = f" {ratio_text(panel)}" if ratio_text(panel) else ""
    text = f"{situation.name(panel.metric)} {value_text(panel)}{situation.unit(panel)}{ratio}"
    return (Span(f"{_('dominant')} ", "muted"), Span(text, role))


def _anchor(state: IncidentState) -> Line:
    if not state.anchor:
        return ()
    return (Span(f"{_('anchor')} ", "muted"), Span(cut_middle(foreign(state.anchor), _ANCHOR), "text"))


def _others(situation: Situation, state: IncidentState) -> list[Line]:
    """Other panels that fire; and a suggestion that is worse than what was declared."""
    found = other_panels(situation, state.metric)
    suggestion = situation.board.suggestion
    worse = suggestion.severity if suggestion else None
    if worse and (state.severity is None or situation.rank(worse) < situation.rank(state.severity)):
        mark = severity_glyph(situation.rank(worse), suggested=True)
        found.insert(0, (Span(f"{mark} {_('suggest {severity}').format(severity=worse)}", situation.role(worse)),))
    return found


def _drill(state: IncidentState) -> Line:
    return (Span(f" {_('DRILL')} ", "mode-drill"),) if state.drill else ()


def _damaged(situation: Situation) -> Line:
    """That bytes of the journal were changed or lost; what stands around them is there."""
    damaged = situation.incident is not None and situation.incident.damaged
    return (Span(f" {_('JOURNAL DAMAGED')} ", "chip"),) if damaged else ()


def _handoff(state: IncidentState) -> Line:
    if state.handoff is None:
        return ()
    return (
        Span(
            _("handoff to {name} waits: {key} accepts").format(name=_short(state.handoff.page.to), key=key_name("g")),
            "watch",
        ),
    )


def _to_close(situation: Situation, state: IncidentState) -> Line:
    """`to close · 5 missing · due 2026-11-27`."""
    picture = situation.incident
    if picture is None or state.status is not Status.RESOLVED:
        return ()
    late = picture.due is not None and situation.now.date() > picture.due
    due = f" · {_('overdue') if late else _('due')} {picture.due}" if picture.due else ""
    return (Span(f"{_('to close')} · {missing_words(picture.closure)}{due}", "watch" if late else "strong"),)


def _flags(state: IncidentState, cells: int) -> list[Line]:
    """What somebody noted of production, with who and when where there is room: a note, never a claim."""
    freeze, push = state.deploys_frozen, state.push
    noted: list[tuple[str, Flag]] = []
    if freeze is not None and freeze.on:
        noted.append((_("FREEZE NOTED"), freeze))
    if push is not None and not push.on:
        noted.append((_("PUSH OFF NOTED"), push))
    full = [_flag(text, flag, who=True) for text, flag in noted]
    fits = sum(line_width(line) + 2 for line in full) <= cells
    return full if fits else [_flag(text, flag, who=False) for text, flag in noted]


def _flag(text: str, flag: Flag, *, who: bool) -> Line:
    chip = Span(f" {text} ", "chip")
    return (chip, Span(f" {_short(flag.by)} {clock(flag.at)[:5]}", "muted")) if who else (chip,)


def _nudge(situation: Situation, cells: int) -> Line:
    """The one reminder."""
    nudge = situation.incident.nudge if situation.incident else None
    if nudge is None:
        return ()
    if called := unacknowledged(situation) if nudge == ACK_DUE else of_step(nudge, situation):
        return called.line(cells)
    own = {
        ACK_DUE: _("nobody acknowledged yet: a") + _to_call(situation),
        UPDATE_DUE: _("an update to the team is due: u"),
    }
    keys = {
        reminder.id: {"owner": "g", "severity": "s"}[reminder.missing] for reminder in situation.rules.nudging.reminders
    }
    text = own.get(nudge) or f"{foreign(situation.texts.title(f'nudge.{nudge}'))}: {keys[nudge]}"
    return (Span(f"! {text}", "watch"),)


def _to_call(situation: Situation) -> str:
    """Whom to call when nobody answers: who is on call, else who stands in."""
    on_call = situation.incident.team.on_call if situation.incident else None
    return f" · {_('call')} {_short(on_call.name)}" if on_call else ""
