"""What is printed, to the letter: tables, series, promises, changes, explanations; on small data and on the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest
from attrs import frozen

from aidtimeline import Counts, Fact, MoneySums, ProjectStates, Timeline, UnknownKey, UsageError, report as reported
from aidtimeline.diff import Change
from aidtimeline.events import (
    Amendment,
    Correction,
    Corroboration,
    Delivery,
    Event,
    Pledge,
    Record,
    Retraction,
    Source,
    Status,
)
from aidtimeline.projections import Bounds, FulfilmentTable, Result, Series, Step, Steps, Table, results
from aidtimeline.projections.rows import row_type
from aidtimeline.projections.sums.steps import at_ends
from aidtimeline.report import lines
from aidtimeline.report.days import days_in_words
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.vocabulary import Item, Vocabulary

EVENTS = Path(__file__).parent.parent / "events"
RECORDED = datetime(2026, 11, 21, 10, tzinfo=UTC)


def name(number: int) -> str:
    return f"{number:032x}"


def timeline_of(*events: Event | Amendment, **options: Any) -> Timeline:
    """A timeline in which the first event has the id 1, and so on."""
    return Timeline([Record(name(number), RECORDED, each) for number, each in enumerate(events, start=1)], **options)


def report(publisher: str = "Rubryka", published: str | None = "2023-02-01", **fields: Any) -> Source:
    return Source(publisher=publisher, published=published, **fields)


def page(text: str) -> str:
    """The text that a test expects, without the margin and the line ends around it."""
    return dedent(text).strip("\n")


def between(low: int, high: int | None, **flags: Any) -> Bounds:
    return Bounds(Decimal(low), None if high is None else Decimal(high), **flags)


# Tables.

TABLE = Table.of(
    ["item", "donor"],
    {
        ("truck", "JP", None): between(0, 30),
        (None, None, "metre"): between(1200, 1200, approximate=True),
        ("<b>", None, None): between(1, None, open=1),
    },
)


def test_a_table() -> None:
    """Numbers lean to the right; a missing name is a dash; pieces have no unit; a flag is explained."""
    assert str(TABLE) == page("""
        item   donor       number  unit   note
        ─────  ─────  ───────────  ─────  ─────
        –      –      about 1,200  metre  about
        <b>    –       at least 1
        truck  JP         0 to 30
        about: a report says “about”, and the bounds are only as good as that
    """)
    assert str(Table((), ())) == "Nothing: no such fact with a number is reported to have happened by then."


NUMBER = ' class="number"'


def test_a_table_in_a_notebook() -> None:
    """The same cells as HTML, under the same heads."""
    assert TABLE._repr_html_() == (
        f"<table><thead><tr><th>item</th><th>donor</th><th{NUMBER}>number</th><th>unit</th><th>note</th></tr></thead>"
        f"<tbody><tr><td>–</td><td>–</td><td{NUMBER}>about 1,200</td><td>metre</td><td>about</td></tr>"
        f"<tr><td>&lt;b&gt;</td><td>–</td><td{NUMBER}>at least 1</td><td></td><td></td></tr>"
        f"<tr><td>truck</td><td>JP</td><td{NUMBER}>0 to 30</td><td></td><td></td></tr></tbody></table>"
        "<p>about: a report says “about”, and the bounds are only as good as that</p>"
    )


# Results of projections that are not ours.


class Day(NamedTuple):
    """A row with values of all types."""

    day: str
    known: DateRange
    low: Decimal
    bounds: Bounds
    tags: tuple[str, ...]
    many: int | None


@frozen
class Days(Result[Day, Day]):
    """A result of its own, which no look is written for."""

    rows: tuple[Day, ...]


@frozen
class OwnTable(Table):
    """A table that is derived from ours."""


class Own:
    """A projection that gives the same result, whatever the facts are."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def initial(self) -> int:
        return 0

    def step(self, state: int, fact: Fact) -> int:
        return state

    def merge(self, one: int, other: int) -> int:
        return one

    def finish(self, state: int) -> Any:
        return self.result


