"""The facts of one day: those that may count by its end, each with the group in which it is weighed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cache

import attrs

from aidtimeline.events import PROMISE
from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.links import Happened, all_above, cut_links


def cut(belief: Belief, as_of: date) -> tuple[Fact, ...]:
    """The facts that count in some world by the end of a day, in order; each says whether it does in every one."""
    happened: dict[str, Happened] = {fact.id: how for fact in belief.facts if (how := fact.happened(as_of)) != "never"}
    linked = cut_links(belief.links, happened)
    standing = _standing(belief, happened, linked.replaced)
    facts = []
    for fact in belief.facts:
        if fact.id in happened and fact.id not in linked.replaced:
            group = linked.groups.get(fact.id)
            certain = happened[fact.id] == "surely" and group is None
            by = None if fact.date.certain_by(as_of) else as_of
            fulfils = tuple(sorted({each for promise in fact.fulfils for each in standing(promise)}))
            facts.append(attrs.evolve(fact, certain=certain, by=by, group=group, fulfils=fulfils))
    return tuple(facts)


def _standing(
    belief: Belief, happened: Mapping[str, Happened], replaced: Collection[str]
) -> Callable[[str], frozenset[str]]:
    """What stands in a view for a promise, by its id: nothing if it is not a promise, not believed or yet to come."""

    @cache
    def promises() -> frozenset[str]:
        return frozenset(fact.id for fact in belief.facts if fact.nature is PROMISE)

    @cache
    def standing(promise: str) -> frozenset[str]:
        if promise not in promises() or promise not in happened:
            return frozenset()
        found = all_above([promise], belief.links.above)
        return frozenset(each for each in found if each in happened and each not in replaced)

    return standing
