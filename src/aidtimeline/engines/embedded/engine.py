"""The embedded engine of one log: it answers from a store what it can, and the rest as the fold does."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

from attrs import evolve

from aidtimeline.codec import encode_new
from aidtimeline.engines.embedded.asked import Asked, Cuts
from aidtimeline.engines.embedded.converted import RatesTooLong
from aidtimeline.engines.embedded.files import digest_of_both
from aidtimeline.engines.embedded.guarding import or_as_fold, still_open
from aidtimeline.engines.embedded.ids import id_length, ids, retractions, size
from aidtimeline.engines.embedded.opening import Opened
from aidtimeline.engines.embedded.states import participation, projects
from aidtimeline.engines.embedded.sums import sums
from aidtimeline.engines.facts.rows import moment
from aidtimeline.engines.fold import Cut, Engine, Fold
from aidtimeline.engines.parts import Origin, Part
from aidtimeline.errors import Problem
from aidtimeline.events import Amendment, Event, Record
from aidtimeline.forked import Threads
from aidtimeline.projections import (
    Counts,
    Fulfilment,
    FulfilmentTable,
    Levels,
    MoneySums,
    Participations,
    Projection,
    ProjectStates,
)
from aidtimeline.projections.fields import Selection
from aidtimeline.projections.protocol import fold, run
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.semantics import Fact
from aidtimeline.semantics.known import Known
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.dates import format_instant
from aidtimeline.values.shares import Shares
from aidtimeline.vocabulary import Vocabulary

if TYPE_CHECKING:
    from aidtimeline.projections import Series
    from aidtimeline.projections.sums.beside import Beside
    from aidtimeline.projections.sums.conversions import Conversions


_ANSWERS: Mapping[type, Callable[[Asked, Any], Any]] = {
    Counts: sums,
    MoneySums: sums,
    ProjectStates: projects,
    Participations: participation,
}

#: The columns with the values of a field, if they are not those of its own column.
_COLUMNS_KNOWN: Mapping[str, Sequence[str]] = {"dataset": ["dataset", "datasets"], "parent": []}


class Embedded(Fold):
    """The engine over a store. What is asked beyond it is answered by the fold, from the same lines of the log.

    What only some questions need is loaded when one of them is asked.
    """

    def __init__(
        self, opened: Opened, vocabulary: Vocabulary, folder: Path | None = None, *, skip_problems: bool = False
    ) -> None:
        super().__init__((), vocabulary, folder, skip_problems=skip_problems)
        self.store = opened.store
        self._found: dict[str, frozenset[str]] = {}
        self._reading = Threads()
        self.opened: Opened | None = opened
        self.instead: Fold | None = None

    def close(self) -> None:
        """Let go of the store; it cannot be asked any more."""
        if self.opened is not None:
            opened, self.opened = self.opened, None
            opened.close()

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the log, which are read when they are asked for."""
        with self._reading.lock:  # of several threads one reads them
            if not self._records:
                opened = still_open(self.opened)
                self._records = self.instead.records if self.instead is not None else tuple(opened.records())
            return self._records

    @property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field. It is not held: it holds the engine."""
        return Known(self.said, self.vocabulary, self._found)

    @or_as_fold
    def problems(self, known_at: Cut, recorded_until: Cut) -> tuple[Problem, ...]:
        """What replay ignores at these cuts: all of it is in components."""
        cuts = Cuts(date.max, known_at, recorded_until)
        faulty = f"SELECT component FROM components WHERE faulty OR recorded > {cuts.recorded}"
        return cuts.belief(self.store.of_components(faulty)).problems

    @or_as_fold
    def facts(self, view: Viewed) -> Iterable[Fact]:
        """The facts that count at the cuts of a view, in the order of `Fact.rank`."""
        from aidtimeline.engines.embedded.stream import facts  # noqa: PLC0415

        return tuple(facts(self._asked(view)))

    @or_as_fold
    def answer(self, view: Viewed, question: Any) -> Any:
        """The result of a projection over the facts of a view; one of the user's own is folded as they come."""
        if type(question) is Fulfilment:
            return self._fulfilment(view, question)
        if isinstance(question, Levels):  # they narrow the view themselves
            return super().answer(view, question)
        answers = _ANSWERS.get(type(question))
        if answers is None:
            from aidtimeline.engines.embedded.stream import facts  # noqa: PLC0415

            return run(facts(self._asked(view)), question)
        if question.selection.ids is not None or question.selection.partly or getattr(question, "dated", False):
            return super().answer(view.narrowed(question.selection), question)
        try:
            return answers(self._asked(view), question)
        except RatesTooLong:
            return super().answer(view, question)

    @or_as_fold
    def state(self, view: Viewed, projection: Projection[Any, Any], part: Part) -> Any:
        """The state of a projection after the facts of a part."""
        from aidtimeline.engines.embedded.stream import facts  # noqa: PLC0415

        return fold(facts(self._asked(view), part), projection)

    def digest(self) -> str:
        """A text that is another for all engines that hold something else: of the files of its log, in parts."""
        seen = sorted(still_open(self.opened).lines.seen, key=attrgetter("path"))
        found = hashlib.sha256()
        for each in seen:
            found.update(f"{os.path.basename(each.path)} {each.covered} {each.more}\n".encode())
        return found.hexdigest()

    def origin(self) -> Origin | None:
        """Where the log can be opened again; None: nowhere. It is told by the content of its files."""
        lines = still_open(self.opened).lines
        if self._folder is None:
            return None
        found = hashlib.sha256()
        for seen in sorted(lines.seen, key=attrgetter("path")):
            content = seen.covered if not seen.more.end else seen.more if not seen.covered.end else None
            said = digest_of_both(seen) if content is None else content.digest
            found.update(f"{os.path.basename(seen.path)} {seen.end} {said}\n".encode())
        return Origin(str(self._folder.absolute()), "embedded", found.hexdigest(), skip_problems=self._skip_problems)

    @or_as_fold
    def beside(self, view: Viewed, question: Sums) -> Beside:
        """What stands beside the sums of a question."""
        if question.partly:
            return super().beside(view.narrowed(question.selection), question)
        from aidtimeline.engines.embedded.beside import beside  # noqa: PLC0415

        try:
            return beside(self._asked(view), question)
        except RatesTooLong:
            return super().beside(view, question)

    @or_as_fold
    def conversions(self, view: Viewed, question: Sums, *, every_day: bool) -> Conversions:
        """By which rates the sums of a question are converted, on the day of a view or on every day."""
        from aidtimeline.engines.embedded.conversions import conversions  # noqa: PLC0415

        return conversions(self._asked(view), question, every_day=every_day)

    @or_as_fold
    def series(self, view: Viewed, question: Sums) -> Series:
        """A sum on every day, at the cuts of knowledge and record of a view."""
        if question.selection.partly:
            return super().series(view, question)
        from aidtimeline.engines.embedded.series import series  # noqa: PLC0415

        try:
            return series(self._asked(view), question)
        except RatesTooLong:
            return super().series(view, question)

    @or_as_fold
    def size(self) -> int:
        """How many records the log has."""
        return size(self.store)

    @or_as_fold
    def ids(self, beginning: str = "") -> Iterable[str]:
        """The ids of records that begin so."""
        return ids(self.store, beginning)

    @or_as_fold
    def id_length(self, least: int) -> int:
        """How many digits of an id tell all records of the log apart, and no fewer than `least`."""
        return id_length(self.store, least)

    @or_as_fold
    def retractions(self) -> Iterable[Record]:
        """The records that take back another, or find it to be the same as one."""
        return retractions(self.store)

    @or_as_fold
    def narrowed(self, view: Viewed, selections: Sequence[Selection], *, every_day: bool) -> Engine:
        """An engine over the records that `View.narrowed` promises."""
        from aidtimeline.engines.embedded.narrowing import chosen  # noqa: PLC0415

        part = chosen(self._asked(view), selections, every_day=every_day)
        return Narrowed(part.records(self.store), self)

    @or_as_fold
    def changing(self, before: Viewed, after: Viewed, question: Sums) -> Engine:
        """An engine over the records that `View.changing` promises."""
        from aidtimeline.engines.embedded.narrowing import changing  # noqa: PLC0415

        try:
            part = changing(self._asked(before), self._asked(after), question)
        except RatesTooLong:
            return self
        return Narrowed(part.records(self.store), self)

    @or_as_fold
    def promising(self, views: Sequence[Viewed], question: Fulfilment, *, misfits: bool) -> Engine:
        """An engine over the records that `View.promising` promises for several views."""
        from aidtimeline.engines.embedded.promising import Promising  # noqa: PLC0415

        return Narrowed(Promising(list(map(self._asked, views)), question, misfits).records(), self)

    def _fulfilment(self, view: Viewed, question: Fulfilment) -> FulfilmentTable:
        from aidtimeline.engines.embedded.promising import unnamed  # noqa: PLC0415

        table: FulfilmentTable = super().answer(view.promising(question), question)
        return evolve(table, unnamed=unnamed(self._asked(view), self.vocabulary))

    def _asked(self, view: Viewed) -> Asked:
        return Asked(self.store, Cuts(view.as_of, view.known_at, view.recorded_until))

    @or_as_fold
    def with_event(self, event: Event | Amendment, at: datetime) -> tuple[Engine, datetime]:
        """An engine of the log as it would be if an event were recorded now, laid over the same store."""
        from aidtimeline.engines.embedded.opening import opened_with  # noqa: PLC0415

        [(last,)] = self.store.rows(
            "SELECT max(recorded) FROM (SELECT recorded FROM facts UNION ALL SELECT recorded FROM components)"
        )
        at = at if last is None else max(at, moment(last + 1))
        base, folder = still_open(self.opened).base, self._folder
        _, line = encode_new(event, format_instant(at))
        number, path = mkstemp(prefix="aidtimeline-", suffix=".jsonl")
        opened = None
        try:
            with open(number, "wb") as file:
                file.write(line)
            opened = None if folder is None else opened_with(folder, base, path)
        finally:
            if opened is None:
                os.unlink(path)
        if opened is None:
            return super().with_event(event, at)
        engine = Embedded(opened, self.vocabulary)
        finalize(engine, os.unlink, path)
        return engine, at

    @or_as_fold
    def said(self, name: str) -> Iterable[str]:
        """The values that records have in a field."""
        found = {value for (value,) in self.store.rows("SELECT value FROM known WHERE field = ?", name)}
        for column in _COLUMNS_KNOWN.get(name, [name]):
            for text in self.store.texts(column):
                if isinstance(text, str):
                    found.add(text)
                elif text is not None:
                    found.update(text.slugs if isinstance(text, Shares) else text)
        return found


class Narrowed(Fold):
    """The engine over a part of a log. What is known of the log is that of all of it."""

    def __init__(self, records: Iterable[Record], whole: Embedded) -> None:
        super().__init__(records, whole.vocabulary)
        self._whole = whole

    @property
    def known(self) -> Known:
        """The values that the log and its vocabulary know in each field."""
        return self._whole.known