def test_a_result_that_has_no_look_shows_its_rows() -> None:
    """Its title is the name of the projection, its columns are the fields of the rows; so in JSON and HTML."""
    day = Day("<b>", DateRange.parse("2024"), Decimal("1.50"), between(1, None), ("a",), None)
    found = VIEW.replay(Own(Days((day,))))
    *heading, blank, heads, _rule, line = str(found).splitlines()
    assert heading[0] == "Own"
    assert not blank
    assert heads.split() == ["day", "known", "low", "bounds", "tags", "many"]
    assert line.split("  ")[0] == "<b>"
    assert "<td>&lt;b&gt;</td>" in found._repr_html_()
    assert json.loads(reported.json(found))["rows"] == [
        {
            "day": "<b>",
            "known": "2024",
            "low": "1.5",
            "bounds": {"low": 1, "high": None},
            "tags": "('a',)",
            "many": None,
        }
    ]
    assert found["<b>"] is day
    assert str(VIEW.replay(Own(Days(())))).endswith("Nothing.")


@pytest.mark.parametrize("kind", [Table, OwnTable])
def test_a_table_of_another_projection(kind: type[Table]) -> None:
    """It looks like our tables, without reports; that it cannot be explained is said."""
    found = VIEW.replay(Own(kind.of(["item"], {("truck", None): between(3, 3)})))
    assert str(found).splitlines()[0] == "Own"
    assert str(found).splitlines()[-1].split() == ["truck", "3"]
    with pytest.raises(UsageError, match="only what has one sum or one state can be explained, not Own"):
        found.explain("truck")
    with pytest.raises(UsageError, match="only the table of a view"):
        FulfilmentTable(()).explain("truck")


def test_a_key_of_another_form() -> None:
    """The message says what a key has, and names the keys with the given values; asking with `in` costs no search."""
    sums = Table.of(
        ["kind", "currency"], {("pledge", "EUR"): between(1, 1), ("pledge", "USD"): between(1, 1)}, money=True
    )
    with pytest.raises(UnknownKey) as error:
        sums["USD"]
    assert str(error.value) == "there is no row 'USD': a key has kind, currency; the nearest: ('pledge', 'USD')"
    with pytest.raises(UnknownKey, match="a key has kind, donor, recipient, project, item, unit, currency"):
        FulfilmentTable(())["truck"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "nearest_of", None)
        assert "USD" not in sums
        assert sums.get("USD", 7) == 7


# Series.

SERIES = Series.of(
    ["item", "donor"],
    {
        ("truck", "JP", None): Steps(
            (
                Step(None, between(0, 0, disputed=True)),
                Step(date(2023, 1, 2), between(0, 30)),
                Step(date(2023, 2, 2), between(0, 30, disputed=True)),
                Step(date(2023, 4, 2), between(1200, 1200)),
            )
        ),
        (None, "<b>", "metre"): Steps((Step(None, between(0, 2)),)),
    },
)


def test_a_series() -> None:
    """A line for each change that can be seen; the key stands once; a step since ever has no day."""
    assert str(SERIES) == page("""
        item   donor       since   number  unit
        ─────  ─────  ──────────  ───────  ─────
        –      <b>          ever   0 to 2  metre
        truck  JP           ever        0
                      2 Jan 2023  0 to 30
                      2 Apr 2023    1,200
    """)
    assert str(Series((), ())) == "Nothing: no such fact with a number is known."
    assert [row.key for row in SERIES] == [(None, "<b>"), ("truck", "JP")]


def test_a_series_by_period() -> None:
    """A line for each end, whether it changes or not."""
    assert str(SERIES.every("quarter", "2023-08-01")) == page("""
        item   donor  end of quarter   number  unit
        ─────  ─────  ──────────────  ───────  ─────
        –      <b>              ever   0 to 2  metre
        truck  JP               ever        0
                         31 Mar 2023  0 to 30
                         30 Jun 2023    1,200
                          1 Aug 2023    1,200
    """)


