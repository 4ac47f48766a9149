"""Running sums against the same sums added up anew after each step, and groups weighed for several keys at once."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from tangled import linked_logs

from aidtimeline import Counts, Quantity, Record, Source, replay
from aidtimeline.codec import record_id
from aidtimeline.events import Delivery
from aidtimeline.projections import Bounds
from aidtimeline.semantics import Total, believe, cut, worth_of, worths_of
from aidtimeline.semantics.links import Happened
from aidtimeline.semantics.running import RunningSum
from aidtimeline.testing.strategies import FIRST
from aidtimeline.timeline import Timeline

HAPPENED: tuple[Happened, ...] = ("never", "perhaps", "surely")
Ends = tuple[float, float]


def anew(above: list[int], own: list[Ends], happened: list[Happened]) -> Ends:
    """What a forest comes to, from the leaves up."""
    below: list[Ends] = [(0, 0)] * len(above)
    total: Ends = (0, 0)
    for each in range(len(above) - 1, -1, -1):
        under, (low, high) = below[each], own[each]
        worth = {"never": under, "perhaps": (min(low, under[0]), max(high, under[1])), "surely": (low, high)}
        ends = worth[happened[each]]
        if above[each] >= 0:
            before = below[above[each]]
            below[above[each]] = before[0] + ends[0], before[1] + ends[1]
        else:
            total = total[0] + ends[0], total[1] + ends[1]
    return total


@settings(max_examples=settings().max_examples * 5)
@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_a_running_sum_is_the_sum_after_each_step(size: int, random: Random) -> None:
    """Chains, stars and what lies between; negative amounts and open ones; whatever happens, in any order."""
    above = [each - 1 if random.random() < 0.5 else random.randrange(-1, each) for each in range(size)]
    own: list[Ends] = []
    for _ in range(size):
        low = random.randrange(-4, 7)
        own.append((low, random.choice((inf, low, low + 3))))
    running = RunningSum(above, own)
    happened: list[Happened] = ["never"] * size
    for _ in range(20):
        each = random.randrange(size)
        happened[each] = random.choice(HAPPENED)
        running.set(each, happened[each])
        assert running.ends == anew(above, own, happened)


@given(st.integers(3, 16).flatmap(linked_logs), st.integers(1, 4), st.randoms(use_true_random=False))
def test_keys_are_weighed_together_as_each_alone(records: list[Record], number: int, random: Random) -> None:
    """What a key comes to does not depend on the others."""
    facts = cut(believe(records), FIRST)
    for group in {fact.group.key: fact.group for fact in facts if fact.group is not None}.values():
        owns: dict[int, dict[str, Quantity]] = {}
        for each in group.members:
            owns.setdefault(random.randrange(number), {})[each] = Quantity.exact(random.randrange(-3, 9))
        alone = {key: worth_of(group, own, Total()) for key, own in owns.items()}
        assert worths_of(group, owns, Total()) == alone


def chain(size: int, keys: int) -> list[Record]:
    """Each replaces the one before, may have happened from a day of its own on, and has one of so many items."""
    before: tuple[str, ...] = ()
    records = []
    for number in range(size):
        event = Delivery(
            date=f"{2000 + number}-03/2999",
            item=f"item-{number % keys}",
            quantity=number % 5 + 1,
            supersedes=before,
            ref=f"{number}",
            sources=Source(publisher="Kyodo News", published="3000"),
        )
        before = (record_id(event),)
        records.append(Record(before[0], datetime(2023, 4, 1, tzinfo=UTC), event))
    return records


def test_a_series_of_a_chain_is_its_tables() -> None:
    """On each day, whatever the number of keys: one, one for each fact, and two facts for each."""
    for keys in (1, 30, 60):
        records = chain(60, keys)
        series = Timeline(records).series(Counts(by="item"))
        for day in ("2000-02-28", "2010-06-30", "2030-06-30", "2059-12-31", "2999-12-31"):
            table = replay(records, Counts(by="item"), as_of=day)
            for key in series.keys():  # noqa: SIM118  (iterating gives the rows)
                assert series[key].at(day) == table.get(key, Bounds(Quantity.exact(0).low, Quantity.exact(0).low))


def linked(size: int, **links: int) -> list[Record]:
    """Deliveries that may have come on a day of their own or later; each supersedes or overlaps so many before it."""
    ids: list[str] = []
    records = []
    for number in range(size):
        said = {name: tuple(ids[-many:]) for name, many in links.items()}
        event = Delivery(
            date=f"{1500 + number}/2999",
            item="truck",
            quantity=str(number % 5 - 1) if number % 50 == 7 else f"{number % 5}..{number % 7 + 5}",
            ref=f"{number}",
            sources=Source(publisher="Kyodo News", published="3000"),
            **said,  # type: ignore[arg-type]
        )
        ids.append(record_id(event))
        records.append(Record(ids[-1], datetime(2023, 4, 1, tzinfo=UTC), event))
    return records


@pytest.mark.parametrize("links", [{"overlaps": 1}, {"overlaps": 2}, {"supersedes": 2}], ids=str)
def test_a_series_of_very_many_that_are_linked_holds(links: dict[str, int]) -> None:
    """It contains what the tables say, and if it is wider, it says that it may be."""
    records = linked(230, **links)
    series = Timeline(records).series(Counts(by="item"))["truck"]
    for day in ("1500-06-30", "1510-06-30", "1600-06-30", "1800-06-30", "2999-12-31"):
        found, table = series.at(day), replay(records, Counts(by="item"), as_of=day)["truck"]
        assert found.quantity.contains(table.quantity)
        assert found.loose or found == table


def test_a_long_undecided_chain_with_a_key_for_each_fact_is_answered() -> None:
    """Each of thousands of keys has a step or two."""
    records = chain(900, 900)
    assert len(Timeline(records).series(Counts(by="item"))) == 900
    assert len(replay(records, Counts(by="item"), as_of="2990-01-01")) == 900
