"""How reported levels look, and what is said of them under sums that they contradict."""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.events import LEVEL
from aidtimeline.explain.reasons import Report, reports_of
from aidtimeline.projections import LevelRow, Levels, LevelTable, Table
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.levels.held import levels
from aidtimeline.projections.levels.near import observations, profiles
from aidtimeline.projections.levels.things import may_be_of
from aidtimeline.projections.sums.beside import Reports
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.report.columns import BOUNDS, DATE, FLAG, REPORT, SLUG, TEXT, Column, rows_of
from aidtimeline.report.look import Grid, Line, Look, Part
from aidtimeline.report.sourced import sourced
from aidtimeline.report.words import DOUBTS, FLAGS, NOTHING, amount, legend, narrowed, publishers, reports
from aidtimeline.semantics import Fact
from aidtimeline.text import tables

AMOUNTS = ("reported", "recorded", "missing", "exceeds")

PERHAPS = "perhaps"
MEANINGS = {**FLAGS, PERHAPS: "the level is of a day that may be later"}

MOST_LINES = 8
"""How many levels are named under a table of sums; the others are counted."""


class LevelsLook(Look[LevelTable]):
    """The look of the last reported levels."""

    QUESTION = Levels
    NAME = "levels"

    def title(self) -> str:
        """Which levels are shown."""
        return f"reported levels, and the record on the same days{narrowed(self.result.question.selection.where)}"

    def columns(self) -> list[Column]:
        """What the level is of, its day, the level and the record, and who says so."""
        units = ("unit", "currency")
        names = ("item", "indicator", "kind", "donor", "recipient", "project", "location", *units)
        of = (Column(name, TEXT if name in units else SLUG) for name in names)
        amounts = (Column(name, BOUNDS, units) for name in AMOUNTS)
        return [
            *of,
            Column("period", TEXT),
            Column("day", DATE),
            *amounts,
            Column("sources", rows_of(REPORT), get=self._reports),
        ]

    def plain_columns(self) -> list[Column]:
        """The same, with the flags of the level."""
        flags = ("certain", "disputed", "loose", "overlap")
        return [
            *(each for each in self.columns() if each.name != "sources"),
            Column("approximate", FLAG, get=lambda row: "about" in flagged(row)),
            *(Column(name, FLAG, get=lambda row, name=name: getattr(row, name, False)) for name in flags),  # type: ignore[misc]
            *sourced(self._reports_of),
        ]

    def _reports_of(self, row: LevelRow) -> Reports:
        known_at = None if self.view is None else self.view.known_at
        return Reports.of(row.facts, known_at, money=row.currency is not None)

    def page(self) -> Iterator[Part]:
        """A line for each level. Below stand the meanings of flags."""
        rows = self.result.rows
        if not rows:
            yield "Nothing: no such level is reported."
            return
        heads = map(tables.Column, ("level of", "day"))
        numbers = (tables.Column(name, "right") for name in AMOUNTS)
        others = tables.Column("unit"), tables.Column("note", warns=DOUBTS), tables.Column("reports", wrap=True)
        yield Grid([*heads, *numbers, *others], [self._cells(row) for row in rows])
        yield from legend((flag for row in rows for flag in flagged(row)), MEANINGS)

    def _cells(self, row: LevelRow) -> list[str]:
        numbers = [_amount(row, name) for name in AMOUNTS]
        known_at = None if self.view is None else self.view.known_at
        behind = reports(row.facts, known_at, money=row.currency is not None)
        return [row.thing.words, str(row.day), *numbers, row.unit or "", ", ".join(flagged(row)), behind]

    def _reports(self, row: LevelRow) -> list[Report]:
        known_at = None if self.view is None else self.view.known_at
        return [report for fact in row.facts for report in reports_of(fact, known_at)]


def _amount(row: LevelRow, name: str) -> str:
    found = getattr(row, name)
    return NOTHING if found is None else amount(found, row.currency)


def flagged(row: LevelRow) -> list[str]:
    """The words for the flags of a level, in the order of `MEANINGS`."""
    about = row.reported.approximate or (row.recorded is not None and row.recorded.approximate)
    are_set = {"about": about, PERHAPS: not row.certain}
    return [flag for flag in MEANINGS if are_set.get(flag) or getattr(row, flag, False)]


def contradictions(table: Table) -> Iterator[Line]:
    """A line for each reported level that contradicts what a table of sums asks for.

    Said are the levels of which the record surely lacks something, or has surely too much, and that may be about what
    is asked for: they are of its kinds, and state nothing else in the fields that narrow it.
    """
    view, question = table.view, table.question
    if view is None or not isinstance(question, Sums):
        return
    if not any(fact.nature is LEVEL for fact in view.narrowed(observations(view.vocabulary)).facts):
        return
    projects = view.narrowed(profiles(view.vocabulary), every_day=True)
    selection, containing = question.selection, Containing(view.vocabulary, projects.belief.facts)

    def touches(fact: Fact) -> bool:
        measured = fact.value if table.money else fact.quantity
        return (
            measured is not None
            and fact.indicator is None
            and (not selection.kinds or fact.of_kind in selection.kinds)
            and all(may_be_of(fact, each, selection.vocabulary, containing) for each in selection.where)
        )

    found = levels(view, Levels(vocabulary=view.vocabulary), touches)
    said = [row for row in found if row.contradicts and (row.currency is not None) == table.money]
    for row in said[:MOST_LINES]:
        yield Line("", f"{row.thing.words}: {in_words(row, publishers(row.facts, view.known_at))}")
    if len(said) > MOST_LINES:
        others = f"{len(said) - MOST_LINES} more reported levels contradict the record"
        yield Line("", f"and {others}: the command levels lists them")


def in_words(row: LevelRow, by: str | None = None) -> str:
    """A level in words, beside the record.

    >>> from aidtimeline import Timeline
    >>> [row] = Timeline.open("events").as_of("2025-12-31").levels({"item": "mine-detector", "donor": "JP"})
    >>> in_words(row, "NHK")
    'about 50 reported by NHK, 1 Jul 2025 to 17 Jul 2025; the record has at least 0'
    """
    reported = _amount(row, "reported")
    if row.reported.high is None:
        reported = f"{reported.removeprefix('at least ')} or more"
    unit = f" {row.unit}" if row.unit else ""
    said = f"{reported}{unit} reported{f' by {by}' if by else ''}, {row.day}"
    return said if row.recorded is None else f"{said}; the record has {_amount(row, 'recorded')}{unit}"


def beyond(row: LevelRow) -> list[str]:
    """What is missing in the record, and how far it exceeds the level, in words, if it may be anything."""
    found = ((name, getattr(row, name)) for name in ("missing", "exceeds"))
    return [f"{name} {_amount(row, name)}" for name, amount in found if amount is not None and amount.high != 0]
