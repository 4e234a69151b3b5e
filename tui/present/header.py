"""The first and the last row: where the numbers come from and what time it is; which keys work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.keymap import key_name
from tui.locale import _, ngettext
from tui.logs.source import SourceState
from tui.present.format import clock, duration, number, span_ends, stamp, with_local
from tui.present.spans import Line, Span, fit, foreign, gap, line_width, spread, width, words

if TYPE_CHECKING:
    from tui.metrics.board import Board
    from tui.present.situation import Mode, Situation

_FULL_NAMES_FROM = 140
_LONGEST_NAMES = 48
_ALWAYS = {"q", "?"}
"""Keys that nobody should have to look for."""
_WHOLE_FROM = 10
"""From here on a decimal says nothing."""


def header(situation: Situation, cells: int) -> Line:
    """`guardia  LIVE  sources … 412 ev/s  lag 0.8 s          2026-11-24  02:21:13 UTC · 23:21 local`."""
    wide = cells >= _FULL_NAMES_FROM
    end = _times(situation, wide=wide)
    start: Line = (gap(1, "title"), Span("guardia", "title-strong"), gap(2, "title"), mode_span(situation.mode))
    room = cells - line_width(start) - line_width(end) - 4
    facts = words([*_warnings(situation), *_facts(situation, wide=wide)], room, between=3 if wide else 2)
    titled = tuple(Span(span.text, "title" if span.role == "text" else span.role) for span in facts)
    return spread((*start, gap(3 if wide else 2, "title"), *titled), (*end, gap(1, "title")), cells, "title")


def mode_span(mode: Mode) -> Span:
    """Say at once whether this is live, the past or an exercise."""
    name = {"live": _("LIVE"), "review": _("REVIEW"), "replay": _("REPLAY"), "drill": _("DRILL")}[mode]
    if mode == "live":
        return Span(name, "title-strong")
    return Span(f" {name} ", "mode-drill" if mode == "drill" else "mode-replay")


def _times(situation: Situation, *, wide: bool) -> Line:
    now = situation.now
    if wide:
        return (Span(f"{now:%Y-%m-%d}  {with_local(now, situation.zone)}", "title-strong"),)
    return (Span(f"{clock(now)} UTC", "title-strong"),)


def _warnings(situation: Situation) -> list[Line]:
    """Say what must be read before any number: pause, sources that failed, history still missing."""
    board = situation.board
    found: list[Line] = []
    if situation.paused:
        found.append((Span(f" {_('PAUSED')} ", "chip"),))
    lost = [source for source in board.sources if source.state in {SourceState.DOWN, SourceState.UNREADABLE}]
    if situation.incident is not None and situation.incident.read_only:
        found.append((Span(f" {_('READ ONLY')} ", "chip"),))
    if lost:
        found.append(
            (
                Span(
                    ngettext("{count} source down", "{count} sources down", len(lost)).format(count=len(lost)),
                    "title-watch",
                ),
            )
        )
    if not board.final:
        done = fill_progress(board)
        left = f" {duration(timedelta(seconds=board.fill_seconds))}" if board.fill_seconds else ""
        found.append((Span(_("partial") + (f" {done:.0%}{left}" if done is not None else ""), "title-watch"),))
    if board.dropped is not None:
        about = _("only counts before {time}").format(time=stamp(board.dropped.before, board.now))
        found.append((Span(about, "title-watch"),))
    if board.past_retention:
        found.append((Span(_("past retention"), "title-watch"),))
    return found


def _facts(situation: Situation, *, wide: bool) -> list[Line]:
    board = situation.board
    count = len(board.sources)
    many = ngettext("{count} source", "{count} sources", count).format(count=count)
    named = f"{_('sources')} {foreign(situation.sources_label)}"
    names = named if wide and width(named) <= _LONGEST_NAMES else many
    rate = f"{number(_rounded(board.events_per_second))} {_('ev/s')}"
    facts: list[Line] = [(Span(names, "title-text"),), (Span(rate, "title-text"),)]
    if not board.live and board.span is not None:
        facts.insert(1, (Span(f"{_('data')} {'–'.join(span_ends(*board.span, situation.now))}", "title-text"),))
    if board.lag is not None and board.live:
        ticked = max(0.0, board.lag + (situation.now - board.now).total_seconds())
        facts.append((Span(f"{_('lag')} {lag_text(ticked)}", "title-text"),))
    return facts


def _rounded(rate: float) -> float:
    return round(rate, 1) if rate < _WHOLE_FROM else round(rate)


def lag_text(seconds: float) -> str:
    """Seconds with a decimal below ten, whole below a minute and a half, minutes beyond."""
    if seconds < _WHOLE_FROM:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def fill_progress(board: Board) -> float | None:
    """Share 0-1 of the bytes read so far, where the sizes are known."""
    sized = [(source.consumed, source.total_bytes) for source in board.sources if source.total_bytes]
    total = sum(size for _read, size in sized if size)
    return min(1.0, sum(read for read, _size in sized) / total) if total else None


def footer(keys: tuple[tuple[str, str], ...], cells: int, said: str = "") -> Line:
    """`key label` pairs in order of use, quit and help always at the right; what does not fit is left out.

    said: a sentence that takes the place of the keys.
    """
    if said:
        return fit((gap(1, "title"), Span(foreign(said), "title-strong")), cells, "title")
    pairs: list[Line] = [(Span(key_name(key), "title-strong"), Span(f" {label}", "title-text")) for key, label in keys]
    always = [pair for (key, _label), pair in zip(keys, pairs, strict=True) if key in _ALWAYS]
    end = (*words(always, cells - 2, between=2), gap(1, "title")) if always else ()
    start = words([pair for pair in pairs if pair not in always], cells - line_width(end) - 3, between=2)
    line = spread((gap(1, "title"), *start), end, cells, "title")
    return fit(tuple(Span(span.text, "title" if span.role == "text" else span.role) for span in line), cells, "title")
