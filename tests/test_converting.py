"""Money in another currency: by what sources make of it, by the rates of the vocabulary, and by those of the bank."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import Phase, given, settings, strategies as st
from logs import AT

from aidtimeline import EventLog, InvalidValue, MoneySums, Timeline
from aidtimeline.cli import application
from aidtimeline.codec import record_id
from aidtimeline.engines.choosing import EngineName
from aidtimeline.events import (
    Cancellation,
    Correction,
    Corroboration,
    Disbursement,
    Event,
    Pledge,
    Record,
    Retraction,
    Source,
)
from aidtimeline.projections import Bounds
from aidtimeline.projections.sums import conversions as conversions_module, rates as rates_module
from aidtimeline.projections.sums.conversions import Conversions, conversions_of
from aidtimeline.projections.sums.converting import Converting
from aidtimeline.testing import check_projection
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.laws import Cuts, facts_at
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import replay
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.ecb import CURRENCIES, reference_rates
from aidtimeline.vocabulary import Rate, Vocabulary

REPORT = Source(publisher="Kyodo News")
DAY = "2023-12-31"
ENGINES: tuple[EngineName, ...] = ("fold", "embedded")
BANK = "European Central Bank"


def log(*events: Any) -> list[Record]:
    return [Record(record_id(event), AT, event) for event in events]


def rate(currency: str, per: str, number: object, when: str, source: str = "table") -> Rate:
    return Rate(currency=currency, per=per, rate=number, date=when, source=source)  # type: ignore[arg-type]


def pledge(value: str, when: str = "2023-11-28", **fields: Any) -> Pledge:
    return Pledge(date=when, value=value, sources=REPORT, **fields)


def table(*events: Event, rates: Sequence[Rate] = (), as_of: str = DAY, **asked: Any) -> Any:
    question = MoneySums(currency="USD", vocabulary=Vocabulary(rates=tuple(rates)), **asked)
    return replay(log(*events), question, as_of=as_of)


def sums(*events: Event, rates: Sequence[Rate] = (), **asked: Any) -> dict[tuple[Any, ...], str]:
    return {key: str(bounds) for key, bounds in dict(table(*events, rates=rates, **asked)).items()}


# Which rate.


def test_what_the_source_makes_of_it_comes_first() -> None:
    """Its own valuation is exact as it says it, whatever the rates are."""
    paid = pledge("EUR 100", valued=["GBP 87", "USD 111.11"])
    assert sums(paid, rates=[rate("USD", "EUR", 2, "2023")]) == {("pledge", "USD"): "111.11"}
    assert table(paid).conversions == Conversions((), (), 1)


def test_a_valuation_holds_for_the_value_that_it_is_of() -> None:
    """What accounts together give has no valuation of its own; one of another report of the same value counts too."""
    paid = pledge("EUR 100", valued=["USD 111"])
    more = Corroboration(of=record_id(paid), value="EUR 100..120", sources=REPORT)
    other = Corroboration(of=record_id(paid), value="EUR 120", sources=REPORT)
    rates = [rate("USD", "EUR", 2, "2023")]
    asked = MoneySums(currency="USD", vocabulary=Vocabulary(rates=tuple(rates)))

    def found(*amendments: Any) -> Bounds:
        return replay(log(paid, *amendments), asked, as_of=DAY)["pledge", "USD"]

    assert str(found(more)) == "111"
    assert str(found(other)) == "about 200 to 240"
    twin = pledge("EUR 100", valued=["USD 112"], note="again")
    one = [twin, Retraction(of=record_id(twin), duplicate_of=record_id(paid), sources=REPORT)]
    assert (str(found(*one)), found(*one).disputed) == ("111 to 112", True)
    vague = evolve(twin, valued=["USD 100..111"])
    one = [vague, Retraction(of=record_id(vague), duplicate_of=record_id(paid), sources=REPORT)]
    assert (str(found(*one)), found(*one).disputed) == ("111", False)
    corrected = Correction(of=record_id(paid), event=evolve(paid, valued=["USD 99"]), sources=REPORT)
    assert str(found(corrected)) == "99"


def test_the_vocabulary_comes_before_the_bank() -> None:
    """Where it has a rate of that day; else the bank's reference rate."""
    rates = [rate("USD", "EUR", "1.5", "2023-11-28")]
    events = pledge("EUR 100"), pledge("EUR 100", "2023-11-27")
    assert sums(*events, rates=rates) == {("pledge", "USD"): "about 259.51"}
    found = table(*events, rates=rates)
    assert [str(each) for each in found.rates] == [
        f"1 EUR = USD 1.0951, 27 Nov 2023 ({BANK})",
        "1 EUR = USD 1.5, 28 Nov 2023 (table)",
    ]


