"""Projections: the answers of counts and sums of money, how their tables behave, and projections of a user's own."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from answers import answers
from hypothesis import given, strategies as st

from aidtimeline import (
    Announcement,
    Bounds,
    Cancellation,
    Counts,
    Delivery,
    Disbursement,
    Event,
    Fact,
    MoneySums,
    Observation,
    Participation,
    Participations,
    Pledge,
    Project,
    ProjectStates,
    Receipt,
    Record,
    Source,
    Status,
    Table,
    UnknownKey,
    UsageError,
    Vocabulary,
    replay,
)
from aidtimeline.codec import record_id
from aidtimeline.events import EVENT_KINDS, Amendment, Commitment, Corroboration, EventKind, Expenditure, Training
from aidtimeline.projections import COUNTED_KINDS, VALUED_KINDS, Product, State, Sum, Term, Union, fold
from aidtimeline.projections.protocol import run
from aidtimeline.semantics import believe, cut
from aidtimeline.testing import cuts, logs
from aidtimeline.testing.laws import Cuts
from aidtimeline.values.amounts import Quantity
from aidtimeline.vocabulary import Dataset, Item

REPORT = Source(publisher="Rubryka", published="2023-11-28")
DAY = "2023-11-28"


def log(*events: Event | Amendment) -> list[Record]:
    return [Record(record_id(event), datetime(2023, 12, 1, tzinfo=UTC), event) for event in events]


def delivery(item: str | None = "truck", quantity: str | int | None = 30, **fields: Any) -> Delivery:
    return Delivery(**{"date": "2023-11-20", "item": item, "quantity": quantity, "sources": REPORT} | fields)


def ends(table: Table) -> dict[Any, tuple[Any, Any]]:
    return {key: (bounds.low, bounds.high) for key, bounds in answers(table).items()}


# Counts.


def test_counts_by_several_fields_have_tuples_for_keys() -> None:
    """One field is a plain key, several are a tuple in the order asked, none is one total."""
    records = log(delivery(donor="JP"), delivery(quantity=12, donor="LT"), delivery("radio", 5, donor="JP"))
    assert ends(replay(records, Counts(), as_of=DAY)) == {"truck": (42, 42), "radio": (5, 5)}
    assert ends(replay(records, Counts(["donor", "item"]), as_of=DAY)) == {
        ("JP", "radio"): (5, 5),
        ("JP", "truck"): (30, 30),
        ("LT", "truck"): (12, 12),
    }
    assert ends(replay(records, Counts([]), as_of=DAY)) == {(): (47, 47)}


def test_counts_of_several_kinds_put_the_kind_first() -> None:
    """What is promised and what is delivered are never added; one kind alone needs no column."""
    promised = Pledge(date="2023-01-05", item="truck", quantity=50, sources=REPORT)
    table = replay(log(delivery(), promised), Counts(kind=["pledge", "delivery"]), as_of=DAY)
    assert table.names == ("kind", "item")
    assert ends(table) == {("delivery", "truck"): (30, 30), ("pledge", "truck"): (50, 50)}
    assert Counts(kind="pledge").names == ("item",)
    assert Counts(["item", "kind"], kind=["pledge", "delivery"]).names == ("kind", "item")


def test_where_narrows_and_alternatives_widen() -> None:
    """Values of one field are alternatives, fields narrow, and an empty one asks for facts without a value."""
    records = log(
        delivery(quantity=1, donor="JP", recipient="UA"),
        delivery(quantity=10, donor="LT", recipient="UA"),
        delivery(quantity=100, donor="JP"),
        delivery(quantity=1000),
    )

    def total(**where: Any) -> Decimal:
        return replay(records, Counts([], where=where), as_of=DAY)[()].low

    assert total(donor="JP") == 101
    assert total(donor=["JP", "LT"]) == 111
    assert total(donor=["JP", "LT"], recipient="UA") == 11
    assert total(recipient="") == total(recipient=None) == 1100
    assert total(donor=["LT", ""]) == 1010
    assert not replay(records, Counts([], where={"donor": "US"}), as_of=DAY)


def test_sums_never_mix_units() -> None:
    """A key that is counted in pieces and in kilograms has two rows: pieces are meant if no unit is given."""
    table = replay(log(delivery(), delivery(quantity=7, unit="kg")), Counts(), as_of=DAY)
    assert [(row.key, row.unit, int(row.bounds.low)) for row in table.rows] == [
        (("truck",), None, 30),
        (("truck",), "kg", 7),
    ]
    assert ends(table) == {"truck": (30, 30), ("truck", "kg"): (7, 7)}
    assert len(table) == 2
    assert [int(table[key].low) for key in ("truck", ("truck", None), ("truck", "kg"))] == [30, 30, 7]


def test_a_key_answers_whatever_else_is_recorded() -> None:
    """A convoy of trucks changes nothing about trucks; a key without a unit means pieces, never another unit."""
    rope = delivery("rope", 1200, unit="metre")
    before = replay(log(delivery(), rope), Counts(), as_of=DAY)
    after = replay(log(delivery(), rope, delivery(quantity=2, unit="convoy")), Counts(), as_of=DAY)
    for table in (before, after):
        assert table["truck"].low == 30
        assert table["rope", "metre"].low == 1200
        assert "rope" not in table
        assert table.get("rope") is None
    assert ("truck", "convoy") not in before
    assert after["truck", "convoy"].low == 2
    both = replay(log(rope, delivery("rope", 3, unit="roll"), delivery("rope", 100)), Counts(), as_of=DAY)
    assert both["rope"].low == 100


def test_item_category_comes_from_the_vocabulary() -> None:
    """Items are grouped by their category in the vocabulary; an unknown item has none."""
    vocabulary = Vocabulary(
        items={
            "truck": Item(slug="truck", label="Truck", category="vehicle"),
            "car": Item(slug="car", label="Car", category="vehicle"),
        }
    )
    records = log(delivery(), delivery("car", 2), delivery("radio", 5), delivery(None, 1))
    table = replay(records, Counts("item-category", vocabulary=vocabulary), as_of=DAY)
    assert ends(table) == {None: (6, 6), "vehicle": (32, 32)}
    narrowed = Counts("item", where={"item_category": "vehicle"}, vocabulary=vocabulary)
    assert answers(replay(records, narrowed, as_of=DAY)).keys() == {"car", "truck"}


def test_the_dataset_is_that_of_the_first_source_taken_from_data() -> None:
    """A fact without a source that names a dataset has none."""
    file, register = (Source(publisher="A", dataset=name) for name in ("kiel", "iati"))
    records = log(delivery(sources=[REPORT, file, register]), delivery(quantity=2, sources=[register]), delivery("car"))
    assert ends(replay(records, Counts("dataset"), as_of=DAY)) == {None: (30, 30), "iati": (2, 2), "kiel": (30, 30)}


def test_what_a_kind_does_not_say_is_none() -> None:
    """Things can be counted by a field that only events of other kinds have."""
    assert ends(replay(log(delivery()), Counts("role"), as_of=DAY)) == {None: (30, 30)}
    assert not replay(log(delivery()), Counts(where={"role": "funding"}), as_of=DAY)


def test_via_is_one_key_joined_by_plus() -> None:
    """Intermediaries in their order are one key; none at all is None."""
    records = log(delivery(quantity=1, via=["undp", "unicef"]), delivery(quantity=2, via="undp"), delivery(quantity=4))
    assert ends(replay(records, Counts("via"), as_of=DAY)) == {None: (4, 4), "undp": (2, 2), "undp+unicef": (1, 1)}
    assert replay(records, Counts([], where={"via": "undp+unicef"}), as_of=DAY)[()].low == 1


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (lambda: Counts("doner"), r"no field 'doner'; did you mean donor\?"),
        (lambda: Counts(where={"itm": "truck"}), r"no field 'itm'; did you mean item\?"),
        (lambda: Counts(kind="delivry"), r"no kind.* 'delivry'; did you mean delivery\?"),  # type: ignore[arg-type]
        (lambda: Counts(kind=["pledge", "observation"]), "observations are levels, never summed"),
        (lambda: Counts(kind="disbursement"), "'disbursement' has no quantity"),
        (lambda: MoneySums(kind="training"), "'training' has no value"),
        (lambda: MoneySums("quantity"), "no field 'quantity'"),
        (lambda: ProjectStates({"projekt": "hd"}), r"did you mean project\?"),
        (lambda: Participations({"roles": "lead"}), r"did you mean role\?"),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_can(asked: Any, message: str) -> None:
    """An unknown field or kind is refused with the nearest; a kind that has no such sum, with those that have."""
    with pytest.raises(UsageError, match=message):
        asked()


def test_observations_are_never_summed() -> None:
    """A level is not another handover: it adds to no count, even if every kind is counted."""
    level = Observation(date="2023-11-20", item="truck", quantity=50, sources=REPORT)
    assert "observation" not in COUNTED_KINDS
    assert not replay(log(level), Counts(kind=COUNTED_KINDS), as_of=DAY)
    assert not replay(log(level), Counts(kind=()), as_of=DAY)


def test_what_states_no_quantity_makes_no_row() -> None:
    """ "And more" is known to have been given, and changes no count."""
    assert not replay(log(delivery(None, None)), Counts(), as_of=DAY)


@pytest.mark.parametrize("kind", COUNTED_KINDS)
def test_every_kind_with_a_quantity_is_counted(kind: EventKind) -> None:
    """Announcements, promises, deliveries and training are each counted when asked for."""
    own = {"announcement": {"intent": "delivery"}, "training": {"unit": "course"}}.get(kind, {})
    fields: dict[str, Any] = {"date": "2023-11-20", "item": "x", "quantity": 3, "sources": REPORT} | own
    assert ends(replay(log(EVENT_KINDS[kind](**fields)), Counts(kind=kind), as_of=DAY)) == {"x": (3, 3)}


# Money.


def test_money_is_by_kind_and_currency() -> None:
    """Sums of money never mix currencies or kinds, and are broken down by any field on request."""
    records = log(
        Disbursement(date="2023-02-01", donor="JP", value="USD 100", sources=REPORT),
        Disbursement(date="2023-03-01", donor="LT", value="USD 20..30", sources=REPORT),
        Disbursement(date="2023-03-01", donor="JP", value="EUR 5", sources=REPORT),
        delivery(value="USD 7"),
    )
    table = replay(records, MoneySums(), as_of=DAY)
    assert table.names == ("kind", "currency")
    assert ends(table) == {
        ("delivery", "USD"): (7, 7),
        ("disbursement", "EUR"): (5, 5),
        ("disbursement", "USD"): (120, 130),
    }
    by_donor = replay(records, MoneySums("donor", kind="disbursement"), as_of=DAY)
    assert by_donor["disbursement", "USD", "LT"].high == 30


def test_money_is_by_kind_and_currency_once() -> None:
    """Keys of money begin with kind and currency, even if these are asked for."""
    assert MoneySums(by=["kind", "donor"]).names == ("kind", "currency", "donor")


def test_one_flow_may_be_in_the_books_of_both_sides() -> None:
    """The low end has the books that report more, the high end both; of one side alone nothing is in doubt."""
    records = log(
        Disbursement(date="2023-02-01", value="USD 100", sources=REPORT),
        Disbursement(date="2023-02-02", value="USD 60", side="receiver", sources=REPORT),
        Receipt(date="2023-02-02", value="USD 99", side="receiver", sources=REPORT),
    )
    table = replay(records, MoneySums(), as_of=DAY)
    assert ends(table) == {("disbursement", "USD"): (100, 160), ("receipt", "USD"): (99, 99)}
    assert [row.overlap for row in table] == [True, False]
    asked = replay(records, MoneySums(where={"side": "receiver"}, kind="disbursement"), as_of=DAY)
    assert ends(asked) == {("disbursement", "USD"): (60, 60)}
    by_side = replay(records, MoneySums("side", kind="disbursement"), as_of=DAY)
    assert answers(by_side).keys() == {("disbursement", "USD", "provider"), ("disbursement", "USD", "receiver")}


def test_of_a_whole_and_its_parts_the_larger_counts() -> None:
    """Whether the whole, a part, or both are asked for; a part of what the log does not have counts in full."""
    whole = Disbursement(date="2023-02-01", donor="all", value="USD 100", sources=REPORT)
    part = Disbursement(date="2023-02-02", donor="JP", part_of=record_id(whole), value="USD 40", sources=REPORT)
    beyond = Disbursement(date="2023-02-02", donor="DE", part_of=record_id(whole), value="USD 70", sources=REPORT)
    lone = Disbursement(date="2023-02-02", donor="LT", part_of="elsewhere", value="USD 3", sources=REPORT)

    def paid(*events: Event, **where: Any) -> Bounds:
        [row] = replay(log(*events), MoneySums(where=where), as_of=DAY).rows
        return row.bounds

    assert paid(whole, part) == Bounds(Decimal(100), Decimal(100), overlap=True)
    assert paid(whole, part, donor="JP") == Bounds(Decimal(40), Decimal(40))
    assert paid(whole, part, beyond) == Bounds(Decimal(110), Decimal(110), disputed=True, overlap=True)
    assert paid(whole, lone) == Bounds(Decimal(103), Decimal(103))


def test_what_may_overlap_adds_up_at_the_high_end_only() -> None:
    """A project that is named stands for all that is of it."""
    parent = delivery(project="parent", quantity=10)
    children = [delivery(project="child", quantity=number, overlaps=["parent"]) for number in (4, 8)]
    assert replay(log(parent, *children), Counts(), as_of=DAY)["truck"] == Bounds(
        Decimal(12), Decimal(22), overlap=True
    )


def test_half_of_a_whole() -> None:
    """A part may be the same as what is not asked for of its whole."""
    whole = delivery(quantity=3)
    halves = [delivery(donor=who, quantity=n, supersedes=[record_id(whole)]) for who, n in (("JP", 2), ("DE", 1))]
    part = delivery(donor="JP", quantity=2, part_of=record_id(whole))
    bounds = replay(log(whole, *halves, part), Counts(where={"donor": "JP"}), as_of=DAY)["truck"]
    assert bounds == Bounds(Decimal(2), Decimal(3), overlap=True)


def test_a_cancellation_of_an_amount_takes_it_off() -> None:
    """It takes off what the promise has at most; of another measure, or of several sums, anything up to all of it."""
    pledge = Pledge(date="2023-02-01", donor="JP", item="truck", quantity=10, value="USD 100", sources=REPORT)
    other = Pledge(date="2023-02-01", donor="DE", item="truck", quantity=5, sources=REPORT)

    def left(by: str, ended: str, *promises: Event, **fields: Any) -> dict[Any, Any]:
        cancelled = Cancellation(date=ended, supersedes=[*map(record_id, promises)], sources=REPORT, **fields)
        return ends(replay(log(*promises, cancelled), Counts(by=by, kind="pledge"), as_of="2023-06-15"))

    assert left("item", "2023-03", pledge, item="truck", quantity=4) == {"truck": (6, 6)}
    assert left("item", "2023-06", pledge, item="truck", quantity="2..4") == {"truck": (6, 10)}
    assert left("item", "2023-07", pledge, item="truck", quantity=4) == {"truck": (10, 10)}
    assert left("item", "2023-03", pledge, item="truck", quantity=40) == {"truck": (0, 0)}
    assert left("item", "2023-01", pledge, item="truck", quantity=4) == {"truck": (6, 10)}  # before it was promised
    assert left("item", "2023-03", pledge, value="USD 40") == {"truck": (0, 10)}
    assert left("item", "2023-03", pledge, other, item="truck", quantity=4) == {"truck": (11, 11)}
    assert left("donor", "2023-03", pledge, other, item="truck", quantity=4) == {"JP": (6, 10), "DE": (1, 5)}


def test_datasets_that_overlap() -> None:
    """The one that reports most holds at the low end, also through others; what is of two datasets is in both."""
    vocabulary = Vocabulary(
        datasets={
            "a": Dataset(slug="a", name="A", overlaps="b"),
            "b": Dataset(slug="b", name="B", overlaps="c"),
            "c": Dataset(slug="c", name="C"),
        }
    )
    one, two, three, other, both = (
        delivery(quantity=number, sources=[Source(publisher=name, dataset=name) for name in names])
        for number, names in ((5, "a"), (3, "b"), (4, "c"), (100, "d"), (1, "ab"))
    )
    counts = Counts(vocabulary=vocabulary)
    assert replay(log(one, two, three), counts, as_of=DAY)["truck"] == Bounds(Decimal(5), Decimal(12), overlap=True)
    assert replay(log(one, two, both), counts, as_of=DAY)["truck"] == Bounds(Decimal(6), Decimal(9), overlap=True)
    assert replay(log(one, other), counts, as_of=DAY)["truck"] == Bounds(Decimal(105), Decimal(105))


# What bounds are flagged with.


def test_open_approximate_and_disputed_are_flagged() -> None:
    """A sum says how many of its facts have no upper bound, whether one is an "about", and whether one is disputed."""
    some, about, stated = delivery(quantity="1.."), delivery("radio", "~20"), delivery("car", 2)
    denied = Corroboration(of=record_id(stated), quantity=4, sources=REPORT)
    table = replay(log(some, delivery(quantity=3), about, stated, denied), Counts(), as_of=DAY)
    assert table["truck"] == Bounds(Decimal(4), None, open=1)
    assert table["radio"] == Bounds(Decimal(20), Decimal(20), approximate=True)
    assert table["car"] == Bounds(Decimal(2), Decimal(4), disputed=True)
    assert list(map(str, table.answers.values())) == ["2 to 4", "about 20", "at least 4"]


def test_one_flag_is_enough() -> None:
    """A sum is disputed, or loose, if one of its facts or groups is."""
    plain, disputed = delivery(quantity=1, ref="a"), delivery(quantity=2, ref="b")
    other = Corroboration(of=record_id(disputed), quantity=3, sources=REPORT)
    bounds = replay(log(plain, disputed, other), Counts(), as_of=DAY)["truck"]
    assert (bounds.disputed, bounds.loose) == (True, False)
    top = [delivery(date="2023-11", quantity=1, ref=str(number)) for number in range(7)]
    ids = [record_id(each) for each in top]
    tangle = [delivery(date="2023-11", quantity=1, ref=str(number), supersedes=ids) for number in range(7, 14)]
    bounds = replay(log(plain, *top, *tangle), Counts(), as_of="2023-11-20")["truck"]
    assert (bounds.disputed, bounds.loose) == (False, True)


def test_groups_add_up() -> None:
    """Facts that may replace each other are weighed group by group, and groups are independent."""
    some = "2023-11-01/2023-11-28"
    small, large = delivery(quantity=1, date="2023-01-01"), delivery(quantity=10, date="2023-01-02")
    raised = delivery(quantity=3, date=some, supersedes=[record_id(small)])
    lowered = delivery(quantity=5, date=some, supersedes=[record_id(large)])
    table = replay(log(small, large, raised, lowered), Counts(), as_of="2023-11-20")
    assert ends(table) == {"truck": (6, 13)}


def test_what_may_not_have_happened_yet_starts_at_zero() -> None:
    """A delivery whose range of dates straddles the cut is worth 0 to its quantity, and open stays open."""
    table = replay(
        log(delivery(date="2022/2023"), delivery("car", "1..", date="2022/2023")), Counts(), as_of="2023-01-01"
    )
    assert ends(table) == {"truck": (0, 30), "car": (0, None)}


# Tables.


TWO_TO_FOUR = Bounds(Decimal(2), Decimal(4))


@pytest.fixture
def table() -> Table:
    keys = [("b", None, None), ("a", "x", None), (None, "x", None), ("b", "<i>", None), ("a", None, "kg")]
    return Table.of(["item", "donor"], dict.fromkeys(keys, TWO_TO_FOUR))


def test_rows_stand_in_order_none_first(table: Table) -> None:
    """Keys are ordered value by value, and one without a value comes before all others."""
    assert [row.key for row in table] == [(None, "x"), ("a", None), ("a", "x"), ("b", None), ("b", "<i>")]


def test_no_value_stands_before_any_value() -> None:
    """Capitals and signs among them."""
    table = Table.of(["donor"], {(key, None): TWO_TO_FOUR for key in ("undp", "JP", None, "!")})
    assert [row.donor for row in table] == [None, "!", "JP", "undp"]


def test_rows_are_named_tuples(table: Table) -> None:
    """Their names are those of the question and of bounds, whatever the data; they can be sent to another process."""
    first = table.rows[0]
    names = ("item", "donor", "unit", "low", "high", "open", "approximate", "disputed", "loose", "overlap")
    assert first._fields == names
    assert tuple(first) == (None, "x", None, 2, 4, 0, False, False, False, False)
    assert [first.donor, first.low, first.bounds] == ["x", 2, TWO_TO_FOUR]
    assert replay([], Counts(["item-category", "via"]), as_of=DAY).rows == ()
    assert Table.of(["part-of"], {("a", None): TWO_TO_FOUR}).rows[0].part_of == "a"
    assert pickle.loads(pickle.dumps(first)) == first
    assert pickle.loads(pickle.dumps(first)).item is None
    with pytest.raises(AttributeError, match="a row has no 'itme': it has item, donor, unit, low"):
        first.itme  # type: ignore[attr-defined]  # noqa: B018


def test_a_table_is_asked_by_key(table: Table) -> None:
    """It answers `[key]`, `in` and `get`; two with the same rows are equal. It is no mapping and no sequence."""
    assert table["b", None] == TWO_TO_FOUR
    assert ("b", None) in table
    assert ("c", None) not in table
    assert table.get("c") is None
    assert table.get(("b", None)) == TWO_TO_FOUR
    assert table == Table.of(table.names, dict.fromkeys(reversed(list(table.answers)), TWO_TO_FOUR))
    assert len(table) == len(list(table)) == 5
    assert not isinstance(table, Mapping | Sequence)


def test_an_unknown_key_names_the_nearest() -> None:
    """The error for `trcuk` names `truck`, and is a KeyError, too."""
    table = replay(log(delivery(), delivery("radio", 1)), Counts(), as_of=DAY)
    with pytest.raises(UnknownKey, match=r"^there is no row 'trcuk'; the nearest: truck$"):
        table["trcuk"]
    with pytest.raises(KeyError):
        table["boat"]


def test_a_table_prints_for_people(table: Table) -> None:
    """Keys stand in columns, None is a dash, and an empty table is a sentence."""
    head, _, *lines = str(table).splitlines()
    assert head.split() == ["item", "donor", "number", "unit"]
    assert lines[0].split() == ["–", "x", "2", "to", "4"]
    assert lines[1].split() == ["a", "–", "2", "to", "4", "kg"]
    assert str(Table.of(["item"], {})).startswith("Nothing: no such fact with a number")


def test_a_notebook_shows_no_markup_of_the_data(table: Table) -> None:
    """Slugs are escaped if the table is shown as HTML."""
    shown = table._repr_html_()
    assert "&lt;i&gt;" in shown
    assert "<i>" not in shown
    assert shown.count("<tr>") == 6


def test_bounds_are_a_quantity_again() -> None:
    """Bounds can be used in further calculations."""
    bounds = Bounds(Decimal(2), None, approximate=True)
    assert bounds.quantity == Quantity.parse("~2..")


# States of projects.


def test_the_state_of_a_project() -> None:
    """Every project that a fact names has its status, profile, parties, announcements and sums."""
    project: dict[str, Any] = {"project": "hd", "sources": REPORT}
    records = log(
        Project(date="2023-01-01", title="Equipment", planned_end="2024", **project),
        Project(date="2023-02-01", planned_end="2025", **project),
        Status(date="2023-02-01", status="implementation", **project),
        Participation(date="2023-02-01", party="JP", role="funding", **project),
        Participation(date="2023-02-01", party="LT", role="lead", **project),
        Announcement(date="2023-02-01", intent="participation", party="US", role="member", **project),
        delivery(project="hd", value="USD 5"),
        delivery("radio", 1, project="other"),
    )
    states = replay(records, ProjectStates(), as_of=DAY)
    assert [state.project for state in states] == ["hd", "other"]
    state = states["hd"]
    assert (state.title, state.status, state.parent) == (("Equipment",), ("implementation",), (None,))
    assert [str(end) for end in state.planned_end] == ["2025"]
    assert [(each.party, each.role, each.certain) for each in state.parties] == [
        ("JP", "funding", True),
        ("LT", "lead", True),
    ]
    [announced] = state.announced
    assert (announced.intent, announced.party, announced.role) == ("participation", "US", "member")
    assert ends(state.delivered) == {("delivery", "truck"): (30, 30)}
    assert states["other"].status == (None,)
    assert [state.project for state in replay(records, ProjectStates({"project": "hd"}), as_of=DAY)] == ["hd"]


def test_sums_of_a_project_are_of_their_kinds() -> None:
    """What is promised, delivered and paid stand apart, each by its kinds."""
    project: dict[str, Any] = {"project": "hd", "donor": "JP", "sources": REPORT}
    records = log(
        Pledge(date="2023-02-01", item="truck", quantity=1, value="USD 1", **project),
        Commitment(date="2023-02-01", item="truck", quantity=2, value="USD 2", **project),
        Delivery(date="2023-02-01", item="truck", quantity=3, value="USD 3", **project),
        Training(date="2023-02-01", item="drivers", quantity=4, unit="person", **project),
        Disbursement(date="2023-02-01", value="USD 5", **project),
        Receipt(date="2023-02-01", value="USD 6", **project),
        Expenditure(date="2023-02-01", value="USD 7", **project),
    )
    state = replay(records, ProjectStates(), as_of=DAY)["hd"]
    assert ends(state.promised) == {("pledge", "truck"): (1, 1), ("commitment", "truck"): (2, 2)}
    assert ends(state.promised_money) == {("pledge", "USD"): (1, 1), ("commitment", "USD"): (2, 2)}
    assert ends(state.delivered) == {("delivery", "truck"): (3, 3), ("training", "drivers"): (4, 4)}
    assert ends(state.paid) == {
        ("disbursement", "USD"): (5, 5),
        ("receipt", "USD"): (6, 6),
        ("expenditure", "USD"): (7, 7),
    }


def test_what_a_cancellation_takes_off_is_off_the_sums_of_the_project() -> None:
    """A cancellation that names a promise need not name its project too."""
    promise = Pledge(date="2023-02-01", project="hd", item="truck", quantity=10, sources=REPORT)
    [record] = log(promise)
    end = Cancellation(date="2023-03-01", supersedes=record.id, item="truck", quantity=4, sources=REPORT)
    state = replay([record, *log(end)], ProjectStates(), as_of=DAY)["hd"]
    assert ends(state.promised) == {("pledge", "truck"): (6, 6)}


@given(logs(), cuts())
def test_sums_of_projects_are_those_by_project(records: list[Record], asked: Cuts) -> None:
    """What a project was promised, and got, is what counts and money by project say."""
    facts = cut(believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until), asked.as_of)
    counts = run(facts, Counts(["project", "kind", "item"], kind=["pledge", "commitment"]))
    paid = run(facts, MoneySums("project", kind=["disbursement", "receipt", "expenditure"]))
    for state in run(facts, ProjectStates()):
        promised = {row[:1] + row[2:] for row in counts if row.project == state.project}
        assert promised == {tuple(row) for row in state.promised}
        assert {row[:2] + row[3:] for row in paid if row.project == state.project} == {tuple(row) for row in state.paid}


def test_a_promise_of_money_is_on_the_page() -> None:
    """A project of which only money was promised is not empty."""
    promise = Pledge(date="2023-02-01", project="hd", donor="JP", value="USD 5", sources=REPORT)
    lines = str(replay(log(promise), ProjectStates(), as_of=DAY)).splitlines()
    assert lines[-1] == "  promised       USD 5 (pledge)"


def tangled(*values: dict[str, Any]) -> list[Record]:
    """States that may all have happened, each replaced by two others: too many for their worlds to be gone through."""
    ids: list[str] = []
    records = []
    for number in range(16):
        kind, fields = STATED[number % len(STATED)]
        event = kind(
            date="2023-11-01/2023-12-31",
            project="hd",
            supersedes=ids[-2:],
            sources=Source(publisher=f"Report {number}", published="2024-01-01"),
            **fields,
        )
        ids.append(record_id(event))
        records += log(event)
    return records


STATED: tuple[tuple[Any, dict[str, Any]], ...] = (
    (Status, {"status": "closed"}),
    (Participation, {"party": "JP", "role": "lead"}),
    (Project, {"title": "One", "planned_end": "2025"}),
    (Participation, {"party": "JP", "role": "lead", "left": True}),
)


def test_states_say_that_they_are_loose() -> None:
    """A field or role that may have fewer values than it shows says so: in Python, in JSON and on the page."""
    [state] = projects = replay(tangled(), ProjectStates(), as_of="2023-12-01")
    assert state.loose == ("title", "status", "planned_end", "parties")
    assert (state.status, state.parties) == ((None, "closed"), (("JP", "lead", False, True),))
    assert "  status         possibly closed (loose)\n" in str(projects)
    assert "  lead           possibly JP (loose)\n" in str(projects)
    assert str(projects).endswith("\n\nloose: the truth is among what is possible here, but not all of it may be")
    [part] = parts = replay(tangled(), Participations(), as_of="2023-12-01")
    assert part == ("hd", "JP", "lead", False, True)
    assert "possibly, loose\nloose: the truth" in str(parts)


def test_what_comes_later_for_sure_leaves_nothing_loose() -> None:
    """However tangled what came before it is."""
    late = Source(publisher="Report", published="2024-02-01")
    surely: dict[str, Any] = {"date": "2023-12-01", "project": "hd", "sources": late}
    records = [*tangled(), *log(Status(status="suspended", **surely), Participation(party="JP", role="lead", **surely))]
    [state] = replay(records, ProjectStates(), as_of="2023-12-01")
    assert state.loose == ("title", "planned_end")
    assert (state.status, [each.certain for each in state.parties]) == (("suspended",), [True])


def test_what_is_announced_in_order() -> None:
    """By intent, party, role and item, None first; each with the id of its fact."""
    common: dict[str, Any] = {"date": "2023-02-01", "project": "hd", "sources": REPORT}
    events = [
        Announcement(intent="pledge", party="JP", item="truck", **common),
        Announcement(intent="pledge", party="JP", item="radio", **common),
        Announcement(intent="delivery", item="truck", **common),
        Announcement(intent="participation", party="US", role="member", **common),
        Announcement(intent="participation", party="US", role="lead", **common),
    ]
    state = replay(log(*events), ProjectStates(), as_of=DAY)["hd"]
    assert state.project == "hd"
    assert [(each.intent, each.party, each.role, each.item, each.id) for each in state.announced] == [
        ("delivery", None, None, "truck", record_id(events[2])),
        ("participation", "US", "lead", None, record_id(events[4])),
        ("participation", "US", "member", None, record_id(events[3])),
        ("pledge", "JP", None, "radio", record_id(events[1])),
        ("pledge", "JP", None, "truck", record_id(events[0])),
    ]


def test_possible_values_in_order() -> None:
    """None first, then texts and dates in the order of their texts; and sums keep their units."""
    common: dict[str, Any] = {"date": "2023-11-01/2023-12-31", "project": "hd"}
    late = Source(publisher="A", published="2024-01-01")
    records = log(
        Project(title="B", planned_end="2025", sources=late, **common),
        Project(title="A", planned_end="2024", sources=late, **common),
        Delivery(date="2023-02-01", project="hd", item="rope", unit="metre", quantity=3, sources=REPORT),
    )
    state = replay(records, ProjectStates(), as_of="2023-11-20")["hd"]
    assert state.title == (None, "A", "B")
    assert [each and each.text for each in state.planned_end] == [None, "2024", "2025"]
    assert [(row.key, row.unit) for row in state.delivered.rows] == [(("delivery", "rope"), "metre")]


@pytest.mark.parametrize("account", [{"date": "2023-11-21"}, {"quantity": 31}, {"value": "USD 6"}])
def test_a_dispute_about_a_fact_is_a_flag_of_its_sums(account: dict[str, Any]) -> None:
    """If reports contradict each other on the day, the number or the value, every sum that has the fact is flagged."""
    stated = delivery(value="USD 5")

    def disputed(**other: Any) -> list[bool]:
        records = log(stated, Corroboration(of=record_id(stated), sources=REPORT, **other))
        return [
            row.bounds.disputed for sums in (Counts(), MoneySums()) for row in replay(records, sums, as_of=DAY).rows
        ]

    assert disputed() == [False, False]
    assert disputed(**account) == [True, True]


def test_money_by_category() -> None:
    """Money can be grouped by the category of the item that it was given for."""
    items = {"truck": Item(slug="truck", label="Truck", category="vehicle")}
    asked = MoneySums("item-category", vocabulary=Vocabulary(items=items))
    table = replay(log(delivery(value="USD 5"), delivery("radio", value="USD 6")), asked, as_of=DAY)
    assert ends(table) == {("delivery", "USD", None): (6, 6), ("delivery", "USD", "vehicle"): (5, 5)}


def test_projects_are_chosen_by_the_vocabulary_too() -> None:
    """`where` on the category of items narrows everything about projects; a fact without an item has no category."""
    items = {"truck": Item(slug="truck", label="Truck", category="vehicle")}
    project: dict[str, Any] = {"project": "hd", "sources": REPORT}
    records = log(
        Pledge(date="2023-02-01", item="truck", quantity=1, **project),
        Pledge(date="2023-02-01", item="radio", quantity=2, **project),
        delivery(project="hd", value="USD 5"),
        delivery("radio", 1, project="hd"),
        Disbursement(date="2023-02-01", value="USD 6", **project),
        Participation(date="2023-02-01", party="JP", role="funding", **project),
        Status(date="2023-02-01", status="implementation", **project),
    )

    def asked(category: str | None) -> tuple[Any, ...]:
        where = {"item-category": category}
        state = replay(records, ProjectStates(where, Vocabulary(items=items)), as_of=DAY)["hd"]
        parts = replay(records, Participations(where, Vocabulary(items=items)), as_of=DAY)
        sums = [ends(state.promised), ends(state.delivered), ends(state.paid)]
        return *sums, state.status, [each.party for each in state.parties], [each.party for each in parts]

    promised, delivered = {("pledge", "truck"): (1, 1)}, {("delivery", "truck"): (30, 30)}
    assert asked("vehicle") == (promised, delivered, {}, (None,), [], [])
    promised, delivered = {("pledge", "radio"): (2, 2)}, {("delivery", "radio"): (1, 1)}
    paid = {("disbursement", "USD"): (6, 6)}
    assert asked(None) == (promised, delivered, paid, ("implementation",), ["JP"], ["JP"])


def test_counts_by_currency() -> None:
    """Things are counted by the currency of their value, if they have one."""
    records = log(delivery(value="USD 5"), delivery("radio", 1))
    assert ends(replay(records, Counts("currency"), as_of=DAY)) == {None: (1, 1), "USD": (30, 30)}
    assert ends(replay(records, Counts(where={"currency": "USD"}), as_of=DAY)) == {"truck": (30, 30)}


def test_a_role_that_may_have_been_left_is_not_certain() -> None:
    """A party that has surely left has no role; one that may have left may still have it."""
    role: dict[str, Any] = {
        "project": "hd",
        "party": "LT",
        "role": "lead",
        "sources": Source(publisher="A", published="2024-12-31"),
    }
    records = log(Participation(date="2023-01-01", **role), Participation(date="2023-06/2023-12", left=True, **role))
    held = {day: replay(records, Participations(), as_of=day) for day in ("2023-05-31", "2023-07-01", "2023-12-31")}
    assert [[each.certain for each in parts] for parts in held.values()] == [[True], [False], []]


# Pieces, and projections of a user's own.


class Value:
    """A fold of a user's own: how many facts are certain, and the last day of any."""

    def initial(self) -> tuple[int, date | None]:
        """The state of no facts."""
        return 0, None

    def step(self, state: tuple[int, date | None], fact: Fact) -> tuple[int, date | None]:
        """One more fact."""
        return self.merge(state, (int(fact.certain), fact.date.latest))

    def merge(self, one: tuple[int, date | None], other: tuple[int, date | None]) -> tuple[int, date | None]:
        """Both."""
        return one[0] + other[0], max((day for day in (one[1], other[1]) if day), default=None)

    def finish(self, state: tuple[int, date | None]) -> str:
        """The result in words."""
        return f"{state[0]} until {state[1]}"


