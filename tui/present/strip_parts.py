"""Pieces that the strip is made of, whether something is declared or only suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _, ngettext
from tui.logs.source import SourceState
from tui.metrics.board import State
from tui.present.contacts import calls
from tui.present.digits import drawn
from tui.present.format import clock, elapsed
from tui.present.notes import note_sentence
from tui.present.plan import Size
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, fit, foreign, gap, line_width, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.present.situation import Situation

SEVERITY_WIDTH = {Size.HUGE: 36, Size.WIDE: 21, Size.MEDIUM: 20}
"""Cells of the block with the big severity."""
BLOCK_ROWS = {Size.HUGE: 7, Size.WIDE: 5, Size.MEDIUM: 4}
"""Rows of the strip, and of every block in it."""


def joined(blocks: Sequence[Sequence[Line]], cells: int, size: Size) -> tuple[Line, ...]:
    """Set blocks side by side, each row exactly `cells` wide."""
    return tuple(fit(tuple(span for block in blocks for span in block[row]), cells) for row in range(BLOCK_ROWS[size]))


def stretched(rows: Sequence[Line], size: Size) -> tuple[Line, ...]:
    """Spread rows of one width over those of the strip: pairs stay together, the last stays last."""
    blank: Line = (gap(line_width(rows[0])),)
    return (*rows[:2], blank, *rows[2:4], blank, *rows[4:]) if size is Size.HUGE else tuple(rows)


def not_saved(situation: Situation) -> Line:
    """Say loudly that something decided is not on the disk, or that the journals cannot be read."""
    picture = situation.incident
    if picture is None:
        return ()
    if picture.unsaved:
        count = picture.unsaved
        text = ngettext(
            "{count} entry is not on the disk: trying again, check disk and folder",
            "{count} entries are not on the disk: trying again, check disk and folder",
            count,
        ).format(count=count)
        return (Span(f" {_('NOT SAVED')} ", "fill-severe0"), Span(f"  {text}", "strong"))
    if picture.trouble:
        text = _("the journals cannot be read ({errno}): what others decide is not shown").format(errno=picture.trouble)
        return (Span(f" {_('JOURNAL')} ", "fill-severe0"), Span(f"  {text}", "strong"))
    return ()


def last_error(situation: Situation) -> Line:
    """How long ago the newest error was, of the incident once one is declared."""
    at = situation.last_error
    if at is None:
        return (Span(_("no errors in the data"), "muted"),)
    ago = _("{time} ago").format(time=elapsed(at, situation.now))
    return (Span(f"{_('last error')} ", "muted"), Span(ago, "text"))


def notice(situation: Situation) -> Line:  # noqa: PLR0911 - one line for each thing that can be wrong
    """Why what is shown cannot be trusted: nothing is saved, a source ended, or nothing arrives."""
    board = situation.board
    if situation.failure:
        text = _("reading failed ({kind}): these numbers are old, restart guardia").format(kind=situation.failure)
        return (Span(f"× {_('STOPPED')}", "strong"), Span(f"  {text}", "text"))
    if unsafe := not_saved(situation):
        return unsafe
    down = [source for source in board.sources if source.state in {SourceState.DOWN, SourceState.UNREADABLE}]
    if down:
        what = foreign(down[0].name) + "".join(f": {note_sentence(note)}" for note in down[0].notes[-1:])
        return (Span(f"× {_('SOURCE DOWN')}", "strong"), Span(f"  {what}", "text"))
    if board.span is None and not board.final:
        return (Span(_("reading…"), "strong"),)
    if board.span is None:
        return (Span(f"? {_('SILENT')}", "strong"), Span(f"  {_('no data yet')}", "text"))
    if board.silent_since is not None:
        since = _("no data for {time}, last at {clock} UTC").format(
            time=elapsed(board.silent_since, situation.now), clock=clock(board.silent_since)
        )
        return (Span(f"? {_('SILENT')}", "strong"), Span(f"  {since}", "text"))
    return ()


def other_panels(situation: Situation, metric: str | None) -> list[Line]:
    """Every panel that fires but that of a metric."""
    found: list[Line] = []
    for panel in situation.panels:
        severity = panel.badge.severity
        if panel.badge.state is State.SEVERE and severity and panel.metric != metric:
            text = f"{severity_glyph(situation.rank(severity))} {severity} {situation.name(panel.metric)}"
            found.append((Span(text, situation.role(severity)),))
    return found


def on_call(situation: Situation) -> list[Line]:
    """Who is on call and who stands in, where the team or the settings say so."""
    known = situation.incident.team.on_call if situation.incident else None
    named = ((_("on call"), known.name), (_("backup"), known.backup)) if known else ()
    return [(Span(f"{label} ", "muted"), Span(foreign(name), "strong")) for label, name in named if name]


def taken(situation: Situation) -> list[Line]:
    """Who took the alert before anybody declared."""
    ack = situation.taken
    if ack is None:
        return []
    return [(Span(f"{_('acknowledged')} ", "muted"), Span(foreign(ack.by), "strong"))]


def to_call(situation: Situation, cells: int) -> Line:
    """The most urgent call there is to make."""
    first = next(calls(situation), None)
    return first.line(cells) if first else ()


def spaced(block: tuple[Line, ...]) -> tuple[Line, ...]:
    """Leave room at the right of a block."""
    return tuple((*row, gap(2)) for row in block)


def severity_block(severity: str, title: str, below: str, role: str, size: Size) -> tuple[Line, ...]:
    """The severity in big digits: a title over it and a line under it, or one line under it for both.

    A `fill-` role fills the whole block: a fact; any other leaves it empty: a suggestion. Both take the same room.
    """
    cells, wide = SEVERITY_WIDTH[size], size.wide
    filled = role.startswith("fill-")
    digits = drawn(foreign(severity), double=size is Size.HUGE)
    both = f"{title} {below}".strip()
    texts = [title, *digits, below] if wide else [*digits, both if width(both) < cells - 2 else below]
    roles = [role if filled or index < len(texts) - wide else "muted" for index in range(len(texts))]
    block = cells - 2 if filled else cells
    rows = (
        fit((gap(1 if filled else 2, each), Span(text, each)), block, each)
        for text, each in zip(texts, roles, strict=True)
    )
    return tuple((gap(1), *row, gap(1)) if filled else row for row in rows)
