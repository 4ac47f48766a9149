"""`Timeline` and `View`: the facade. A timeline is a log's records; a view is what they say at a date."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date, datetime
from functools import cached_property
from os import PathLike
from typing import TypeVar

from attrs import evolve, field, frozen

from aidtimeline.diff import Changes, diff
from aidtimeline.errors import Problem
from aidtimeline.events import Record
from aidtimeline.explain import Explained, Explanation, explain
from aidtimeline.projections import (
    Counts,
    Fulfilment,
    FulfilmentTable,
    MoneySums,
    Participations,
    ParticipationTable,
    Projection,
    ProjectStates,
    ProjectTable,
    Result,
    Series,
    Table,
    series,
)
from aidtimeline.projections.fields import Where
from aidtimeline.projections.protocol import run
from aidtimeline.semantics import Belief, Fact, believe, cut
from aidtimeline.values.dates import parse_cut, parse_day
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

S = TypeVar("S")
R = TypeVar("R")


@frozen(slots=False)
class View:
    """The facts as known at one date, cut as of one date.

    `as_of` is a day (inclusive); `known_at` a day or an instant (inclusive), None where all is known that is in the
    log; `recorded_until` likewise.
    """

    as_of: date
    known_at: date | datetime | None
    recorded_until: date | datetime | None
    belief: Belief = field(repr=False, hash=False)
    records: tuple[Record, ...] = field(repr=False, eq=False)
    vocabulary: Vocabulary = field(default=NO_VOCABULARY, repr=False, eq=False)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that count in some world, ordered by (latest, earliest, known_since, recorded_at, id)."""
        return cut(self.belief, self.as_of)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What replay could make no sense of: amendments that aim at nothing, circles, and the like."""
        return self.belief.problems

    def replay(self, projection: Projection[S, R]) -> R:
        """What a projection makes of the facts. A result knows what it was asked, and of which view."""
        result = run(self.facts, projection)
        return evolve(result, view=self, question=projection) if isinstance(result, Result) else result

    def counts(
        self,
        by: str | Iterable[str] = "item",
        *,
        kind: str | Iterable[str] = "delivery",
        where: Where | None = None,
    ) -> Table:
        """How many of what, with bounds; see `aidtimeline.projections.Counts`."""
        return self.replay(Counts(by, kind=kind, where=where, vocabulary=self.vocabulary))

    def money(
        self,
        by: str | Iterable[str] = (),
        *,
        kind: str | Iterable[str] | None = None,
        where: Where | None = None,
    ) -> Table:
        """How much money by kind and currency, with bounds; see `aidtimeline.projections.MoneySums`."""
        return self.replay(MoneySums(by, kind=kind, where=where, vocabulary=self.vocabulary))

    def projects(self, where: Where | None = None) -> ProjectTable:
        """The state of each project, by its slug; see `aidtimeline.projections.ProjectStates`."""
        return self.replay(ProjectStates(where, self.vocabulary))

    def participation(self, where: Where | None = None) -> ParticipationTable:
        """Who has which role in which project; see `aidtimeline.projections.Participations`."""
        return self.replay(Participations(where, self.vocabulary))

    def fulfilment(self, where: Where | None = None) -> FulfilmentTable:
        """What has become of each promise, `where` choosing which; see `aidtimeline.projections.Fulfilment`."""
        return self.replay(Fulfilment(self.as_of, where, self.vocabulary))

    def explain(self, projection: Explained, key: Hashable = ()) -> Explanation:
        """Why one answer is what it is: the facts, what may replace them, and the reports behind each.

        `key` is that under which the result has the answer: of sums the row's, `"truck"` or `("truck", "JP")`; of
        project states the project and the field, `("hd-equipment", "status")`; of participations project, party and
        role. A table can also be asked itself: `view.counts().explain("truck")`.

        Raises `UnknownKey`, naming the nearest, if nothing that may count has the key.
        """
        return explain(self, projection, key)

    def diff(self, after: View, projection: Counts | MoneySums | None = None) -> Changes:
        """What changed from this view to another, in parts that add up, each with its cause; see `aidtimeline.diff`.

        What is compared are the sums of the projection; deliveries by item if none is given.
        """
        return diff(self, after, projection or Counts(vocabulary=self.vocabulary))


class Timeline:
    """The records of a log, ready to be replayed to any date, as known at any date.

    >>> Timeline([]).as_of("2023-11-28", known_at="2023-11-25").facts
    ()
    """

    def __init__(
        self,
        records: Iterable[Record],
        vocabulary: Vocabulary = NO_VOCABULARY,
        problems: Iterable[Problem] = (),
    ) -> None:
        self.records = tuple(records)
        self.vocabulary = vocabulary
        self.problems = tuple(problems)
        self._beliefs: dict[tuple[date | datetime | None, date | datetime | None], Belief] = {}

    @classmethod
    def open(cls, folder: str | PathLike[str], *, skip_problems: bool = False) -> Timeline:
        """Read a log's folder, and its vocabulary.

        Lines that cannot be read raise `UnreadableLog`; with `skip_problems` they are passed over, and listed in
        `problems`.
        """
        from aidtimeline.log import EventLog  # noqa: PLC0415  (a replay of records needs no files)
        from aidtimeline.log.vocabulary import load_vocabulary  # noqa: PLC0415

        problems: list[Problem] = []
        records = tuple(EventLog(folder).read(skip_problems=skip_problems, problems=problems))
        return cls(records, load_vocabulary(folder), problems)

    def as_of(
        self,
        day: str | date,
        *,
        known_at: str | date | datetime | None = None,
        recorded_until: str | date | datetime | None = None,
    ) -> View:
        """The facts that may have happened by the end of a day, as known at a date (None: all that is known).

        `known_at` and `recorded_until` are a day (all of it, UTC) or an instant; all cuts are inclusive.
        """
        known = None if known_at is None else parse_cut(known_at)
        recorded = None if recorded_until is None else parse_cut(recorded_until)
        if (known, recorded) not in self._beliefs:
            self._beliefs[known, recorded] = believe(self.records, known_at=known, recorded_until=recorded)
        return View(parse_day(day), known, recorded, self._beliefs[known, recorded], self.records, self.vocabulary)

    def series(
        self,
        projection: Counts | MoneySums,
        *,
        known_at: str | date | datetime | None = None,
        recorded_until: str | date | datetime | None = None,
    ) -> Series:
        """A sum over time, at one date of knowledge: on every day what the view as of that day has; see `Series`.

        The cuts are those of `as_of`.

        >>> len(Timeline([]).series(Counts(by="item"), known_at="2023-11-25"))
        0
        """
        any_day = self.as_of(date.max, known_at=known_at, recorded_until=recorded_until)
        return evolve(series(any_day.belief, projection), view=any_day, question=projection)


def replay(
    records: Iterable[Record],
    projection: Projection[S, R],
    *,
    as_of: str | date,
    known_at: str | date | datetime | None = None,
    recorded_until: str | date | datetime | None = None,
) -> R:
    """Replay records to a date: what the projection makes of them, with no files at all.

    Args:
        records: Any iterable of records, in any order.
        projection: What is asked; see `aidtimeline.projections`.
        as_of: The day by the end of which things must have happened to count (inclusive).
        known_at: The day or instant by which one must have been able to know (inclusive); None: all that is known.
        recorded_until: The day or instant up to which the log is read (inclusive); None: all of it.

    Raises:
        InvalidValue: A cut that is no day, or no day or instant.

    >>> len(replay([], Counts(), as_of="2023-11-28"))
    0
    """
    belief = believe(
        records,
        known_at=None if known_at is None else parse_cut(known_at),
        recorded_until=None if recorded_until is None else parse_cut(recorded_until),
    )
    return run(cut(belief, parse_day(as_of)), projection)
