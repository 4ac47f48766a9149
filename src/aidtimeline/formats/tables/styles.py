"""Named styles: patterns that many tables share, in the language of patterns. `docs/mapping.md` lists them."""

from __future__ import annotations

from collections.abc import Mapping

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.months import month_of
from aidtimeline.text.nearest import did_you_mean

Patterns = Mapping[str, str]

_RANGES = {"{a}-{b}": "{a}..{b}", "{a} to {b}": "{a}..{b}", "between {a} and {b}": "{a}..{b}", "{a} or {b}": "{a}..{b}"}
_SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands"), 1_000),
    **dict.fromkeys(("m", "mn", "mln", "million", "millions"), 1_000_000),
    **dict.fromkeys(("bn", "b", "billion", "billions"), 1_000_000_000),
}

#: What a style means in fields of numbers.
NUMBERS: Mapping[str, Patterns] = {
    "brackets": {"({n})": "~{n}"},
    "accounting": {"({n})": "-{n}"},
    "ranges": _RANGES,
    "bounds": {
        **dict.fromkeys(
            ("{n}+", ">{n}", "≥{n}", ">={n}", "at least {n}", "more than {n}", "over {n}", "min. {n}"), "{n}.."
        ),
        **dict.fromkeys(("<{n}", "≤{n}", "<={n}", "up to {n}", "at most {n}", "less than {n}", "max. {n}"), "..{n}"),
    },
    "about": dict.fromkeys(
        (
            *("about {n}", "approx. {n}", "approx {n}", "approximately {n}", "around {n}", "some {n}", "circa {n}"),
            *("ca. {n}", "ca {n}", "c. {n}", "≈{n}", "~ {n}", "{n} (est.)", "{n} (estimate)", "{n} est."),
        ),
        "~{n}",
    ),
    "short": {f"{{n}} {word}": f"{{n*{scale}}}" for word, scale in _SCALES.items()},
    "exponents": {"{n}e{exponent}": "{n}e{exponent}"},
    "rounded exponents": {"{n}e{exponent}": "~{n}e{exponent}"},
    "percent": {"{n}%": "{n}", "{n} percent": "{n}", "{n} per cent": "{n}"},
    "footnotes": dict.fromkeys(("{n}*", "{n}**", "{n}†", "{n}‡", "{n}[{any}]", "{n}¹", "{n}²", "{n}³"), "{n}"),
}