def test_a_series_in_a_notebook() -> None:
    """The same cells as HTML, under the same heads."""
    assert SERIES._repr_html_() == (
        f"<table><thead><tr><th>item</th><th>donor</th><th{NUMBER}>since</th><th{NUMBER}>number</th><th>unit</th></tr></thead>"
        f"<tbody><tr><td>–</td><td>&lt;b&gt;</td><td{NUMBER}>ever</td><td{NUMBER}>0 to 2</td><td>metre</td></tr>"
        f"<tr><td>truck</td><td>JP</td><td{NUMBER}>ever</td><td{NUMBER}>0</td><td></td></tr>"
        f"<tr><td></td><td></td><td{NUMBER}>2 Jan 2023</td><td{NUMBER}>0 to 30</td><td></td></tr>"
        f"<tr><td></td><td></td><td{NUMBER}>2 Apr 2023</td><td{NUMBER}>1,200</td><td></td></tr></tbody></table>"
    )


# Promises.

PROMISES = timeline_of(
    Pledge(
        date="2023-01-01",
        donor="JP",
        project="hd",
        item="pump",
        quantity=1200,
        unit="set",
        due="2023-12",
        sources=report(),
    ),
    Pledge(
        date="2023-01-02",
        donor="JP",
        project="hd",
        item="pump",
        quantity=10,
        unit="set",
        due="2023",
        sources=report(),
    ),
    Pledge(date="2023-01-02", item="pump", value="USD 2..4", sources=report()),
    Pledge(date="2023-01-02", donor="JP", item="truck", quantity=3, sources=report()),
    Delivery(
        date="2023-03-01",
        donor="JP",
        project="hd",
        item="pump",
        quantity=3,
        unit="set",
        fulfils=[name(1)],
        sources=report("NHK", "2023-03-02"),
    ),
    Delivery(date="2023-03-01", item="pump", fulfils=[name(3)], sources=report("NHK", "2023-03-02")),
)


def test_what_became_of_promises() -> None:
    """Things in their unit and money in its currency; and on request, for what is delivered, the days it took."""
    assert str(PROMISES.as_of("2024-02-01").fulfilment(matches=True)) == page("""
        promises, and what has become of them
        as of 1 Feb 2024 · with all that is known today (no --known-at cut)

        donor → to  project  item        promised   linked  may serve  outstanding  overdue  likely
        ──────────  ───────  ──────────  ────────  ───────  ─────────  ───────────  ───────  ──────
        –           –        USD              2–4  in pump          0          0–4        –       –
        JP          –        truck              3        0          0            3        –       –
        JP          hd       pump (set)     1,210        3    0–1,207      0–1,207  0–1,207       –

        promise                           delivery                          of it  match      after
        ────────────────────────────────  ────────────────────────────────  ─────  ─────────  ───────
        00000000000000000000000000000003  00000000000000000000000000000006      –  linked     58 days
        00000000000000000000000000000001  00000000000000000000000000000005      3  linked     59 days
        00000000000000000000000000000001  00000000000000000000000000000006      –  may serve  59 days
        00000000000000000000000000000002  00000000000000000000000000000006      –  may serve  58 days
    """)
    assert str(FulfilmentTable(())) == "Nothing: no such promise is reported to have been made by then."


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (None, 0, "at most 0 days"),
        (None, -1, "at least 1 day before"),
        (0, None, "at least 0 days"),
        (-1, None, "1 day before or later"),
        (89, 89, "89 days"),
        (90, 90, "3 months"),
        (729, 729, "24 to 25 months"),
        (730, 730, "2 years"),
    ],
)
def test_days_where_the_words_change(low: int | None, high: int | None, words: str) -> None:
    """Days become months from three months on, and years from two; the same day is neither before nor after."""
    assert days_in_words((low, high)) == words


# Changes.


@pytest.mark.parametrize(
    ("key", "unit", "before", "after", "words"),
    [
        (("truck", None, "JP"), None, "0", "..1200", "truck, JP: 0 → up to 1,200: happened"),
        ((None,), "set", "0..30", "1..", "all: 0–30 → at least 1 set: happened"),
        ((), None, "~20", "30", "all: about 20 → 30: happened"),
    ],
)
def test_changes(key: tuple[str | None, ...], unit: str | None, before: str, after: str, words: str) -> None:
    """From, to, and why; a change without a key is of "all"."""
    names = tuple(f"field{number}" for number, _ in enumerate(key))
    rest = "happened", (), Quantity.parse(before), Quantity.parse(after)
    assert str(row_type(Change, names, True)(*key, unit, *rest)) == words
    if unit is None:
        assert str(row_type(Change, names, False)(*key, *rest)) == words


