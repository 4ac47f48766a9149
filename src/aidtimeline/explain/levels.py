"""What is behind a reported level: the observations, and the facts of the record that lie or may lie in it."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date

from attrs import evolve, frozen

from aidtimeline.explain.behind import Behind, profiles
from aidtimeline.explain.reasons import Part
from aidtimeline.graphs import path
from aidtimeline.projections import Levels
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.levels.comparing import LevelSums, levels_of
from aidtimeline.projections.levels.finding import Finder
from aidtimeline.projections.levels.held import levels
from aidtimeline.projections.levels.near import near
from aidtimeline.projections.levels.question import LevelRow, LevelTable
from aidtimeline.projections.levels.things import Lying, Thing
from aidtimeline.semantics import Fact, phases
from aidtimeline.semantics.links import all_above
from aidtimeline.semantics.provenance import superseders
from aidtimeline.semantics.view import Viewed


def behind_level(view: Viewed, question: Levels, key: Hashable) -> Behind:
    """What is behind the level with this key, a `Thing`. Raises `UnknownKey` if there is none."""
    row: LevelRow = (_of(key, view, question) or levels(view, question))[key]
    view = near(view, [row.thing])
    parts: dict[str, tuple[Part, object]] = {}
    for fact in row.facts:
        parts[fact.id] = "level", next(each.amount for each in levels_of(fact) if each.thing == row.thing)
    replacing = superseders(row.facts, view.belief, view.as_of, lambda fact: fact in row.facts)
    found = [] if row.thing.stands_alone else _record(view, row)
    for each in sorted(found, key=lambda each: not each.surely):
        parts[each.fact.id] = "lies in it" if each.surely else "may lie in it", each.states
        replacing |= each.replacing
    if row.project is not None and not row.thing.stands_alone:
        projects = {row.project, *(each.fact.project for each in found)}
        parts |= {fact.id: ("contains", fact.parent) for fact in profiles(projects, view.belief.facts)}
    return Behind(
        key=row.thing,
        name=row.thing.words,
        answer=row,
        parts=parts,
        replacing=replacing - parts.keys(),
        facts=tuple(each.fact for each in found),
        unit=row.unit,
        currency=row.currency,
        view=view,
    )


def _of(key: Hashable, view: Viewed, question: Levels) -> LevelTable:
    """The level with this key, without looking at others; none if there is none."""
    return levels(view, question, lambda fact: any(each.thing == key for each in levels_of(fact)))


@frozen
class _Found:
    """A fact of the record that lies in a level, or may, as it counts on the level's days."""

    fact: Fact
    surely: bool
    states: object
    replacing: set[str]


def _record(view: Viewed, row: LevelRow) -> list[_Found]:
    """The facts that lie, or may lie, in a level on any of its days, and what may replace each."""
    first = min(fact.date.earliest or date.min for fact in row.facts)
    last = min(max(fact.date.latest or date.max for fact in row.facts), view.as_of)
    containing = Containing(view.vocabulary, view.belief.facts)
    finder = Finder([row.thing], containing)
    sums = LevelSums(finder, view.vocabulary, money=row.currency is not None)

    def lies(fact: Fact) -> bool:
        return bool(sums.terms(fact))

    found: dict[str, _Found] = {}
    for phase in phases(view.belief, lies):
        since, until = phase.since or date.min, phase.until or date.max
        if since > last or (phase.until is not None and until <= first):
            continue
        above = superseders(phase.facts, view.belief, max(since, first), lies)
        throughout = since <= first and (phase.until is None or until > last)
        for fact in phase.facts:
            before = found.get(fact.id)
            replacing = above | (before.replacing if before else set()) | _later(fact, last, view, gone=not throughout)
            how = dict(sums.lying(fact).each).get(0)
            surely = how is not None and how.surely
            counting = evolve(fact, certain=fact.certain and throughout)
            found[fact.id] = _Found(counting, surely, _states(fact, row.thing, how, sums), replacing)
    return sorted(found.values(), key=lambda each: each.fact.rank)


def _later(fact: Fact, last: date, view: Viewed, *, gone: bool) -> set[str]:
    """What replaces a fact within the days of a level, and what the links run through."""
    if not gone:
        return set()
    above = view.belief.links.above
    happened = {each.id for each in view.belief.facts if each.date.possible_by(last)}
    replacing = (all_above([fact.id], above) - {fact.id}) & happened
    return {step for each in replacing for step in path([fact.id], [each], lambda step: above.get(step, ()))} - {
        fact.id
    }


def _states(fact: Fact, thing: Thing, how: Lying | None, sums: LevelSums) -> object:
    """What a fact adds to a level; in another unit or currency, what it states."""
    for measure, term in sums.of(fact, thing):
        if measure == thing.measure:
            return term.amount if how is None else evolve(how, surely=True).of(term.amount)
    return fact.value if thing.currency is not None else " ".join(filter(None, (str(fact.quantity), fact.unit)))
