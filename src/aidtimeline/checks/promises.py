"""Checks of promises: more delivered than was promised, and nothing delivered long after it was due.

Both ask what `Fulfilment` answers, of facts with every hedge at its widest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import localcontext

from aidtimeline.checks.checked import Checked, stays
from aidtimeline.errors import Problem
from aidtimeline.events import DEED
from aidtimeline.projections.fulfilment.account import Account
from aidtimeline.projections.fulfilment.accounts import Accounts
from aidtimeline.projections.fulfilment.givers import ANY, OPEN, Made
from aidtimeline.projections.fulfilment.ledgers import Free
from aidtimeline.projections.fulfilment.lots import Part, Rest
from aidtimeline.projections.fulfilment.pools import Pools
from aidtimeline.projections.fulfilment.question import Fulfilment
from aidtimeline.projections.sums.summing import Term
from aidtimeline.semantics import Fact
from aidtimeline.semantics.cuts import cut, cut_where
from aidtimeline.semantics.links import Happened
from aidtimeline.values.amounts import EXACT
from aidtimeline.values.dates import DateRange
from aidtimeline.values.durations import in_words

LONG_PAST = 365
"""So many days after the last day it may be due, a promise of which nothing has come is reported."""


def over_delivered(log: Checked) -> Iterator[Problem]:
    """`over-delivered`: what fulfils promises comes to more than they promised, whichever the true numbers are.

    A promise counts at the most that it ever came to: all that replaces it may or may not have done so.
    """
    replacing = {fact.id for fact, _ in log.superseded if fact.nature is not DEED}

    def happened(fact: Fact, _: date) -> Happened:
        return "perhaps" if fact.id in replacing else "surely"

    with localcontext(EXACT):
        accounts = _accounts(log, date.max, cut_where(log.widest, date.max, happened))
        found = [_beyond(account, part) for account in map(accounts.account, accounts.keys) for part in account.parts]
    for last, message in filter(None, found):
        yield log.place(last).warning("over-delivered", message, "fulfils")


def _beyond(account: Account, part: Part) -> tuple[Fact, str] | None:
    """What is linked last to promises of which more came than was promised, and the message; None: it is not more."""
    if not account.over(part).low or _may_be_of_something_else(account, part):
        return None
    key = account.key
    what = f"{key.item} ({key.unit})" if key.unit else key.item or key.currency
    most = sum(rest.promised.high for rest in part.rests)
    message = f"with it, at least {account.linked(part).low:,f} {what} came, and at most {most:,f} were promised"
    return max(_linked(account, part), key=lambda fact: fact.rank), message


def _accounts(log: Checked, as_of: date, facts: Sequence[Fact]) -> Accounts:
    return Accounts.of(Fulfilment(as_of, vocabulary=log.vocabulary), facts)


def _linked(account: Account, part: Part) -> Iterator[Fact]:
    """What is linked to the promises of a part."""
    for line in part.lot.lines:
        for to in account.ledger.naming(line.key):
            if to.how == "linked":
                yield from account.ledger.givers.get(to, ())


def _may_be_of_something_else(account: Account, part: Part) -> bool:
    """Whether something that is linked names promises of another item, too."""
    named = account.accounts.books.named
    return any(
        scope != account.ledger.scope and scope.kind == account.key.kind and scope.sort == account.ledger.scope.sort
        for fact in _linked(account, part)
        for scope in named[fact.id]
    )


def overdue(log: Checked) -> Iterator[Problem]:
    """`overdue`: a promise that was due more than a year before today, and of which nothing is known to have come.

    Only deeds keep a promise: a commitment that made a pledge firm does not.
    """
    if log.today is None:
        return
    groups = log.undecided(log.belief.links)
    with localcontext(EXACT):
        accounts = _accounts(log, log.today, cut(log.widest, log.today))
        deeds = [Free(fact, ANY, Term(OPEN)) for fact in accounts.books.givers]
        anything = Pools.of(deeds, accounts.fits)
        in_projects = Pools.of((each for each in deeds if each.fact.project is not None), accounts.fits)
        found = [
            made.fact
            for account in map(accounts.account, accounts.keys)
            for part in account.parts
            for rest in part.rests
            for made in rest.chosen
            if _long_past(made.fact.due, log.today) and stays(made.fact, groups) and not _came(account, rest)
            if not _something_else_came(made, rest, anything if made.fact.project is None else in_projects)
        ]
    today = log.today.isoformat()
    for fact in sorted(found, key=lambda each: each.rank):
        message = f"it was due {_ago(fact.due, log.today)}, and by {today} nothing is known to have come of it"
        hint = "record what came with `fulfils`, or the cancellation"
        yield log.place(fact).warning("overdue", message, "due", hint)


def _long_past(due: DateRange | None, today: date) -> bool:
    return due is not None and not due.qualified and (today - (due.latest or today)).days > LONG_PAST


def _ago(due: DateRange | None, today: date) -> str:
    """When it was due, and how long ago that is: at least so long if it may have been due before its last day."""
    if due is None or due.latest is None:
        return str(due)
    least = "" if due.earliest == due.latest else "at least "
    return f"{due}, {least}{in_words(due.latest, today)} ago"


def _came(account: Account, rest: Rest) -> bool:
    """Whether something is linked to a line, or may serve it."""
    if account.pool.since(rest.line.first).high > 0:
        return True
    tos = (to for to in account.ledger.naming(rest.line.key) if to.how != "cancelled")
    return any(bounds.high != 0 for to in tos for bounds in account.ledger.given.get(to, {}).values())


def _something_else_came(made: Made, rest: Rest, pools: Pools) -> bool:
    """Whether something came for the project of a promise, or anything at all of one that names no item."""
    if made.fact.project is None and made.scope.item is not None:
        return False
    return pools.fitting(made.parties, ANY).since(rest.line.first).high > 0
