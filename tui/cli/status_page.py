"""What the key `Y` shares, without a screen: the journals and logs of this moment as one page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.cli.options import Options
    from tui.metrics.board import Board
    from tui.present.paper import Paper
    from tui.present.situation import Situation
    from tui.session.command_post import CommandPost
    from tui.session.engine import Mode


def status_page(options: Options, sources: Sequence[str]) -> tuple[Paper, bool]:
    """Read the sources, else those of the open incidents, to their end; say what stands. Nothing is recorded.

    Also returns whether any source could not be read. It stands at this moment; with `--at`, or on what can only be
    read once, at that one or at the end of the data.
    """
    from tui.cli.room import open_incidents, open_room, open_sources
    from tui.cli.setup import open_engine, prepare, report_sources
    from tui.present.status_update import status_paper

    prepared = prepare(options)
    given = tuple(sources) or open_sources(open_incidents(prepared))
    once = any(source == "-" or source.startswith("cmd:") for source in given)
    mode: Mode = "review" if options.at or once else "live"
    engine = open_engine(prepared, given, mode=mode, at=options.at)
    post = open_room(replace(options, read_only=True), prepared, engine, given)
    try:
        engine.drain()
        board = _whole(post)
        report_sources(engine)
        return status_paper(_situation(post, board)), engine.unreadable()
    finally:
        post.close()


def _whole(post: CommandPost) -> Board:
    """Advance until nothing is missing: journals are read, and whatever came while the logs were."""
    board = post.advance()
    while board is None or not board.final:
        board = post.advance() or board
    return board


def _situation(post: CommandPost, board: Board) -> Situation:
    from tui.present.situation import Situation

    picture = post.picture
    state = picture.state if picture else None
    return Situation(
        board=board,
        events=(),
        mode=post.mode,
        now=state.now(board.now) if state else board.now,
        zone=post.zone,
        rules=post.runbook,
        texts=post.texts,
        sources_label=post.sources_label,
        incident=picture,
    )
