"""Lots: what stands of promises, what is linked to it, and what that leaves.

A *line* is a promise and what replaces it (`aidtimeline.semantics.lines`). Lines that are named together, or have split
off the same promise, are a *lot*. What is linked counts toward one line alone, or toward several jointly:

    rest of a line = promised − linked to it alone, never below 0
    rest of a lot  = the rests of its lines − linked jointly, never below 0

None of a lot's lines is exceeded while another has room. So links leave a row at least its lines' rests less all that
is jointly linked, and at most its lines' rests, or all that is left of the lot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from attrs import Factory, define, field

from aidtimeline.projections.fulfilment.givers import OPEN, Made, Measure, perhaps
from aidtimeline.projections.sums.cells import Bounds
from aidtimeline.semantics import Fact, Total, worth_of
from aidtimeline.semantics.lines import Names, Scope
from aidtimeline.values.amounts import Quantity

INFINITE = Decimal("Infinity")
NOTHING = Decimal(0)
ONE = Quantity.exact(1)

How: TypeAlias = Literal["linked", "may serve", "cancelled"]
HOWS: tuple[How, ...] = ("linked", "may serve", "cancelled")
"""How something counts toward the lines that it names: a receipt or an expenditure only may serve them."""


class Ends(NamedTuple):
    """Low and high, both inclusive. High is infinite if it is open."""

    low: Decimal = NOTHING
    high: Decimal = NOTHING

    def plus(self, other: Ends) -> Ends:
        """The sum."""
        return Ends(self.low + other.low, self.high + other.high)

    def perhaps(self) -> Ends:
        """Nothing to all of it."""
        return Ends(min(self.low, NOTHING), max(self.high, NOTHING))


def ends_of(bounds: Quantity | Bounds) -> Ends:
    """The ends of bounds."""
    return Ends(bounds.low, INFINITE if bounds.high is None else bounds.high)


def left(promised: Ends, taken: Ends) -> Ends:
    """What is left if something is taken, never below 0."""
    low = NOTHING if taken.high == INFINITE else max(NOTHING, promised.low - taken.high)
    return Ends(low, max(NOTHING, promised.high - taken.low))


class To(NamedTuple):
    """Toward which lines of a scope something counts, and how."""

    scope: Scope
    how: How
    lines: Names


@define
class Held:
    """A line in one scope.

    `first` is the first day of it, as an ordinal; 0: open. `same` is shared by lines that may report the same promise.
    """

    key: str
    first: int
    plain: bool = True
    kin: str | None = None
    same: Hashable = None
    promises: list[Made] = Factory(list)
    loose: bool = False

    def stand(self, chosen: Sequence[Made]) -> bool:
        """Whether one of the chosen promises stands in every world."""
        return self.worth(chosen, {each.id: ONE for each in chosen}).low >= 1

    def worth(self, chosen: Sequence[Made], amounts: Mapping[str, Quantity]) -> Ends:
        """What the chosen promises are worth; they are worth nothing where none of them stands."""
        group = self.promises[0].group
        if group is not None:
            amount, loose = worth_of(group, {each.id: amounts[each.id] for each in chosen}, Total())
            self.loose = self.loose or loose
            return ends_of(amount)
        total = Ends()
        for each in chosen:
            total = total.plus(ends_of(amounts[each.id] if each.certain else perhaps(amounts[each.id])))
        return total


@define
class Lot:
    """Lines that what is linked may be shared among. `joint` is what names several of them, `joint_of` that by line.

    `pooled`: what is linked to one of the lines may keep another as well.
    """

    lines: list[Held] = Factory(list)
    joint: list[To] = Factory(list)
    joint_of: dict[str, list[To]] = Factory(lambda: defaultdict(list))
    pooled: bool = False
    loose: bool = False


class Rest(NamedTuple):
    """What links leave of some promises of one line.

    `promised` is what stands of them, and `alone` what is linked to the line alone. `least` is what is to be kept at
    least, before what the lot shares.
    """

    line: Held
    chosen: Sequence[Made]
    promised: Ends
    alone: Ends
    rest: Ends
    least: Decimal


class Part(NamedTuple):
    """What links leave of some promises of one lot: at most `most`.

    `shared` is what may be taken off the least of its lines together. `whole`: these are all promises of the lot. If
    not, `others` is what is left of the other lines. `named`: something names a line of the lot.
    """

    lot: Lot
    rests: tuple[Rest, ...]
    most: Decimal
    shared: Decimal = NOTHING
    whole: bool = True
    others: Ends = Ends()
    named: bool = True


@define
class Ledger:
    """The lines of one scope, in lots, and what is given toward them, by measure."""

    scope: Scope
    lines: dict[str, Held] = Factory(dict)
    lots: dict[str, Lot] = Factory(dict)
    given: dict[To, dict[Measure, Bounds]] = Factory(dict)
    givers: dict[To, list[Fact]] = Factory(lambda: defaultdict(list))
    named: set[str] = Factory(set)
    _worths: dict[tuple[str, Measure], Ends] = field(factory=dict, init=False)

    def naming(self, line: str) -> list[To]:
        """In which ways something names a line."""
        alone = [To(self.scope, how, frozenset((line,))) for how in HOWS]
        return [*alone, *self.lots[line].joint_of.get(line, ())]

    def toward(self, lines: Names, measure: Measure, *hows: How) -> Ends:
        """How much is given toward exactly these lines. In another measure it is nothing to any amount."""
        total, back = Ends(), False
        for how in hows:
            for own, bounds in self.given.get(To(self.scope, how, lines), {}).items():
                if own == measure:
                    total = total.plus(ends_of(bounds))
                else:
                    total = total.plus(Ends(NOTHING, INFINITE))
                    back = back or bounds.low < 0
        return Ends(min(total.low, NOTHING), total.high) if back else total

    def jointly(self, lot: Lot, measure: Measure, *hows: How) -> Ends:
        """How much is linked jointly. Only what names all lines of the lot is surely taken off the lot."""
        every = frozenset(each.key for each in lot.lines)
        total = Ends()
        for to in lot.joint:
            given = self.toward(to.lines, measure, *(how for how in hows if how == to.how))
            total = total.plus(given if to.lines == every else Ends(min(given.low, NOTHING), given.high))
        return total

    def parts(self, chosen: Iterable[Made], measure: Measure, line_of: Mapping[str, str]) -> list[Part]:
        """What links leave of the chosen promises, all of one measure. `line_of` gives the key of each one's line."""
        by_line: dict[str, list[Made]] = defaultdict(list)
        for each in chosen:
            by_line[line_of[each.id]].append(each)
        by_lot: dict[int, list[str]] = defaultdict(list)
        for key in by_line:
            by_lot[id(self.lots[key])].append(key)
        return [
            self._part(self.lots[keys[0]], {key: by_line[key] for key in keys}, measure) for keys in by_lot.values()
        ]

    def _part(self, lot: Lot, chosen: Mapping[str, Sequence[Made]], measure: Measure) -> Part:
        rests = []
        for key, facts in chosen.items():
            line = self.lines[key]
            promised = line.worth(facts, {each.id: each.above for each in facts})
            rests.append(self._rest(line, facts, promised, measure, lot.pooled))
        if len(lot.lines) == 1 and lot.lines[0].key not in self.named:
            return Part(lot, tuple(rests), rests[0].rest.high, named=False)
        rest = sum((each.rest.high for each in rests), NOTHING)
        whole = all(len(facts) == len(self.lines[key].promises) for key, facts in chosen.items())
        if len(lot.lines) == 1:
            return Part(lot, tuple(rests), rest, whole=whole)
        joint = self.jointly(lot, measure, "linked", "cancelled")
        shared = max(joint.high, NOTHING) + self.jointly(lot, measure, "may serve").high
        every, others, back = NOTHING, Ends(), NOTHING
        for line in lot.lines:
            of_line = self._rest(line, line.promises, self._worth(line, measure), measure, lot.pooled)
            every += of_line.rest.high
            if line.key not in chosen:
                others = others.plus(of_line.rest)
            if lot.pooled:
                shared += max(of_line.alone.high, NOTHING)
                back += NOTHING if line.key in chosen else min(of_line.alone.low, NOTHING)
        whole = whole and len(chosen) == len(lot.lines)
        most = min(rest, max(NOTHING, every - joint.low)) if joint.low >= 0 else rest - joint.low
        return Part(lot, tuple(rests), most - back, shared, whole, others)

    def _worth(self, line: Held, measure: Measure) -> Ends:
        """What stands of a line in a measure. In another measure it may be any amount."""
        if (line.key, measure) not in self._worths:
            amounts = {each.id: each.above if each.measure == measure else OPEN for each in line.promises}
            self._worths[line.key, measure] = line.worth(line.promises, amounts)
        return self._worths[line.key, measure]

    def _rest(self, line: Held, chosen: Sequence[Made], promised: Ends, measure: Measure, pooled: bool) -> Rest:
        if line.key not in self.named:
            rest = Ends(max(NOTHING, promised.low), max(NOTHING, promised.high))
            return Rest(line, chosen, promised, Ends(), rest, promised.low if pooled else rest.low)
        itself = frozenset((line.key,))
        alone = self.toward(itself, measure, "linked", "cancelled")
        weak = self.toward(itself, measure, "may serve")
        taken = Ends(alone.low if line.plain else min(alone.low, NOTHING), alone.high + max(weak.high, NOTHING))
        rest = left(promised, taken)
        if taken.high < 0 and not line.stand(chosen):  # given back, where there may be no promise
            rest = Ends(NOTHING, rest.high)
        return Rest(line, chosen, promised, alone, rest, promised.low if pooled else rest.low)