# Explanations.

TRUCKS = timeline_of(
    Delivery(
        date="2023-01-01",
        donor="JP",
        via=["UNICEF", "UNDP"],
        recipient="sesu",
        item="truck",
        quantity="2..4",
        project="hd",
        package="p1",
        value="JPY 4500000",
        note="Seen in Kharkiv",
        sources=report(),
    ),
    Corroboration(
        of=name(1),
        date="2023-01-03",
        quantity=5,
        value="JPY 5000000",
        sources=report("Kyodo News", "2023-02-02", title="Trucks"),
    ),
    Corroboration(of=name(1), date="2023-01-01", sources=report("NHK", "2023-02-03")),
    Corroboration(of=name(1), sources=report("Interfax", None, attribution="a government source")),
    Delivery(date="2023-03", item="truck", quantity=7, supersedes=[name(1), name(11)], sources=report("UP")),
    Correction(
        of=name(5),
        reason="recounted",
        event=Delivery(
            date="2023-03", item="truck", quantity=8, supersedes=[name(1), name(11)], sources=report("UP", "2023-05-01")
        ),
    ),
    Delivery(date="2023-01-01", item="truck", quantity=9, sources=report()),
    Retraction(of=name(7), duplicate_of=name(1), sources=[report("A", "2023-05-01"), report("B", "2023-05-02")]),
    Delivery(date="2023-01-20", item="truck", quantity=20, supersedes=[name(10)], sources=report()),
    Delivery(date="2023-01-20", item="car", quantity=1, supersedes=[name(15)], sources=report()),
    Delivery(date="2023-01-02", item="truck", quantity=100, sources=report()),
    Delivery(date="2023-02", item="car", quantity=1, supersedes=[name(11)], sources=report()),
    Retraction(of=name(12), reason="no cars", sources=report("A", "2023-05-01")),
    Delivery(date="2023-03", item="bus", quantity=1, supersedes=[name(12)], sources=report("UP", "2023-05-01")),
    Delivery(date="2023-01-20", item="truck", quantity=1000, supersedes=[name(9)], sources=report()),
    vocabulary=Vocabulary(items={"truck": Item(slug="truck", label="Truck")}),
)


def test_an_explanation() -> None:
    """Facts that count, that may replace one, that links run through, and that keep a circle; each with its reports."""
    view = TRUCKS.as_of("2023-03-15", known_at="2026-11-21", recorded_until="2026-11-21T10:00:00Z")
    assert str(view.counts().explain("truck")) == page(f"""
        truck: 1,022 to 1,129, disputed
        as of 15 Mar 2023 · as known on 21 Nov 2026 · from the log as it stood at 2026-11-21T10:00:00Z

        100, or nothing: delivery, 2 Jan 2023
          0000000000000000000000000000000b
          item Truck (truck)
          - Rubryka, 1 Feb 2023

        2 to 9, or nothing: delivery, 1 Jan 2023 to 3 Jan 2023
          00000000000000000000000000000001
          donor JP · via UNICEF and UNDP · recipient sesu · item Truck (truck) · project hd · package p1
          the reports disagree on its date and quantity and value:
          - 2 to 4, JPY 4,500,000 (1 Jan 2023): Rubryka, 1 Feb 2023
          - 9 (1 Jan 2023): Rubryka, 1 Feb 2023
          - 5, JPY 5,000,000 (3 Jan 2023): Kyodo News, “Trucks”, 2 Feb 2023
          - 1 Jan 2023: NHK, 3 Feb 2023
          - the same: Interfax (after a government source)
          retraction {name(8)} of {name(7)} as a duplicate of {name(1)} (A, 1 May 2023; B, 2 May 2023)
          note: Seen in Kharkiv

        20, for sure: delivery, 20 Jan 2023
          00000000000000000000000000000009
          item Truck (truck)
          replaces 0000000000000000000000000000000a
          - Rubryka, 1 Feb 2023

        1,000, for sure: delivery, 20 Jan 2023
          0000000000000000000000000000000f
          item Truck (truck)
          replaces 00000000000000000000000000000009
          - Rubryka, 1 Feb 2023

        8, or nothing: delivery, Mar 2023
          00000000000000000000000000000005
          item Truck (truck)
          replaces 00000000000000000000000000000001, 0000000000000000000000000000000b
          - UP, 1 May 2023
          correction 00000000000000000000000000000006 (a repair, recorded on 21 Nov 2026): recounted

        not counted; its links form a circle, and are ignored: delivery, 20 Jan 2023
          0000000000000000000000000000000a
          item car
          replaces 0000000000000000000000000000000f
          - Rubryka, 1 Feb 2023

        may replace what counts: delivery, Mar 2023
          0000000000000000000000000000000e
          item bus
          replaces 0000000000000000000000000000000c
          - UP, 1 May 2023

        the same fact once more; listed under another id: delivery, 1 Jan 2023
          00000000000000000000000000000007
          item Truck (truck)
          retraction {name(8)} as a duplicate of {name(1)} (A, 1 May 2023; B, 2 May 2023)

        withdrawn, but links run through it: delivery, Feb 2023
          0000000000000000000000000000000c
          item car
          replaces 0000000000000000000000000000000b
          retraction 0000000000000000000000000000000d (A, 1 May 2023): no cars
    """)


