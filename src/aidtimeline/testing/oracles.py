"""What a projection is held to beside its own worlds: accounts that agree, and an oracle of the user's.

An oracle is a function of the facts of one world. In a world all is decided: which facts have happened, on which day,
and in which amount. So it can be written plainly, without any thought of doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, TypeAlias

import attrs

from aidtimeline.errors import InvalidValue
from aidtimeline.projections import Bounds, Projection
from aidtimeline.projections.protocol import run
from aidtimeline.projections.results import Result, whole_of
from aidtimeline.semantics import Fact
from aidtimeline.semantics.accounts import Account
from aidtimeline.testing.laws import LawBroken
from aidtimeline.testing.worlds import bounds_in, shown
from aidtimeline.values.amounts import ZERO, Money, Quantity, add
from aidtimeline.values.dates import DateRange

Oracle: TypeAlias = Callable[[Sequence[Fact]], Any]
"""What is true in a world, given its facts."""

FEW_WORLDS = 64
"""Views of more worlds than this are not put to an oracle."""

DIGITS = 100
"""With so many digits an oracle computes, so that a plain `sum` of decimals is exact."""

_MORE = Decimal(7)
"""By so much more than its low end an open amount is taken to be."""


def told_once(fact: Fact, **said: Any) -> Fact:
    """The fact as if one report had told it, by all of its sources, in one record that says all of it.

    `said` changes what it says: `date`, `quantity`, `value`.
    """
    fact = attrs.evolve(fact, disputed=frozenset(), members=(fact.id,), **said)
    stated = {name: getattr(fact, name) for name in ("date", "quantity", "value") if hasattr(fact.event, name)}
    sources = tuple(dict.fromkeys(source for account in fact.accounts for source in account.sources))
    try:
        event = attrs.evolve(fact.event, sources=sources, **stated)
    except InvalidValue:  # a level is of goods or of money, never both
        return fact
    account = fact.accounts[0]
    record = attrs.evolve(account.record, id=fact.id, event=event)
    told = Account(record, fact.known_since, account.cap, fact.date, fact.date, fact.quantity, fact.unit, fact.value)
    return attrs.evolve(fact, event=event, accounts=(told,))


def accounts(facts: Sequence[Fact], projection: Projection[Any, Any]) -> None:
    """A fact counts once, with what its accounts say together, whoever has told it how often."""
    found = bounds_in(run(facts, projection))
    once = bounds_in(run([told_once(fact) for fact in facts], projection))
    for path in dict.fromkeys((*found, *once)):
        one, other = found.get(path, ZERO), once.get(path, ZERO)
        if one != other:
            raise LawBroken("accounts", f"{shown(path)} is {one}, and {other} if one report says all of it")


def decided(world: Sequence[Fact], day: date) -> Iterator[list[Fact]]:
    """The facts of a world with all of them on the first or the last of their days, in the least or largest amount."""
    for last in (False, True):
        yield [_decided(fact, day, last) for fact in world]


def _decided(fact: Fact, day: date, last: bool) -> Fact:
    latest = min(fact.date.latest or day, day)
    on = latest if last else min(fact.date.earliest or latest, latest)
    said: dict[str, Any] = {"date": DateRange.parse(on.isoformat())}
    if fact.quantity is not None:
        said["quantity"] = _exactly(fact.quantity, last)
    if fact.value is not None:
        said["value"] = Money(_exactly(fact.value.amount, last), fact.value.currency)
    return told_once(fact, **said)


def _exactly(amount: Quantity, last: bool) -> Quantity:
    high = add(amount.low, _MORE) if amount.high is None else amount.high
    exact = high if last else amount.low
    return Quantity(exact, exact)


def agrees(
    facts: Sequence[Fact],
    among: Iterable[Sequence[Fact]],
    day: date,
    result: object,
    oracle: Oracle,
    *,
    only_one: bool = False,
) -> None:
    """The answer contains what the oracle says of each world, and is just that if there is only one.

    Views in which facts may tell of the same (`overlaps`, `part_of`) are not tried: of these, worlds do not decide.
    `only_one`: nor are views of several worlds.
    """
    worlds = list(among)
    if len(worlds) > FEW_WORLDS or any(fact.line is not None for fact in facts):
        return
    one = len(worlds) == 1 and all(map(_is_decided, worlds[0]))
    if only_one and not one:
        return
    for world in worlds:
        for decision in decided(world, day):
            with localcontext(prec=DIGITS):
                true = oracle(decision)
            if not fits(result, true, exactly=one):
                where = " and ".join(map(str, decision)) or "nothing has happened"
                said = f"the answer is {_plain(result)}, and your oracle says {_plain(true)} where {where}"
                raise LawBroken("oracle", said)


def _is_decided(fact: Fact) -> bool:
    amounts = [fact.quantity, None if fact.value is None else fact.value.amount]
    one_day = fact.date.earliest is not None and fact.date.earliest == fact.date.latest
    return one_day and all(each is None or each.low == each.high for each in amounts)


def fits(found: Any, true: Any, *, exactly: bool) -> bool:
    """Whether an answer contains what is true, or is just that.

    Numbers, quantities, bounds and money are compared by their ends; sets contain sets or one value; mappings and
    results are compared key by key, and what has no key is nothing; sequences of one length part by part; all else is
    compared with `==`.

    >>> fits(Quantity.parse("0..2"), 1, exactly=False), fits(Quantity.parse("0..2"), 1, exactly=True)
    (True, False)
    >>> fits({"JP": {"closed", None}}, {"JP": "closed"}, exactly=False)
    True
    """
    one, other = _number(found), _number(true)
    if one is not None and other is not None:
        ends = [Quantity(each.low, each.high) for each in (one, other)]
        return ends[0] == ends[1] if exactly else ends[0].contains(ends[1])
    if isinstance(found, Money) and isinstance(true, Money):
        return found.currency == true.currency and fits(found.amount, true.amount, exactly=exactly)
    if isinstance(found, Set):
        wanted = true if isinstance(true, Set) else {true}
        return found == wanted if exactly else found >= wanted
    if isinstance(found, Result | Mapping) and isinstance(true, Result | Mapping):
        answers, truths = _by_key(found, found), _by_key(true, found)
        keys = dict.fromkeys((*truths, *answers))
        return all(_fits_at(answers.get(key), truths.get(key), exactly) for key in keys)
    if isinstance(found, tuple | list) and isinstance(true, tuple | list) and len(found) == len(true):
        return all(fits(one, other, exactly=exactly) for one, other in zip(found, true, strict=True))
    return bool(found == true)


def _by_key(result: Any, like: Any) -> dict[Any, Any]:
    """The parts of a result by key, by the whole keys of another where that is a result of the library."""
    if isinstance(result, Result):
        return dict(result.answers)
    if not isinstance(like, Result):
        return dict(result)
    wholes = {key: whole_of(key, like.answers, units=like.units) for key in result}
    return {key if wholes[key] is None else wholes[key]: value for key, value in result.items()}


def _fits_at(one: Any, other: Any, exactly: bool) -> bool:
    nothing: Any = frozenset() if isinstance(other if one is None else one, Set) else 0
    return fits(nothing if one is None else one, nothing if other is None else other, exactly=exactly)


def _number(value: object) -> Quantity | None:
    if isinstance(value, Bounds):
        return value.quantity
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return Quantity(number, number) if number.is_finite() else None


def _plain(value: object) -> str:
    return str(value) if isinstance(value, Bounds | Quantity | Money) else repr(value)
