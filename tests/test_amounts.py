"""Quantities and money: bounds that are exact, however vague the amount."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal, localcontext
from fractions import Fraction
from math import inf, nan

import attrs
import pytest
from hypothesis import given, strategies as st

from aidtimeline.errors import InvalidValue
from aidtimeline.values.amounts import MAX_DIGITS, ZERO, Money, Quantity
from aidtimeline.values.currencies import CURRENCIES

WHOLE = st.integers(-20, 20) | st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1)
FRACTIONS = st.builds(lambda n, places: Decimal(n).scaleb(-places), st.integers(-9999, 9999), st.integers(0, 4))
NUMBERS = FRACTIONS | WHOLE.map(Decimal)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    form = draw(st.sampled_from(["exact", "bounds", "open", "low not stated"]))
    approximate = draw(st.booleans())
    if form == "low not stated":
        return Quantity(Decimal(0), high.copy_abs(), approximate, False)
    return Quantity(low, {"exact": low, "bounds": high, "open": None}[form], approximate)


QUANTITIES = quantities() | st.sampled_from(["0", "2..4", "1..", "..20", "~20", "~..2", "-5..-2"]).map(Quantity.parse)

# The model: bounds as exact fractions or an infinity, which know nothing of decimals.
Bounds = tuple[Fraction | float, Fraction | float]


def bounds(quantity: Quantity) -> Bounds:
    return Fraction(quantity.low), inf if quantity.high is None else Fraction(quantity.high)


@given(QUANTITIES)
def test_the_normal_form_reads_back(quantity: Quantity) -> None:
    """Parsing the text gives the quantity again, the very same object once parsed, and its text again."""
    again = Quantity.parse(quantity.text)
    assert again == quantity
    assert again.text == quantity.text
    assert str(again.low) == str(quantity.low) == f"{quantity.low:f}"
    assert hash(again) == hash(quantity)
    assert Quantity.parse(quantity.text) is Quantity.parse("".join(quantity.text))
    assert Quantity.parse(quantity) is quantity
    assert Quantity.parse(quantity.json) == quantity


@given(QUANTITIES)
def test_json_is_an_integer_where_the_quantity_is_one(quantity: Quantity) -> None:
    """An exact whole number is a JSON integer, everything else its text."""
    low, high = bounds(quantity)
    whole = low == high and low == int(low) and not quantity.approximate
    assert quantity.json == (int(low) if whole else quantity.text)
    assert type(quantity.json) is (int if whole else str)
    assert quantity.is_exact is (low == high and not quantity.approximate)


@given(st.lists(QUANTITIES, max_size=30))
def test_sums_are_exact(summands: list[Quantity]) -> None:
    """The bounds of a sum are the sums of the bounds, to the last digit, in any decimal context of the caller."""
    with localcontext(prec=3):
        total = sum(summands, ZERO)
    lows, highs = zip(*map(bounds, summands), strict=True) if summands else ((), ())
    assert bounds(total) == (sum(lows), sum(highs))
    assert total.approximate is any(each.approximate for each in summands)


@given(QUANTITIES, QUANTITIES, QUANTITIES)
def test_addition_is_a_commutative_monoid(one: Quantity, two: Quantity, three: Quantity) -> None:
    """Order and grouping change nothing; zero changes nothing but that the low end counts as stated."""
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + ZERO == attrs.evolve(one, low_stated=True)


def test_sums_outgrow_what_may_be_read() -> None:
    """A sum has as many digits as it takes, beyond those that any number may be read with."""
    most, least = Quantity.parse("9" * MAX_DIGITS), Quantity.parse("0." + "0" * (MAX_DIGITS - 2) + "1")
    assert (most + least).text == "9" * MAX_DIGITS + "." + "0" * (MAX_DIGITS - 2) + "1"
    assert (most + Quantity.exact(1)).json == 10**MAX_DIGITS


@given(QUANTITIES, QUANTITIES)
def test_before_and_overlap_divide_all_cases(one: Quantity, other: Quantity) -> None:
    """Of any two, one is wholly below the other or they share a number."""
    (low, high), (other_low, other_high) = bounds(one), bounds(other)
    assert (one < other) is (high < other_low)
    assert (one > other) is (other_high < low)
    assert one.overlaps(other) is (max(low, other_low) <= min(high, other_high))
    assert (one < other) + (one > other) + one.overlaps(other) == 1


@given(QUANTITIES, QUANTITIES, QUANTITIES)
def test_below_is_a_strict_partial_order(one: Quantity, two: Quantity, three: Quantity) -> None:
    """Below is irreflexive, holds one way only, and is transitive."""
    assert not one < one  # noqa: PLR0124
    assert not (one < two < one)
    assert one < three or not (one < two < three)


@given(QUANTITIES, QUANTITIES)
def test_hull_and_intersection_are_those_of_the_bounds(one: Quantity, other: Quantity) -> None:
    """The hull is the narrowest that contains both, the intersection the widest that both contain, or None."""
    (low, high), (other_low, other_high) = bounds(one), bounds(other)
    hull, common = one.hull(other), one.intersection(other)
    assert bounds(hull) == (min(low, other_low), max(high, other_high))
    assert hull.contains(one)
    assert hull.contains(other)
    assert (common is None) is not one.overlaps(other)
    assert one.contains(other) is (low <= other_low and other_high <= high)
    if common is not None:
        assert bounds(common) == (max(low, other_low), min(high, other_high))
        assert one.contains(common)
        assert other.contains(common)
        assert common.approximate is hull.approximate is (one.approximate or other.approximate)


def meet(one: Quantity | None, other: Quantity | None) -> Quantity | None:
    return None if one is None or other is None else one.intersection(other)


@given(QUANTITIES, QUANTITIES, QUANTITIES)
def test_hull_and_intersection_are_semilattices(one: Quantity, two: Quantity, three: Quantity) -> None:
    """Both are idempotent, commutative and associative, flags included."""
    assert one.hull(one) == one.intersection(one) == one
    assert one.hull(two) == two.hull(one)
    assert one.intersection(two) == two.intersection(one)
    assert one.hull(two).hull(three) == one.hull(two.hull(three))
    assert meet(meet(one, two), three) == meet(one, meet(two, three))


@given(QUANTITIES, QUANTITIES)
def test_results_are_in_normal_form(one: Quantity, other: Quantity) -> None:
    """A result equals the quantity of its text, if the text is short enough to be read."""
    for result in (one + other, one.hull(other), one.intersection(other)):
        if result is not None and max(sum(map(str.isdigit, part)) for part in result.text.split("..")) <= MAX_DIGITS:
            assert Quantity.parse(result.text) == result


FORMS = {
    "12": (12, 12, False, True, "12"),
    "0": (0, 0, False, True, "0"),
    "-0": (0, 0, False, True, "0"),
    "007": (7, 7, False, True, "7"),
    "4.50": ("4.5", "4.5", False, True, "4.5"),
    "100": (100, 100, False, True, "100"),
    "-5": (-5, -5, False, True, "-5"),
    "2..4": (2, 4, False, True, "2..4"),
    "2..2.0": (2, 2, False, True, "2"),
    "-5..-2": (-5, -2, False, True, "-5..-2"),
    "-1.5..2": ("-1.5", 2, False, True, "-1.5..2"),
    "1..": (1, None, False, True, "1.."),
    "0..": (0, None, False, True, "0.."),
    "0..20": (0, 20, False, True, "0..20"),
    "..20": (0, 20, False, False, "..20"),
    "..0": (0, 0, False, True, "0"),
    "~20": (20, 20, True, True, "~20"),
    "~2..4": (2, 4, True, True, "~2..4"),
    "~..20": (0, 20, True, False, "~..20"),
    "~5..": (5, None, True, True, "~5.."),
    "9" * MAX_DIGITS: ("9" * MAX_DIGITS, "9" * MAX_DIGITS, False, True, "9" * MAX_DIGITS),
}


@pytest.mark.parametrize(("text", "parts"), FORMS.items())
def test_forms(text: str, parts: tuple[int | str, int | str | None, bool, bool, str]) -> None:
    """Each form has its bounds, its flags and its normal form."""
    low, high, approximate, low_stated, normal = parts
    quantity = Quantity.parse(text)
    assert (quantity.low, quantity.high) == (Decimal(low), None if high is None else Decimal(high))
    assert (quantity.approximate, quantity.low_stated, quantity.text) == (approximate, low_stated, normal)


def test_up_to_twenty_and_nought_to_twenty_are_two_texts() -> None:
    """What was not stated is not written down as if it had been."""
    up_to, from_nought = Quantity.parse("..20"), Quantity.parse("0..20")
    assert up_to != from_nought
    assert up_to.contains(from_nought)
    assert from_nought.contains(up_to)


@given(st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1))
def test_whole_numbers(number: int) -> None:
    """A whole number, an equal Decimal and its text are one quantity."""
    assert Quantity.parse(number) == Quantity.parse(Decimal(number)) == Quantity.parse(str(number))
    assert Quantity.parse(number).json == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_decimal_it_prints_as(number: float) -> None:
    """A float is read as Python prints it, or refused if that has too many digits."""
    plain = f"{Decimal(repr(number)):f}"
    if sum(map(str.isdigit, plain.removesuffix(".0"))) > MAX_DIGITS:
        return
    assert Quantity.parse(number) == Quantity.parse(plain)


@given(st.integers(-9999, 9999), st.integers(-5, 5), st.integers(0, 5))
def test_decimals_of_any_exponent(number: int, exponent: int, zeros: int) -> None:
    """How a Decimal is held makes no difference to the quantity or its text."""
    one, other = Decimal(f"{number}e{exponent}"), Decimal(f"{number}{'0' * zeros}e{exponent - zeros}")
    assert Quantity.exact(one) == Quantity(one, other)
    assert Quantity.exact(one).text == Quantity(other, one).text == repr(Quantity.exact(other)).split("'")[1]


REFUSED = {
    "a number": [
        "",
        " ",
        "..",
        "~..",
        "~",
        ".",
        "...",
        "-",
        "abc",
        "some more",
        "twelve",
        "NaN",
        "Infinity",
        "None",
        "null",
        "true",
    ],
    "one number": ["1 2", "2..4..6", "1-2-3", "12 34", "2,5,7", "1..2~", "~~20", "1/2", "0x10", "1_000", "--5", "12%"],
    "plain digits": [".5", "5.", "+5", "1.5.2", "1,000", "1e3", "1E5", "1e999999999", "٣", "１２", "²", "12\u00a0"],
    "nothing around it": [" 12", "12 ", "12\n", "2 .. 4", "~ 20", "\x0012"],
    "low below high": ["4..2", "-2..-5", "~4..2", "0.2..0.1", "..-5"],
    "few digits": [
        "1" * (MAX_DIGITS + 1),
        "0." + "0" * MAX_DIGITS,
        "1.." + "9" * 31,
        "9" * 100_000,
        "0" * 31,
        "." * 10_000,
    ],
}


@pytest.mark.parametrize(("lacking", "text"), [(why, text) for why, texts in REFUSED.items() for text in texts])
def test_refused_texts(lacking: str, text: str) -> None:
    """What is no quantity is refused with what was found and what was expected."""
    with pytest.raises(InvalidValue, match="expected ") as error:
        Quantity.parse(text)
    assert error.value.found == text, lacking


@pytest.mark.parametrize(
    "found",
    [
        None,
        True,
        False,
        [],
        [12],
        {},
        {"low": 1},
        b"12",
        1j,
        nan,
        inf,
        -inf,
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-Infinity"),
        10**MAX_DIGITS,
        -(10**MAX_DIGITS),
        pytest.param(10**5000, id="10**5000"),
        1e300,
        1e-300,
        Decimal("1E+999999999"),
        Decimal("1E-999999999"),
    ],
)
def test_refused_values(found: object) -> None:
    """Booleans, what is not finite, and numbers too long to write are refused, at once and without writing them out."""
    with pytest.raises(InvalidValue, match="expected "):
        Quantity.parse(found)  # type: ignore[arg-type]


@pytest.mark.parametrize("longest", ["1E+29", "9.99E+29", "-1E-29", "9" * MAX_DIGITS, "1." + "5" * (MAX_DIGITS - 1)])
def test_the_limit_counts_the_digits_as_written_out(longest: str) -> None:
    """As many digits as are allowed are read, however the number is held; one more is refused."""
    text = f"{Decimal(longest):f}"
    assert sum(map(str.isdigit, text)) == MAX_DIGITS
    assert Quantity.exact(Decimal(longest)).text == text == Quantity.parse(text).text
    one_more = Decimal(f"{text}1" if "." in text else f"{text}0")
    for found in (one_more, f"{one_more:f}"):
        with pytest.raises(InvalidValue, match="digits"):
            Quantity.parse(found)


@pytest.mark.parametrize(
    ("low", "high", "stated"),
    [
        (4, 2, True),
        (1, 20, False),
        (Decimal("NaN"), None, True),
        (0, Decimal("Infinity"), True),
        (True, 2, True),
        ("1", 2, True),
    ],
)
def test_bounds_that_cannot_be(low: Decimal, high: Decimal, stated: bool) -> None:
    """Bounds are numbers, finite and in order; a low end that was not stated is 0."""
    with pytest.raises(InvalidValue):
        Quantity(low, high, False, stated)


HINTS = {
    "1,000": "1000",
    "4,500,000.50": "4500000.5",
    "4.5 million": "4500000",
    "about 2 billion": "~2000000000",
    "about 20": "~20",
    "ca. 20": "~20",
    "at least 3": "3..",
    ">= 3": "3..",
    "3+": "3..",
    "up to 20": "..20",
    "<=20": "..20",
    "2-4": "2..4",
    "2 – 4": "2..4",
    "2 to 4": "2..4",
    "2...4": "2..4",
    "-5--2": None,
    "4..2": "2..4",
    "4-2": None,
    "some": "1..",
    "several": "1..",
    "+5": "5",
    ".5": "0.5",
    "12 units": "12",
    " 12": "12",
    "1e3": None,
    "abc": None,
}


@pytest.mark.parametrize(("text", "meant"), HINTS.items())
def test_hints(text: str, meant: str | None) -> None:
    """If the meaning can be guessed, the error says so."""
    with pytest.raises(InvalidValue) as error:
        Quantity.parse(text)
    assert error.value.hint == (meant and f"did you mean {meant}?")


FRAGMENTS = st.sampled_from(
    ["1", "20", "000", ".", "..", "-", "~", ",", " ", "to", "about ", "million", "up to", "+", "e9"]
)


@given(st.lists(FRAGMENTS, max_size=9).map("".join) | st.text(max_size=80))
def test_any_text_is_a_quantity_or_an_invalid_value(text: str) -> None:
    """No text whatsoever crashes the parser, and what it suggests it takes."""
    try:
        Quantity.parse(text)
    except InvalidValue as error:
        if error.hint:
            Quantity.parse(error.hint.removeprefix("did you mean ").removesuffix("?"))


def test_quantities_compare_with_nothing_else() -> None:
    """There is no `<=` and no mixing with plain numbers: both would invite a guess."""
    two = Quantity.parse(2)
    with pytest.raises(TypeError):
        two <= two  # type: ignore[operator]  # noqa: B015, PLR0124
    with pytest.raises(TypeError):
        two < 3  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        two > 1  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        two + 2  # type: ignore[operator]
    assert two != 2  # type: ignore[comparison-overlap]


@given(QUANTITIES)
def test_quantities_are_immutable_values(quantity: Quantity) -> None:
    """A quantity cannot be changed, and copies are equal."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        quantity.low = Decimal(1)  # type: ignore[misc]
    assert copy.deepcopy(quantity) == pickle.loads(pickle.dumps(quantity)) == quantity
    assert not hasattr(quantity, "__dict__")


