"""Only what differs is painted, and all of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.present.spans import Line, Span
from tui.ui.widgets.canvas import _changed

TEXTS = st.text(alphabet="ab█ｗ ", min_size=1, max_size=5)
LINES = st.lists(st.builds(Span, TEXTS, st.sampled_from(["text", "muted"])), max_size=6).map(tuple)
WIDE = "ｗ"


def cells(line: Line, size: int) -> list[tuple[str, str]]:
    """What stands in each cell of a row; a wide character takes two."""
    found = [
        (part, span.role) for span in line for char in span.text for part in ((char, "") if char == WIDE else (char,))
    ]
    return (found + [(" ", "text")] * size)[:size]


@given(LINES, LINES, st.integers(min_value=1, max_value=30))
def test_every_cell_that_differs_is_painted(old: Line, new: Line, size: int) -> None:
    region = _changed(old, new, 0, size)
    assert 0 <= region.x < region.right <= size
    pairs = zip(cells(old, size), cells(new, size), strict=True)
    differing = [index for index, (one, other) in enumerate(pairs) if one != other]
    assert all(region.x <= index < region.right for index in differing)


def test_a_clock_that_ticks_costs_its_digits_only() -> None:
    old = (Span("guardia  LIVE", "title"), Span(" " * 50, "title"), Span("02:21:13 UTC", "title-strong"))
    new = (*old[:2], Span("02:21:14 UTC", "title-strong"))
    region = _changed(old, new, 0, 75)
    assert (region.x, region.width) == (70, 1)
