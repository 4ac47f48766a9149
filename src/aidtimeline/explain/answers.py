"""Taking an answer apart, the bounds of a sum or the possible values of a state, into the facts that it comes from."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from attrs import field, frozen

from aidtimeline.errors import UnknownKey
from aidtimeline.events import Correction, Event, Record, Retraction
from aidtimeline.explain.reasons import Part, Reason
from aidtimeline.explain.text import key_in_words, paragraph, said
from aidtimeline.projections import Bounds, State, Sum, Term, fold
from aidtimeline.semantics.amendments import is_repair, known_since
from aidtimeline.semantics.provenance import records_about, superseders
from aidtimeline.semantics.view import Viewed
from aidtimeline.text.safe import printable, shown
from aidtimeline.values.dates import end_of
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary
from aidtimeline.words import cuts


class Explained(Protocol):
    """What can be explained: a projection that is made of one sum or state."""

    @property
    def piece(self) -> Sum[Any] | State[Any, Any]:
        """The sum or the state."""


@frozen
class Explanation:
    """Why an answer is what it is. `answer` is the bounds of a sum, or the possible values of a state.

    A sum has a `unit` (None: pieces) or a `currency`. `reasons` are first the facts that count in some world, then what
    may replace them. `records` are all that is needed to replay the answer at the same cuts. It prints so that it can
    be cited.
    """

    name: str
    answer: Bounds | frozenset[Any]
    unit: str | None
    currency: str | None
    reasons: tuple[Reason, ...]
    records: tuple[Record, ...] = field(repr=False)
    as_of: date
    known_at: date | datetime | None
    recorded_until: date | datetime | None
    vocabulary: Vocabulary = field(default=NO_VOCABULARY, repr=False, eq=False)

    def lines(self, width: int | None = None) -> Iterator[str]:
        """The explanation as a person reads it, in a room so many cells of a terminal wide (None: any)."""
        yield printable(f"{self.name}: {said(self.answer, self.unit, self.currency)}")
        yield cuts(self.as_of, self.known_at, self.recorded_until)
        for reason in self.reasons:
            yield ""
            yield from paragraph(reason, said(reason.states, self.unit, self.currency), self.vocabulary, width)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def explain(view: Viewed, projection: Explained, key: Hashable) -> Explanation:
    """Take one answer of a view apart: the bounds of a sum, or the values of a state.

    Args:
        view: The view that was asked.
        projection: What was asked of it.
        key: Which of its answers: a key of the projection's `piece`.

    Raises:
        UnknownKey: No fact that may count has this key; the message names the nearest.
    """
    piece: Any = projection.piece
    terms = {fact.id: term for fact in view.facts for each, term in piece.terms(fact) if each == key}
    if not terms:
        raise UnknownKey(_no_such(key, {each for fact in view.facts for each, _ in piece.terms(fact)}))
    counting = [fact for fact in view.facts if fact.id in terms]
    others = superseders(counting, view.belief)
    records = tuple(records_about({*terms, *others}, _in_log(view), view.belief))
    named, unit = key if isinstance(piece, Sum) and isinstance(key, tuple) else (key, None)
    of_key = dict(zip(getattr(projection, "names", ()), named, strict=False)) if isinstance(named, tuple) else {}
    return Explanation(
        name=key_in_words(named),
        answer=piece.finish(fold(counting, piece))[key],
        unit=unit,
        currency=of_key.get("currency"),
        reasons=tuple(_reasons(terms, others, view, records)),
        records=records,
        as_of=view.as_of,
        known_at=view.known_at,
        recorded_until=view.recorded_until,
        vocabulary=view.vocabulary,
    )


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


def _no_such(key: object, known: Iterable[object]) -> str:
    names = {key_in_words(each) for each in known}
    near = difflib.get_close_matches(key_in_words(key), names, cutoff=0.5)
    return f"nothing counts under {shown(key_in_words(key))}" + (f"; the nearest: {', '.join(near)}" if near else "")
