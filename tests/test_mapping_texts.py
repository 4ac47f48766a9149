"""How texts of a table are read: styles, patterns, forms, and what has two readings."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.formats.tables import styles
from aidtimeline.formats.tables.amounts import currencies_of
from aidtimeline.formats.tables.dates import hull, in_form
from aidtimeline.formats.tables.doubts import Doubtful
from aidtimeline.formats.tables.hints import hint
from aidtimeline.formats.tables.months import check_language, month_numbers, months
from aidtimeline.formats.tables.patterns import Pattern
from aidtimeline.formats.tables.values import Habits
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.dates import DateRange

PAGE = Path(__file__).parent.parent / "docs" / "mapping.md"


def habits(*names: str, **more: Any) -> Habits:
    return Habits(styles=tuple(each for name in names for each in styles.check(name)), **more)


def patterned(field: str, *patterns: tuple[str, str], **more: Any) -> Habits:
    return Habits(patterns={field: tuple(Pattern.parse(*each) for each in patterns)}, **more)


# Styles.


@pytest.mark.parametrize(
    ("style", "text", "meant"),
    [
        *[("brackets", "(50)", "~50"), ("brackets", "( 1.5 )", "~1.5"), ("register", "(10-15)", "~10..15")],
        *[("register", "(10)–(15)", "~10..15"), ("accounting", "(12)", "-12"), ("accounting", "12", "12")],
        *[("ranges", "10-15", "10..15"), ("ranges", "10 – 15", "10..15"), ("ranges", "between 3 and 4", "3..4")],
        *[("bounds", "12+", "12.."), ("bounds", ">20", "20.."), ("bounds", "≥ 20", "20..")],
        *[("bounds", "At least 3", "3.."), ("bounds", "< 8", "..8"), ("bounds", "up to 8", "..8")],
        *[("about", "ca. 20", "~20"), ("about", "20 (est.)", "~20"), ("short", "1.2m", "1200000")],
        *[("short", "3 bn", "3000000000"), ("short", "40K", "40000"), ("short", "2 Million", "2000000")],
        *[("exponents", "1e+05", "100000"), ("exponents", "1.25E+12", "1250000000000"), ("exponents", "5e-1", "0.5")],
        *[("rounded exponents", "1.23E+06", "~1230000"), ("percent", "12 %", "12"), ("footnotes", "12*", "12")],
        *[("footnotes", "12 [1]", "12"), ("currency signs", "$1200", "1200"), ("currency signs", "1200 EUR", "1200")],
    ],
)  # fmt: skip
def test_styles_of_numbers(style: str, text: str, meant: str) -> None:
    """Each reads what it says, and what is a number anyway."""
    assert habits(style).number("quantity", text) == meant
    assert habits(style).number("quantity", "7") == "7"
    with pytest.raises((InvalidValue, Doubtful)):
        Habits().number("quantity", text) if text not in ("12", "$1200") else Habits().number("quantity", "x")


@pytest.mark.parametrize(
    ("style", "text", "meant"),
    [
        *[("brackets", "(2022)", "2022~"), ("register", "(2022)-2023", "2022~/2023")],
        *[("register", "(2022-2023)", "2022~/2023~")],
        *[("ranges", "2022-2023", "2022/2023"), ("ranges", "2022 to 2023-05", "2022/2023-05")],
        *[("ranges", "April–June 2022", "2022-04/2022-06"), ("lists", "2022; 2024", "2022/2024")],
        *[("lists", "2024, 2022 and 2023", "2022/2024"), ("register", "2022; (2024)", "2022/2024~")],
        *[("lists", "2022; 2022", "2022")],
        *[("bounds", "by 2025", "[..2025]"), ("bounds", "since 2022-05", "[2022-05..]"), ("about", "c. 2022", "2022~")],
        *[("months", "5 May 2022", "2022-05-05"), ("months", "Sept. 2022", "2022-09")],
        *[("months", "May 5, 2022", "2022-05-05"), ("months", "1st May 2022", "2022-05-01")],
        *[("months", "May 22nd, 2022", "2022-05-22"), ("months", "0th May 2022", None)],
        *[("ranges", "1-5 May 2022", "2022-05-01/2022-05-05"), ("ranges", "June/July 2022", "2022-06/2022-07")],
        *[("quarters", "4Q22", "2022-36"), ("quarters", "2nd half of 2022", "2022-41")],
        *[("seasons", "Spring 2022", "2022-21"), ("seasons", "fall of 2022", "2022-23")],
        ("seasons", "winter 2022", None),
        *[("parts", "end of 2022", "2022-09/2022"), ("parts", "beginning of 2022", "2022-01/2022-04")],
        *[("months", "Mar-22", "2022-03"), ("quarters", "Q2 2022", "2022-34"), ("quarters", "2022Q4", "2022-36")],
        *[("quarters", "II", None), ("quarters", "H1 2022", "2022-40")],
        *[("parts", "mid-May 2022", "2022-05-11/2022-05-20")],
        *[("parts", "late February 2024", "2024-02-21/2024-02"), ("parts", "early 2022", "2022-01/2022-04")],
        *[("financial years from April", "2022-23", "2022-04/2023-03")],
        *[("financial years from July", "FY 2022/23", "2022-07/2023-06")],
        *[("financial years from January", "2022/2023", "2022-01/2022-12")],
        *[("financial years from April", "1999-2000", "1999-04/2000-03")],
        *[("financial years from April", "2022-24", None)],
        *[("financial years from April", "2011-12", "2011-04/2012-03")],
        *[("excel serials", "44635", "2022-03-15"), ("excel serials", "44635.75", "2022-03-15")],
        *[("excel serials from 1904", "43173", "2022-03-15")],
        ("footnotes", "2022*", "2022"),
    ],
)  # fmt: skip
def test_styles_of_dates(style: str, text: str, meant: str | None) -> None:
    """Each reads what it says, and what is a date anyway."""
    assert habits(style).date("date", "2022-11-05") == "2022-11-05"
    if meant is None:
        with pytest.raises(InvalidValue):
            habits(style).date("date", text)
    else:
        assert habits(style).date("date", text) == meant


def test_all_styles_are_on_the_page() -> None:
    """The page on mappings has a row for each, and reads its examples as it says."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`|]+)` \|([^|]*)\|([^|]*)\|$", page.partition("| `read` |")[2], re.MULTILINE)
    listed = {name for name, _, _ in rows} | {"excel serials from 1904"}
    assert listed == {*styles.NAMES, "financial years from April"}
    for name, numbers, dates in rows:
        for field, cell in (("quantity", numbers), ("date", dates)):
            for text in (
                re.findall("`([^`]+)`", cell.partition(" is ")[0].partition(":")[0]) if name != "either order" else ()
            ):
                if text not in styles.NAMES and text not in ("currency", "dates"):
                    forms = ("%d.%m.%Y",) if "." in text and field == "date" else ()
                    assert habits(name, "months", dates=forms, thousands=",").value(field, text), (name, text)


