"""The oracle against examples worked out by hand: it must not be trusted blindly either."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve
from oracle import MAX_UNDECIDED, Oracle

from aidtimeline.events import (
    Amendment,
    Cancellation,
    Correction,
    Corroboration,
    Delivery,
    Event,
    Participation,
    Pledge,
    Project,
    Record,
    Retraction,
    Source,
    Status,
)

RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)


def report(published: str | None = None) -> Source:
    return Source(publisher="Kyodo News", published=published)


def record(number: int, event: Event | Amendment) -> Record:
    return Record(f"{number:032x}", RECORDED, event)


def delivery(number: int, day: str, quantity: Any = None, *, published: str | None = None, **fields: Any) -> Record:
    event = Delivery(date=day, item="truck", quantity=quantity, sources=report(published), **fields)
    return record(number, event)


def trucks(records: list[Record], as_of: str, known_at: str | None = None) -> tuple[Any, Any] | None:
    known = None if known_at is None else date.fromisoformat(known_at)
    return Oracle(records, date.fromisoformat(as_of), known).counts().get((("truck",), None))


def name(number: int) -> str:
    return f"{number:032x}"


def test_raise_in_march() -> None:
    """100, raised to 150 some time in March, is 100 to 150 in mid-March."""
    log = [delivery(1, "2023-02-01", 100), delivery(2, "2023-03", 150, supersedes=name(1))]
    assert trucks(log, "2023-02-28") == (100, 100)
    assert trucks(log, "2023-03-15") == (100, 150)
    assert trucks(log, "2023-03-31") == (150, 150)


def test_row_needs_a_world() -> None:
    """There is a row where a fact with a quantity counts in some world, even if that adds nothing for sure."""
    log = [delivery(1, "2022/2023", 30)]
    assert trucks(log, "2021-12-31") is None
    assert trucks(log, "2023-01-01") == (0, 30)
    assert trucks([delivery(1, "2022", unit="convoy")], "2023-01-01") is None


def test_open_quantity() -> None:
    """What states no upper bound, or no number at all, leaves the sum open wherever it may count."""
    assert trucks([delivery(1, "2022", "1.."), delivery(2, "2022", 4)], "2023-01-01") == (5, None)
    assert trucks([delivery(1, "2022"), delivery(2, "2022", 4)], "2023-01-01") == (5, None)
    measured = Oracle([delivery(1, "2022", unit="litre")], date(2023, 1, 1))
    assert measured.counts() == {(("truck",), "litre"): (0, None)}


def test_done_is_done() -> None:
    """Delivered in 2023, published on 1 June, had happened by 1 June."""
    assert trucks([delivery(1, "2023", 30, published="2023-06-01")], "2023-06-01") == (30, 30)
    assert trucks([delivery(1, "2023", 30, published="2023-06-01")], "2023-05-31") == (0, 30)


def test_three_accounts() -> None:
    """Some, 2 and 4 machines are 2 to 4, and disputed."""
    log = [
        delivery(1, "2024-07-08", "1..", published="2024-07-08"),
        record(2, Corroboration(of=name(1), quantity=2, sources=report("2024-07-09"))),
        record(3, Corroboration(of=name(1), quantity=4, sources=report("2024-07-10"))),
    ]
    assert trucks(log, "2024-07-31", "2024-07-08") == (1, None)
    assert trucks(log, "2024-07-31", "2024-07-09") == (2, 2)
    assert trucks(log, "2024-07-31") == (2, 4)
    assert Oracle(log, date(2024, 7, 31)).facts[name(1)].disputed == {"quantity"}


def test_about_yields() -> None:
    """An approximate account yields to exact ones between its half and its double."""
    log = [delivery(1, "2023-01-01", "~20"), record(2, Corroboration(of=name(1), quantity=22, sources=report()))]
    assert trucks(log, "2023-01-01") == (22, 22)
    log += [record(3, Corroboration(of=name(1), quantity="~50", sources=report()))]
    assert trucks(log, "2023-01-01") == (20, 50)


def test_contradicting_accounts() -> None:
    """The hull of all, also of those that contradict nobody; but "some" says no number."""
    numbers = [record(n, Corroboration(of=name(1), quantity=n, sources=report())) for n in (2, 4)]
    assert trucks([delivery(1, "2023-01-01", "1..9"), *numbers], "2023-01-01") == (1, 9)
    assert trucks([delivery(1, "2023-01-01", "1.."), *numbers], "2023-01-01") == (2, 4)
    assert trucks([delivery(1, "2023-01-01"), *numbers], "2023-01-01") == (2, 4)


def test_another_currency() -> None:
    """It is no number of the fact, and disputes it."""
    paid = delivery(1, "2023-01-01", value="USD 93")
    other = record(2, Corroboration(of=name(1), value="EUR 500", sources=report()))
    oracle = Oracle([paid, other], date(2023, 1, 1))
    assert oracle.money() == {((), "USD"): (93, 93)}
    assert oracle.facts[name(1)].disputed == {"value"}


def test_repair_is_as_written_first() -> None:
    """A repair holds at every cut of knowledge, and news does not outlive its retraction."""
    first = delivery(1, "2023-01-01", 3, published="2023-01-02")
    fixed = record(2, Correction(of=name(1), event=delivery(1, "2023-01-01", 13, published="2023-01-02").event))
    news = record(3, Correction(of=name(1), event=delivery(1, "2023-01-01", 14).event, sources=report("2023-02-01")))
    gone = record(4, Retraction(of=name(1)))
    assert trucks([first, fixed], "2023-01-01", "2023-01-02") == (13, 13)
    assert trucks([first, fixed, news], "2023-01-01", "2023-01-31") == (13, 13)
    assert trucks([first, fixed, news], "2023-01-01", "2023-02-01") == (14, 14)
    assert trucks([first, fixed, news, gone], "2023-01-01") is None


def test_repair_of_news() -> None:
    """A repair of sourced amendments acts on them, and one that aims at a repair is ignored."""
    first = delivery(1, "2023-01-01", 3)
    gone = record(2, Retraction(of=name(1), sources=report()))
    undone = record(3, Retraction(of=name(2)))
    assert trucks([first, gone], "2023-01-01") is None
    assert trucks([first, gone, undone], "2023-01-01") == (3, 3)
    assert trucks([first, gone, undone, record(4, Retraction(of=name(3)))], "2023-01-01") == (3, 3)


def test_news_caps_its_own_date() -> None:
    """News caps its date by its own publication; days that it leaves as they were keep the cap they had."""
    first = delivery(1, "2023", 3, published="2023-03-01")
    same = record(2, Correction(of=name(1), event=delivery(1, "2023?", 4).event, sources=report("2023-06-01")))
    other = record(2, Correction(of=name(1), event=delivery(1, "2022/2023", 4).event, sources=report("2023-06-01")))
    again = record(3, Correction(of=name(1), event=delivery(1, "2022/2023", 5).event, sources=report("2023-09-01")))
    assert trucks([first, same], "2023-03-01") == (4, 4)
    assert trucks([first, other], "2023-03-01") == (0, 4)
    assert trucks([first, other, again], "2023-05-31") == (0, 5)
    assert trucks([first, other, again], "2023-06-01") == (5, 5)


def test_retrieved() -> None:
    """A report that was retrieved on a day could be read then; the earlier of both days counts."""
    first = record(1, Delivery(date="2022", item="truck", quantity=3, sources=evolve(report(), retrieved="2023-03-01")))
    assert trucks([first], "2023-12-31", "2023-03-01") == (3, 3)
    assert trucks([first], "2023-12-31", "2023-02-28") is None


def test_plans_recorded_as_deeds() -> None:
    """What is dated wholly after every report of it may have happened from its first day on; a deed outdoes it."""
    plan = delivery(1, "2023-07", 30, published="2023-06-01")
    deed = record(2, Corroboration(of=name(1), quantity=20, date="2023-07-05", sources=report("2023-07-10")))
    assert trucks([plan], "2023-06-30") is None
    assert trucks([plan], "2024-12-31") == (0, 30)
    assert trucks([plan, deed], "2024-12-31") == (20, 20)
    assert trucks([plan, deed], "2024-12-31", "2023-07-01") == (0, 30)
    numbered = record(3, Correction(of=name(1), event=delivery(1, "2023-07", 10).event, sources=report("2023-08-01")))
    assert trucks([plan, numbered], "2024-12-31") == (0, 10)


def test_links_outlive_retractions() -> None:
    """A raise from 150 to 200 replaces the 100 too, even if the 150 is retracted."""
    log = [
        delivery(1, "2023-01-01", 100),
        delivery(2, "2023-02-01", 150, supersedes=name(1)),
        delivery(3, "2023-03-01", 200, supersedes=name(2)),
        record(4, Retraction(of=name(2), sources=report())),
    ]
    assert trucks(log, "2023-02-01") == (100, 100)
    assert trucks(log, "2023-03-01") == (200, 200)


def test_a_cancelled_amount_replaces_nothing() -> None:
    """What it names still counts; what replaces that after it replaces the cancellation too."""
    off = record(3, Cancellation(date="2023-02-01", quantity=2, supersedes=name(1), sources=report()))
    log = [delivery(1, "2023-01-01", 5), delivery(2, "2023-03-01", 8, supersedes=name(1)), off]
    assert Oracle(log, date(2023, 2, 1)).worlds == {frozenset({name(1), name(3)})}
    assert Oracle(log, date(2023, 3, 1)).worlds == {frozenset({name(2)})}
    all_of_it = record(4, Cancellation(date="2023-04-01", supersedes=name(3), sources=report()))
    assert Oracle([log[0], off, all_of_it], date(2023, 4, 1)).worlds == {frozenset({name(4)})}


def test_circle_is_ignored() -> None:
    """Links between the members of a circle are ignored, others hold."""
    log = [
        delivery(1, "2023-01-01", 1, supersedes=name(2)),
        delivery(2, "2023-01-01", 10, supersedes=[name(1), name(3)]),
        delivery(3, "2023-01-01", 100),
    ]
    assert trucks(log, "2023-01-01") == (11, 11)


def test_duplicates_are_one_fact() -> None:
    """Two records of one fact pool their accounts and links under the other's id, in a circle under the smallest."""
    old = delivery(3, "2022-01-01", 100)
    one, other = delivery(1, "2023", 30), delivery(2, "2023-11-20", 30, supersedes=name(3))
    to_one = record(4, Retraction(of=name(2), duplicate_of=name(1)))
    back = record(5, Retraction(of=name(1), duplicate_of=name(2)))
    for log in ([old, one, other, to_one], [old, one, other, to_one, back]):
        oracle = Oracle(log, date(2023, 11, 20))
        assert oracle.counts() == {(("truck",), None): (30, 30)}
        assert set(oracle.facts) == {name(1), name(3)}
    for nothing in (name(9), name(1)):
        found = record(5, Retraction(of=name(1), duplicate_of=nothing))
        assert trucks([one, found], "2023-12-31") == (30, 30)
        assert trucks([one, other, to_one, found], "2023-12-31") == (30, 30)


