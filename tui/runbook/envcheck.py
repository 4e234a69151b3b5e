"""Which required names an environment file has (runbook §5): present, empty or missing. Pure, and never a value.

Values are looked at only to see whether there is one, and are forgotten; the single exception is the push flag, of
which the runbook's mode is kept. What is said here is about a file: nobody can tell from it what a server runs with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.runbook.procedures import EnvName, Procedures, PushMode

Presence = Literal["present", "empty", "missing"]
FlagOrigin = Literal["said", "file", "unclear"]

UNDEFINED = "undefined"
"""How a person names the push mode of a flag that is not set."""

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:=|:(?=[ \t]))[ \t]*", re.ASCII)
_QUOTES = "'\"`"


@dataclass(frozen=True, slots=True)
class Finding:
    """One required name. `by`: the name that the file really has, which may be a legacy one."""

    name: str
    group: str
    presence: Presence
    by: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a file says of the names that one mode of the backend requires."""

    environment: str
    push: str
    """Id of the push mode that was assumed."""
    flag: FlagOrigin
    """Whether a person said the mode or the file did; unclear: the file has a value that the runbook does not know."""
    findings: tuple[Finding, ...]
    states: Mapping[str, Presence]
    """Every name that the runbook knows for any mode, legacy ones too."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The required names that are empty or missing."""
        return tuple(finding.name for finding in self.findings if finding.presence != "present")


def check_file(text: str, runbook: Procedures, environment: str, push: PushMode | None = None) -> Report:
    """Judge the text of an environment file. push: as a person said it; None: as the file's own flag says."""
    values = {name: value.strip() for name, value in assignments(text)}
    flag: FlagOrigin = "said"
    if push is None:
        push, flag = _mode_in_file(values.get(runbook.push.variable), runbook, environment)
    states = {name: _presence(values.get(name)) for name in _known_names(runbook)}
    required = {name.name: name for name in runbook.environment.names(environment, push.id)}
    findings = tuple(
        _finding(name, group.id, states)
        for group in runbook.environment.required
        for name in group.names
        if required.get(name.name) == name
    )
    return Report(environment, push.id, flag, findings, states)


def push_mode(said: str, runbook: Procedures) -> PushMode | None:
    """Return the push mode that a person named by the flag's value, or as undefined; None for anything else."""
    return next((mode for mode in runbook.push.modes if said == (mode.value or UNDEFINED)), None)


def strictest_environment(runbook: Procedures) -> str:
    """Id of the mode that requires the most names: what is asked for unless somebody says otherwise."""
    asked = {mode.id: len(_most_names(runbook, mode.id)) for mode in runbook.environment.modes}
    return max(asked, key=lambda mode: asked[mode])


def assignments(text: str) -> Iterator[tuple[str, str]]:
    """Give the assignments of a dotenv file in order; a later one of the same name overrides an earlier.

    As the usual loaders read it: `export`, spaces around `=`, quotes that may span lines, `#` comments, CRLF, a mark of
    byte order. A quote that never closes begins an ordinary value. Lines that assign nothing are passed over.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    at = 0
    while at < len(text):
        found = _ASSIGNMENT.match(text, at)
        if found is None:
            at = _line_end(text, at) + 1
            continue
        value, at = _value(text, found.end())
        yield found[1], value


def _value(text: str, at: int) -> tuple[str, int]:
    """Read a value, and give the start of the line after it."""
    if at < len(text) and text[at] in _QUOTES:
        close = _closing(text, at)
        if close > 0:
            return text[at + 1 : close], _line_end(text, close) + 1
    end = _line_end(text, at)
    return text[at:end].partition("#")[0], end + 1


def _closing(text: str, opening: int) -> int:
    """Find the quote that closes the one at `opening`; -1 when none does. An escaped one does not."""
    close = text.find(text[opening], opening + 1)
    while close > 0 and text[close - 1] == "\\":
        close = text.find(text[opening], close + 1)
    return close


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _presence(value: str | None) -> Presence:
    if value is None:
        return "missing"
    return "present" if value else "empty"


def _finding(name: EnvName, group: str, states: Mapping[str, Presence]) -> Finding:
    for candidate in (name.name, *name.legacy):
        if states[candidate] == "present":
            return Finding(name.name, group, "present", candidate)
    return Finding(name.name, group, states[name.name], name.name)


def _mode_in_file(value: str | None, runbook: Procedures, environment: str) -> tuple[PushMode, FlagOrigin]:
    """Take the flag as the file has it; a value without a mode counts as the mode that requires the most."""
    known = {mode.value: mode for mode in runbook.push.modes}
    if value in known:
        return known[value], "file"
    if not value and None in known:
        return known[None], "file"
    strictest = max(runbook.push.modes, key=lambda mode: len(runbook.environment.names(environment, mode.id)))
    return strictest, "unclear"


def _most_names(runbook: Procedures, environment: str) -> tuple[EnvName, ...]:
    return max((runbook.environment.names(environment, mode.id) for mode in runbook.push.modes), key=len)


def _known_names(runbook: Procedures) -> Iterator[str]:
    for group in runbook.environment.required:
        for name in group.names:
            yield from (name.name, *name.legacy)
