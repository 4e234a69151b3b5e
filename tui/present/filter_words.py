"""What a filter's errors say, and the row under it while somebody types."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.filter import Fault, FilterError, completions, known_fields, short_metric
from tui.present.spans import Line, Span, cut, fit, foreign, gap, width, words

if TYPE_CHECKING:
    from tui.runbook.model import LogRules


def fault_sentence(error: FilterError, rules: LogRules) -> str:
    """One sentence: what is wrong, and where it helps, what would be right."""
    piece = foreign(error.piece)
    match error.fault:
        case Fault.UNKNOWN_NAME:
            names = [field.name for field in known_fields(rules).values()]
            return _("no field {name}").format(name=piece) + _instead(error.piece, names)
        case Fault.UNKNOWN_METRIC:
            names = [short_metric(rules, metric.id) for metric in rules.metrics]
            return _("no metric {name}").format(name=piece) + _instead(error.piece.upper(), names)
        case Fault.NO_VALUE:
            return _("{name} needs a value").format(name=piece)
        case Fault.NO_NUMBER:
            return _("{value} is no number").format(value=piece or "–")
        case Fault.NO_ORDER:
            return _("{name} has no order: write {name}:VALUE").format(name=piece)
        case Fault.OPEN_QUOTE:
            return _("a quote is not closed")


def _instead(piece: str, names: list[str]) -> str:
    lower = {name.lower(): name for name in names}
    close = [lower[name] for name in get_close_matches(piece.lower(), lower, n=3, cutoff=0.4)]
    return "; " + _("did you mean {names}?").format(names=", ".join(close)) if close else ""


def hint_line(text: str, error: FilterError | None, rules: LogRules, cells: int, before: int) -> Line:
    """Under the filter: the error with a mark under its place, else what the last piece could become.

    before: cells before the filter's first character.
    """
    if error is not None:
        place = before + width(text[: error.at])
        said = f"↑ {fault_sentence(error, rules)}"
        start = max(1, min(place, cells - width(said) - 1))
        mark = said if start == place else f"{_('at')} {error.at + 1}: {said[2:]}"
        return fit((gap(start if start == place else 1), Span(mark, "watch")), cells)
    options = [option[text.rfind(" ") + 1 :] for option in completions(text, rules)]
    if not options or text.endswith(" "):
        return fit((gap(1), Span(_("field:value field>=number -without word · Tab completes"), "muted")), cells)
    offered: list[Line] = [(Span(foreign(cut(option, 30)), "text"),) for option in options]
    return fit((gap(1), Span("Tab ", "strong"), *words(offered, cells - 6, between=2)), cells)