def test_findings_stand_apart_from_the_text() -> None:
    """A corrected number, and the retraction of one of them, part nothing; the accounts are as last corrected."""
    one, other = delivery(1, "2023-01-01", 30), delivery(2, "2023-01-01", 30)
    found = record(3, Retraction(of=name(1), duplicate_of=name(2), sources=report("2023-06-01")))
    event = delivery(1, "2023-01-01", 31).event
    for sources in (report("2023-07-01"), ()):
        corrected = record(4, Correction(of=name(1), event=event, sources=sources))
        assert trucks([one, other, found, corrected], "2023-02-01") == (30, 31)
        for gone, left in ((1, 30), (2, 31)):
            retracted = record(5, Retraction(of=name(gone), sources=report("2023-08-01")))
            assert trucks([one, other, found, corrected, retracted], "2023-02-01") == (left, left)
        mended = record(5, Retraction(of=name(3)))
        assert trucks([one, other, found, corrected, mended], "2023-02-01") == (61, 61)


def test_the_root_of_duplicates() -> None:
    """Where the chain ends; of several ends, and in a circle, the smallest id; all findings hold together."""

    def roots(*pairs: tuple[int, int]) -> list[int]:
        events = [delivery(number, "2023-01-01", 1) for number in range(6)]
        twins = [
            record(10 + n, Retraction(of=name(a), duplicate_of=name(b), sources=report()))
            for n, (a, b) in enumerate(pairs)
        ]
        return sorted(int(each, 16) for each in Oracle([*events, *twins], date(2024, 1, 1)).facts)

    assert roots((0, 1), (1, 2)) == [2, 3, 4, 5]
    assert roots((0, 1), (1, 2), (2, 1)) == [1, 3, 4, 5]
    assert roots((2, 5), (2, 4)) == [0, 1, 3, 4]
    assert roots((0, 4), (4, 5), (5, 4), (0, 3)) == [1, 2, 3]
    assert roots((3, 3), (3, 2)) == [0, 1, 2, 4, 5]


