"""The side pane before anybody declared: what is calm about the numbers, or what to decide and what to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.logs.source import SourceState
from tui.metrics.board import State
from tui.present.format import clock, elapsed, number, percent, stamp
from tui.present.notes import note_sentence
from tui.present.situation import Situation, severity_glyph
from tui.present.spans import Line, Span, cut, cut_middle, fit, foreign, gap, left, rule, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.metrics.board import PanelNumbers, SourceStatus, Suggestion
    from tui.present.situation import Playbook

_WIDEST_FACT = 64
"""Beyond that a label and its value no longer read as one row."""
_SHOWN_MARKERS = 5
_SHOWN_NOTES = 3
_SHOWN_SAMPLES = 4
_INDENT = 2


def side_title(situation: Situation) -> str:
    """Name of the pane."""
    return _("Triage") if situation.board.suggestion is not None else _("Situation")


def side_lines(situation: Situation, cells: int) -> tuple[Line, ...]:
    """Every row of the pane's content; it scrolls where there is less room."""
    suggestion = situation.board.suggestion
    lines = list(_calm(situation, cells) if suggestion is None else _triage(situation, suggestion, cells))
    if suggestion is not None and situation.playbook is not None:
        lines += [(), *_playbook(situation.playbook, cells)]
    lines += [(), *source_lines(situation, cells)]
    return tuple(fit(line, cells) for line in lines)


def fact(label: str, value: str, cells: int, role: str = "text") -> Line:
    """A label and its value at the right."""
    cells = min(cells, _WIDEST_FACT)
    room = max(0, cells - 2 - width(label) - 1)
    shown = cut(value, room)
    return (gap(1), Span(left(label, cells - 2 - width(shown)), "muted"), Span(shown, role))


# --- nothing suggested ----------------------------------------------------------------------------------------------


def _calm(situation: Situation, cells: int) -> Iterable[Line]:
    board = situation.board
    yield fact(_("Loudest metric"), _loudest(situation), cells)
    nearest = _nearest(situation)
    if nearest:
        yield fact(_("Nearest to its limit"), nearest, cells)
    trends = [situation.name(panel.metric) for panel in situation.panels if panel.trend]
    if trends:
        yield fact(_("Rising slowly ↗"), ", ".join(trends), cells, "strong")
    yield fact(_("Since last alert"), _since_last_alert(situation), cells)
    newest = {hit.marker: hit for hit in board.markers}
    hits = sorted(newest.values(), key=lambda hit: hit.at, reverse=True)[:_SHOWN_MARKERS]
    for hit in hits:
        name = foreign(situation.texts.short(f"marker.{hit.marker}"))
        yield fact(_("Last: {marker}").format(marker=name), stamp(hit.at, situation.now), cells)
    if not hits:
        yield fact(_("Markers"), _("none"), cells)


def _over(panel: PanelNumbers) -> bool:
    return panel.badge.state in {State.SEVERE, State.WATCH}


def _loudest(situation: Situation) -> str:
    if situation.silent or situation.down:
        return _("unknown without data")
    loud = [panel for panel in situation.panels if _over(panel)]
    if not loud:
        return _("none over its limit")
    first = max(loud, key=lambda panel: (panel.badge.state is State.SEVERE, _closeness(panel)))
    return situation.name(first.metric)


def _closeness(panel: PanelNumbers) -> float:
    if panel.value is None or not panel.threshold:
        return 0.0
    return panel.value / panel.threshold


def _nearest(situation: Situation) -> str:
    """Only limits that can be approached count: a limit of zero is either kept or broken."""
    if situation.silent or situation.down:
        return ""
    near = [panel for panel in situation.panels if panel.value is not None and panel.threshold]
    if not near:
        return ""
    first = max(near, key=_closeness)
    return f"{situation.name(first.metric)} {percent(_closeness(first))} %"


def _since_last_alert(situation: Situation) -> str:
    ends = [alert.resolved_at or situation.now for alert in situation.board.alerts if alert.fired_at]
    if ends:
        return elapsed(max(ends), situation.now)
    span = situation.board.span
    return _("none in {time} of data").format(time=elapsed(span[0], situation.now)) if span else _("no data yet")


# --- something suggested --------------------------------------------------------------------------------------------


def _triage(situation: Situation, suggestion: Suggestion, cells: int) -> Iterable[Line]:
    yield from _suggested(situation, suggestion, cells)
    yield from severity_lines(situation, cells)


def sample_lines(situation: Situation, cells: int) -> Iterable[Line]:
    """What is suggested and real cases of it."""
    if situation.board.suggestion is not None:
        yield from _suggested(situation, situation.board.suggestion, cells)


