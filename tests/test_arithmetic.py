"""Arithmetic of quantities and money: whatever the true numbers are, the result has them."""

from __future__ import annotations

import operator
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aidtimeline.errors import InvalidValue
from aidtimeline.testing import money, quantities
from aidtimeline.values.amounts import EXACT, Money, Quantity, add, subtract

WITH_END = quantities().filter(lambda drawn: drawn.high is not None)
NUMBERS = st.integers(-5, 5) | st.decimals(-5, 5, places=2)


def within(quantity: Quantity, data: st.DataObject) -> Decimal:
    """A number that it may be."""
    high = add(quantity.low, Decimal(100)) if quantity.high is None else quantity.high
    return data.draw(st.sampled_from((quantity.low, high, EXACT.multiply(add(quantity.low, high), Decimal("0.5")))))


def holds(quantity: Quantity, number: Decimal) -> bool:
    return quantity.low <= number and (quantity.high is None or number <= quantity.high)


@given(quantities(), WITH_END, NUMBERS, st.data())
def test_results_hold_what_the_numbers_come_to(
    one: Quantity, other: Quantity, times: int | Decimal, data: st.DataObject
) -> None:
    """Sums, differences and multiples, also with exact numbers."""
    first, second = within(one, data), within(other, data)
    assert holds(one + other, add(first, second))
    assert holds(one - other, subtract(first, second))
    assert holds(other * times, EXACT.multiply(second, Decimal(times)))
    assert holds(-other, second.copy_negate())
    assert (one - other).approximate == (one.approximate or other.approximate)


@given(st.lists(quantities(), min_size=1), st.randoms(use_true_random=False))
def test_a_sum_is_the_same_in_any_order(drawn: list[Quantity], random: object) -> None:
    """To the last digit; of one it is that one."""
    shuffled = [*drawn]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    total = sum(shuffled)
    assert isinstance(total, Quantity)
    assert sum(drawn) == total
    assert total.low == reduce(add, (each.low for each in drawn))
    assert (total.high is None) == any(each.high is None for each in drawn)
    assert total.approximate == any(each.approximate for each in drawn)


@given(WITH_END, quantities())
def test_bounds_are_no_wider_than_they_must_be(one: Quantity, other: Quantity) -> None:
    """Both ends of a difference can be reached, and taking off twice gives back."""
    taken_off = -one
    assert -taken_off == Quantity(one.low, one.high, one.approximate)
    assert (other - one).low == subtract(other.low, one.high or Decimal(0))


@given(st.builds(Quantity, st.integers(-9, 9), st.none(), st.booleans()), quantities())
def test_what_would_have_no_low_end_is_refused(open_: Quantity, other: Quantity) -> None:
    """Nothing stands for "no more than"."""
    with pytest.raises(InvalidValue, match="a quantity with a high end"):
        _ = -open_
    with pytest.raises(InvalidValue, match="a quantity with a high end"):
        _ = other - open_
    with pytest.raises(InvalidValue, match="a quantity with a high end"):
        _ = open_ * -1
    assert open_ * 0 == Quantity(Decimal(0), Decimal(0), open_.approximate)


@given(money(), money())
def test_money_is_added_in_one_currency(one: Money, other: Money) -> None:
    """And in no other."""
    if one.currency == other.currency:
        assert sum([one, other]) == Money(one.amount + other.amount, one.currency) == sum([other, one])
        return
    with pytest.raises(InvalidValue, match=f"expected money in {one.currency}"):
        _ = one + other


@given(money(), quantities())
def test_only_what_is_alike_is_added(one: Money, quantity: Quantity) -> None:
    """No numbers but the 0 of `sum()`, no float, no truth value, and no money to a quantity."""
    asked: Any = (one, quantity)
    for each in asked:
        other: Any
        for other in (1, True, False, 0.5, 0.0, "1", None, quantity if each is one else one):
            for ask in (operator.add, operator.sub, operator.le):
                with pytest.raises(TypeError):
                    ask(each, other)
        for other in (True, 0.5, "1", None, each):
            with pytest.raises(TypeError):
                operator.mul(each, other)
    assert one * 2 == one + one == sum([one, one])