#: What a style means in fields of dates.
DATES: Mapping[str, Patterns] = {
    "brackets": {"({date})": "{date}~"},
    "ranges": {
        "{a}-{b}": "{a}/{b}",
        "{a} to {b}": "{a}/{b}",
        "{a} / {b}": "{a}/{b}",
        "between {a} and {b}": "{a}/{b}",
        "from {a} to {b}": "{a}/{b}",
        "{month}-{month2} {year}": "{year}-{month}/{year}-{month2}",
        "{month} to {month2} {year}": "{year}-{month}/{year}-{month2}",
        "{month}/{month2} {year}": "{year}-{month}/{year}-{month2}",
        "{day}-{day2} {month} {year}": "{year}-{month}-{day}/{year}-{month}-{day2}",
    },
    "bounds": {
        **dict.fromkeys(("by {date}", "until {date}", "before {date}", "by end of {date}", "≤{date}"), "[..{date}]"),
        **dict.fromkeys(("since {date}", "from {date}", "after {date}", "{date} onwards", "≥{date}"), "[{date}..]"),
    },
    "about": dict.fromkeys(
        (
            *("about {date}", "around {date}", "circa {date}", "ca. {date}", "ca {date}", "c. {date}"),
            *("approx. {date}", "~{date}", "~ {date}", "{date} (est.)", "{date} (estimate)", "{date} est."),
        ),
        "{date}~",
    ),
    "footnotes": dict.fromkeys(("{date}*", "{date}**", "{date}†", "{date}‡", "{date}[{any}]"), "{date}"),
    "months": {
        "{month} {year}": "{year}-{month}",
        "{month}-{year}": "{year}-{month}",
        "{month}, {year}": "{year}-{month}",
        "{day} {month} {year}": "{year}-{month}-{day}",
        "{day}. {month} {year}": "{year}-{month}-{day}",
        "{day} {month}, {year}": "{year}-{month}-{day}",
        "{month} {day}, {year}": "{year}-{month}-{day}",
        "{day}-{month}-{year}": "{year}-{month}-{day}",
        "{day}-{month}-{yy}": "{yy}-{month}-{day}",
        "{month}-{yy}": "{yy}-{month}",
    },
    "quarters": {
        **dict.fromkeys(("Q{quarter} {year}", "Q{quarter}/{year}", "Q{quarter}-{year}"), "{year}-{quarter}"),
        **dict.fromkeys(("{year} Q{quarter}", "{year}-Q{quarter}", "{year}/Q{quarter}"), "{year}-{quarter}"),
        "{quarter}Q {year}": "{year}-{quarter}",
        **dict.fromkeys(("Q{quarter} {yy}", "Q{quarter}/{yy}", "{quarter}Q{yy}"), "{yy}-{quarter}"),
        **dict.fromkeys(("H1 {year}", "{year} H1", "{year}-H1"), "{year}-40"),
        **dict.fromkeys(("H2 {year}", "{year} H2", "{year}-H2"), "{year}-41"),
        **dict.fromkeys(("first half of {year}", "1st half of {year}"), "{year}-40"),
        **dict.fromkeys(("second half of {year}", "2nd half of {year}"), "{year}-41"),
    },
    "seasons": {
        f"{word} {of}{{year}}": f"{{year}}-{number}"
        for word, number in (("spring", 21), ("summer", 22), ("autumn", 23), ("fall", 23))
        for of in ("", "of ")
    },
    "parts": {
        **{f"{word}{each} {{month}} {{year}}": meant for word, meant in (
            ("early", "{year}-{month}-01/{year}-{month}-10"),
            ("mid", "{year}-{month}-11/{year}-{month}-20"),
            ("late", "{year}-{month}-21/{year}-{month}"),
        ) for each in ("", "-")},
        **{f"{word}{each} {{year}}": meant for word, meant in (
            ("early", "{year}-01/{year}-04"), ("mid", "{year}-05/{year}-08"), ("late", "{year}-09/{year}-12"),
        ) for each in ("", "-")},
        "beginning of {year}": "{year}-01/{year}-04",
        "end of {year}": "{year}-09/{year}",
        "beginning of {month} {year}": "{year}-{month}-01/{year}-{month}-10",
        "end of {month} {year}": "{year}-{month}-21/{year}-{month}",
    },
}  # fmt: skip

#: Styles that are others together.
TOGETHER: Mapping[str, tuple[str, ...]] = {"register": ("brackets", "ranges", "lists")}

#: Styles of dates that are no patterns.
OF_DATES = ("lists", "excel serials", "excel serials from 1904", "either order")

CURRENCY_SIGNS = "currency signs"
FINANCIAL = "financial years from "

NAMES = tuple(dict.fromkeys((*TOGETHER, *NUMBERS, *DATES, *OF_DATES, CURRENCY_SIGNS)))

#: What a sign before or after an amount may be, by currency: a sign that several have says none of them.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "US$": ("USD",),
    "A$": ("AUD",),
    "C$": ("CAD",),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₴": ("UAH",),
    "₹": ("INR",),
    "₩": ("KRW",),
    "zł": ("PLN",),
}


def first_month(style: str) -> int | None:
    """The first month of the financial years that a style reads, or None.

    >>> first_month("financial years from April"), first_month("quarters")
    (4, None)
    """
    return month_of(style.removeprefix(FINANCIAL)) if style.startswith(FINANCIAL) else None


def check(found: str) -> tuple[str, ...]:
    """The styles that a name means. Raises `InvalidValue`.

    >>> check("register")
    ('brackets', 'ranges', 'lists')
    """
    if found in TOGETHER:
        return TOGETHER[found]
    if found in NAMES or first_month(found) is not None:
        return (found,)
    known = [*NAMES, f"{FINANCIAL}April"]
    raise InvalidValue(found, f"one of {', '.join(known)}", did_you_mean(found, known))
