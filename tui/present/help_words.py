"""What the help says: a sentence for what keys do, for every badge and sign, and for the words that screens use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import duration
from tui.present.situation import severity_glyph
from tui.present.spans import foreign, severe_role

if TYPE_CHECKING:
    from tui.runbook.model import LogRules

Entry = tuple[str, str, str]
"""What is explained, the role it is drawn in, and the sentence."""


def key_sentences() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Actions whose keys stand side by side, and what they do; in the order of the help."""
    return (*_commands(), *_views(), *_rows(), *_time(), *_files(), *_anywhere())


def _commands() -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("command('acknowledge')",), _("acknowledge: somebody is on it; declares first where nothing is open")),
        (("command('declare')",), _("declare an incident, with severity, title and workaround")),
        (("command('mitigate')",), _("users are well again; the MITIGATE clock stops")),
        (("command('resolve')",), _("all has been normal for long enough; the closing work begins")),
        (("command('severity')",), _("raise the severity with Enter, lower it with a reason")),
        (("command('update')",), _("prepare the next update for the team and note that it was sent")),
        (("command('note')", "note"), _("write a note into the timeline, from any screen")),
        (("command('flags')",), _("note that deploys are frozen or push is off: a note, guardia changes nothing")),
        (("command('roles')",), _("owner, IC, scribe, who is on call, and handing over")),
        (("command('undo')",), _("take the newest entry back; that is an entry too")),
        (("command('snooze')",), _("put the reminder off")),
        (("command('more')",), _("everything else: reopen, cancel, merge, deploy marks")),
        (("command('incidents')",), _("every incident: how fast it was answered, what it still owes")),
        (("save",), _("save what stands in the form as a draft")),
        (("next_missing",), _("go to the next line that closing still lacks")),
        (("delegate",), _("leave a line of the form to somebody else")),
        (("close",), _("close the incident, once nothing is missing")),
    )


def _views() -> tuple[tuple[tuple[str, ...], str], ...]:
    lanes = tuple(f"lane({number})" for number in range(9))
    metrics = tuple(f"metric({number})" for number in range(9))
    return (
        (lanes, _("choose that metric; again, or Enter, to look closer")),
        (metrics, _("look at that metric instead")),
        (("next_lane(-1)", "next_lane(1)"), _("choose the metric above or below")),
        (("view('triage')",), _("triage: what to find out first, and what is known")),
        (("view('playbook')",), _("the playbook of the dominant metric, each step with its live facts")),
        (("view('rollback')",), _("the gate before going back to normal, and the decision")),
        (("view('closure')",), _("what closing still lacks; again for the form")),
        (("playbook(-1)", "playbook(1)"), _("another playbook")),
        (("do",), _("do what the chosen row says: tick a step, decide, copy a command")),
        (("pane('timeline')",), _("the timeline: alerts, marks of the log, what people did")),
        (("pane('feed')",), _("the events as they come; again for the whole list and its filter")),
        (("dig",), _("look closer at what is chosen: a metric, the events, a row of the timeline")),
        (("zoom",), _("give the chosen pane all the room, or take it back")),
        (("view",), _("break down by other fields")),
        (("zoom(1)", "zoom(-1)"), _("show less time, or more")),
        (("pan(-1)", "pan(1)"), _("move the chart to earlier, or to later")),
        (("error(-1)", "error(1)"), _("the next newer error, the next older one")),
        (("follow",), _("back to the newest events, and on with them")),
        (("period",), _("another period: 90, 30, 7 days, everything")),
        (("order",), _("the newest first, the worst first, the slowest first")),
        (("other_list",), _("from one list to the other")),
        (("type",), _("type something else")),
    )


def _rows() -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("choose(-1)", "choose(1)", "scroll_by(-1)", "scroll_by(1)"), _("a row up, a row down")),
        (("page(-1)", "page(1)", "scroll_page(-1)", "scroll_page(1)"), _("a page up, a page down")),
        (("open",), _("open the chosen row: its trace, its events, its incident")),
    )


