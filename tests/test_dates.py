"""Dates that may be vague, days, instants and cuts."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pendulum
import pytest
from hypothesis import given, strategies as st

from aidtimeline.errors import InvalidValue
from aidtimeline.values.dates import DateRange, end_of, format_instant, parse_cut, parse_day, parse_instant

DAYS = st.dates(date(2020, 1, 1), date(2020, 2, 28)) | st.dates()
ENDS = st.none() | DAYS
TEXTS = st.sampled_from(
    [
        "2023",
        "2023-11",
        "2023-11-28",
        "2023~",
        "2023-11?",
        "2022-24%",
        "202X",
        "2023-33",
        "2022/2023",
        "2022-02/2023",
        "[..2023]",
        "[2022..2023]",
        "[2024..]",
        "2022/..",
        "../2022~",
        "2022/",
        "/2022",
        "../..",
        "2022?/2023~",
    ]
)


@st.composite
def date_ranges(draw: st.DrawFn) -> DateRange:
    first, last = draw(ENDS), draw(ENDS)
    if first and last and first > last:
        first, last = last, first
    return DateRange.between(first, last)


RANGES = date_ranges() | TEXTS.map(DateRange.parse)


def days_of(given_range: DateRange) -> tuple[int, int]:
    """The span as day numbers, open ends beyond every calendar: a model that knows nothing of dates."""
    first, last = given_range.earliest, given_range.latest
    return (first.toordinal() if first else -1), (last.toordinal() if last else date.max.toordinal() + 1)


@given(RANGES)
def test_text_is_kept_verbatim_and_reads_back(drawn: DateRange) -> None:
    """A range is its text: parsing the text gives the range again, and the very same object once parsed."""
    assert DateRange(drawn.text) == drawn
    assert DateRange.parse(drawn.text) is DateRange.parse("".join(drawn.text))
    assert hash(DateRange(drawn.text)) == hash(drawn)


@pytest.mark.parametrize(("one", "other"), [("2023", "2023-01-01/2023-12-31"), ("2022/..", "2022/"), ("2023", "2023~")])
def test_equality_is_of_texts(one: str, other: str) -> None:
    """Two texts for the same days are two values, for a log keeps what was said."""
    assert DateRange.parse(one) != DateRange.parse(other)
    assert DateRange.parse(one).earliest == DateRange.parse(other).earliest


def test_ranges_cannot_be_changed() -> None:
    """A range is immutable and has no room for anything else."""
    drawn = DateRange.parse("2023")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        drawn.text = "2024"  # type: ignore[misc]
    assert not hasattr(drawn, "__dict__")


@given(RANGES)
def test_copies_are_equal(drawn: DateRange) -> None:
    """Copying and pickling keep every part."""
    for again in (copy.deepcopy(drawn), pickle.loads(pickle.dumps(drawn))):
        assert attrs.astuple(again) == attrs.astuple(drawn)


@pytest.mark.parametrize("found", [None, 2023, ["2023"], {}, datetime(2023, 1, 1), "", "2023/2022"])
def test_parse_refuses_what_is_no_edtf(found: object) -> None:
    """Anything else, hashable or not, is an invalid value."""
    with pytest.raises(InvalidValue):
        DateRange.parse(found)  # type: ignore[arg-type]


@given(ENDS, ENDS)
def test_between_is_exactly_from_one_day_to_the_other(first: date | None, last: date | None) -> None:
    """`between` gives its ends back, in a text that reads as the same range; reversed ends are refused."""
    if first and last and first > last:
        with pytest.raises(InvalidValue, match="begins before it ends"):
            DateRange.between(first, last)
        return
    drawn = DateRange.between(first, last)
    assert (drawn.earliest, drawn.latest, drawn.qualified) == (first, last, False)


def test_between_writes_the_shortest_text() -> None:
    """One day is a day; open ends are two dots."""
    first, last = date(2023, 11, 20), date(2023, 11, 28)
    assert DateRange.between(first, first).text == "2023-11-20"
    assert DateRange.between(first, last).text == "2023-11-20/2023-11-28"
    assert DateRange.between(None, last).text == "../2023-11-28"
    assert DateRange.between(None, None).text == "../.."


def test_between_takes_days_only() -> None:
    """An instant is no end of a range."""
    with pytest.raises(InvalidValue):
        DateRange.between(datetime(2023, 11, 28, tzinfo=UTC), None)


@given(RANGES, DAYS)
def test_certain_and_possible_are_all_days_and_any_day(drawn: DateRange, day: date) -> None:
    """It has certainly happened by its last day, and possibly by its first; certain implies possible."""
    first, last = days_of(drawn)
    assert drawn.certain_by(day) is (last <= day.toordinal())
    assert drawn.possible_by(day) is (first <= day.toordinal())
    assert drawn.possible_by(day) or not drawn.certain_by(day)


@pytest.mark.parametrize(
    ("text", "uncertain", "approximate"),
    [("2023", False, False), ("2023?", True, False), ("2023~", False, True), ("2023%", True, True)],
)
def test_qualifiers(text: str, uncertain: bool, approximate: bool) -> None:
    """A qualifier on either end qualifies the whole, and widens nothing."""
    for drawn in (DateRange.parse(text), DateRange.parse(f"{text}/2024"), DateRange.parse(f"[..{text}]")):
        assert (drawn.uncertain, drawn.approximate) == (uncertain, approximate)
        assert drawn.qualified is (uncertain or approximate)
        assert drawn.latest in (date(2023, 12, 31), date(2024, 12, 31))


@given(RANGES, RANGES, RANGES)
def test_before_is_a_strict_partial_order(one: DateRange, two: DateRange, three: DateRange) -> None:
    """A range is before another if all of its days are: irreflexive, one way only, transitive."""
    assert (one < two) is (days_of(one)[1] < days_of(two)[0])
    assert (one > two) is (two < one)
    assert not one < one  # noqa: PLR0124
    assert not (one < two < one)
    assert one < three or not (one < two < three)


def test_ranges_compare_with_nothing_else() -> None:
    """There is no `<=`, and no order between a range and a day: both would invite a guess."""
    drawn = DateRange.parse("2023")
    with pytest.raises(TypeError):
        drawn <= drawn  # type: ignore[operator]  # noqa: B015, PLR0124
    with pytest.raises(TypeError):
        drawn < date(2024, 1, 1)  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        drawn > "2022"  # type: ignore[operator]  # noqa: B015
    assert drawn != "2023"  # type: ignore[comparison-overlap]


def test_a_range_prints_as_a_person_writes_it() -> None:
    """`str` is for people; `repr` shows the text."""
    drawn = DateRange.parse("[..2023-11-28]")
    assert (str(drawn), repr(drawn)) == ("by 28 Nov 2023", "DateRange(text='[..2023-11-28]')")


@given(st.dates())
def test_days_read_back(day: date) -> None:
    """Every day of the calendar reads back from its ISO form; a day is itself."""
    assert parse_day(day.isoformat()) == parse_day(day) == parse_cut(day.isoformat()) == parse_cut(day) == day


@pytest.mark.parametrize(
    "found",
    [
        "",
        "now",
        "today",
        "2023",
        "2023-11",
        "2023-11-28~",
        "2023-11-2",
        " 2023-11-28",
        "2023-11-28\n",
        "20231128",
        "2023-02-29",
        "2023-W01-1",
        "2023-332",
        "0000-01-01",
        "２０２３-11-28",
        None,
        20231128,
        True,
        datetime(2023, 11, 28),
    ],
)
def test_what_is_no_day(found: object) -> None:
    """A day is ten characters of a calendar date, or a `date` that is no instant."""
    with pytest.raises(InvalidValue):
        parse_day(found)  # type: ignore[arg-type]


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS)


@given(INSTANTS)
def test_instants_read_back_and_pendulum_agrees(instant: datetime) -> None:
    """Any aware datetime survives its text, in UTC; pendulum reads the same instant from the same text."""
    text = instant.isoformat()
    read = parse_instant(text)
    assert read == instant == pendulum.parse(text)
    assert read.tzinfo is UTC
    assert type(read) is datetime
    assert format_instant(read) == format_instant(instant)
    assert parse_instant(format_instant(instant)) == instant == parse_cut(instant) == end_of(instant)


@given(INSTANTS, INSTANTS)
def test_the_texts_of_instants_sort_like_instants(one: datetime, other: datetime) -> None:
    """Whole seconds in UTC sort as text as they do in time."""
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (format_instant(one) < format_instant(other)) is (one < other)


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00+00:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00-00:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21T19:00:00+09:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.500000Z"),
        ("2026-11-21T10:00:00.000001Z", "2026-11-21T10:00:00.000001Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_instants_have_one_form(text: str, formatted: str) -> None:
    """An instant is written in UTC, with microseconds only if they are not zero."""
    assert format_instant(parse_instant(text)) == formatted


@pytest.mark.parametrize(
    "found",
    [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T10:00:00",
        "2026-11-21T10:00Z",
        "2026-11-21T10Z",
        "2026-11-21 10:00:00Z",
        "2026-11-21t10:00:00z",
        "20261121T100000Z",
        "2026-11-21T10:00:00,5Z",
        "2026-11-21T10:00:00.Z",
        "2026-W47-6T10:00:00Z",
        "2026-11-21T10:00:00.1234567Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T23:60:00Z",
        "2026-11-21T23:59:60Z",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-21T10:00:00+0900",
        "2026-11-21T10:00:00+24:00",
        "2026-11-21T10:00:00+09:60",
        "2026-11-21T10:00:00+09:00:30",
        "2026-11-21T10:00:00Z ",
        "2026-11-21T10:00:00Z\n",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "1" * 10000,
        None,
        0,
        1.5,
        datetime(2026, 11, 21, tzinfo=UTC),
    ],
)
def test_what_is_no_instant(found: object) -> None:
    """Anything but RFC 3339 with its offset and at most microseconds is refused, and nothing is rounded."""
    with pytest.raises(InvalidValue, match="expected an instant"):
        parse_instant(found)  # type: ignore[arg-type]


@given(DAYS)
def test_the_end_of_a_day_is_its_last_microsecond_in_utc(day: date) -> None:
    """A day as a cut means all of that day in UTC, and nothing of the next."""
    end = end_of(day)
    assert end.date() == day
    assert end.tzinfo is UTC
    if day < date.max:
        assert end + timedelta(microseconds=1) == datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)


def test_an_instant_is_its_own_end() -> None:
    """An instant with another offset is cut at the same moment, in UTC."""
    instant = parse_cut("2023-11-28T12:00:00+09:00")
    assert end_of(instant) == instant == datetime(2023, 11, 28, 3, tzinfo=UTC)


@pytest.mark.parametrize("function", [parse_cut, end_of, format_instant])
def test_a_naive_datetime_is_refused(function: object) -> None:
    """A datetime without an offset from UTC is not an instant."""
    with pytest.raises(InvalidValue, match="offset from UTC"):
        function(datetime(2023, 11, 28, 12))  # type: ignore[operator]


@pytest.mark.parametrize("function", [parse_cut, end_of, format_instant])
def test_an_instant_beyond_the_calendar_is_refused(function: object) -> None:
    """An instant whose day in UTC does not exist is an invalid value, not an overflow."""
    with pytest.raises(InvalidValue, match="0001 to 9999"):
        function(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))))  # type: ignore[operator]


@pytest.mark.parametrize(
    "found", ["", "soon", "now", "2023", "2023-02-30", "2023-11-28T12:00:00", None, 5, ["2023-11-28"]]
)
def test_what_is_no_cut(found: object) -> None:
    """A cut is a day or an instant; the message says both."""
    with pytest.raises(InvalidValue, match=r"a day .* or an instant"):
        parse_cut(found)  # type: ignore[arg-type]


def test_a_cut_that_is_nearly_a_day_gets_a_hint() -> None:
    """The hint for a day is kept."""
    with pytest.raises(InvalidValue, match="did you mean 2023-11-28"):
        parse_cut("28 November 2023")


def test_a_day_in_no_month_says_which_months_there_are() -> None:
    """A day has a month from 01 to 12; seasons and quarters are of dates only."""
    with pytest.raises(InvalidValue, match=r"expected a month from 01 to 12$"):
        parse_day("2023-13-01")