def test_the_first_known_duplicate_gives_the_other_fields() -> None:
    """The root if it is known; before that, and if it is retracted, the one known first."""
    root = delivery(1, "2023-01-01", 5, donor="JP", published="2023-03-01")
    twin = delivery(2, "2023-01-01", 5, donor="US", published="2023-02-01")
    log = [root, twin, record(3, Retraction(of=name(2), duplicate_of=name(1)))]
    gone = record(4, Retraction(of=name(1), sources=report("2023-04-01")))

    def donor(log: list[Record], known_at: str) -> str | None:
        return Oracle(log, date(2024, 1, 1), date.fromisoformat(known_at)).facts[name(1)].event.donor

    assert [donor(log, day) for day in ("2023-02-01", "2023-03-01")] == ["US", "JP"]
    assert donor([*log, gone], "2023-04-01") == "US"


def test_supersession_across_keys() -> None:
    """What is asked for chooses what is summed, never what supersedes."""
    pledge = record(1, Pledge(date="2023-01-01", item="truck", quantity=5, sources=report()))
    given = delivery(2, "2023-02", 5, supersedes=name(1), donor="JP", via=["undp", "unicef"])
    oracle = Oracle([pledge, given], date(2023, 2, 10))
    assert oracle.counts(("pledge",)) == {(("truck",), None): (0, 5)}
    assert oracle.counts(by=("via",), where={"donor": ("JP", None)}) == {(("undp+unicef",), None): (0, 5)}
    assert oracle.counts(where={"donor": ""}) == {}


