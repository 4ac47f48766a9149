"""`Timeline` and `View`: where questions begin. A timeline has the records of a log; a view is what they say at a date.

The examples ask the record in events/, of the repository.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from attrs import evolve, field, frozen

from aidtimeline.engines.chosen import Chosen
from aidtimeline.engines.fold import Engine, Fold
from aidtimeline.errors import Problem, UnknownKey, UsageError
from aidtimeline.events import EventKind, Record
from aidtimeline.forked import Threads
from aidtimeline.projections import (
    Counts,
    Facts,
    FactTable,
    Flows,
    FlowTable,
    Fulfilment,
    FulfilmentTable,
    Levels,
    LevelTable,
    MoneySums,
    Participations,
    ParticipationTable,
    Projection,
    ProjectStates,
    ProjectTable,
    Result,
    Table,
)
from aidtimeline.projections.course import Course, course, of_facts_alone
from aidtimeline.projections.fields import Selection, Where
from aidtimeline.projections.sums.counting import of_sums
from aidtimeline.projections.sums.steps import checked
from aidtimeline.semantics import Belief, Fact
from aidtimeline.semantics.known import Known
from aidtimeline.text.progress import Progress, untold
from aidtimeline.text.safe import shown
from aidtimeline.values.dates import parse_cut, parse_day
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from aidtimeline.diff import Changes, FulfilmentChanges
    from aidtimeline.engines.choosing import EngineName
    from aidtimeline.engines.sql.answer import SqlAnswer
    from aidtimeline.engines.sql.asking import Asking, Parameters
    from aidtimeline.engines.sql.exporting import Format as ExportFormat
    from aidtimeline.explain import Explained, Explanation
    from aidtimeline.log import Log
    from aidtimeline.projections import Period, Series
    from aidtimeline.projections.sums.beside import Beside
    from aidtimeline.projections.sums.conversions import Conversions
    from aidtimeline.projections.sums.within import Within
    from aidtimeline.semantics.standing import Standing

S = TypeVar("S")
R = TypeVar("R")


@frozen(slots=False)
class View:
    """The facts as of one day, as known at one date; `Timeline.as_of` makes it.

    `as_of` is a day; `known_at` and `recorded_until` are a day or an instant, or None for no cut. All are inclusive.
    `engine` answers its questions.

    `vocabulary` says what slugs mean: their labels and categories, the rates, and which datasets overlap.

    >>> from aidtimeline import Timeline
    >>> view = Timeline.open("events").as_of("2023-11-28", known_at="2023-11-25")
    >>> len(view.facts), view.problems
    (12, ())
    >>> print(view.counts()["mine-detector"])
    at least 50
    """

    as_of: date
    known_at: date | datetime | None
    recorded_until: date | datetime | None
    engine: Engine = field(repr=False)
    vocabulary: Vocabulary = field(default=NO_VOCABULARY, repr=False, eq=False)

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log."""
        return self.engine.records

    @property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field, at whatever cuts."""
        return self.engine.known

    @property
    def stamp(self) -> str:
        """A text that is another whenever the answers of this view may be: by its log, its vocabulary and its cuts.

        It can be the ETag of an answer (docs/service.md). It says nothing of the version of this library.

        >>> from aidtimeline import Timeline
        >>> timeline = Timeline.open("events")
        >>> one, other = timeline.as_of("2023-11-28"), timeline.as_of("2023-11-28")
        >>> one.stamp == other.stamp, one.stamp == timeline.as_of("2023-11-29").stamp, len(one.stamp)
        (True, False, 32)
        """
        cuts = self.as_of, self.known_at, self.recorded_until
        said = "\n".join((self.engine.digest(), self.vocabulary.digest, *map(str, cuts)))
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @cached_property
    def belief(self) -> Belief:
        """All facts that are believed at these cuts of knowledge and record, whatever their dates."""
        return self.engine.belief(self.known_at, self.recorded_until)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that count in some world, in the order of `Fact.rank`."""
        return tuple(self.engine.facts(self))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What replay ignored: amendments of records that are missing, circles of links, and the like.

        >>> from aidtimeline import EventLog, Retraction, Timeline
        >>> log = EventLog(getfixture("tmp_path"))
        >>> _ = log.append(Retraction(of="0" * 32, reason="misread"))
        >>> [problem.code for problem in Timeline(log.read()).as_of("2023-11-28").problems]
        ['dangling']
        """
        return self.engine.problems(self.known_at, self.recorded_until)

    @overload
    def replay(self, projection: Levels) -> LevelTable: ...
    @overload
    def replay(
        self, projection: Projection[S, R], *, executor: Executor | None = ..., parts: int | None = ...
    ) -> R: ...
    def replay(
        self, projection: Projection[S, R] | Levels, *, executor: Executor | None = None, parts: int | None = None
    ) -> R | LevelTable:
        """The result of a projection over the facts, the built-in ones or one of your own (docs/projections.md).

        Args:
            projection: The question.
            executor: What folds the facts in parts (law 4), such as a pool of processes; docs/sizes.md says how. Facts
                are dealt out by their ids; each part has its own in their order. None: they are folded here.
            parts: How many parts there are, at least 1. None: 16.

        Raises `UsageError` for anything else, and `MisspeltValue` as `check` does; with an executor `UsageError` for
        what cannot be sent to a worker, `LogError` if a worker finds another log, and whatever a worker raises.

        >>> from aidtimeline import Counts, Timeline
        >>> view = Timeline.open("events").as_of("2023-11-28")
        >>> view.replay(Counts(by="item")) == view.counts(by="item")
        True
        """
        self.check(projection)
        methods = ("initial", "step", "finish")
        if isinstance(projection, type) or not (
            isinstance(projection, Levels) or all(hasattr(projection, name) for name in methods)
        ):
            raise UsageError(f"found {shown(projection)}, expected a projection, such as Counts(by='item')")
        if executor is None and parts is None:
            result: Any = self.engine.answer(self, projection)
        else:
            result = self._in_parts(projection, executor, parts)
        if isinstance(result, Result):
            result = evolve(result, view=self, question=projection)
        return result  # type: ignore[no-any-return]

    def _in_parts(self, projection: Any, executor: Executor | None, parts: int | None) -> Any:
        from aidtimeline.engines.workers import PARTS, fold_in_parts  # noqa: PLC0415  (few folds are in parts)

        if executor is None or isinstance(projection, Levels) or not hasattr(projection, "merge"):
            asked = "parts without an executor" if executor is None else f"{shown(projection)} in parts"
            raise UsageError(f"found {asked}: parts need an executor, and a projection that has `merge`")
        if not callable(getattr(executor, "submit", None)):
            raise UsageError(f"executor: found {shown(executor)}, expected one such as ThreadPoolExecutor(2)")
        many = PARTS if parts is None else parts
        if not isinstance(many, int) or isinstance(many, bool) or many < 1:
            raise UsageError(f"parts: found {shown(parts)}, expected a whole number from 1 on")
        return fold_in_parts(self, self.engine, projection, executor, many)

    def counts(
        self,
        by: str | Iterable[str] = "item",
        *,
        kind: EventKind | Iterable[EventKind] = "delivery",
        where: Where | None = None,
    ) -> Table:
        """How many of what, with bounds; see `aidtimeline.projections.Counts`.

        `by` has the fields of the key, `kind` the kinds that are counted, and `where` chooses facts: for each field a
        value or several. Raises `UsageError` for an unknown field or kind, and `MisspeltValue` as `check` does.

        >>> from aidtimeline import Timeline
        >>> print(Timeline.open("events").as_of("2023-11-28").counts(by="donor", where={"item": ["truck"]}))
        delivery by donor, where item is truck
        as of 28 Nov 2023 · with all that is known today (no --known-at cut)
        <BLANKLINE>
        donor  label  number  reports
        ─────  ─────  ──────  ──────────────────
        JP     Japan      30  Rubryka 2023-11-28
        """
        return self.replay(Counts(by, kind=kind, where=where, vocabulary=self.vocabulary))

    def money(
        self,
        by: str | Iterable[str] = (),
        *,
        kind: EventKind | Iterable[EventKind] | None = None,
        where: Where | None = None,
        currency: str | None = None,
    ) -> Table:
        """How much money by kind and currency, with bounds; see `aidtimeline.projections.MoneySums`.

        `by`, `kind` and `where` are as in `counts`; `kind` None means all that have values. Raises as `counts` does.

        With `currency`, what has a rate is converted to it. The table says by which rates, and what has none:

        >>> from aidtimeline import Timeline
        >>> view = Timeline.open("events").as_of("2023-11-28")
        >>> print(view.money()["delivery", "USD"])
        195,000
        >>> table = view.money(kind="announcement", currency="EUR")
        >>> print(table["announcement", "EUR"])
        about 164,102,470.6
        >>> print(*table.rates)
        1 USD = EUR 0.9116601331, 5 Apr 2022 (European Central Bank)
        """
        question = MoneySums(by, kind=kind, where=where, vocabulary=self.vocabulary, currency=currency)
        return self.replay(question)

    def projects(self, where: Where | None = None) -> ProjectTable:
        """The state of each project, by its slug; see `aidtimeline.projections.ProjectStates`.

        >>> from aidtimeline import Timeline
        >>> Timeline.open("events").as_of("2023-11-28").projects()["hd-equipment"].status
        ('implementation',)
        """
        return self.replay(ProjectStates(where, self.vocabulary))

    def participation(self, where: Where | None = None) -> ParticipationTable:
        """Who has which role in which project; see `aidtimeline.projections.Participations`.

        >>> from aidtimeline import Timeline
        >>> [part.party for part in Timeline.open("events").as_of("2023-11-28").participation({"role": "lead"})]
        ['US', 'LT']
        """
        return self.replay(Participations(where, self.vocabulary))

    def fulfilment(self, where: Where | None = None, *, matches: bool = False) -> FulfilmentTable:
        """What was delivered or paid of promises, `where` choosing promises; see `aidtimeline.projections.Fulfilment`.

        With `matches` each row lists what counts for it, promise by promise.

        >>> from aidtimeline import Timeline
        >>> [row] = Timeline.open("events").as_of("2024-07-31").fulfilment({"item": "mechanical-demining-machine"})
        >>> print(row.promised, "·", row.delivered, "·", row.outstanding)
        22 · 2 to 4 · 18 to 20
        """
        return self.replay(Fulfilment(self.as_of, where, self.vocabulary, matches=matches))

    def levels(self, where: Where | None = None) -> LevelTable:
        """What sources have added up themselves, beside the record; see `aidtimeline.projections.Levels`.

        >>> from aidtimeline import Timeline
        >>> [row] = Timeline.open("events").as_of("2025-12-31").levels({"item": "mine-detector", "donor": "JP"})
        >>> print(row.reported, "·", row.recorded, "·", row.missing)
        about 50 · at least 0 · 0 to 100
        """
        return self.replay(Levels(where, self.vocabulary))

    def facts_table(
        self, kind: EventKind | Iterable[EventKind] | None = None, *, where: Where | None = None
    ) -> FactTable:
        """The facts themselves, one a row; see `aidtimeline.projections.Facts`.

        `kind` (None: all) and `where` choose them as in `counts`. Raises as `counts` does.

        >>> from aidtimeline import Timeline
        >>> [row] = Timeline.open("events").as_of("2023-11-28").facts_table(where={"item": "truck"})
        >>> print(row.donor, row.quantity, row.date)
        JP 30 by 28 Nov 2023
        """
        return self.replay(Facts(kind, where=where, vocabulary=self.vocabulary))

    def flows(self, where: Where | None = None) -> FlowTable:
        """The flows of money between projects, as both sides tell of them; see `aidtimeline.projections.flows.Flows`.

        >>> from aidtimeline import Timeline
        >>> len(Timeline.open("events").as_of("2023-11-28").flows())
        0
        """
        return self.replay(Flows(where, self.vocabulary))

    def explain(self, projection: Explained | Levels | Fulfilment, key: Hashable = ()) -> Explanation:
        """Why one answer is what it is: the facts, what may replace them, and the reports behind each.

        `projection` is the question, and `key` the key of its answer: for sums and levels that of the row, such as
        `"truck"` or `("truck", "JP")`; for project states the project and the field; for participations project, party
        and role. Tables also have a method of their own: `view.counts().explain("truck")`.

        Raises `UnknownKey`, which names the nearest keys, if no fact that counts in some world has the key.

        >>> from aidtimeline import ProjectStates, Timeline
        >>> view = Timeline.open("events").as_of("2023-11-28")
        >>> for reason in view.explain(ProjectStates(), ("hd-equipment", "status")):
        ...     print(reason.states, [source.publisher for source in reason.sources])
        implementation ['Rubryka']
        """
        from aidtimeline.explain import explain  # noqa: PLC0415  (most questions need neither this nor `diff`)

        self.check(projection)
        return explain(self, projection, key)

    @overload
    def diff(self, after: View, projection: Counts | MoneySums | None = None) -> Changes: ...
    @overload
    def diff(self, after: View, projection: Fulfilment) -> FulfilmentChanges: ...
    def diff(
        self, after: View, projection: Counts | MoneySums | Fulfilment | None = None
    ) -> Changes | FulfilmentChanges:
        """What changed from this view to `after`, in parts that add up, each with its cause; see `aidtimeline.diff`.

        The sums of `projection` are compared, or what has become of promises; by default, deliveries by item.
        Raises `UsageError` for anything but a view and such a question.

        >>> from aidtimeline import Timeline
        >>> timeline = Timeline.open("events")
        >>> changes = timeline.as_of("2023-01-01").diff(timeline.as_of("2023-11-28"))
        >>> print(*changes["truck"])
        truck: 0–30 → 30: became certain
        """
        from aidtimeline.diff import diff, diff_fulfilment  # noqa: PLC0415

        if not isinstance(after, View):
            raise UsageError(
                f"found {shown(after)}, expected a view to compare with, such as timeline.as_of('2024-01-01')"
            )
        asked = projection or Counts(vocabulary=self.vocabulary)
        after.check(asked)
        return diff_fulfilment(self, after, asked) if isinstance(asked, Fulfilment) else diff(self, after, asked)

    def narrowed(self, *selections: Selection, every_day: bool = False) -> View:
        """A view of the same cuts, which need not read the whole log.

        It has each fact of this view that one of `selections` chooses, with all records that such a fact has to do
        with: its accounts and duplicates, what may replace it or overlap with it, and amendments. With `every_day` it
        has those that are believed, whatever their dates. What selections choose by its id it has at whatever cuts.
        These facts say the same as here, and are in the same order; only of what fulfils promises it may have less.
        It has, too, each cancellation that takes an amount off what is chosen. It may have any other records of the
        log, or not. What is `known` of the log is the same.

        >>> from aidtimeline import Counts, Timeline
        >>> view = Timeline.open("events").as_of("2023-11-28")
        >>> trucks = Counts(by="item", where={"item": "truck"})
        >>> view.narrowed(trucks.selection).replay(trucks) == view.replay(trucks)
        True
        """
        engine = self.engine.narrowed(self, selections, every_day=every_day)
        return self if engine is self.engine else evolve(self, engine=engine)

    def changing(self, after: View, question: Counts | MoneySums) -> tuple[View, View]:
        """This view and another one, or two of the same cuts, which need not read the whole log.

        Both, this and `after`, have all records of each fact that adds otherwise to the sums of `question` in the one
        than in the other, and of what such a fact has to do with; and all that adds to a sum of which parts may report
        the same.

        >>> from aidtimeline import Counts, Timeline
        >>> timeline = Timeline.open("events")
        >>> before, after = timeline.as_of("2023-01-01"), timeline.as_of("2023-11-28")
        >>> before.changing(after, Counts(by="item")) == (before, after)
        True
        """
        if after.engine is not self.engine:
            return self, after
        engine = self.engine.changing(self, after, question)
        return (self, after) if engine is self.engine else (evolve(self, engine=engine), evolve(after, engine=engine))

    def promising(self, question: Fulfilment, *others: View, misfits: bool = False) -> View:
        """A view of the same cuts, which need not read the whole log, in which the rows of `question` are the same.

        It has the promises that are asked for, all that names them, and all that may serve them, as this view has them;
        and all of that in the `others` too. With `misfits` it also has what others gave of the same things.

        >>> from aidtimeline import Timeline
        >>> from aidtimeline.projections import Fulfilment
        >>> view = Timeline.open("events").as_of("2024-07-31")
        >>> machines = Fulfilment("2024-07-31", {"item": "mechanical-demining-machine"})
        >>> view.promising(machines).replay(machines).rows == view.replay(machines).rows
        True
        """
        if any(other.engine is not self.engine for other in others):
            return self
        engine = self.engine.promising((self, *others), question, misfits=misfits)
        return self if engine is self.engine else evolve(self, engine=engine)

    def ids(self, beginning: str = "") -> Iterable[str]:
        """The ids of the records of the log that begin so, in order."""
        return self.engine.ids(beginning)

    def id_length(self, least: int) -> int:
        """How many digits of an id tell all records of the log apart, and no fewer than `least`."""
        return self.engine.id_length(least)

    def beside(self, question: Counts | MoneySums) -> Beside:
        """What stands beside the sums of a question on a page: what is stated, who reports it, and the like.

        >>> from aidtimeline import Counts, Timeline
        >>> found = Timeline.open("events").as_of("2023-11-28").beside(Counts(by="item"))
        >>> print(found.reports["truck", None])
        Rubryka 2023-11-28
        """
        if question.by_date and question.listed is None:
            question = question.listing(self.replay(question).keys())
        return self.engine.beside(self, question)

    def conversions(self, question: Counts | MoneySums, *, every_day: bool = False) -> Conversions:
        """The rates by which the sums of `question` are converted, those that lack, and what needs none.

        With `every_day` they are those of all facts that are believed, whatever their dates. Tables, series and changes
        have them as `rates` and `conversions`.

        >>> from aidtimeline import MoneySums, Timeline
        >>> found = Timeline.open("events").as_of("2023-11-28").conversions(MoneySums(currency="EUR"))
        >>> len(found.rates), found.missing
        (2, ())
        """
        return self.engine.conversions(self, question, every_day=every_day)

    def within(self, question: Counts | MoneySums, period: Period, until: str | date | None = None) -> Within:
        """How the sums of `question` changed within each `period`, to the day `until` (inclusive); see `Series.within`.

        All that is known in this view counts, about every day: the day of the view is no cut. Raises `UsageError` for
        sums by year, quarter or month.
        """
        if of_sums(question).dated:
            raise UsageError(f"what changed within a {period} is about every day: leave out `by` and `where` of dates")
        self.check(question)
        found = self.engine.within(self, question, checked(period), None if until is None else parse_day(until))
        return evolve(found, view=self, question=question)

    def check(self, projection: object) -> None:
        """Raise `MisspeltValue` if a projection asks for a value that nobody knows, and one spelt like it is known.

        All questions of a view do so by themselves.

        >>> from aidtimeline import Counts, Timeline
        >>> Timeline.open("events").as_of("2023-11-28").check(Counts(where={"recipient": "Ukraine"}))
        Traceback (most recent call last):
            ...
        aidtimeline.errors.MisspeltValue: no recipient is 'Ukraine'; did you mean UA?
        """
        selection = getattr(projection, "selection", None)
        if isinstance(selection, Selection):
            self.known.check(selection.where)


def _series(any_day: View, question: Any, period: Period | None, until: str | date | None) -> Series | Course[Any]:
    """A question over time, at the cuts of knowledge and record of a view."""
    if isinstance(question, (Counts, MoneySums)):
        if question.dated:
            raise UsageError("a series is of every day: ask how it changed within each year, quarter or month instead")
        any_day.check(question)
        found = evolve(any_day.engine.series(any_day, question), view=any_day, question=question)
        if period is not None:
            return found.every(period, until)
        return found if until is None else found.to(until)
    is_asked = isinstance(question, Levels) or hasattr(question, "step")
    if isinstance(question, type) or not (is_asked or callable(question)):
        raise UsageError(f"found {shown(question)}, expected a projection, such as Counts(by='item')")

    def result(day: date) -> Any:
        view = evolve(any_day, as_of=day)
        asked = question if is_asked else question(view)
        if period is None:
            of_facts_alone(asked)
        return view.replay(asked)

    return course(any_day.belief, result, period, until)


class Timeline:
    """The records of a log, which can be replayed to any date, as known at any date.

    Any number of threads may ask it, while another one calls `refresh` or `extend`. Each view is of one state of the
    log, for good: ask one view for all that must fit together.

    Args:
        records: The records, in any order.
        vocabulary: The labels of slugs, and the categories of items.
        problems: What was wrong with lines that were skipped; it is only kept.

    >>> timeline = Timeline.open("events")
    >>> print(timeline.as_of("2023-11-28").counts()["truck"])
    30
    >>> "truck" in timeline.as_of("2023-11-28", known_at="2023-11-25").counts()
    False
    """

    def __init__(
        self,
        records: Iterable[Record],
        vocabulary: Vocabulary = NO_VOCABULARY,
        problems: Iterable[Problem] = (),
    ) -> None:
        self._begin(Chosen(Fold(records, vocabulary), vocabulary, tuple(problems)))

    def _begin(self, chosen: Chosen) -> None:
        self._chosen = chosen  # all of it at once: other threads see one state or the other
        self._asking: Asking | None = None
        self._changing = Threads()

    @classmethod
    def _of(cls, chosen: Chosen) -> Timeline:
        timeline = cls.__new__(cls)
        timeline._begin(chosen)
        return timeline

    @property
    def engine(self) -> Engine:
        """What answers."""
        return self._chosen.engine

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels of slugs, and the categories of items."""
        return self._chosen.vocabulary

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with lines that were skipped."""
        return self._chosen.problems

    @property
    def notes(self) -> tuple[str, ...]:
        """Why it is not another engine that answers, if that is worth saying."""
        return self._chosen.notes

    def __repr__(self) -> str:
        number = self.engine.size()
        return f"<Timeline of {number:,} record{'s' * (number != 1)}>"

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log."""
        return self.engine.records

    @property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field."""
        return self.engine.known

    def __enter__(self) -> Timeline:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files that the engine has open, at once and not when the timeline is forgotten.

        A timeline that had some cannot be asked any more: that is a `UsageError`.

        >>> with Timeline.open("events") as timeline:
        ...     print(timeline.as_of("2023-11-28").counts()["truck"])
        30
        """
        with self._changing.lock:
            if self._asking is not None:
                self._asking.close()
            self.engine.close()

    @classmethod
    def open(
        cls,
        folder: str | PathLike[str],
        *,
        skip_problems: bool = False,
        engine: EngineName | None = None,
        progress: Progress = untold,
    ) -> Timeline:
        """Read the log in `folder`, and its vocabulary.

        `engine` chooses what answers. "fold" reads all records into memory. "embedded" keeps a table of facts in a
        file beside the log, and needs `pip install 'aidtimeline[fast]'`. "auto" takes the second for a large log, if it
        is installed. None: what the environment variable AIDTIMELINE_ENGINE says, else "auto". The answers never
        depend on it. Where no table can be kept the fold answers, and `notes` says why (docs/engines.md).

        `progress` is called now and then, with what is being done, how much of it is done, and of how much (None: not
        known): `progress("reading the log", 5_000, 20_000)`, in bytes.

        Raises `LogError` if the folder has no log, and `UnreadableLog` if lines cannot be read. With `skip_problems`
        such lines are skipped, and `problems` lists them. Raises `UsageError` for an engine that is not installed.

        >>> timeline = Timeline.open("events")
        >>> timeline.problems, timeline.vocabulary.label("party", "sesu")
        ((), 'State Emergency Service of Ukraine')
        >>> Timeline.open("no-such-folder")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        aidtimeline.errors.LogError: there is no log in the folder 'no-such-folder': start one with `aidtimeline ...
        """
        from aidtimeline.engines.choosing import open_engine  # noqa: PLC0415  (a replay of records needs no files)

        return cls._of(open_engine(Path(folder), engine, skip_problems=skip_problems, progress=progress))

    @classmethod
    def of(cls, log: Log, vocabulary: Vocabulary = NO_VOCABULARY) -> Timeline:
        """The timeline of any log: of an `EventLog` that of its folder, of others all that `log.read()` gives.

        `vocabulary` is for others than an `EventLog`, which has its own beside it. Raises as `open` does.

        >>> from aidtimeline import Delivery, MemoryLog, Source
        >>> log = MemoryLog()
        >>> timeline = Timeline.of(log)
        >>> _ = log.append(Delivery(date="2023", item="truck", quantity=2, sources=Source(publisher="Rubryka")))
        >>> timeline.refresh()
        True
        >>> print(timeline.as_of("2023-12-31").counts()["truck"])
        2
        """
        from aidtimeline.engines.following import OfLog  # noqa: PLC0415
        from aidtimeline.log import EventLog  # noqa: PLC0415

        if isinstance(log, EventLog):
            return cls.open(log.folder)
        return cls._of(OfLog.opened(log, vocabulary))

    def refresh(self, *, progress: Progress = untold) -> bool:
        """See what was added to the log since it was opened or refreshed; whether anything has changed.

        Afterwards the timeline answers as one that is opened now. Views that were made before stay as they were. Only
        new lines are read (docs/engines.md); a log that was replaced, cut or edited is read anew. If it cannot be read,
        the timeline stays as it was. Of a log without a folder (`Timeline.of`) all records are read again; a timeline
        of records has no log, and never changes.

        `progress` is called as by `open`. Raises as `open` does, and `UsageError` if the timeline was closed.

        >>> from aidtimeline import Delivery, EventLog, Source
        >>> log = EventLog(getfixture("tmp_path"))
        >>> for number in (2, 3):
        ...     event = Delivery(date="2023", item="truck", quantity=number, sources=Source(publisher="Rubryka"))
        ...     _ = log.append(event)
        ...     timeline = Timeline.open(log.folder) if number == 2 else timeline
        >>> before = timeline.as_of("2023-12-31")
        >>> timeline.refresh(), timeline.refresh()
        (True, False)
        >>> print(before.counts()["truck"], "·", timeline.as_of("2023-12-31").counts()["truck"])
        2 · 5
        """
        with self._changing.lock:
            before = self._chosen
            if before.following is None:
                return False
            self._chosen = before.following.again(before, progress)
            return not self._chosen.says(before)

    def extend(self, records: Iterable[Record]) -> None:
        """Add records to a timeline of records. Views that were made before stay as they were.

        Raises `UsageError` for the timeline of a log: what it is to have is recorded there.

        >>> from aidtimeline import EventLog
        >>> *most, last = EventLog("events").read()
        >>> timeline = Timeline(most)
        >>> timeline.extend([last])
        >>> timeline.records[-1] == last
        True
        """
        with self._changing.lock:
            before = self._chosen
            if before.following is not None:
                raise UsageError("this timeline is of a log: append to the log, then call timeline.refresh()")
            engine = Fold((*before.engine.records, *records), before.vocabulary)
            self._chosen = evolve(before, engine=engine)

    def as_of(
        self,
        day: str | date,
        *,
        known_at: str | date | datetime | None = None,
        recorded_until: str | date | datetime | None = None,
    ) -> View:
        """The view as of a day, as known at a date.

        Args:
            day: The day by whose end things must have happened to count (inclusive), `YYYY-MM-DD` or a date.
            known_at: The day or instant by which a report must be known (inclusive). None: all that is known.
            recorded_until: The day or instant up to which the log is read (inclusive). None: all of it.

        A day as a cut means all of it in UTC. docs/semantics.md has the rules. Raises `InvalidValue` for anything but a
        day or an instant.

        >>> timeline = Timeline.open("events")
        >>> for day, known_at in (("2023-01-01", None), ("2023-11-28", None), ("2023-11-28", "2023-11-25")):
        ...     print(timeline.as_of(day, known_at=known_at).counts().get("truck"))
        0 to 30
        30
        None
        >>> timeline.as_of("28 November 2023")
        Traceback (most recent call last):
            ...
        aidtimeline.errors.InvalidValue: found '28 November 2023', expected a day: YYYY-MM-DD (did you mean 2023-11-28?)
        """
        known = None if known_at is None else parse_cut(known_at)
        recorded = None if recorded_until is None else parse_cut(recorded_until)
        chosen = self._chosen
        return View(parse_day(day), known, recorded, chosen.engine, chosen.vocabulary)

    def find(self, record_id: str) -> Standing:
        """A record of the log, and what it says now, as corrected by all that is known; the id may be shortened.

        Raises `InvalidValue` for anything but the beginning of one id, and `UnknownKey` if the log does not have it.

        >>> found = Timeline.open("events").find("c7e1bd20")
        >>> print(found.event.quantity, found.event.item, "·", found.record.line, "·", found.deciding)
        30 truck · 47 · None
        """
        from aidtimeline.log.drafts import find_id, is_beginning  # noqa: PLC0415
        from aidtimeline.semantics.standing import standing  # noqa: PLC0415

        view = self.as_of(date.max)
        found = find_id(record_id, list(view.ids(record_id)) if is_beginning(record_id) else ())
        near = view.narrowed(Selection((), (), view.vocabulary, frozenset((found,))))
        known = standing(found, near.records)
        if known is None:
            raise UnknownKey(f"the log does not have {found}")
        return known

    @overload
    def series(
        self,
        projection: Counts | MoneySums | None = ...,
        *,
        period: Period | None = ...,
        until: str | date | None = ...,
        known_at: str | date | datetime | None = ...,
        recorded_until: str | date | datetime | None = ...,
        **other: object,
    ) -> Series: ...
    @overload
    def series(
        self,
        projection: Levels,
        *,
        period: Period | None = ...,
        until: str | date | None = ...,
        known_at: str | date | datetime | None = ...,
        recorded_until: str | date | datetime | None = ...,
    ) -> Course[LevelTable]: ...
    @overload
    def series(
        self,
        projection: Projection[S, R] | Callable[[View], Projection[S, R]],
        *,
        period: Period | None = ...,
        until: str | date | None = ...,
        known_at: str | date | datetime | None = ...,
        recorded_until: str | date | datetime | None = ...,
    ) -> Course[R]: ...
    def series(
        self,
        projection: Any = None,
        *,
        period: Period | None = None,
        until: str | date | None = None,
        known_at: str | date | datetime | None = None,
        recorded_until: str | date | datetime | None = None,
        **other: object,
    ) -> Series | Course[Any]:
        """A sum, or any other projection, over time, at one date of knowledge.

        Its answer for a day is that of the view as of that day. `Counts` and `MoneySums` give a `Series`, all others a
        `Course` (`aidtimeline.projections.course`): they are asked on each day that matters to a fact, or at the ends
        of periods.

        Args:
            projection: The question; for one that takes the day, a function from a view to it, which is called for
                each day: `lambda view: Fulfilment(view.as_of)`.
            period: "month", "quarter" or "year": only the results at the end of each. None: on every day.
            until: The last day (inclusive). None: as far as dates go.
            known_at: As in `as_of`.
            recorded_until: As in `as_of`.
            other: Nothing; it is there for the message.

        Raises `UsageError` for anything else, and for sums by year, quarter or month without a period.

        >>> from aidtimeline import Counts
        >>> timeline = Timeline.open("events")
        >>> trucks = timeline.series(Counts(by="item"))["truck"]
        >>> print(trucks.at("2023-11-27"), "·", trucks.at("2023-11-28"))
        0 to 30 · 30
        >>> promises = timeline.series(lambda view: Fulfilment(view.as_of, {"item": "mechanical-demining-machine"}))
        >>> for day, table in promises.moments[5:8]:
        ...     print(day, *(row.outstanding for row in table))
        2024-04-14 22
        2024-07-09 18 to 22
        2024-07-10 18 to 20
        """
        if other or projection is None:
            found = f", not {', '.join(other)}" if other else ""
            raise UsageError(f"series takes a question for sums, such as timeline.series(Counts(by='item')){found}")
        any_day = self.as_of(date.max, known_at=known_at, recorded_until=recorded_until)
        return _series(any_day, projection, period, until)

    def sql(self, statement: str, parameters: Parameters = None) -> SqlAnswer:
        """The answer to one SELECT over the table of facts, in the SQL of DuckDB (docs/sql.md).

        Args:
            statement: The SELECT. `facts` has the facts that stand today, `facts_at(DAY, known_at := CUT)` those at
                other cuts; `handed_over` those that must not just be added up; `history` all that was ever known.
            parameters: Values for `?` or `$1` (a sequence), or for `$name` (a mapping).

        Needs `pip install 'aidtimeline[fast]'`, whatever engine answers other questions. The statement reads the log
        only: no files, no settings, no variables of Python. Raises `UsageError` for anything but one SELECT, and for
        one that DuckDB refuses.

        >>> timeline = Timeline.open("events")
        >>> timeline.sql("SELECT sum(quantity_low) AS low FROM facts_at('2023-11-28') WHERE item = 'truck'").to_dicts()
        [{'low': Decimal('30')}]
        """
        from aidtimeline.engines.sql.asking import Asking  # noqa: PLC0415  (DuckDB takes long to load)

        with self._changing.lock:
            if self._asking is None or self._asking.engine is not self.engine:
                self._asking = Asking(self.engine)
            asking = self._asking
        return asking.ask(statement, parameters)

    def export_facts(
        self, path: str | PathLike[str], format: ExportFormat | None = None, *, force: bool = False
    ) -> int:
        """Write the table of facts to a file: the rows of `history` (docs/sql.md). Returns how many they are.

        Args:
            path: The file. It is there whole or not at all.
            format: "parquet", "arrow" (an IPC file), "csv" or "duckdb". None: the ending of the path.
            force: Replace a file that is there.

        Needs `pip install 'aidtimeline[fast]'`, and for "arrow" `'aidtimeline[arrow]'`. Raises `UsageError` for another
        format or a file that is there, and `LogError` if the file cannot be written.

        >>> path = getfixture("tmp_path") / "facts.csv"
        >>> Timeline.open("events").export_facts(path)
        63
        >>> path.read_text().splitlines()[0][:37]
        'id,kind,date,item,item_category,indic'
        """
        from aidtimeline.engines.sql.exporting import export_facts  # noqa: PLC0415

        return export_facts(self.engine, Path(path), format, force=force)