SAID = {
    "30": "30",
    "4500000": "4,500,000",
    "11.5": "11.5",
    "-5": "-5",
    "2..4": "2 to 4",
    "0..32": "0 to 32",
    "-5..-2": "-5 to -2",
    "1..": "at least 1",
    "..20": "up to 20",
    "~20": "about 20",
    "~2..4": "about 2 to 4",
    "~1000..": "at least about 1,000",
    "~..20": "up to about 20",
}


@pytest.mark.parametrize(("text", "words"), SAID.items())
def test_quantities_in_words(text: str, words: str) -> None:
    """Every form has words a person would write; money puts its code before the first number."""
    assert str(Quantity.parse(text)) == words
    assert str(Money(text, "JPY")).replace("JPY ", "", 1) == words
    assert repr(Quantity.parse(text)) == f"Quantity.parse({text!r})"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("JPY 4500000", "JPY 4,500,000"),
        ("USD ~20", "about USD 20"),
        ("USD 2..4", "USD 2 to 4"),
        ("EUR 1..", "at least EUR 1"),
        ("DEM ..20", "up to DEM 20"),
        ("USD ~2.5..", "at least about USD 2.5"),
        ("USD -20", "USD -20"),
    ],
)
def test_money_in_words(text: str, words: str) -> None:
    """Money reads as a person writes it."""
    assert str(Money.parse(text)) == words


