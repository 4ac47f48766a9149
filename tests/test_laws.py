"""The laws of replay, for whatever logs the strategies draw, and bounds and states against the oracle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import attrs
import pytest
from hypothesis import assume, given, settings, strategies as st
from oracle import MAX_UNDECIDED, Interval, Key, Oracle
from tangled import AMENDING, LINKING, TWINNED, linked_logs, state_logs

from aidtimeline.codec import canonical, decode, event_from_json, event_to_json, record_id
from aidtimeline.codec.versions import UPCASTS
from aidtimeline.events import (
    EVENT_KINDS,
    Amendment,
    Corroboration,
    Delivery,
    Event,
    EventKind,
    Record,
    Retraction,
    Source,
    Status,
)
from aidtimeline.log import EventLog
from aidtimeline.projections import (
    COUNTED_KINDS,
    VALUED_KINDS,
    Bounds,
    Counts,
    MoneySums,
    Participations,
    Product,
    Projection,
    ProjectStates,
    Table,
)
from aidtimeline.semantics import Fact, believe, cut
from aidtimeline.testing import (
    Cuts,
    LawBroken,
    amendments,
    check_laws,
    corrections_within,
    cuts,
    days,
    events,
    laws as law,
    logs,
    news,
    repairs,
)
from aidtimeline.testing.strategies import FIRST, ITEMS, PARTIES, PROJECTS
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares

Days: TypeAlias = tuple[date | None, date | None]


class Span:
    """A projection as a user writes one: the first and last day on which something happened for certain."""

    def initial(self) -> Days:
        """No day."""
        return None, None

    def step(self, state: Days, fact: Fact) -> Days:
        """The day of one more fact."""
        day = fact.date.latest if fact.certain else None
        return self.merge(state, (day, day))

    def merge(self, one: Days, other: Days) -> Days:
        """The first and last of both."""
        days = [day for day in (*one, *other) if day is not None]
        return min(days, default=None), max(days, default=None)

    def finish(self, state: Days) -> Days:
        """The state is the result."""
        return state


# One pass answers them all, so each law holds for each of them.
EVERYTHING = Product(
    {
        "items": Counts(by="item"),
        "flows": Counts(by=["donor", "via"], kind=COUNTED_KINDS),
        "japan": Counts(by="recipient", kind=["pledge", "delivery"], where={"donor": ("JP", None)}),
        "money": MoneySums(by=["donor"]),
        "sides": MoneySums(kind=["disbursement", "receipt"], by=["side"]),
        "projects": ProjectStates(),
        "parties": Participations(where={"project": PROJECTS[0]}),
        "span": Span(),
    }
)
randoms = st.integers(0, 2**32).map(Random)
any_log = st.one_of(logs(), logs(moves=AMENDING, max_size=7), logs(moves=LINKING, min_size=2), logs(moves=TWINNED))


@given(any_log, cuts(), randoms)
def test_order(records: list[Record], asked: Cuts, random: Random) -> None:
    """Law 1: shuffling a log changes no answer."""
    law.order(records, asked, EVERYTHING, random)


@settings(max_examples=20)
@given(logs(), cuts(), randoms)
def test_order_of_files(records: list[Record], asked: Cuts, random: Random) -> None:
    """Laws 1 and 2, on disk: neither lines, files, nor recording again change an answer."""
    answers = []
    for _ in range(2):
        with TemporaryDirectory() as folder:
            log = EventLog(Path(folder))
            for record in sorted(records, key=lambda each: each.recorded_at):
                log.append(record, to=random.choice(("2022", "2023")))
            log.append(random.sample(records, len(records)))
            for file in Path(folder).rglob("*.jsonl"):
                lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
                file.write_text("".join(random.sample(lines, len(lines))), encoding="utf-8")
            answers.append(law.answer(log.read(), asked, EVERYTHING))
    assert answers == [law.answer(records, asked, EVERYTHING)] * 2


@given(any_log, cuts(), randoms)
def test_idempotence(records: list[Record], asked: Cuts, random: Random) -> None:
    """Law 2: recording again changes nothing."""
    law.idempotence(records, asked, EVERYTHING, random)


@given(any_log, cuts(), randoms)
def test_union(records: list[Record], asked: Cuts, random: Random) -> None:
    """Law 3: merging two logs by lines, in any order, is the log of all records."""
    law.union(records, asked, EVERYTHING, random)


@given(any_log, cuts(), randoms)
def test_split(records: list[Record], asked: Cuts, random: Random) -> None:
    """Law 4: facts may be folded in any parts, and these merged in any order."""
    law.split(records, asked, EVERYTHING, random)


@settings(max_examples=10)
@given(linked_logs(), randoms)
def test_split_of_groups(records: list[Record], random: Random) -> None:
    """Law 4 for one linked group: its facts may be folded apart too."""
    law.split(records, Cuts(FIRST), EVERYTHING, random)


@given(any_log, cuts())
def test_prefix(records: list[Record], asked: Cuts) -> None:
    """Law 5: what is dated wholly after the cut is not read."""
    law.prefix(records, asked, EVERYTHING)


# Laws 6 and 7.


def as_oracle(records: Sequence[Record], asked: Cuts) -> Oracle:
    oracle = Oracle(records, asked.as_of, asked.known_at, asked.recorded_until)
    assume(len(oracle.undecided) <= MAX_UNDECIDED)
    return oracle


def rows(table: Table) -> dict[Key, Bounds]:
    """The rows as the oracle names them: a currency is a unit, and no part of the key."""
    if not table.money:
        return {(row.key, row.unit): row.bounds for row in table.rows}
    place = table.names.index("currency")
    return {(row.key[:place] + row.key[place + 1 :], row.key[place]): row.bounds for row in table.rows}


def hold_against(table: Table, expected: dict[Key, Interval], oracle: Oracle, members: dict[Key, set[str]]) -> None:
    """Law 6 for each row, and law 7 where it is promised; and what a row says of how far to trust it."""
    found = rows(table)
    amount = "value" if table.money else "quantity"
    assert found.keys() == expected.keys()
    for key, (low, high) in expected.items():
        bounds, facts = found[key], [oracle.facts[member] for member in members[key]]
        if bounds.overlap and any(getattr(fact, amount)[0] < 0 for fact in facts):
            continue  # what is below zero is taken off as often as it may be, and the sum is loose
        assert bounds.low <= low
        assert bounds.high is None or (high is not None and bounds.high >= high)
        tight = all(oracle.is_tight(fact.id) for fact in facts) and not bounds.overlap
        if tight or not bounds.loose:
            assert (bounds.low, bounds.high) == (low, high)
        assert not (tight and bounds.loose)
        assert bounds.open == sum(getattr(fact, amount)[1] is None for fact in facts)
        assert bounds.approximate == any(amount in fact.approximate for fact in facts)
        assert bounds.disputed >= any(fact.disputed for fact in facts)
        assert bounds.overlap or not bounds.disputed or any(fact.disputed for fact in facts)


fields = st.lists(st.sampled_from(("item", "donor", "recipient", "via", "project", "package", "kind", "location")))
conditions = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "item": st.sampled_from((*ITEMS, "", None, (ITEMS[0], None))),
            "donor": st.sampled_from((*PARTIES, None, PARTIES[:2])),
            "via": st.sampled_from(("undp", "undp+unicef", "", ("undp", ""))),
            "project": st.sampled_from((*PROJECTS, None)),
            "kind": st.sampled_from(("pledge", ("pledge", "delivery"))),
        },
    ),
)


@settings(max_examples=settings().max_examples * 3)
@given(any_log, cuts())
def test_facts(records: list[Record], asked: Cuts) -> None:
    """The facts of a view, their accounts combined, are the oracle's."""
    hold_facts(records, asked)