@overload
def replay(
    records: Iterable[Record],
    projection: Levels,
    *,
    as_of: str | date,
    known_at: str | date | datetime | None = ...,
    recorded_until: str | date | datetime | None = ...,
) -> LevelTable: ...
@overload
def replay(
    records: Iterable[Record],
    projection: Projection[S, R],
    *,
    as_of: str | date,
    known_at: str | date | datetime | None = ...,
    recorded_until: str | date | datetime | None = ...,
) -> R: ...
def replay(
    records: Iterable[Record],
    projection: Projection[S, R] | Levels,
    *,
    as_of: str | date,
    known_at: str | date | datetime | None = None,
    recorded_until: str | date | datetime | None = None,
) -> R | LevelTable:
    """The result of a projection over records, without any files.

    Args:
        records: Any iterable of records, in any order.
        projection: The question; see `aidtimeline.projections`.
        as_of: The day by whose end things must have happened to count (inclusive).
        known_at: The day or instant by which a report must be known (inclusive). None: all that is known.
        recorded_until: The day or instant up to which the log is read (inclusive). None: all of it.

    Raises:
        InvalidValue: A cut that is not a day, or not a day or an instant.

    >>> from aidtimeline import EventLog
    >>> print(replay(EventLog("events").read(), Counts(by="item"), as_of="2023-11-28")["truck"])
    30
    """
    return Timeline(records).as_of(as_of, known_at=known_at, recorded_until=recorded_until).replay(projection)
