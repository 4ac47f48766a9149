"""Explanations: they are sufficient, have nothing irrelevant, and say which report says what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, strategies as st
from tangled import TWINNED, knotted_logs

from aidtimeline import Counts, MoneySums, Participations, ProjectStates, Timeline, UnknownKey, UsageError, replay
from aidtimeline.codec import record_id
from aidtimeline.events import (
    Amendment,
    Correction,
    Corroboration,
    Delivery,
    Event,
    ProjectStatus,
    Record,
    Retraction,
    Source,
    Status,
)
from aidtimeline.explain import Explanation, Reason
from aidtimeline.projections import COUNTED_KINDS, Sum, Table, Term
from aidtimeline.report import lines as lines_of
from aidtimeline.testing import Cuts, cuts, logs
from aidtimeline.testing.strategies import FIRST
from aidtimeline.timeline import View
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.vocabulary import Item, Vocabulary

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)
SUMS: list[Counts | MoneySums] = [
    Counts(kind=COUNTED_KINDS),
    Counts(by=(), where={"item": ("truck", None)}),
    MoneySums(),
]
PROJECTIONS: list[Any] = [*SUMS, ProjectStates(), Participations()]


def looked(records: Iterable[Record], asked: Cuts) -> View:
    return Timeline(records).as_of(asked.as_of, known_at=asked.known_at, recorded_until=asked.recorded_until)


def alone(records: Iterable[Record], projection: Any, asked: Cuts) -> Any:
    """The result of a projection's piece over some records alone."""
    return replay(
        records,
        projection.piece,
        as_of=asked.as_of,
        known_at=asked.known_at,
        recorded_until=asked.recorded_until,
    )


ASKED = st.tuples(logs(min_size=3) | logs(moves=TWINNED), cuts()) | st.tuples(knotted_logs(), st.just(Cuts(FIRST)))
"""Logs, and the cuts at which they are asked."""


@given(ASKED, st.sampled_from(PROJECTIONS))
def test_an_explanation_is_sufficient(drawn: tuple[list[Record], Cuts], projection: Any) -> None:
    """Law 11: its records, replayed alone at the same cuts, give the same answer to the last digit and flag."""
    records, asked = drawn
    view = looked(records, asked)

    for key, answer in view.replay(projection.piece).items():
        explanation = view.explain(projection, key)
        assert explanation.answer == answer
        assert alone(explanation.records, projection, asked)[key] == answer


@given(logs(min_size=3), cuts(), st.sampled_from(PROJECTIONS))
def test_what_it_names_is_sufficient(records: list[Record], asked: Cuts, projection: Any) -> None:
    """Law 11 from outside: the records of the facts that it names, with their amendments, give the same answer.

    Of logs in which an amendment speaks of one record only.
    """
    assume(all(_speaks_of_one(record.event) for record in records))
    view = looked(records, asked)

    for key, answer in view.replay(projection.piece).items():
        kept = {reason.id for reason in view.explain(projection, key).reasons}
        for record in [*records, *records]:  # a repair of a correction speaks of it
            if not isinstance(record.event, Event) and record.event.of in kept:
                kept.add(record.id)
        assert alone((each for each in records if each.id in kept), projection, asked)[key] == answer


def _speaks_of_one(event: Event | Amendment) -> bool:
    nested = isinstance(event, Correction) and not isinstance(event.event, Event)
    return not nested and getattr(event, "duplicate_of", None) is None