def hold_facts(records: list[Record], asked: Cuts) -> None:
    oracle = as_oracle(records, asked)
    found = cut(believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until), asked.as_of)
    assert {fact.id for fact in found} == set().union(*oracle.worlds)
    order = sorted((oracle.facts[fact.id] for fact in found), key=lambda each: each.order)
    assert [fact.id for fact in found] == [fact.id for fact in order]
    for fact in found:
        expected = oracle.facts[fact.id]
        assert fact.event == expected.event
        assert (fact.date.earliest, fact.date.latest) == expected.span
        assert (fact.quantity and (fact.quantity.low, fact.quantity.high)) == expected.quantity
        assert (fact.value and (fact.value.amount.low, fact.value.amount.high)) == expected.value
        assert (fact.value and fact.value.currency) == expected.currency
        assert fact.disputed == expected.disputed
        assert bool(fact.quantity and fact.quantity.approximate) == ("quantity" in expected.approximate)
        assert fact.known_since == expected.known_since
        assert fact.recorded_at == expected.recorded_at
        assert fact.certain == all(fact.id in world for world in oracle.worlds)


small_ranges = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda ends: "..".join(map(str, sorted(ends))))
near_days = st.tuples(days(), days()).map(lambda ends: DateRange.between(*sorted(ends)))


