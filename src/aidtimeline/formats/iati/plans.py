"""Budgets and planned disbursements: what is planned to be spent or paid, as observations, which are never summed.

A plan is stated by its activity's report, for a period that may lie ahead. So its event is dated as what the activity
states of itself, and is for its period. Where a plan of the same period and status is said to be revised, the original
is not read: the revised one has taken its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.events import new_observation
from aidtimeline.formats.iati.values import ENDS_FIRST, MAX_NOTE, money, period_ends, shortened
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading
from aidtimeline.values.dates import DateRange

#: The elements that are plans, and what messages call them.
PLANS = {"budget": "a budget", "planned-disbursement": "a planned disbursement"}

#: IATI codelists BudgetType and BudgetStatus. A budget that does not state its status is indicative (IATI 2.03).
REVISED, INDICATIVE = "2", "1"
TYPES = {"1": "original", REVISED: "revised"}
STATUSES = {INDICATIVE: "indicative", "2": "committed"}

FOR = "for "
"""What stands before its period in the note of a plan."""

REPLACED = "a plan of which the file has a revised one: that is read instead"


def plans(activity: Activity) -> Iterator[Reading]:
    """The budgets and planned disbursements of an activity."""
    for tag, what in PLANS.items():
        numbered = list(activity.numbered(tag))
        if not numbered:
            continue
        revised = {_of_what(activity, each) for _, each in numbered if each.get("type") == REVISED}
        read = []
        for place, each in numbered:
            if each.get("type") != REVISED and _of_what(activity, each) in revised:
                yield activity.remark(REPLACED, place, each, _said(each.first("value")))
            else:
                read.append((place, each))
        yield from activity.read(what, read, _plan, f"{tag}/")


def _of_what(activity: Activity, element: Element) -> tuple[str, ...]:
    """What a plan is for: its period, its status, and its parties."""
    days = (_day_of(element.first(name)) for name in ("period-start", "period-end"))
    orgs = (activity.called(element.first(name)) for name in ("provider-org", "receiver-org"))
    return (*days, element.get("status") or INDICATIVE, *orgs)


def _day_of(element: Element | None) -> str:
    return "" if element is None else element.get("iso-date")


def _said(value: Element | None) -> str | None:
    return None if value is None else shortened(value.text.strip(), MAX_NOTE) or None


def _plan(activity: Activity, element: Element, place: str) -> Iterator[Reading]:
    """One plan. A planned disbursement without a provider is by the reporting organisation (IATI 2.03)."""
    start, end = period_ends(element)
    time = "/".join(each.text for each in (start, end) if each is not None)
    value = money(element.first("value"), activity.currency)
    words = [TYPES.get(element.get("type"), "")]
    status = ""
    parties: list[str] = []
    reversed_ = end is not None and end < start
    donor = recipient = None
    if element.tag == "budget":
        status = STATUSES.get(element.get("status"), "indicative")
        words.append(status)
    else:
        provider, receiver = element.first("provider-org"), element.first("receiver-org")
        donor, recipient = activity.party(provider) or activity.reporter.slug, activity.party(receiver)
        parties = [activity.called(provider), activity.called(receiver)]
    ref = plan_ref(element.tag, status, time, parties)
    formerly = plan_ref(element.tag, "/".join(filter(None, words)), time, parties)
    event = new_observation(
        date=activity.said,
        project=activity.identifier,
        donor=donor,
        recipient=recipient,
        indicator=element.tag,
        quantity=value.amount,
        unit=value.currency,
        period=None if reversed_ else DateRange.between(start.earliest, None if end is None else end.latest),
        ref=activity.ref(ref),
        note=", ".join(filter(None, [*words, f"{FOR}{time}"])),
        sources=activity.source_at(element.line),
    )
    yield Entry(event=event, restated=True, formerly=None if formerly == ref else activity.stem + formerly)
    if reversed_:
        yield activity.remark(f"{PLANS[element.tag]} {ENDS_FIRST}", place, element, time)


def plan_ref(tag: str, status: str, time: str, parties: Sequence[str]) -> str:
    """The reference of a plan within its activity: what it is, and for what period; `parties` as they are called.

    >>> plan_ref("budget", "indicative", "2014-01-01/2014-12-31", [])
    'budget/indicative/2014-01-01/2014-12-31'
    """
    return "/".join(filter(None, [tag, status, time, *parties]))