def test_an_explanation_in_a_narrow_room() -> None:
    """Every line fits, nothing is lost, and a broken text goes on below its own beginning."""
    explanation = TRUCKS.as_of("2023-03-15").counts().explain("truck")
    narrow = list(lines(explanation, 40))
    assert all(len(line) <= 40 for line in narrow[3:])
    assert " ".join(narrow).split() == str(explanation).split()
    assert page("""
        2 to 9, or nothing: delivery, 1 Jan 2023
        to 3 Jan 2023
          00000000000000000000000000000001
          donor JP · via UNICEF and UNDP ·
          recipient sesu · item Truck (truck) ·
          project hd · package p1
          the reports disagree on its date and
          quantity and value:
          - 2 to 4, JPY 4,500,000 (1 Jan 2023):
            Rubryka, 1 Feb 2023
    """) in "\n".join(narrow)


def test_an_explanation_of_money() -> None:
    """Amounts stand after their currency, and a promise shows when it is due."""
    first = Pledge(
        date="2023-01-01",
        donor="JP",
        item="truck",
        value="USD 1200",
        due="2023-12",
        note="Announced in Kyiv",
        sources=report("NHK", "2023-01-05", attribution="the government"),
    )
    second = Pledge(
        date="2023-03",
        donor="JP",
        item="truck",
        value="USD 2000..4000",
        supersedes=[name(1)],
        sources=report("NHK", "2023-04-05"),
    )
    view = timeline_of(first, second).as_of("2023-03-10", known_at="2024-01-01")
    assert str(view.money().explain(("pledge", "USD"))) == page("""
        pledge, USD: USD 1,200 to 4,000
        as of 10 Mar 2023 · as known on 1 Jan 2024

        USD 1,200, or nothing: pledge, 1 Jan 2023
          00000000000000000000000000000001
          donor JP · item truck · due Dec 2023
          - NHK, 5 Jan 2023 (after the government)
          note: Announced in Kyiv

        USD 2,000 to 4,000, or nothing: pledge, Mar 2023
          00000000000000000000000000000002
          donor JP · item truck
          replaces 00000000000000000000000000000001
          - NHK, 5 Apr 2023
    """)


def test_an_explanation_of_a_state() -> None:
    """A state that nothing may have set yet says so."""
    view = timeline_of(Status(date="2023", project="hd", status="pipeline", sources=report("NHK", "2024-02-01"))).as_of(
        "2023-10-10"
    )
    assert str(view.explain(ProjectStates(), ("hd", "status"))) == page("""
        hd, status: pipeline, or none yet
        as of 10 Oct 2023 · with all that is known today (no --known-at cut)

        pipeline, or nothing: status, 2023
          00000000000000000000000000000001
          project hd
          - NHK, 1 Feb 2024
    """)


