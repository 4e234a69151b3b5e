"""The strip: what severity, how long left, what is broken. Readable from three metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.clocks import BLOCK_WIDTH, DOUBLE_WIDTH, block_width, clock_block, clock_line
from tui.present.command_strip import command_strip
from tui.present.format import clock, elapsed, number, percent
from tui.present.lane_words import ratio_text, value_text
from tui.present.plan import Size
from tui.present.situation import Situation, severity_glyph
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, line_width, spread, width, words, wrap
from tui.present.strip_parts import (
    SEVERITY_WIDTH,
    joined,
    last_error,
    notice,
    on_call,
    other_panels,
    severity_block,
    spaced,
    stretched,
    taken,
    to_call,
)

if TYPE_CHECKING:
    from tui.incident.team import Dismissal
    from tui.metrics.board import Suggestion

_ANCHOR = 18
_BAR_IN_LINE = 10


def strip(situation: Situation, cells: int, size: Size) -> tuple[Line, ...]:
    """Rows of the strip for a breakpoint: one when nothing is suggested, five, four or three when something is."""
    if size is Size.TOO_SMALL:
        return too_small(situation, cells)
    if situation.declared is not None:
        return command_strip(situation, situation.declared, cells, size)
    suggestion = situation.board.suggestion
    if suggestion is None or suggestion.severity is None or situation.dismissed is not None:
        return (_calm(situation, cells),)
    if size is Size.SMALL:
        return _narrow(situation, suggestion, suggestion.severity, cells)
    return _tall(situation, suggestion, suggestion.severity, cells, size)


def too_small(situation: Situation, cells: int) -> tuple[Line, ...]:
    """Say what is needed, and still the severity."""
    found = situation.severity
    said = _("suggested: {severity}").format(severity=found) if found else _("NO OPEN INCIDENT")
    if situation.declared is not None:
        said = f"{found or '–'} {situation.declared.id}"
    blind = [_("SILENT")] if situation.silent else []
    sentences = [said, *blind, _("guardia needs 60×16 cells or more")]
    return tuple(fit((Span(text, "strong"),), cells) for sentence in sentences for text in wrap(sentence, cells))


def _calm(situation: Situation, cells: int) -> Line:
    spoiled = notice(situation)
    nothing: Line = (Span("○ ", "muted"), Span(_("NO OPEN INCIDENT"), "strong"))
    start = nothing if not spoiled else (*spoiled, gap(3), Span(_("NO OPEN INCIDENT"), "muted"))
    if situation.dismissed is not None:
        return _refused((gap(1), *start, gap(3)), situation, situation.dismissed, cells)
    parts = [*_pending(situation), last_error(situation)]
    facts = words(parts, cells - line_width(start) - 6)
    return spread((gap(1), *start), (*facts, gap(1)), cells)


def _refused(start: Line, situation: Situation, dismissal: Dismissal, cells: int) -> Line:
    """`dismissed by @ana 21:40: a load test`: what fires is on the lanes; the newest error where there is room."""
    mark, reason = dismissal.mark, " ".join(foreign(dismissal.mark.why).split())
    said = _("dismissed by {name} {time}").format(name=foreign(mark.by), time=clock(mark.at)[:5])
    told: Line = (*start, Span(f"{said}: {reason}", "muted"))
    end: Line = (*last_error(situation), gap(1))
    return spread(told, end if line_width(told) + line_width(end) < cells else (), cells)


def _pending(situation: Situation) -> list[Line]:
    """Say what would fire next, while no severity is suggested."""
    suggestion = situation.board.suggestion
    if suggestion is None or suggestion.severity is not None:
        return []
    panel = situation.panel(suggestion.metric)
    name = situation.name(suggestion.metric)
    if panel is None or panel.fires_at is None:
        return [(Span(f"● {name}", "watch"),)]
    left = elapsed(situation.now, panel.fires_at)
    return [(Span(f"● {name} {_('{time} to fire').format(time=left)}", "watch"),)]


def headline(situation: Situation, suggestion: Suggestion, severity: str, cells: int) -> str:
    """`Auth 5xx firing for 02:14: suggest SEV1`, or as much of it as fits: the severity stands beside it anyway."""
    name, since = situation.name(suggestion.metric), situation.firing_since
    suggest = _("suggest {severity}").format(severity=severity)
    if since is None:
        return f"{name}: {suggest}"
    form = _("{name} without data for {time}") if suggestion.episode is None else _("{name} firing for {time}")
    short = form.format(name=name, time=elapsed(since, situation.now))
    return f"{short}: {suggest}" if width(f"{short}: {suggest}") <= cells else short


def _measured(situation: Situation, suggestion: Suggestion) -> Line:
    """`login down 92 % ≥ 50 %`: the rule's own number against its limit."""
    known = [rule for rule in situation.rules.rules if rule.id == suggestion.rule]
    if not known or suggestion.value is None:
        return ()
    rule, name = known[0], situation.rule_name(suggestion.rule)
    share = rule.measure.kind == "share"
    value, limit = ((f"{percent(each)} %" if share else number(each)) for each in (suggestion.value, rule.threshold))
    sign = ("≥" if rule.op == ">=" else ">") if rule.breaches(suggestion.value) else "<"
    return (Span(f"{name} ", "muted"), Span(f"{value} {sign} {limit}", situation.role(rule.severity)))