def test_a_style_that_is_not_there_is_refused() -> None:
    """With the nearest."""
    with pytest.raises(InvalidValue, match=r"did you mean 'quarters'"):
        styles.check("quarter")
    with pytest.raises(InvalidValue, match="financial years from"):
        styles.check("financial years from Spring")


def test_the_style_that_would_read_a_text_is_named() -> None:
    """All of them, if several would."""
    assert hint(Habits(), "date", "Q2 2022") == 'read = ["quarters"] reads it'
    assert hint(Habits(), "quantity", "(12)") == 'read = ["brackets"] or read = ["accounting"] reads it'
    assert hint(Habits(), "quantity", "a dozen") is None
    assert hint(Habits(), "date", "2022-23") == 'read = ["financial years from April"] or of another month reads it'
    assert hint(Habits(), "date", "05/04/2022") == 'dates = ["%d/%m/%Y"] or dates = ["%m/%d/%Y"] reads it'
    assert hint(Habits(), "quantity", "1,5") == 'decimal = "," reads it'
    assert hint(Habits(thousands=","), "quantity", "1 000") == 'thousands = " " reads it'
    assert hint(Habits(), "quantity", "1.200,5") == 'decimal = "," and thousands = "." reads it'
    assert hint(Habits(), "item", "(12)") is None


# Doubts.