@given(st.lists(st.tuples(near_days, small_ranges), min_size=3, max_size=5), days())
def test_facts_of_many_accounts(reported: list[tuple[DateRange, str]], day: date) -> None:
    """What several reports agree on, touch on and contradict is combined as the oracle does."""
    late = Source(publisher="Kyodo News", published="2024")
    (own_date, own_quantity), *others = reported
    first = as_record(Delivery(date=own_date, quantity=own_quantity, sources=late))
    more = [Corroboration(of=first.id, date=date, quantity=quantity, sources=late) for date, quantity in others]
    hold_facts([first, *map(as_record, more)], Cuts(day))


@given(st.lists(st.integers(0, 4), min_size=2, max_size=5), days())
def test_facts_of_many_duplicates(others: list[int], day: date) -> None:
    """Chains and circles of duplicates are pooled as the oracle pools them."""
    late = Source(publisher="Kyodo News", published="2024")
    facts = [as_record(Delivery(date="2023-04", quantity=number, sources=late)) for number in range(len(others))]
    twins = [(one, facts[other]) for one, other in zip(facts, others, strict=True) if other < len(facts)]
    gone = [Retraction(of=one.id, duplicate_of=other.id, sources=late) for one, other in twins]
    hold_facts([*facts, *map(as_record, gone)], Cuts(day))


def as_record(event: Event | Amendment) -> Record:
    return Record(record_id(event), datetime(2023, 4, 1, tzinfo=UTC), event)


@settings(max_examples=settings().max_examples * 3)
@given(
    any_log,
    cuts(),
    st.lists(st.sampled_from(COUNTED_KINDS), min_size=1, unique=True) | st.just(["delivery"]),
    fields.map(lambda names: list(dict.fromkeys(names))[:3]) | st.just(["item"]),
    conditions,
)
def test_bounds_of_counts(
    records: list[Record], asked: Cuts, kinds: list[EventKind], by: list[str], where: dict[str, Any]
) -> None:
    """Laws 6 and 7: counts contain the sum of every world, and are reached (but for shares: see test_shares.py)."""
    oracle = as_oracle(records, asked)
    assume("location" not in by or not any(isinstance(each.event.location, Shares) for each in oracle.facts.values()))
    table = law.answer(records, asked, Counts(by=by, kind=kinds, where=where))
    question = (tuple(kinds), table.names, where)
    hold_against(table, oracle.counts(*question), oracle, oracle.counted(*question))


@settings(max_examples=settings().max_examples * 2)
@given(
    any_log,
    cuts(),
    st.none() | st.lists(st.sampled_from(VALUED_KINDS), min_size=1, unique=True),
    st.lists(st.sampled_from(("donor", "item", "project", "side", "part-of", "via")), max_size=2, unique=True),
    conditions,
)
def test_bounds_of_money(
    records: list[Record], asked: Cuts, kinds: list[EventKind] | None, by: list[str], where: dict[str, Any]
) -> None:
    """Laws 6 and 7: sums of money contain the sum of every world, and are reached."""
    oracle = as_oracle(records, asked)
    table = law.answer(records, asked, MoneySums(by=by, kind=kinds, where=where))
    question = (tuple(kinds or VALUED_KINDS), tuple(name for name in table.names if name != "currency"), where)
    hold_against(table, oracle.money(*question), oracle, oracle.valued(*question))


@given(st.integers(3, 8).flatmap(linked_logs), days(FIRST, FIRST + timedelta(days=4)), randoms)
def test_bounds_and_states_of_small_groups(records: list[Record], day: date, random: Random) -> None:
    """Laws 6 and 7 for linked groups that are small enough for their worlds to be gone through one by one."""
    reported = [attrs.evolve(each, event=as_status(each.event, random)) for each in records]
    oracle = Oracle(records, day)
    question = (("delivery",), ("item",), None)
    table = law.answer(records, Cuts(day), Counts(by="item"))
    hold_against(table, oracle.counts(*question), oracle, oracle.counted(*question))
    found = law.answer(reported, Cuts(day), ProjectStates())
    assert set(found[PROJECTS[0]].status) == Oracle(reported, day).status(PROJECTS[0])


