"""Checks of levels: what was observed and the deliveries cannot come to, or have already passed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from attrs import frozen

from aidtimeline.checks.checked import Checked
from aidtimeline.errors import Problem
from aidtimeline.events import DEED, EVENT_KINDS, LEVEL, Goods, kinds_that
from aidtimeline.projections.series import Steps, series
from aidtimeline.projections.sums import Counts
from aidtimeline.semantics import Fact

INFINITE = Decimal("Infinity")
DAY = timedelta(days=1)
_HANDED_OVER = kinds_that(lambda each: each.nature is DEED and issubclass(each, Goods))


@frozen
class _Came:
    """What came of one item in one unit from one party to another, over time.

    May it be what an observation is about, and must it be? Of an observation about what went to Ukraine:

        the delivery went to          may   must
        Ukraine, or an agency of it   yes   yes
        an unknown party              yes   no
        Lithuania                     no    no

    If an observation is about an agency, what went to its country may be meant. The same holds for donors. What is in
    the receiver's books may be in the provider's too, and so never must be meant.
    """

    donor: str | None
    recipient: str | None
    once: bool
    steps: Steps

    def may_be(self, log: Checked, observed: Fact) -> bool:
        return log.may_be_one(self.donor, observed.donor) and log.may_be_one(self.recipient, observed.recipient)

    def must_be(self, log: Checked, observed: Fact) -> bool:
        return self.once and all(
            asked is None or asked in (party, log.country(party))
            for party, asked in ((self.donor, observed.donor), (self.recipient, observed.recipient))
        )

    def most(self, first: date, last: date) -> Decimal:
        """More than this has come by none of these days."""
        return max(INFINITE if each.high is None else each.high for each in self.steps.between(first, last))

    def least(self, first: date, last: date) -> Decimal:
        """Less than this has come by none of these days. What came on the first may have come after the count."""
        return min(each.low for each in self.steps.between(max(first, date.min + DAY) - DAY, last))


def observed_levels(log: Checked) -> Iterator[Problem]:
    """`observation-above-counts`, `observation-below-counts`: a level that cannot be what was delivered until then."""
    observed = [fact for fact in log.widest.facts if fact.nature is LEVEL and fact.item and not fact.indicator]
    observed = [fact for fact in observed if fact.of_kind in (None, "delivery")]
    came = _came(log, {fact.item for fact in observed})
    for fact in observed:
        if fact.quantity is None:
            continue
        rows = came[fact.item, fact.unit]
        first, last = fact.date.earliest or date.min, fact.date.latest or date.max
        most = sum((each.most(first, last) for each in rows if each.may_be(log, fact)), Decimal(0))
        least = sum((each.least(first, last) for each in rows if each.must_be(log, fact)), Decimal(0))
        what = f"it observes {log.fact_of[fact.id].quantity} {fact.item}"
        if most < fact.quantity.low:
            message = f"{what}, but at most {most:,f} can have been delivered by then"
            hint = "a delivery may be missing in the log"
            yield log.place(fact).warning("observation-above-counts", message, "quantity", hint)
        narrower = fact.project or fact.package or fact.location or fact.via
        if fact.quantity.high is not None and least > fact.quantity.high and not narrower:
            message = f"{what}, but at least {least:,f} had been delivered by then"
            hint = "something may be counted twice; what is a level of something else has an `indicator`"
            yield log.place(fact).warning("observation-below-counts", message, "quantity", hint)


def _came(log: Checked, items: set[str | None]) -> dict[tuple[str | None, str | None], list[_Came]]:
    """What came of these items, by item and unit."""
    counts = Counts(["kind", "item", "donor", "recipient", "side"], kind=_HANDED_OVER, where={"item": items})
    came = defaultdict(list)
    for row in series(log.widest, counts).rows if items else ():
        kind, item, donor, recipient, side = row.key
        once = side is None or side in EVENT_KINDS[kind or ""].books
        came[item, row.unit].append(_Came(donor, recipient, once, row.steps))
    return came