def test_states() -> None:
    """A state is the set of its values over all worlds, None for none yet; roles may be given up."""
    log = [
        record(1, Status(date="2023-02", project="hd", status="pipeline", sources=report())),
        record(2, Status(date="2023-02-20/2023-03-10", project="hd", status="closed", sources=report())),
        record(3, Project(date="2023-01", project="hd", title="One", sources=report())),
        record(4, Project(date="2023-01-20", project="hd", planned_end="2025", sources=report())),
        record(5, Participation(date="2023-01-01", project="hd", party="JP", role="lead", sources=report())),
        record(6, Participation(date="2023-02", project="hd", party="JP", role="lead", left=True, sources=report())),
    ]
    middle = Oracle(log, date(2023, 2, 25))
    assert middle.status("hd") == {None, "pipeline", "closed"}
    assert Oracle(log, date(2023, 2, 28)).status("hd") == {"pipeline", "closed"}
    assert middle.profile("hd", "title") == {"One"}
    assert middle.profile("hd", "planned_end") == {"2025"}
    assert middle.roles() == {("hd", "JP", "lead"): {True, False}}


def test_days_end_with_their_last_instant() -> None:
    """A day as a cut is all of that day in UTC."""
    late = datetime(2023, 1, 1, 23, 59, 59, 999999, tzinfo=UTC)
    log = [Record(name(1), late, delivery(1, "2022", 3).event)]
    assert Oracle(log, date(2023, 1, 1), recorded_until=date(2023, 1, 1)).facts
    assert not Oracle(log, date(2023, 1, 1), recorded_until=datetime(2023, 1, 1, 23, tzinfo=UTC)).facts
    assert Oracle(log, date(2023, 1, 1), date(2023, 1, 1)).facts
    assert not Oracle(log, date(2023, 1, 1), date(2022, 12, 31)).facts


def test_too_many_worlds() -> None:
    """It refuses what it cannot enumerate."""
    log = [delivery(number, "2023", 1) for number in range(MAX_UNDECIDED + 1)]
    with pytest.raises(ValueError, match="too many"):
        _ = Oracle(log, date(2023, 6, 1)).worlds
