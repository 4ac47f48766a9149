"""Dates as tables write them: EDTF, forms of one's own, financial years, serial numbers of Excel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.tables.months import first_and_last, month_numbers
from aidtimeline.values.dates import DateRange
from aidtimeline.values.edtf import EXPECTED

MAX_FORM = 100
"""The most characters of a form of dates, and of a text of that form."""

_DIRECTIVE = re.compile("%(.?)", re.DOTALL)
_YEAR, _MONTH, _DAY, _TIME = set("Yy"), set("mbB"), set("d"), set("HIMSp")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*", re.DOTALL)
_CERTAIN = re.compile("[0-9]{4}(?:-[0-9]{2}-[0-9]{2})?")
_PARTS_OF_YEARS = re.compile("[0-9]{4}-(?:2[1-4]|3[3-6]|4[01])(?![0-9-])")
_MONTH_OR_YEARS = re.compile("([0-9]{2})([0-9]{2})-([0-9]{2})")
_FINANCIAL = re.compile(
    r"(?:(?P<said>F\.?\s*Y\.?|fiscal year|financial year)\s*)?"
    r"(?P<first>[0-9]{4}|[0-9]{2})\s*[-/–]\s*(?P<last>[0-9]{4}|[0-9]{2})",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")

FORMS = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d %B %Y", "%d. %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %y"),
    *("%B %d, %Y", "%B %d %Y", "%d %B, %Y", "%B %Y", "%b-%Y", "%b-%y", "%B, %Y", "%m/%Y", "%m.%Y"),
)
"""Forms of dates that are tried, the likelier first."""

MONTHS_OR_YEARS = (
    'say dates = ["%Y-%m"] if these are months, or read = ["financial years from April"] (or another month) if these '
    "are financial years"
)
_OF_DIRECTIVES = {
    "Y": "([0-9]{4})",
    "y": "([0-9]{2})",
    "m": "(1[0-2]|0?[1-9])",
    "d": "(3[01]|[12][0-9]|0?[1-9])",
    "b": r"([^\W\d_][^\d\s,/]*)",
    "B": r"([^\W\d_][^\d,/]*?)",
    "H": "([01]?[0-9]|2[0-3])",
    "I": "(0?[1-9]|1[0-2])",
    "M": "([0-5]?[0-9])",
    "S": "([0-5]?[0-9]|6[01])",
    "p": "([AaPp]\\.?[Mm]\\.?)",
}


def check_form(form: str) -> str:
    """A form of dates of `strptime`, for a year, month or day. Raises `InvalidValue`.

    >>> check_form("%d/%m/%Y")
    '%d/%m/%Y'
    """
    directives = _DIRECTIVE.findall(form[:MAX_FORM])
    said = set(directives)
    known = said <= _YEAR | _MONTH | _DAY | _TIME and len(said) == len(directives)
    known = known and len(said & _YEAR) == 1 and len(said & _MONTH) <= 1
    if known and len(form) <= MAX_FORM and (said & _MONTH or not said & (_DAY | _TIME)):
        return form
    raise InvalidValue(form, "a form of dates with a year, such as %d/%m/%Y, %B %Y or %Y (%d %m %b %B %y %Y %H %M %S)")


def in_form(text: str, form: str, languages: tuple[str, ...] = ()) -> list[str]:
    """What a text means by a form, as vague as that is; nothing if it does not fit. A time of day is left out.

    >>> in_form("5. Mai 2022", "%d. %B %Y"), in_form("27 March, 2023", "%d %B, %Y"), in_form("5/2022", "%m/%Y")
    ([], ['2023-03-27'], ['2022-05'])
    """
    directives, pattern = _form(form)
    match = pattern.fullmatch(text) if len(text) <= MAX_FORM else None
    if match is None:
        return []
    said = dict(zip(directives, match.groups(), strict=True))
    year = said["Y"] if "Y" in said else f"{'19' if said['y'] >= '69' else '20'}{said['y']}"
    named = next((said[each] for each in "mbB" if each in said), None)
    if named is None:
        return [year]
    months = [f"{year}-{month:02}" for month in month_numbers(named, languages)]
    return [each for month in months for each in _days(month, said.get("d"))]


def _days(month: str, day: str | None) -> list[str]:
    if day is None:
        return [month]
    try:
        return [date.fromisoformat(f"{month}-{int(day):02}").isoformat()]
    except ValueError:  # a day that the month does not have, or the year 0000
        return []


@lru_cache(256)
def _form(form: str) -> tuple[list[str], re.Pattern[str]]:
    pieces = _DIRECTIVE.split(form)
    found = [
        _OF_DIRECTIVES[piece] if odd else re.sub(r"(?:\\[ \t\n])+", lambda _: r"\\s+", re.escape(piece))
        for number, piece in enumerate(pieces)
        for odd in [number % 2]
    ]
    return pieces[1::2], re.compile("".join(found).replace(r"\\s+", r"\s+"), re.IGNORECASE)


def plain(text: str) -> str:
    """The EDTF that a text is. A time of day is left out. Raises `InvalidValue`.

    >>> plain("2022-05-01T12:30:00"), plain("2022-21")
    ('2022-05-01', '2022-21')
    """
    instant = _INSTANT.fullmatch(text)
    return DateRange.parse(instant[1] if instant else text).text


def in_a_cell(text: str) -> str:
    """The EDTF that a cell is; but no season, quarter or half by its number. Raises `InvalidValue`."""
    if _PARTS_OF_YEARS.search(text):
        raise InvalidValue(text, EXPECTED)
    return plain(text)


def may_be_years(text: str) -> bool:
    """Whether a month may as well be two years.

    >>> may_be_years("2010-11"), may_be_years("2010-10")
    (True, False)
    """
    match = _MONTH_OR_YEARS.fullmatch(text)
    return match is not None and int(match[3]) == (int(match[2]) + 1) % 100


def is_certain(text: str) -> bool:
    """Whether a text is a plain day or year, which nothing else can be meant by.

    >>> is_certain("2022-04-05"), is_certain("2022"), is_certain("2022-04")
    (True, True, False)
    """
    return _CERTAIN.fullmatch(text) is not None


def financial_years(text: str, first: int) -> Iterator[str]:
    """The twelve months of two years that follow each other, from a month of the first one on.

    >>> list(financial_years("2022-23", 4)), list(financial_years("FY 22/23", 7)), list(financial_years("2022-24", 4))
    (['2022-04/2023-03'], ['2022-07/2023-06'], [])
    """
    match = _FINANCIAL.fullmatch(text) if len(text) <= MAX_FORM else None
    if match is None or (len(match["first"]) == 2 and not match["said"]):
        return
    begin = int(match["first"]) if len(match["first"]) == 4 else int(_century(match["first"]))
    if 0 < begin < 9999 and match["last"] in (f"{begin + 1:04}", f"{(begin + 1) % 100:02}"):
        yield first_and_last(first, begin)


def _century(year: str) -> str:
    return f"{'19' if year >= '69' else '20'}{year}"


def excel_serials(text: str, epoch: date) -> Iterator[str]:
    """The day that a number of five digits is in Excel. A fraction, which is a time of day, is left out.

    >>> list(excel_serials("44635", date(1899, 12, 30)))
    ['2022-03-15']
    """
    match = _SERIAL.fullmatch(text)
    if match:
        yield (epoch + timedelta(days=int(match[1]))).isoformat()


EPOCHS = {"excel serials": date(1899, 12, 30), "excel serials from 1904": date(1904, 1, 1)}


def hull(texts: list[str]) -> str:
    """The time from the earliest to the latest of several dates, in their own words.

    >>> hull(["2024", "2022-05~"]), hull(["2022", "2022"])
    ('2022-05~/2024', '2022')
    """
    if len(set(texts)) == 1:
        return texts[0]
    dates = [DateRange.parse(each) for each in texts]
    if any(each.earliest is None or each.latest is None or each.text.startswith("[") for each in dates):
        raise InvalidValue("; ".join(texts), "dates with both ends")
    first = min(dates, key=lambda each: (each.earliest or date.min, each.text)).text.split("/")[0]
    last = max(dates, key=lambda each: (each.latest or date.max, each.text)).text.split("/")[-1]
    return DateRange.parse(f"{first}/{last}").text
