"""Ledgers: promises and what is given toward them, by kind and item, or kind and money.

What names a promise is *linked* in its scope, and serves no other there. What names none is *free*: it may serve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from attrs import evolve, field, frozen

from aidtimeline.events import END, PROMISE
from aidtimeline.graphs import DisjointSets
from aidtimeline.projections.containing import Containing
from aidtimeline.projections.fulfilment.givers import (
    ANY,
    OPEN,
    Fits,
    Made,
    Measure,
    Thing,
    given_terms,
    parties_of,
    perhaps,
    taken_off_term,
    thing_of,
)
from aidtimeline.projections.fulfilment.lots import Held, How, Ledger, Lot, To
from aidtimeline.projections.protocol import run
from aidtimeline.projections.sums.counting import books_of, measured
from aidtimeline.projections.sums.summing import Sum, Term
from aidtimeline.semantics import Fact
from aidtimeline.semantics.lines import NO_NAMES, Names, Scope
from aidtimeline.vocabulary import Vocabulary


class Free(NamedTuple):
    """What names no promise of a scope, and so may serve it: how much, in which measure.

    `loose`: in doubt it names one.
    """

    fact: Fact
    measure: Measure
    term: Term
    loose: bool = False


class Named(NamedTuple):
    """What a fact names in one scope: lines surely, and lines in doubt.

    `split` names the kin of lines of which others stand as well. `weak`: it only may serve them.
    """

    lines: Names = NO_NAMES
    split: Names = NO_NAMES
    doubtful: Names = NO_NAMES
    weak: bool = False


@frozen(slots=False)
class Books:
    """All that a view's facts promise and give. The facts are in order."""

    facts: Sequence[Fact]
    vocabulary: Vocabulary
    _scopes_known: dict[Names, Mapping[Scope, Names]] = field(factory=dict, init=False)

    @cached_property
    def line_of(self) -> Mapping[str, str]:
        """The key of each promise's line."""
        lines = ((each.id, each.fact.promised) for each in self.promises)
        return {each: each if line is None else line.key for each, line in lines}

    @cached_property
    def promises(self) -> Sequence[Made]:
        """The promises of something."""
        made = (Made.of(each) for each in self.facts if each.nature is PROMISE)
        return [each for each in made if each is not None]

    @cached_property
    def fits(self) -> Fits:
        """Which parties and projects fit each other."""
        return Fits(Containing(self.vocabulary, self.facts))

    @cached_property
    def givers(self) -> Sequence[Fact]:
        """What gives something that counts, or may count, toward promises."""
        return [each for each in self.facts if each.event.makes_good or each.event.may_make_good]

    @cached_property
    def ledgers(self) -> Mapping[Scope, Ledger]:
        """The ledger of each scope."""
        ledgers: dict[Scope, Ledger] = {}
        for made in self.promises:
            if made.scope not in ledgers:
                ledgers[made.scope] = Ledger(made.scope)
            self._hold(ledgers[made.scope], made)
        terms: dict[str, list[tuple[tuple[To, Measure], Term]]] = defaultdict(list)
        for each in self.facts:
            for to, measure, term in self._given(each, ledgers):
                if (to.scope, island_of(each)) in self._apart:  # it may be what names other lines
                    term = Term(perhaps(term.amount), term.disputed, term.books)  # noqa: PLW2901
                    for key in to.lines:
                        ledgers[to.scope].lines[key].loose = True
                terms[each.id].append(((to, measure), term))
                ledgers[to.scope].givers[to].append(each)
        self._sum(terms, ledgers)
        split: dict[Scope, set[str]] = defaultdict(set)
        for by_scope in self.named.values():
            for scope, named in by_scope.items():
                split[scope] |= named.split
                for key in named.lines | named.doubtful if named.weak or named.doubtful else ():
                    ledgers[scope].lines[key].loose = True
        for scope, ledger in ledgers.items():
            _put_in_lots(ledger, split[scope])
        return ledgers

    def _sum(
        self, terms: Mapping[str, Sequence[tuple[tuple[To, Measure], Term]]], ledgers: Mapping[Scope, Ledger]
    ) -> None:
        """Add up what is given toward the same lines. What is given may be reported twice."""
        givers = [each for each in self.facts if each.id in terms]
        for sort in ("goods", "money"):
            some = _sum_of(sort, terms)
            for (to, measure), bounds in run(givers, some).items():
                ledger = ledgers[to.scope]
                ledger.given.setdefault(to, {})[measure] = bounds
                ledger.named |= to.lines
                for key in to.lines if bounds.low < 0 else ():
                    line = ledger.lines[key]
                    line.loose = line.loose or any(each.measure != measure for each in line.promises)

    def _hold(self, ledger: Ledger, made: Made) -> None:
        promise = made.fact
        key, line = self.line_of[promise.id], promise.promised
        if key not in ledger.lines:
            first = promise.date.earliest if line is None else line.first
            ordinal = 0 if first is None else first.toordinal()
            ledger.lines[key] = Held(key, ordinal) if line is None else Held(key, ordinal, line.plain, line.kin)
        held = ledger.lines[key]
        held.promises.append(made)
        held.same = island_of(promise)
        held.loose = held.loose or not held.plain or self._gives(promise)

    def _gives(self, promise: Fact) -> bool:
        """Whether something in the group of a promise gives: then what is given depends on what stands."""
        return promise.group is not None and promise.group.key in self._giving_groups

    @cached_property
    def _giving_groups(self) -> frozenset[str]:
        return frozenset(each.group.key for each in self.givers if each.group is not None)

    @cached_property
    def _scopes_of_line(self) -> Mapping[str, set[Scope]]:
        scopes: dict[str, set[Scope]] = defaultdict(set)
        for each in self.promises:
            scopes[self.line_of[each.id]].add(each.scope)
        return scopes

    @cached_property
    def named(self) -> Mapping[str, Mapping[Scope, Named]]:
        """What each fact names, by scope. Facts that may replace each other but name different lines are in doubt."""
        named = {each.id: self._named(each) for each in self.facts if each.keeps is not None}
        groups: dict[str, list[str]] = defaultdict(list)
        things: dict[str, set[Thing]] = {}
        for each in self.givers:
            if each.group is not None:
                groups[each.group.key].append(each.id)
                things[each.id] = {thing for thing, _, _ in given_terms(each)}
        for members in groups.values():
            for scope in {scope for member in members for scope in named.get(member, ())}:
                names = {
                    member: named.get(member, {}).get(scope, Named())
                    for member in members
                    if scope in named.get(member, {}) or thing_of(scope) in things[member]
                }
                if len(set(names.values())) > 1:
                    for member, of_it in names.items():
                        if member in named:
                            doubtful = of_it.lines | of_it.doubtful
                            named[member] = {**named[member], scope: Named(doubtful=doubtful, weak=of_it.weak)}
        return named

    def _named(self, fact: Fact) -> Mapping[Scope, Named]:
        keeps = fact.keeps
        if keeps is None:
            return {}
        weak = fact.nature is not END and not fact.event.makes_good
        lines, doubtful = self._by_scope(keeps.lines), self._by_scope(keeps.doubtful)
        return {
            scope: Named(lines.get(scope, NO_NAMES), keeps.split, doubtful.get(scope, NO_NAMES), weak)
            for scope in {**lines, **doubtful}
        }

    def _by_scope(self, lines: Names) -> Mapping[Scope, Names]:
        """Lines by the scopes in which they have promises. What many facts name is looked up once."""
        if lines not in self._scopes_known:
            found: dict[Scope, set[str]] = defaultdict(set)
            for key in lines:
                for scope in self._scopes_of_line.get(key, ()):
                    found[scope].add(key)
            self._scopes_known[lines] = {scope: frozenset(keys) for scope, keys in found.items()}
        return self._scopes_known[lines]

    @cached_property
    def _apart(self) -> frozenset[tuple[Scope, int | None]]:
        """The scopes in which facts that may overlap name different lines, with what stands for these facts."""
        targets: dict[tuple[Scope, int | None], set[Names]] = defaultdict(set)
        for each in self.facts:
            if each.line is not None and each.keeps is not None:
                for scope, named in self.named[each.id].items():
                    targets[scope, island_of(each)].add(named.lines | named.doubtful)
        return frozenset(each for each, names in targets.items() if len(names) > 1)

    def _given(self, fact: Fact, ledgers: Mapping[Scope, Ledger]) -> Iterator[tuple[To, Measure, Term]]:
        """Toward which lines a fact counts, with how much in which measure."""
        cancels = fact.nature is END
        if fact.keeps is None or not (cancels or fact.event.makes_good or fact.event.may_make_good):
            return
        how: How = "cancelled" if cancels else "linked" if fact.event.makes_good else "may serve"
        given = {thing: (measure, term) for thing, measure, term in given_terms(fact)}
        for scope, named in self.named[fact.id].items():
            if how == "may serve":  # each unit once: what fits is free
                named = self._misfitting(fact, named, ledgers[scope])  # noqa: PLW2901
            measure, term = taken_off_term(fact, scope) if cancels else given.get(thing_of(scope), (ANY, Term(OPEN)))
            term = evolve(term, books=books_of(fact, self.vocabulary))
            if named.lines and not named.doubtful:
                yield To(scope, how, named.lines), measure, term
            for key in named.lines | named.doubtful if named.doubtful else ():
                yield To(scope, how, frozenset((key,))), measure, evolve(term, amount=perhaps(term.amount))

    def _misfitting(self, fact: Fact, named: Named, ledger: Ledger) -> Named:
        """The lines that a fact names, without those that it may serve also if it names none."""
        if all(thing != thing_of(ledger.scope) for thing, _, _ in given_terms(fact)):
            return named
        latest, parties = fact.date.latest, parties_of(fact)
        last = None if latest is None else latest.toordinal()

        def fits(key: str) -> bool:
            line = ledger.lines[key]
            followed = last is None or last >= line.first
            return followed and all(self.fits.misfit(each.parties, parties) is None for each in line.promises)

        lines, doubtful = (frozenset(key for key in keys if not fits(key)) for keys in (named.lines, named.doubtful))
        return named._replace(lines=lines, doubtful=doubtful)

    def free(self, scope: Scope) -> Iterator[Free]:
        """What names no promise of a scope, and so may serve it."""
        for each in self._by_thing.get(thing_of(scope), ()):
            fact = each.fact
            if fact.id not in self._linked:
                yield each
                continue
            named = self.named[fact.id].get(scope, Named())
            if named.weak or (named.doubtful and not named.lines):
                yield each._replace(loose=bool(named.lines or named.doubtful))
            elif not named.lines and (fact.keeps is None or scope not in fact.keeps.scopes):
                yield each

    @cached_property
    def _linked(self) -> frozenset[str]:
        return frozenset(each.id for each in self.givers if each.keeps is not None)

    @cached_property
    def _by_thing(self) -> Mapping[Thing, Sequence[Free]]:
        found: dict[Thing, list[Free]] = defaultdict(list)
        for each in self.givers:
            for thing, measure, term in given_terms(each):
                found[thing].append(Free(each, measure, term))
        return found


