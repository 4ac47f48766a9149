"""How explanations look: ready to be cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import attrgetter
from typing import Any

from aidtimeline.events import END, Event, Record, Source, stated
from aidtimeline.explain import Explanation, Reason, Report
from aidtimeline.projections import Bounds, FulfilmentRow, LevelRow
from aidtimeline.projections.levels.comparing import UNSTATED
from aidtimeline.projections.sums.beside import Endless
from aidtimeline.report.columns import (
    BOUNDS,
    DATE,
    FLAG,
    NUMBER,
    REPORT,
    SLUG,
    TEXT,
    Column,
    Json,
    Kind,
    ends,
    json_row,
    plain,
    rows_of,
)
from aidtimeline.report.fulfilment import AMOUNTS
from aidtimeline.report.levels import beyond, in_words
from aidtimeline.report.look import Line, Look, Part
from aidtimeline.report.notes import stated_part
from aidtimeline.report.rates import below_converted, is_converted, json_of
from aidtimeline.report.words import FLAGS, amount, cited, named, on
from aidtimeline.values.amounts import ZERO, Money, Quantity
from aidtimeline.vocabulary import SLUG_FIELDS, Vocabulary

ABOUT = (
    *("donor", "via", "recipient", "party", "role", "item", "project", "package", "location", "sector"),
    *("scope", "aid_type", "tied", "period", "due"),
)
"""The fields that are shown of a fact, in this order."""


IN_ROW = ("linked", "may serve")
"""The parts of facts that give something toward a row of fulfilment."""

IN_ROW_WORDS = {
    "promised": "{} promised",
    "in the lot": "{} promised; what is linked may keep this instead",
    "linked": "{} linked",
    "cancelled": "cancels {}",
    "ended": "{} promised, and cancelled",
    "may serve": "{} may serve",
    "excluded": "cannot serve: {}",
}
"""How a fact stands to a row of fulfilment, by its part."""

IN_LEVEL = ("lies in it", "may lie in it")
"""The parts of facts that are in the record, of an explanation of a level."""


class ExplanationLook(Look[Explanation]):
    """The look of an explanation: its facts, with the reports behind them."""

    NAME = "facts"

    def title(self) -> str:
        """What was asked, and the answer."""
        return f"{self.result.name}: {self._in_words(self.result.answer)}{stated_of(self.result)}"

    def columns(self) -> list[Column]:
        """The fact, what it adds or states, and the reports behind it."""
        if isinstance(self.result.answer, Bounds | LevelRow | FulfilmentRow):
            states = [
                Column("low", NUMBER, get=lambda reason: _amount(reason).low),
                Column("high", NUMBER, get=lambda reason: _amount(reason).high),
            ]
        else:
            states = [Column("states", Kind("state", plain))]
        return [
            Column("id", TEXT),
            Column("kind", TEXT, get=attrgetter("event.kind")),
            Column("date", DATE),
            Column("certain", FLAG),
            Column("disputed", Kind("flag", bool, FLAG.flat)),
            *states,
            Column("sources", rows_of(REPORT, _in_short), get=attrgetter("reports")),
        ]

    def plain_columns(self) -> list[Column]:
        """The same, with why the fact is there, and what it is about."""
        about = (
            Column(name, SLUG if name in SLUG_FIELDS else TEXT, get=_about_it(name)) for name in ABOUT if name != "due"
        )
        *columns, reports = self.columns()
        return [*columns, Column("part", TEXT), *about, Column("note", TEXT, get=attrgetter("event.note")), reports]

    def sources(self) -> Iterable[Source]:
        """The reports behind the answer."""
        return (source for reason in self.result.rows for source in reason.sources)

    def json(self) -> Json:
        """The cuts, the answer and the facts, as a JSON object; see docs/json.md."""
        answer = self.result.answer
        if isinstance(answer, FulfilmentRow):
            return {**self.json_cuts(), **ends(answer.outstanding), **self._row(answer)}
        amount = answer.reported if isinstance(answer, LevelRow) else answer
        found = {"values": _possible(amount)} if isinstance(amount, frozenset) else ends(amount)
        rates = json_of(self.result.conversions) if is_converted(self.result) else {}
        return {**self.json_cuts(), **found, "facts": self.json_rows(), **rates}

    def _row(self, row: FulfilmentRow) -> Json:
        """The amounts of a row of fulfilment, what is behind them with its part, and what is excluded and why."""
        columns = [*self.columns(), Column("part", TEXT)]
        rows = [json_row(columns, each) for each in self.result.rows if each.part != "excluded"]
        excluded = [
            {"id": each.id, "kind": each.event.kind, "date": each.date.text, "reason": str(each.states)}
            for each in self.result.rows
            if each.part == "excluded"
        ]
        amounts = {name: BOUNDS.json(getattr(row, name)) for name in AMOUNTS}
        return {**amounts, "facts": rows, "excluded": excluded}

    def page(self) -> Iterator[Part]:
        """A paragraph for each fact."""
        for number, reason in enumerate(self.result.rows):
            if number:
                yield ""
            yield from _paragraph(reason, self._in_words(reason.states), self.vocabulary, self._beside)
            money = stated(reason.event, "value", Money) if is_converted(self.result) else None
            if money is not None and money.currency != self.result.currency:
                yield Line("  ", f"stated: {money}")
            if not reason.number_stated and self._counts and reason.part == "counts":
                yield Line("  ", "no report says how many")
        if getattr(self.result.answer, "overlap", False):
            yield ""
            yield Line("", f"overlap: {FLAGS['overlap']}")
        if is_converted(self.result):
            yield ""
            yield from below_converted(self.result)

    @property
    def _beside(self) -> str:
        """What stands beside the facts behind the answer."""
        in_row = isinstance(self.result.answer, FulfilmentRow)
        return "not in this row, but links run through it" if in_row else "may replace what counts"

    @property
    def _counts(self) -> bool:
        """Whether the answer is a number of things."""
        return isinstance(self.result.answer, Bounds) and self.result.currency is None

    def _in_words(self, answer: object) -> str:
        """An answer, or what one fact adds or states, in words."""
        flags = [name for name in ("disputed", "loose", "overlap") if getattr(answer, name, False)]
        if isinstance(answer, LevelRow):
            return ", ".join([in_words(answer), *beyond(answer), *flags])
        if isinstance(answer, FulfilmentRow):
            return ", ".join([*_amounts(answer), *flags])
        if isinstance(answer, Money | str):
            return str(answer)
        if isinstance(answer, frozenset):
            return ", ".join([possible_in_words(answer), *flags])
        return ", ".join([" ".join(filter(None, (self.result.currency, str(answer), self.result.unit))), *flags])


def stated_of(explanation: Explanation) -> str:
    """The part of a sum with an open end that is stated, in brackets, if facts simply add up."""
    answer, rows = explanation.answer, explanation.rows
    if not isinstance(answer, Bounds) or answer.high is not None or answer.overlap:
        return ""
    if any(reason.part not in ("counts", "duplicate") for reason in rows):
        return ""
    counted = [(each, each.states) for each in rows if isinstance(each.states, Quantity)]
    closed = [amount if each.certain else amount.hull(ZERO) for each, amount in counted if amount.high is not None]
    endless = [Endless.of(each.event.kind, amount) for each, amount in counted if amount.high is None]
    return f" ({stated_part(sum(closed, ZERO) if closed else None, reduce(Endless.plus, endless))})"


def _possible(values: frozenset[object]) -> list[object]:
    """The possible values of a state in JSON, null first."""
    return sorted((plain(each) for each in values), key=lambda each: (each is not None, str(each)))


def possible_in_words(values: frozenset[Any]) -> str:
    """The possible values of a state in words."""
    stated = sorted(str(each) for each in values - {None})
    return ", or ".join([*stated, *["none yet"] * (None in values)])


def _amount(reason: Reason) -> Quantity:
    """What a fact adds; 0 if it is here for others, and any amount if it may add something in another measure."""
    in_other_measure = UNSTATED if reason.part in (*IN_LEVEL, *IN_ROW) else ZERO
    return reason.states if isinstance(reason.states, Quantity) else in_other_measure


def _amounts(row: FulfilmentRow) -> Iterator[str]:
    """What has become of the promises of a row, in words."""
    yield f"{amount(row.outstanding, row.currency)} of {amount(row.promised, row.currency)} promised"
    yield f"{amount(row.linked, row.currency)} linked"
    yield f"{amount(row.may_serve, row.currency)} may serve"


def _paragraph(reason: Reason, states: str, vocabulary: Vocabulary, beside: str) -> Iterator[Part]:
    """One fact: what it adds or states, what it is, and who reports it; and what each says, if reports differ."""
    yield Line("", f"{_standing(reason, states, beside)}: {reason.event.kind}, {reason.date}")
    yield f"  {reason.id}"
    about = " · ".join(_about(reason, vocabulary))
    if about:
        yield Line("  ", about)
    if reason.event.supersedes:
        yield Line("  ", f"{_does(reason.event)} {', '.join(reason.event.supersedes)}")
    if reason.event.part_of is not None:
        yield Line("  ", f"part of {reason.event.part_of}")
    if reason.event.overlaps:
        yield Line("  ", f"may report the same as {', '.join(reason.event.overlaps)}")
    if reason.disputed:
        yield Line("  ", f"the reports disagree on its {' and '.join(sorted(reason.disputed))}:")
    if reason.reports and all(report.planned for report in reason.reports):
        yield Line("  ", "a plan, not a deed: its date is later than every report of it")
    alike = len({_says(report) for report in reason.reports}) == 1
    for report in reason.reports:
        yield Line("  - ", cited(report.source) if alike else f"{said_in(report)}: {cited(report.source)}")
    for record in reason.amendments:
        decides = "; this decides" if record.id in reason.deciding else ""
        yield Line("  ", amendment_in_words(record, of=reason.id) + decides)
    if reason.event.note:
        yield Line("  ", f"note: {reason.event.note}")


def _does(event: Event) -> str:
    """What an event does to those that it supersedes: a cancellation of an amount leaves the rest."""
    if event.nature is not END:
        return "replaces"
    amounts = (stated(event, "quantity", Quantity), stated(event, "value", Money))
    return "ends" if amounts == (None, None) else "takes off"


def _standing(reason: Reason, states: str, beside: str) -> str:
    """Why the fact is in the explanation."""
    if reason.part == "circle":
        return "not counted; its links form a circle, and are ignored"
    if reason.part == "duplicate":
        return "the same fact once more; " + ("withdrawn" if reason.withdrawn else "listed under another id")
    if reason.part == "replaces":
        unbelieved = "withdrawn" if reason.withdrawn else "not believed"
        return beside if reason.accounts else f"{unbelieved}, but links run through it"
    if reason.part == "links":
        return "not asked for; what may be reported twice is linked through it"
    if reason.part == "whole":
        return "not asked for; what counts as a part of this whole may be in it"
    if reason.part == "contains":
        return f"says that {states} contains {reason.event.project}"
    if reason.part == "level":
        return f"{states}, reported"
    if reason.part in IN_ROW_WORDS:
        words = IN_ROW_WORDS[reason.part].format("it" if reason.states is None else states)
        return words if reason.certain or reason.part in ("may serve", "excluded", "ended") else f"{words}, or not"
    if reason.part == "may lie in it":
        return f"{states}, if it is meant"
    return f"{states}, for sure" if reason.certain else f"{states}, or nothing"


def _about(reason: Reason, vocabulary: Vocabulary) -> Iterator[str]:
    for name in ABOUT:
        value = stated(reason.event, name, object)
        slugs = value if isinstance(value, tuple) else () if value is None else (value,)
        if slugs:
            words = (named(vocabulary, name, each) if isinstance(each, str) else str(each) for each in slugs)
            yield f"{name} {' and '.join(words)}"


def _in_short(report: Report) -> str:
    said = said_in(report)
    return f"{cited(report.source)}: {said}" if said else cited(report.source)


def _about_it(name: str) -> Callable[[Reason], str | None]:
    def value(reason: Reason) -> str | None:
        found = stated(reason.event, name, object)
        return "+".join(found) or None if isinstance(found, tuple) else None if found is None else str(found)

    return value


def _says(report: Report) -> tuple[object, ...]:
    return report.date, report.quantity, report.in_other_unit, report.value, report.planned


def said_in(report: Report) -> str:
    """What one report says of quantity, value and date."""
    return f"planned {_in_report(report)}" if report.planned else _in_report(report)


def _in_report(report: Report) -> str:
    said = (report.quantity, report.in_other_unit, report.value)
    amounts = ", ".join(str(each) for each in said if each is not None)
    return f"{amounts} ({report.date})" if amounts and report.date else amounts or str(report.date or "the same")


def amendment_in_words(record: Record, of: str | None = None) -> str:
    """What was done, by whom, when and why; to what, if it was not done to `of`."""
    amendment = record.event
    target, why = stated(amendment, "of", str), stated(amendment, "reason", str)
    other = stated(amendment, "duplicate_of", str)
    what = f"{amendment.kind} {record.id}"
    what += (f" of {target}" if target != of else "") + (f" as a duplicate of {other}" if other else "")
    who = "; ".join(map(cited, amendment.sources)) or f"a repair, recorded on {on(record.recorded_at.date())}"
    return f"{what} ({who})" + (f": {why}" if why else "")
