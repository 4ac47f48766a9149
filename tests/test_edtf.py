"""EDTF texts: what they span, their words, what is refused, and how the `edtf` package differs."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import product
from time import struct_time
from typing import NamedTuple

import pytest
from edtf import EDTFParseException, parse_edtf
from hypothesis import given, strategies as st

from aidtimeline.errors import InvalidValue
from aidtimeline.values.edtf import MAX_LENGTH, Span, day, guess, say, span

SEASONS = {"21": (3, 5), "22": (6, 8), "23": (9, 11), "24": (12, 2)}
QUARTERS_AND_HALVES = {"33": (1, 3), "34": (4, 6), "35": (7, 9), "36": (10, 12), "40": (1, 6), "41": (7, 12)}


class Simple(NamedTuple):
    """A simple date with the days it spans, worked out without the library: a second opinion."""

    form: str
    text: str
    first: date
    last: date
    qualifier: str

    @property
    def full(self) -> str:
        """The text with its qualifier."""
        return self.text + self.qualifier


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


PLAIN = ("day", "month", "year")
FORMS = (*PLAIN, "season", "part", "decade", "century", "XX", "DD", "XX-XX")


@st.composite
def simple_dates(draw: st.DrawFn, forms: Sequence[str] = FORMS, qualifiers: str = "?~%") -> Simple:
    year = draw(st.integers(1990, 2040) | st.integers(1, 9998))
    month = draw(st.integers(1, 12))
    form = draw(st.sampled_from(forms))
    first, last = date(year, 1, 1), date(year, 12, 31)
    text = f"{year:04}"
    if form == "day":
        first = last = date(year, month, draw(st.integers(1, calendar.monthrange(year, month)[1])))
        text = first.isoformat()
    elif form in ("month", "DD"):
        first, last = date(year, month, 1), last_day(year, month)
        text += f"-{month:02}" + ("-XX" if form == "DD" else "")
    elif form in ("season", "part"):
        table = SEASONS if form == "season" else QUARTERS_AND_HALVES
        code = draw(st.sampled_from(sorted(table)))
        start, end = table[code]
        first, last = date(year, start, 1), last_day(year + (end < start), end)
        text += f"-{code}"
    elif form in ("decade", "century"):
        size = 10 if form == "decade" else 100
        start = max(year // size * size, size)
        first, last = date(start, 1, 1), date(start + size - 1, 12, 31)
        text = f"{start:04}"[: -len(str(size)) + 1] + "X" * (len(str(size)) - 1)
    elif form in ("XX", "XX-XX"):
        text += f"-{form}"
    return Simple(form, text, first, last, draw(st.sampled_from(["", *qualifiers])))


class Range(NamedTuple):
    """An interval, or one of a range; an end is a simple date, "" (unknown or, in brackets, open) or ".." (open)."""

    bracketed: bool
    first: Simple | str
    last: Simple | str

    @property
    def ends(self) -> list[Simple]:
        """The ends that bound something."""
        return [end for end in (self.first, self.last) if isinstance(end, Simple)]

    @property
    def text(self) -> str:
        """The EDTF."""
        first, last = (end.full if isinstance(end, Simple) else end for end in (self.first, self.last))
        return f"[{first}..{last}]" if self.bracketed else f"{first}/{last}"

    @property
    def earliest(self) -> date | None:
        """The first day; None if there is no bound."""
        return self.first.first if isinstance(self.first, Simple) else None

    @property
    def latest(self) -> date | None:
        """The last day; None if there is no bound."""
        return self.last.last if isinstance(self.last, Simple) else None


@st.composite
def ranges(draw: st.DrawFn, bracketed: bool, simple: st.SearchStrategy[Simple]) -> Range:
    ends = simple | st.sampled_from([""] if bracketed else ["", ".."])
    given_range = Range(bracketed, draw(ends), draw(ends))
    if given_range.earliest and given_range.latest and given_range.earliest > given_range.latest:
        given_range = Range(bracketed, given_range.last, given_range.first)
    if not given_range.ends:
        given_range = Range(False, "..", "..")
    return given_range


INTERVALS_AND_ONE_OF = ranges(False, simple_dates()) | ranges(True, simple_dates())


def hedges(qualifiers: Iterable[str]) -> tuple[bool, bool]:
    joined = "".join(qualifiers)
    return bool(re.search("[?%]", joined)), bool(re.search("[~%]", joined))


@given(simple_dates())
def test_simple_dates_span_the_days_of_the_calendar(simple: Simple) -> None:
    """Every simple form spans what the standard library's calendar says, and carries its qualifier."""
    assert span(simple.full) == Span(simple.first, simple.last, *hedges(simple.qualifier))


