"""Taking an answer apart, the bounds of a sum or the possible values of a state, into the facts that it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from attrs import field, frozen

from aidtimeline.events import Correction, Event, Record, Retraction
from aidtimeline.explain.reasons import Part, Reason
from aidtimeline.projections import Bounds, State, Sum, Term, fold
from aidtimeline.projections.results import Result, find
from aidtimeline.projections.sums import Sums
from aidtimeline.semantics.amendments import is_repair, known_since
from aidtimeline.semantics.provenance import records_about, superseders
from aidtimeline.semantics.view import Viewed
from aidtimeline.values.dates import end_of


class Explained(Protocol):
    """What can be explained: a projection that is made of one sum or state."""

    @property
    def piece(self) -> Sum[Any] | State[Any, Any]:
        """The sum or the state."""


@frozen
class Explanation(Result[Reason, Reason]):
    """Why an answer is what it is. `answer` is the bounds of a sum, or the possible values of a state.

    `name` says in words what was asked. A sum has a `unit` (None: pieces) or a `currency`. The rows are the reasons:
    first the facts that count in some world, then what may replace them; the key is the id of a fact. `records` are all
    that is needed to replay the answer at the cuts of the view. It prints so that it can be cited.
    """

    name: str
    answer: Bounds | frozenset[Any]
    unit: str | None
    currency: str | None
    rows: tuple[Reason, ...]
    records: tuple[Record, ...] = field(repr=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rows."""
        return self.rows


def explain(view: Viewed, projection: Explained, key: Hashable) -> Explanation:
    """Take one answer of a view apart: the bounds of a sum, or the values of a state.

    Args:
        view: The view that was asked.
        projection: What was asked of it.
        key: Which of its answers, as the result is asked for it: of sums the values of the row's key, and of counts the
            unit behind these, if there are several; of project states the project and the field; of participations
            project, party and role.

    Raises:
        UnknownKey: No fact that may count has this key; the message names the nearest.
    """
    piece: Any = projection.piece
    sums = projection if isinstance(projection, Sums) else None
    known = {each for fact in view.facts for each, _ in piece.terms(fact)}
    units = sums is not None and not sums.money
    whole = find(key, known, units=units)
    terms = {fact.id: term for fact in view.facts for each, term in piece.terms(fact) if each == whole}
    counting = [fact for fact in view.facts if fact.id in terms]
    others = superseders(counting, view.belief)
    records = tuple(records_about({*terms, *others}, _in_log(view), view.belief))
    values, unit = (whole[:-1], whole[-1]) if units else (whole, None)
    return Explanation(
        name=_in_words(values),
        answer=piece.finish(fold(counting, piece))[whole],
        unit=unit,
        currency=values[sums.names.index("currency")] if sums is not None and sums.money else None,
        rows=tuple(_reasons(terms, others, view, records)),
        records=records,
        view=view,
        question=projection,
    )


def _in_words(key: object) -> str:
    """A key as a person says it: its values, without those that are none."""
    values = key if isinstance(key, tuple) else (key,)
    return ", ".join(str(each) for each in values if each is not None) or "all"


def _in_log(view: Viewed) -> Iterator[Record]:
    """The records that stood in the log."""
    until = None if view.recorded_until is None else end_of(view.recorded_until)
    return (record for record in view.records if until is None or record.recorded_at <= until)


def _amendments(records: Iterable[Record], known_at: date | datetime | None) -> Mapping[str, list[Record]]:
    """The corrections and retractions of each record, as far as they were out."""
    until = None if known_at is None else end_of(known_at)
    amendments: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if isinstance(record.event, Correction | Retraction) and (
            until is None or is_repair(record.event) or known_since(record) <= until
        ):
            amendments[record.event.of].append(record)
    return amendments


def _reasons(
    terms: Mapping[str, object], others: set[str], view: Viewed, records: Iterable[Record]
) -> Iterator[Reason]:
    """The facts that count, then what may replace them: believed facts in their order, and what is not believed."""
    amendments = _amendments(records, view.known_at)
    circles = {each for circle in view.belief.links.circles for each in circle}
    believed = {fact.id: fact for fact in (*view.belief.facts, *view.facts) if fact.id in terms or fact.id in others}
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
    for record in records:
        if record.id in (others | duplicates) - believed.keys() and isinstance(record.event, Event):
            part: Part = "duplicate" if record.id in duplicates else "circle" if record.id in circles else "replaces"
            told = tuple(amendments.get(record.id, ()))
            yield Reason(record.id, record.event, record.event.date, part, amendments=told)
