"""Help: the keys that work and what every badge means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, fit, foreign, gap, left, severe_role, wrap

if TYPE_CHECKING:
    from tui.runbook.model import LogRules

_KEY = 14


def help_lines(rules: LogRules, keys: tuple[tuple[str, str], ...], cells: int) -> tuple[Line, ...]:
    """`key  what it does` for every key, then the badges, worst first."""
    lines: list[Line] = [(Span(_("Keys"), "strong"),)]
    lines += [(gap(1), Span(left(key, _KEY), "strong"), Span(label)) for key, label in keys]
    lines += [(), (Span(_("Badges"), "strong"),)]
    for rank, severity in enumerate(rules.severities):
        head = f"{severity_glyph(rank)} {foreign(severity.id)}"
        lines += _entry(head, severe_role(rank), _("a rule of this severity fires; people confirm the severity"), cells)
    lines += _entry(f"● {_('WATCH')}", "watch", _("over the limit and counting down, or in the amber band"), cells)
    lines += _entry("○ OK", "muted", _("under its limit, with data that says so"), cells)
    lines += _entry(
        f"? {_('SILENT')}", "strong", _("nothing arrives: not health, the last severity stands beside it"), cells
    )
    lines += _entry(f"× {_('DOWN')}", "strong", _("the source itself ended; the side pane says how to go on"), cells)
    lines += _entry(_("near miss"), "text", _("was over the limit, but not long enough to fire"), cells)
    return tuple(fit(line, cells) for line in lines)


def _entry(head: str, role: str, meaning: str, cells: int) -> list[Line]:
    texts = wrap(meaning, cells - _KEY - 1)
    return [
        (gap(1), Span(left(head if index == 0 else "", _KEY), role), Span(text, "text"))
        for index, text in enumerate(texts)
    ]