@given(logs(min_size=3), cuts(), st.sampled_from(SUMS))
def test_nothing_in_it_is_irrelevant(records: list[Record], asked: Cuts, sums: Counts | MoneySums) -> None:
    """Law 11: each fact counts in some world, or replaces one that does, directly or through others, or is in a circle.

    A fact that nothing may replace changes the answer when its records are left out, unless what it adds is nothing.
    """
    view = looked(records, asked)
    links = view.belief.links

    for key, bounds in view.replay(sums.piece).items():
        explanation = view.explain(sums, key)
        counting = {reason.id for reason in explanation.reasons if reason.part == "counts"}
        adding = {fact.id: fact for fact in view.facts if any(each == key for each, _ in sums.piece.terms(fact))}
        assert counting == set(adding)
        above, waiting = set(counting), list(counting)
        while waiting:
            new = set(links.above.get(waiting.pop(), ())) - above
            above |= new
            waiting += new
        others = {reason.id for reason in explanation.reasons if reason.part == "replaces"}
        if not any(reason.part == "circle" for reason in explanation.reasons):
            assert others <= above
        for each in counting:
            fact = adding[each]
            [term] = [term for found, term in sums.piece.terms(fact) if found == key]
            if fact.group is None and term.amount != ZERO:
                gone = {*fact.members, *(account.record.id for account in fact.accounts)}
                rest = [record for record in explanation.records if record.id not in gone]
                left = alone(rest, sums, asked).get(key)
                assert left is None or str((left.quantity, left.open)) != str((bounds.quantity, bounds.open))


@given(ASKED, st.sampled_from(SUMS))
def test_each_of_its_facts_matters(drawn: tuple[list[Record], Cuts], sums: Counts | MoneySums) -> None:
    """Law 11: without any one of the facts that do not count, others would count, or in other worlds.

    Without what replaces nothing counted, and what no link needs to run through, nothing would be otherwise.
    """
    records, asked = drawn
    view = looked(records, asked)

    for key in view.replay(sums.piece):
        explanation = view.explain(sums, key)
        whole = worlds_of(explanation.records, sums, key, asked)
        for reason in explanation.reasons:
            if reason.part in ("replaces", "circle") or (reason.part == "duplicate" and _is_plain(reason)):
                about = {reason.id, *(record.id for record in reason.amendments)}
                rest = [record for record in explanation.records if record.id not in about]
                assert worlds_of(rest, sums, key, asked) != whole


def _is_plain(duplicate: Reason) -> bool:
    """Whether nothing is to be said of a duplicate but what it reports."""
    event = duplicate.event
    links = event.supersedes or event.fulfils or event.overlaps or event.part_of
    return not (links or duplicate.withdrawn or len(duplicate.amendments) > 1)


def worlds_of(
    records: Iterable[Record], sums: Counts | MoneySums, key: Any, asked: Cuts
) -> dict[str, tuple[object, ...]]:
    """Of each fact that counts: whether it does so in every world, all that may replace it, and its accounts."""
    view = looked(records, asked)
    found: dict[str, tuple[object, ...]] = {}
    for fact in view.facts:
        if any(each == key for each, _ in sums.piece.terms(fact)):
            above, waiting = set[str](), [fact.id]
            while waiting and fact.group is not None:
                new = set(fact.group.above[waiting.pop()]) - above
                above |= new
                waiting += new
            perhaps = frozenset(each for each in above if fact.group and fact.group.happened[each] == "perhaps")
            found[fact.id] = fact.certain, perhaps, frozenset(account.record.id for account in fact.accounts)
    return found


@given(logs(), cuts())
def test_it_has_only_what_was_out(records: list[Record], asked: Cuts) -> None:
    """Reports and news that came out after `known_at`, and records written after `recorded_until`, are not in it."""
    view = looked(records, asked)
    known = asked.known_at if isinstance(asked.known_at, date) and not isinstance(asked.known_at, datetime) else None

    for key in view.replay(SUMS[0].piece):
        explanation = view.explain(SUMS[0], key)
        for source in (source for reason in explanation.reasons for source in reason.sources):
            day = source.published.latest if source.published else None
            assert known is None or day is None or day <= known
        if isinstance(asked.recorded_until, datetime):
            assert all(record.recorded_at <= asked.recorded_until for record in explanation.records)


# Stories


def name(number: int) -> str:
    return f"{number:032x}"


