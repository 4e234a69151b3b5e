"""The what-if screen: each trouble as today's rules tell it and as the proposal does, a sweep, the change to make."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tui.keymap import key_name
from tui.locale import _
from tui.present.format import duration
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, cut, fit, foreign, gap, left, right, rule, width, words
from tui.present.whatif import change_lines, detection_text, gained_text, value_text
from tui.runbook.proposal import ProposalError, Wrong, completions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tui.metrics.board import Episode
    from tui.metrics.whatif import Trial, Trouble, WhatIf
    from tui.present.situation import Situation
    from tui.runbook.edit import Edit
    from tui.runbook.proposal import Setting
    from tui.session.tries import Proposal, Sweep

_BEGAN, _VERDICT = 10, 16
_LEAST_SIDE, _MOST_SIDE = 19, 26
_WANTED_NAME, _LEAST_NAME = 18, 8
_LEAST_BAR, _MOST_BAR = 4, 40
_OFFERED = 44


# --- what is typed --------------------------------------------------------------------------------------------------


def hint_line(text: str, error: ProposalError | None, settings: Sequence[Setting], cells: int, before: int) -> Line:
    """Under the field: the mistake with a mark under its place, else what the last piece could become.

    before: cells before the field's first character.
    """
    if error is not None:
        return pointed(before + width(text[: error.at]), wrong_sentence(error, settings), cells)
    options = [option[text.rfind(" ") + 1 :] for option in completions(text, settings)]
    if not options or not text.strip():
        return fit((gap(1), Span(_("RULE.KEY=VALUE, or several: 2m..20m/2m or 2m,5m · Tab completes"), "muted")), cells)
    offered: list[Line] = [(Span(cut(option, _OFFERED), "text"),) for option in options]
    return fit((gap(1), Span("Tab ", "strong"), *words(offered, cells - 6, between=2)), cells)


def pointed(place: int, said: str, cells: int) -> Line:
    """`↑ what is wrong`, the arrow under its place where the sentence fits behind it, else as far left as needed."""
    start = max(1, min(place, cells - width(said) - 3))
    return fit((gap(start), Span(f"↑ {said}", "watch")), cells)


def wrong_sentence(error: ProposalError, settings: Sequence[Setting]) -> str:
    """One sentence: what is wrong, and what would be right."""
    piece = foreign(error.piece)
    match error.wrong:
        case Wrong.SHAPE:
            return _("write RULE.KEY=VALUE")
        case Wrong.NO_RULE:
            return _("no rule {name}").format(name=piece) + _instead(error.piece, [one.rule for one in settings])
        case Wrong.NO_KEY:
            return _("no key {name}").format(name=piece) + _instead(error.piece, [one.key for one in settings])
        case Wrong.SWEEP:
            return _("several values are FROM..TO/STEP or A,B,C")
        case Wrong.SECOND_SWEEP:
            return _("only one setting can have several values")


def _instead(piece: str, names: Sequence[str]) -> str:
    close = get_close_matches(piece, dict.fromkeys(names), n=3, cutoff=0.4)
    return "; " + _("did you mean {names}?").format(names=", ".join(close)) if close else ""


# --- today and the proposal -----------------------------------------------------------------------------------------


def found_title(situation: Situation, proposal: Proposal | None, cells: int) -> tuple[Line, ...]:
    """Title, totals and the heads of the columns."""
    as_of = proposal.found.span.as_of if proposal else situation.board.now
    upto = _("up to {time} UTC").format(time=f"{as_of:%H:%M}")
    if not situation.board.final:
        upto = f"{_('history is still read')} · {upto}"
    end: Line = (Span(upto, "muted"), gap(1))
    top = rule((Span(_("Today's rules and the proposal")),), end, cells)
    if proposal is None:
        return (top, (), ())
    head = _columns(_("began"), (Span(_("today"), "muted"),), (Span(_("proposal"), "muted"),), "", "", cells)
    return (top, fit((gap(1), *words(_totals(proposal.found), cells - 2, between=3)), cells), head)


def _totals(found: WhatIf) -> list[Line]:
    """The most wanted first."""
    today, then = found.current, found.proposed
    parts = [
        _total(_("alerts"), str(len(today.fired)), str(len(then.fired))),
        _total(_("near misses"), str(len(today.near_misses)), str(len(then.near_misses))),
        _total(_("firing"), duration(today.firing), duration(then.firing)),
    ]
    if found.gained:
        parts.append((Span(f"{_('detection')} ", "muted"), Span(gained_text(found.gained), "strong")))
    return parts


def _total(name: str, today: str, then: str) -> Line:
    shown = today if today == then else f"{today} → {then}"
    return (Span(f"{name} ", "muted"), Span(shown, "text" if today == then else "strong"))


def nothing_found(*, reading: bool, cells: int) -> Line:
    """Say that no answer is there yet, or that there is nothing to tell."""
    said = _("reading…") if reading else _("no rule was over its limit")
    return fit((gap(1), Span(said, "muted")), cells)


def ordered(troubles: Sequence[Trouble]) -> tuple[Trouble, ...]:
    """What would change first, then the rest; oldest first in both."""
    return tuple(sorted(troubles, key=lambda trouble: (not trouble.differs, trouble.began)))


def trouble_line(situation: Situation, trouble: Trouble, as_of: datetime, cells: int) -> Line:
    """` 21:38  near miss 07:00   ◆ SEV2 21:43–21:45   appears   Realtime 401/403`."""
    began = trouble.began
    when = f"{began:%H:%M}" if began.date() == as_of.date() else f"{began:%d %H:%M}"
    name = situation.rule_name(trouble.rule)
    today, then = (_side(situation, lives) for lives in (trouble.current, trouble.proposed))
    return _columns(when, today, then, _verdict(trouble), name, cells)


def _columns(began: str, today: Line, then: Line, verdict: str, name: str, cells: int) -> Line:
    side = max(_LEAST_SIDE, min(_MOST_SIDE, (cells - _BEGAN - _VERDICT - _WANTED_NAME - 2) // 2))
    role = "strong" if verdict else "muted"
    room = cells - _BEGAN - 2 * side - _VERDICT - 1
    named: Line = (Span(cut(name, room), "muted"),) if room >= _LEAST_NAME else ()
    start = Span(left(f" {began}", _BEGAN), "muted")
    return fit((start, *fit(today, side), *fit(then, side), Span(left(verdict, _VERDICT), role), *named), cells)


def _side(situation: Situation, lives: Sequence[Episode]) -> Line:
    """What one set of rules says of a trouble: the first alert, else the near miss, else that it is still pending."""
    fired = [life for life in lives if life.fired_at is not None]
    if not lives:
        return (Span("–", "muted"),)
    life = (fired or lives)[0]
    more = f" ×{len(fired or lives)}" if len(fired or lives) > 1 else ""
    if life.fired_at is not None:
        glyph = severity_glyph(situation.rank(life.severity))
        until = f"–{life.resolved_at:%H:%M}" if life.resolved_at else "–"
        head = Span(f"{glyph} {foreign(life.severity)} ", situation.role(life.severity))
        return (head, Span(f"{life.fired_at:%H:%M}{until}{more}"))
    if life.resolved_at is None:
        return (Span(f"● {_('WATCH')}", "watch"),)
    return (Span(f"{_('near miss')} {duration(life.resolved_at - life.pending_at)}{more}", "muted"),)


def _verdict(trouble: Trouble) -> str:
    if not trouble.differs:
        return ""
    if trouble.lead is not None:
        return gained_text(trouble.lead.gained)
    return _("appears") if any(life.fired_at for life in trouble.proposed) else _("vanishes")


# --- the sweep ------------------------------------------------------------------------------------------------------


def sweep_title(situation: Situation, sweep: Sweep | None, cells: int) -> tuple[Line, ...]:
    """Title, what the signs mean, and the heads of the columns."""
    if sweep is None:
        return (rule((Span(_("One setting, several values")),), (), cells), ())
    name = f"{situation.rule_name(sweep.rule)} · {foreign(sweep.key)}"
    top = rule((Span(name),), (*_legend(sweep, cells - width(name) - 5), gap(1)), cells)
    head = "".join(right(each, size) for each, size in zip(_heads(), _sizes(), strict=True))
    return (top, fit((Span(f"  {head}  {_('detection')}", "muted"),), cells))


def _legend(sweep: Sweep, room: int) -> Line:
    """`* today 10m   = as today   + appears - vanishes   ▸ proposal`: as many of the table's signs as there is room."""
    signs = (
        f"* {_('today')} {foreign(value_text(sweep.today))}",
        f"= {_('as today')}",
        f"+ {_('appears')} - {_('vanishes')}",
        f"▸ {_('proposal')}",
    )
    return words([(Span(sign, "muted"),) for sign in signs], room)