def test_weekends_have_the_rate_of_the_day_before() -> None:
    """Of the last day on which the bank published rates; after the last one only to the end of its week."""
    from currency_converter import CurrencyConverter

    assert sums(pledge("EUR 100", "2023-11-25")) == sums(pledge("EUR 100", "2023-11-24"))
    bank = reference_rates()
    assert bank is not None
    published = CurrencyConverter().bounds["USD"].last_date
    last = published + timedelta(days=2 if published.weekday() == 4 else 0)
    assert bank.between("EUR", "USD", last, last) is not None
    assert bank.between("EUR", "USD", last, last + timedelta(days=1)) is None
    assert bank.between("EUR", "USD", date(1999, 1, 3), date(1999, 1, 4)) is None
    assert bank.between("EUR", "USD", date(1999, 1, 4), date(1999, 1, 4)) == (Fraction("1.1789"),) * 2


def test_the_bank_has_these_currencies() -> None:
    """So whether it may help is known without its rates; of some it has none on some days."""
    from currency_converter import CurrencyConverter

    assert CurrencyConverter().currencies == CURRENCIES
    bank = reference_rates()
    assert bank is not None
    day = date(2022, 3, 1)
    assert bank.between("RUB", "USD", day, day) is not None
    assert bank.between("RUB", "USD", day, date(2022, 3, 2)) is None
    assert bank.between("UAH", "USD", day, day) is None
    assert bank.between("JPY", "GBP", day, day) == (Fraction("0.83290") / Fraction("128.15"),) * 2


def test_money_is_valued_on_its_value_date() -> None:
    """And else on the date of the fact."""
    paid = Disbursement(date="2023-11-28", value="EUR 100", value_date="2022-12-30", sources=REPORT)
    assert sums(paid) == {("disbursement", "USD"): "about 106.66"}
    assert sums(evolve(paid, value_date=None)) == {("disbursement", "USD"): "about 109.49"}


def test_a_vague_date_has_all_its_rates() -> None:
    """Low is the amount at the least rate of its days, and high that at the most."""
    rates = [rate("USD", "EUR", 2, "2023-01"), rate("USD", "EUR", 3, "2023-02"), rate("USD", "EUR", 1, "2023-03")]
    assert sums(pledge("EUR 100..200", "2023-01/2023-02"), rates=rates) == {("pledge", "USD"): "about 200 to 600"}
    assert sums(pledge("EUR 100..", "2023-02/2023-03"), rates=rates) == {("pledge", "USD"): "at least about 100"}
    assert sums(pledge("EUR -100..200", "2023-02/2023-03"), rates=rates) == {("pledge", "USD"): "about -300 to 600"}
    assert sums(pledge("EUR -200..-100", "2023-02/2023-03"), rates=rates) == {("pledge", "USD"): "about -600 to -100"}
    found = table(pledge("EUR 1", "2023-02-27/2023-03-02"), rates=rates)
    assert [(str(each.low), str(each.high), each.date.text) for each in found.rates] == [
        ("1", "3", "2023-02-27/2023-03-02")
    ]


def test_the_narrowest_rate_decides_day_by_day() -> None:
    """A rate of the day comes before that of the year; two that say it of the same time give bounds."""
    rates = [
        rate("USD", "EUR", 2, "2023"),
        rate("USD", "EUR", 3, "2023-02-10"),
        rate("EUR", "USD", "0.25", "2023-02-11"),
    ]
    assert sums(pledge("EUR 100", "2023-02-10"), rates=rates) == {("pledge", "USD"): "about 300"}
    assert sums(pledge("EUR 100", "2023-02-09"), rates=rates) == {("pledge", "USD"): "about 200"}
    assert sums(pledge("EUR 100", "2023-02"), rates=rates) == {("pledge", "USD"): "about 200 to 400"}
    both = [*rates, rate("USD", "EUR", 5, "2023-02-10")]
    assert sums(pledge("EUR 100", "2023-02-10"), rates=both) == {("pledge", "USD"): "about 300 to 500"}


def test_one_step_over_another_currency() -> None:
    """Both halves may be the vocabulary's, or one of them the bank's; never two steps."""
    rates = [rate("UAH", "EUR", 40, "2023"), rate("USD", "EUR", 2, "2022/2023")]
    assert sums(pledge("UAH 100"), rates=rates) == {("pledge", "USD"): "about 5"}
    assert sums(pledge("UAH 4000"), rates=rates[:1]) == {("pledge", "USD"): "about 109.49"}
    assert [each.source for each in table(pledge("UAH 1"), rates=rates[:1]).rates] == [f"{BANK}; table"]
    unsure = [*rates, rate("UAH", "EUR", 50, "2023")]
    assert sums(pledge("UAH 100"), rates=unsure) == {("pledge", "USD"): "about 4 to 5"}
    two = [rate("UAH", "GEL", 10, "2023"), rate("AMD", "GEL", 100, "2023"), rate("AMD", "USD", 400, "2023")]
    assert sums(pledge("UAH 100"), rates=two) == {("pledge", "UAH"): "100"}