def report(published: str | None, publisher: str = "Kyodo News") -> Source:
    return Source(publisher=publisher, published=published)


def delivery(day: str, quantity: Any, published: str | None = None, **fields: Any) -> Delivery:
    return Delivery(
        **{"item": "truck", "donor": "JP", "sources": report(published), **fields}, date=day, quantity=quantity
    )


def view_of(*events: Event | Amendment, as_of: str = "2023-12-31", known_at: str | None = None) -> View:
    """A view of a log in which the first event has the id 1, and so on."""
    records = [Record(name(number), RECORDED, event) for number, event in enumerate(events, start=1)]
    items = {"truck": Item(slug="truck", label="Lorry")}
    return Timeline(records, Vocabulary(items=items)).as_of(as_of, known_at=known_at)


def parts(explanation: Explanation) -> list[tuple[int, str]]:
    return [(int(reason.id, 16), reason.part) for reason in explanation.reasons]


def test_accounts_are_distinguished_if_they_disagree() -> None:
    """Each report stands with what it says itself; the fact names what they disagree on."""
    view = view_of(
        delivery("2023-07-09", 2, "2023-07-10"),
        Corroboration(of=name(1), quantity=4, sources=report("2023-07-11", "Yomiuri")),
    )
    [reason] = view.counts().explain("truck").reasons

    assert reason.disputed == {"quantity"}
    assert [(each.source.publisher, str(each.quantity), each.date and each.date.text) for each in reason.reports] == [
        ("Kyodo News", "2", "2023-07-09"),
        ("Yomiuri", "4", None),
    ]
    assert [each.record for each in reason.reports] == [name(1), name(2)]
    before = view_of(
        delivery("2023-07-09", 2, "2023-07-10"),
        Corroboration(of=name(1), quantity=4, sources=report("2023-07-11", "Yomiuri")),
        known_at="2023-07-10",
    )
    assert len(before.counts().explain("truck").reasons[0].reports) == 1


def test_it_prints_so_that_it_can_be_cited() -> None:
    """The number under both dates; each fact with its id, what it is, and each report with what it says."""
    view = view_of(
        delivery("2023-07-09", 2, "2023-07-10", note="Told as two more.", unit="set"),
        Corroboration(of=name(1), quantity=4, sources=Source(publisher="Yomiuri", title="Trucks", attribution="MoD")),
        delivery("2023-12-30/2024-01-02", 10, "2024-02-01", unit="set", supersedes=name(1)),
        Correction(of=name(1), event=delivery("2023-07-09", 3, unit="set"), reason="a slip"),
    )

    assert str(view.counts().explain(("truck", "set"))) == (
        "truck: 3 to 10 set, disputed\n"
        "as of 31 Dec 2023 · with all that is known today (no --known-at cut)\n"
        "\n"
        "3 to 4 set, or nothing: delivery, 9 Jul 2023\n"
        f"  {name(1)}\n"
        "  donor JP · item Lorry (truck)\n"
        "  the reports disagree on its quantity:\n"
        "  - 3 (9 Jul 2023): Kyodo News\n"
        "  - 4: Yomiuri, “Trucks” (after MoD)\n"
        f"  correction {name(4)} (a repair, recorded on 21 Nov 2026): a slip\n"
        "\n"
        "10 set, or nothing: delivery, 30 Dec 2023 to 2 Jan 2024\n"
        f"  {name(3)}\n"
        "  donor JP · item Lorry (truck)\n"
        f"  replaces {name(1)}\n"
        "  - Kyodo News, 1 Feb 2024"
    )


def test_it_is_wrapped_and_harmless() -> None:
    """No line is longer than the room, if it can be broken; escapes in the data are shown, not sent."""
    hostile = delivery("2023", 1, note="\x1b[2J" + "word " * 40, sources=Source(publisher="Kyodo News " * 9))
    lines = list(lines_of(view_of(hostile).counts().explain("truck"), 60))

    assert max(map(len, lines[2:])) <= 60
    assert "\x1b" not in "".join(lines)


