"""Functions from what a person writes to the value of a field; each raises `InvalidValue` for anything else.

They are converters of attrs fields. Those named `optional_…` also take None, and say so to type checkers, which learn
nothing from `attrs.converters.optional`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aidtimeline.errors import InvalidValue
from aidtimeline.values.amounts import Money, MoneyLike
from aidtimeline.values.dates import DateLike, DateRange

MAX_SLUG = 200
_RECORD_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def to_slug(value: str) -> str:
    """A short name for a thing, party, project or place; an unknown one is fine, an unprintable one is not."""
    if isinstance(value, str) and value and value.isprintable() and value == value.strip() and len(value) <= MAX_SLUG:
        return value
    raise InvalidValue(value, f"a slug: 1 to {MAX_SLUG} printable characters without space around them")


def to_slugs(value: str | Iterable[str]) -> tuple[str, ...]:
    """Slugs in the order given; a single one may be given by itself."""
    return tuple(to_slug(each) for each in ([value] if isinstance(value, str) else value))


def to_slugs_once(value: str | Iterable[str]) -> tuple[str, ...]:
    """Slugs or ids of records, each once, in the order given; a single one may be given by itself."""
    return tuple(dict.fromkeys(to_slugs(value)))


def to_text(value: str) -> str:
    """Text of any length that is not empty and can be written as UTF-8."""
    if isinstance(value, str) and value.strip() and "\0" not in value:
        try:
            value.encode()
        except UnicodeEncodeError:
            pass
        else:
            return value
    raise InvalidValue(value, "text that is not empty and can be written as UTF-8")


def to_record_id(value: str) -> str:
    """The whole id of a record: 32 lower-case hexadecimal digits."""
    if isinstance(value, str) and is_record_id(value):
        return value
    raise InvalidValue(value, "the id of a record: 32 hexadecimal digits")


def is_record_id(text: str) -> bool:
    """Whether a text is written like the whole id of a record.

    >>> is_record_id("a941af879625350a2d288cc09571413c"), is_record_id("a941af87")
    (True, False)
    """
    return _RECORD_ID.fullmatch(text) is not None


def to_record_ids(value: str | Iterable[str]) -> tuple[str, ...]:
    """Whole ids of records, each once, in the order given; a single one may be given by itself."""
    return tuple(dict.fromkeys(to_record_id(each) for each in ([value] if isinstance(value, str) else value)))


def to_some_record_ids(value: str | Iterable[str]) -> tuple[str, ...]:
    """At least one id of a record."""
    ids = to_record_ids(value)
    if not ids:
        raise InvalidValue([], "the id of at least one record")
    return ids


def to_date(value: DateLike) -> DateRange:
    """A date: EDTF text, a day, a range, or an interval of pendulum."""
    return DateRange.parse(value)


def to_money(value: MoneyLike) -> Money:
    """An amount of money: `Money`, or text such as `USD 4500000`."""
    return Money.parse(value)


def to_monies(value: MoneyLike | Iterable[MoneyLike]) -> tuple[Money, ...]:
    """Amounts of money in the order given; a single one may be given by itself."""
    return tuple(Money.parse(each) for each in ([value] if isinstance(value, Money | str) else value))


def to_flag(value: bool) -> bool:
    """True or false, and nothing that is like them."""
    if isinstance(value, bool):
        return value
    raise InvalidValue(value, "true or false")


def optional_text(value: str | None) -> str | None:
    """Text, or None."""
    return None if value is None else to_text(value)


def optional_slug(value: str | None) -> str | None:
    """A slug, or None."""
    return None if value is None else to_slug(value)


def optional_record_id(value: str | None) -> str | None:
    """The whole id of a record, or None."""
    return None if value is None else to_record_id(value)


def optional_date(value: DateLike | None) -> DateRange | None:
    """A date, or None."""
    return None if value is None else to_date(value)


def optional_money(value: MoneyLike | None) -> Money | None:
    """An amount of money, or None."""
    return None if value is None else to_money(value)


def optional_flag(value: bool | None) -> bool | None:
    """True, false, or None."""
    return None if value is None else to_flag(value)