@pytest.mark.parametrize(("code", "months"), (SEASONS | QUARTERS_AND_HALVES).items())
def test_every_season_quarter_and_half(code: str, months: tuple[int, int]) -> None:
    """A part of a year lasts from the first day of its first month to the last of its last; winter ends next year."""
    first, last = months
    assert span(f"2023-{code}")[:2] == (date(2023, first, 1), last_day(2024 if last < first else 2023, last))


@given(INTERVALS_AND_ONE_OF)
def test_ranges_span_from_the_first_day_of_one_end_to_the_last_of_the_other(drawn: Range) -> None:
    """Intervals and one-of ranges join their ends; an open or unknown end bounds nothing."""
    expected = Span(drawn.earliest, drawn.latest, *hedges(end.qualifier for end in drawn.ends))
    assert span(drawn.text) == expected


@given(INTERVALS_AND_ONE_OF)
def test_a_reversed_range_is_refused_and_the_right_way_round_suggested(drawn: Range) -> None:
    """A range that ends before it begins is an error, whose hint is the range with its ends exchanged."""
    turned = Range(drawn.bracketed, drawn.last, drawn.first)
    if turned.earliest and turned.latest and turned.earliest > turned.latest:
        with pytest.raises(InvalidValue, match="begins before it ends") as error:
            span(turned.text)
        assert error.value.hint == f"did you mean {drawn.text}?"


# The package `edtf` as an oracle. Where it differs, on purpose or not, is written down here and nowhere else:
#
# - winter is December alone to it; to us it lasts until February, as people mean it;
# - an unknown end is ten years away to it; to us it bounds nothing, for nobody said ten years;
# - it accepts intervals that end before they begin, 29 February of any year, and the year 0000;
# - it cannot read qualified seasons, quarters, halves and most dates with X as ends, nor one of a range whose ends are
#   qualified or of two precisions; we do, for it is plain what they mean.


def oracle_first(text: str) -> date | None:
    return oracle_day(parse_edtf(text).lower_strict(), -math.inf)


def oracle_last(text: str) -> date | None:
    return oracle_day(parse_edtf(text).upper_strict(), math.inf)


def oracle_day(found: struct_time | float, nowhere: float) -> date | None:
    return None if found == nowhere else date(*found[:3])  # type: ignore[index]


def in_december(simple: Simple | str) -> date | None:
    """The last day of a winter to the oracle."""
    is_winter = isinstance(simple, Simple) and simple.form == "season" and simple.text.endswith("-24")
    return date(simple.first.year, 12, 31) if is_winter and isinstance(simple, Simple) else None


@given(simple_dates())
def test_the_oracle_agrees_on_simple_dates(simple: Simple) -> None:
    """The `edtf` package gives the same days, but for winter, and reads all but qualified seasons and parts."""
    if simple.form in ("season", "part") and simple.qualifier:
        with pytest.raises(EDTFParseException):
            parse_edtf(simple.full)
        return
    earliest, latest, _, _ = span(simple.full)
    assert oracle_first(simple.full) == earliest
    assert oracle_last(simple.full) == (in_december(simple) or latest)