def test_money_stands_with_its_currency() -> None:
    """A sum of money has no unit, even where the thing that was bought has one."""
    view = view_of(delivery("2023", 2, unit="set", value="USD 195000"))
    text = str(view.money().explain(("delivery", "USD")))

    assert "delivery, USD: USD 195,000\n" in text
    assert "\nUSD 195,000, for sure: delivery" in text


def test_what_replaces_is_there_though_it_counts_under_another_key() -> None:
    """A fact of another item, and one that is not believed, stand for what they replace."""
    view = view_of(
        delivery("2023", 5, "2023-02-01"),
        delivery("2023-03", 7, "2025-01-01", supersedes=name(1)),
        delivery("2023-12-30/2024", 9, "2023-12-01", item="car", supersedes=name(2)),
        known_at="2023-12-31",
    )
    explanation = view.counts().explain("truck")

    assert parts(explanation) == [(1, "counts"), (3, "replaces"), (2, "replaces")]
    assert [reason.states for reason in explanation.reasons[1:]] == [None, None]
    assert explanation.reasons[2].accounts == ()
    assert "not believed" in str(explanation)


def test_what_keeps_a_circle_is_there() -> None:
    """Facts in a circle of links replace nothing; without the third of them the links would hold.

    What replaces that third, of which no truck is counted, is not there; but for one that would count without it.
    """
    view = view_of(
        delivery("2023", 5, supersedes=name(2)),
        delivery("2023", 6, supersedes=name(3)),
        delivery("2023", 7, item="car", supersedes=name(1)),
        delivery("2023-06", 8, item="boat", supersedes=name(3)),
    )
    explanation = view.counts().explain("truck")

    assert explanation.answer == view.counts()["truck"]
    assert view.counts()["truck"].low == 11
    assert sorted(parts(explanation)) == [(1, "counts"), (2, "counts"), (3, "circle")]
    assert replay(explanation.records, Counts(), as_of="2023-12-31")["truck"].low == 11

    third = attrs.evolve(delivery("2023", 7), supersedes=name(1))
    with_third = [*(record.event for record in view.records[:2]), third, view.records[3].event]
    assert sorted(parts(view_of(*with_third).counts().explain("truck"))) == [
        (1, "counts"),
        (2, "counts"),
        (3, "circle"),
        (4, "replaces"),
    ]


def test_what_links_need_not_run_through_is_not_there() -> None:
    """A record that is not believed is named only if nothing would be replaced without it."""
    view = view_of(
        delivery("2023", 5),
        delivery("2023-03", 7, supersedes=name(1)),
        delivery("2023-12-30/2024", 9, "2024-12-01", item="car", supersedes=[name(1), name(2)]),
        Retraction(of=name(2), reason="never seen", sources=report("2023-11-01")),
    )

    assert parts(view.counts().explain("truck")) == [(1, "counts"), (3, "replaces")]


def test_a_circle_that_is_not_needed_is_left_out() -> None:
    """A fact in a circle needs no other, because its links are ignored; circles of other items do not matter."""
    view = view_of(
        delivery("2023", 5, supersedes=name(2)),
        delivery("2023", 6, item="bus", supersedes=name(3)),
        delivery("2023", 7, item="car", supersedes=name(1)),
        delivery("2023", 8, item="boat", supersedes=name(5)),
        delivery("2023", 9, item="boat", supersedes=name(4)),
    )

    assert parts(view.counts().explain("truck")) == [(1, "counts")]
    assert parts(view.counts().explain("boat")) == [(4, "counts"), (5, "counts")]


