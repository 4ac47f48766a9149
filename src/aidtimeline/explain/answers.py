"""Takes an answer apart into the facts behind it: the bounds of a sum, or the possible values of a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol, runtime_checkable

from attrs import field, frozen

from aidtimeline.errors import UsageError
from aidtimeline.events import Correction, Event, Record, Retraction
from aidtimeline.explain.reasons import Part, Reason
from aidtimeline.projections import Bounds, State, Sum, Term, Values, fold
from aidtimeline.projections.results import Result, found_key
from aidtimeline.projections.sums import Sums
from aidtimeline.semantics import Fact
from aidtimeline.semantics.amendments import is_repair, known_since
from aidtimeline.semantics.provenance import records_about, superseders
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.dates import end_of


@runtime_checkable
class Explained(Protocol):
    """A projection that can be explained: one that is made of one sum or one state."""

    @property
    def piece(self) -> Sum[Any] | State[Any, Any]:
        """The sum or the state."""


@frozen
class Explanation(Result[Reason, Reason]):
    """Why an answer is what it is. It prints as text that can be cited.

    `answer` is the bounds of a sum, in `unit` (None: pieces) or `currency`, or the possible values of a state.
    `name` says in words what was asked. The rows are the reasons: first the facts that count in some world, then what
    may replace them; the key is the id of a fact. `records` are all records that are needed to replay the answer at the
    cuts of the view.

    >>> from aidtimeline import Timeline
    >>> explanation = Timeline.open("events").as_of("2023-01-01").counts().explain("truck")
    >>> print(explanation.answer)
    0 to 30
    >>> for reason in explanation:
    ...     print(reason.states, reason.date, reason.certain, [source.publisher for source in reason.sources])
    30 by 28 Nov 2023 False ['Rubryka']
    """

    key_names = ("id",)

    name: str
    answer: Bounds | Values[Any]
    unit: str | None
    currency: str | None
    rows: tuple[Reason, ...]
    records: tuple[Record, ...] = field(repr=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rows under another name."""
        return self.rows


def explain(view: Viewed, projection: Explained, key: Hashable) -> Explanation:
    """Take one answer of a view apart into the facts behind it.

    Args:
        view: The view.
        projection: The question, such as `Counts` or `ProjectStates`.
        key: The key of the answer. For sums it is that of the row, and counts may have the unit last; for project
            states it is project and field, for participations project, party and role.

    Raises:
        UnknownKey: No fact that counts in some world has this key; the message names the nearest.
        UsageError: The projection is not made of one sum or one state.

    >>> from aidtimeline import ProjectStates, Timeline
    >>> view = Timeline.open("events").as_of("2023-11-28")
    >>> sorted(explain(view, ProjectStates(), ("hd-equipment", "status")).answer)
    ['implementation']
    """
    if not isinstance(projection, Explained):
        raise UsageError(f"only what has one sum or one state can be explained, not {type(projection).__name__}")
    piece: Any = projection.piece
    sums = projection if isinstance(projection, Sums) else None
    units = sums is not None and not sums.money
    names = () if sums is None else (*sums.names, "unit") if units else sums.names
    by_key: dict[Any, dict[str, Any]] = defaultdict(dict)
    for fact in view.facts:
        for each, term in piece.terms(fact):
            by_key[each][fact.id] = term
    whole = found_key(key, by_key, names, units=units)
    terms = by_key[whole]
    counting = [fact for fact in view.facts if fact.id in terms]
    adds = partial(_adds, piece=piece, key=whole)
    replacing = superseders(counting, view.belief, view.as_of, adds)
    records = tuple(records_about({*terms, *replacing}, _in_log(view), view.belief))
    values, unit = (whole[:-1], whole[-1]) if units else (whole, None)
    return Explanation(
        name=_in_words(values),
        answer=piece.finish(fold(counting, piece))[whole],
        unit=unit,
        currency=values[sums.names.index("currency")] if sums is not None and sums.money else None,
        rows=tuple(_reasons(terms, replacing, view, records)),
        records=records,
        view=view,
        question=projection,
    )


def _adds(fact: Fact, *, piece: Any, key: Hashable) -> bool:
    return any(each == key for each, _ in piece.terms(fact))


def _in_words(key: object) -> str:
    """A key in words: its values, without None."""
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(str(each) for each in values if each is not None) or "all"


def _in_log(view: Viewed) -> Iterator[Record]:
    """The records that the log held at the cut of record time."""
    until = None if view.recorded_until is None else end_of(view.recorded_until)
    return (record for record in view.records if until is None or record.recorded_at <= until)


def _amendments(records: Iterable[Record], known_at: date | datetime | None) -> Mapping[str, list[Record]]:
    """The repairs of each record, and the news about it that was known, by the id of the record."""
    until = None if known_at is None else end_of(known_at)
    amendments: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if isinstance(record.event, Correction | Retraction) and (
            until is None or is_repair(record.event) or known_since(record) <= until
        ):
            amendments[record.event.of].append(record)
    return amendments


def _reasons(
    terms: Mapping[str, object], replacing: set[str], view: Viewed, records: Iterable[Record]
) -> Iterator[Reason]:
    """The facts that count, then those that may replace them, then the records that are not believed as facts.

    `terms` are what the facts that count add or state, and `replacing` what may replace them, by the ids of both.
    """
    amendments = _amendments(records, view.known_at)
    circles = {each for circle in view.belief.links.circles for each in circle}
    # The facts of the view are those of the belief as they count there, and so take their place.
    facts = {fact.id: fact for fact in (*view.belief.facts, *view.facts)}
    believed = {each: fact for each, fact in facts.items() if each in terms or each in replacing}
    for fact in sorted(believed.values(), key=lambda each: (each.id not in terms, each.rank)):
        term = terms.get(fact.id)
        yield Reason.of_fact(
            fact,
            "counts" if fact.id in terms else "circle" if fact.id in circles else "replaces",
            term.amount if isinstance(term, Term) else term,
            (record for member in fact.members for record in amendments.get(member, ())),
            view.known_at,
        )
    duplicates = {each for fact in believed.values() for each in fact.members} - believed.keys()
    others = (replacing | duplicates) - believed.keys()
    for record in records:
        if record.id in others and isinstance(record.event, Event):
            part: Part = "duplicate" if record.id in duplicates else "circle" if record.id in circles else "replaces"
            about = tuple(amendments.get(record.id, ()))
            yield Reason(record.id, record.event, record.event.date, part, amendments=about)
