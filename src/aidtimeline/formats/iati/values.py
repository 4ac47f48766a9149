"""Values in an IATI file: days, instants, numbers, money, and texts in several languages.

IATI's types are those of XML Schema (https://www.w3.org/TR/xmlschema-2/): `xsd:date`, which may have a time zone,
`xsd:dateTime`, and `xsd:decimal`, which has a sign and a point, and no exponent or thousands separator.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import SkipError
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

LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
"""The attribute `xml:lang`, which names the language of texts."""

ANY_TIME = DateRange.parse("../..")
ENDS_FIRST = "whose period ends before it begins"

_TIME = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_DATE = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:{_TIME})?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def day(text: str) -> DateRange | None:
    """The day of an `xsd:date` or `xsd:dateTime`, whatever its time zone; None if it is not one.

    >>> day(" 2012-01-31Z "), day("2012-01-31T23:00:00-05:00")
    (DateRange(text='2012-01-31'), DateRange(text='2012-01-31'))
    """
    return _day(text) if len(text) <= MAX_LENGTH else None


@lru_cache(2**14)
def _day(text: str) -> DateRange | None:
    match = _DATE.fullmatch(text.strip())
    try:
        return DateRange.parse(match[1]) if match else None
    except InvalidValue:
        return None


def day_of(text: str) -> DateRange | None:
    """The day, in UTC, of an `xsd:dateTime`; without a time zone it is taken to be in UTC. None if it is not one.

    >>> day_of("2014-09-10T23:15:37-05:00")
    DateRange(text='2014-09-11')
    """
    return _day_of(text) if len(text) <= MAX_LENGTH else None


@lru_cache(2**14)
def _day_of(text: str) -> DateRange | None:
    found = instant(text)
    return None if found is None else DateRange.parse(found.date().isoformat())


def instant(text: str) -> datetime | None:
    """The instant of an `xsd:dateTime`, in UTC, as which it is taken without a time zone; None if it is not one.

    >>> print(instant("2014-09-10T23:15:37-05:00"), instant("2014-09-10"), instant("soon"))
    2014-09-11 04:15:37+00:00 2014-09-10 00:00:00+00:00 None
    """
    try:
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(2**14)
def by(day: DateRange | None) -> DateRange:
    """Some time until the end of a day; any time if there is no day.

    >>> by(DateRange("2014-09-10")), by(None)
    (DateRange(text='[..2014-09-10]'), DateRange(text='../..'))
    """
    return ANY_TIME if day is None or day.latest is None else DateRange.parse(f"[..{day.latest.isoformat()}]")


def stated_day(element: Element | None, what: str = "date") -> DateRange:
    """The day in the `iso-date` of an element, which is called `what` if it is missing. Raises `SkipError`."""
    text = "" if element is None else element.attributes.get("iso-date", "")
    found = day(text)
    if found is None:
        stated = text.strip()
        raise SkipError(f"whose {what} is not a day" if stated else f"without a {what}", stated, _line(element))
    return found


def period(element: Element) -> DateRange:
    """The days from an element's `period-start` to its `period-end`, open if that is missing. Raises `SkipError`."""
    start, end = period_ends(element)
    if end is not None and end < start:
        raise SkipError(ENDS_FIRST, f"{start.text}/{end.text}", _line(element.first("period-start")))
    return DateRange.between(start.earliest, None if end is None else end.latest)


def period_ends(element: Element) -> tuple[DateRange, DateRange | None]:
    """The days of an element's `period-start` and `period-end`, of which the end may be missing. Raises `SkipError`."""
    end = element.first("period-end")
    last = None if end is None else stated_day(end, "period-end")
    return stated_day(element.first("period-start"), "period-start"), last


def number(text: str) -> Decimal | None:
    """The number of an `xsd:decimal`; None if it is not one.

    >>> number("+1000."), number("1,000.00"), number("1e3")
    (Decimal('1000'), None, None)
    """
    text = text.strip()
    return Decimal(text) if len(text) <= MAX_LENGTH and _DECIMAL.fullmatch(text) else None