def test_what_is_not_believed_can_keep_a_circle() -> None:
    """A retracted record keeps its links, even in a circle, and its retraction is in the explanation."""
    view = view_of(
        delivery("2023", 5, supersedes=name(2)),
        delivery("2023", 6, supersedes=name(3)),
        delivery("2023-02", 7, item="car", supersedes=name(1)),
        Retraction(of=name(3), reason="never seen", sources=report("2023-11-01")),
    )
    *_, last = view.counts().explain("truck").reasons

    assert (last.id, last.part, last.date.text, last.accounts) == (name(3), "circle", "2023-02", ())
    assert [record.id for record in last.amendments] == [name(4)]


def test_amendments_of_amendments_are_needed_too() -> None:
    """A repair of the news that corrects a fact is among its records."""
    view = view_of(
        delivery("2023-01-01", 10),
        Correction(of=name(1), event=delivery("2023-01-01", 12), sources=report("2023-02-01")),
        Correction(
            of=name(2),
            event=Correction(of=name(1), event=delivery("2023-01-01", 13), sources=report("2023-02-01")),
        ),
    )
    explanation = view.counts().explain("truck")

    assert [record.id for record in explanation.records] == [name(1), name(2), name(3)]
    assert replay(explanation.records, Counts(), as_of="2023-12-31")["truck"].low == 13


def test_duplicates_stand_under_one_fact() -> None:
    """A record that is retracted as a duplicate is part of the other's fact, and needed to replay it."""
    view = view_of(
        delivery("2023-07-01", 5, ref="a"),
        delivery("2023-07", 5, sources=report("2023-08-01", "Yomiuri")),
        Retraction(of=name(2), duplicate_of=name(1)),
    )
    explanation = view.counts().explain("truck")

    assert parts(explanation) == [(1, "counts"), (2, "duplicate")]
    assert [source.publisher for source in explanation.reasons[0].sources] == ["Yomiuri", "Kyodo News"]
    assert f"retraction {name(3)} as a duplicate of {name(1)}" in str(explanation)
    assert len(explanation.records) == 3


def test_a_duplicate_that_was_not_known_is_not_there() -> None:
    """Its report came out later, and says nothing yet."""
    log: list[Event | Amendment] = [
        delivery("2023-07-01", 5, "2023-07-02", ref="a"),
        delivery("2023-07", 5, sources=report("2023-09-01", "Yomiuri")),
        Retraction(of=name(2), duplicate_of=name(1)),
    ]

    assert parts(view_of(*log).counts().explain("truck")) == [(1, "counts"), (2, "duplicate")]
    assert parts(view_of(*log, known_at="2023-08-01").counts().explain("truck")) == [(1, "counts")]


def test_what_speaks_of_a_duplicate_is_needed_too() -> None:
    """The corroboration of a duplicate is among the reports of the fact that has the duplicate."""
    view = view_of(
        delivery("2023-07-01", 5),
        delivery("2023-07", 5, sources=report("2023-08-01", "Yomiuri")),
        Retraction(of=name(2), duplicate_of=name(1)),
        Corroboration(of=name(2), quantity=7, sources=report("2023-09-01", "NHK")),
    )
    explanation = view.counts().explain("truck")

    assert str(explanation.answer) == "5 to 7"
    assert [record.id for record in explanation.records] == [name(number) for number in (1, 2, 3, 4)]
    assert replay(explanation.records, Counts(), as_of="2023-12-31")["truck"] == explanation.answer


def test_a_fact_of_its_own_is_not_brought_in() -> None:
    """A record that was held for a duplicate, and no longer is, has no part in the other's explanation.

    Here something of another item has replaced it, which is not in the explanation either.
    """
    view = view_of(
        delivery("2023-01-01", 10),
        delivery("2023-01-02", 5),
        Retraction(of=name(2), duplicate_of=name(1), sources=report("2023-02-01")),
        Retraction(of=name(3), reason="two handovers"),
        delivery("2023-04-01", 6, item="car", supersedes=name(2)),
    )
    explanation = view.counts().explain("truck")

    assert view.counts()["truck"].low == 10
    assert name(2) not in {record.id for record in explanation.records}
    assert replay(explanation.records, Counts(), as_of="2023-12-31")["truck"].low == 10