def _heads() -> tuple[str, ...]:
    return (_("value"), _("alerts"), _("near misses"), "+ -", _("firing"))


def _sizes() -> tuple[int, ...]:
    return tuple(max(width(head) + 2, least) for head, least in zip(_heads(), (8, 0, 0, 7, 8), strict=True))


def trial_line(sweep: Sweep, index: int, proposed: object, cells: int) -> Line:
    """` *10m   3   5   =   41:00   04:00 sooner  ████`: `*` is today's value; the bar is the time firing."""
    trial = sweep.trials[index]
    found, is_today = trial.found, trial.value == sweep.today
    role = "strong" if is_today or trial.value == proposed else "text"
    texts = (
        value_text(trial.value),
        str(len(found.proposed.fired)),
        str(len(found.proposed.near_misses)),
        _more_and_less(trial),
        duration(found.proposed.firing),
    )
    row = "".join(right(each, size) for each, size in zip(texts, _sizes(), strict=True))
    gained = left(detection_text(found), _VERDICT)
    room = min(_MOST_BAR, cells - 5 - width(row) - _VERDICT)
    mark = "*" if is_today else "▸" if trial.value == proposed else " "
    return fit((Span(f" {mark}{row}  ", role), Span(gained, "muted"), *_bar(sweep, trial, room)), cells)


