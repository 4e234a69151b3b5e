"""Words and rules as they were when an incident was declared, from the copy that its journal keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import locale
from tui.incident.narrative import Words
from tui.privacy import mask
from tui.runbook.load import RunbookError, load_copy

if TYPE_CHECKING:
    from tui.incident.state import IncidentState
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.procedures import Procedures


def stored(state: IncidentState, loaded: LoadedRunbook) -> tuple[Procedures, Words]:
    """The runbook of an incident and the words of the language it was declared in; `loaded` where it kept none.

    A copy comes with the journal, and may be forged like all of it.
    """
    copy = state.declaration.runbook if state.declaration else None
    if copy is not None and copy.rules:
        try:
            rules, texts = load_copy(copy.rules, copy.texts)
        except RunbookError:
            pass
        else:
            return rules, Words(_speaker(copy.lang), lambda text_id: mask(texts.title(text_id)).text)
    return loaded.runbook, Words(_speaker(loaded.lang), loaded.texts.title)


def _speaker(language: str) -> locale.Translate:
    """A runbook may be written in a language that guardia does not speak: then guardia speaks English."""
    return locale.translator(language if language in locale.LANGUAGES else "en")
