"""Cells as the fields of events take them: dates in other forms, numbers with other marks, names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import attrs
from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.events import END, EVENT_KINDS, Event
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.currencies import check_currency
from aidtimeline.values.dates import REMEMBERED, DateRange

DATES = frozenset(
    (
        *("date", "published", "due", "value_date", "period"),
        *("planned_start", "planned_end", "actual_start", "actual_end"),
    )
)
NUMBERS = frozenset(("quantity", "amount"))
PARTIES = frozenset(("donor", "recipient", "party", "via"))
SLUGS = frozenset(
    (
        *("project", "package", "location", "sector", "scope", "aid_type"),
        *("item", "unit", "indicator", "overlaps", "parent"),
    )
)

#: Fields that may have several columns, each with one of their values.
SEVERAL = frozenset(("via", "overlaps"))

#: The kinds that a row can be: a cancellation is nothing but what it supersedes.
KINDS = {kind: cls for kind, cls in EVENT_KINDS.items() if cls.nature is not END}
#: Fields that a column cannot have: links to records, the key, the sources, and money, which is two columns.
_NOT_IN_COLUMNS = {"value", "valued", "fulfils", "supersedes", "ref", "sources"}


def _fields(cls: type[Event]) -> frozenset[str]:
    names = {each.name for each in attrs.fields(cls)}
    return frozenset(names - _NOT_IN_COLUMNS | ({"amount", "currency"} if "value" in names else set()))


#: The fields that columns can have, by kind.
FIELDS = {kind: _fields(cls) for kind, cls in KINDS.items()}

_DIRECTIVE = re.compile("%(.?)", re.DOTALL)
_YEAR, _MONTH, _DAY, _TIME = set("Yy"), set("mbB"), set("d"), set("HIMSp")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}.*", re.DOTALL)
_TYPED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SPACES = "[ \u00a0\u2009\u202f]"

MAX_FORM = 100
"""The most characters of a form of dates."""

SEPARATORS = (".", ",", " ", "'", "")
"""The marks that may separate thousands."""


def check_form(form: str) -> str:
    """A form of dates of `strptime`, for a year, month or day. Raises `InvalidValue`.

    >>> check_form("%d/%m/%Y")
    '%d/%m/%Y'
    """
    directives = _DIRECTIVE.findall(form[:MAX_FORM])
    said = set(directives)
    known = said <= _YEAR | _MONTH | _DAY | _TIME and len(said) == len(directives)
    if known and len(form) <= MAX_FORM and said & _YEAR and (said & _MONTH or not said & (_DAY | _TIME)):
        return form
    raise InvalidValue(form, "a form of dates with a year, such as %d/%m/%Y, %B %Y or %Y (%d %m %b %B %y %Y %H %M %S)")


@lru_cache(REMEMBERED)
def to_date(text: str, forms: tuple[str, ...]) -> DateRange:
    """The date of a text: EDTF, or else by the first form that fits, as vague as that is.

    A time of day is left out. Raises `InvalidValue` if nothing fits.

    >>> to_date("5.4.2022", ("%d.%m.%Y",)).text, to_date("April 2022", ("%B %Y",)).text, to_date("[..2025]", ()).text
    ('2022-04-05', '2022-04', '[..2025]')
    """
    instant = _INSTANT.fullmatch(text)
    try:
        return DateRange.parse(instant[1] if instant else text)
    except InvalidValue as error:
        refused = error
    for form in forms:
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        said = set(_DIRECTIVE.findall(form))
        day = found.date().isoformat()
        return DateRange.parse(day if said & _DAY else day[:7] if said & _MONTH else day[:4])
    expected = f"{refused.expected}, or of the form {' or '.join(forms)}" if forms else refused.expected
    raise InvalidValue(text, expected, refused.hint)


def to_number(text: str, decimal: str, thousands: str, *, typed: bool = False) -> str:
    """A number, or the two ends of a range, as quantities are written: 1200.5, 2..4, ~20, 1..

    In a `typed` table a text like 1200.5 is always that number. Raises `InvalidValue` if a text does not keep to the
    marks: "1.234" is not a number if the point is neither mark, nor is "1.23" if it separates thousands.

    >>> to_number("1.200.000,50", ",", "."), to_number("~2,5..1.000", ",", "."), to_number("1 200", ".", " ")
    ('1200000.50', '~2.5..1000', '1200')
    """
    number = _number(decimal, thousands)
    about = "~" if text.startswith("~") else ""
    ends = []
    for each in text.removeprefix("~").split(".."):
        end = each.strip()
        if end and not (typed and _TYPED.fullmatch(end)):
            match = number.fullmatch(end)
            if match is None:
                example = f"1{thousands}234{decimal}5"
                raise InvalidValue(text, f"a number such as {example}, or a range such as 2..4, 1.. or ~20")
            sign, whole, fraction = match.groups(default="")
            end = sign + re.sub("[^0-9]", "", whole) + (f".{fraction}" if fraction else "")
        ends.append(end)
    return about + "..".join(ends)


@lru_cache
def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    grouped = _SPACES if thousands == " " else re.escape(thousands)
    whole = rf"[0-9]{{1,3}}(?:{grouped}[0-9]{{3}})+|[0-9]+" if thousands else "[0-9]+"
    return re.compile(rf"(-?)({whole})(?:{re.escape(decimal)}([0-9]+))?")


@frozen
class Habits:
    """How dates and numbers are written in a table. `typed` numbers are written as this library writes them."""

    dates: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    typed: bool = False

    def value(self, name: str, text: str, party: Callable[[str], str] = as_slug, *, cls: type | None = None) -> Any:
        """The value of a field, of a class, from a text, which is not empty; `party` gives the slug of a name.

        Raises `InvalidValue`.

        >>> Habits(decimal=",").value("quantity", "2,5")
        Quantity.parse('2.5')
        """
        value = self._value(name, text, party)
        fields = {} if cls is None or name in SEVERAL else attrs.fields_dict(cls)
        converter = fields[name].converter if name in fields else None
        return converter(value) if callable(converter) else value

    def _value(self, name: str, text: str, party: Callable[[str], str]) -> Any:
        if name in DATES:
            return to_date(text, self.dates)
        if name in NUMBERS:
            return Quantity.parse(to_number(text, self.decimal, self.thousands, typed=self.typed))
        if name in PARTIES:
            return party(text)
        if name in SLUGS:
            return as_slug(text)
        if name == "currency":
            return check_currency(text.upper())
        if name == "kind" and text not in KINDS:
            raise InvalidValue(text, f"one of {', '.join(KINDS)}", did_you_mean(text, KINDS))
        if name in ("left", "humanitarian"):
            return {"true": True, "false": False}.get(text, text)
        return text