@given(
    ranges(False, simple_dates((*PLAIN, "season")))
    | st.sampled_from(PLAIN).flatmap(lambda form: ranges(True, simple_dates((form,), qualifiers="")))
)
def test_the_oracle_agrees_on_ranges(drawn: Range) -> None:
    """The `edtf` package gives the same ends to every range it can read, but for winter and unknown ends."""
    earliest, latest, _, _ = span(drawn.text)
    if drawn.first != "" or drawn.bracketed:
        assert oracle_first(drawn.text) == earliest
    if drawn.last != "" or drawn.bracketed:
        assert oracle_last(drawn.text) == (in_december(drawn.last) or latest)


@pytest.mark.parametrize(
    ("text", "theirs", "ours"),
    [
        ("2022/", (date(2022, 1, 1), date(2032, 1, 1)), (date(2022, 1, 1), None)),
        ("/2023", (date(2013, 12, 31), date(2023, 12, 31)), (None, date(2023, 12, 31))),
        ("2022-24", (date(2022, 12, 1), date(2022, 12, 31)), (date(2022, 12, 1), date(2023, 2, 28))),
    ],
)
def test_where_the_oracle_differs(text: str, theirs: tuple[date, date], ours: tuple[date | None, date | None]) -> None:
    """Unknown ends bound nothing here and ten years there; winter is three months here and one there."""
    assert (oracle_first(text), oracle_last(text)) == theirs
    assert span(text)[:2] == ours


@pytest.mark.parametrize("text", ["2023/2022", "2023-02-29", "0000"])
def test_what_the_oracle_accepts_and_we_refuse(text: str) -> None:
    """The `edtf` package takes reversed intervals, 29 February of any year, and the year 0000."""
    assert parse_edtf(text)
    with pytest.raises(InvalidValue):
        span(text)


@pytest.mark.parametrize("text", ["2023-21~", "2023-33/2024", "2023-XX/..", "[2022..2023-02]", "[..2025~]"])
def test_what_the_oracle_cannot_read(text: str) -> None:
    """Qualified seasons, quarters or X as ends, and one of a range of mixed or qualified dates are read here."""
    with pytest.raises(EDTFParseException):
        parse_edtf(text)
    assert span(text)


REFUSED = {
    "a date at all": [
        "",
        " ",
        "soon",
        "now",
        "today",
        "-",
        "..",
        "?",
        "2",
        "23",
        "202",
        "20233",
        "-2023",
        "+2023",
    ],
    "an end": ["/", "[..]"],
    "a closed bracket": [
        "[2022..20233",
        "22022..2023]",
        "[2023",
        "2023]",
        "[]",
        "[2023]",
        "{2023}",
        "{2023..2024}",
        "[../2023]",
    ],
    "one slash": ["2022/2023/2024", "//", "2023//"],
    "dots of its own kind": ["[..2023..]", "[2022...2023]", "[....]", ".././", "2022/...", "..2023"],
    "a year": [
        "0000",
        "0000-01-01",
        "000X",
        "00XX",
        "Y12023",
        "Y-2023",
        "Y2E5",
        "1950S2",
        "2XXX",
        "XXXX",
        "2X23",
    ],
    "a month": ["2023-00", "2023-13", "2023-13-01", "2023-1", "2023-001", "2023-X1", "2023-1X", "XXXX-12"],
    "a day": [
        "2023-02-29",
        "2023-02-30",
        "2023-04-31",
        "2023-11-00",
        "2023-11-32",
        "2023-11-3X",
        "1900-02-29",
    ],
    "X at the end": ["202X-11", "20XX-XX", "202X-XX-XX", "2023-XX-05", "2023-XX-XX-XX", "202x", "2023-xx"],
    "its own season": [f"2023-{code}" for code in (20, *range(25, 33), *range(37, 40), *range(42, 100))],
    "no day in a season": ["2023-21-01", "2023-33-XX", "2023-40-01"],
    "a season that ends": ["9999-24"],
    "a qualifier at its end": [
        "?2023",
        "2023?-11",
        "2023-~11",
        "2023??",
        "2023?~",
        "2023-11-28 ~",
        "..~/2023",
        "~",
    ],
    "no list": ["[2022,2023]", "{2022,2023}", "2022,2023", "[2022,2023..]", "[2022..2023,2025]"],
    "no time": ["2023-11-28T10:00:00Z", "2023-11-28T10:00:00", "2023-11-28 10:00", "2023-11-28T10", "10:00"],
    "nothing around it": [
        " 2023",
        "2023 ",
        "2023\n",
        "\t2023",
        "2022 /2023",
        "2022/ 2023",
        "2023\x00",
        "2023\u200b",
    ],
    "ASCII digits": ["２０２３", "٢٠٢٣", "²023", "2023‐11", "2023–11"],
    "at most 64 characters": [
        "2" * 65,
        "2023/" + " " * 64,
        "X" * 100_000,
        "[" * 10_000,
        "2023-11-28/" * 1000,
    ],
}


