"""One call that holds a projection to every law of projections (docs/semantics.md, "The laws")."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, TypeAlias

import attrs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aidtimeline.codec import encode
from aidtimeline.events import Event, Record
from aidtimeline.projections import Projection
from aidtimeline.semantics import Fact, believe, cut
from aidtimeline.testing import amendments, laws, worlds
from aidtimeline.testing.laws import Cuts, LawBroken
from aidtimeline.testing.drawnlogs import chains, corrections_within, cuts, logs, news, repairs
from aidtimeline.testing.strategies import days

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Law: TypeAlias = Callable[[list[Record], Cuts, Projection[Any, Any], Draw], None]
Asked: TypeAlias = st.SearchStrategy[tuple[list[Record], Cuts]]


def check_projection(projection: Projection[Any, Any], *, examples: int = 100) -> None:
    """Hold a projection to the laws: bounds, split, order, idempotence, union, prefix, refinement, repair, news.

    Logs, cuts and amendments are drawn, the same ones in every run. Results are compared with `==`; bounds and
    quantities in them (in mappings and lists, at any depth) must contain what is true in each world, and be reached in
    some. The same instance is used throughout: what it has to remember must be in the state.

    Args:
        projection: The projection to test.
        examples: How many logs each law is tried on, at least.

    Raises:
        LawBroken: With the name of the law, what was found instead, and the smallest log and question that show it.
        Exception: Whatever the projection itself raises.

    >>> from aidtimeline.projections import Counts
    >>> check_projection(Counts(by="item"), examples=5)
    """
    for law, asked, times in LAWS:
        _hold(law, asked, projection, examples * times)


def _hold(law: Law, asked: Asked, projection: Projection[Any, Any], examples: int) -> None:
    smallest: list[LawBroken] = []  # Hypothesis runs the smallest example last

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(asked, st.data())
    def holds(question: tuple[list[Record], Cuts], data: st.DataObject) -> None:
        records, cuts = question
        drawn: list[Record] = []

        def draw(strategy: st.SearchStrategy[Any]) -> Any:
            value = data.draw(strategy)
            drawn.extend([value] if isinstance(value, Record) else [])
            return value

        try:
            law(records, cuts, projection, draw)
        except LawBroken as broken:
            smallest[:] = [_with_question(broken, [*records, *drawn], cuts)]
            raise

    try:
        holds()
    except LawBroken:
        raise smallest[0] from None


def _with_question(broken: LawBroken, records: Iterable[Record], cuts: Cuts) -> LawBroken:
    question = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in attrs.asdict(cuts).items() if value is not None
    )
    log = "\n".join(map(encode, records))
    return LawBroken(broken.law, f"{broken.found}\n{question}, in the log:\n{log}")


def _shuffled(law: Callable[[list[Record], Cuts, Projection[Any, Any], Random], None]) -> Law:
    return lambda records, cuts, projection, draw: law(records, cuts, projection, draw(st.integers(0, 99).map(Random)))


def _bounds(law: Callable[[tuple[Fact, ...], Projection[Any, Any]], None]) -> Law:
    return lambda records, cuts, projection, _: law(_facts(records, cuts), projection)


def _facts(records: list[Record], asked: Cuts) -> tuple[Fact, ...]:
    return cut(believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until), asked.as_of)


def _refinement(records: list[Record], asked: Cuts, projection: Projection[Any, Any], draw: Draw) -> None:
    asked = attrs.evolve(asked, recorded_until=None)
    facts = [fact for fact in _facts(records, asked) if not fact.disputed]
    if facts:
        correction = draw(corrections_within(draw(st.sampled_from(facts)), asked))
        amendments.refinement(records, correction, asked, projection, worlds.no_wider)


def _repair(records: list[Record], asked: Cuts, projection: Projection[Any, Any], draw: Draw) -> None:
    if any(isinstance(record.event, Event) for record in records):
        amendments.repair(records, draw(repairs(records)), asked, projection)


def _news(records: list[Record], asked: Cuts, projection: Projection[Any, Any], draw: Draw) -> None:
    if any(isinstance(record.event, Event) for record in records):
        amendments.news(records, draw(news(records)), asked, projection)


_ANY: Asked = st.tuples(logs(), cuts())
_RAISED: Asked = st.tuples(chains(), st.builds(Cuts, days()))

#: Each law, the logs and cuts it is tried on, and how many times `examples`; in the order of trying. The bounds of
#: raised promises come first: they are quickly tested, and most mistakes are made there.
LAWS: tuple[tuple[Law, Asked, int], ...] = (
    (_bounds(worlds.soundness), _RAISED, 4),
    (_bounds(worlds.tightness), _RAISED, 4),
    (_bounds(worlds.soundness), _ANY, 1),
    (_bounds(worlds.tightness), _ANY, 1),
    (_shuffled(laws.split), _RAISED, 1),
    (_shuffled(laws.split), _ANY, 1),
    (_shuffled(laws.order), _ANY, 1),
    (_shuffled(laws.idempotence), _ANY, 1),
    (_shuffled(laws.union), _ANY, 1),
    (lambda records, cuts, projection, _: laws.prefix(records, cuts, projection), _ANY, 1),
    (_refinement, _ANY, 1),
    (_repair, _ANY, 1),
    (_news, _ANY, 1),
)