def test_an_explanation_of_loose_bounds() -> None:
    """Bounds that may be wider than necessary are called loose."""
    top = [Delivery(date="2023-03", item="truck", quantity=1, sources=report("NHK", "2023-04-01")) for _ in range(7)]
    replaced = [name(number) for number in range(1, 8)]
    middle = [
        Delivery(date="2023-03", item="truck", quantity=1, supersedes=replaced, sources=report("NHK", "2023-04-01"))
        for _ in range(7)
    ]
    [first, *_] = str(timeline_of(*top, *middle).as_of("2023-03-15").counts().explain("truck")).splitlines()
    assert first == "truck: 0 to 14, loose"


# Questions without an answer.


NAMES = ("trucka", "truckb", "truckc", "truckd", "boat")
FIVE = Table.of(["item"], {(each, None): between(0, 1) for each in NAMES})
ROPE = Table.of(["item"], {("rope", "roll"): between(0, 1), ("rope", "metre"): between(0, 1)})
VIEW = timeline_of(*(Delivery(date="2023", item=each, quantity=1, sources=report()) for each in NAMES)).as_of(
    "2024-01-01"
)
KNOWN_FIELDS = (
    "item, donor, recipient, via, project, package, kind, location, sector, humanitarian, scope, aid-type, "
    "tied, period, item-category, indicator, side, counterpart, part-of, party, role, unit, currency, dataset, "
    "year, quarter, month"
)
KNOWN_KINDS = (
    "announcement, pledge, commitment, disbursement, receipt, expenditure, delivery, training, project, status, "
    "participation, cancellation, observation"
)
COUNTED = "announcement, pledge, commitment, delivery, training"
VALUED = "announcement, pledge, commitment, disbursement, receipt, expenditure, delivery"


def over_time(table: Table) -> Series:
    """The same rows as a series, which answers in the same way."""
    return Series.of(table.names, {key: Steps((Step(None, bounds),)) for key, bounds in table.answers.items()})


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("truck", "; the nearest: truckd, truckc, truckb"), ("boxxxxt", "; the nearest: boat"), ("zzz", "")],
)
def test_a_key_that_is_not_there(key: str, nearest: str) -> None:
    """The message names the key that was asked for, and up to three keys that are near."""
    for table in (FIVE, over_time(FIVE)):
        with pytest.raises(UnknownKey) as error:
            table[key]
        assert str(error.value) == f"there is no row '{key}'{nearest}"
    with pytest.raises(UnknownKey) as error:
        VIEW.explain(Counts(), key)
    assert str(error.value) == f"there is no row '{key}'{nearest}"


@pytest.mark.parametrize("table", [ROPE, over_time(ROPE)])
def test_a_key_in_several_units(table: Table | Series) -> None:
    """The message names the units, and the keys to ask for."""
    with pytest.raises(UnknownKey) as error:
        table["rope"]
    assert str(error.value) == "'rope' is not counted in pieces: ask for ('rope', 'metre') or ('rope', 'roll')"


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            lambda: TABLE.explain(("truck", "JP")),
            "only the table of a view can be explained: view.counts(…), view.money(…)",
        ),
        (lambda: at_ends(Steps(()), "week"), "there is no period 'week' (periods: month, quarter, year)"),  # type: ignore[arg-type]
        (lambda: Counts("doner"), f"there is no field 'doner'; did you mean donor? (fields: {KNOWN_FIELDS})"),
        (lambda: Counts(where={"zzz": "x"}), f"there is no field 'zzz' (fields: {KNOWN_FIELDS})"),
        (lambda: Counts(where={3: "x"}), f"there is no field 3 (fields: {KNOWN_FIELDS})"),  # type: ignore[dict-item]
        (lambda: Counts(kind="delivry"), f"there is no kind 'delivry'; did you mean delivery? (kinds: {KNOWN_KINDS})"),  # type: ignore[arg-type]
        (
            lambda: Counts(kind="observation"),
            "the kind 'observation' has no quantity that is summed "
            f"(observations are levels, never summed: `levels` shows them; kinds: {COUNTED})",
        ),
        (lambda: MoneySums(kind="training"), f"the kind 'training' has no value (kinds: {VALUED})"),
    ],
)
def test_a_question_that_cannot_be_asked(ask: Callable[[], object], words: str) -> None:
    """The message names what was asked for, the nearest name, and all names."""
    with pytest.raises(UsageError) as error:
        ask()
    assert str(error.value) == words