def test_news_is_shown_from_its_publication_on() -> None:
    """A correction that was not out by then is not among the amendments."""
    log: list[Event | Amendment] = [
        delivery("2023-01-01", 10, "2023-01-02"),
        Correction(of=name(1), event=delivery("2023-01-01", 12), reason="recounted", sources=report("2023-06-01")),
    ]

    assert "recounted" in str(view_of(*log).counts().explain("truck"))
    before = view_of(*log, known_at="2023-05-31").counts().explain("truck")
    assert before.reasons[0].amendments == ()
    assert "recounted" not in str(before)


def test_a_day_of_knowledge_is_all_of_it() -> None:
    """Reports and news that were published on the day itself are in it; those of the next day are not."""
    log: list[Event | Amendment] = [
        delivery("2023-01-01", 10, sources=[report("2023-01-02", "NHK"), report("2023-01-05", "Yomiuri")]),
        Correction(of=name(1), event=delivery("2023-01-01", 10), sources=report("2023-02-01")),
    ]

    def known(known_at: str) -> tuple[list[str | None], int]:
        [reason] = view_of(*log, known_at=known_at).counts().explain("truck").reasons
        return [source.publisher for source in reason.sources], len(reason.amendments)

    assert known("2023-01-04") == (["NHK"], 0)
    assert known("2023-01-05") == (["NHK", "Yomiuri"], 0)
    assert known("2023-01-31")[1] == 0
    assert known("2023-02-01")[1] == 1


def test_repairs_are_shown_whenever_they_were_made() -> None:
    """A repair acts as if the record had been written so from the start: it is in it at every date of knowledge."""
    view = view_of(
        delivery("2023-01-01", 10, "2023-01-02"),
        Correction(of=name(1), event=delivery("2023-01-01", 12, "2023-01-02")),
        known_at="2023-01-31",
    )
    [reason] = view.counts().explain("truck").reasons

    assert [record.id for record in reason.amendments] == [name(2)]


def test_what_was_written_later_is_not_in_it() -> None:
    """The log as it stood: records up to the instant itself, and none after it."""
    events: list[Event | Amendment] = [
        delivery("2023-01-01", 10),
        Corroboration(of=name(1), quantity=10, sources=report("2023-02-01")),
        Correction(of=name(1), event=delivery("2023-01-01", 12)),
    ]
    records = [
        Record(name(number), datetime(2026, 11, 20 + number, tzinfo=UTC), event)
        for number, event in enumerate(events, start=1)
    ]
    view = Timeline(records).as_of("2023-12-31", recorded_until="2026-11-22T00:00:00Z")
    explanation = view.counts().explain("truck")

    assert [record.id for record in explanation.records] == [name(1), name(2)]
    assert explanation.reasons[0].amendments == ()


def test_news_is_an_account_with_what_it_says() -> None:
    """A report that corrects a fact is shown with its own number, value and day."""
    view = view_of(
        delivery("2023-07-09", 2, value="USD 2"),
        Correction(
            of=name(1), event=delivery("2023-07-08", 4, value="USD 4"), sources=report("2023-07-12", "Censor.net")
        ),
        Corroboration(of=name(1), quantity=5, sources=report("2023-07-11", "Yomiuri")),
    )
    [reason] = view.counts().explain("truck").reasons

    assert {
        (each.source.publisher, str(each.quantity), str(each.value), str(each.date)) for each in reason.reports
    } == {
        ("Yomiuri", "5", "None", "None"),
        ("Censor.net", "4", "USD 4", "8 Jul 2023"),
    }