def _suggested(situation: Situation, suggestion: Suggestion, cells: int) -> Iterable[Line]:
    severity = suggestion.severity
    name = situation.name(suggestion.metric)
    if severity is None:
        yield fact(_("Dominant"), f"● {name}", cells, "watch")
    else:
        mark = severity_glyph(situation.rank(severity), suggested=True)
        yield fact(_("Suggested"), f"{mark} {severity}", cells, situation.role(severity))
        yield fact(_("Dominant"), name, cells, "strong")
    yield fact(_("Rule"), situation.rule_name(suggestion.rule), cells)
    yield from _samples(suggestion, situation, cells)


def severity_lines(situation: Situation, cells: int) -> Iterable[Line]:
    """The runbook's criteria for each severity; the one in force, or suggested, stands out."""
    for item in situation.rules.severities:
        chosen = item.id == situation.severity
        role = situation.role(item.id) if chosen else "muted"
        yield ()
        yield (
            gap(1),
            Span(f"{severity_glyph(situation.rank(item.id), suggested=not chosen)} ", role),
            Span(item.id, role),
        )
        for criterion in item.criteria:
            sentence_ = foreign(situation.texts.title(f"criterion.{criterion}"))
            yield from wrapped("·", sentence_, cells, "text" if chosen else "muted")


def _samples(suggestion: Suggestion, situation: Situation, cells: int) -> Iterable[Line]:
    """Real cases to pivot on: the anchor first, then others."""
    if suggestion.anchor is None:
        yield fact(_("Anchor"), _("none with a usable requestId"), cells)
        return
    room = cells - 3 - 9
    anchor = suggestion.anchor
    yield fact(_("Anchor"), cut_middle(foreign(anchor.request_id), cells - 4 - width(_("Anchor"))), cells, "strong")
    yield fact("", f"{stamp(anchor.at, situation.now)} UTC", cells, "muted")
    others = [sample for sample in suggestion.samples if sample.request_id != anchor.request_id]
    for sample in others[:_SHOWN_SAMPLES]:
        yield (
            gap(1),
            Span(f"{clock(sample.at)} ", "muted"),
            Span(cut_middle(foreign(sample.request_id), room), "text"),
        )


def _playbook(playbook: Playbook, cells: int) -> Iterable[Line]:
    title = cut(foreign(playbook.title), cells - 4)
    yield section(title, "", cells)
    for number_, step in enumerate(playbook.steps, start=1):
        yield from wrapped(str(number_), sentence(step), cells, "text")
    if playbook.expected:
        yield (gap(1), Span(foreign(playbook.expected_heading), "muted"))
    for outcome in playbook.expected:
        yield from wrapped("›", sentence(outcome), cells, "muted")


def sentence(text: str) -> str:
    """Text of the runbook without its marks for code."""
    return foreign(text).replace("`", "")


def section(title: str, count: str, cells: int) -> Line:
    """A titled rule between parts of a pane."""
    end: Line = (Span(count, "muted"), gap(1)) if count else ()
    return (gap(1), *rule((Span(title, "text"),), end, cells - 1))


def wrapped(mark: str, sentence: str, cells: int, role: str) -> Iterable[Line]:
    """Break a sentence at blanks, behind its mark."""
    room = cells - _INDENT - width(mark) - 2
    for index, text in enumerate(wrap(sentence, room)):
        head = f"{mark} " if index == 0 else " " * (width(mark) + 1)
        yield (gap(_INDENT), Span(head, "muted"), Span(text, role))


# --- sources --------------------------------------------------------------------------------------------------------


def source_lines(situation: Situation, cells: int) -> Iterable[Line]:
    """Say what was read and what could not be: numbers are only as good as their lines."""
    sources = situation.board.sources
    if not sources:
        return
    yield section(_("Sources"), str(len(sources)), cells)
    for source in sources:
        state, role = _state(source)
        yield fact(foreign(source.name), f"{foreign(source.format)} {state}".strip(), cells, role)
        for note in source.notes[-_SHOWN_NOTES:]:
            yield from wrapped("!", note_sentence(note), cells, "text")
    lines, events = sum(source.lines for source in sources), sum(source.events for source in sources)
    rejected = sum(count for source in sources for _reason, count in source.rejected)
    yield fact(_("Lines"), number(lines), cells)
    yield fact(_("Events"), number(events), cells)
    yield fact(_("Not readable"), number(rejected), cells)


def _state(source: SourceStatus) -> tuple[str, str]:
    match source.state:
        case SourceState.OPEN:
            return "", "text"
        case SourceState.DONE:
            return _("read to its end"), "text"
        case SourceState.DOWN:
            return f"× {_('DOWN')}", "watch"
        case SourceState.UNREADABLE:
            return f"× {_('unreadable')}", "watch"
