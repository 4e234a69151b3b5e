"""Pages to read: how every source is doing, and every setting with where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _, ngettext
from tui.logs.source import SourceState
from tui.present.format import number, percent, span_ends
from tui.present.header import lag_text
from tui.present.notes import note_sentence, retention_sentence
from tui.present.spans import Line, Span, cut, fit, foreign, gap, left, rule, words, wrap
from tui.privacy import mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.metrics.board import Board, SourceStatus
    from tui.present.situation import Situation
    from tui.settings import Loaded

_LABEL, _KEY, _ORIGIN = 12, 18, 14
_MEGA = 1_000_000


def source_lines(situation: Situation, before: Board | None, cells: int) -> tuple[Line, ...]:
    """Every source: state and format, rates since the board `before`, lag, what was rejected and why, its notes."""
    if not situation.board.sources:
        return (fit((gap(1), Span(_("no sources yet"), "muted")), cells),)
    lines = [*_too_old(situation, cells)]
    earlier = {source.name: source for source in before.sources} if before else {}
    passed = (situation.board.now - before.now).total_seconds() if before else 0.0
    for source in situation.board.sources:
        old = earlier.get(source.name)
        lines += _source(situation, source, old, passed, cells)
        lines.append(())
    return tuple(fit(line, cells) for line in lines[:-1])


def _too_old(situation: Situation, cells: int) -> Iterator[Line]:
    """Say which events of a review the runbook would not let anybody keep: they are shown, and belong deleted."""
    for past in situation.board.past_retention:
        sentence = foreign(retention_sentence(past, situation.texts))
        yield from ((gap(1), Span(text, "watch")) for text in wrap(sentence, cells - 2))
    if situation.board.past_retention:
        yield ()


def _source(
    situation: Situation, source: SourceStatus, old: SourceStatus | None, passed: float, cells: int
) -> list[Line]:
    role = "text" if source.state in {SourceState.OPEN, SourceState.DONE} else "watch"
    state: Line = (Span(foreign(source.format), "muted"), Span(" · ", "rule"), Span(_state(source.state), role), gap(1))
    lines = [rule((Span(foreign(source.name), "strong"),), state, cells)]
    facts: list[Line] = [
        _fact(_("lines"), number(source.lines)),
        _fact(_("events"), number(source.events)),
        _fact(_("other"), number(source.other)),
        _fact(_("rejected"), number(sum(count for _reason, count in source.rejected))),
        _fact(_("size"), f"{source.bytes / _MEGA:.1f} MB"),
    ]
    lines.append((gap(1), *words(facts, cells - 1)))
    lines.append((gap(1), *words(_going(situation, source, old, passed), cells - 1)))
    if source.rejected:
        parts: list[Line] = [
            (Span(f"{_reason(reason)} ", "muted"), Span(number(count), "text"))
            for reason, count in sorted(source.rejected, key=lambda pair: -pair[1])
        ]
        lines.append((gap(1), Span(left(_("rejected"), _LABEL), "muted"), *words(parts, cells - _LABEL - 1, between=2)))
    for note in source.notes:
        for number_, text in enumerate(wrap(note_sentence(note), cells - _LABEL - 2)):
            lines.append((gap(1), Span(left(_("note") if number_ == 0 else "", _LABEL), "muted"), Span(text, "watch")))
    return lines


def _fact(label: str, value: str) -> Line:
    return (Span(f"{label} ", "muted"), Span(value, "text"))


def _going(situation: Situation, source: SourceStatus, old: SourceStatus | None, passed: float) -> list[Line]:
    """Rate, lag, span of its data, how much of it is read."""
    found: list[Line] = []
    if old is not None and passed > 0:
        rate = max(0, source.lines - old.lines) / passed
        found.append(_fact(_("rate"), f"{number(round(rate, 1))} {_('lines/s')}"))
    if source.last is not None and situation.board.live:
        lag = max(0.0, (situation.now - source.last).total_seconds())
        found.append(_fact(_("lag"), lag_text(lag)))
    if source.first is not None and source.last is not None:
        found.append(_fact(_("data"), "–".join(span_ends(source.first, source.last, situation.now))))
    if source.total_bytes:
        found.append(_fact(_("read"), f"{percent(min(1.0, source.consumed / source.total_bytes))} %"))
    return found


def _state(state: SourceState) -> str:
    return {
        SourceState.OPEN: _("open"),
        SourceState.DONE: _("read to its end"),
        SourceState.DOWN: _("down"),
        SourceState.UNREADABLE: _("unreadable"),
    }[state]


def _reason(reason: str) -> str:
    """What a rejected line was, in words; a reason that has none stays as it is."""
    known: Mapping[str, str] = {
        "not_json": _("no JSON"),
        "cut": _("cut off"),
        "too_long": _("too long"),
        "bad_time": _("no usable time"),
        "unknown_metric": _("unknown metric"),
        "bad_field": _("field out of range"),
        "bad_encoding": _("bad encoding"),
        "no_message": _("no message"),
        "lost_at_source": _("lost at the source"),
    }
    return known.get(reason, foreign(reason))


def settings_lines(loaded: Loaded | None, cells: int) -> tuple[Line, ...]:
    """`key  value  origin` for every setting; what looks like a secret is masked."""
    if loaded is None:
        return (fit((gap(1), Span(_("no settings were loaded"), "muted")), cells),)
    there = _("file") if loaded.file.is_file() else _("no file at")
    lines: list[Line] = [
        (gap(1), Span(left(there, _KEY), "muted"), Span(cut(foreign(str(loaded.file)), cells - _KEY - 2), "text"))
    ]
    lines.append(())
    room = max(8, cells - _KEY - _ORIGIN - 3)
    for key, origin in loaded.origins.items():
        value = cut(foreign(mask(_written(getattr(loaded.settings, key))).text), room)
        lines.append(
            (
                gap(1),
                Span(left(key, _KEY), "text"),
                Span(left(value, room) + " ", "muted" if origin == "default" else "strong"),
                Span(_origin(origin), "muted" if origin == "default" else "text"),
            )
        )
    lines += [(), (gap(1), Span(_("each is also GUARDIA_<KEY> in the environment"), "muted"))]
    return tuple(fit(line, cells) for line in lines)


def _written(value: object) -> str:
    """A setting as people write it; of a table only the names."""
    if value is None or value == "":
        return "–"
    if isinstance(value, dict):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, tuple | list):
        return ngettext("{count} entry", "{count} entries", len(value)).format(count=len(value)) if value else "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _origin(origin: str) -> str:
    known = {"default": _("default"), "file": _("file"), "environment": _("environment"), "flag": _("command line")}
    return known.get(origin, origin)