def _compared(situation: Situation, suggestion: Suggestion) -> Line:
    """`47/5m ×118 base`: the panel's number against what is normal."""
    panel = situation.panel(suggestion.metric)
    if panel is None or not ratio_text(panel):
        return ()
    return (Span(f"{value_text(panel)}{situation.unit(panel)} {ratio_text(panel)} {_('base')}", "text"),)


def _anchor(suggestion: Suggestion) -> Line:
    if suggestion.anchor is None:
        return ()
    return (Span(f"{_('anchor')} ", "muted"), Span(cut_middle(foreign(suggestion.anchor.request_id), _ANCHOR), "text"))


def _impact(situation: Situation, suggestion: Suggestion) -> Line:
    """How long users have suffered: since the anchor, the first event that matched."""
    if suggestion.anchor is None:
        return ()
    return (Span(f"{_('impact')} ", "muted"), Span(elapsed(suggestion.anchor.at, situation.now), "strong"))


def _tall(situation: Situation, suggestion: Suggestion, severity: str, cells: int, size: Size) -> tuple[Line, ...]:
    wide, double = size.wide, size is Size.HUGE
    now, clocks = situation.now, situation.clocks
    first = SEVERITY_WIDTH[size]
    widths = [(DOUBLE_WIDTH if double else BLOCK_WIDTH) if wide else block_width(each, now) for each in clocks]
    between = cells - first - sum(widths) - 2 * len(widths)
    blocks = [
        _suggested_block(situation, severity, size),
        stretched(_story(situation, suggestion, severity, between, wide=wide), size),
        *(
            spaced(clock_block(each, now, width, bar=wide, double=double))
            for each, width in zip(clocks, widths, strict=True)
        ),
    ]
    return joined(blocks, cells, size)


def _suggested_block(situation: Situation, severity: str, size: Size) -> tuple[Line, ...]:
    rank = situation.rank(severity)
    title = f"{severity_glyph(rank, suggested=True)} {_('SUGGESTED')}"
    below = _("NO OPEN INCIDENT") if size.wide else ""
    return severity_block(severity, title, below, situation.role(severity), size)


def _story(situation: Situation, suggestion: Suggestion, severity: str, cells: int, *, wide: bool) -> tuple[Line, ...]:
    """Say what is broken, by how much, since when, what else; the last row for what spoils the numbers."""
    room = cells - 2
    title: Line = (Span(headline(situation, suggestion, severity, room), "strong"),)
    numbers = words([_measured(situation, suggestion), _compared(situation, suggestion)], room)
    times = words([_impact(situation, suggestion), last_error(situation)], room)
    others = words(
        [*taken(situation), *other_panels(situation, suggestion.metric), *on_call(situation)], room, between=2
    )
    spoiled, anchor = notice(situation), _anchor(suggestion)
    to_do = to_call(situation, room)
    if wide:
        rows = [title, numbers, words([times, anchor], room), others, spoiled or to_do]
    else:
        rows = [title, numbers, times, spoiled or to_do or others or anchor]
    return tuple((*fit(row, room), gap(2)) for row in rows)


def _narrow(situation: Situation, suggestion: Suggestion, severity: str, cells: int) -> tuple[Line, ...]:
    """Three rows: what, the clocks, the facts."""
    role = situation.role(severity)
    mark = f"{severity_glyph(situation.rank(severity), suggested=True)} {severity}? "
    room = cells - 1
    nothing: Line = (Span(_("NO OPEN INCIDENT"), "muted"), gap(1))
    title = headline(situation, suggestion, severity, cells - width(mark) - line_width(nothing) - 2)
    start: Line = (gap(1), Span(mark, role), Span(title, "strong"))
    first = spread(start, nothing if line_width(start) + line_width(nothing) < cells else (), cells)
    now = situation.now
    bars = [clock_line(each, now, _BAR_IN_LINE) for each in situation.clocks]
    bare = [clock_line(each, now) for each in situation.clocks]
    options = [bars, [*bars[:1], *bare[1:]], bare]
    chosen = next((option for option in options if sum(map(line_width, option)) + 3 * len(option) <= room), bare)
    facts = [_impact(situation, suggestion), last_error(situation), *on_call(situation), _anchor(suggestion)]
    last = notice(situation) or words([to_call(situation, room), *facts], room)
    return (first, fit((gap(1), *words(chosen, room)), cells), fit((gap(1), *last), cells))
