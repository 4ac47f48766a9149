"""What a projection is tried on: a log and cuts, from the corpus of hard logs and drawn.

Hypothesis makes drawn logs of bytes, as a fuzzer would, and the bytes are the same in every run. Left to itself, it
also draws numbers that it finds in the files of whoever calls it, so that a verdict would depend on these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from random import Random
from typing import Any, TypeVar

import attrs
from attrs import frozen
from hypothesis import given, strategies as st

from aidtimeline.codec import record_id
from aidtimeline.events import Amendment, Correction, Corroboration, Event, Record, Source
from aidtimeline.semantics import Fact
from aidtimeline.testing.drawnlogs import FAR_FUTURE, chains, cuts, logs, news, repairs
from aidtimeline.testing.hardlogs import hard_logs
from aidtimeline.testing.laws import Cuts, facts_at
from aidtimeline.testing.strategies import repeatable
from aidtimeline.testing.worlds import worlds
from aidtimeline.values.amounts import Quantity, add
from aidtimeline.values.dates import DateRange, end_of

T = TypeVar("T")

_MOST_DAYS = 4 * 365
"""Longer dates than this are not told more exactly."""

_AS_DRAWN = 10
"""Every so many questions keep the cuts that were drawn with no eye on the log."""

_BYTES = 8192
"""Of so many bytes a log is drawn: the most that Hypothesis takes."""


@frozen
class Question:
    """A log and cuts, and amendments of the log, each recorded after all others.

    `thorough`: laws that need the log to be read again are tried too.
    """

    records: tuple[Record, ...]
    cuts: Cuts
    amendments: tuple[Record, ...] = ()
    thorough: bool = True
    seed: int = 0

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts of the view."""
        return facts_at(self.records, self.cuts)

    @cached_property
    def worlds(self) -> tuple[list[Fact], ...]:
        """The worlds of the view; none if there are too many."""
        return tuple(worlds(self.facts))

    @cached_property
    def closer(self) -> tuple[tuple[Record, tuple[Fact, ...]], ...]:
        """Corrections that say more exactly what a fact says, each with the facts after it."""
        asked = attrs.evolve(self.cuts, recorded_until=None)
        facts = [fact for fact in facts_at(self.records, asked) if not fact.disputed]
        corrections = [each for fact in facts for each in _closer(fact, asked)]
        return tuple((each, facts_at((*self.records, each), asked)) for each in corrections)


def _closer(fact: Fact, cuts: Cuts) -> Iterator[Record]:
    """News of the least and of the largest amount of a fact, on the first and on the last of its days.

    There is none where the record that it corrects has no account of its own that takes part: it may state more than
    the accounts that are known. Nor is there one of a plan, since a later report of it may be one of the deed, or of a
    date for which tables by month have no row of each (docs/projections.md). Nor is there one of a cancellation that
    takes off an amount: an earlier day may be before what it ends was promised, and then it is not sure what is meant.
    """
    own = [each for each in fact.weighed if fact.base in (each.record.id, getattr(each.record.event, "of", None))]
    first, last = fact.date.earliest, fact.date.latest
    untold = all(isinstance(each.record.event, Corroboration) for each in own)
    if (
        untold
        or fact.planned
        or fact.takes_off is not None
        or first is None
        or last is None
        or (last - first).days > _MOST_DAYS
    ):
        return
    for day, end in ((first, "low"), (last, "high")):
        exact: dict[str, Any] = {"date": DateRange.parse(day.isoformat())}
        if fact.quantity is not None and hasattr(fact.event, "quantity"):
            number = getattr(fact.quantity, end)
            number = add(fact.quantity.low, Decimal(7)) if number is None else number
            exact["quantity"] = Quantity(number, number)
        event = attrs.evolve(fact.event, **exact)
        correction = Correction(of=fact.base, event=event, sources=Source(publisher="Rubryka"))
        yield Record(record_id(correction), end_of(cuts.known_at or FAR_FUTURE), correction)


@lru_cache(1)
def hard_questions() -> tuple[Question, ...]:
    """The questions of the corpus. Each log is tried on all laws at one of its cuts."""
    return tuple(
        Question(hard.records, cuts, hard.amendments, thorough=cuts == hard.cuts[-1])
        for hard in hard_logs()
        for cuts in hard.cuts
    )


@st.composite
def _questions(draw: st.DrawFn, drawn_from: st.SearchStrategy[list[Record]]) -> Question:
    records = draw(drawn_from)
    amendments = draw(repairs(records)), draw(news(records))
    return Question(tuple(records), draw(cuts()), amendments)


def _drawing(strategy: st.SearchStrategy[T]) -> Callable[[Random], T]:
    """What makes of the next bytes, as many as it needs, what the strategy draws of them."""
    found: list[T] = []

    @repeatable(1)
    @given(strategy)
    def keep(drawn: T) -> None:
        found.append(drawn)

    take = keep.hypothesis.fuzz_one_input  # type: ignore[attr-defined]

    def draw(random: Random) -> T:
        while not found:
            take(random.randbytes(_BYTES))
        return found.pop()

    return draw


# They are made once, and not in a test that Hypothesis runs: it does not let tests be made there.
_LOG, _CHAIN = _drawing(_questions(logs())), _drawing(_questions(chains()))


def drawn_questions(number: int) -> Iterator[Question]:
    """So many questions, always the same ones. Every third is about something that is raised, or raised again.

    Cuts that are drawn with no eye on the log mostly find nothing in it. So most are asked where it has facts.
    """
    random = Random(0)
    for each in range(number):
        drawn = attrs.evolve((_CHAIN if each % 3 == 0 else _LOG)(random), seed=each)
        yield drawn if each % _AS_DRAWN == 0 else _where_it_matters(drawn, random)


def _where_it_matters(drawn: Question, random: Random) -> Question:
    """The same question at one of a few days of its log: where there are most facts, and most of them in doubt.

    If nothing is known by its other cuts on any of them, it is asked without those.
    """
    days = {day for record in drawn.records for day in _days_of(record.event)}
    cuts = [
        drawn.cuts,
        *(attrs.evolve(drawn.cuts, as_of=day) for day in random.sample(sorted(days), min(len(days), 3))),
    ]
    for others in (drawn.cuts, Cuts(drawn.cuts.as_of)):
        known_at, until = others.known_at, others.recorded_until
        asked = [attrs.evolve(drawn, cuts=Cuts(each.as_of, known_at, until)) for each in cuts]
        best = max(asked, key=lambda each: (len(each.facts), sum(not fact.certain for fact in each.facts)))
        if best.facts:
            return best
    return drawn


def _days_of(event: Event | Amendment) -> Iterator[date]:
    """The first and the last day that an event or an account of one may be of, if they are known."""
    dated = event.event if isinstance(event, Correction) else event
    stated = getattr(dated, "date", None)
    if isinstance(stated, DateRange):
        yield from filter(None, (stated.earliest, stated.latest))
