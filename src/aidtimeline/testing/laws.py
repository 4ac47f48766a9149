"""The laws of replay, as functions: each takes records, cuts and a projection, and raises `LawBroken`.

The records may be drawn or not. The numbers are those of docs/semantics.md, "The laws"; the laws of amendments are in
`amendments`. `check_laws` tries the laws of replay on given records, `check_projection` all laws on drawn ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from itertools import product
from random import Random
from typing import Any, TypeVar

import attrs
from attrs import frozen

from aidtimeline.codec import decode, encode
from aidtimeline.errors import AidtimelineError
from aidtimeline.events import LEVEL, Amendment, Correction, Corroboration, Event, Record, Retraction
from aidtimeline.projections import Projection, fold
from aidtimeline.semantics import Fact, believe, cut
from aidtimeline.semantics.takenoff import states_amount
from aidtimeline.timeline import replay

LINKS = ("supersedes", "fulfils", "part_of", "overlaps")
"""The fields of an event that name others."""

OF_A_LEVEL = ("item", "indicator", "quantity", "unit", "value")
"""Of which an observation must have some: it is never summed."""

S = TypeVar("S")
R = TypeVar("R")


@frozen
class Cuts:
    """The cuts of a question, all inclusive, as `replay` takes them.

    `as_of` is the day of the view. `known_at` and `recorded_until` are days or instants; None: no cut.

    >>> from aidtimeline import Counts, EventLog
    >>> cuts = Cuts(as_of=date(2023, 11, 28), known_at=date(2023, 11, 28))
    >>> print(replay(EventLog("events").read(), Counts(), **attrs.asdict(cuts))["truck"])
    30
    """

    as_of: date
    known_at: date | datetime | None = None
    recorded_until: date | datetime | None = None


class LawBroken(AidtimelineError, AssertionError):
    """A law does not hold: `law` says which, `found` what was found instead.

    `records` are the smallest log found that shows it, and `cuts` the question asked of it, if there are such.

    >>> from aidtimeline import EventLog
    >>> class First:
    ...     def initial(self):
    ...         return None
    ...     def step(self, state, fact):
    ...         return state or fact.id
    ...     def merge(self, one, other):
    ...         return one or other
    ...     def finish(self, state):
    ...         return state
    >>> try:
    ...     check_laws(EventLog("events").read(), Cuts(date(2023, 11, 28)), First())
    ... except LawBroken as broken:
    ...     print(broken.law)
    split
    """

    def __init__(self, law: str, found: str, *, records: Iterable[Record] = (), cuts: Cuts | None = None) -> None:
        self.law = law
        self.found = found
        self.records: tuple[Record, ...] = tuple(records)
        self.cuts = cuts
        super().__init__(f"{law}: {found}")


def answer(records: Iterable[Record], cuts: Cuts, projection: Projection[Any, R]) -> R:
    """The result of the projection on the records at these cuts."""
    return replay(records, projection, **attrs.asdict(cuts))


def facts_at(records: Iterable[Record], cuts: Cuts) -> tuple[Fact, ...]:
    """The facts of the view at these cuts."""
    return cut(believe(records, known_at=cuts.known_at, recorded_until=cuts.recorded_until), cuts.as_of)


def check_laws(records: Iterable[Record], cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Hold a projection to the laws of order, idempotence, union and split on these `records`.

    `projection` is asked at `cuts`. Results are compared with `==`. Records are shuffled, and facts split, in the same
    way in every run. Raises `LawBroken`.

    >>> from aidtimeline.projections import Counts
    >>> check_laws([], Cuts(date(2023, 11, 28)), Counts(by="item"))
    """
    random, records = Random(0), list(records)
    for law in (order, idempotence, union, split):
        law(records, cuts, projection, random)


def order(records: Sequence[Record], cuts: Cuts, projection: Projection[Any, Any], random: Random) -> None:
    """Law 1: shuffling a log changes no answer."""
    shuffled = random.sample(records, len(records))
    same("order", answer(records, cuts, projection), answer(shuffled, cuts, projection))


def idempotence(records: Sequence[Record], cuts: Cuts, projection: Projection[Any, Any], random: Random) -> None:
    """Law 2: recording again, at the same instant or a later one, changes nothing."""
    last = max((record.recorded_at for record in records), default=datetime.max)
    again = [attrs.evolve(record, recorded_at=random.choice((record.recorded_at, last))) for record in records]
    both = random.sample([*records, *again], 2 * len(records))
    same("idempotence", answer(records, cuts, projection), answer(both, cuts, projection))


def union(records: Sequence[Record], cuts: Cuts, projection: Projection[Any, Any], random: Random) -> None:
    """Law 3: two logs merged by lines, in either order, shared lines once or twice, are the log of all records."""
    shares = [random.choice(("left", "right", "both")) for _ in records]
    left, right = (
        [encode(record) for record, share in zip(records, shares, strict=True) if share in (side, "both")]
        for side in ("left", "right")
    )
    whole = answer(records, cuts, projection)
    for merged in (left + right, right + left, list(dict.fromkeys(left + right))):
        same("union", whole, answer(map(decode, merged), cuts, projection))


