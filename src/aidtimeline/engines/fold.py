"""The fold: every question is answered from all records in memory, by the reference code alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from aidtimeline.collector import paused
from aidtimeline.engines.parts import Origin, Part
from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, Event, Record, Retraction
from aidtimeline.projections import Levels
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.protocol import Projection, fold, run
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.remembering import Lately
from aidtimeline.semantics import Belief, Fact, cut
from aidtimeline.semantics.amendments import known_by
from aidtimeline.semantics.beliefs import believe_at
from aidtimeline.semantics.known import Known
from aidtimeline.semantics.recorded import Recorded
from aidtimeline.semantics.view import Viewed
from aidtimeline.vocabulary import Vocabulary

if TYPE_CHECKING:
    from aidtimeline.projections.fulfilment.question import Fulfilment
    from aidtimeline.projections.sums.beside import Beside
    from aidtimeline.projections.sums.conversions import Conversions
    from aidtimeline.projections.sums.series import Series
    from aidtimeline.projections.sums.steps import Period
    from aidtimeline.projections.sums.within import Within

Cut: TypeAlias = date | datetime | None

LATELY = 4
"""What is believed at so many cuts is kept: two that are compared, and two more."""


class Engine(Protocol):
    """What answers questions of one log. Whatever engine it is, the answers are those of `Fold`."""

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log."""

    @property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field."""

    def belief(self, known_at: Cut, recorded_until: Cut) -> Belief:
        """All that is believed at these cuts."""

    def problems(self, known_at: Cut, recorded_until: Cut) -> tuple[Problem, ...]:
        """What replay ignores at these cuts."""

    def facts(self, view: Viewed) -> Iterable[Fact]:
        """The facts that count at the cuts of a view, in the order of `Fact.rank`."""

    def answer(self, view: Viewed, question: Any) -> Any:
        """The result of a projection over the facts of a view."""

    def state(self, view: Viewed, projection: Projection[Any, Any], part: Part) -> Any:
        """The state of a projection after the facts of a part."""

    def digest(self) -> str:
        """A text that is another for all engines that hold something else."""

    def origin(self) -> Origin | None:
        """Where the log can be opened again; None: nowhere."""

    def series(self, view: Viewed, question: Sums) -> Series:
        """A sum on every day, at the cuts of knowledge and record of a view."""

    def within(self, view: Viewed, question: Sums, period: Period, until: date | None) -> Within:
        """How sums changed within each period, at the cuts of knowledge and record of a view."""

    def beside(self, view: Viewed, question: Sums) -> Beside:
        """What stands beside the sums of a question."""

    def conversions(self, view: Viewed, question: Sums, *, every_day: bool) -> Conversions:
        """By which rates the sums of a question are converted, on the day of a view or on every day."""

    def close(self) -> None:
        """Let go of files that are open. An engine that had some cannot be asked any more."""

    def size(self) -> int:
        """How many records the log has."""

    def with_event(self, event: Event | Amendment, at: datetime) -> tuple[Engine, datetime]:
        """An engine of the log as it would be if an event were recorded now, and the instant of that.

        It is `at`, or the first after all others. Nothing is written to the log.
        """

    def ids(self, beginning: str = "") -> Iterable[str]:
        """The ids of records that begin so."""

    def id_length(self, least: int) -> int:
        """How many digits of an id tell all records of the log apart, and no fewer than `least`."""

    def retractions(self) -> Iterable[Record]:
        """The records that take back another, or find it to be the same as one, whatever they do at any cuts."""

    def narrowed(self, view: Viewed, selections: Sequence[Selection], *, every_day: bool) -> Engine:
        """An engine that has what `View.narrowed` promises, and perhaps nothing else."""

    def changing(self, before: Viewed, after: Viewed, question: Sums) -> Engine:
        """An engine that has what `View.changing` promises, and perhaps nothing else."""

    def promising(self, views: Sequence[Viewed], question: Fulfilment, *, misfits: bool) -> Engine:
        """An engine that has what `View.promising` promises for several views, and perhaps nothing else."""


class Fold:
    """The engine that defines the answers.

    Args:
        records: The records of a log, in any order.
        vocabulary: The labels of slugs, and the categories of items.
        folder: The folder of the log; None: there is none.
        skip_problems: Whether lines that cannot be read were skipped.
    """

    def __init__(
        self,
        records: Iterable[Record],
        vocabulary: Vocabulary,
        folder: Path | None = None,
        *,
        skip_problems: bool = False,
    ) -> None:
        with paused():  # they may be read one by one only now
            self._records = tuple(records)
        self._folder, self._skip_problems = folder, skip_problems
        self.vocabulary = vocabulary
        self._recorded = Lately[Cut, Recorded](LATELY)
        self._beliefs = Lately[tuple[Cut, Cut], Belief](LATELY)

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log."""
        return self._records

    def with_vocabulary(self, vocabulary: Vocabulary) -> Fold:
        """An engine of the same records, of which the same is believed."""
        found = Fold(self._records, vocabulary, self._folder, skip_problems=self._skip_problems)
        found._recorded, found._beliefs = self._recorded, self._beliefs
        return found

    @cached_property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field."""
        return Known.of(self.records, self.vocabulary)

    def said(self, name: str) -> Iterable[str]:
        """The values that records have in a field."""
        return self.known.said(name)

    def belief(self, known_at: Cut, recorded_until: Cut) -> Belief:
        """All that is believed at these cuts."""
        return self._beliefs.of((known_at, recorded_until), self._believed)

    def _believed(self, cuts: tuple[Cut, Cut]) -> Belief:
        known_at, recorded_until = cuts
        with paused():
            return believe_at(self._recorded.of(recorded_until, self._as_recorded), known_by(known_at))

    def _as_recorded(self, until: Cut) -> Recorded:
        return Recorded.of(self.records, until)

    def problems(self, known_at: Cut, recorded_until: Cut) -> tuple[Problem, ...]:
        """What replay ignores at these cuts."""
        return self.belief(known_at, recorded_until).problems

    def facts(self, view: Viewed) -> Iterable[Fact]:
        """The facts that count at the cuts of a view, in the order of `Fact.rank`."""
        return cut(view.belief, view.as_of)

    def answer(self, view: Viewed, question: Projection[Any, Any] | Levels) -> Any:
        """The result of a projection over the facts of a view."""
        if isinstance(question, Levels):
            from aidtimeline.projections.levels.held import levels  # noqa: PLC0415  (most questions need none of these)

            return levels(view, question)
        return run(view.facts, question)

    def state(self, view: Viewed, projection: Projection[Any, Any], part: Part) -> Any:
        """The state of a projection after the facts of a part."""
        return fold((fact for fact in view.facts if part.has(fact.id)), projection)

    def digest(self) -> str:
        """A text that is another for all engines that hold something else: of the ids and instants of its records."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        found = hashlib.sha256()
        for line in sorted({f"{record.id} {record.recorded_at.isoformat()}\n" for record in self.records}):
            found.update(line.encode())
        return found.hexdigest()

    def origin(self) -> Origin | None:
        """Where the log can be opened again; None: nowhere. It is told by the ids and instants of its records."""
        if self._folder is None:
            return None
        return Origin(str(self._folder.absolute()), "fold", self._digest, skip_problems=self._skip_problems)

    def series(self, view: Viewed, question: Sums) -> Series:
        """A sum on every day, at the cuts of knowledge and record of a view."""
        from aidtimeline.projections.sums.series import series  # noqa: PLC0415

        return series(view.belief, question)

    def within(self, view: Viewed, question: Sums, period: Period, until: date | None) -> Within:
        """How sums changed within each period, at the cuts of knowledge and record of a view."""
        from aidtimeline.projections.sums.within import within  # noqa: PLC0415

        return within(view.belief, question, period, until)

    def beside(self, view: Viewed, question: Sums) -> Beside:
        """What stands beside the sums of a question."""
        from aidtimeline.projections.sums.beside import beside  # noqa: PLC0415

        return beside(view, question)

    def conversions(self, view: Viewed, question: Sums, *, every_day: bool) -> Conversions:
        """By which rates the sums of a question are converted, on the day of a view or on every day."""
        from aidtimeline.projections.sums.conversions import conversions_of  # noqa: PLC0415

        return conversions_of(view.belief.facts if every_day else view.facts, question)

    def close(self) -> None:
        """Nothing is open."""

    def ids(self, beginning: str = "") -> Iterable[str]:
        """The ids of records that begin so."""
        return sorted({record.id for record in self.records if record.id.startswith(beginning)})

    def id_length(self, least: int) -> int:
        """How many digits of an id tell all records of the log apart, and no fewer than `least`."""
        for one, other in pairwise(self.ids()):
            while one[:least] == other[:least]:
                least += 1
        return least

    def retractions(self) -> Iterable[Record]:
        """The records that take back another, or find it to be the same as one."""
        return (each for each in self.records if isinstance(each.event, Retraction))

    def narrowed(self, view: Viewed, selections: Sequence[Selection], *, every_day: bool) -> Engine:
        """All records are in memory: itself."""
        return self

    def changing(self, before: Viewed, after: Viewed, question: Sums) -> Engine:
        """All records are in memory: itself."""
        return self

    def promising(self, views: Sequence[Viewed], question: Fulfilment, *, misfits: bool) -> Engine:
        """All records are in memory: itself."""
        return self

    def size(self) -> int:
        """How many records the log has."""
        return len(self.records)

    def with_event(self, event: Event | Amendment, at: datetime) -> tuple[Engine, datetime]:
        """An engine of the log as it would be if an event were recorded now, and the instant of that."""
        from aidtimeline.codec import record_id  # noqa: PLC0415  (a replay of records encodes none)

        last = max((record.recorded_at for record in self.records), default=at)
        at = max(at, last + timedelta(microseconds=1))
        return Fold((*self.records, Record(record_id(event), at, event)), self.vocabulary), at
