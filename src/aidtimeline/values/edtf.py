"""EDTF texts: which days they span, how to say them in words, and what another text probably means.

EDTF (Extended Date/Time Format, ISO 8601-2:2019): https://www.loc.gov/standards/datetime/. Read here:

| level | forms |
|---|---|
| 0 | `2023-11-28` `2023-11` `2023` `2022/2023` |
| 1 | doubtful or about `2023?` `2023~` `2023%`, open `2022/..` `../2023`, unknown end `2022/` `/2023` |
| 1 | seasons `2023-21` to `-24`, unspecified digits `202X` `20XX` `2023-XX` `2023-11-XX` `2023-XX-XX` |
| 2 | quarters `2023-33` to `-36`, halves `2023-40` `-41`, one of `[..2025]` `[2022..2023]` `[2024..]` |

Each end of an interval or range is a simple date with its own qualifier. Everything else is refused: times, years of
more than four digits, lists, the other seasons of level 2, and its qualifiers and X within a date. Years are 0001 to
9999. EDTF leaves two choices, made here: seasons are those of the northern hemisphere, with winter 2022 from December
2022 to February 2023; and an unknown end, like an open one, is no bound.
"""

from __future__ import annotations

import functools
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from aidtimeline.errors import InvalidValue

MAX_LENGTH = 64
"""The most characters of a text; a longer one is refused unread."""

EXPECTED = "an EDTF date such as 2023-11-28, 2023-11, 2023, 2022/2023, [..2025], 2023~ or 202X"
EXPECTED_DAY = "a day: YYYY-MM-DD"
_EXPECTED_X = "X at the end of a year, or for all of a month or day: 202X, 20XX, 2023-XX, 2023-11-XX, 2023-XX-XX"
_EXPECTED_ENDS = "an interval with an end: 2022/2023, 2022/.., ../2023 or, for any time, ../.."
_EXPECTED_PART = "a month 01 to 12, a season 21 to 24, a quarter 33 to 36, or a half 40 or 41"

_SIMPLE = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<part>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?"
    r"(?P<qualifier>[?~%]?)"
)

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