def test_a_projection_needs_no_base_class() -> None:
    """Four methods make a projection; facts are typed, and say whether they are certain."""
    records = log(delivery(), delivery(date="2023-11-01/2023-12-31"))
    assert replay(records, Value(), as_of="2023-11-25") == "1 until 2023-11-28"


def kinds(fact: Fact) -> list[tuple[str, Term]]:
    return [(fact.kind, Term(Quantity.exact(1)))]


#: How many facts of each kind; the kind that each donor did last; all donors: a user's own, of the pieces.
PIECES = Product(
    {
        "facts": Sum(kinds),
        "last": State(lambda fact: [(fact.event.donor, fact.kind)]),
        "donors": Union(lambda fact: [fact.event.donor]),
        "own": Value(),
    }
)


def test_sums_of_pieces_have_bounds() -> None:
    """A fact that may have happened counts for 0 to 1; one that is replaced in every world does not count."""
    one = Pledge(date="2023-01-05", donor="JP", sources=REPORT)
    two = Pledge(date="2023-10/2023-11", donor="JP", supersedes=record_id(one), sources=REPORT)
    records = log(one, two, delivery(donor="LT", date="2023-11-20/2023-11-26"))
    result = replay(records, PIECES, as_of="2023-11-25")
    assert ends(result["facts"]) == {"pledge": (1, 1), "delivery": (0, 1)}
    assert result["last"] == {"JP": {"pledge"}, "LT": {None, "delivery"}}
    assert result["donors"] == {"JP", "LT"}
    assert replay(records, Sum(kinds), as_of="2023-11-30")["pledge"].high == 1