@given(QUANTITIES, st.sampled_from(sorted(CURRENCIES)))
def test_money_reads_back(amount: Quantity, currency: str) -> None:
    """The text of money gives it back, the very same object once parsed."""
    money = Money(amount, currency)
    again = Money.parse(money.text)
    assert again == money
    assert hash(again) == hash(money)
    assert Money.parse(money.text) is Money.parse("".join(money.text))
    assert Money.parse(money) is money
    assert (again.amount, again.currency) == (amount, currency)
    assert repr(money) == f"Money.parse({money.text!r})"


def test_money_takes_any_amount_a_quantity_does() -> None:
    """Text, whole numbers, decimals and quantities are all amounts; money in other currencies is not equal."""
    texts = Money("2.5", "USD"), Money.parse("USD 2.50"), Money(Quantity.parse("2.5"), "USD")
    assert {*texts, Money(2.5, "USD"), Money(Decimal("2.50"), "USD")} == {Money.parse("USD 2.5")}
    assert Money(2, "USD") != Money(2, "EUR")


@pytest.mark.parametrize(
    "found",
    [
        "",
        "USD",
        "USD ",
        " 20",
        "20",
        "20 USD",
        "USD20",
        "USD  20",
        "USD 20 ",
        "USD\t20",
        "USD 1,000",
        "usd 20",
        "XXX 20",
        "ABC 20",
        "USD 4..2",
        "USD abc",
        "USD 20 30",
        "$ 20",
        "EURO 20",
        None,
        20,
        True,
        ["USD 20"],
        {"currency": "USD"},
    ],
)
def test_what_is_no_money(found: object) -> None:
    """Money is a code, one space and an amount, each of them right."""
    with pytest.raises(InvalidValue):
        Money.parse(found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency"), [(True, "USD"), (None, "USD"), ("x", "USD"), (1, "usd"), (1, None), (1, 840)]
)
def test_money_of_impossible_parts(amount: str, currency: str) -> None:
    """The constructor checks what `parse` checks."""
    with pytest.raises(InvalidValue):
        Money(amount, currency)


def test_money_has_no_order() -> None:
    """Two amounts of money do not compare, and add up in one currency only (`test_arithmetic`)."""
    money = Money.parse("USD 20")
    with pytest.raises(TypeError):
        money < money  # type: ignore[operator]  # noqa: B015, PLR0124
    with pytest.raises(InvalidValue):
        money + Money.parse("EUR 20")
    assert money != Quantity.parse(20)  # type: ignore[comparison-overlap]