def test_a_number_in_another_unit_is_shown() -> None:
    """A duplicate in another unit gives the fact no quantity; its report is shown with its own number and unit."""
    view = view_of(
        delivery("2023-07-09", 2),
        delivery("2023-07-09", 2000, unit="kg", sources=report("2023-07-11", "Yomiuri")),
        Retraction(of=name(2), duplicate_of=name(1)),
    )
    [reason, *_] = view.counts().explain("truck").reasons

    assert {(each.source.publisher, str(each.quantity), each.in_other_unit) for each in reason.reports} == {
        ("Yomiuri", "None", "2,000 kg"),
        ("Kyodo News", "2", None),
    }
    assert reason.disputed == {"quantity"}


class ByYear:
    """A sum of a user's own, whose keys are numbers."""

    piece = Sum(lambda fact: [(fact.date.latest.year if fact.date.latest else None, Term(Quantity.exact(1)))])


def test_a_key_of_any_type_is_explained() -> None:
    """Keys of a user's own pieces need not be tuples, nor have names."""
    explanation = view_of(delivery("2023", 5)).explain(ByYear(), 2023)

    assert (explanation.name, explanation.currency, str(explanation.answer)) == ("2023", None, "1")


def test_the_total_has_a_name() -> None:
    """The only sum is called "all"."""
    explanation = view_of(delivery("2023", 5)).explain(Counts(by=()))

    assert str(explanation).splitlines()[0] == "all: 5"


def test_a_state_is_explained_like_a_sum() -> None:
    """The possible values, and the facts that set them."""

    def status(day: str, value: ProjectStatus) -> Status:
        return Status(date=day, project="hd", status=value, sources=report("2024-02-01"))

    view = view_of(status("2023-01", "pipeline"), status("2023-12-30/2024-01-05", "implementation"))
    explanation = view.explain(ProjectStates(), ("hd", "status"))

    assert explanation.answer == frozenset(("pipeline", "implementation"))
    assert [(reason.states, reason.certain) for reason in explanation.reasons] == [
        ("pipeline", True),
        ("implementation", False),
    ]
    assert str(explanation).startswith("hd, status: implementation, or pipeline\n")


def test_a_key_that_does_not_exist_names_the_nearest() -> None:
    """Tables and views explain; a table that is not of a view cannot be explained."""
    view = view_of(delivery("2023", 5))

    with pytest.raises(UnknownKey, match="'trucks'; the nearest: truck"):
        view.counts().explain("trucks")
    with pytest.raises(UnknownKey, match="'trucks'; the nearest: truck"):
        view.explain(Counts(), "trucks")
    with pytest.raises(UsageError, match="of a view"):
        Table.of(["item"], {}).explain()


def test_a_long_chain_is_explained_in_no_time() -> None:
    """Two thousand facts, each replacing the one before some time in a month: no recursion, no waiting."""
    chain = [
        delivery("2023-12-01/2024-12-31", number, "2025-01-01", supersedes=[name(number - 1)] if number > 1 else ())
        for number in range(1, 2001)
    ]
    explanation = view_of(*chain).counts().explain("truck")

    assert len(explanation.reasons) == 2000
    assert str(explanation.answer) == "0 to 2,000"


def test_two_repairs_that_disagree_are_both_shown() -> None:
    """Both are there, with the day on which each was recorded, and which of them decides."""
    six, seven = (
        Correction(of=name(1), event=delivery("2023-07-01", number), reason=f"it is {number}") for number in (6, 7)
    )
    text = str(view_of(delivery("2023-07-01", 5), six, seven).counts().explain("truck"))

    assert "truck: 7" in text
    assert f"correction {name(2)} (a repair, recorded on 21 Nov 2026): it is 6\n" in text
    assert f"correction {name(3)} (a repair, recorded on 21 Nov 2026): it is 7; this decides" in text