def test_what_has_no_rate_stands_apart() -> None:
    """In its own currency, and the line to add is said; also if one day of its date lacks."""
    rates = [rate("USD", "UAH", "0.03", "2022-03-05")]
    events = pledge("UAH 100", "2022-03-05"), pledge("UAH 70", "2022-03-05/2022-03-06"), pledge("USD 5")
    found = table(*events, rates=rates)
    assert {key: str(each) for key, each in dict(found).items()} == {
        ("pledge", "UAH"): "70",
        ("pledge", "USD"): "about 8",
    }
    [missing] = found.conversions.missing
    assert (missing.per, missing.facts) == ("UAH", 1)
    line = json.loads(missing.line)
    assert line.keys() == {"currency", "per", "rate", "date", "source"}
    added = rate(line["currency"], line["per"], "0.02", line["date"])
    assert sums(*events, rates=[*rates, added]) == {("pledge", "USD"): "about 9.4 to 10.1"}


def test_an_open_date_needs_rates_of_all_its_days() -> None:
    """From the first day of which the bank has any; before that only of those that have one."""
    event = pledge("EUR 100", "[..2023-11-28]")
    bank = reference_rates()
    assert bank is not None
    least, most = bank.between("EUR", "USD", date(1999, 1, 4), date(2023, 11, 28)) or (0, 0)
    assert (least, most) == (Fraction("0.8252"), Fraction("1.599"))
    assert sums(event) == {("pledge", "USD"): "about 82.52 to 159.9"}
    assert sums(event, rates=[rate("USD", "EUR", 2, "[..2024]")]) == {("pledge", "USD"): "about 200"}
    assert sums(event, rates=[rate("USD", "EUR", 2, "2023/..")]) == {("pledge", "USD"): "about 82.52 to 200"}
    assert sums(event, rates=[rate("USD", "EUR", "0.5", "1980")]) == {("pledge", "USD"): "about 50 to 159.9"}
    roubles = pledge("RUB 100", "[..2022-02-28]")
    assert sums(roubles) == {("pledge", "RUB"): "100"}
    known = [rate("USD", "RUB", "0.01", "1999-01-04/2005-03-31")]
    assert sums(roubles, rates=known).keys() == {("pledge", "USD")}
    assert sums(roubles, rates=[rate("USD", "RUB", "0.01", "1999/2001")]) == {("pledge", "RUB"): "100"}
    assert sums(pledge("EUR 100", "[..1998]")) == {("pledge", "EUR"): "100"}
    future = pledge("EUR 100", "2023-11-28/..")
    assert sums(future) == {("pledge", "EUR"): "0 to 100"}


