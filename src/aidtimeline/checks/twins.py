"""Twins: facts of two datasets that are alike. If there are any, the datasets may tell of the same aid.

Whether they do is known of datasets, not of each fact: the vocabulary says it once for all (`overlaps`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from datetime import date
from operator import attrgetter, itemgetter

from attrs import define, frozen

from aidtimeline.checks.checked import Checked, stays
from aidtimeline.codec.jsonlines import compact
from aidtimeline.errors import Problem
from aidtimeline.events import stated
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import Quantity

CLOSE = 31
"""Two datasets may book one thing so many days apart."""

LOOK_BACK = 10
"""A fact is compared with so many alike at most, the last before it."""

MOST_DATASETS = 50
"""So many datasets whose facts are alike are compared, two by two."""

_PARTIES = ("recipient", "via", "project", "package", "location")
_parties = attrgetter(*_PARTIES)


@define
class _Pair:
    """How many facts of two datasets are alike, and of these the two that are nearest, after how far."""

    example: tuple[float, str, Fact, Fact]
    many: int = 0


def alike_datasets(log: Checked) -> Iterator[Problem]:
    """`alike-datasets`, `not-all-compared`: facts of two datasets are alike, and nobody says that the datasets overlap.

    Each fact counts once for each two datasets.
    """
    pairs: dict[tuple[str, str], _Pair] = {}
    sizes: Counter[str] = Counter()
    cut_short: list[Fact] = []
    for facts in _alike(log, sizes):
        datasets = sorted({each for fact in facts for each in fact.datasets})
        if len(datasets) > MOST_DATASETS:
            cut_short.append(facts[0])
        for slugs, one, other in _twins(log, facts, datasets[:MOST_DATASETS]):
            example = distance(Place.of(one), Place.of(other)), one.id, one, other
            pair = pairs.setdefault(slugs, _Pair(example))
            pair.example = min(pair.example, example, key=itemgetter(0, 1))
            pair.many += 1
    for slugs in sorted(pairs):
        yield _problem(log, slugs, pairs[slugs], sizes)
    if cut_short:
        what = " ".join(filter(None, (cut_short[0].kind, cut_short[0].donor, cut_short[0].item)))
        others = f", and {len(cut_short) - 1} other sorts" if cut_short[1:] else ""
        message = (
            f"more than {MOST_DATASETS} datasets have facts that are alike ({what}{others}): no more were compared"
        )
        yield Problem(code="not-all-compared", severity="warning", message=message)


def _twins(log: Checked, facts: list[Fact], datasets: list[str]) -> Iterator[tuple[tuple[str, str], Fact, Fact]]:
    """The facts of datasets that are alike, two by two, after these: each with the last before it without a twin."""
    ledgers, compared = log.vocabulary.ledgers, frozenset(datasets)
    alone: dict[tuple[str, str], list[Fact]] = defaultdict(list)  # the facts of one dataset without a twin in another
    for fact in facts:
        own = fact.datasets
        for mine in own & compared:
            for theirs in datasets:
                if theirs in own or ledgers.get(mine, mine) == ledgers.get(theirs, theirs):
                    continue
                waiting = alone[theirs, mine]
                for at in range(len(waiting) - 1, max(len(waiting) - 1 - LOOK_BACK, -1), -1):
                    other = waiting[at]
                    if _close(other, fact) and log.may_be_one(other.recipient, fact.recipient):
                        del waiting[at]
                        yield ((mine, theirs), fact, other) if mine < theirs else ((theirs, mine), other, fact)
                        break
                else:
                    alone[mine, theirs].append(fact)


def _alike(log: Checked, sizes: Counter[str]) -> Iterator[list[Fact]]:
    """The facts of several datasets that are alike in kind, donor, item and amount, by their first days.

    Counts the facts of each dataset that are summed in `sizes`.
    """
    undecided = log.undecided(log.belief.links)
    alike: dict[Hashable, list[Fact]] = defaultdict(list)
    for fact in log.belief.facts:
        if fact.nature.summed and stays(fact, undecided) and (datasets := fact.datasets):
            sizes.update(datasets)
            for amount in _amounts(fact) if fact.donor is not None else ():
                alike[fact.kind, fact.donor, fact.item, fact.side, amount].append(fact)
    for facts in alike.values():
        if len({each for fact in facts for each in fact.datasets}) > 1:
            yield sorted(facts, key=lambda fact: (fact.date.earliest or date.min, fact.id))


def _amounts(fact: Fact) -> Iterator[Hashable]:
    if fact.quantity is not None and stated(fact.event, "quantity", Quantity) is not None and fact.quantity.low:
        yield fact.unit, fact.quantity.low, fact.quantity.high
    elif fact.value is not None and fact.value.amount.low:
        yield fact.value.currency, fact.value.amount.low, fact.value.amount.high


def _problem(log: Checked, slugs: tuple[str, str], pair: _Pair, sizes: Counter[str]) -> Problem:
    one, other = slugs
    *_, first, second = pair.example
    message = (
        f"the datasets {one} and {other} may tell of the same, and both are added up: they have {pair.many} of "
        f"{sizes[one]} and {pair.many} of {sizes[other]} facts with the same kind, donor, item and amount at close "
        f"dates, such as this and {log.named(second)}"
    )
    known = log.vocabulary.datasets.get(one)
    name, overlaps = (one, ()) if known is None else (known.name, known.overlaps)
    line = compact({"slug": one, "name": name, "overlaps": [*overlaps, other]})
    hint = f"declare that they overlap, in vocabulary/datasets.jsonl: {line}"
    return log.place(first).warning("alike-datasets", message, hint=hint)


@frozen
class Place:
    """Where a fact stands in date, amount and parties, as far as `distance` needs it."""

    days: tuple[int | None, int | None]
    amounts: tuple[tuple[float, float | None] | None, ...]
    parties: tuple[object, ...]

    @classmethod
    def of(cls, fact: Fact) -> Place:
        """The place of a fact."""
        earliest, latest = (None if day is None else day.toordinal() for day in (fact.date.earliest, fact.date.latest))
        amounts = fact.quantity, None if fact.value is None else fact.value.amount
        return cls((earliest, latest), tuple(map(_ends, amounts)), _parties(fact))


def distance(one: Place, other: Place) -> float:
    """How far two facts are apart in date, amount and parties: 0 if they are the same in all three."""
    days, amounts, parties = 0, 0.0, 0
    for day, day_there in zip(one.days, other.days, strict=True):
        if day != day_there:
            days += CLOSE if day is None or day_there is None else abs(day - day_there)
    for amount, amount_there in zip(one.amounts, other.amounts, strict=True):
        if amount != amount_there:
            amounts = max(amounts, _apart(amount, amount_there))
    for party, party_there in zip(one.parties, other.parties, strict=True):
        parties += party != party_there
    return days / (days + CLOSE) + amounts + parties / len(_PARTIES)


def _close(one: Fact, other: Fact) -> bool:
    """Whether at most `CLOSE` days lie between two dates."""
    first, second = sorted((one.date, other.date), key=lambda each: each.earliest or date.min)
    if first.latest is None or second.earliest is None:
        return True
    return (second.earliest - first.latest).days <= CLOSE


def _ends(amount: Quantity | None) -> tuple[float, float | None] | None:
    return None if amount is None else (float(amount.low), None if amount.high is None else float(amount.high))


def _apart(one: tuple[float, float | None] | None, other: tuple[float, float | None] | None) -> float:
    """From 0, the same amount, to 1."""
    if one is None or other is None or one[1] is None or other[1] is None:
        return 0.5
    low = abs(one[0] - other[0]) / max(abs(one[0]), abs(other[0]), 1)
    return min(1.0, max(low, abs(one[1] - other[1]) / max(abs(one[1]), abs(other[1]), 1)))
