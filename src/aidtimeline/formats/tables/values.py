"""Cells as the fields of events take them: dates and numbers as the table writes them, names as the vocabulary does.

All readings of a text are tried: the plain one, the forms, and the patterns of the mapping. None is an error, and
several that differ are a doubt (`aidtimeline.formats.tables.doubts`).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeAlias

import attrs
from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.events import END, EVENT_KINDS, Event
from aidtimeline.formats.reading.files import as_slug
from aidtimeline.formats.tables import dates, styles
from aidtimeline.formats.tables.amounts import currencies_of, normal
from aidtimeline.formats.tables.doubts import Doubtful, one
from aidtimeline.formats.tables.months import month_numbers
from aidtimeline.formats.tables.numbers import to_number
from aidtimeline.formats.tables.patterns import OWN, Pattern
from aidtimeline.text.nearest import did_you_mean
from aidtimeline.values.amounts import Quantity
from aidtimeline.values.currencies import check_currency
from aidtimeline.values.dates import DateRange

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
        *("item", "unit", "indicator", "overlaps", "parent", "counterpart"),
    )
)

#: Fields that may have several columns, each with one of their values.
SEVERAL = frozenset(("via", "overlaps"))

#: The kinds that a row can be: a cancellation is nothing but what it supersedes.
KINDS = {kind: cls for kind, cls in EVENT_KINDS.items() if cls.nature is not END}
#: Fields that a column cannot have: links to records, the key, the sources, and money, which is two columns.
_NOT_IN_COLUMNS = {"value", "valued", "fulfils", "supersedes", "ref", "sources"}

DEEPEST = 3
"""How deep patterns are read within patterns: "(2022); (2023-2024)"."""

MOST_PARTS = 100
"""How many different parts of a text are read, as what stands in a pattern: a text with more has no reading."""

Known: TypeAlias = dict[tuple[str, int], list[str]]
Readings: TypeAlias = Callable[[str, str, int, Known], list[str]]


def _fields(cls: type[Event]) -> frozenset[str]:
    names = {each.name for each in attrs.fields(cls)}
    return frozenset(names - _NOT_IN_COLUMNS | ({"amount", "currency"} if "value" in names else set()))


#: The fields that columns can have, by kind.
FIELDS = {kind: _fields(cls) for kind, cls in KINDS.items()}

_SWAP = {"%d": "%m", "%m": "%d"}
_SEPARATED = re.compile(r"\s*(?:[;,&+]|\band\b|\bund\b|\bet\b|\by\b)\s*")
_WITHIN_INTERVALS = {
    "{a}/{b}": "{a}/{b}",
    **{"[..{date}]": "[..{date}]", "[{date}..]": "[{date}..]", "{date}/..": "{date}/..", "../{date}": "../{date}"},
    **{"{date}~": "{date}~", "{date}?": "{date}?"},
}


@lru_cache(256)
def _styled(numbers: bool, names: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns of styles."""
    of = styles.NUMBERS if numbers else styles.DATES
    return tuple(Pattern.parse(*each) for name in names for each in of.get(name, {}).items())


@lru_cache(1)
def _within_intervals() -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(*each) for each in _WITHIN_INTERVALS.items())


def as_it_is(_field: str, text: str) -> str | None:
    """The slug of a name that is looked up nowhere."""
    return as_slug(text)


