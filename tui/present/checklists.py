"""The side pane's four views: triage, playbook, rollback, closure; each row with what Enter does on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.incident.narrative import Words, decision_meanings
from tui.locale import _
from tui.present.format import stamp
from tui.present.refusals import missing_words, name_of
from tui.present.sidepane import fact, sample_lines, section, sentence, severity_lines, side_lines, source_lines
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, spread, width, wrap
from tui.present.step_rows import INDENT, Deed, Row, StepPen
from tui.present.wording import muted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.incident.facts import Condition
    from tui.present.situation import Situation

View = Literal["triage", "playbook", "rollback", "closure"]
CLOSING = Deed("ask", "closing")
"""Opens the closing form."""
VIEWS: tuple[View, ...] = ("triage", "playbook", "rollback", "closure")


def tab_names(situation: Situation) -> dict[View, str]:
    """Name of each view with how far it is: `Playbook 3/8`, `Rollback ✗`, `Closure 2/8`."""
    picture = situation.incident
    names: dict[View, str] = {
        "triage": _("Triage"), "playbook": _("Playbook"), "rollback": _("Rollback"), "closure": _("Closure"),
    }  # fmt: skip
    if picture is None:
        return names
    if picture.playbook_list.of:
        names["playbook"] += f" {picture.playbook_list.done}/{picture.playbook_list.of}"
    if picture.rollback_list.checks:
        names["rollback"] += " ✓" if picture.go else " ✗"
    if picture.state is not None:
        names["closure"] += f" {_held(picture.closure)}"
    return names


def view_rows(situation: Situation, view: View, chosen: Deed | None, cells: int) -> tuple[Row, ...]:
    """Every row of a view; the chosen one is told in full."""
    picture = situation.incident
    if picture is None:
        return tuple(Row(line) for line in side_lines(situation, cells))
    pen = _Pen(situation, picture, chosen, cells)
    rows = {"triage": pen.triage, "playbook": pen.playbook, "rollback": pen.rollback, "closure": pen.closure}[view]()
    return tuple(Row(fit(row.line, cells), row.does) for row in rows)


def _held(conditions: Sequence[Condition]) -> str:
    return f"{sum(condition.met is True for condition in conditions)}/{len(conditions)}"


class _Pen(StepPen):
    """Writes one view; nothing it writes is kept."""

    # --- views --------------------------------------------------------------------------------------------------------

    def triage(self) -> Iterator[Row]:
        """What the least output still lacks, what the app suggests for it, and the steps of the first minutes."""
        situation, picture = self.situation, self.picture
        if picture.state is None and situation.board.suggestion is None:
            yield from map(Row, side_lines(situation, self.cells))
            return
        if picture.state is not None:
            yield Row(self._section(situation.texts.title("heading.output"), _held(picture.triage)))
            for condition in picture.triage:
                yield from self._output(condition)
        yield from map(Row, sample_lines(situation, self.cells)) if picture.state is None else self._samples()
        yield Row(self._section(_("Steps"), ""))
        yield from self.steps(picture.triage_list)
        yield Row(())
        yield from map(Row, severity_lines(situation, self.cells))
        yield Row(())
        yield from map(Row, source_lines(situation, self.cells))

    def playbook(self) -> Iterator[Row]:
        """The opened playbook with its outcomes, then both gates in short."""
        playbook, texts = self.picture.playbook, self.situation.texts
        if playbook is None:
            yield from self.told(_("no metric yet: ← → open any playbook"))
        else:
            title = f"{playbook.section} {sentence(texts.title(f'playbook.{playbook.id}'))}"
            yield Row((gap(1), Span(title, "strong"), *muted("  ← →")))
            yield from self.steps(self.picture.playbook_list)
            yield from self.checks(self.picture.playbook_list, texts.title(f"heading.{playbook.expected_heading}"))
        yield Row(())
        yield from self._gate()
        yield Row(())
        yield from self._closing()

    def rollback(self) -> Iterator[Row]:
        """What to roll back first, the live gate, the decision."""
        texts, decision = self.situation.texts, self.picture.state.decision if self.picture.state else None
        yield from self._gate()
        yield Row(self._section(texts.title("heading.decision"), ""))
        for meaning in decision_meanings(Words(_, texts.title)):
            yield from self.told(meaning)
        if decision is not None:
            forced = f" {_('against the gate')}" if decision.decision.overridden else ""
            when = stamp(decision.at, self.situation.now)
            yield Row((gap(2), Span(decision.decision.decision, "strong"), *muted(f"{forced} {decision.by} {when}")))
        if self.picture.state is not None:
            for value in ("GO", "NO_GO"):
                yield self.row(Deed("decide", value), (Span(_("decide {decision}").format(decision=value)),))
        yield Row(())
        yield Row(self._section(texts.title("heading.priority"), ""))
        yield from self.steps(self.picture.rollback_list)

    def closure(self) -> Iterator[Row]:
        """What is missing before it may be closed."""
        normal = self.picture.normal
        if normal is not None:
            yield from self.check(normal)
        if self.picture.state is not None:
            yield self.row(CLOSING, (Span(_("fill in and close")),))
        yield from self._closing()
        if self.picture.due is not None:
            yield Row(fact(_("due"), str(self.picture.due), self.cells))

    # --- parts --------------------------------------------------------------------------------------------------------

    def _section(self, title: str, count: str) -> Line:
        return section(sentence(title), count, self.cells)

    def _output(self, condition: Condition) -> Iterator[Row]:
        name = name_of(condition.id, self.situation.texts)
        suggestion = self.situation.board.suggestion
        if condition.met:
            value = self.situation.name(condition.note) if condition.id == "metric" else foreign(condition.note)
            shown = cut_middle(value, max(8, self.cells - width(name) - 6))
            asks = {"severity": "severity", "owner": "roles"}.get(condition.id)
            line = spread((Span(name, "muted"),), (Span(shown), gap(1)), self.cells - 3)
            yield (
                self.row(Deed("ask", asks), line, Span("✓", "done"))
                if asks
                else Row((gap(1), Span("✓", "done"), gap(1), *line))
            )
            return
        offered = {
            "severity": suggestion.severity if suggestion else None,
            "metric": suggestion.metric if suggestion else None,
            "anchor": suggestion.anchor.request_id if suggestion and suggestion.anchor else None,
        }.get(condition.id)
        deed = Deed("ask", {"severity": "severity", "owner": "roles"}.get(condition.id, "triage-field"), condition.id)
        if offered and condition.id in {"metric", "anchor"}:
            deed = Deed("take", condition.id, offered)
        told = (
            self.situation.name(offered) if offered and condition.id == "metric" else foreign(offered or _("missing"))
        )
        text = _("suggested: {what}").format(what=told) if offered else told
        line = spread((Span(name),), (Span(cut_middle(text, 30), "watch"), gap(1)), self.cells - 3)
        yield self.row(deed, line, Span("✗", "severe0"))

    def _samples(self) -> Iterator[Row]:
        """Real cases: Enter makes one the anchor."""
        suggestion, state = self.situation.board.suggestion, self.picture.state
        first = suggestion.anchor.request_id if suggestion and suggestion.anchor else ""
        known = {first, state.anchor if state else ""}
        others = [one for one in suggestion.samples if one.request_id not in known] if suggestion else []
        if others:
            yield Row((gap(1), *muted(_("other cases, Enter makes one the anchor"))))
        for sample in others[:4]:
            shown = cut_middle(foreign(sample.request_id), self.cells - 14)
            line = (Span(f"{stamp(sample.at, self.situation.now)} ", "muted"), Span(shown))
            yield self.row(Deed("take", "anchor", sample.request_id), line)

    def _gate(self) -> Iterator[Row]:
        checklist, texts = self.picture.rollback_list, self.situation.texts
        word = "GO" if self.picture.go else "NO_GO"
        count = f"{word} {checklist.met}/{len(checklist.checks)}"
        yield Row(self._section(_("Rollback"), count))
        if self.chosen is not None and self.chosen.kind == "decide":
            yield from self.told(sentence(texts.title("heading.conditions")))
        for view in checklist.checks:
            yield from self.check(view)

    def _closing(self) -> Iterator[Row]:
        if self.picture.state is None:
            yield Row(self._section(_("Closure"), ""))
            yield from self.told(_("nothing is open"))
            return
        yield Row(self._section(_("Closure"), missing_words(self.picture.closure, of_all=True)))
        for condition in self.picture.closure:
            met = condition.met is True
            title = sentence(self.situation.texts.short(f"closure.{condition.id}"))
            lacking = ", ".join(sentence(name_of(name, self.situation.texts)) for name in condition.missing)
            mark = Span("✓", "done") if met else Span("✗", "severe0")
            room = self.cells - 4
            same = lacking.casefold() == title.casefold()
            if not lacking or same or width(title) + width(lacking) + 2 <= room:
                end = () if same else muted(lacking)
                yield Row((gap(1), mark, gap(1), *spread((Span(title),), end, room)))
            else:
                yield Row((gap(1), mark, gap(1), Span(title)))
                yield from (Row((gap(INDENT), *muted(text))) for text in wrap(lacking, self.cells - INDENT - 1))
