"""Fulfilment by brute force: every world, and in each every way to keep promises, by the words of docs/semantics.md.

It shares no code with the library. A `Case` is a small log of `Said`s: promises, what is given, and cancellations, with
small whole amounts. Of each row the answer is the least and the most that anything comes to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any

MANY = 50
"""Stands for any amount: more than all that is promised."""
COUNTRY = {"sesu": "UA", "UA": "UA", "JP": "JP", "jica": "JP", "US": "US"}
PARENT = {"hd-a": "hd", "hd-b": "hd"}


@dataclass(frozen=True)
class Said:
    """One event: `when` it happened is a range of days; the amount a range too, of which high may be None."""

    number: int
    kind: str
    when: tuple[int, int]
    amount: tuple[int, int | None] | None
    measure: str | None
    item: str | None = "truck"
    donor: str | None = None
    recipient: str | None = None
    project: str | None = None
    fulfils: tuple[int, ...] = ()
    supersedes: tuple[int, ...] = ()
    due: int | None = None
    retracted: bool = False

    @property
    def promises(self) -> bool:
        return self.kind in ("pledge", "commitment")

    @property
    def ends(self) -> bool:
        return self.kind == "cancellation"


@dataclass
class Case:
    """A log, and the day of the question."""

    said: Sequence[Said]
    day: int

    def believed(self) -> list[Said]:
        return [each for each in self.said if not each.retracted]


Row = tuple[str, str | None, str | None, str | None, str | None, str | None]
Ends = tuple[int, int]


def row_of(said: Said) -> Row:
    return said.kind, said.donor, said.recipient, said.project, said.item, said.measure


def sort_of(said: Said) -> str | None:
    """What promises are compared in, beside the kind: the item, or money (no item)."""
    return said.item


def fits(row: Row, given: Said) -> bool:
    _, donor, recipient, project, _, _ = row
    return (
        near(donor, given.donor, contains)
        and near(recipient, given.recipient, contains)
        and near(project, given.project, lambda one, other: PARENT.get(other) == one)
    )


def near(one: str | None, other: str | None, holds: Any) -> bool:
    return one is None or other is None or one == other or holds(one, other) or holds(other, one)


def contains(country: str, party: str) -> bool:
    return COUNTRY.get(country) == country and COUNTRY.get(party) == country


class Brute:
    """The answers of one case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.by_number = {each.number: each for each in case.said}
        self.happens = {each.number for each in case.believed() if each.when[0] <= case.day}
        self.above: dict[int, set[int]] = defaultdict(set)
        for each in case.said:
            for target in each.supersedes:
                self.above[target].add(each.number)

    def over(self, number: int) -> set[int]:
        """All that supersedes a record, directly or through others."""
        found: set[int] = set()
        waiting = list(self.above[number])
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self.above[each]
        return found

    @lru_cache(None)  # noqa: B019
    def line(self, number: int) -> frozenset[int]:
        """A promise, what replaces it, and what it replaces."""
        found, waiting = set[int](), [number]
        while waiting:
            each = waiting.pop()
            if each not in found and not self.by_number[each].ends:
                found.add(each)
                waiting += self.above[each] | set(self.by_number[each].supersedes)
        return frozenset(found)

    def first(self, number: int) -> int:
        """The first day of a line."""
        line = self.line(number)
        return min(each.when[0] for each in self.case.believed() if each.number in line and each.promises)

    @lru_cache(None)  # noqa: B019
    def named(self, number: int) -> frozenset[int]:
        """All records of the lines that a fact keeps: those it names, and those that these keep."""
        found: set[int] = set()
        waiting = list(self.by_number[number].fulfils)
        while waiting:
            for each in self.line(waiting.pop()) - found:
                found.add(each)
                record = self.by_number[each]
                if record.when[0] <= self.case.day:
                    waiting += record.fulfils
        return frozenset(found)

    def linked(self, given: Said, kind: str, sort: str | None) -> bool:
        """Whether it names a promise of this kind and sort."""
        return any(
            each in self.happens and self.by_number[each].kind == kind and sort_of(self.by_number[each]) == sort
            for each in self.named(given.number)
        )

    def worlds(self) -> Iterator[dict[int, int]]:
        """For each world the amounts of the facts that count there."""
        believed = [each for each in self.case.believed() if each.number in self.happens]
        undecided = [each.number for each in believed if each.when[1] > self.case.day]
        for choice in product((False, True), repeat=len(undecided)):
            missing = {number for number, happened in zip(undecided, choice, strict=True) if not happened}
            happened = self.happens - missing
            counting = [each for each in believed if each.number in happened and not self.over(each.number) & happened]
            counting = [each for each in counting if each.amount is not None]
            ranges = []
            for each in counting:
                low, high = each.amount or (0, 0)
                ranges.append(sorted({low, MANY if high is None else high}))
            for amounts in product(*ranges):
                yield {each.number: amount for each, amount in zip(counting, amounts, strict=True)}

    def answers(self) -> dict[Row, dict[str, Ends]]:
        """Of each row the least and the most promised, linked, may serve, outstanding and overdue."""
        found: dict[Row, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        rows = {
            row_of(each)
            for each in self.case.believed()
            if each.promises and each.number in self.happens and any(each.number in world for world in self._standing())
        }
        for world in self.worlds():
            for kind, sort in {(row[0], row[4]) for row in rows}:
                self._weigh(world, kind, sort, [row for row in rows if (row[0], row[4]) == (kind, sort)], found)
        return {row: {name: (min(seen), max(seen)) for name, seen in found[row].items()} for row in rows}

    def _standing(self) -> list[dict[int, int]]:
        return list(self.worlds())

    def _weigh(self, world: Mapping[int, int], kind: str, sort: str | None, rows: Sequence[Row], found: Any) -> None:
        promises = [
            self.by_number[each]
            for each in world
            if self.by_number[each].promises
            and self.by_number[each].kind == kind
            and sort_of(self.by_number[each]) == sort
        ]
        amounts = [max(0, world[each.number]) for each in promises]
        unnamed: list[Said] = []
        links: list[tuple[Said, tuple[int, ...]]] = []
        for each in (self.by_number[number] for number in world):
            if each.promises or each.ends:
                continue
            if self.linked(each, kind, sort):
                named = self.named(each.number)
                toward = tuple(place for place, promise in enumerate(promises) if promise.number in named)
                if toward:
                    links.append((each, toward))
            elif each.item == sort:
                unnamed.append(each)
        for row in rows:
            own = [place for place, each in enumerate(promises) if row_of(each) == row]
            back = sum(-min(0, world[promises[place].number]) for place in own)
            free = [
                (amount, each)
                for each in unnamed
                if fits(row, each) and (amount := world[each.number] if each.measure == row[5] else MANY) > 0
            ]
            seen = found[row]
            seen["promised"].append(sum(world[promises[place].number] for place in own))
            for got in self._shared(world, links, amounts, row):
                rooms = tuple(max(0, amount - taken) for amount, taken in zip(amounts, got, strict=True))
                for name in ("outstanding", "overdue"):
                    asked = [p for p in own if name == "outstanding" or late(promises[p], self.case.day)]
                    most = sum(rooms[place] for place in asked)
                    least = self._least(free, promises, rooms, asked)
                    seen[name] += [max(0, least - back), max(0, most - back)]
                seen["may_serve"] += [
                    0,
                    sum(rooms[p] for p in own) - self._least(free, promises, rooms, own),
                ]
                seen["linked"].append(sum(got[place] for place in own))
                seen["over_delivered"].append(sum(max(0, got[place] - amounts[place]) for place in own))

    def _shared(
        self, world: Mapping[int, int], links: Sequence[tuple[Said, tuple[int, ...]]], amounts: Sequence[int], row: Row
    ) -> set[tuple[int, ...]]:
        """What the promises may get of what is linked to them, in the measure of a row."""
        ways: list[list[tuple[tuple[int, ...], tuple[int, ...]]]] = []
        for each, toward in links:
            measured = each.item == row[4] and each.measure == row[5]
            options = [world[each.number]] if measured else [0, MANY]
            ways.append([(toward, split) for amount in options for split in splits(amount, len(toward))])
        found: set[tuple[int, ...]] = set()
        for way in product(*ways):
            got = [0] * len(amounts)
            for toward, split in way:
                for place, part in zip(toward, split, strict=True):
                    got[place] += part
            if all(fair(toward, split, got, amounts) for toward, split in way):
                found.add(tuple(got))
        return found

    def _least(
        self,
        serving: Sequence[tuple[int, Said]],
        promises: Sequence[Said],
        rooms: tuple[int, ...],
        asked: Sequence[int],
    ) -> int:
        """The least that is left of the promises asked for, over every way in which what is free serves them."""
        able_of = [
            tuple(place for place in asked if each.when[1] >= self.first(promises[place].number)) for _, each in serving
        ]

        @lru_cache(None)
        def least(number: int, rooms: tuple[int, ...]) -> int:
            if number == len(serving):
                return sum(rooms[place] for place in asked)
            amount, able = serving[number][0], able_of[number]
            best = least(number + 1, rooms)
            for split in product(*(range(min(amount, rooms[place]) + 1) for place in able)):
                if 0 < sum(split) <= amount:
                    left = list(rooms)
                    for place, part in zip(able, split, strict=True):
                        left[place] -= part
                    best = min(best, least(number + 1, tuple(left)))
            return best

        return least(0, rooms)


def late(promise: Said, day: int) -> bool:
    return promise.due is not None and promise.due < day


def splits(amount: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to split an amount. A reversal, or any amount, is not split up finely."""
    if parts == 1:
        yield (amount,)
    elif amount < 0 or amount == MANY:
        for place in range(parts):
            yield tuple(amount if place == each else 0 for each in range(parts))
        share = amount // parts
        yield tuple([share] * (parts - 1) + [amount - share * (parts - 1)])
    else:
        for first in range(amount + 1):
            for rest in splits(amount - first, parts - 1):
                yield first, *rest


def fair(toward: Sequence[int], split: Sequence[int], got: Sequence[int], amounts: Sequence[int]) -> bool:
    """None of the promises is exceeded while another has room."""
    exceeded = any(part > 0 and got[place] > amounts[place] for place, part in zip(toward, split, strict=True))
    return not (exceeded and any(got[place] < amounts[place] for place in toward))


def draw(random: Random, size: int = 6) -> Case:
    """A small log. Promises are raised in chains, and rarely split or merged."""
    said: list[Said] = []
    for number in range(random.randint(2, size)):
        kind = random.choice(("pledge", "pledge", "commitment", "delivery", "delivery", "delivery"))
        promises = [each for each in said if each.promises]
        given = [each for each in said if not each.promises and not each.ends]
        if promises and random.random() < 0.07:
            kind = "cancellation"
        begin = random.randint(0, 9)
        when = (begin, begin if random.random() < 0.6 else begin + random.randint(0, 4))
        amount: tuple[int, int | None] = (
            low := random.randint(0, 3),
            low if random.random() < 0.7 else low + random.randint(0, 2),
        )
        if random.random() < 0.06:
            amount = (1, None)
        if random.random() < 0.05:
            amount = (-2, -1)
        is_promise = kind in ("pledge", "commitment")
        replaced = {target for each in said for target in each.supersedes}
        pool = promises if is_promise or kind == "cancellation" else given
        pool = [each for each in pool if each.number not in replaced or random.random() < 0.03]
        supersedes: tuple[int, ...] = ()
        if kind == "cancellation" and not pool:
            kind = "delivery"
        if pool and (kind == "cancellation" or random.random() < 0.25):
            supersedes = (random.choice(pool).number,)
            if random.random() < 0.03:
                supersedes = tuple(sorted({*supersedes, random.choice(pool).number}))
        fulfils: tuple[int, ...] = ()
        nameable = [each.number for each in promises if kind != "commitment" or each.kind == "pledge"]
        if nameable and kind in ("delivery", "commitment") and random.random() < 0.5:
            fulfils = tuple(sorted({random.choice(nameable) for _ in range(random.choice((1, 1, 2)))}))
        if kind == "commitment" and random.random() < 0.5:
            fulfils = ()
        money = random.random() < 0.1
        item = None if money else random.choice(("truck",) * 5 + ("pump",))
        measure = random.choice(("USD", "USD", "EUR")) if money else random.choice((None, None, None, "kg"))
        if (
            replaced & set(supersedes) or len(supersedes) > 1
        ):  # parts of one promise, or several in one, are of one thing
            kept = [each for each in said if each.number in supersedes]
            item, measure = kept[0].item, kept[0].measure
            supersedes = tuple(each.number for each in kept if (each.item, each.kind) == (item, kept[0].kind))
            said = [
                replace(each, item=item, measure=measure)
                if set(each.supersedes) & set(supersedes) and each.item != item
                else each
                for each in said
            ]
        said.append(
            Said(
                number,
                kind,
                when,
                None if kind == "cancellation" else amount,
                measure,
                item,
                random.choice((None, "JP", "JP", "JP", "jica")),
                random.choice((None, "UA", "UA", "sesu")),
                random.choice((None, None, None, "hd", "hd-a", "hd-b")),
                fulfils,
                supersedes,
                random.choice((None, 3, 6, 12)) if is_promise else None,
                random.random() < 0.06,
            )
        )
    return Case(said, random.randint(3, 12))