@frozen
class Habits:
    """How dates and numbers are written in a table.

    `dates` are forms, `decimal` and `thousands` marks (None: not said), `months` the languages of their names, `styles`
    names of patterns that many tables share, and `patterns` those of the mapping, by field. What is `typed` is written
    as this library writes it.
    """

    dates: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    months: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    patterns: Mapping[str, tuple[Pattern, ...]] = attrs.Factory(dict)

    def value(
        self,
        name: str,
        text: str,
        slug: Callable[[str, str], str | None] = as_it_is,
        *,
        cls: type | None = None,
        typed: bool = False,
    ) -> Any:
        """The value of a field, of a class, from a text, which is not empty; `slug` gives the slug of a name.

        Raises `InvalidValue` if it has no reading, and `Doubtful` if it has several.

        >>> Habits(decimal=",").value("quantity", "2,5")
        Quantity.parse('2.5')
        """
        value = self._value(name, text, slug, typed=typed)
        fields = {} if cls is None or name in SEVERAL else attrs.fields_dict(cls)
        converter = fields[name].converter if name in fields else None
        return converter(value) if callable(converter) and value is not None else value

    def _value(self, name: str, text: str, slug: Callable[[str, str], str | None], *, typed: bool) -> Any:
        if name in DATES:
            return DateRange.parse(self.date(name, text, typed=typed))
        if name in NUMBERS:
            return Quantity.parse(self.number(name, text, typed=typed))
        if not typed:
            text = next((each for p in self.patterns.get(name, ()) for each in p.readings(text, _any)), text)
        if name in PARTIES or name in SLUGS:
            return slug(name, text)
        if name == "currency":
            signed = currencies_of(text)[1] if styles.CURRENCY_SIGNS in self.styles else ()
            return check_currency(signed[0] if len(signed) == 1 else text.upper())
        if name == "kind" and text not in KINDS:
            raise InvalidValue(text, f"one of {', '.join(KINDS)}", did_you_mean(text, KINDS))
        if name in ("left", "humanitarian"):
            return {"true": True, "false": False}.get(text, text)
        return text

    def number(self, name: str, text: str, *, typed: bool = False) -> str:
        """A number or range as quantities are written. Raises `InvalidValue` and `Doubtful`."""
        found, refused = [], None
        if styles.CURRENCY_SIGNS in self.styles:
            text = currencies_of(text)[0]
        try:
            found = [to_number(text, self.decimal, self.thousands, typed=typed)]
        except InvalidValue as error:
            refused = error
        if found and (typed or text.isdecimal() or not (self.styles or self.patterns)):
            return found[0]
        inner = partial(self._inner, name=name, readings=self._numbers, depth=0, known={})
        found += self._fitting(self._patterns(name, numbers=True), text, inner, normal)
        reading = one(text, found, "say it in one way only: [patterns.quantity], read = […] or [words.quantity]")
        if reading is None:
            raise refused or InvalidValue(text, "a number")
        return reading

    def date(self, name: str, text: str, *, typed: bool = False) -> str:
        """A date as EDTF. Raises `InvalidValue` and `Doubtful`."""
        if typed or dates.is_certain(text):
            with contextlib.suppress(InvalidValue):  # it may be a serial number
                return dates.plain(text)
        found = list(dict.fromkeys(self._dates(name, text, 0, {})))
        if len(found) > 1 and "either order" in self.styles and all(map(dates.is_certain, found)):
            return dates.hull(sorted(found))
        choice = (
            'say what it means in [words.date], or give the column a `read` of its own: { text = "{…}", read = "…" }'
        )
        if len(found) > 1 and {swapped(each) for each in self.dates} & set(self.dates):
            choice = f'say only one of {" and ".join(self.dates)}, or read = ["either order"] for a date between both'
        reading = one(text, found, choice)
        if reading is not None:
            return reading
        if any(dates.in_form(text, swapped(form), self.months) for form in self.dates):
            choice = f"it is of another order than {' or '.join(self.dates)}: which of the two do the other rows have?"
            raise Doubtful(text, (), choice)
        try:
            return dates.in_a_cell(text)
        except InvalidValue as error:
            forms = f", or of the form {' or '.join(self.dates)}" if self.dates else ""
            raise InvalidValue(text, f"{error.expected}{forms}", error.hint) from None

    def _dates(self, name: str, text: str, depth: int, known: Known) -> list[str]:
        """All readings of a date."""
        found = [each for first in self._first_months for each in dates.financial_years(text, first)]
        if not found:
            with contextlib.suppress(InvalidValue):
                found = [dates.in_a_cell(text)]
            if found and dates.may_be_years(text) and "%Y-%m" not in self.dates:
                raise Doubtful(text, (text, "two years"), dates.MONTHS_OR_YEARS)
        for form in self.dates:
            found += dates.in_form(text, form, self.months)
        for style, epoch in dates.EPOCHS.items():
            found += dates.excel_serials(text, epoch) if style in self.styles else ()
        inner = partial(self._inner, name=name, readings=self._dates, depth=depth, known=known)
        found += self._fitting(self._patterns(name, numbers=False), text, inner, _edtf)
        if "lists" in self.styles and len(pieces := [each for each in _SEPARATED.split(text) if each]) > 1:
            read = [list(dict.fromkeys(self._dates(name, each, depth + 1, known))) for each in pieces[:50]]
            if len(pieces) <= 50 and all(len(each) == 1 for each in read):
                found.append(dates.hull([each[0] for each in read]))
        if not found and not depth and self.dates:
            found += self._fitting(_within_intervals(), text, inner, _edtf)
        return found

    def _numbers(self, name: str, text: str, depth: int, known: Known) -> list[str]:
        """All readings of a number within a pattern."""
        try:
            found = [to_number(text, self.decimal, self.thousands)]
        except InvalidValue:
            found = []
        inner = partial(self._inner, name=name, readings=self._numbers, depth=depth, known=known)
        return found or self._fitting(self._patterns(name, numbers=True), text, inner, normal)

    def _inner(self, kind: str, text: str, *, name: str, readings: Readings, depth: int, known: Known) -> list[str]:
        """What a text may mean in a pattern; `known` is what others in the same cell mean."""
        if kind in OWN:
            value = OWN[kind](text)
            return [] if value is None else [value]
        if kind == "month":
            return [] if text.isdecimal() else [f"{each:02}" for each in month_numbers(text, self.months)]
        if depth >= DEEPEST or not any(map(str.isdecimal, text)):
            return []
        if (text, depth) not in known:
            if len(known) >= MOST_PARTS:
                return []
            known[text, depth] = []
            known[text, depth] = list(dict.fromkeys(readings(name, text, depth + 1, known)))
        return known[text, depth]

    def _patterns(self, name: str, *, numbers: bool) -> Iterable[Pattern]:
        return (*self.patterns.get(name, ()), *_styled(numbers, self.styles))

    def _fitting(
        self,
        patterns: Iterable[Pattern],
        text: str,
        inner: Callable[[str, str], list[str]],
        normal_: Callable[[str], str],
    ) -> list[str]:
        found = []
        for pattern in patterns:
            for each in pattern.readings(text, inner):
                try:
                    found.append(normal_(each))
                except InvalidValue:
                    continue  # it fits, and means nothing, such as a range that ends before it begins
        return found

    @property
    def _first_months(self) -> list[int]:
        found = (styles.first_month(each) for each in self.styles)
        return [each for each in found if each is not None]

    def is_plain(self, name: str, text: str) -> bool:
        """Whether a text means what it says, by no pattern or style."""
        plain = attrs.evolve(self, styles=(), patterns={})
        try:
            plain.number(name, text) if name in NUMBERS else plain.date(name, text)
        except (InvalidValue, Doubtful):
            return False
        return True


def swapped(form: str) -> str:
    """A form with day and month in the other order, if it has both.

    >>> swapped("%d/%m/%Y"), swapped("%m/%Y")
    ('%m/%d/%Y', '%m/%Y')
    """
    if not all(each in form for each in _SWAP):
        return form
    return re.sub("%[dm]", lambda each: _SWAP[each[0]], form)


def _any(kind: str, text: str) -> list[str]:
    """What a text within a field that is neither a date nor a number means: itself."""
    value = OWN[kind](text) if kind in OWN else text
    return [] if value is None else [value]


def _edtf(text: str) -> str:
    return DateRange.parse(text).text
