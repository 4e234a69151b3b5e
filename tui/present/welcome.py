"""What somebody sees the first time and never again: three lines that explain the screen."""

from __future__ import annotations

from tui.keymap import key_name
from tui.locale import _
from tui.present.spans import Line, Span, fit, gap

ROWS = 3


def welcome_lines(cells: int) -> tuple[Line, ...]:
    """What this is, how to take command, where everything is explained."""
    texts = (
        (_("guardia reads your logs by the team's runbook: severity, time left, cause."), "title-strong"),
        (
            _("{declare} declares, {acknowledge} acknowledges; {views} guide you on; 1, 2… look closer.").format(
                declare=key_name("d"), acknowledge=key_name("a"), views=key_name("t p r c")
            ),
            "title",
        ),
        (
            _("{help} explains keys, badges and words, {quit} leaves. The next key closes this.").format(
                help=key_name("?"), quit=key_name("q")
            ),
            "title",
        ),
    )
    return tuple(fit((gap(1, "title"), Span(text, role)), cells, "title") for text, role in texts)