def _sum_of(sort: str, terms: Mapping[str, Sequence[tuple[tuple[To, Measure], Term]]]) -> Sum[tuple[To, Measure]]:
    """What is given of goods, or of money."""
    return Sum(
        lambda fact: [each for each in terms[fact.id] if each[0][0].scope.sort == sort],
        lambda fact: measured(fact, money=sort == "money"),
    )


def island_of(fact: Fact) -> int | None:
    """What stands for all that a fact may overlap with, however far."""
    line = fact.line
    return None if line is None else line.overlaps.island[line.overlaps.circle[line.node]]


def _put_in_lots(ledger: Ledger, split: Names | set[str]) -> None:
    """Lines that are named together, or of which one that is named has split off the same promise, are one lot."""
    sets: DisjointSets[str] = DisjointSets()
    joint = [to for to in ledger.given if len(to.lines) > 1]
    kin: dict[str, list[str]] = defaultdict(list)
    for key, line in ledger.lines.items():
        if line.kin in split:
            kin[line.kin or key].append(key)
    same: dict[Hashable, list[str]] = defaultdict(list)
    for key, line in ledger.lines.items():
        if line.same is not None:
            same[line.same].append(key)
    for names in (*(to.lines for to in joint), *kin.values(), *same.values()):
        one, *others = sorted(names)
        for other in others:
            sets.join(one, other)
    lots: dict[str, Lot] = {}
    for key, line in ledger.lines.items():
        ledger.lots[key] = lots.setdefault(sets.leader(key), Lot())
        ledger.lots[key].lines.append(line)
    for to in joint:
        lot = ledger.lots[min(to.lines)]
        lot.joint.append(to)
        for key in to.lines:
            lot.joint_of[key].append(to)
    for keys in (*kin.values(), *same.values()):
        if len(keys) > 1:
            ledger.lots[keys[0]].pooled = True
    for lot in lots.values():
        lot.loose = lot.pooled or (len(lot.lines) > 1 and _is_loose(lot, ledger))


def _is_loose(lot: Lot, ledger: Ledger) -> bool:
    """Whether a lot is unevenly named, undecided, in several measures, or something was given back."""
    return (
        any(len(to.lines) < len(lot.lines) for to in lot.joint)
        or not all(line.stand(line.promises) for line in lot.lines)
        or len({each.measure for line in lot.lines for each in line.promises}) > 1
        or any(bounds.low < 0 for to in lot.joint for bounds in ledger.given[to].values())
    )
