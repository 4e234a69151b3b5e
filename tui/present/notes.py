"""What happened to a source, or is too old in it, in words: what, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.logs.source import Code

if TYPE_CHECKING:
    from tui.logs.source import Note
    from tui.metrics.retention import PastRetention
    from tui.present.situation import Texts


def note_sentence(note: Note) -> str:
    """One sentence for a note; it holds numbers and names of errors only, never anything of a log."""
    sentence = _sentences()[note.code].format(
        at=f"{note.at or 0:,}".replace(",", " "),
        lost=_("an unknown number of") if note.lost is None else f"{note.lost:,}".replace(",", " "),
        errno=_errors().get(note.errno, note.errno),
        status=note.status,
        seconds=round(note.seconds or 0),
        zone=note.zone,
    )
    return sentence if note.times == 1 else f"{sentence} (×{note.times})"


def retention_sentence(past: PastRetention, texts: Texts) -> str:
    """Say how many events of a metric are older than their class allows (runbook §9)."""
    return _("past retention ({title}): {count} events of {metric} from before {time} UTC").format(
        title=texts.title(f"retention.{past.retention}"),
        count=past.events,
        metric=texts.short(f"metric.{past.metric}"),
        time=f"{past.before:%Y-%m-%d %H:%M}",
    )


def _sentences() -> dict[Code, str]:
    return {
        Code.ROTATED: _("rotated: the new file is followed, nothing was lost"),
        Code.TRUNCATED: _("truncated after byte {at}: {lost} bytes were gone before they could be read"),
        Code.GONE: _("the file is gone; it is followed again as soon as it is back"),
        Code.CAME_BACK: _("the file is back"),
        Code.UNREADABLE: _("cannot be read: {errno}"),
        Code.NO_MATCH: _("no file matches: check the pattern"),
        Code.CUT_SHORT: _("cut short: the compressed file ends after {at} bytes; what comes before counts"),
        Code.DAMAGED: _("damaged after {at} bytes; what comes before counts"),
        Code.GARBAGE_AFTER: _("something that is not compressed follows after {at} bytes and is ignored"),
        Code.BOMB_CAPPED: _("stopped after {at} bytes: it grows beyond what a log can"),
        Code.INPUT_ENDED: _("input ended after {at} bytes: start it again to go on"),
        Code.OVERLOADED: _("more came in than could be read: {lost} bytes were dropped"),
        Code.COMMAND_EXITED: _("the command ended with status {status}; it is started again in {seconds} s"),
        Code.COMMAND_UNKNOWN: _("the settings have no command of this name"),
        Code.ZONELESS: _("times without a zone read as {zone} (setting zone)"),
    }


def _errors() -> dict[str, str]:
    return {
        "ENOENT": _("there is no such file; check the path"),
        "EACCES": _("you may not read it; check its permissions"),
        "EPERM": _("you may not read it; check its permissions"),
        "EISDIR": _("it is a folder; name its files, such as {example}").format(example="'logs/*.log'"),
        "ELOOP": _("its links lead in a circle"),
        "ENOTDIR": _("part of its path is no folder"),
        "EIO": _("the disk reports an error"),
    }
