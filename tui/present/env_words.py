"""What `guardia env check` says: names and whether they have a value, never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.locale import _, ngettext
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.runbook.envcheck import Finding, Report


def env_result(report: Report, file: str) -> dict[str, Any]:
    """The object of `env check --json`: schema 1 of `docs/schemas/env.schema.json`."""
    return {
        "schema": 1,
        "checked": "file",
        "is_production": False,
        "file": foreign(file),
        "environment": report.environment,
        "push": {"mode": report.push, "from": report.flag},
        "names": [
            {"name": one.name, "group": one.group, "state": one.presence, "by": one.by} for one in report.findings
        ],
        "missing": list(report.lacking),
        "ok": not report.lacking,
    }


def env_lines(report: Report, file: str, variable: str) -> Iterator[str]:
    """The readable form. variable: the push flag's name."""
    yield f"{foreign(file)}  {report.environment} · {report.push}"
    yield _("this is what a file says, not what production runs with")
    if report.flag == "unclear":
        yield _("{name} has a value that the runbook does not know: the strictest mode is assumed").format(
            name=variable
        )
    width = max((len(one.name) for one in report.findings), default=0)
    for one in report.findings:
        yield f"  {_mark(one)} {one.name:<{width}}  {_state(one)}"
    lacking = len(report.lacking)
    if lacking:
        yield ngettext("{count} required name is not there", "{count} required names are not there", lacking).format(
            count=lacking
        )
    else:
        yield _("every required name is there, in this file")


def _mark(finding: Finding) -> str:
    return {"present": "+", "empty": "!", "missing": "-"}[finding.presence]


def _state(finding: Finding) -> str:
    said = {"present": _("present"), "empty": _("empty"), "missing": _("missing")}[finding.presence]
    if finding.by != finding.name:
        return said + " " + _("under its old name {name}").format(name=finding.by)
    return said
