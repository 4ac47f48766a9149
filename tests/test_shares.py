"""Shares of places and sectors: what they are, what part of an event is asked for, and sums of such parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations, product
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from aidtimeline import Counts, Delivery, MoneySums, Record, Source, replay
from aidtimeline.codec import record_id
from aidtimeline.errors import InvalidValue
from aidtimeline.testing.strategies import quantities, shares, spans
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.shares import Portion, Shares, one_whole, plain_sector, portion, to_sector, vocabulary_of

REPORT = Source(publisher="Rubryka", published="2023-12-31")
PLACES, SECTORS = ("KE", "UG", "SO"), ("72040", "12220", "10:food", "10:wash")


def percent(least: float | str, most: float | str | None = None) -> Portion:
    return Portion(Decimal(str(least)), Decimal(str(least if most is None else most)))


def delivered(*given: dict[str, Any]) -> list[Record]:
    defaults = {"date": "2023-05", "item": "tent", "quantity": 100, "sources": REPORT}
    events = [Delivery(**{**defaults, "ref": str(number), **each}) for number, each in enumerate(given)]
    return [Record(record_id(each), datetime(2024, 1, 1, tzinfo=UTC), each) for each in events]


def rows(records: Iterable[Record], by: str | list[str], where: dict[str, Any] | None = None) -> dict[Any, str]:
    """The sums by their keys, as texts."""
    table = replay(records, Counts(by, where=where), as_of="2023-12-31")
    return {row.key[0] if isinstance(by, str) else row.key: str(row.bounds) for row in table}


def quarters(parts: Iterable[tuple[str, Decimal | None]]) -> Iterator[tuple[str | None, ...]]:
    """Every way to give four quarters to those who have a share, and to nobody: as they are stated, the rest anyhow."""
    parts = tuple(parts)
    fixed = [slug for slug, of in parts for _ in range(int((of or 0) / 25))]
    unstated = [None, *(slug for slug, of in parts if of is None)]
    for rest in product(unstated, repeat=4 - len(fixed)):
        yield (*fixed, *rest)


in_quarters = st.dictionaries(
    st.sampled_from(SECTORS), st.sampled_from((None, Decimal(0), Decimal(25), Decimal(50))), min_size=1
).map(Shares)


def test_the_vocabulary_of_a_sector() -> None:
    """It is named before the code; five digits are the DAC's, who need no name."""
    assert [vocabulary_of(each) for each in ("72040", "7204", "10:food", "1:720", "health")] == ["1", "", "10", "1", ""]
    assert [plain_sector(each) for each in ("1:72040", "1:720", "2:720")] == ["72040", "1:720", "2:720"]
    assert to_sector({"1:72040": 100, "10:food": 100}) == Shares({"10:food": 100, "72040": 100})


@pytest.mark.parametrize("given", [{}, {"KE": "1..2"}, {"KE": 100.5}, {"KE": "~5"}, 5, "KE", {"KE": True}])
def test_what_is_no_share_is_refused(given: Any) -> None:
    """A share is one exact percentage."""
    with pytest.raises(InvalidValue):
        Shares(given)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["KE"], percent("62.5")),
        (["UG"], percent(0, "12.5")),
        (["KE", "UG"], percent("62.5", 75)),
        (["UG", "SO"], percent(0, "12.5")),
        (["UG", "SO", None], percent("12.5")),
        ([None], percent(0, "12.5")),
        (["KE", "ET", "UG", "SO", None], percent(100)),
        (["TZ"], percent(0)),
    ],
)
def test_what_is_asked_for_of_shares(asked: list[str | None], expected: Portion) -> None:
    """What is stated, and of what is not, nothing to all that is left."""
    assert portion(Shares({"KE": "62.5", "ET": 25, "UG": None, "SO": None}), asked, one_whole) == expected


def test_what_stated_shares_leave_belongs_to_nobody_named() -> None:
    """Exactly, if no share is unstated."""
    assert portion(Shares({"KE": 60}), [None], one_whole) == percent(40)
    assert portion("KE", [None], one_whole) == percent(0)
    assert portion(None, [None, "KE"], one_whole) == percent(100)


@given(in_quarters, st.sets(st.sampled_from((None, *SECTORS)), min_size=1))
def test_a_portion_is_what_every_world_gives(stated: Shares, asked: set[str | None]) -> None:
    """By brute force over quarters: of one whole and of two, sound, and tight where nobody named is not asked for."""
    wholes = [[part for part in stated.parts if vocabulary_of(part[0]) == each] for each in ("1", "10")]
    if any(sum(of or 0 for _, of in parts) > 100 for parts in wholes):
        return
    found = portion(stated, asked, vocabulary_of)
    worlds = [
        sum(not asked.isdisjoint({*named} - {None} or {None}) for named in zip(one, way, strict=True))
        for one in quarters(wholes[0])
        for two in quarters(wholes[1])
        for way in set(permutations(two))
    ]
    assert found.least <= 25 * min(worlds)
    assert found.most >= 25 * max(worlds)
    if None not in asked or not all(wholes):
        assert found == percent(25 * min(worlds), 25 * max(worlds))