def test_the_state_of_a_piece_is_left_alone_by_merge() -> None:
    """A merged state is a new one: the parts may be merged elsewhere again."""
    facts = cut(believe(log(delivery(donor="JP"), delivery("radio", 1, donor="LT"))), date(2023, 12, 1))
    one, other = fold(facts[:1], PIECES), fold(facts[1:], PIECES)
    first = PIECES.finish(PIECES.merge(one, other))
    assert PIECES.finish(PIECES.merge(one, other)) == first == PIECES.finish(fold(facts, PIECES))


def test_of_merged_states_the_later_statement_holds() -> None:
    """The order in which parts are merged does not matter."""
    promised = Pledge(date="2023-01-05", donor="JP", sources=REPORT)
    facts = cut(believe(log(promised, delivery(donor="JP"))), date(2023, 12, 1))
    for one, other in ((facts[:1], facts[1:]), (facts[1:], facts[:1])):
        merged = PIECES.merge(fold(one, PIECES), fold(other, PIECES))
        assert PIECES.finish(merged)["last"] == {"JP": {"delivery"}}


@given(logs(), cuts(), st.integers(0, 2**9))
def test_the_contract_of_pieces(records: list[Record], asked: Cuts, choice: int) -> None:
    """Facts may be split in any way; merge is commutative, and merging with the empty state changes nothing."""
    belief = believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until)
    facts = cut(belief, asked.as_of)
    one = [fact for number, fact in enumerate(facts) if choice >> number & 1]
    other = [fact for fact in facts if fact not in one]
    whole = PIECES.finish(fold(facts, PIECES))

    def merged(*parts: Iterable[Fact]) -> Any:
        state = PIECES.initial()
        for part in parts:
            state = PIECES.merge(state, fold(part, PIECES))
        return PIECES.finish(state)

    assert merged(one, other) == merged(other, one) == merged(facts, ()) == whole


