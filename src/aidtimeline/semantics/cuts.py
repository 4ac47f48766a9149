"""The facts of one day: those that may count by its end, each with the group in which it is weighed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact, changed
from aidtimeline.semantics.links import Happened, cut_links
from aidtimeline.semantics.promises import Promises


def cut(belief: Belief, as_of: date) -> tuple[Fact, ...]:
    """The facts that count in some world by the end of a day, in order; each says whether it does in every one."""
    return cut_where(belief, as_of, Fact.happened)


def cut_where(belief: Belief, as_of: date, happened: Callable[[Fact, date], Happened]) -> tuple[Fact, ...]:
    """The same, given what says of each fact whether it has happened by the day."""
    tied = {each: how for each, fact in belief.tied.items() if (how := happened(fact, as_of)) != "never"}
    linked = cut_links(belief.links, tied)
    promises = Promises(belief, as_of, tied, linked)
    facts = []
    for fact in belief.facts:
        how = happened(fact, as_of)
        if how == "never":
            continue
        by = None if fact.date.certain_by(as_of) and not fact.planned else as_of
        certain = how == "surely"
        if fact.id not in tied:
            facts.append(fact if certain and by is None else changed(fact, certain=certain, by=by))
        elif fact.id not in linked.replaced:
            group = linked.groups.get(fact.id)
            certain = certain and group is None
            facts.append(changed(fact, certain=certain, by=by, group=group, promises=promises))
    return tuple(facts)
