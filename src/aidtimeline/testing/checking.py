"""One call that holds a projection to every law of projections (docs/semantics.md, "The laws")."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, TypeAlias

import attrs
from hypothesis import Phase, assume, given, settings, strategies as st

from aidtimeline.codec import encode
from aidtimeline.events import Record
from aidtimeline.projections import Projection
from aidtimeline.testing import amendments, laws, worlds
from aidtimeline.testing.drawnlogs import chains, corrections_within, cuts, logs, news, repairs
from aidtimeline.testing.laws import Cuts, LawBroken
from aidtimeline.testing.strategies import days, repeatable

Asked: TypeAlias = st.SearchStrategy[dict[str, Any]]
"""What a law is tried on: all that it takes but the projection, by name."""


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
        _hold(partial(law, projection=projection), asked, examples * times)


def _hold(law: Callable[..., None], asked: Asked, examples: int) -> None:
    smallest: list[LawBroken] = []  # Hypothesis runs the smallest example last

    @settings(repeatable(examples), report_multiple_bugs=False, phases=[Phase.generate, Phase.shrink])
    @given(asked)
    def holds(question: dict[str, Any]) -> None:
        try:
            law(**question)
        except LawBroken as broken:
            smallest[:] = [_with_question(broken, **question)]
            raise

    try:
        holds()
    except LawBroken:
        raise smallest[0] from None


def _with_question(broken: LawBroken, records: list[Record], cuts: Cuts, **more: object) -> LawBroken:
    question = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in attrs.asdict(cuts).items() if value is not None
    )
    drawn = [each for each in more.values() if isinstance(each, Record)]
    log = "\n".join(map(encode, [*records, *drawn]))
    return LawBroken(broken.law, f"{broken.found}\n{question}, in the log:\n{log}")


@st.composite
def _amended(draw: st.DrawFn, name: str, amendment: Callable[[list[Record]], st.SearchStrategy[Record]]) -> Any:
    records = draw(logs())
    return {"records": records, "cuts": draw(cuts()), name: draw(amendment(records))}


@st.composite
def _corrected_within(draw: st.DrawFn) -> Any:
    records, asked = draw(logs()), attrs.evolve(draw(cuts()), recorded_until=None)
    facts = [fact for fact in laws.facts_at(records, asked) if not fact.disputed]
    assume(facts)
    correction = draw(corrections_within(draw(st.sampled_from(facts)), asked))
    return {"records": records, "cuts": asked, "correction": correction}


_RANDOM = {"random": st.integers(0, 99).map(Random)}
_LOGS = {"records": logs(), "cuts": cuts()}
_CHAINS = {"records": chains(), "cuts": st.builds(Cuts, days())}

_ANY: Asked = st.fixed_dictionaries(_LOGS)
_ANY_SHUFFLED: Asked = st.fixed_dictionaries(_LOGS | _RANDOM)
_RAISED: Asked = st.fixed_dictionaries(_CHAINS)
_RAISED_SHUFFLED: Asked = st.fixed_dictionaries(_CHAINS | _RANDOM)

#: Each law, what it is tried on, and how many times `examples`; in the order of trying. The bounds of raised promises
#: come first: they are quickly tested, and most mistakes are made there.
LAWS: tuple[tuple[Callable[..., None], Asked, int], ...] = (
    (worlds.soundness, _RAISED, 4),
    (worlds.tightness, _RAISED, 4),
    (worlds.soundness, _ANY, 1),
    (worlds.tightness, _ANY, 1),
    (laws.split, _RAISED_SHUFFLED, 1),
    (laws.split, _ANY_SHUFFLED, 1),
    (laws.order, _ANY_SHUFFLED, 1),
    (laws.idempotence, _ANY_SHUFFLED, 1),
    (laws.union, _ANY_SHUFFLED, 1),
    (laws.prefix, _ANY, 1),
    (partial(amendments.refinement, narrower=worlds.no_wider), _corrected_within(), 1),
    (amendments.repair, _amended("repair", repairs), 1),
    (amendments.news, _amended("news", news), 1),
)
