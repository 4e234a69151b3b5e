"""`guardia whatif`: other thresholds over the same logs, before an incident asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.cli.options import time_option
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.cli.options import Options
    from tui.metrics.whatif import Span
    from tui.runbook.edit import Change
    from tui.session.engine import Engine
    from tui.session.tries import Proposal


@click.command(
    help=_(
        "Compare today's rules with a proposal over the same SOURCE: alerts that would appear or vanish, how much "
        "sooner, near misses. KEY is a key of the rule's table in the runbook, such as for, threshold, window, amber "
        "or severity. Nothing is changed: the lines to write are printed."
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--set", "sets", multiple=True, metavar="RULE.KEY=VALUE", help=_("What to change; may be repeated."))
@click.option(
    "--sweep", metavar="RULE.KEY=FROM..TO/STEP", help=_("Try one setting over a range, or over a list: 2m,5m,10m.")
)
@time_option("--since", help=_("Only what comes after; rules still warm up before it."))
@time_option("--until", help=_("Ignore what comes after (like --at)."))
@click.pass_obj
def whatif(
    options: Options,
    sources: tuple[str, ...],
    sets: tuple[str, ...],
    sweep: str | None,
    since: str | None,
    until: str | None,
) -> int:
    """Print the comparison; 0 ok, 2 usage, 3 a source could not be read."""
    from tui.cli.output import emit_json
    from tui.cli.period import read_span
    from tui.cli.setup import open_engine, prepare
    from tui.present.whatif import whatif_lines, whatif_result
    from tui.runbook.edit import read_change, read_sweep

    if not sets and sweep is None:
        raise click.UsageError(_("say what to try: --set RULE.KEY=VALUE or --sweep RULE.KEY=FROM..TO/STEP"))
    changes = [_typed(read_change, text, "--set") for text in sets]
    tried = _typed(read_sweep, sweep, "--sweep") if sweep is not None else ()
    engine = open_engine(prepare(options), sources, mode="review")
    try:
        _checked(engine, changes, tried)
        proposal = _propose(engine, changes, tried, read_span(engine, since, until or options.at))
        if options.json:
            emit_json(whatif_result(proposal, engine.loaded, engine.reader.statuses()))
        for line in () if options.json else whatif_lines(proposal, engine.loaded):
            click.echo(line)
        return 3 if engine.unreadable() else 0
    finally:
        engine.close()


def _typed(read: Callable[[str], Any], text: str, option: str) -> Any:  # noqa: ANN401 - whatever `read` returns
    from tui.runbook.edit import ChangeError

    try:
        return read(text)
    except ChangeError:
        shape = _("write RULE.KEY=VALUE") if option == "--set" else _("write RULE.KEY=FROM..TO/STEP or RULE.KEY=A,B,C")
        raise click.BadParameter(shape, param_hint=f"'{option}'") from None


def _checked(engine: Engine, changes: Sequence[Change], tried: Sequence[Change]) -> None:
    """Say what is wrong with a proposal before a long log is read for it."""
    from tui.runbook.edit import edited
    from tui.runbook.problems import RunbookError

    try:
        for change in (None, *tried):
            edited(engine.loaded, [*changes, *([change] if change else [])])
    except RunbookError as error:
        raise click.UsageError(str(error)) from None


def _propose(engine: Engine, changes: Sequence[Change], sweep: Sequence[Change], span: Span) -> Proposal:
    from tui.session.tries import tried

    *_growing, proposal = tried(engine.loaded, engine.store, changes, sweep, span)
    return proposal