@pytest.mark.parametrize(
    ("how", "field", "text", "readings"),
    [
        (habits("brackets", "accounting"), "quantity", "(12)", ("~12", "-12")),
        (Habits(), "quantity", "1.500", ("1500", "1.500")),
        (Habits(), "amount", "-12,500", ("-12500", "-12.500")),
        (Habits(), "quantity", "1..2.000", ("2000", "2.000")),
        (habits("short"), "quantity", "1.500m", ("1500", "1.500")),
        (Habits(dates=("%d/%m/%Y", "%m/%d/%Y")), "date", "05/04/2022", ("2022-04-05", "2022-05-04")),
        (Habits(dates=("%d/%m/%Y",)), "date", "04/25/2022", ()),
        (Habits(), "date", "2010-11", ("2010-11", "two years")),
        (habits("brackets"), "date", "(2010-11)", ("2010-11", "two years")),
        (habits("financial years from April", dates=("%Y-%m",)), "date", "2010-11", ("2010-04/2011-03", "2010-11")),
        (habits("excel serials", "excel serials from 1904"), "date", "44635", ("2022-03-15", "2026-03-16")),
    ],
)
def test_what_has_two_readings_is_asked_about(how: Habits, field: str, text: str, readings: tuple[str, ...]) -> None:
    """Neither is chosen, and the choice is named."""
    with pytest.raises(Doubtful) as doubt:
        how.value(field, text)
    assert doubt.value.readings == readings
    assert len(doubt.value.choice) > 20


@pytest.mark.parametrize(
    ("how", "field", "text", "meant"),
    [
        (Habits(decimal="."), "quantity", "1.500", "1.5"),
        (Habits(thousands="."), "quantity", "1.500,25", "1500.25"),
        (Habits(thousands=","), "quantity", "1.500", "1.5"),
        (Habits(), "quantity", "0.500", "0.5"),
        (Habits(), "quantity", "1234.500", "1234.5"),
        (Habits(dates=("%Y-%m",)), "date", "2010-11", "2010-11"),
        (Habits(), "date", "2010-10", "2010-10"),
        (Habits(dates=("%d/%m/%Y", "%m/%d/%Y")), "date", "04/25/2022", "2022-04-25"),
        (Habits(dates=("%d/%m/%Y", "%m/%d/%Y")), "date", "05/05/2022", "2022-05-05"),
        (habits("either order", dates=("%d/%m/%Y", "%m/%d/%Y")), "date", "05/04/2022", "2022-04-05/2022-05-04"),
        (habits("bounds", "parts", "months"), "date", "by end of 2022", "[..2022]"),
        (habits("bounds", "parts", "months"), "date", "by end of May 2022", "[..2022-05]"),
    ],
)
def test_what_has_one_reading_is_read(how: Habits, field: str, text: str, meant: str) -> None:
    """Since the mapping says which, or since there is only one."""
    assert how.value(field, text).text == meant


@given(st.dates(date(1900, 1, 1)), st.sampled_from([("%d/%m/%Y", "%m/%d/%Y"), ("%m-%d-%y", "%d-%m-%y")]))
def test_days_in_both_orders_are_never_chosen(day: date, forms: tuple[str, str]) -> None:
    """Whichever order a day was written in, it is read as that day, or it is doubtful."""
    assume("%y" not in forms[0] or 1969 <= day.year < 2069)
    other = dict(zip(forms, reversed(forms), strict=True))
    for form in forms:
        text, how = day.strftime(form), Habits(dates=forms)
        if day.day > 12 or day.day == day.month:
            assert how.date("date", text) == day.isoformat()
        else:
            with pytest.raises(Doubtful) as doubt:
                how.date("date", text)
            assert set(doubt.value.readings) == {day.isoformat(), *in_form(text, other[form])}


@given(
    st.integers(1900, 2098), st.integers(1, 12), st.sampled_from(["{}-{:02}", "{}/{:02}", "FY{}-{:02}", "{} – {:02}"])
)
def test_a_financial_year_is_twelve_months_and_never_a_season(year: int, first: int, form: str) -> None:
    """From its first month on; and without the style it is nothing, or asked about."""
    text = form.format(year, (year + 1) % 100)
    month = date(2000, first, 1).strftime("%B")
    found = DateRange.parse(habits(f"financial years from {month}").date("date", text))
    assert found.earliest == date(year, first, 1)
    assert found.latest == date(year + 1, first, 1) - timedelta(days=1)
    try:
        plain = Habits().date("date", text)
    except (InvalidValue, Doubtful):
        return
    pytest.fail(f"{text} was read as {plain}")