# The parts of a year with a code: first month, number of months, and words.
_PARTS = {
    "21": (3, 3, "spring {}"),
    "22": (6, 3, "summer {}"),
    "23": (9, 3, "autumn {}"),
    "24": (12, 3, "winter {}"),
    "33": (1, 3, "the first quarter of {}"),
    "34": (4, 3, "the second quarter of {}"),
    "35": (7, 3, "the third quarter of {}"),
    "36": (10, 3, "the fourth quarter of {}"),
    "40": (1, 6, "the first half of {}"),
    "41": (7, 6, "the second half of {}"),
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_QUALIFIERS = {"": "", "?": "perhaps ", "~": "about ", "%": "perhaps about "}


class Span(NamedTuple):
    """The days that a text spans, both inclusive (None: open or unknown), and its qualifiers."""

    earliest: date | None
    latest: date | None
    uncertain: bool
    approximate: bool


class _RefusedError(Exception):
    """A text is refused; the message says what was expected."""


def span(text: str) -> Span:
    """The days that an EDTF text spans.

    Raises `InvalidValue` for something other than a text of the forms above, for a day that does not exist, and for a
    range that ends before it begins.

    >>> winter = span("2022-24~")
    >>> winter.earliest.isoformat(), winter.latest.isoformat(), winter.approximate
    ('2022-12-01', '2023-02-28', True)
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise InvalidValue(text, f"{EXPECTED}, in at most {MAX_LENGTH} characters")
    try:
        return _span(text)
    except _RefusedError as refused:
        meant = guess(text)
        raise InvalidValue(text, str(refused), f"did you mean {meant}?" if meant else None) from None


def say(text: str) -> str:
    """A valid EDTF text in words.

    >>> say("2023-11-20"), say("[..2023-11-28]"), say("2023-01-11~"), say("2022/2023"), say("../2025")
    ('20 Nov 2023', 'by 28 Nov 2023', 'about 11 Jan 2023', '2022 to 2023', '2025 or earlier')
    """
    form, first, last = _ends(text)
    sentence = _SENTENCES[form, first in _UNBOUNDED, last in _UNBOUNDED]
    return sentence.format(_say_simple(first), _say_simple(last))


def day(text: str) -> date:
    """The day of a text of exactly the form YYYY-MM-DD. Raises `InvalidValue` for any other.

    >>> day("2023-11-28").isoformat()
    '2023-11-28'
    """
    if _DAY.fullmatch(text) and not 1 <= int(text[5:7]) <= 12:
        raise InvalidValue(text, "a month from 01 to 12")
    if _DAY.fullmatch(text) and (found := span(text).earliest):
        return found
    meant = guess(text)
    raise InvalidValue(text, EXPECTED_DAY, f"did you mean {meant}?" if meant and _DAY.fullmatch(meant) else None)


_UNBOUNDED = ("", "..")

# By the form, and whether its first and last end are unbounded.
_SENTENCES = {
    ("simple", False, False): "{0}",
    ("interval", False, False): "{0} to {1}",
    ("interval", True, False): "{1} or earlier",
    ("interval", False, True): "{0} or later",
    ("interval", True, True): "any time",
    ("one of", False, False): "between {0} and {1}",
    ("one of", True, False): "by {1}",
    ("one of", False, True): "not before {0}",
}


def _ends(text: str) -> tuple[str, str, str]:
    """The form of a text, and its first and last simple date: "" is unknown, ".." is open."""
    if text.startswith("[") and text.endswith("]"):
        first, dots, last = text[1:-1].partition("..")
        if not dots or not first + last:
            raise _RefusedError("one date of a range: [..2025], [2022..2023] or [2024..]")
        return "one of", first, last
    if "/" in text:
        first, _, last = text.partition("/")
        if not first + last:
            raise _RefusedError(_EXPECTED_ENDS)
        return "interval", first, last
    return "simple", text, text


def _span(text: str) -> Span:
    form, first, last = _ends(text)
    unbounded = {"simple": (), "interval": _UNBOUNDED, "one of": ("",)}[form]
    earliest = None if first in unbounded else _days(first)[0]
    latest = None if last in unbounded else _days(last)[1]
    if earliest and latest and earliest > latest:
        raise _RefusedError("a range that begins before it ends")
    qualifiers = {first[-1:], last[-1:]}
    return Span(earliest, latest, not qualifiers.isdisjoint("?%"), not qualifiers.isdisjoint("~%"))


def _days(simple: str) -> tuple[date, date]:
    """The first and last day of a simple date, both inclusive."""
    match = _SIMPLE.fullmatch(simple)
    if match is None:
        raise _RefusedError(EXPECTED)
    year, part, day_of_month = match["year"], match["part"], match["day"]
    start, end = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if start == 0:
        raise _RefusedError("a year from 0001 to 9999")
    if part is None or (part == "XX" and day_of_month in (None, "XX")):
        if part and start != end:
            raise _RefusedError(_EXPECTED_X)
        return _months(start, 1, 12 * (end - start + 1))
    if start != end or part == "XX":
        raise _RefusedError(_EXPECTED_X)
    if part in _PARTS and day_of_month is None:
        month, count, _ = _PARTS[part]
        return _months(start, month, count)
    if not "01" <= part <= "12":
        raise _RefusedError(_EXPECTED_PART)
    first, last = _months(start, int(part), 1)
    if day_of_month in (None, "XX"):
        return first, last
    if not 1 <= int(day_of_month) <= last.day:
        raise _RefusedError(f"a day that exists: {_MONTHS[first.month - 1]} {start} has {last.day}")
    exact = first.replace(day=int(day_of_month))
    return exact, exact


@functools.lru_cache(2**12)
def _months(year: int, month: int, count: int) -> tuple[date, date]:
    """The first and last day of `count` months, of which `month` is the first."""
    until = month + count - 1
    if until <= 12:
        return date(year, month, 1), date(year, until, monthrange(year, until)[1])
    import pendulum  # noqa: PLC0415  (it is slow to load, and only winters, decades and centuries need it)

    first = pendulum.date(year, month, 1)
    try:
        last = first.add(months=count - 1).end_of("month")
    except ValueError:
        raise _RefusedError("a date that ends in the year 9999 or before") from None
    return date.fromordinal(first.toordinal()), date.fromordinal(last.toordinal())


def _say_simple(simple: str) -> str:
    match = _SIMPLE.fullmatch(simple)
    if match is None:
        return ""
    year, part, day_of_month = match["year"], match["part"], match["day"]
    if "X" in year:
        words = f"the {year[:3]}0s" if year[2] != "X" else f"{year[:2]}00–{year[:2]}99"
    elif part is None:
        words = str(int(year))
    elif part == "XX":
        words = f"some {'day' if day_of_month else 'month'} of {int(year)}"
    elif part in _PARTS:
        through = f"{int(year)}/{(int(year) + 1) % 100:02}" if part == "24" else str(int(year))
        words = _PARTS[part][2].format(through)
    else:
        words = f"{_MONTHS[int(part) - 1][:3]} {int(year)}"
        if day_of_month:
            words = f"some day of {words}" if day_of_month == "XX" else f"{int(day_of_month)} {words}"
    return _QUALIFIERS[match["qualifier"]] + words


# What people write who do not know EDTF: a pattern for all of the text, and the EDTF that it probably means.

_NAMES = {name.lower()[:length]: f"{n:02}" for n, name in enumerate(_MONTHS, 1) for length in range(3, 10)}
_NAMES |= {"sept": "09", "spring": "21", "summer": "22", "autumn": "23", "fall": "23", "winter": "24"}
_NAMES |= {f"q{n}": str(32 + n) for n in range(1, 5)} | {"h1": "40", "h2": "41"}


def _numbers(match: re.Match[str]) -> str | None:
    """28.11.2023 and 11/28/2023; of 7/5/2023 nothing is guessed, since it may be in May or July."""
    first, separator, second, year = match.groups()
    if int(first) > 12 or separator == "." or first == second:
        return f"{year}-{int(second):02}-{int(first):02}"
    return f"{year}-{int(first):02}-{int(second):02}" if int(second) > 12 else None


def _named(year: str, name: str, day_of_month: str = "") -> str | None:
    part = _NAMES.get(name.lower())
    return part and f"{year}-{part}" + (f"-{int(day_of_month):02}" if day_of_month else "")


def _inner(text: str, template: str) -> str | None:
    meant = text if _is_valid(text) else guess(text)
    return meant and template.format(meant)


_GUESSES: list[tuple[str, Callable[[re.Match[str]], str | None]]] = [
    (r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}"),
    (r"(\d{1,2})([-/. ])(\d{1,2})[-/. ](\d{4})", _numbers),
    (r"(\d{4})(\d{2})(\d{2})", lambda m: "-".join(m.groups())),
    (r"(\d{4})[-/. ](\d{1,2})", lambda m: f"{m[1]}-{int(m[2]):02}"),
    (r"(\d{4}-\d{2}-\d{2})[T ].*", lambda m: m[1]),
    (r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]+)[.,]? (\d{4})", lambda m: _named(m[3], m[2], m[1])),
    (r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", lambda m: _named(m[3], m[1], m[2])),
    (r"([a-z]+[1-4]?)[.,]?[- /]?(\d{4})", lambda m: _named(m[2], m[1])),
    (r"(\d{4})[- /]?([a-z]+[1-4]?)", lambda m: _named(m[1], m[2])),
    (r"(\d{3})0s", lambda m: f"{m[1]}X"),
    (r"(\d{4}) ?(?:[-–—]|to|until|\.\.) ?(\d{4})", lambda m: f"{m[1]}/{m[2]}"),
    (r"(?:by|until|before the end of) (.+)", lambda m: _inner(m[1], "[..{}]")),
    (r"(?:since|from) (.+)", lambda m: _inner(m[1], "[{}..]")),
    (r"(?:about|around|circa|c\.|ca\.|~) ?(.+)", lambda m: _inner(m[1], "{}~")),
    (r"\?(.+)", lambda m: _inner(m[1], "{}?")),
    (r"\[([^.]+)\]", lambda m: _inner(m[1], "{}")),
    (r"(.+)/(.+)", lambda m: f"{m[2]}/{m[1]}"),
    (r"\[(.+)\.\.(.+)\]", lambda m: f"[{m[2]}..{m[1]}]"),
    (r"(.*x.*)", lambda m: m[1].upper()),
    (r"/", lambda m: "../.."),
]


def guess(text: str) -> str | None:
    """The valid EDTF that another text probably means, or None.

    >>> guess("28 November 2023"), guess("2023-7-5"), guess("by July 2023"), guess("2023/2022"), guess("soon")
    ('2023-11-28', '2023-07-05', '[..2023-07]', '2022/2023', None)
    """
    if len(text) > MAX_LENGTH:
        return None
    text = text.strip()
    if _is_valid(text):
        return text
    for pattern, meant in _GUESSES:
        match = re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII)
        candidate = meant(match) if match else None
        if candidate and _is_valid(candidate):
            return candidate
    return None


def _is_valid(text: str) -> bool:
    try:
        _span(text)
    except _RefusedError:
        return False
    return True
