"""A review keeps what is past its class by the log's own clock, and says so; live there is nothing of it to say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import boards
from tests.test_retention import BASE, CRITICAL, MANY, NOW, RULES, aged, opened
from tui.locale import use
from tui.present.header import header
from tui.present.pages import source_lines
from tui.present.spans import plain

if TYPE_CHECKING:
    from pathlib import Path

SAID = {
    "en": ("past retention", f": 3 events of {boards.runbook('en').texts.short(f'metric.{BASE}')} from before"),
    "es": ("fuera de retención", f": 3 eventos de {boards.runbook('es').texts.short(f'metric.{BASE}')} anteriores a"),
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(aged(MANY))
    return path


@pytest.mark.parametrize("lang", SAID)
def test_a_review_warns_on_the_header_and_says_what_among_the_sources(log: Path, lang: str) -> None:
    review = opened(log, "review")
    board = review.board(NOW)
    assert {one.metric: one.events for one in board.past_retention} == {BASE: 3, CRITICAL: 2}
    review.close()
    use(lang)
    situation = boards.situation(board, lang=lang, mode="review")
    short, sentence = SAID[lang]
    for cells in (80, 160):
        assert short in plain(header(situation, cells))
        said = " ".join(plain(line).strip() for line in source_lines(situation, None, cells))
        assert sentence in said
    use("en")


def test_the_cursor_is_the_clock_that_judges(log: Path) -> None:
    review = opened(log, "review")
    month = review.board(NOW - timedelta(days=30))
    assert month.past_retention == ()
    review.close()


def test_live_and_within_the_class_nothing_is_said(log: Path, tmp_path: Path) -> None:
    live = opened(log, "live")
    assert live.board(NOW).past_retention == ()
    live.close()
    fresh = tmp_path / "fresh.log"
    fresh.write_bytes(aged({BASE: [13, 1, 0], CRITICAL: [29, 0]}))
    review = opened(fresh, "review")
    assert review.board(NOW).past_retention == ()
    assert "past retention" not in plain(header(boards.situation(review.board(NOW)), 160))
    assert RULES.retention, "there are classes to keep to"
    review.close()