@given(logs(), cuts())
def test_parts_of_a_sum_add_up(records: list[Record], asked: Cuts) -> None:
    """The lows of rows by donor or item add up to no more than that of the total, the highs to no less.

    Where facts may report the same, the lows may add up to more; what is below zero then counts at the low end only.
    """
    belief = believe(records, known_at=asked.known_at, recorded_until=asked.recorded_until)
    facts = cut(belief, asked.as_of)

    def sums(by: list[str]) -> dict[str | None, list[Bounds]]:
        table = Counts(by, kind=COUNTED_KINDS)
        units: dict[str | None, list[Bounds]] = {}
        for row in table.finish(fold(facts, table)).rows:
            units.setdefault(row.unit, []).append(row.bounds)
        return units

    total, parts = sums([]), sums(["donor", "item", "kind"])
    assert total.keys() == parts.keys()
    for unit, found in parts.items():
        by_kind = total[unit]
        overlap = any(each.overlap for each in by_kind)
        assert overlap or sum(each.low for each in found) <= sum(each.low for each in by_kind)
        highs = [each.high for each in found]
        if None not in highs and not (overlap and any(each.low < 0 for each in found)):
            assert sum(each or 0 for each in highs) >= sum(each.high or 0 for each in by_kind)
        assert sum(each.open for each in found) == sum(each.open for each in by_kind)


def test_every_kind_with_a_value_is_summed_unless_some_are_asked() -> None:
    """`money` without kinds takes all that have a value."""
    assert set(MoneySums().selection.kinds) == set(VALUED_KINDS)
    assert MoneySums(kind="receipt").selection.kinds == ("receipt",)