@settings(max_examples=max(15, settings().max_examples // 20))
@given(linked_logs(size=14))
def test_bounds_of_groups(records: list[Record]) -> None:
    """Laws 6 and 7 for linked groups of more than 12 undecided facts."""
    oracle = Oracle(records, FIRST)
    table = law.answer(records, Cuts(FIRST), Counts(by="item"))
    question = (("delivery",), ("item",), None)
    hold_against(table, oracle.counts(*question), oracle, oracle.counted(*question))


@settings(max_examples=settings().max_examples * 2)
@given(any_log, cuts(), st.sampled_from(({}, {"donor": "JP"}, {"project": PROJECTS[0]})))
def test_states(records: list[Record], asked: Cuts, where: dict[str, Any]) -> None:
    """Laws 6 and 7: states are what they are in some world, None for none yet."""
    hold_states(records, asked, where)


def hold_states(records: list[Record], asked: Cuts, where: dict[str, Any]) -> None:
    oracle = as_oracle(records, asked)
    projects = law.answer(records, asked, ProjectStates(where=where))
    parts = law.answer(records, asked, Participations(where=where))
    for project in PROJECTS:
        found = projects.get(project)
        assert found is None or found.loose == ()
        assert set(found.status if found else (None,)) == oracle.status(project, where)
        for name in ("title", "parent", "planned_start", "planned_end", "actual_start", "actual_end"):
            values = [getattr(value, "text", value) for value in (getattr(found, name) if found else (None,))]
            assert set(values) == oracle.profile(project, name, where)
            assert len(values) == len(set(values))
            assert None not in values[1:]
    held = {role: values == {True} for role, values in oracle.roles(where).items() if True in values}
    assert {(part.project, part.party, part.role): part.certain for part in parts} == held
    assert not any(part.loose for part in parts)
    listed = {(each.project, part.party, part.role): part.certain for each in projects for part in each.parties}
    assert listed == held


@settings(max_examples=settings().max_examples * 3)
@given(state_logs(), days())
def test_states_of_overlapping_dates(records: list[Record], day: date) -> None:
    """Laws 6 and 7: of states whose dates overlap, any may be the last; a role that is left is not held."""
    hold_states(records, Cuts(day), {})


@settings(max_examples=max(15, settings().max_examples // 20))
@given(linked_logs(size=13), randoms)
def test_states_of_groups(records: list[Record], random: Random) -> None:
    """Law 6 for states of linked groups of more than 12 undecided facts."""
    reported = [attrs.evolve(each, event=as_status(each.event, random)) for each in records]
    oracle = Oracle(reported, FIRST)
    found = law.answer(reported, Cuts(FIRST), ProjectStates())
    expected = oracle.status(PROJECTS[0])
    assert set(found[PROJECTS[0]].status) >= expected
    if all(oracle.is_tight(each.id) for each in reported):
        assert set(found[PROJECTS[0]].status) == expected


def as_status(event: Any, random: Random) -> Status:
    return Status(
        date=event.date,
        project=PROJECTS[0],
        status=random.choice(("pipeline", "implementation", "closed")),
        supersedes=event.supersedes,
        sources=event.sources,
    )


# Laws 8 to 10.


def no_wider(after: dict[str, Table], before: dict[str, Table]) -> bool:
    """Whether no bound of the first is wider, where both are as tight as they can be."""
    for name, table in before.items():
        old, new = rows(table), rows(after[name])
        nothing = Bounds(Decimal(0), Decimal(0))
        for key in old.keys() | new.keys():
            wide, narrow = old.get(key, nothing), new.get(key, nothing)
            if wide.loose or narrow.loose:
                continue
            too_high = wide.high is not None and (narrow.high is None or narrow.high > wide.high)
            if narrow.low < wide.low or too_high:
                return False
    return True


@given(any_log, cuts(), st.data())
def test_refinement(records: list[Record], asked: Cuts, data: st.DataObject) -> None:
    """Law 8: a correction inside what the fact's accounts say together never widens a bound, disputed or not."""
    asked = attrs.evolve(asked, recorded_until=None)
    facts = cut(believe(records, known_at=asked.known_at), asked.as_of)
    assume(facts)
    fact = facts[data.draw(st.integers(0, len(facts) - 1))]  # sampled_from would write them all out
    correction = data.draw(corrections_within(fact, asked))
    question = Product({"counts": Counts(kind=COUNTED_KINDS), "money": MoneySums()})
    amendments.refinement(records, correction, asked, question, no_wider)


@settings(max_examples=settings().max_examples * 2)
@given(any_log.flatmap(lambda records: st.tuples(st.just(records), repairs(records))), cuts())
def test_repair(drawn: tuple[list[Record], Record], asked: Cuts) -> None:
    """Laws 9 and 10: the deciding repair is as if written at first."""
    amendments.repair(*drawn, asked, EVERYTHING)


@settings(max_examples=settings().max_examples * 2)
@given(any_log.flatmap(lambda records: st.tuples(st.just(records), news(records))), cuts())
def test_news(drawn: tuple[list[Record], Record], asked: Cuts) -> None:
    """Laws 9 and 10: before its publication news does not exist; from then on it is as if said at first."""
    amendments.news(*drawn, asked, EVERYTHING)


@given(any_log.flatmap(lambda records: st.tuples(st.just(records), news(records) | repairs(records))), cuts())
def test_no_amendment_of_an_event_parts_what_is_one(drawn: tuple[list[Record], Record], asked: Cuts) -> None:
    """What was found to be one stays so, whatever becomes of the texts; only a repair of the finding parts it."""
    records, amendment = drawn
    targets = [each for each in records if each.id == getattr(amendment.event, "of", None)]
    assume(all(isinstance(each.event, Event) for each in targets))
    assume(isinstance(getattr(amendment.event, "event", None), Event | None))
    before, after = (believe(log, known_at=asked.known_at).facts for log in (records, [*records, amendment]))
    one = {member: fact.members for fact in before for member in fact.members}
    assert all(one.get(fact.id, fact.members) == fact.members for fact in after)


# Law 15.


@given(logs())
def test_round_trip(records: list[Record]) -> None:
    """Law 15: a record survives being written and read."""
    for record in records:
        law.round_trip(record)


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_round_trip_of_a_kind(kind: str) -> None:
    """Law 15 for every kind with all of its fields, and for corrections that carry it."""

    @settings(max_examples=max(20, settings().max_examples // 5))
    @given(events(kind))
    def draw(event: Event) -> None:
        assert event_from_json(event_to_json(event)) == event

    draw()


def down(fields: dict[str, Any]) -> dict[str, Any]:
    """A delivery as version 0 had it: quantity and unit in one text."""
    if fields["kind"] != "delivery":
        return fields
    old = {name: value for name, value in fields.items() if name not in ("quantity", "unit")}
    return old | {"v": 0, "amount": f"{fields.get('quantity', '')} {fields.get('unit', '')}"}


def up(fields: dict[str, Any]) -> dict[str, Any]:
    """A delivery of version 0 as version 1 has it."""
    quantity, unit = fields["amount"].split(" ")
    number = int(quantity) if quantity.removeprefix("-").isdigit() else quantity
    new = {name: value for name, value in fields.items() if name != "amount"}
    return new | {"v": 1, "quantity": number if quantity else None, "unit": unit or None}


@given(logs(), cuts())
def test_upcasting_commutes_with_replay(records: list[Record], asked: Cuts) -> None:
    """Law 15: a log of old lines is replayed as the same log of new ones."""
    renamed: dict[str, str] = {}
    lines: list[str] = []
    new: list[Record] = []
    for record in records:
        text = json.dumps(event_to_json(record.event))
        for name, other in renamed.items():
            text = text.replace(name, other)
        old = down(json.loads(text))
        renamed[record.id] = blake2b(canonical(old), digest_size=16).hexdigest()
        stamp = {"id": renamed[record.id], "recorded_at": record.recorded_at.isoformat()}
        lines.append(json.dumps(old | stamp))
        new.append(Record(renamed[record.id], record.recorded_at, event_from_json(json.loads(text))))
    decoded = [decode(line, upcasts={**UPCASTS, ("delivery", 0): up}) for line in lines]
    assert decoded == new
    assert law.answer(decoded, asked, EVERYTHING) == law.answer(new, asked, EVERYTHING)


# That the laws can be broken.


class First:
    """No lawful projection: it keeps what it is given first."""

    def initial(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def step(self, state: tuple[str, ...], fact: Fact) -> tuple[str, ...]:
        """The first fact."""
        return state or (fact.id,)

    def merge(self, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        """What the first has, if anything."""
        return one or other

    def finish(self, state: tuple[str, ...]) -> tuple[str, ...]:
        """The state is the result."""
        return state


def test_unlawful_projection_is_caught() -> None:
    """A projection that depends on where its facts are folded breaks the law of split."""
    report = Source(publisher="Kyodo News")
    statuses = [Status(date=f"2023-01-{day:02}", project="hd", status="closed", sources=report) for day in range(1, 9)]
    records = [as_record(status) for status in statuses]
    projection: Projection[Any, Any] = First()
    with pytest.raises(LawBroken, match="split"):
        check_laws(records, Cuts(date(2023, 2, 1)), projection)