# The record.


def test_the_record_in_july_2024() -> None:
    """What had been delivered, and what was outstanding, by 31 July 2024."""
    view = Timeline.open(EVENTS).as_of("2024-07-31")
    assert (
        list(lines(view.counts(), 80))
        == page("""
    delivery by item
    as of 31 Jul 2024 · with all that is known today (no --known-at cut)

    item                              number  unit  note        reports
    ───────────────────────────  ───────────  ────  ──────────  ───────────────────
    body-armour                   at least 1        1 delivery  Interfax-Ukraine
                                                    without a   2023-01-11
                                                    number
    detector-transport-vehicle            40                    Yomiuri 2023-11-23
    helmet                        at least 1        1 delivery  Interfax-Ukraine
                                                    without a   2023-01-11
                                                    number
    mechanical-demining-machine       2 to 4        disputed    Censor.net
                                                                2024-07-09; Yomiuri
                                                                2024-07-10;
                                                                demine.gov.ua
                                                                2024-07-10;
                                                                pledgetimes
                                                                2024-07-10; Japan
                                                                Times 2024-07-10
    mine-detector                at least 50        50 stated,  Interfax-Ukraine
                                                    and 2       2023-01-11; Yomiuri
                                                    deliveries  2023-11-23; Kyodo
                                                    without a   News 2023-11-28;
                                                    number      Rubryka 2023-11-28
    pyrotechnic-team-car          at least 1        1 delivery  Rubryka 2023-11-28
                                                    without a
                                                    number
    pyrotechnic-vehicle                   12                    Rubryka 2023-11-28
    radio                         at least 1        1 delivery  Interfax-Ukraine
                                                    without a   2023-01-11
                                                    number
    sapper-equipment              at least 1  set   1 delivery  Rubryka 2023-11-28
                                                    without a
                                                    number
    truck                                 30                    Rubryka 2023-11-28
    disputed: reports contradict each other, or parts their whole, and the bounds
    span what they say
    """).splitlines()
    )
    [machines] = [line for line in str(view.fulfilment()).splitlines() if "mechanical-demining-machine" in line]
    assert machines.split("  ", 1)[0] == "JP → sesu"
    assert machines.endswith("22     2–4          0        18–20        0       –  disputed")


def test_the_record_over_time() -> None:
    """No report says when the trucks were delivered; by the day of the report they surely were."""
    series = Timeline.open(EVENTS).series(Counts(where={"item": ["truck", "mechanical-demining-machine"]}))
    assert str(series) == page("""
        delivery by item, where item is truck or mechanical-demining-machine, over time
        on every day · with all that is known today (no --known-at cut)

        item                         label                              since   number
        ───────────────────────────  ───────────────────────────  ───────────  ───────
        mechanical-demining-machine  Mechanical demining machine   9 Jul 2024   0 to 4
                                                                  10 Jul 2024   2 to 4
        truck                        Truck                               ever  0 to 30
                                                                  28 Nov 2023       30
    """)


def test_what_was_learned_in_november_2023() -> None:
    """What two articles added to the record, sum by sum."""
    timeline = Timeline.open(EVENTS)
    before, after = (timeline.as_of("2023-11-28", known_at=day) for day in ("2023-11-25", "2023-11-28"))
    assert [str(change) for change in before.diff(after)] == [
        "mine-detector: 0 → at least 0: newly known",
        "pyrotechnic-team-car: 0 → at least 1: newly known",
        "pyrotechnic-vehicle: 0 → 12: newly known",
        "sapper-equipment: 0 → at least 1 set: newly known",
        "truck: 0 → 30: newly known",
    ]