def _time() -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("pause",), _("let lanes and panes stand still, or go on; in a review, let time run")),
        (("move(-1)", "move(1)"), _("one step back, one step on in time")),
        (("move(-10)", "move(10)"), _("ten minutes back, ten minutes on")),
        (("edge(0)", "edge(1)", "move(-1000000)", "move(1000000)"), _("the first moment, the last one")),
        (("stop(1)", "stop(-1)"), _("the next moment at which something happened, the one before")),
        (("go_to",), _("go to a time that you type")),
        (("faster(1)", "faster(-1)"), _("let time run faster, or slower")),
    )


def _files() -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("pin",), _("pin what bears this id as evidence of the open incident")),
        (("copy",), _("copy the command that shows this outside guardia")),
        (("csv",), _("write what is listed as a CSV file")),
        (("filter",), _("narrow the list by what you type")),
    )


def _anywhere() -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("trace",), _("everything that one requestId did, over all sources")),
        (("events",), _("all events, with the filter ready")),
        (("share",), _("the current state as a page for the team's chat; nothing is recorded")),
        (("sources",), _("how every source is doing: rates, lag, what was rejected and why")),
        (("settings",), _("every setting, and where its value came from")),
        (("whatif",), _("what other limits would have done with these logs")),
        (("compare",), _("two periods side by side, or before and after a deploy")),
        (("palette",), _("every action by name, in both languages")),
        (("back",), _("back, one step at a time")),
        (("quit",), _("quit; asks while an incident is open")),
    )


def badge_entries(rules: LogRules) -> tuple[Entry, ...]:
    """Every badge, the worst first."""
    severities = [
        (
            f"{severity_glyph(rank)} {foreign(severity.id)}",
            severe_role(rank),
            _("a rule of this severity fires: answer within {ack}, mitigate within {mitigate}").format(
                ack=duration(severity.ack), mitigate=duration(severity.mitigate)
            ),
        )
        for rank, severity in enumerate(rules.severities)
    ]
    return (
        *severities,
        (
            f"△ ◇ {_('SUGGESTED')}",
            "strong",
            _("an outline is what rules suggest, a filled mark what people declared"),
        ),
        (f"● {_('WATCH')}", "watch", _("over the limit and counting down, or in the amber band")),
        ("○ OK", "muted", _("under its limit, with data that says so")),
        (f"? {_('SILENT')}", "strong", _("nothing arrives: not health, the last severity stands beside it")),
        (f"× {_('DOWN')}", "strong", _("the source itself ended; the side pane says how to go on")),
    )


def sign_entries() -> tuple[Entry, ...]:
    """Every sign beside a number or a clock."""
    return (
        ("!  !!", "watch", _("half of a clock's time is gone; little is left")),
        (f"+00:43 {_('OVER')}", "severe0", _("a clock ran out so long ago")),
        ("✓  ✗", "done", _("kept or done; missed or not met")),
        ("×4.1", "text", _("so many times the baseline")),
        ("↗", "text", _("three times the baseline for half an hour: no severity, but said")),
        ("≈", "text", _("a time taken from a neighbouring line")),
        ("47 > 0", "text", _("the number now, against the limit of its rule")),
        ("▌", "focus", _("what the keys are about")),
    )


def word_entries() -> tuple[Entry, ...]:
    """Words that screens use without explaining them."""
    said = (
        (_("anchor"), _("the requestId to look at first: the earliest event of the dominant alert")),
        (_("dominant"), _("the metric that is worst now; it chooses the playbook")),
        (_("base"), _("what is normal here: the median of the hour before, or of this hour on other days")),
        (_("near miss"), _("was over the limit, but not long enough to fire")),
        (_("impact"), _("from the start of the incident until it is resolved; mitigating does not stop it")),
        (_("ACK"), _("from detection until somebody takes it on")),
        (_("MITIGATE"), _("from detection until users are well, whatever the cause")),
        (_("live minutes"), _("minutes with data; silence never counts as quiet")),
        (_("evidence"), _("a record of the log by place and hash, so that it can be read again")),
        (_("gate"), _("conditions for a decision; what is unknown is never met")),
        (_("IC"), _("incident commander: decides; the owner answers for it to the end")),
        (_("lag"), _("how old the newest event is")),
        (_("partial"), _("history is still being read: numbers may grow")),
        (_("masked"), _("what looks like a secret is taken out of people's text before it is stored")),
    )
    return tuple((word, "strong", sentence) for word, sentence in said)