def money(value: Element | None, default_currency: str) -> Money:
    """The money of a `value` element, in its own currency or else in the activity's. Raises `SkipError`."""
    text = "" if value is None else value.text.strip()
    if value is None or not text:
        raise SkipError("without a value", line=_line(value))
    amount = number(text)
    if amount is None:
        raise SkipError("whose value is not a number", text, value.line)
    currency = value.get("currency") or default_currency
    if not currency:
        raise SkipError("without a currency, of its own or of its activity", text, value.line)
    if currency not in CURRENCIES:
        raise SkipError("in a currency that ISO 4217 does not have", currency, value.line)
    try:
        return Money(amount, currency)
    except InvalidValue:
        raise SkipError("whose value has too many digits", text, value.line) from None


def _line(element: Element | None) -> int | None:
    return None if element is None else element.line


def narrative(element: Element | None, language: str) -> str:
    """An element's text on one line: that in the activity's language, else in English, else any; empty without any.

    A narrative without `xml:lang` is in the activity's language.
    """
    best, rank = "", 3
    for each in () if element is None else element.children:
        spoken = each.attributes.get(LANGUAGE, language).casefold() if each.attributes else language
        ranked = 0 if spoken == language else 1 if spoken == "en" else 2
        if ranked < rank and each.tag == "narrative":
            text = " ".join(each.text.split())
            if text:
                best, rank = text, ranked
    return best


def shortened(text: str, length: int) -> str:
    """A text of at most so many characters.

    >>> shortened("Demining of farmland", 9)
    'Demining…'
    """
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def identifier(text: str) -> str:
    r"""An identifier as a slug, such that others have other slugs; empty if it has none.

    Space around it is left out, and space within it is one space. What cannot be printed is written as the number of
    its character; of one that is too long the end is its digest.

    >>> print(identifier(" XM-1-a "), identifier("XM-1-" + chr(0x200b)), identifier(r"XM-1-\u{200b}"))
    XM-1-a XM-1-\u{200b} XM-1-\u{5c}u{200b}
    """
    if _is_plain(text) and _ESCAPE not in text:
        return text
    whole = " ".join(_SPACE.split(text.strip(_SPACES)))
    if not whole.isprintable() or _ESCAPE in whole:
        whole = whole.replace(_ESCAPE, "\\u{5c}u{")
        whole = "".join(each if each.isprintable() else f"\\u{{{ord(each):x}}}" for each in whole)
    if len(whole) <= MAX_SLUG:
        return whole
    digest = blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{whole[: MAX_SLUG - len(digest) - 1].rstrip()}~{digest}"


def as_stated(slug: str) -> str | None:
    r"""An identifier as a file states it, given its slug; None if no file can state one with this slug.

    >>> print(as_stated("XM-1-a"), ascii(as_stated(r"XM-1-\u{200b}")), as_stated(r"XM-1-\u{0}"))
    XM-1-a 'XM-1-\u200b' None
    """
    stated = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), slug)
    return stated if is_xml(stated) and identifier(stated) == slug else None


def is_xml(text: str) -> bool:
    """Whether all characters of a text may stand in XML 1.0 (https://www.w3.org/TR/xml/#charsets)."""
    return _NO_XML.search(text) is None


_ESCAPE = r"\u{"
_ESCAPED = re.compile(r"\\u\{((?:10|[0-9a-f])?[0-9a-f]{1,4})\}")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = " \t\r\n"
_SPACE = re.compile(f"[{_SPACES}]+")


def slug(text: str) -> str:
    """A text as a slug; empty if nothing of it can be printed."""
    return text if _is_plain(text) else as_slug(text)


def _is_plain(text: str) -> bool:
    """Whether a text is a slug as it stands, or empty."""
    return text.isprintable() and len(text) <= MAX_SLUG and "  " not in text and text == text.strip()
