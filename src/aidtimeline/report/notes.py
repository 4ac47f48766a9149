"""Notes on sums: what of a number is stated, and what in it may be reported twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from aidtimeline.projections import Table
from aidtimeline.projections.dated import DATED, MOST_PERIODS
from aidtimeline.projections.sums.beside import Beside, Endless
from aidtimeline.projections.sums.cells import Bounds
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.projections.sums.tables import SumKey
from aidtimeline.projections.sums.within import Change
from aidtimeline.report.words import FLAGS, NOTHING
from aidtimeline.values.amounts import Quantity


def flags_of(bounds: Bounds | Change) -> list[str]:
    """The words for the flags of a number, in the order of `FLAGS`."""
    flags = bounds.disputed, bounds.approximate, bounds.loose, bounds.overlap
    return [flag for flag, is_set in zip(FLAGS, flags, strict=True) if is_set]


@frozen
class Notes:
    """What stands beside and below the sums of a view."""

    table: Table
    beside: Beside
    ledgers: Mapping[str, str]

    @classmethod
    def of(cls, table: Table) -> Notes | None:
        """The notes of a table; None if it is not of a view."""
        view, question = table.view, table.question
        if view is None or not isinstance(question, Sums):
            return None
        return cls(table, view.beside(question), view.vocabulary.ledgers)

    def of_sum(self, key: SumKey) -> str:
        """The note beside a sum: of one with an open end what is stated, and how many datasets it is from."""
        found = self.beside
        stated = stated_part(found.stated[key], found.endless[key]) if self._is_open(key) else ""
        datasets = f"{len(found.datasets[key])} datasets" if self._are_unsaid(key) else ""
        return ", ".join(filter(None, (stated, datasets)))

    def stated(self, key: SumKey) -> Quantity | None:
        """The part of a sum with an open end that is stated; None: nothing of it is, or it has no open end."""
        return self.beside.stated[key] if self._is_open(key) else None

    def _is_open(self, key: SumKey) -> bool:
        return self.table.answers[key].high is None and key in self.beside.endless

    def reports(self, key: SumKey) -> str:
        """Who reports the facts that add to a sum."""
        found = self.beside.reports.get(key)
        return "" if found is None else str(found)

    def _are_unsaid(self, key: SumKey) -> bool:
        """Whether a sum is of several datasets of which nothing says whether they report the same."""
        return len({self.ledgers.get(each, each) for each in self.beside.datasets.get(key, ())}) > 1

    def below(self) -> Iterator[str]:
        """The notes below the table."""
        several = sorted({each for key, its in self.beside.datasets.items() if self._are_unsaid(key) for each in its})
        if several:
            yield (
                f"datasets: sums of {' and '.join(several)} are added up; nothing says whether they report the same"
                " (`overlaps` in vocabulary/datasets.jsonl says so)"
            )
        lone = self.beside.lone
        if lone:
            named = ", ".join(lone[:3]) + (f", and {len(lone) - 3} more" if len(lone) > 3 else "")
            verbs = ("is", "counts") if len(lone) == 1 else ("are", "count")
            what = f"{verbs[0]} part of something that the log does not have, and {verbs[1]} in full"
            yield f"{many('fact', len(lone))} {what}: {named}"
        yield from self._of_dates()
        if self.beside.rows_overlap:
            yield "rows report the same in part: together they may come to more than the total (--total)"
        if self.beside.currencies_overlap:
            yield "currencies: rows of several report the same in part (--currency weighs them together)"

    def _of_dates(self) -> Iterator[str]:
        """What rows by year, quarter or month have of vague dates."""
        question = self.table.question
        dated = [(at, name) for at, name in enumerate(self.table.names) if name in DATED]
        if not isinstance(question, Sums) or not dated:
            return
        [(at, name), *_] = dated
        yield f"what may lie in several {name}s counts in each, from nothing to its amount"
        if any(key[at] is None for key in self.table.answers):
            vague = f"dates without a first day, or of more than {MOST_PERIODS} {name}s"
            yield f"{NOTHING}: in {name}s without a row: {vague}"


def stated_part(stated: Quantity | None, endless: Endless) -> str:
    """What is stated of a number with an open end (None: nothing), and the facts without an upper end.

    >>> stated_part(Quantity.parse("4"), Endless.of("delivery", Quantity.parse("1..")))
    '4 stated, and 1 delivery without a number'
    """
    kind = endless.kinds[0] if len(endless.kinds) == 1 else "report"
    without = f"{many(kind, endless.number)} without {'a number' if endless.some else 'an upper end'}"
    return without if stated is None else f"{stated} stated, and {without}"


def many(what: str, number: int) -> str:
    """So many of something.

    >>> many("delivery", 1), many("delivery", 2), many("pledge", 1200)
    ('1 delivery', '2 deliveries', '1,200 pledges')
    """
    return f"{number:,} {what if number == 1 else plural(what)}"


def plural(what: str) -> str:
    """Several of something.

    >>> plural("delivery"), plural("pledge")
    ('deliveries', 'pledges')
    """
    return f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