def test_without_the_extra_the_answer_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where the bank may have the rate, and nothing else has."""
    for module in (rates_module, conversions_module):
        monkeypatch.setattr(module, "reference_rates", lambda: None)
    found = table(pledge("EUR 100"), pledge("UAH 100"), pledge("GBP 1", valued="USD 2"))
    assert {key[1]: str(each) for key, each in dict(found).items()} == {"EUR": "100", "UAH": "100", "USD": "2"}
    assert [(each.per, each.installable) for each in found.conversions.missing] == [("EUR", True), ("UAH", False)]
    assert "pip install 'aidtimeline[rates]' brings" in str(found)
    assert "pip install" not in str(table(pledge("UAH 100")))


# How it is added up.


def test_replaced_and_converted() -> None:
    """A pledge in euros that was replaced by one in dollars counts no more, and is converted while it does."""
    first = pledge("EUR 100", "2023-11-28")
    second = pledge("USD 150", "2023-12-05", supersedes=[record_id(first)])
    assert sums(first, second, as_of="2023-12-01") == {("pledge", "USD"): "about 109.49"}
    assert sums(first, second) == {("pledge", "USD"): "150"}
    perhaps = evolve(second, date="2023-12")
    assert sums(first, perhaps, as_of="2023-12-15") == {("pledge", "USD"): "about 109.49 to 150"}


def test_where_asks_for_the_currency_that_is_stated() -> None:
    """The key has the one that it is converted to."""
    events = pledge("EUR 100"), pledge("USD 3")
    assert sums(*events, where={"currency": "EUR"}) == {("pledge", "USD"): "about 109.49"}
    assert sums(*events, where={"currency": "USD"}) == {("pledge", "USD"): "3"}


def test_parts_of_a_whole_in_another_currency() -> None:
    """Both are converted, and the part is in the whole."""
    whole = pledge("EUR 100")
    part = pledge("USD 50", part_of=record_id(whole))
    assert sums(whole, part) == {("pledge", "USD"): "about 109.49"}


def test_a_cancellation_is_converted_as_what_it_ends() -> None:
    """So what is ended whole is 0, whatever the rate of the day on which it was. In another currency it may be any."""
    first = pledge("EUR 100", "2023-11-28")

    def left(ended: str, *promises: Event, **asked: Any) -> dict[tuple[Any, ...], str]:
        promises = promises or (first,)
        cancelled = Cancellation(date="2023-12-12", value=ended, supersedes=[*map(record_id, promises)], sources=REPORT)
        return sums(*promises, cancelled, **asked)

    assert left("EUR 100") == {("pledge", "USD"): "about 0"}
    assert left("EUR 40") == {("pledge", "USD"): "about 65.69"}
    assert left("USD 40") == {("pledge", "USD"): "about 0 to 109.49"}
    valued = pledge("EUR 100", valued="USD 120")
    assert left("EUR 40", valued) == {("pledge", "USD"): "about 72"}
    assert left("USD 40", pledge("USD 100")) == {("pledge", "USD"): "60"}
    assert left("UAH 40", pledge("UAH 100")) == {("pledge", "UAH"): "60"}
    assert left("EUR 40", first, pledge("EUR 100", "2023-11-27")) == {("pledge", "USD"): "about 175.2"}
    vague = pledge("EUR 100", "2023-11-27/2023-11-28")
    assert left("EUR 100", vague) == {("pledge", "USD"): "about 0 to 0.02"}


def test_half_a_hundredth_is_rounded_away_from_0() -> None:
    """Each fact by itself, so that every sum of the same facts is the same."""
    third = Fraction(1, 3), Fraction(1, 3)
    assert [Quantity.parse(each).at_rates(*third).text for each in ("1", "-1", "2", "-2", "0..1", "..3")] == [
        *("~0.33", "~-0.33", "~0.67", "~-0.67", "~0..0.33", "~..1")
    ]
    half = Fraction(1, 200), Fraction(1, 200)
    assert [Quantity.parse(each).at_rates(*half).text for each in ("1", "-1", "3")] == ["~0.01", "~-0.01", "~0.02"]


def test_shares_are_of_what_it_comes_to() -> None:
    """A place that has a part of the money has this part of what is converted."""
    shared = pledge("EUR 100", location={"KE": 60, "UG": 40})
    assert sums(shared, by="location") == {
        ("pledge", "USD", "KE"): "about 65.694",
        ("pledge", "USD", "UG"): "about 43.796",
    }


def test_only_currencies_can_be_asked_for() -> None:
    """A misspelt one is refused, with the nearest."""
    with pytest.raises(InvalidValue, match="did you mean USD"):
        MoneySums(currency="USDD")


def test_questions_can_be_sent_elsewhere() -> None:
    """They take their rates with them."""
    asked = MoneySums(currency="USD", vocabulary=Vocabulary(rates=(rate("USD", "EUR", 2, "2023"),)))
    facts = facts_at(log(pledge("EUR 100")), Cuts(date(2023, 12, 31)))
    assert conversions_of(facts, asked).rates
    there = pickle.loads(pickle.dumps(asked))
    assert conversions_of(facts, there) == conversions_of(facts, asked)
    assert isinstance(there.converting, Converting)


def test_about_is_kept_where_about_is_taken_off() -> None:
    """100 less about 20 is about 80, never exactly."""
    assert Quantity.parse("100").taken_off(Quantity.parse("~20"), sure=True).text == "~-20"


# Worlds and days of rates, by brute force.

CODES = ("AMD", "GEL", "UAH")
"""Currencies of which the bank has no rates, and the first of which is asked for."""
FIRST = date(2023, 3, 1)


def rate_on(rates: Sequence[Rate], per: str, day: date) -> tuple[Fraction, Fraction] | None:
    """What the rates say of one day, as docs/semantics.md says it, without any shortcut."""

    def between(per: str, into: str) -> list[Fraction]:
        found: list[tuple[int, Fraction]] = []
        for each in rates:
            first, last = each.date.earliest, each.date.latest
            assert first is not None
            assert last is not None
            if first <= day <= last and {each.per, each.currency} == {per, into}:
                number = Fraction(each.rate)
                found.append(((last - first).days, number if each.per == per else 1 / number))
        shortest = min((length for length, _ in found), default=0)
        return [number for length, number in found if length == shortest]

    direct = between(per, "AMD")
    steps = [one * other for via in CODES[1:] for one in between(per, via) for other in between(via, "AMD")]
    numbers = direct or steps
    return (min(numbers), max(numbers)) if numbers else None


def days_of(when: DateRange) -> list[date]:
    assert when.earliest is not None
    assert when.latest is not None
    return [when.earliest + timedelta(days=number) for number in range((when.latest - when.earliest).days + 1)]


def in_hundredths(number: Fraction) -> Decimal:
    return Decimal((number * 100 + Fraction(1, 2)).__floor__()) / 100


def choices(event: Pledge, rates: Sequence[Rate]) -> Iterator[tuple[date, str, Decimal]]:
    """Each choice of a day, an end of the amount, and a rate of the day on which it is valued."""
    assert event.value is not None
    amount, code = event.value.amount, event.value.currency
    assert amount.high is not None
    valued = None if event.value_date is None else days_of(event.value_date)
    found = {day: rate_on(rates, code, day) for day in valued or days_of(event.date)}
    lacks = code != "AMD" and None in found.values()
    for day, number in product(days_of(event.date), {amount.low, amount.high}):
        if code == "AMD" or lacks:
            yield day, code, number
            continue
        for ends in [found[each] for each in valued or [day]]:
            assert ends is not None
            yield from ((day, "AMD", in_hundredths(Fraction(number) * end)) for end in set(ends))


def _spans(most: int) -> st.SearchStrategy[str]:
    def text(first: int, length: int) -> str:
        begin = FIRST + timedelta(days=first)
        return DateRange.between(begin, begin + timedelta(days=length)).text

    return st.builds(text, st.integers(0, 3), st.integers(0, most))


@st.composite
def some_rates(draw: st.DrawFn) -> list[Rate]:
    """Rates of which some contradict each other, and some days have none."""
    pairs = [(one, other) for one, other in product(CODES, CODES) if one != other]
    return [
        rate(*draw(st.sampled_from(pairs)), draw(st.sampled_from(("0.5", "2", "3", "0.333", "7.77"))), draw(_spans(5)))
        for _ in range(draw(st.integers(0, 5)))
    ] + draw(st.sampled_from(([], [rate("AMD", code, number, "2023") for code, number in (("GEL", 150), ("UAH", 10))])))


@st.composite
def pledges(draw: st.DrawFn) -> list[Pledge]:
    """One to three pledges, some of which replace the one before."""
    found: list[Pledge] = []
    for number in range(draw(st.integers(1, 3))):
        amount = draw(st.sampled_from(("100", "7", "3..11", "0..1")))
        follows = draw(st.booleans())
        replaced = [record_id(found[-1])] if found and follows else []
        value_date = draw(st.one_of(st.none(), st.none(), _spans(1)))
        event = pledge(
            f"{draw(st.sampled_from(CODES))} {amount}", draw(_spans(2)), supersedes=replaced, note=str(number)
        )
        found.append(evolve(event, value_date=value_date))
    return found


@settings(repeatable(150), phases=[Phase.generate, Phase.shrink])
@given(pledges(), some_rates())
def test_bounds_hold_in_every_world_on_every_day_of_rates(events: list[Pledge], rates: list[Rate]) -> None:
    """They contain the sum of each world, and are reached once all dates have come."""
    asked = MoneySums(currency="AMD", vocabulary=Vocabulary(rates=tuple(rates)))
    above = {each: other for other in events for each in other.supersedes}
    ids = list(map(record_id, events))
    records = log(*events)
    last = max(day for event in events for day in days_of(event.date))
    every = [list(choices(event, rates)) for event in events]
    for as_of in (FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2), last):
        found: dict[str, list[Decimal]] = {code: [] for code in CODES}
        for world in product(*every):
            here = dict.fromkeys(CODES, Decimal(0))
            happened = {each for each, (day, _, _) in zip(ids, world, strict=True) if day <= as_of}
            for each, (_, code, number) in zip(ids, world, strict=True):
                over, replaced = each, False
                while over in above:
                    over = record_id(above[over])
                    replaced = replaced or over in happened
                if each in happened and not replaced:
                    here[code] += number
            for code, number in here.items():
                found[code].append(number)
        answers = dict(replay(records, asked, as_of=as_of))
        for code, numbers in found.items():
            bounds = answers.get(("pledge", code), Bounds(Decimal(0), Decimal(0)))
            assert bounds.low <= min(numbers)
            assert bounds.high is not None
            assert bounds.high >= max(numbers)
            if as_of == last:
                assert (bounds.low, bounds.high) == (min(numbers), max(numbers))


# Laws.

ALWAYS = (
    rate("USD", "JPY", "0.0068", "[..2022]"),
    rate("USD", "JPY", "0.0075", "2023-01-01/2023-02-28"),
    rate("JPY", "USD", "140.21", "2023-03-01/.."),
)
"""Rates of yen for all days there are, so that no fact changes its row when its date is known better."""


def test_converted_sums_obey_the_laws() -> None:
    """All that projections have to: order, split, refinement and the rest."""
    known = Vocabulary(rates=ALWAYS)
    check_projection(MoneySums(currency="USD", vocabulary=known), examples=60)
    check_projection(MoneySums("donor", currency="JPY", vocabulary=known), examples=60)


@settings(repeatable(60), phases=[Phase.generate, Phase.shrink])
@given(logs(), cuts(), st.sampled_from(("USD", "JPY", "EUR")))
def test_a_narrower_question_never_gives_more(records: list[Record], at: Cuts, currency: str) -> None:
    """Of sums that cannot be below 0: no amount that is drawn is."""
    known = Vocabulary(rates=ALWAYS)
    facts = facts_at(records, at)
    if any(fact.value is not None and fact.value.amount.low < 0 for fact in facts):
        return

    def highs(where: Mapping[str, Any]) -> dict[Any, Any]:
        found = replay(
            records,
            MoneySums(currency=currency, vocabulary=known, where=where),
            as_of=at.as_of,
            known_at=at.known_at,
            recorded_until=at.recorded_until,
        )
        return {key: bounds.high for key, bounds in dict(found).items()}

    wide, narrow = highs({}), highs({"donor": "JP"})
    for key, high in narrow.items():
        assert key in wide
        assert wide[key] is None or (high is not None and high <= wide[key])


def answers_of(folder: Path, engine: EngineName, *asked: MoneySums) -> list[str]:
    """All that a log answers to questions, with all that stands beside the answers."""
    timeline = Timeline.open(folder, engine=engine)
    views = timeline.as_of("2023-03-10"), timeline.as_of("2023-12-31")
    found: list[Any] = []
    for question in asked:
        found += [timeline.series(question), timeline.series(question).conversions]
        for view in views:
            result = view.replay(question)
            found += [result, result.conversions, view.beside(question)]
            found += [result.explain(key) for key in list(result.keys())[:3]]
        found += [views[0].diff(views[1], question), views[0].diff(views[1], question).conversions]
    return list(map(repr, found))


def test_engines_agree_on_what_says_more_of_its_value(tmp_path: Path) -> None:
    """What has a value date or a valuation of its own, alone, replaced and told again; and among many others."""
    pytest.importorskip("duckdb")
    many = [pledge("JPY 1000", "2023-05", ref=str(number), donor="JP") for number in range(101)]
    few = [pledge("UAH 7", "2024-01", donor="JP"), pledge("UAH 8", "2024-01", donor="DE")]
    valued = pledge("JPY 2000", "2023-02", valued="USD 19", donor="DE")
    dated = Disbursement(date="2023-03", value="JPY 3000", value_date="2023-04-05", sources=REPORT)
    replaced = Disbursement(date="2023-01", value="JPY 400", value_date="2022-12", sources=REPORT)
    replacing = Disbursement(date="2023-03", value="USD 5", supersedes=[record_id(replaced)], sources=REPORT)
    told = pledge("JPY 5000", "2023-04-02", valued="USD 55", donor="DE")
    again = Corroboration(of=record_id(told), date="2023-04", sources=REPORT)
    lone = Disbursement(date="2023-03", value="JPY 60", value_date="2023-01", part_of="elsewhere", sources=REPORT)
    EventLog(tmp_path).append([*many, *few, valued, dated, replaced, replacing, told, again, lone])
    known = Vocabulary(rates=ALWAYS)
    asked = [MoneySums(by, currency="USD", vocabulary=known) for by in ((), "donor")]
    fold, embedded = (answers_of(tmp_path, engine, *asked) for engine in ENGINES)
    assert fold == embedded


def test_engines_agree_on_the_largest_sums(tmp_path: Path) -> None:
    """Where a database would run out of digits, the fold answers."""
    pytest.importorskip("duckdb")
    EventLog(tmp_path).append([pledge(f"UAH {4 * 10**18}", "2023-05", ref=str(number)) for number in range(60)])
    asked = MoneySums(currency="USD", vocabulary=Vocabulary(rates=(rate("USD", "UAH", 10**16, "2023"),)))
    fold, embedded = (answers_of(tmp_path, engine, asked) for engine in ENGINES)
    assert fold == embedded


@pytest.mark.parametrize("currency", ["USD", "JPY", "UAH", "EUR"])
def test_engines_agree_on_rates_of_a_vocabulary(tmp_path: Path, currency: str) -> None:
    """Also where a rate has so many digits that a database cannot multiply it."""
    pytest.importorskip("duckdb")
    events = [
        pledge(f"{code} {amount}", when, donor=donor)
        for code, amount, when, donor in product(
            ("USD", "JPY", "UAH"),
            ("123456789", "~0.55..", "-3..4.05"),
            ("2023-03", "2023-04-01", "[..2023]"),
            ("JP", "DE"),
        )
    ]
    EventLog(tmp_path).append(events)
    many = "0.123456789012345678901234567"
    large = rate("JPY", "UAH", 10**12, "2023")
    for rates in (
        ALWAYS,
        (*ALWAYS, large),
        (*ALWAYS, rate("EUR", "UAH", many, "2023"), rate("USD", "UAH", many, "2023-04")),
    ):
        known = Vocabulary(rates=rates)
        question = MoneySums("donor", currency=currency, vocabulary=known)
        fold, embedded = (answers_of(tmp_path, engine, question) for engine in ENGINES)
        assert fold == embedded


# On the command line.


def asked(folder: Path, *arguments: str) -> str:
    found = CliRunner().invoke(application, ["--log", str(folder), *arguments])
    assert found.exit_code == 0, found.output
    return found.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    events = [
        pledge("EUR 100", donor="DE"),
        pledge("UAH 1000", "2022-03-05", donor="UA"),
        pledge("GBP 10", donor="UK", valued="USD 13"),
        pledge("USD 5", donor="US"),
    ]
    EventLog(tmp_path).append(events)
    (tmp_path / "vocabulary").mkdir()
    return tmp_path


def test_money_in_one_currency(folder: Path) -> None:
    """The page names the rates, and what has none; JSON has both as members."""
    page = asked(folder, "money", "--as-of", DAY, "--currency", "USD")
    for line in (
        "money under every kind with a value, in all, converted to USD",
        "about USD 127.49",
        "UAH 1,000",
        "about: a rate was used, or a report says",
        "1 fact is worth what the sources themselves make of the value in USD",
        f"rate: 1 EUR = USD 1.0949, 28 Nov 2023 ({BANK})",
        'no rate: 1 fact in UAH, 5 Mar 2022: {"currency":"USD","per":"UAH","rate":"…","date":"2022-03-05",',
        "vocabulary/rates.jsonl",
    ):
        assert line in page
    found = json.loads(asked(folder, "money", "--as-of", DAY, "--currency", "USD", "--json"))
    assert [(row["currency"], row["low"], row["high"]) for row in found["rows"]] == [
        ("UAH", 1000, 1000),
        ("USD", "127.49", "127.49"),
    ]
    lacking = {"currency": "USD", "per": "UAH", "rate": "…", "date": "2022-03-05", "source": "…"}
    assert {name: found[name] for name in ("rates", "not_converted", "valued")} == {
        "rates": [
            {
                "currency": "USD",
                "per": "EUR",
                "date": "2023-11-28",
                "low": "1.0949",
                "high": "1.0949",
                "source": BANK,
                "facts": 1,
            }
        ],
        "not_converted": [
            {
                "currency": "USD",
                "per": "UAH",
                "date": "2022-03-05",
                "facts": 1,
                "line": json.dumps(lacking, ensure_ascii=False, separators=(",", ":")),
            }
        ],
        "valued": 1,
    }
    added = {**lacking, "rate": "0.033", "source": "NBU"}
    (folder / "vocabulary" / "rates.jsonl").write_text(json.dumps(added) + "\n", encoding="utf-8")
    found = json.loads(asked(folder, "money", "--as-of", DAY, "--currency", "USD", "--json"))
    assert (found["rows"][0]["low"], found["not_converted"]) == ("160.49", [])


def test_without_a_currency_nothing_is_said_of_rates(folder: Path) -> None:
    """Neither on the page nor in JSON."""
    assert "rate" not in asked(folder, "money", "--as-of", DAY)
    found = json.loads(asked(folder, "money", "--as-of", DAY, "--json"))
    assert not {"rates", "not_converted", "valued"} & found.keys()


def test_series_changes_and_explanations_in_one_currency(folder: Path) -> None:
    """They take the same option, which needs no --money, and say the same of rates."""
    series = json.loads(asked(folder, "series", "--currency", "USD", "--where", "donor=DE", "--json"))
    assert series["rows"][0]["steps"] == [["2023-11-28", "109.49", "109.49"]]
    assert len(series["rates"]) == 1
    assert f"rate: 1 EUR = USD 1.0949, 28 Nov 2023 ({BANK})" in asked(folder, "series", "--currency", "USD")
    dates = ("--from-as-of", "2023-01-01", "--to-as-of", DAY)
    changes = json.loads(asked(folder, "diff", *dates, "--currency", "USD", "--json"))
    assert sorted(str(part["low"]) for part in changes["parts"]) == ["109.49", "13", "5"]
    assert changes["not_converted"][0]["per"] == "UAH"
    assert "rate: 1 EUR = USD 1.0949" in asked(folder, "diff", *dates, "--currency", "USD")
    explained = asked(folder, "explain", "--as-of", DAY, "--currency", "USD", "--kind", "pledge")
    assert "USD about 109.49, for sure: pledge, 28 Nov 2023" in explained
    assert "  stated: EUR 100\n" in explained
    assert "converted to USD" in explained
    assert "UAH" not in explained
    answer = json.loads(asked(folder, "explain", "--as-of", DAY, "--currency", "USD", "--kind", "pledge", "--json"))
    assert (answer["low"], len(answer["facts"]), len(answer["rates"]), answer["valued"]) == ("127.49", 3, 1, 1)


def test_tables_that_leave_name_their_rates(folder: Path) -> None:
    """In columns that are there whenever a currency is asked for, beside the cuts."""
    [head, first, *_] = asked(folder, "money", "--as-of", DAY, "--currency", "USD", "--format", "csv").splitlines()
    assert head.endswith(",as_of,known_at,recorded_until,rates,not_converted")
    assert f'"1 EUR = USD 1.0949, 28 Nov 2023 ({BANK})"' in first
    assert '1 fact in UAH, 5 Mar 2022: {""currency"":""USD""' in first
    dates = ("--from-as-of", "2023-01-01", "--to-as-of", DAY)
    assert "not_converted" in asked(folder, "diff", *dates, "--currency", "USD", "--format", "csv")
    steps = asked(folder, "series", "--where", "donor=US", "--currency", "USD", "--format", "csv")
    assert steps.splitlines()[0].endswith(",rates,not_converted")
    page = asked(folder, "money", "--as-of", DAY, "--currency", "USD", "--format", "markdown")
    assert f"rate: 1 EUR = USD 1.0949, 28 Nov 2023 ({BANK})" in page.replace("\\", "")


def test_a_cited_number_names_its_rates_and_takes_them_along(folder: Path, tmp_path: Path) -> None:
    """A bundle has the rates of the vocabulary that matter, and is found out if one of them was changed."""
    lines = [
        {"currency": "USD", "per": "UAH", "rate": "0.033", "date": "2022", "source": "NBU"},
        {"currency": "USD", "per": "UAH", "rate": "0.02", "date": "2021", "source": "NBU"},
    ]
    kept = folder / "vocabulary" / "rates.jsonl"
    kept.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    path = tmp_path / "bundle.json"
    options = ("--as-of", DAY, "--currency", "USD", "--bundle", str(path))
    cited = asked(folder, "cite", *options)
    assert "Rate: 1 UAH = USD 0.033, 5 Mar 2022 (NBU)." in cited
    assert "1 fact is worth what the sources themselves make of the value in USD." in cited
    bundle = json.loads(path.read_text(encoding="utf-8"))
    assert bundle["vocabulary"]["rates"] == lines[:1]
    assert "--currency USD" in bundle["question"]["command"]
    assert asked(folder, "verify", str(path)).startswith("verified")
    kept.write_text(json.dumps({**lines[0], "rate": "0.034"}) + "\n", encoding="utf-8")
    found = CliRunner().invoke(application, ["--log", str(folder), "verify", str(path)])
    assert found.exit_code == 1
    assert "the log gives another answer now" in found.output
    apart = asked(folder, "cite", *options[:4], "--where", "currency=UAH", "--bundle", str(path), "--force")
    assert "USD 34" in apart


def test_many_rates_are_counted(tmp_path: Path) -> None:
    """A page names eight of them."""
    EventLog(tmp_path).append([pledge("EUR 1", f"2023-05-{day:02}") for day in range(1, 21)])
    page = asked(tmp_path, "money", "--as-of", DAY, "--currency", "USD")
    assert page.count("rate: 1 EUR") == 8
    assert "and 12 more rates (--json lists all)" in page


def test_a_currency_that_is_none_is_refused(folder: Path) -> None:
    """With exit code 2."""
    found = CliRunner().invoke(application, ["--log", str(folder), "money", "--currency", "usd"])
    assert found.exit_code == 2
    assert "did you mean USD" in found.output
