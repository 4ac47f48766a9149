"""What replay does where the laws' small logs do not reach: long chains, tangles, circles, problems."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, strategies as st

from aidtimeline import Corroboration, Counts, Delivery, Event, Pledge, Record, Retraction, Source, Status, replay
from aidtimeline.events import Amendment, Correction, ProjectStatus
from aidtimeline.projections import ProjectStates
from aidtimeline.semantics import Latest, Total, believe, cut, worth_of
from aidtimeline.semantics.links import Group, link
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

NOON = datetime(2023, 6, 1, 12, tzinfo=UTC)
REPORT = Source(publisher="Rubryka", published="2023-04-30")


def id_of(number: int) -> str:
    return f"{number:032x}"


def pledge(quantity: int, day: str, *supersedes: int) -> Pledge:
    return Pledge(
        date=day, item="truck", quantity=quantity, supersedes=[id_of(each) for each in supersedes], sources=[REPORT]
    )


def log(events: Sequence[Event | Amendment]) -> list[Record]:
    return [Record(id_of(number), NOON, event) for number, event in enumerate(events)]


def trucks(records: Sequence[Record], as_of: str, **cuts: str) -> tuple[int, int | None, bool]:
    bounds = replay(records, Counts(kind="pledge"), as_of=as_of, **cuts)["truck"]
    return int(bounds.low), None if bounds.high is None else int(bounds.high), bounds.loose


def test_a_raised_pledge_is_never_added_to_the_first() -> None:
    """100, raised to 150: the answer is 150; while the raise may or may not have come, 100 to 150."""
    records = log([pledge(100, "2023-01-05"), pledge(150, "2023-03", 0)])
    assert trucks(records, "2023-02-28") == (100, 100, False)
    assert trucks(records, "2023-03-15") == (100, 150, False)
    assert trucks(records, "2023-03-31") == (150, 150, False)


def test_links_run_through_what_is_not_believed() -> None:
    """A raise from 150 to 200 replaces the 100 too, even if the 150 is retracted."""
    raises = [pledge(100, "2023-01-05"), pledge(150, "2023-02-01", 0), pledge(200, "2023-03-01", 1)]
    records = log([*raises, Retraction(of=id_of(1), reason="never promised")])
    assert trucks(records, "2023-03-31") == (200, 200, False)
    assert trucks(records, "2023-02-15") == (100, 100, False)


@pytest.mark.parametrize("length", [1_000, 20_000])
def test_a_long_chain_is_answered(length: int) -> None:
    """A chain of any length has no recursion limit, and takes time in proportion to its length."""
    chain = [pledge(number + 1, "2023-03", *([number - 1] if number else [])) for number in range(length)]
    assert trucks(log(chain), "2023-03-15") == (0, length, False)


def test_a_circle_is_a_problem_and_its_links_are_ignored() -> None:
    """Two records that supersede each other both count; what the circle supersedes from outside stays replaced."""
    records = log([pledge(1, "2023-01-01"), pledge(10, "2023-02-01", 0, 2), pledge(100, "2023-02-01", 1)])
    assert trucks(records, "2023-03-01")[:2] == (110, 110)
    [problem] = believe(records).problems
    assert problem.code == "circle"


def test_a_circle_is_named_in_full() -> None:
    """The problem lies with the first of its members, and names the others."""
    records = log([pledge(1, "2023-01-01", 2), pledge(2, "2023-01-01", 0), pledge(3, "2023-01-01", 1)])
    [problem] = believe(records).problems
    assert problem.event_id == id_of(0)
    assert problem.message == f"it supersedes itself, through {id_of(1)}, {id_of(2)}"


def test_a_tangle_is_answered_soundly_and_flagged() -> None:
    """Where facts have several superseders and many are undecided, the bounds hold and say that they may be loose."""
    top = [pledge(1, "2023-03") for _ in range(7)]
    middle = [pledge(10, "2023-03", *range(7)) for _ in range(7)]
    low, high, loose = trucks(log([*top, *middle]), "2023-03-15")
    assert loose
    assert low == 0
    assert high is not None
    assert high >= 70


def test_up_to_twelve_undecided_facts_are_answered_tightly() -> None:
    """A tangle of twelve is enumerated: here all of the six upper ones, or all of the six lower ones."""
    top = [pledge(1, "2023-03") for _ in range(6)]
    middle = [pledge(10, "2023-03", *range(6)) for _ in range(6)]
    assert trucks(log([*top, *middle]), "2023-03-15") == (0, 60, False)


def test_what_has_surely_happened_in_a_tangle() -> None:
    """Facts that have happened count unless one of several that may replace them has; alike ones count together."""
    before = [pledge(10, "2023-01-01"), pledge(20, "2023-01-02"), pledge(40, "2023-01-03")]
    after = [pledge(1, "2023-03", 0, 1, 2), pledge(2, "2023-03", 0, 1)]
    assert trucks(log([*before, *after]), "2023-03-15") == (1, 70, False)


def test_only_what_matters_hangs_together() -> None:
    """A group holds what may have happened, and what may replace that; what nothing may replace yet is in none."""
    records = log(
        [
            pledge(1, "2023-01-01"),
            pledge(2, "2023-03", 0, 2),
            pledge(3, "2023-04-10"),  # not yet, and nothing is beneath it
            pledge(4, "2023-01-02"),
            pledge(5, "2023-04-11", 3),  # not yet
        ]
    )
    facts = {fact.id: fact for fact in cut(believe(records), date(2023, 3, 15))}
    members = {int(each, 16): fact.group and fact.group.members for each, fact in facts.items()}
    assert members == {0: (id_of(1), id_of(0)), 1: (id_of(1), id_of(0)), 3: None}


def test_a_tangle_is_loose_only_where_it_is_asked_of_too_many() -> None:
    """Of a tangle of fourteen the sum over one and its seven superseders is tight."""
    car = Pledge(date="2023-03", item="car", quantity=100, sources=[REPORT])
    top = [car, *(pledge(1, "2023-03") for _ in range(6))]
    middle = [pledge(10, "2023-03", *range(7)) for _ in range(7)]
    table = replay(log([*top, *middle]), Counts(kind="pledge"), as_of="2023-03-15")
    assert (table["car"].loose, table["truck"].loose) == (False, True)
    assert str(table["car"]) == "0 to 100"


def groups() -> st.SearchStrategy[Group]:
    """Small groups of any shape: every member linked to some earlier ones."""

    def built(choices: list[tuple[str, set[int]]]) -> Group:
        members = tuple(f"m{number}" for number in range(len(choices)))
        above = {
            member: tuple(f"m{other}" for other in sorted(others) if other < number)
            for number, (member, (_, others)) in enumerate(zip(members, choices, strict=True))
        }
        happened = {member: how for member, (how, _) in zip(members, choices, strict=True)}
        for each in members:
            if any(happened[other] == "surely" for other in above[each]):
                above[each] = ()
        return Group(members, above, happened)  # type: ignore[arg-type]

    shapes = st.tuples(
        st.sampled_from(["surely", "perhaps", "perhaps", "never"]), st.sets(st.integers(0, 5), max_size=3)
    )
    return st.lists(shapes, min_size=1, max_size=6).map(built)


@given(groups(), st.lists(st.integers(-3, 5), min_size=6, max_size=6))
def test_worth_is_the_hull_of_all_worlds(group: Group, amounts: list[int]) -> None:
    """Trees, tangles and single facts: the bounds are the least and greatest sum of any world."""
    facts = [each for each in group.members if group.happened[each] != "never"]
    own = dict(zip(facts, amounts, strict=False))
    undecided = [each for each in group.members if group.happened[each] == "perhaps"]
    sums = []
    for choice in product([False, True], repeat=len(undecided)):
        done = {each for each, yes in zip(undecided, choice, strict=True) if yes}
        done |= {each for each in group.members if group.happened[each] == "surely"}
        replaced: set[str] = set()
        for each in group.members:
            if any(other in done or other in replaced for other in group.above[each]):
                replaced.add(each)
        sums.append(sum(own[each] for each in done - replaced))
    worth, loose = worth_of(group, {each: Quantity.exact(amount) for each, amount in own.items()}, Total())
    assert not loose
    assert [worth.low, worth.high] == [min(sums), max(sums)]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_links_are_ordered_and_circles_found(edges: list[tuple[int, int]]) -> None:
    """Every link left leads from an earlier to a later id; links are left out exactly where they lie on a circle."""
    supersedes: dict[str, list[str]] = {}
    for superseder, superseded in edges:
        supersedes.setdefault(str(superseder), []).append(str(superseded))
    reached = {str(node): {str(node)} for node in range(8)}
    for _ in range(8):
        for superseder, superseded in edges:
            for node in reached.values():
                if str(superseder) in node:
                    node.add(str(superseded))
    links = link(supersedes)
    place = {each: number for number, each in enumerate(links.order)}
    left = {(above, each) for each, others in links.above.items() for above in others}
    assert left == {(str(a), str(b)) for a, b in edges if str(a) not in reached[str(b)]}
    assert all(place[above] < place[each] for above, each in left)
    in_circles = {
        frozenset(
            str(other) for other in range(8) if str(other) in reached[str(node)] and str(node) in reached[str(other)]
        )
        for node, _ in edges
        if any(str(a) in reached[str(node)] and str(b) == str(node) for a, b in edges)
    }
    assert {frozenset(circle) for circle in links.circles} == in_circles


def account_of(*accounts: tuple[str, str, str]) -> tuple[str, str, frozenset[str]]:
    """The date, quantity and disputes of a delivery reported in several accounts of (date, quantity, published)."""
    (day, quantity, published), *others = accounts
    first = Delivery(date=day, item="truck", quantity=quantity, sources=[Source(publisher="A", published=published)])
    more = [
        Corroboration(of=id_of(0), date=day, quantity=quantity, sources=[Source(publisher="B", published=published)])
        for day, quantity, published in others
    ]
    [fact] = cut(believe(log([first, *more])), date(2030, 1, 1))
    return fact.date.text, fact.quantity.text if fact.quantity else "", fact.disputed


def test_accounts_that_agree_are_what_they_have_in_common() -> None:
    """ "2023" and "20 Nov 2023" is 20 Nov; "some" and 2 is 2."""
    reported = account_of(("2023", "1..", "2023-12-01"), ("2023-11-20", "2", "2023-12-01"))
    assert reported == ("2023-11-20", "2", frozenset())


def test_accounts_that_contradict_are_their_hull() -> None:
    """ "Some", 2 and 4 machines: 2 to 4, disputed; "some" contradicts nobody."""
    reported = account_of(*((("2024-07-09"), quantity, "2024-07-10") for quantity in ("1..", "2", "4")))
    assert reported == ("2024-07-09", "2..4", frozenset({"quantity"}))


def test_an_approximate_account_yields_to_exact_ones() -> None:
    """ "About 20" and 12: 12, and nothing is disputed."""
    assert account_of(("2024-07-09", "~20", "2024-07-10"), ("2024-07-09", "12", "2024-07-10"))[1:] == (
        "12",
        frozenset(),
    )


def test_done_is_done() -> None:
    """ "Delivered in 2023", published on 1 June: by 1 June. A date wholly after its report is left as it is."""
    assert account_of(("2023", "1", "2023-06-01"))[0] == "2023-01-01/2023-06-01"
    assert account_of(("2023-07", "1", "2023-06-01"))[0] == "2023-07"


def test_the_day_of_a_report_is_one_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the computer stands, a date is capped by the same day."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert account_of(("2023", "1", "2023-06-01"))[0] == "2023-01-01/2023-06-01"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_of_several_news_the_last_decides_and_can_revive() -> None:
    """A retraction holds from its publication; later news that corrects the record makes it count again."""
    reported = Delivery(
        date="2023-01-05", item="truck", quantity=30, sources=[Source(publisher="A", published="2023-01-06")]
    )
    denied = Retraction(of=id_of(0), sources=[Source(publisher="B", published="2023-02-01")])
    confirmed = Correction(
        of=id_of(0),
        event=Delivery(date="2023-01-05", item="truck", quantity=20, sources=reported.sources),
        sources=[Source(publisher="C", published="2023-03-01")],
    )
    records = log([reported, denied, confirmed])
    answers = {
        known_at: [str(row.bounds) for row in replay(records, Counts(), as_of="2023-06-01", known_at=known_at)]
        for known_at in ("2023-01-05", "2023-01-06", "2023-02-01", "2023-03-01")
    }
    assert answers == {"2023-01-05": [], "2023-01-06": ["30"], "2023-02-01": [], "2023-03-01": ["20"]}


def test_a_day_as_known_at_means_all_of_it() -> None:
    """What was published on a day is known at that day, and surely known only when the day is over (UTC)."""
    records = log([pledge(100, "2023-01-05")])
    assert trucks(records, "2023-12-31", known_at="2023-04-30")[:2] == (100, 100)
    assert "truck" not in replay(records, Counts(kind="pledge"), as_of="2023-12-31", known_at="2023-04-30T12:00:00Z")


def test_retracted_duplicates_make_one_fact() -> None:
    """Two records of one handover, one retracted as a duplicate: their accounts are pooled."""
    one = Delivery(date="2023", item="truck", quantity="1..", sources=[Source(publisher="A", published="2024-01-02")])
    two = Delivery(date="2023-11", item="truck", quantity=30, sources=[Source(publisher="B", published="2023-12-01")])
    twin = Retraction(of=id_of(0), duplicate_of=id_of(1))
    [fact] = cut(believe(log([one, two, twin])), date(2030, 1, 1))
    assert (fact.id, fact.date.text, str(fact.quantity), len(fact.accounts)) == (id_of(1), "2023-11", "30", 2)


def test_a_state_is_every_value_it_may_have() -> None:
    """A status that may not have begun yet leaves the one before, or none."""
    begun = Status(date="2023-02", project="p", status="implementation", sources=[REPORT])
    closed = Status(date="2023-03", project="p", status="closed", sources=[REPORT])

    def status(day: str) -> tuple[str | None, ...]:
        return replay(log([begun, closed]), ProjectStates(), as_of=day)["p"].status

    assert status("2023-02-10") == (None, "implementation")
    assert status("2023-02-28") == ("implementation",)
    assert status("2023-03-10") == ("closed", "implementation")
    assert status("2023-03-31") == ("closed",)


@pytest.mark.parametrize(
    ("amendment", "code"),
    [
        (Retraction(of=id_of(9), reason="x"), "dangling"),
        (Retraction(of=id_of(9), sources=[REPORT]), "dangling"),
        (Retraction(of=id_of(1), sources=[REPORT]), "bad-amendment"),
        (Corroboration(of=id_of(1), sources=[REPORT]), "bad-amendment"),
        (Retraction(of=id_of(2), reason="x"), "bad-amendment"),
        (
            Correction(of=id_of(0), event=Corroboration(of=id_of(0), sources=[REPORT]), sources=[REPORT]),
            "bad-amendment",
        ),
        (Correction(of=id_of(0), event=Retraction(of=id_of(0))), "bad-amendment"),
        (Retraction(of=id_of(0), duplicate_of=id_of(9), sources=[REPORT]), "dangling"),
        (Retraction(of=id_of(0), duplicate_of=id_of(1), sources=[REPORT]), "bad-link"),
        (pledge(1, "2023-01", 1), "bad-link"),
        (pledge(1, "2023-01", 9), "dangling"),
    ],
)
def test_what_cannot_be_meant_is_a_problem_and_no_crash(amendment: Event | Amendment, code: str) -> None:
    """Amendments and links that aim at nothing, at a repair, or at an amendment are reported, and do nothing more."""
    corroboration = Corroboration(of=id_of(0), sources=[REPORT])
    repair = Retraction(of=id_of(4), reason="never happened")
    records = log([pledge(100, "2023-01-05"), corroboration, repair, amendment, pledge(7, "2023-01-07")])
    assert [problem.code for problem in believe(records).problems] == [code]


@given(st.permutations(list(combinations(range(4), 2))))
def test_the_earliest_recording_stands(order: list[tuple[int, int]]) -> None:
    """One id twice: the earliest `recorded_at` stands, whatever the order."""
    instants = [datetime(2023, 5, 1 + day, second, tzinfo=UTC) for day, second in order]
    event = Pledge(date="2023-01-05", item="truck", quantity=1, sources=[Source(publisher="A")])
    [fact] = believe(Record(id_of(0), instant, event) for instant in instants).facts
    assert fact.recorded_at == min(instants)


# Problems, clocks and repairs, one by one.


def test_every_problem_says_where_and_what_is_wrong() -> None:
    """File, line, code, what was found, and what can be done about it; and the id of the record that is at fault."""
    gone = id_of(99)
    news = [Source(publisher="A", published="2023-05-01")]
    events: list[Event | Amendment] = [
        pledge(1, "2023-01-01"),
        Retraction(of=id_of(0)),  # 1
        Correction(of=gone, event=pledge(2, "2023-01-01")),
        Retraction(of=id_of(1)),
        Correction(of=id_of(0), event=Retraction(of=id_of(0))),
        Correction(of=gone, event=pledge(2, "2023-01-01"), sources=news),  # 5
        Corroboration(of=id_of(1), quantity=1, sources=news),
        Correction(of=id_of(8), event=Retraction(of=id_of(0), sources=news), sources=news),
        pledge(3, "2023-01-01", 99),
        pledge(4, "2023-01-01", 6),
        Retraction(of=id_of(8), duplicate_of=gone, sources=news),  # 10
        Retraction(of=id_of(9), duplicate_of=id_of(6), sources=news),
        pledge(5, "2023-01-01", 13),
        pledge(6, "2023-01-01", 12),
        pledge(7, "2023-01-01", 15),
        pledge(8, "2023-01-01"),  # 15
        Retraction(of=id_of(15), duplicate_of=id_of(14), sources=news),
    ]
    records = [
        Record(id_of(number), NOON, event, file="log.jsonl", line=number + 1) for number, event in enumerate(events)
    ]
    aim = "retract it, and amend the event"
    circle = "their links are ignored: repair one, so that the newest supersedes the others"
    expected = {
        2: f"dangling: the correction aims at {gone}, which is not in the log",
        3: f"bad-amendment: the retraction aims at {id_of(1)}, which is itself a repair "
        "(repair the record that it aims at)",
        4: "bad-amendment: the correction replaces its target with an amendment without a source",
        5: f"dangling: the correction aims at {gone}, which is not in the log",
        6: f"bad-amendment: the corroboration aims at {id_of(1)}, which is itself an amendment ({aim})",
        7: "bad-amendment: the correction replaces an event with an amendment",
        8: f"dangling: it supersedes {gone}, which is not in the log",
        9: f"bad-link: it supersedes {id_of(6)}, which is an amendment (supersede the event that it amends)",
        10: f"dangling: {id_of(8)} is retracted as a duplicate of {gone}, which is not an event in the log "
        "(so it still counts)",
        11: f"bad-link: {id_of(9)} is retracted as a duplicate of {id_of(6)}, which is not an event in the log "
        "(so it still counts)",
        12: f"circle: it supersedes itself, through {id_of(13)} ({circle})",
        14: f"circle: it supersedes itself, through its duplicate ({circle})",
    }
    problems = believe(records).problems
    reported = {int(problem.event_id or "", 16): str(problem) for problem in problems}
    assert reported == {number: f"log.jsonl:{number + 1}: error {text}" for number, text in expected.items()}
    assert len(problems) == len(expected)


def test_a_duplicate_of_nothing_is_a_problem_of_the_retraction() -> None:
    """Also of a retraction that is a repair: there its target is wrong, not in the record that it retracts."""
    [problem] = believe(log([pledge(1, "2023-01-01"), Retraction(of=id_of(0), duplicate_of=id_of(99))])).problems
    assert (problem.code, problem.event_id) == ("dangling", id_of(1))


@pytest.mark.parametrize(
    ("published", "known_since"),
    [
        ([None], "2023-06-01T12:00:00"),
        (["2023-05-01"], "2023-05-01T23:59:59.999999"),
        (["2023-05-03", "2023-05-02", None], "2023-05-02T23:59:59.999999"),
        (["2023-05"], "2023-05-31T23:59:59.999999"),
        (["2023-05/.."], "2023-06-01T12:00:00"),
        (["2023-05/..", "2024"], "2024-12-31T23:59:59.999999"),
    ],
)
def test_when_a_record_is_known(published: list[str | None], known_since: str) -> None:
    """From the last instant of its earliest publication on; where none has an end, from when it was recorded."""
    sources = [Source(publisher="A", published=day) for day in published]
    record = Record(id_of(0), NOON, Delivery(date="2023-01-01", item="truck", quantity=1, sources=sources))
    [fact] = believe([record]).facts
    assert fact.known_since == datetime.fromisoformat(known_since).replace(tzinfo=UTC)
    assert believe([record], known_at=fact.known_since).facts == (fact,)
    assert believe([record], known_at=fact.known_since - timedelta(microseconds=1)).facts == ()


def repaired(number: int, at: datetime, record_id: int, of: int = 0) -> Record:
    """A repair that makes a record say another number of trucks."""
    return Record(id_of(record_id), at, Correction(of=id_of(of), event=pledge(number, "2023-01-05")))


def test_of_several_repairs_the_last_written_decides() -> None:
    """The one recorded last; of those recorded at once, the one with the greatest id; whatever the order of lines."""
    first = log([pledge(1, "2023-01-05")])
    hour = timedelta(hours=1)
    late, early = repaired(2, NOON + hour, 5), repaired(3, NOON, 6)
    tied = repaired(4, NOON + hour, 7)
    for records in permutations([*first, late, early]):
        assert trucks(records, "2023-03-01") == (2, 2, False)
    for records in permutations([*first, late, tied]):
        assert trucks(records, "2023-03-01") == (4, 4, False)


def test_a_line_written_twice_counts_from_the_first() -> None:
    """One id twice: the earliest instant of recording stands, in whichever order the lines are."""
    hour = timedelta(hours=1)
    event = Delivery(date="2023-01-01", item="truck", quantity=1, sources=[Source(publisher="A")])
    twice = [Record(id_of(0), NOON, event), Record(id_of(0), NOON + hour, event)]
    for records in (twice, twice[::-1]):
        [fact] = believe(records).facts
        assert (fact.recorded_at, fact.known_since) == (NOON, NOON)


def test_a_line_written_twice_is_at_fault_once() -> None:
    """Of two lines that are the same in everything but their place, the first is reported."""
    lines = [Record(id_of(0), NOON, Retraction(of=id_of(9)), file="log.jsonl", line=line) for line in (4, 7)]
    [problem] = believe(lines).problems
    assert (problem.file, problem.line) == ("log.jsonl", 4)


def test_of_news_known_at_once_the_last_written_decides() -> None:
    """Of news with one day of publication the one recorded last, and of these the one with the greatest id."""
    hour = timedelta(hours=1)

    def news(number: int, at: datetime, record_id: int, published: str = "2023-05-01") -> Record:
        source = Source(publisher="A", published=published)
        return Record(
            id_of(record_id), at, Correction(of=id_of(0), event=pledge(number, "2023-01-05"), sources=[source])
        )

    first = log([pledge(1, "2023-01-05")])
    late, early, tied = news(2, NOON + hour, 5), news(3, NOON, 6), news(4, NOON + hour, 7)
    later = news(5, NOON - hour, 4, "2023-05-02")
    for records in permutations([*first, late, early]):
        assert trucks(records, "2023-03-01") == (2, 2, False)
    for records in permutations([*first, late, tied]):
        assert trucks(records, "2023-03-01") == (4, 4, False)
    for records in permutations([*first, tied, later]):
        assert trucks(records, "2023-03-01") == (5, 5, False)


def test_no_news_outlives_a_repair_that_retracts() -> None:
    """A record that a repair takes away counts at no time, whatever was reported of it; its links are left."""
    first = log([pledge(1, "2023-01-05"), pledge(10, "2023-01-05", 0)])
    news = Record(
        id_of(5),
        NOON,
        Correction(
            of=id_of(1), event=pledge(20, "2023-01-05", 0), sources=[Source(publisher="A", published="2023-05")]
        ),
    )
    gone = Record(id_of(6), NOON, Retraction(of=id_of(1)))
    assert trucks([*first, news], "2023-03-01")[:2] == (20, 20)
    assert trucks([*first, news, gone], "2023-03-01")[:2] == (1, 1)


def test_a_chain_of_duplicates_is_one_fact() -> None:
    """Duplicates of duplicates stand under the last; in a circle, under the smallest id, and all of them count once."""

    def reported(*pairs: tuple[int, int]) -> list[tuple[str, tuple[str, ...]]]:
        one = [
            Delivery(date="2023-01-01", item="truck", quantity=5, ref=str(number), sources=[REPORT])
            for number in range(4)
        ]
        twins = [Retraction(of=id_of(of), duplicate_of=id_of(other)) for of, other in pairs]
        return sorted((fact.id, fact.members) for fact in believe(log([*one, *twins])).facts)

    ids = tuple(map(id_of, range(4)))
    assert reported((0, 1), (1, 2)) == [(ids[2], ids[:3]), (ids[3], ids[3:])]
    assert reported((1, 2), (0, 1), (2, 3)) == [(ids[3], ids)]
    assert reported((1, 2), (2, 3), (3, 1), (0, 3)) == [(ids[1], ids)]
    assert reported((3, 3)) == [(each, (each,)) for each in ids]


def test_a_state_of_linked_facts_and_of_others() -> None:
    """What linked facts may set is weighed with what is set beside them: the later day decides, if it is known."""

    def status(day: str, value: ProjectStatus, *supersedes: int) -> Status:
        linked = [id_of(each) for each in supersedes]
        return Status(date=day, project="p", status=value, supersedes=linked, sources=[REPORT])

    begun, paused = status("2023-01", "pipeline"), status("2023-02-20", "suspended")
    events = [begun, status("2023-02-01", "implementation"), status("2023-02-10/2023-03-20", "closed", 1), paused]
    reported = {
        day: replay(log(events), ProjectStates(), as_of=day)["p"].status
        for day in ("2023-02-05", "2023-02-15", "2023-03-01", "2023-03-31")
    }
    assert reported == {
        "2023-02-05": ("implementation",),
        "2023-02-15": ("closed", "implementation"),
        "2023-03-01": ("closed", "suspended"),
        "2023-03-31": ("closed", "suspended"),
    }


def test_a_state_is_as_likely_as_its_latest_statement() -> None:
    """A value that may be stated twice is outdone only by what is later than both."""
    latest: Latest[str] = Latest()
    perhaps = [latest.either(latest.stated("closed", (rank,), (rank,)), latest.nothing) for rank in (3, 5)]
    for one, other in permutations(perhaps):
        twice = latest.together(one, other)
        reported = {
            rank: latest.together(twice, latest.stated("suspended", (rank,), (rank,))).values for rank in (4, 6)
        }
        assert reported == {4: {"closed", "suspended"}, 6: {"suspended"}}


def said_on(day: str) -> list[Source]:
    return [Source(publisher="A", published=day)]


def test_a_date_that_news_leaves_keeps_its_cap() -> None:
    """News that gives the same date corrects something else; another date ends no later than the news."""

    def reported(day: str) -> str:
        first = Delivery(date="2023", item="truck", quantity=1, sources=said_on("2023-06-01"))
        event = Delivery(date=day, item="truck", quantity=2, sources=said_on("2023-06-01"))
        news = Correction(of=id_of(0), event=event, sources=said_on("2023-12-01"))
        [fact] = believe(log([first, news])).facts
        return fact.date.text

    assert reported("2023") == "2023-01-01/2023-06-01"
    assert reported("2023-05/2024") == "2023-05-01/2023-12-01"


def test_an_account_takes_what_it_does_not_state_from_the_record() -> None:
    """As corrected: the date, the number and the value."""
    first = Delivery(date="2023-01-05", item="truck", quantity=1, value="USD 1", sources=said_on("2023-01-06"))
    event = Delivery(date="2023-01-04", item="truck", quantity=2, value="USD 2", sources=said_on("2023-01-06"))
    news = Correction(of=id_of(0), event=event, sources=said_on("2023-01-08"))
    reported = [
        Corroboration(of=id_of(0), sources=said_on("2023-02-01")),
        Corroboration(of=id_of(0), date="2023-01-03", quantity=3, value="USD 3", sources=said_on("2023-02-02")),
    ]
    [fact] = believe(log([first, news, *reported])).facts
    accounts = sorted(fact.accounts, key=lambda each: each.known_since)
    assert [(each.date.text, str(each.quantity), str(each.value)) for each in accounts] == [
        ("2023-01-04", "2", "USD 2"),
        ("2023-01-04", "2", "USD 2"),
        ("2023-01-03", "3", "USD 3"),
    ]


def test_what_is_told_in_another_unit_is_no_number_of_the_fact() -> None:
    """A duplicate in kilograms, and what corroborates it, give the fact no number of pieces, but dispute it."""
    pieces = Delivery(date="2023-01-05", item="rice", quantity=4, sources=said_on("2023-01-06"))
    weighed = Delivery(date="2023-01-05", item="rice", unit="kg", quantity=900, sources=said_on("2023-01-06"))
    again = Corroboration(of=id_of(1), quantity=950, sources=said_on("2023-01-07"))
    [fact] = believe(log([pieces, weighed, again, Retraction(of=id_of(1), duplicate_of=id_of(0))])).facts
    assert (str(fact.quantity), set(fact.disputed), len(fact.accounts)) == ("4", {"quantity"}, 3)


@pytest.mark.parametrize(
    ("value", "combined"), [("USD 5", "USD 5"), (None, "EUR 4"), ("EUR 6", "EUR 4 to 6"), ("JPY 7", "JPY 7")]
)
def test_the_currency_of_a_fact(value: str | None, combined: str) -> None:
    """That of the record; where it states no value, that of the account that was known first."""
    first = Delivery(date="2023-01-05", item="truck", quantity=1, value=value, sources=said_on("2023-01-20"))
    reported = [
        Corroboration(of=id_of(0), value="USD 5", sources=said_on("2023-01-11")),
        Corroboration(of=id_of(0), value="EUR 4", sources=said_on("2023-01-10")),
    ]
    for others in (reported, reported[::-1]):
        [fact] = believe(log([first, *others])).facts
        assert str(fact.value) == combined


def test_a_duplicate_that_is_no_event_is_none() -> None:
    """An account that is taken back as a duplicate makes no two facts one, and keeps no others from being one."""
    one, two = (Delivery(date="2023-01-01", item="truck", quantity=5, ref=ref, sources=[REPORT]) for ref in ("a", "b"))
    reported = Corroboration(of=id_of(0), quantity=9, sources=[REPORT])
    twins = [Retraction(of=id_of(2), duplicate_of=id_of(1)), Retraction(of=id_of(0), duplicate_of=id_of(1))]
    [fact] = believe(log([one, two, reported, *twins])).facts
    assert (fact.id, fact.members, str(fact.quantity)) == (id_of(1), (id_of(0), id_of(1)), "5")


@pytest.mark.parametrize(
    ("accounts", "combined", "disputed"),
    [
        (["1..5", "3..9"], "3..5", False),
        (["1..5", "3.."], "3..5", False),
        (["..5", "2..3", "9"], "..9", True),
        (["1..", "2", "4", "3..5"], "2..5", True),
        (["1..9", "2", "4", "3..5"], "1..9", True),
        (["5", "5"], "5", False),
        (["2..4", "4..6"], "4", False),
        (["~5", "~7"], "~5..7", True),
        (["~5", "7"], "7", False),
        (["~5", "7.."], "~5..", True),
        (["~5", "2.5..10"], "2.5..10", False),
        (["~5", "2.5..10.01"], "~2.5..10.01", True),
        (["~5", "~20", "10"], "10", False),
        (["~5", "~20", "11"], "~5..20", True),
        (["~-4", "-8"], "-8", False),
        (["~-4", "-9"], "~-9..-4", True),
        (["~-4..4", "-8..8"], "-8..8", False),
        (["~0", "0"], "0", False),
        (["~0", "1"], "~0..1", True),
        (["~5", "1", "2"], "~1..5", True),
        (["~5..", "1000"], "1000", False),
        (["1..", "~5"], "~5", False),
        (["1..", "0"], "0", False),
        (["0..", "2", "4"], "0..", True),
        (["3..", "1"], "1..", True),
        (["1..3", "3..10", "9"], "1..10", True),
        (["7..9", "1..7", "3"], "1..9", True),
    ],
)
def test_accounts_of_a_number(accounts: list[str], combined: str, disputed: bool) -> None:
    """What they have in common, else the hull of all; "some" says no number, and "about" is half to double."""
    for order in permutations(accounts):
        reported = account_of(*(("2024-07-09", quantity, "2024-07-10") for quantity in order))
        assert reported == ("2024-07-09", combined, frozenset({"quantity"} if disputed else ()))


@pytest.mark.parametrize(
    ("accounts", "combined", "disputed"),
    [
        (["2023-01/2023-03", "2023-03/2023-05"], "2023-03", False),
        (["2023-01-01/2023-01-20", "2023-01-15/2023-02-01"], "2023-01-15/2023-01-20", False),
        (["../2023-02-01", "2023-01-15/2023-03-01"], "2023-01-15/2023-02-01", False),
        (["../2023-02-01", "2023-03-01"], "../2023-03-01", True),
        (["2023-01", "2023-01-20", "2023-01-22"], "2023-01", True),
        (["2023-01-05~", "2023-02"], "2023-02", False),
        (["2024-08-01/..", "2024-07-15"], "2024-07-15/..", True),
        (["2023-01-05~", "2023-02-01~"], "2023-01-05/2023-02-01", True),
    ],
)
def test_accounts_of_a_day(accounts: list[str], combined: str, disputed: bool) -> None:
    """The days that they have in common, or the hull of all; about a day yields to a day."""
    for order in permutations(accounts):
        day, _, disputes = account_of(*((each, "1", "2024-07-10") for each in order))
        assert DateRange.parse(day).earliest == DateRange.parse(combined).earliest
        assert DateRange.parse(day).latest == DateRange.parse(combined).latest
        assert disputes == frozenset({"date"} if disputed else ())