@given(
    shares((*PLACES, *SECTORS)),
    st.lists(st.sampled_from((None, *PLACES, *SECTORS)), min_size=1, max_size=5, unique=True),
)
def test_many_shares_are_looked_up_and_few_looked_through(stated: Shares, asked: list[str | None]) -> None:
    """Which makes no difference to the answer."""
    for whole_of in (one_whole, vocabulary_of):
        through = portion(stated, asked, whole_of)
        if None not in asked:
            assert stated.wholes(whole_of).portion(asked) == through


@given(st.tuples(*[st.sampled_from(range(5))] * 2))
def test_what_two_fields_have_in_common(quarters_of: tuple[int, int]) -> None:
    """Of a and b percent, by brute force over where they lie: from max(0, a + b - 100) to the smaller."""
    one, other = ([True] * each + [False] * (4 - each) for each in quarters_of)
    common = [25 * sum(map(all, zip(one, way, strict=True))) for way in permutations(other)]
    both = percent(25 * quarters_of[0]).and_(percent(25 * quarters_of[1]))
    assert both == percent(min(common), max(common))


@given(quantities(), shares(PLACES))
def test_a_part_is_exact(quantity: Quantity, stated: Shares) -> None:
    """Its ends are ends of the whole times percentages, whatever number of digits that takes."""
    for slug, of in stated.parts:
        asked = portion(stated, [slug], one_whole)
        part = quantity.part(asked.least, asked.most)
        assert part.approximate == quantity.approximate or asked == percent(100)
        if of is not None and quantity.high is not None:
            assert (part.low * 100, part.high and part.high * 100) == (quantity.low * of, quantity.high * of)
        if quantity.low >= 0 and quantity.high is not None:
            assert quantity.low * asked.least == part.low * 100
            assert part.high is not None
            assert part.high <= quantity.high


def test_of_an_open_amount_a_part_is_open() -> None:
    """Unless it is no part at all."""
    some = Quantity.parse("4..")
    assert str(some.part(Decimal(25), Decimal(50))) == "at least 1"
    assert some.part(Decimal(0), Decimal(0)) == Quantity.exact(0)
    assert str(Quantity.parse("-8..4").part(Decimal(25), Decimal(50))) == "-4 to 2"


def test_sums_of_shared_places() -> None:
    """Each place has its share; what nobody states is nothing to what is left."""
    records = delivered(
        {"location": {"KE": 60, "UG": 40}}, {"location": {"KE": "12.5", "SO": None}}, {"location": "KE"}, {}
    )
    assert rows(records, "location") == {None: "100 to 187.5", "KE": "172.5", "SO": "0 to 87.5", "UG": "40"}
    assert rows(records, [], {"location": "KE"}) == {(): "172.5"}
    assert rows(records, [], {"location": ["KE", "UG"]}) == {(): "212.5"}
    assert rows(records, [], {"location": ["SO", None]}) == {(): "187.5"}
    assert rows(records, "location", {"location": ["UG", "TZ"]}) == {"UG": "40"}
    assert rows(records, "item") == {"tent": "400"}


def test_sums_of_shared_sectors() -> None:
    """Each vocabulary has all of it; a code of the DAC is found with and without its number."""
    records = delivered({"sector": {"72040": 30, "12220": 70, "10:food": 100}}, {"sector": "72040"})
    assert rows(records, "sector") == {"72040": "130", "12220": "70", "10:food": "100"}
    assert rows(records, [], {"sector": "1:72040"}) == {(): "130"}
    assert rows(records, [], {"sector": ["72040", "10:food"]}) == {(): "200"}
    assert rows(records, [], {"sector": None}) == {}


def test_places_and_sectors_together() -> None:
    """How their shares lie to each other nobody says."""
    records = delivered({"location": {"KE": 60, "UG": 40}, "sector": {"72040": 70, "12220": 30}})
    both = {"KE": {"72040": "30 to 60", "12220": "0 to 30"}, "UG": {"72040": "10 to 40", "12220": "0 to 30"}}
    assert rows(records, ["location", "sector"]) == {(a, b): both[a][b] for a in both for b in both[a]}
    assert rows(records, "sector", {"location": "KE"}) == both["KE"]
    assert rows(records, [], {"location": "UG", "sector": "72040"}) == {(): "10 to 40"}


def test_a_project_has_its_share_of_what_is_asked_for() -> None:
    """And money is shared like goods."""
    [record] = delivered({"project": "p", "location": {"KE": 60, "UG": 40}, "value": "USD 50", "quantity": None})
    asked = MoneySums(kind="delivery", where={"location": "KE"})
    assert [str(row.bounds) for row in replay([record], asked, as_of="2024-01-01")] == ["30"]


