"""Amounts that may be vague: quantities, and money in one currency.

An amount has two bounds, both inclusive: the true number lies between `low` and `high`. If they are equal the number is
exact. Numbers are decimals, and every sum is exact, whatever number of digits it takes: nothing here rounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from operator import index
from typing import SupportsIndex, TypeAlias, final

from attrs import field, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.values.currencies import check_currency

MAX_DIGITS = 30
"""The most digits, on both sides of the point, that a number may have when it is read. Sums may have more."""

REMEMBERED = 2**16
"""How many distinct texts are cached once parsed; beyond that, the least recently used are parsed again."""

EXPECTED = "a quantity such as 12, 11.5, 2..4, 1.., ..20 or ~20"
EXPECTED_DIGITS = f"numbers of at most {MAX_DIGITS} digits, without exponents"
EXPECTED_MONEY = "money such as USD 4500000: an ISO 4217 code, one space, and an amount"

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_QUANTITY = re.compile(rf"(~?)(?:({_NUMBER})|({_NUMBER})?\.\.({_NUMBER})?)")
_NOTHING = ("..", "~..")  # these fit the pattern, but say nothing
_MAX_LENGTH = len("~-.") + MAX_DIGITS + len("..-.") + MAX_DIGITS

EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact, InvalidOperation, Overflow])
"""As many digits as there can be; a sum that does not fit raises instead of rounding."""


QuantityLike: TypeAlias = "str | SupportsIndex | float | Decimal | Quantity"
"""What a quantity may be given as: text such as `2..4`, a whole number (of any class that is one, as numpy's are), a
float, which is the decimal that it prints as, a `Decimal`, or a `Quantity`."""
MoneyLike: TypeAlias = "str | Money"
"""What money may be given as: text such as `USD 4500000`, or `Money`."""

_ONE = Decimal(1)
_HUNDRED = Decimal(100)


def plain(number: Decimal | SupportsIndex) -> Decimal:
    """The same number without trailing zeros, exponent, or sign of zero, so that equal numbers look equal.

    >>> plain(Decimal("2.50")), plain(Decimal("3E+2"))
    (Decimal('2.5'), Decimal('300'))
    """
    if type(number) is Decimal and number and number.same_quantum(_ONE):
        return number  # nearly all are
    number = number if isinstance(number, Decimal) else Decimal(_whole(number, "a whole number or a Decimal"))
    if not number.is_finite():
        raise InvalidValue(number, "a finite number")
    if not number:
        return Decimal(0)
    number = number.normalize(EXACT)
    return number.quantize(_ONE, context=EXACT) if number == number.to_integral_value() else number


def _whole(number: object, expected: str) -> int:
    """A whole number of any class that is one: an `int`, those of numpy. A flag is none."""
    if type(number) is int:
        return number
    try:
        whole = index(number)  # type: ignore[arg-type]
    except TypeError:  # also for an array, or a flag of numpy
        raise InvalidValue(number, expected) from None
    if isinstance(number, bool):
        raise InvalidValue(number, expected)
    return whole


def _optional_plain(number: Decimal | SupportsIndex | None) -> Decimal | None:
    return None if number is None else plain(number)


@final
@frozen(order=False, repr=False)
class Quantity:
    """How many or how much: bounds on one number, both inclusive, in a unit that is kept beside it.

    | text | low | high | |
    |---|---|---|---|
    | `12`, `11.5`, `-5` | the number | the same | `is_exact`; a negative number reverses |
    | `2..4` | 2 | 4 | |
    | `1..` | 1 | None: open | "some" |
    | `..20` | 0 | 20 | "up to 20"; `low_stated` is false, which distinguishes it from `0..20` |
    | `~20`, `~2..4` | 20, 2 | 20, 4 | `approximate`: a flag that does not widen the bounds |

    `+` and `-` take quantities, `*` an exact number (`int` or `Decimal`); `sum()` adds any number of quantities. The
    result holds whatever the numbers are within their bounds. None of them knows units: do not add kilograms to pieces.

    `a < b` is true if `a` is wholly below `b`, `a > b` if wholly above; if they share a number, neither is, and there
    is no `<=`: so do not sort vague ones, nor take their `min` or `max`. Two are equal if bounds and flags are: `2..2`
    is `2`, but `~2` is not.

    Raises `InvalidValue` if low is above high, or a bound is not finite.

    `low` and `high` are exact decimal numbers; `high` is None if it is open.

    >>> Quantity.parse("2..4").high, Quantity.parse("1..").high, Quantity.parse("~20").is_exact
    (Decimal('4'), None, False)
    >>> print(Quantity.parse("2..4") + Quantity.parse("~0.50"))
    about 2.5 to 4.5
    >>> print(sum([Quantity.parse("2..4"), Quantity.parse("1..")]), "·", 3 * Quantity.parse("2..4"))
    at least 3 · 6 to 12
    >>> Quantity.parse(4) - Quantity.parse("1..")
    Traceback (most recent call last):
    aidtimeline.errors.InvalidValue: found '1..', expected a quantity with a high end (what is taken off must end)
    >>> Quantity.parse("1") < Quantity.parse("2..4"), Quantity.parse("2") < Quantity.parse("2..4")
    (True, False)
    """

    low: Decimal = field(converter=plain)
    high: Decimal | None = field(converter=_optional_plain)
    approximate: bool = False
    low_stated: bool = True

    def __attrs_post_init__(self) -> None:
        if self.high is not None and self.low > self.high:
            reversed_ = Quantity(self.high, self.low, self.approximate).text
            raise InvalidValue(self.text, "a low end not above the high end", f"did you mean {reversed_}?")
        if self.low_stated:
            return
        if self.low:
            raise InvalidValue(self.text, "a low end of 0 if it is not stated")
        if self.high is None or self.low == self.high:  # then the text has no range that could lack a low end
            object.__setattr__(self, "low_stated", True)

    @classmethod
    def parse(cls, found: QuantityLike) -> Quantity:
        """The quantity of a text or number; a quantity is itself. A float is the decimal that it prints as.

        Raises `InvalidValue` for anything else, also for booleans, for exponents in a text, and for numbers of more
        than `MAX_DIGITS` digits.

        >>> Quantity.parse("2..4").text, Quantity.parse(4500000).text, Quantity.parse(11.5).text
        ('2..4', '4500000', '11.5')
        """
        if isinstance(found, str):
            return _parse_quantity(found)
        return found if isinstance(found, Quantity) else cls.exact(found)

    @classmethod
    def exact(cls, number: SupportsIndex | float | Decimal) -> Quantity:
        """The quantity that is exactly this number. A float is the decimal that it prints as.

        Raises `InvalidValue` as `parse` does.

        >>> Quantity.exact(0.1).low
        Decimal('0.1')
        """
        if isinstance(number, float):
            value = Decimal(float.__repr__(number))
        else:
            value = number if isinstance(number, Decimal) else Decimal(_whole(number, EXPECTED))
        if not value.is_finite():
            raise InvalidValue(number, EXPECTED)
        if _digits(value) > MAX_DIGITS:  # shortened, since Python refuses to print very long integers
            raise InvalidValue(f"{value:.5g}", EXPECTED_DIGITS)
        return cls(value, value)

    @property
    def is_exact(self) -> bool:
        """Whether the bounds are equal and not approximate.

        >>> Quantity.parse("2").is_exact, Quantity.parse("~2").is_exact, Quantity.parse("2..4").is_exact
        (True, False, False)
        """
        return self.low == self.high and not self.approximate

    @property
    def text(self) -> str:
        """The normal form, without exponents and needless zeros; `parse` reads it, up to `MAX_DIGITS` digits.

        >>> Quantity.parse("~007.50..8.0").text
        '~7.5..8'
        """
        low = f"{self.low:f}" if self.low_stated else ""
        high = "" if self.high is None else f"{self.high:f}"
        return ("~" if self.approximate else "") + (low if low == high else f"{low}..{high}")

    @property
    def json(self) -> int | str:
        """The quantity in JSON: an integer if it is exact and integral, else its text.

        >>> Quantity.parse("30.0").json, Quantity.parse("11.5").json, Quantity.parse("~20").json
        (30, '11.5', '~20')
        """
        return whole if self.is_exact and (whole := int(self.low)) == self.low else self.text

    def __add__(self, other: Quantity) -> Quantity:
        """The exact bounds of the sum, approximate or open if either is. Its low end counts as stated."""
        if not isinstance(other, Quantity):
            return NotImplemented
        high = None if self.high is None or other.high is None else EXACT.add(self.high, other.high)
        return Quantity(EXACT.add(self.low, other.low), high, self.approximate or other.approximate)

    def __radd__(self, other: int) -> Quantity:
        """This, if it is added to the 0 with which `sum()` begins; no other number is taken."""
        return ZERO + self if type(other) is int and other == 0 else NotImplemented

    def __neg__(self) -> Quantity:
        """As much taken off. Raises `InvalidValue` if the high end is open: then the low end would be."""
        if self.high is None:
            raise InvalidValue(self.text, "a quantity with a high end", "what is taken off must end")
        return Quantity(self.high.copy_negate(), self.low.copy_negate(), self.approximate)

    def __sub__(self, other: Quantity) -> Quantity:
        """The bounds of the difference of two numbers that know nothing of each other: `2..4` less `2..4` is `-2..2`.

        Raises `InvalidValue` if the high end of what is taken off is open.
        """
        return self + -other if isinstance(other, Quantity) else NotImplemented

    def __mul__(self, times: int | Decimal) -> Quantity:
        """So many times as much, exactly. Raises `InvalidValue` for a number below 0 if the high end is open."""
        if not _is_number(times):
            return NotImplemented
        if times < 0:
            return -self * -times
        number = plain(times)
        high = None if self.high is None else EXACT.multiply(self.high, number)
        return Quantity(EXACT.multiply(self.low, number), high if number else Decimal(0), self.approximate)

    __rmul__ = __mul__

    def __lt__(self, other: Quantity) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.high is not None and self.high < other.low

    def part(self, least: Decimal, most: Decimal) -> Quantity:
        """The exact bounds of a part of it: from `least` to `most` percent, both at least 0.

        >>> print(Quantity.parse("200..").part(Decimal("12.5"), Decimal(60)))
        at least 25
        """
        if least == most == _HUNDRED:
            return self
        low = EXACT.multiply(self.low, most if self.low < 0 else least)
        high = Decimal(0) if not most else None
        if self.high is not None:
            high = EXACT.scaleb(EXACT.multiply(self.high, least if self.high < 0 else most), -2)
        return Quantity(EXACT.scaleb(low, -2), high, self.approximate)

    def at_rates(self, least: Fraction, most: Fraction) -> Quantity:
        """The same in another currency: its low end at the rate `least`, its high end at `most`, both above 0.

        Each end is rounded to hundredths, half of one away from 0. The result is approximate: rates are rounded too.

        >>> print(Quantity.parse("-3..200").at_rates(Fraction(1, 3), Fraction(1, 2)))
        about -1.5 to 100
        """
        high = None if self.high is None else _at_rate(self.high, least if self.high < 0 else most)
        return Quantity(_at_rate(self.low, most if self.low < 0 else least), high, True, self.low_stated)

    def taken_off(self, ended: Quantity | None, *, sure: bool) -> Quantity:
        """What is taken off this amount if `ended` of it ends, as an amount below zero; None: it may be any.

        Not more is taken off than there is. If it is not `sure`, perhaps nothing is. It is approximate if either is.

        >>> pledged = Quantity.parse("10")
        >>> print(pledged.taken_off(Quantity.parse("2..4"), sure=True), "·", pledged.taken_off(None, sure=True))
        -4 to -2 · -10 to 0
        """
        most = self.low if ended is None or ended.high is None else min(self.low, ended.high)
        least = ended.low if ended is not None and sure else Decimal(0)
        least = least if self.high is None else min(least, self.high)
        least = max(least, Decimal(0))
        approximate = self.approximate or (ended is not None and ended.approximate)
        return Quantity(max(most, least).copy_negate(), least.copy_negate(), approximate)

    def contains(self, other: Quantity) -> bool:
        """Whether all of the other's bounds lie within these, whatever the flags.

        >>> Quantity.parse("2..").contains(Quantity.parse("~4")), Quantity.parse("2..4").contains(Quantity.parse("4.."))
        (True, False)
        """
        below = self.high is None or (other.high is not None and other.high <= self.high)
        return self.low <= other.low and below

    def overlaps(self, other: Quantity) -> bool:
        """Whether some number lies within both bounds.

        >>> Quantity.parse("2..4").overlaps(Quantity.parse("4..")), Quantity.parse("2..4").overlaps(Quantity.parse("5"))
        (True, False)
        """
        return not (self < other or self > other)

    def hull(self, other: Quantity) -> Quantity:
        """The narrowest bounds that contain both; approximate if either is.

        >>> print(Quantity.parse(2).hull(Quantity.parse("4..5")))
        2 to 5
        """
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return self._with(other, min(self.low, other.low), high)

    def intersection(self, other: Quantity) -> Quantity | None:
        """The bounds that both have in common, or None; approximate if either is.

        >>> print(Quantity.parse("1..").intersection(Quantity.parse("0..4")))
        1 to 4
        """
        if not self.overlaps(other):
            return None
        high = min((end for end in (self.high, other.high) if end is not None), default=None)
        return self._with(other, max(self.low, other.low), high)

    def _with(self, other: Quantity, low: Decimal, high: Decimal | None) -> Quantity:
        """Bounds taken from two quantities, with their flags; the low end is stated if one of them states it."""
        stated = (self.low_stated and self.low == low) or (other.low_stated and other.low == low)
        return Quantity(low, high, self.approximate or other.approximate, stated)

    def __str__(self) -> str:
        return self._say("")

    def __repr__(self) -> str:
        return f"Quantity.parse({self.text!r})"

    def _say(self, unit: str) -> str:
        """The quantity in words, with the unit before the first number."""
        about = "about " if self.approximate else ""
        if self.high is None:
            return f"at least {about}{unit}{self.low:,f}"
        if self.low == self.high:
            return f"{about}{unit}{self.low:,f}"
        if not self.low_stated:
            return f"up to {about}{unit}{self.high:,f}"
        return f"{about}{unit}{self.low:,f} to {self.high:,f}"


def _is_number(found: object) -> bool:
    """Whether it is an exact number."""
    return isinstance(found, int | Decimal) and not isinstance(found, bool)


ZERO = Quantity(Decimal(0), Decimal(0))
"""With what every sum begins."""


def add(one: Decimal, other: Decimal) -> Decimal:
    """`one` and `other`, exactly, whatever number of digits it takes.

    >>> add(Decimal(10**40), Decimal("0.5"))
    Decimal('10000000000000000000000000000000000000000.5')
    """
    return plain(EXACT.add(one, other))


def subtract(one: Decimal, other: Decimal) -> Decimal:
    """`one` less `other`, exactly, whatever number of digits it takes.

    >>> subtract(Decimal(10**40), Decimal("0.5"))
    Decimal('9999999999999999999999999999999999999999.5')
    """
    return plain(EXACT.subtract(one, other))


def _at_rate(number: Decimal, rate: Fraction) -> Decimal:
    """A number times a rate, rounded to hundredths, half of one away from 0."""
    numerator, denominator = number.as_integer_ratio()
    denominator *= rate.denominator
    whole = (200 * abs(numerator) * rate.numerator + denominator) // (2 * denominator)
    return EXACT.scaleb(Decimal(whole if numerator >= 0 else -whole), -2)


def _digits(number: Decimal) -> int:
    """How many digits the number has when it is written out, found without doing so."""
    return 1 + max(number.adjusted(), 0) + max(-int(number.as_tuple().exponent), 0)


@lru_cache(REMEMBERED)
def _parse_quantity(text: str) -> Quantity:
    try:
        return _read(text)
    except InvalidValue as error:
        meant = _guess(text)
        hint = f"did you mean {meant}?" if meant else error.hint
        raise InvalidValue(text, error.expected, hint) from None


def _read(text: str) -> Quantity:
    match = _QUANTITY.fullmatch(text)
    if match is None or text in _NOTHING:
        raise InvalidValue(text, EXPECTED)
    about, exact, low, high = match.groups()
    if any(sum(map(str.isdigit, number)) > MAX_DIGITS for number in (exact, low, high) if number):
        raise InvalidValue(text, EXPECTED_DIGITS)
    least = Decimal(exact or low or 0)
    return Quantity(
        low=least,
        high=least if exact else None if high is None else Decimal(high),
        approximate=bool(about),
        low_stated=bool(exact or low),
    )


# Rewrites, step by step, of what people write who do not know the forms.
_POWERS = {"thousand": "e3", "million": "e6", "billion": "e9"}
_REWRITES: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"(?<=[0-9]),(?=[0-9]{3})", ""),
    (r"^\+(?=[0-9])", ""),
    (r"(?<![0-9.])\.(?=[0-9])", "0."),
    (r"([0-9]+(?:\.[0-9]+)?) ?(thousand|million|billion)", lambda m: f"{Decimal(m[1] + _POWERS[m[2]]):f}"),
    (r"(?<=[0-9]) ?(?:-|–|—|…|\.\.\.|to) ?(?=[0-9])", ".."),
    (r"^(?:about|around|circa|ca\.?) ?", "~"),
    (r"^(?:at least|>=|≥) ?(.+)", r"\1.."),
    (r"^(.+)\+$", r"\1.."),
    (r"^(?:up to|at most|<=|≤) ?", ".."),
    (r"^(?:some|several|a few)$", "1.."),
    (r"(?<=[0-9]) +[a-z]+$", ""),
]


def _guess(text: str) -> str | None:
    """The quantity that a text in another form probably means, or None."""
    if len(text) > _MAX_LENGTH:
        return None
    meant = text.strip().lower()
    for pattern, replacement in _REWRITES:
        meant = re.sub(pattern, replacement, meant)
    try:
        return _read(meant).text
    except InvalidValue:
        return None


def to_quantity(amount: QuantityLike) -> Quantity:
    """A quantity: a number, or text such as `2..4`."""
    return Quantity.parse(amount)  # attrs' plugin for mypy takes functions only


def optional_quantity(amount: QuantityLike | None) -> Quantity | None:
    """A quantity, or None."""
    return None if amount is None else Quantity.parse(amount)


@final
@frozen(order=False, repr=False)
class Money:
    """An amount of money: a `Quantity` in one currency, by its code of ISO 4217, current or historic.

    The amount may be anything that `Quantity.parse` takes. Raises `InvalidValue` for a bad amount or code.

    `+`, `-`, `*` a number and `sum()` are those of quantities, in one currency; two raise `InvalidValue`. A view
    converts (`view.money(currency="USD")`), by rates that it names. Money has no order.

    `amount` is the number with its bounds, `currency` the code in capital letters.

    >>> print(Money(4500000, "JPY"), "·", Money("~20", "USD"), "·", Money("1..", "EUR"))
    JPY 4,500,000 · about USD 20 · at least EUR 1
    >>> print(sum([Money("2..4", "USD"), Money(3, "USD")]))
    USD 5 to 7
    >>> Money(2, "USD") + Money(3, "EUR")
    Traceback (most recent call last):
    aidtimeline.errors.InvalidValue: found 'EUR 3', expected money in USD, as 'USD 2' is
    """

    amount: Quantity = field(converter=to_quantity)
    currency: str = field(converter=check_currency)

    @classmethod
    def parse(cls, found: MoneyLike) -> Money:
        """The money of a text; money is itself. Raises `InvalidValue` for anything else.

        >>> Money.parse("USD 2..4").amount.high
        Decimal('4')
        """
        if isinstance(found, str):
            return _parse_money(found)
        if isinstance(found, Money):
            return found
        raise InvalidValue(found, EXPECTED_MONEY)

    @property
    def text(self) -> str:
        """The normal form, which `parse` reads.

        >>> Money.parse("USD 4500000.00").text
        'USD 4500000'
        """
        return f"{self.currency} {self.amount.text}"

    def __add__(self, other: Money) -> Money:
        """The sum of money in one currency. Raises `InvalidValue` for another currency."""
        if not isinstance(other, Money):
            return NotImplemented
        if other.currency != self.currency:
            raise InvalidValue(other.text, f"money in {self.currency}, as {self.text!r} is")
        return Money(self.amount + other.amount, self.currency)

    def __radd__(self, other: int) -> Money:
        """This, if it is added to the 0 with which `sum()` begins; no other number is taken."""
        return Money(0 + self.amount, self.currency) if type(other) is int and other == 0 else NotImplemented

    def __neg__(self) -> Money:
        """As much taken off. Raises `InvalidValue` if the high end is open."""
        return Money(-self.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """The difference of money in one currency. Raises as `+` does, and if the high end of `other` is open."""
        return NotImplemented if not isinstance(other, Money) else self + -other

    def __mul__(self, times: int | Decimal) -> Money:
        """So many times as much."""
        return NotImplemented if not _is_number(times) else Money(self.amount * times, self.currency)

    __rmul__ = __mul__

    def __str__(self) -> str:
        return self.amount._say(f"{self.currency} ")

    def __repr__(self) -> str:
        return f"Money.parse({self.text!r})"


@lru_cache(REMEMBERED)
def _parse_money(text: str) -> Money:
    currency, space, amount = text.partition(" ")
    if not space:
        raise InvalidValue(text, EXPECTED_MONEY)
    return Money(amount, currency)