@pytest.mark.parametrize(("lacking", "text"), [(lacking, text) for lacking, texts in REFUSED.items() for text in texts])
def test_refused_texts(lacking: str, text: str) -> None:
    """What is no date of the supported forms is refused with what was found and what was expected."""
    with pytest.raises(InvalidValue, match="expected ") as error:
        span(text)
    assert error.value.found == text, lacking


@pytest.mark.parametrize("found", [None, 2023, 2023.5, True, b"2023", ["2023"], {"date": "2023"}, date(2023, 1, 1)])
def test_only_text_is_read(found: object) -> None:
    """What is no text is refused, never converted."""
    with pytest.raises(InvalidValue):
        span(found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-02-30", "a day that exists: February 2023 has 28"),
        ("2024-02-29/2023-04-31", "a day that exists: April 2023 has 30"),
        ("2023-13", "a month 01 to 12"),
        ("0000", "a year from 0001 to 9999"),
        ("9999-24", "ends in the year 9999"),
        ("/", "an interval with an end"),
        ("[..]", "one date of a range"),
        ("202X-11", "X at the end of a year"),
        ("2023-XX-05", "X at the end of a year"),
    ],
)
def test_the_message_says_what_is_wrong(text: str, expected: str) -> None:
    """If the form is right and the content is wrong, the message says what is wrong with it."""
    with pytest.raises(InvalidValue, match=re.escape(expected)):
        span(text)


HINTS = {
    "28 November 2023": "2023-11-28",
    "28th of Nov 2023": "2023-11-28",
    "28 Nov. 2023": "2023-11-28",
    "November 28, 2023": "2023-11-28",
    "sept 1st 2023": "2023-09-01",
    "2023/11/28": "2023-11-28",
    "2023.11.28": "2023-11-28",
    "2023-7-5": "2023-07-05",
    "28.11.2023": "2023-11-28",
    "7.5.2023": "2023-05-07",
    "28/11/2023": "2023-11-28",
    "11/28/2023": "2023-11-28",
    "5/5/2023": "2023-05-05",
    "13/12/2023": "2023-12-13",
    "12/13/2023": "2023-12-13",
    "1 fall 2023": None,
    "12/11/2023": None,
    "sometime": None,
    "20231128": "2023-11-28",
    "2023-11-28T10:00:00Z": "2023-11-28",
    "July 2023": "2023-07",
    "2023 July": "2023-07",
    "jul-2023": "2023-07",
    "2023-7": "2023-07",
    "2023/7": "2023-07",
    "spring 2023": "2023-21",
    "Q3 2023": "2023-35",
    "2023-Q3": "2023-35",
    "2023H2": "2023-41",
    "2020s": "202X",
    "202x": "202X",
    "2022-2023": "2022/2023",
    "2022 – 2023": "2022/2023",
    "2022 to 2023": "2022/2023",
    "2023/2022": "2022/2023",
    "[2025..2024]": "[2024..2025]",
    "[2025]": "2025",
    "by 2025": "[..2025]",
    "by 28 November 2023": "[..2023-11-28]",
    "since July 2023": "[2023-07..]",
    "about 11 January 2023": "2023-01-11~",
    "ca. 2023": "2023~",
    "~2023": "2023~",
    "?2023-11": "2023-11?",
    " 2023 ": "2023",
    "/": "../..",
}


