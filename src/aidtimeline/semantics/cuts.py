"""The facts of one day: those that may count by its end, each with the group in which it is weighed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.links import Happened, cut_links
from aidtimeline.semantics.promises import Promises


def cut(belief: Belief, as_of: date) -> tuple[Fact, ...]:
    """The facts that count in some world by the end of a day, in order; each says whether it does in every one."""
    happened: dict[str, Happened] = {fact.id: how for fact in belief.facts if (how := fact.happened(as_of)) != "never"}
    return cut_where(belief, as_of, happened)


def cut_where(belief: Belief, as_of: date, happened: Mapping[str, Happened]) -> tuple[Fact, ...]:
    """The same, given which facts have happened, surely or perhaps; the others have not."""
    linked = cut_links(belief.links, happened)
    promises = Promises(belief, as_of, happened, linked)
    facts = []
    for fact in belief.facts:
        if fact.id in happened and fact.id not in linked.replaced:
            group = linked.groups.get(fact.id)
            certain = happened[fact.id] == "surely" and group is None
            by = None if fact.date.certain_by(as_of) else as_of
            line, keeps = promises.line(fact), promises.keeps(fact)
            facts.append(attrs.evolve(fact, certain=certain, by=by, group=group, promised=line, keeps=keeps))
    return tuple(facts)
