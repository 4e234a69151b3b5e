"""`guardia incident`: what people decide, from a shell; the same code as behind the keys (contracts §7)."""

from __future__ import annotations

import click

from tui.cli import incident_acts as acts
from tui.cli import incident_export, incident_run
from tui.cli import incident_reads as reads
from tui.cli import incident_work as work
from tui.locale import _


@click.group(help=_("Declare an incident, work on it, close it with evidence. The same actions as on screen."))
def incident() -> None:
    """Hold the commands below."""


for _command in (
    acts.declare,
    acts.ack,
    acts.mitigate,
    acts.resolve,
    acts.reopen,
    acts.cancel,
    acts.close,
    acts.severity,
    acts.decide,
    acts.evidence,
    acts.merge_into,
    acts.undo,
    work.owner,
    work.commander,
    work.scribe,
    work.handoff,
    work.note,
    work.channel,
    work.update,
    work.deploys,
    work.push,
    work.step,
    work.set_field,
    incident_run.run,
    reads.list_all,
    reads.show,
    reads.lint,
    reads.verify,
    incident_export.export,
):
    incident.add_command(_command)