def split(records: Sequence[Record], cuts: Cuts, projection: Projection[Any, Any], random: Random) -> None:
    """Law 4: facts split in any way, folded in parts and merged in any order give what one fold of all gives."""
    split_facts(facts_at(records, cuts), projection, random)


def split_facts(facts: Sequence[Fact], projection: Projection[Any, Any], random: Random) -> None:
    """Law 4 for the facts of a view, split in one way."""
    whole = projection.finish(fold(facts, projection))
    parts: list[list[Fact]] = [[] for _ in range(random.randint(1, 4))]
    for fact in random.sample(facts, len(facts)):
        random.choice(parts).append(fact)
    states = [fold(part, projection) for part in parts]
    same("split (merge is commutative)", _merged(projection, states), _merged(projection, states[::-1]))
    while len(states) > 1:
        one = states.pop(random.randrange(len(states)))
        other = states.pop(random.randrange(len(states)))
        states.append(projection.merge(one, other))
    same("split", whole, projection.finish(states[0]))


def split_in_two(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """Law 4 for the facts of a view, split into two in every way (of the first four), and into single facts."""
    whole = projection.finish(fold(facts, projection))
    few = facts[:4]
    for sides in product((True, False), repeat=len(few)):
        left = [fact for fact, side in zip(few, sides, strict=True) if side]
        right = [fact for fact in facts if fact not in left]
        same("split", whole, projection.finish(projection.merge(fold(left, projection), fold(right, projection))))
    from_left = reduce(projection.merge, [fold([fact], projection) for fact in facts], projection.initial())
    same("split (merge is associative)", whole, projection.finish(from_left))
    singles = [fold([fact], projection) for fact in reversed(facts)]
    from_right = reduce(lambda one, other: projection.merge(other, one), singles, projection.initial())
    same("split (merge is associative)", whole, projection.finish(from_right))


def _merged(projection: Projection[S, R], states: Iterable[S]) -> R:
    return projection.finish(reduce(projection.merge, states, projection.initial()))


def prefix(records: Sequence[Record], cuts: Cuts, projection: Projection[Any, Any]) -> None:
    """Law 5: of a record that is dated wholly after the cut and has no amendment, only the links are read.

    And the date of one of which a cancellation takes off an amount: that ends nothing before it is promised.
    """
    amended = {of for record in records if not isinstance(record.event, Event) for of in aims(record.event)}
    stated = (getattr(record.event, "event", record.event) for record in records)
    amended |= {of for each in stated if isinstance(each, Event) and states_amount(each) for of in each.supersedes}
    kept: list[Record] = []
    for record in records:
        event = record.event
        after = isinstance(event, Event) and not event.date.possible_by(cuts.as_of)
        if record.id in amended or not after:
            kept.append(record)
        elif bare := links_of(event):
            kept.append(attrs.evolve(record, event=bare))
    same("prefix", answer(records, cuts, projection), answer(kept, cuts, projection))


def aims(amendment: Amendment) -> set[str]:
    """The records that an amendment refers to, itself or in the amendment with which it replaces another."""
    twin = {amendment.duplicate_of} if isinstance(amendment, Retraction) and amendment.duplicate_of else set()
    return {amendment.of, *twin, *nested_aims(amendment)}


def nested_aims(event: Event | Amendment) -> set[str]:
    """The records that a correction refers to in the amendment with which it replaces another."""
    nested = event.event if isinstance(event, Correction) else None
    return aims(nested) if isinstance(nested, Correction | Retraction | Corroboration) else set()


def links_of(event: Event | Amendment) -> Event | None:
    """An event of the kind of another, with its links and what it must have, and nothing else; None if it has none."""
    if not isinstance(event, Event) or not any(getattr(event, name) for name in LINKS):
        return None
    kept = (*LINKS, *OF_A_LEVEL) if event.nature is LEVEL else LINKS
    fields = attrs.fields(type(event))
    others = (each for each in fields if each.name not in kept and each.default is not attrs.NOTHING)
    return attrs.evolve(event, **{each.name: each.default for each in others})


def earliest(records: Iterable[Record]) -> dict[str, Record]:
    """Of each id the record with the earliest instant."""
    return {each.id: each for each in sorted(records, key=lambda each: each.recorded_at, reverse=True)}


def round_trip(record: Record) -> None:
    """Law 15: a record is read as it was written, and there is one way to write it."""
    line = encode(record)
    same("round trip", record, decode(line))
    same("round trip (canonical)", line, encode(decode(line)))


def hold(law: str, truth: object, found: str) -> None:
    """Raise `LawBroken` unless `truth` is true."""
    if not truth:
        raise LawBroken(law, found)


def same(law: str, expected: object, found: object) -> None:
    """Raise `LawBroken` if two answers differ."""
    if expected != found:
        raise LawBroken(law, f"expected {expected!r}, found {found!r}")