@pytest.mark.parametrize(
    "text", ["2022-21", "2022-24", "2022-33", "2022-41", "2020-21/2022-22", "[..2022-23]", "2022-21~"]
)
def test_no_season_is_read_from_a_number(text: str) -> None:
    """Neither as a date nor as an end of one; what the mapping itself says may be one."""
    with pytest.raises(InvalidValue):
        Habits().date("date", text)
    assert patterned("date", ("spring {year}", "{year}-21")).date("date", "Spring 2022") == "2022-21"


# Patterns.


@pytest.mark.parametrize(
    ("field", "written", "means", "text", "meant"),
    [
        ("quantity", "{n} dozen", "{n*12}", "3 Dozen", "36"),
        ("quantity", "{a} of {b}", "{a}..{b}", "2 of 4", "2..4"),
        ("quantity", "{n} ({any})", "{n}", "12 (as reported)", "12"),
        ("quantity", "about {n*2}", "{n}", "about 3", None),
        ("date", "FY{year}", "{year-1}-10/{year}-09", "FY2023", "2022-10/2023-09"),
        ("date", "FY{yy}", "{yy-1}-10/{yy}-09", "FY23", "2022-10/2023-09"),
        ("date", "wk of {date}", "{date}~", "wk of 5.4.2022", "2022-04-05~"),
        ("date", "{mm}. {year}", "{year}-{mm}", "4. 2022", "2022-04"),
        ("date", "{mm}. {year}", "{year}-{mm}", "14. 2022", None),
        ("date", "{quarter}. quarter {year}", "{year}-{quarter}", "IV. Quarter 2022", "2022-36"),
        ("date", "{day}th {month} {year}", "{year}-{month}-{day}", "5th  may 2022", "2022-05-05"),
        ("date", "{day}th {month} {year}", "{year}-{month}-{day}", "31th June 2022", None),
    ],
)
def test_patterns(field: str, written: str, means: str, text: str, meant: str | None) -> None:
    """In any capitals and spaces; what does not fit, or means nothing, is not read."""
    if "*" in written:
        with pytest.raises(InvalidValue, match="a pattern with"):
            Pattern.parse(written, means)
        return
    how = patterned(field, (written, means), dates=("%d.%m.%Y",))
    if meant is None:
        with pytest.raises(InvalidValue):
            how.value(field, text)
    else:
        assert how.value(field, text).text == meant


def test_of_other_fields_the_first_pattern_that_fits_is_taken() -> None:
    """And what fits none stays as it is."""
    how = patterned("item", ("{item} (used)", "{item}"), ("{item} ({any})", "other {item}"))
    assert [how.value("item", text) for text in ("Truck (used)", "Truck (new)", "Truck")] == [
        *("Truck", "other Truck", "Truck")
    ]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        *[("dozen", "12"), ("{n}", "{n}"), (" {n} ", "{n}"), ("{a}{b}!", "{a}"), ("{n} of {n}", "{n}"), ("{n", "{n}")],
        *[("{n} x", "{m}"), ("{n} {any}", "{any}"), ("{} x", "1"), ("{n}" + "x" * 200, "{n}"), ("{n} x", "{n+1}")],
        ("-".join(f"{{n{number}}}" for number in range(7)), "1"),
    ],
)
def test_patterns_that_say_nothing_are_refused(written: str, means: str) -> None:
    """Each has one to six names with something beside them, and none on the right that is not on the left."""
    with pytest.raises(InvalidValue):
        Pattern.parse(written, means)


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_a_range_has_the_ends_that_are_written(one: Decimal, other: Decimal) -> None:
    """The lower first; a range that ends before it begins is refused."""
    how = habits("ranges", decimal=".")
    if one <= other:
        found = Quantity.parse(how.number("quantity", f"{one} - {other}"))
        assert (found.low, found.high) == (one, other)
    else:
        with pytest.raises(InvalidValue):
            how.number("quantity", f"{one} - {other}")