@st.composite
def logs(draw: st.DrawFn, overlapping: bool = False) -> list[Record]:
    """Deliveries with shares and vague dates, some of which supersede the one before, or are part of an earlier one."""
    records: list[Record] = []
    for number in range(draw(st.integers(1, 5))):
        event = Delivery(
            date=draw(spans()),
            item=draw(st.sampled_from(("tent", "truck"))),
            quantity=draw(st.sampled_from(("4", "0..10", "5..", "~7", "100"))),
            location=draw(st.none() | st.sampled_from(PLACES) | shares(PLACES)),
            sector=draw(st.none() | st.sampled_from(SECTORS) | shares(SECTORS)),
            supersedes=draw(st.sampled_from(((), (records[-1].id,)))) if records else (),
            part_of=draw(st.sampled_from((None, *(each.id for each in records)))) if overlapping else None,
            ref=str(number),
            sources=REPORT,
        )
        records.append(Record(record_id(event), datetime(2024, 1, 1, tzinfo=UTC), event))
    return records


asked_for = st.fixed_dictionaries(
    {},
    optional={
        "location": st.lists(st.sampled_from((None, *PLACES)), min_size=1, max_size=3),
        "sector": st.lists(st.sampled_from((None, *SECTORS)), min_size=1, max_size=3),
        "item": st.just("tent"),
    },
)


@given(logs() | logs(overlapping=True), spans(), asked_for, asked_for)
def test_a_narrower_question_is_never_larger(records: list[Record], on: Any, wide: Any, more: Any) -> None:
    """With more conditions, or fewer values in one, no end of the answer rises."""
    narrow = wide | {name: [each for each in more[name] if each in wide.get(name, more[name])] for name in more}
    narrow = narrow if all(narrow.values()) else wide
    [low, high], [narrow_low, narrow_high] = (ends(records, each, on.latest.isoformat()) for each in (wide, narrow))
    assert narrow_low <= low
    assert narrow_high <= high


def ends(records: list[Record], where: dict[str, Any], day: str, by: str | None = None) -> tuple[Decimal, Decimal]:
    """The sums of the ends of all rows."""
    table = replay(records, Counts([] if by is None else by, where=where), as_of=day).rows
    infinite = Decimal("Infinity")
    highs = (infinite if row.high is None else row.high for row in table)
    return sum((row.low for row in table), Decimal(0)), sum(highs, Decimal(0))


@given(logs(), spans(), asked_for)
def test_the_rows_of_one_whole_add_up_to_the_whole(records: list[Record], on: Any, where: dict[str, Any]) -> None:
    """By place, or by the sectors of one vocabulary, the total lies between the sums of the ends."""
    one_vocabulary = [_only_the_dac(record) for record in records]
    where = {name: where[name] for name in where if name == "item"}
    low, high = ends(one_vocabulary, where, on.latest.isoformat())
    for by in ("location", "sector"):
        lows, highs = ends(one_vocabulary, where, on.latest.isoformat(), by)
        assert lows <= low
        assert high <= highs


def _only_the_dac(record: Record) -> Record:
    event = record.event
    assert isinstance(event, Delivery)
    sector = event.sector
    if isinstance(sector, str):
        sector = sector if vocabulary_of(sector) == "1" else None
    elif sector is not None:
        sector = Shares([each for each in sector.parts if vocabulary_of(each[0]) == "1"] or {"72040": 100})
    return attrs.evolve(record, event=attrs.evolve(event, sector=sector))


@given(logs(), spans())
def test_a_row_is_the_answer_to_its_own_question(records: list[Record], on: Any) -> None:
    """What a table says of a place or sector is what asking for it alone says."""
    day = on.latest.isoformat()
    for by in ("location", "sector", ["location", "sector"]):
        for row in replay(records, Counts(by), as_of=day):
            asked = dict(zip([by] if isinstance(by, str) else by, row.key, strict=True))
            [alone] = replay(records, Counts(by, where=asked), as_of=day).rows
            assert alone.bounds == row.bounds


def test_several_intermediaries_are_found_one_by_one() -> None:
    """And as a whole, in any order; the key of a row has them in one order."""
    records = delivered({"via": ("unicef", "undp")}, {"via": ("undp", "unicef")}, {"via": "undp"}, {})
    assert rows(records, "via") == {None: "100", "undp": "100", "undp+unicef": "200"}
    for asked, found in ((["undp"], "300"), (["unicef"], "200"), (["unicef+undp"], "200"), ([None], "100")):
        assert rows(records, [], {"via": asked}) == {(): found}
    assert rows(records, [], {"via": ["undp", None]}) == {(): "400"}
    assert rows(records, [], {"via": "undp+who"}) == {}


def test_humanitarian_aid_is_true_false_or_unsaid() -> None:
    """Also as the values of Python."""
    records = delivered({"humanitarian": True}, {"humanitarian": True}, {"humanitarian": False}, {})
    assert rows(records, "humanitarian") == {None: "100", "false": "100", "true": "200"}
    for asked, found in ((True, "200"), ("true", "200"), (False, "100"), (None, "100"), ([True, None], "300")):
        assert rows(records, [], {"humanitarian": asked}) == {(): found}