@pytest.mark.parametrize(("text", "meant"), HINTS.items())
def test_hints(text: str, meant: str | None) -> None:
    """If the meaning can be guessed, the error says so."""
    with pytest.raises(InvalidValue) as error:
        span(text)
    assert error.value.hint == (meant and f"did you mean {meant}?")


@pytest.mark.parametrize("text", ["7/5/2023", "soon", "2023-02-30", "30 February 2023", "now", "2023-13", "by by by"])
def test_no_hint_where_there_is_no_telling(text: str) -> None:
    """An ambiguous or impossible text gets no guess."""
    assert guess(text) is None


FRAGMENTS = st.sampled_from(
    [
        "2023",
        "2022",
        "11",
        "28",
        "XX",
        "-",
        "/",
        "..",
        "[",
        "]",
        "~",
        "?",
        " ",
        "by",
        "about",
        "Nov",
        "Q1",
        ",",
        "X",
    ]
)


@given(st.lists(FRAGMENTS, max_size=9).map("".join) | st.text(max_size=MAX_LENGTH + 6))
def test_any_text_is_a_date_or_an_invalid_value(text: str) -> None:
    """No text whatsoever crashes the parser; what it takes it can say, and what it suggests it takes."""
    try:
        read = span(text)
    except InvalidValue:
        meant = guess(text)
        if meant is not None:
            span(meant)
    else:
        assert read.earliest is None or read.latest is None or read.earliest <= read.latest
        assert say(text).strip() == say(text) != ""


@given(st.text())
def test_a_day_is_a_day(text: str) -> None:
    """Only the ten characters of a calendar date are a day."""
    with pytest.raises(InvalidValue):
        day(text if not re.fullmatch("[0-9-]{10}", text) else "")


@pytest.mark.parametrize(
    ("text", "hint"),
    [("2023-7-5", "did you mean 2023-07-05?"), ("July 2023", None), ("2023", None), ("2023-02-30", None)],
)
def test_a_day_that_is_none_gets_the_day_that_was_meant(text: str, hint: str | None) -> None:
    """The hint for a day is a day, never a month or year."""
    with pytest.raises(InvalidValue) as error:
        day(text)
    assert error.value.hint == hint


SAID = {
    "2023-11-20": "20 Nov 2023",
    "2023-05": "May 2023",
    "2023": "2023",
    "0999": "999",
    "2022/2023": "2022 to 2023",
    "2022-02/2023~": "Feb 2022 to about 2023",
    "2023?": "perhaps 2023",
    "2023-01-11~": "about 11 Jan 2023",
    "2023%": "perhaps about 2023",
    "[..2023-11-28]": "by 28 Nov 2023",
    "[..2025]": "by 2025",
    "[2024..]": "not before 2024",
    "[2022..2023]": "between 2022 and 2023",
    "../2025": "2025 or earlier",
    "/2025": "2025 or earlier",
    "2024/..": "2024 or later",
    "2024/": "2024 or later",
    "../..": "any time",
    "202X": "the 2020s",
    "20XX": "2000–2099",
    "2023-XX": "some month of 2023",
    "2023-XX-XX": "some day of 2023",
    "2023-11-XX": "some day of Nov 2023",
    "2023-21": "spring 2023",
    "2022-24": "winter 2022/23",
    "1999-24~": "about winter 1999/00",
    "2023-36": "the fourth quarter of 2023",
    "[..2024-40]": "by the first half of 2024",
}


@pytest.mark.parametrize(("text", "words"), SAID.items())
def test_dates_in_words(text: str, words: str) -> None:
    """Every form has words a person would write."""
    assert say(text) == words


def test_different_simple_dates_read_differently() -> None:
    """The words of two different texts differ, so that nothing is lost in a table."""
    forms = ["2023", "2023-11", "2023-11-28", "2023-XX", "2023-XX-XX", "2023-11-XX", "202X", "20XX"]
    forms += [f"2023-{code}" for code in [*SEASONS, *QUARTERS_AND_HALVES]]
    texts = [form + qualifier for form, qualifier in product(forms, ["", "?", "~", "%"])]
    assert len({say(text) for text in texts}) == len(texts)
