"""Provenance: which facts may replace others, which records facts are made of, and which reports they rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from datetime import date, datetime

from aidtimeline.events import Record, Source
from aidtimeline.graphs import path
from aidtimeline.semantics.amendments import aims, out_since
from aidtimeline.semantics.beliefs import Belief
from aidtimeline.semantics.facts import Fact
from aidtimeline.semantics.links import Group, all_above, link
from aidtimeline.values.dates import end_of

TANGLED = 100
"""In a group or circle of more facts, what no link needs to run through is named too."""


def superseders(
    facts: Iterable[Fact],
    belief: Belief,
    as_of: date,
    adds: Callable[[Fact], bool],
    through: Collection[str] = (),
) -> set[str]:
    """The ids of all that may replace one of the facts, directly or through others, and of what the links run through.

    The facts are those of one view, as of a day, that add to an answer; `adds` says of any fact whether it would. What
    cannot have happened by then, and what links need not run through, is left out. Links between the members of a
    circle are ignored, so if ids are in a circle, others of it are there too: as many as keep it one. Where these, or
    what overlaps are seen `through`, would add to the answer themselves, what replaces them is there too.
    """
    facts = list(facts)
    ids = {fact.id for fact in facts}
    groups = {fact.group.key: fact.group for fact in facts if fact.group is not None}
    found = set(ids)
    for group in groups.values():
        for part in group.parts(ids):
            found |= _needed(part, ids)
    seen = set(through) - found
    return _Kept(found, belief, as_of, adds, seen).ids - ids - seen


def _needed(part: Group, ids: Container[str]) -> set[str]:
    """The members of a part without those that no link needs to run through."""
    above = dict(part.above)
    below: dict[str, list[str]] = defaultdict(list)
    for each, others in above.items():
        for other in others:
            below[other].append(each)
    if len(part.members) > TANGLED or all(len(others) < 2 for others in above.values()):
        return set(part.members)

    def perhaps_above(each: str, without: str) -> set[str]:
        reached = all_above([each], {**above, without: ()} if each != without else above)
        return {other for other in reached if part.happened[other] == "perhaps"} - {each}

    for each in part.members:
        if part.happened[each] != "never":
            continue
        through = perhaps_above(each, each)
        lower = [other for other in below[each] if each in above[other]]
        if all(through <= perhaps_above(other, each) for other in lower):
            for other in lower:
                above[other] = tuple(one for one in above[other] if one != each)
    return all_above((each for each in part.members if each in ids), above)


class _Kept:
    """The `ids`, with those without which other links would be ignored than in the whole log."""

    def __init__(
        self, core: set[str], belief: Belief, as_of: date, adds: Callable[[Fact], bool], also: Collection[str]
    ) -> None:
        self.ids = set(core)
        self._links, self._as_of, self._adds = belief.links, as_of, adds
        if not belief.links.circles and not also:
            return
        self._facts = {fact.id: fact for fact in belief.facts}
        self._circle_of = {each: circle for circle in belief.links.circles for each in circle}
        self._matter = {*core, *(other for each in core for other in belief.links.above.get(each, ()))}
        self._waiting = list(dict.fromkeys(self._circle_of[each] for each in core if each in self._circle_of))
        for each in sorted(also):
            self._add(each)
        while self._waiting:
            self._keep(self._waiting.pop())

    def _keep(self, circle: tuple[str, ...]) -> None:
        """Add members of a circle, until every link between its members here is in a circle of them."""
        while True:
            here = [each for each in circle if each in self.ids]
            if len(circle) > TANGLED:
                missing = [each for each in circle if each not in self.ids] if len(here) > 1 else []
            else:
                missing = self._missing(circle, here)
            if not missing:
                return
            for each in missing:
                self._add(each)

    def _missing(self, circle: tuple[str, ...], here: list[str]) -> list[str]:
        within = {each: [other for other in self._links.ignored.get(each, ()) if other in self.ids] for each in here}
        number = {each: at for at, round_ in enumerate(link(within).circles) for each in round_}
        for each in here:
            for other in within[each]:
                if other in self._matter and number.get(each, -1) != number.get(other, -2):
                    way = path([other], [each], lambda step: self._links.ignored.get(step, ()))
                    return [step for step in way if step not in self.ids]
        return []

    def _add(self, each: str) -> None:
        """Add an id, and if it would add to the answer by itself, what replaces it."""
        self.ids.add(each)
        self._matter.update(self._links.above.get(each, ()))
        if each in self._circle_of:
            self._waiting.append(self._circle_of[each])
        fact = self._facts.get(each)
        if fact is not None and fact.date.possible_by(self._as_of) and self._adds(fact):
            surely = (other for other in all_above([each], self._links.above) - {each} if self._has_happened(other))
            top = min(surely, default=None, key=lambda other: (other not in self.ids, other))
            for step in () if top is None else path([each], [top], lambda step: self._links.above.get(step, ())):
                if step not in self.ids:
                    self._add(step)

    def _has_happened(self, each: str) -> bool:
        return each in self._facts and self._facts[each].happened(self._as_of) == "surely"


def records_about(ids: Iterable[str], records: Iterable[Record], belief: Belief) -> list[Record]:
    """The records that these facts are made of: their own, their amendments, and those of their duplicates.

    If the `superseders` of the facts are among the ids, replaying only these records gives the facts again, with their
    links. A record that an amendment names, but that is a fact of its own, is left out.
    """
    wanted = set(ids)
    others = {member for fact in belief.facts if fact.id not in wanted for member in fact.members}
    records = tuple(records)
    naming: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for aim in aims(record.event):
            naming[aim].append(record)
    waiting = list(wanted)
    while waiting:
        for amendment in naming[waiting.pop()]:
            for each in (amendment.id, *aims(amendment.event)):
                if each not in wanted and each not in others:
                    wanted.add(each)
                    waiting.append(each)
    return [record for record in records if record.id in wanted]


def sources_of(fact: Fact, cut: date | datetime | None) -> Iterator[Source]:
    """The reports of a fact that were out by a cut, account by account."""
    return (source for account in fact.accounts for source in account.sources if out_by(source, cut))


def out_by(source: Source, cut: date | datetime | None) -> bool:
    """Whether a report was published or retrieved by a cut (inclusive; None: no cut). One without any date was."""
    last = out_since(source)
    return cut is None or last is None or end_of(last) <= end_of(cut)
