"""What stands in an IATI file, as values: days, instants, numbers, money, and texts in several languages.

IATI's types are those of XML Schema (https://www.w3.org/TR/xmlschema-2/): `xsd:date`, which may carry a time zone,
`xsd:dateTime` and `xsd:decimal`, which takes a sign and a point, and no exponent or thousands separator.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.values.amounts import Money
from aidtimeline.values.converters import MAX_SLUG
from aidtimeline.values.currencies import CURRENCIES
from aidtimeline.values.dates import DateRange

MAX_LENGTH = 64
"""How many characters a day, an instant or a number may have."""
MAX_NAME = 200
"""How many characters of a name are kept."""
MAX_NOTE = 300
"""How many characters of a description are kept as a note."""
MAX_TITLE = 1000
"""How many characters of a title are kept."""

ANY_TIME = DateRange.parse("../..")

_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


class Fault(Exception):
    """Why something cannot be read: the words after "a transaction", and what was found where."""

    def __init__(self, reason: str, found: str | None = None, element: Element | None = None) -> None:
        self.reason = reason
        self.found = shortened(found, MAX_NOTE) if found else None
        self.line = None if element is None else element.line
        super().__init__(reason)


def day(text: str) -> DateRange | None:
    """The day that an `xsd:date` names, whatever its time zone; None where it names none.

    >>> day(" 2012-01-31Z ")
    DateRange(text='2012-01-31')
    """
    return _day(text) if len(text) <= MAX_LENGTH else None


@lru_cache(2**14)
def _day(text: str) -> DateRange | None:
    match = _DATE.fullmatch(text.strip())
    try:
        return DateRange.parse(match[1]) if match else None
    except InvalidValue:
        return None


def day_of(instant: str) -> DateRange | None:
    """The day, in UTC, of an `xsd:dateTime`; one without a time zone is taken to be in UTC. None where it is none.

    >>> day_of("2014-09-10T23:15:37-05:00")
    DateRange(text='2014-09-11')
    """
    return _day_of(instant) if len(instant) <= MAX_LENGTH else None


@lru_cache(2**14)
def _day_of(instant: str) -> DateRange | None:
    try:
        found = datetime.fromisoformat(instant.strip())
        found = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None
    return DateRange.parse(found.date().isoformat())


@lru_cache(2**14)
def by(day: DateRange | None) -> DateRange:
    """Some time until the end of a day; any time where there is none.

    >>> by(DateRange("2014-09-10")), by(None)
    (DateRange(text='[..2014-09-10]'), DateRange(text='../..'))
    """
    return ANY_TIME if day is None or day.latest is None else DateRange.parse(f"[..{day.latest.isoformat()}]")


def stated_day(element: Element | None, what: str = "date") -> DateRange:
    """The day in an element's `iso-date`, which is called `what` where there is none. Raises `Fault`."""
    text = "" if element is None else element.attributes.get("iso-date", "")
    found = day(text)
    if found is None:
        said = text.strip()
        raise Fault(f"whose {what} is no day" if said else f"without a {what}", said or None, element)
    return found


def period(element: Element) -> DateRange:
    """The days from an element's `period-start` to its `period-end`, which may be left open. Raises `Fault`."""
    start, end = period_ends(element)
    if end is not None and end < start:
        raise Fault("whose period ends before it begins", f"{start.text}/{end.text}", element.first("period-start"))
    return DateRange.between(start.earliest, None if end is None else end.latest)


def period_ends(element: Element) -> tuple[DateRange, DateRange | None]:
    """The days in an element's `period-start` and `period-end`. Raises `Fault`."""
    end = element.first("period-end")
    last = None if end is None else stated_day(end, "period-end")
    return stated_day(element.first("period-start"), "period-start"), last


def number(text: str) -> Decimal | None:
    """The number that an `xsd:decimal` is; None where it is none.

    >>> number("+1000."), number("1,000.00"), number("1e3")
    (Decimal('1000'), None, None)
    """
    text = text.strip()
    return Decimal(text) if len(text) <= MAX_LENGTH and _DECIMAL.fullmatch(text) else None


def money(value: Element | None, default_currency: str | None) -> Money:
    """The money of a `value` element; where it has no currency of its own, in the activity's. Raises `Fault`."""
    if value is None or not value.text.strip():
        raise Fault("without a value", element=value)
    amount = number(value.text)
    if amount is None:
        raise Fault("whose value is no number", value.text.strip(), value)
    currency = value.attributes.get("currency", "").strip() or default_currency
    if not currency:
        raise Fault("without a currency, of its own or of its activity", value.text.strip(), value)
    if currency not in CURRENCIES:
        raise Fault("in what is no currency of ISO 4217", currency, value)
    try:
        return Money(amount, currency)
    except InvalidValue:
        raise Fault("whose value has too many digits", value.text.strip(), value) from None


def narrative(element: Element | None, language: str) -> str:
    """An element's text on one line: that in the activity's language, else in English, else any; empty without any.

    A narrative without `xml:lang` is in the activity's language.
    """
    best, rank = "", 3
    for each in () if element is None else element.children:
        spoken = each.attributes.get(_LANGUAGE, language).casefold() if each.attributes else language
        ranked = 0 if spoken == language else 1 if spoken == "en" else 2
        if ranked < rank and each.tag == "narrative":
            text = " ".join(each.text.split())
            if text:
                best, rank = text, ranked
    return best


def language_of(element: Element) -> str:
    """The default language of the texts in an element; empty where it names none."""
    return element.attributes.get(_LANGUAGE, "").casefold()


def shortened(text: str, length: int) -> str:
    """A text of at most so many characters.

    >>> shortened("Demining of farmland", 9)
    'Demining…'
    """
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def slug(text: str) -> str:
    """A text as a slug; empty where nothing of it can be printed."""
    plain = text.isprintable() and len(text) <= MAX_SLUG and "  " not in text and text == text.strip()
    return text if plain else as_slug(text)