def _more_and_less(trial: Trial) -> str:
    parts = ((len(trial.found.appear), "+"), (len(trial.found.vanish), "-"))
    return " ".join(f"{sign}{count}" for count, sign in parts if count) or "="


def _bar(sweep: Sweep, trial: Trial, room: int) -> Line:
    longest = max((one.found.proposed.firing for one in sweep.trials), default=None)
    if room < _LEAST_BAR or not longest:
        return ()
    role = "bar" if trial.value == sweep.today else "quiet"
    return (Span("█" * round(trial.found.proposed.firing / longest * room), role),)


# --- the change -----------------------------------------------------------------------------------------------------


def proposed(proposal: Proposal | None) -> tuple[Edit, ...]:
    """What would be written differently."""
    return tuple(edit for edit in proposal.edits if edit.change.value != edit.was) if proposal else ()


def copied_text(proposal: Proposal) -> str:
    """What to write into the runbook's file."""
    return "\n".join(line.removeprefix("  ") for line in change_lines(proposed(proposal)))


def change_rows(proposal: Proposal | None, cells: int) -> tuple[Line, ...]:
    """The lines to write into the runbook, which nobody does here."""
    edits = proposed(proposal)
    end: Line = (Span(f"{key_name('y')} {_('copies')}", "muted"), gap(1)) if edits else ()
    top = (gap(1), *rule((Span(_("To write into the runbook")),), end, cells - 1))
    if not edits:
        return (top, fit((gap(2), Span(_("nothing is proposed yet"), "muted")), cells))
    return (top, *(fit((Span(foreign(line)),), cells) for line in change_lines(edits)))
