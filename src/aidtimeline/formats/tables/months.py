"""Names of months: in English, and in the languages of *babel* (the extra `aidtimeline[languages]`)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from functools import lru_cache

from aidtimeline.errors import InvalidValue, UsageError

_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NEEDS = "names of months in other languages need babel: pip install 'aidtimeline[languages]'"


def check_language(code: str) -> str:
    """The code of a language, such as de or pt_BR. Raises `InvalidValue` for one that is not known."""
    _names_in(code)
    return code


@lru_cache(64)
def months(languages: tuple[str, ...] = ()) -> Mapping[str, tuple[int, ...]]:
    """Which months a name may be, in English and these languages; names are folded and without a final point.

    >>> months()["sept"], months()["may"]
    ((9,), (5,))
    """
    found: dict[str, set[int]] = {"sept": {9}}
    for number, name in enumerate(_ENGLISH, start=1):
        for each in (name, name[:3]):
            found.setdefault(each.casefold(), set()).add(number)
    for language in languages:
        for name, number in _names_in(language):
            found.setdefault(_plain(name), set()).add(number)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items() if name}


def month_numbers(name: str, languages: tuple[str, ...]) -> tuple[int, ...]:
    """The months that a name or number of one may be.

    >>> month_numbers("Dec.", ()), month_numbers("07", ()), month_numbers("13", ())
    ((12,), (7,), ())
    """
    if name.isdecimal():
        return (int(name),) if len(name) <= 2 and 1 <= int(name) <= 12 else ()
    return months(languages).get(_plain(name), ())


def month_of(name: str) -> int | None:
    """The number of a month by its English name, or None."""
    return next((each for each in month_numbers(name, ()) if not name.isdecimal()), None)


def first_and_last(first: int, year: int) -> str:
    """The twelve months from the first of a year on, as an interval.

    >>> first_and_last(4, 2022), first_and_last(1, 2022)
    ('2022-04/2023-03', '2022-01/2022-12')
    """
    last = (first - 2) % 12 + 1
    return f"{year:04}-{first:02}/{year + (first > 1):04}-{last:02}"


def last_day(year: int, month: int) -> int:
    """The last day of a month."""
    return calendar.monthrange(year, month)[1]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold().rstrip(".")


@lru_cache(64)
def _names_in(code: str) -> Iterable[tuple[str, int]]:
    try:
        from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        raise UsageError(_NEEDS) from None
    try:
        locale = Locale.parse(code)
    except (UnknownLocaleError, ValueError, TypeError):
        raise InvalidValue(code, "the code of a language, such as de, fr, uk or pt_BR") from None
    found = [
        (str(name), number)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in locale.months[context][width].items()
    ]
    return tuple(each for each in found if not _plain(each[0]).isdecimal())