def test_it_says_who_withdrew_what() -> None:
    """A duplicate that was withdrawn, and an account that a repair took back: by whom, when and why."""
    view = view_of(
        delivery("2023-07-01", 5),
        delivery("2023-07-01", 6, sources=report("2023-07-11", "Yomiuri")),
        Retraction(of=name(2), duplicate_of=name(1)),
        Retraction(of=name(2), reason="no source", sources=report("2023-08-01", "Yomiuri")),
        Corroboration(of=name(1), quantity=9, sources=report("2023-07-12", "NHK")),
        Retraction(of=name(5), reason="of other trucks"),
    )
    text = str(view.counts().explain("truck"))

    assert "truck: 5\n" in text
    assert f"retraction {name(6)} of {name(5)} (a repair, recorded on 21 Nov 2026): of other trucks" in text
    assert "the same fact once more; withdrawn: delivery, 1 Jul 2023" in text
    assert f"retraction {name(4)} (Yomiuri, 1 Aug 2023): no source" in text


def test_it_says_where_no_report_says_how_many() -> None:
    """Goods without a number are some, and that is no report's number."""
    text = str(view_of(delivery("2023-07-01", 4), delivery("2023-07-02", None)).counts().explain("truck"))

    assert "truck: at least 5" in text
    assert text.count("no report says how many") == 1


def test_pooled_records_with_several_ends_are_all_there() -> None:
    """A record that is a duplicate of two others makes one fact of all three, and its records are those of all."""
    others = [delivery("2023-07-01", number, ref=str(number)) for number in (4, 5)]
    view = view_of(
        *others,
        delivery("2023-07-01", 6),
        Retraction(of=name(3), duplicate_of=name(1)),
        Retraction(of=name(3), duplicate_of=name(2)),
    )
    explanation = view.counts().explain("truck")

    assert str(explanation.answer) == "4 to 6"
    assert [record.id for record in explanation.records] == [name(number) for number in range(1, 6)]


def test_of_several_withdrawn_corrections_none_decides() -> None:
    """Two reports correct a fact, and both were written down wrongly: nothing says that one decides."""

    def told(day: str) -> list[Source]:
        return [Source(publisher="NHK", published=day)]

    event = Delivery(date="2023-03-01", item="truck", quantity=3, sources=told("2023-03-02"))
    record = Record("1" * 32, RECORDED, event)
    news = [
        Record(digit * 32, RECORDED, Correction(of=record.id, event=attrs.evolve(event, quantity=4), sources=told(day)))
        for digit, day in (("2", "2023-03-03"), ("3", "2023-03-04"))
    ]
    repairs = [Record(digit * 32, RECORDED, Retraction(of=each.id)) for digit, each in zip("45", news, strict=True)]
    view = Timeline([record, *news, *repairs]).as_of("2023-12-31")
    [reason] = view.explain(Counts(), "truck")
    assert (str(reason.states), reason.deciding) == ("3", frozenset())
    assert len(reason.amendments) == 4


def test_the_order_of_the_log_has_no_meaning() -> None:
    """Law 1: what is not believed, and links run through, stands as it was recorded, and once."""
    source = Source(publisher="A", published="2023-11")

    def recorded(event: Event | Amendment, minute: int) -> Record:
        return Record(record_id(event), RECORDED.replace(minute=minute), event)

    chain: list[Record] = []
    for number in range(1, 6):
        above = [chain[-1].id] if chain else []
        date = "2023-04/2023-06" if number == 5 else f"2023-0{number}"
        event = Delivery(date=date, item="truck", quantity=number, supersedes=above, sources=source)
        chain.append(recorded(event, 10 - number))
    gone = [recorded(Retraction(of=each.id, reason="misread"), 20) for each in chain[1:4]]
    log = [*chain, *gone, *(attrs.evolve(each, recorded_at=RECORDED.replace(hour=12)) for each in chain)]
    explained = [Timeline(each).as_of("2023-05-15").counts().explain("truck") for each in (log, log[::-1])]
    assert explained[0].rows == explained[1].rows
    assert [reason.id for reason in explained[0]] == [chain[at].id for at in (0, 4, 3, 2, 1)]