@given(st.decimals(0, 10**25, places=3), st.sampled_from(["{:.30e}", "{:.28E}"]))
def test_exponents_are_exact(number: Decimal, form: str) -> None:
    """However many digits there are: nothing is rounded."""
    text = re.sub(r"\.?0+(?=[eE])", "", form.format(number))
    assert Quantity.parse(habits("exponents", decimal=".").number("quantity", text)).low == number
    for odd in ("1.e2", "1e", "e5", "1e999"):
        with pytest.raises(InvalidValue):
            habits("exponents").number("quantity", odd)


@given(st.lists(st.dates(), min_size=1, max_size=5))
def test_a_list_of_dates_spans_them_all(days: list[date]) -> None:
    """From the earliest to the latest, in whatever order they stand."""
    found = DateRange.parse(habits("lists").date("date", "; ".join(day.isoformat() for day in days)))
    assert (found.earliest, found.latest) == (min(days), max(days))
    assert hull([day.isoformat() for day in days]) == found.text


def test_ends_of_intervals_may_be_of_a_form() -> None:
    """Of any that the mapping names, and with the marks of EDTF."""
    how = Habits(dates=("%d.%m.%Y", "%B %Y"))
    for text, meant in {
        "5.4.2022/7.4.2022": "2022-04-05/2022-04-07",
        "[..31.12.2025]": "[..2025-12-31]",
        "April 2022/..": "2022-04/..",
        "April 2022~": "2022-04~",
        "5.4.2022/2023": "2022-04-05/2023",
    }.items():
        assert how.date("date", text) == meant


@pytest.mark.parametrize(
    "text",
    ["(" * 200 + "1" + ")" * 200, "1-" * 150, ";".join(["2022"] * 200), "a to " * 60, "FY" + "2" * 300, "1e" * 90],
)
def test_long_texts_are_refused_at_once(text: str) -> None:
    """Whatever patterns there are."""
    how = habits("register", "bounds", "about", "short", "exponents", "quarters", "parts", "months", "excel serials")
    for field in ("quantity", "date"):
        with pytest.raises(InvalidValue):
            how.value(field, text)


# Months, currencies.


def test_months_in_other_languages() -> None:
    """In each of their cases, whatever the capitals; English is there always. A name of two months is in doubt."""
    pytest.importorskip("babel")
    for language, text, meant in [
        *[
            ("de", "5. Mai 2022", "2022-05-05"),
            ("uk", "5 травня 2022", "2022-05-05"),
            ("fr", "1 AOÛT 2022", "2022-08-01"),
        ],
        *[
            ("pl", "5 maja 2022", "2022-05-05"),
            ("cs", "5. listopadu 2022", "2022-11-05"),
            ("de", "5 June 2022", "2022-06-05"),
        ],
    ]:
        assert habits("months", months=(language,)).date("date", text) == meant
    assert Habits(dates=("%d. %B %Y",), months=("de",)).date("date", "5. März 2022") == "2022-03-05"
    with pytest.raises(Doubtful):
        habits("months", months=("pl", "hr")).date("date", "5 listopad 2022")
    with pytest.raises(InvalidValue, match="the code of a language"):
        check_language("xx_nowhere")
    assert set(months()) >= {"january", "jan", "sept", "may"}
    assert month_numbers("", ()) == ()


def test_without_babel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """English needs none."""
    monkeypatch.setitem(__import__("sys").modules, "babel", None)
    with pytest.raises(UsageError, match=r"aidtimeline\[languages\]"):
        check_language("sv")
    assert in_form("5 May 2022", "%d %B %Y") == ["2022-05-05"]


@pytest.mark.parametrize(
    ("text", "rest", "currencies"),
    [
        *[("US$ 5", "5", ("USD",)), ("£1.5m", "1.5m", ("GBP",)), ("5 zł", "5", ("PLN",)), ("XYZ 5", "XYZ 5", ())],
        *[("EUR 5-6", "5-6", ("EUR",)), ("5", "5", ()), ("", "", ()), ("~€5", "~€5", ()), ("€(5)", "(5)", ("EUR",))],
        ("$" + "1" * 300, "$" + "1" * 300, ()),
    ],
)
def test_signs_of_currencies(text: str, rest: str, currencies: tuple[str, ...]) -> None:
    """Before or behind an amount; a sign that several currencies have says none of them."""
    assert currencies_of(text) == (rest, currencies)
    assert len(currencies_of("$5")[1]) > 1
