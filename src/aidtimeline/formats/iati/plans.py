"""Budgets and planned disbursements: what is planned to be spent or paid, as observations, which are never summed.

A plan is stated by its activity's report, for a period that may lie ahead. So its event is dated as what the activity
states of itself, and the period is in its reference and note.
"""

from __future__ import annotations

from collections.abc import Iterator

from aidtimeline.events import Observation
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.values import ENDS_FIRST, money, period_ends
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading

#: The elements that are plans, and what messages call them.
PLANS = {"budget": "a budget", "planned-disbursement": "a planned disbursement"}

#: IATI codelists BudgetType and BudgetStatus. A budget that does not state its status is indicative (IATI 2.03).
TYPES = {"1": "original", "2": "revised"}
STATUSES = {"1": "indicative", "2": "committed"}


def plans(activity: Activity) -> Iterator[Reading]:
    """The budgets and planned disbursements of an activity."""
    for tag, what in PLANS.items():
        yield from activity.read(what, activity.numbered(tag), _plan)


def _plan(activity: Activity, element: Element, place: str) -> Iterator[Reading]:
    """One plan. A planned disbursement without a provider is by the reporting organisation (IATI 2.03)."""
    start, end = period_ends(element)
    time = "/".join(each.text for each in (start, end) if each is not None)
    value = money(element.first("value"), activity.currency)
    words = [TYPES.get(element.get("type"), "")]
    parties: list[str] = []
    donor = recipient = None
    if element.tag == "budget":
        words.append(STATUSES.get(element.get("status"), "indicative"))
    else:
        provider, receiver = element.first("provider-org"), element.first("receiver-org")
        donor, recipient = activity.party(provider) or activity.reporter.slug, activity.party(receiver)
        parties = [activity.called(provider), activity.called(receiver)]
    event = Observation(
        date=activity.said,
        project=activity.identifier,
        donor=donor,
        recipient=recipient,
        indicator=element.tag,
        quantity=value.amount,
        unit=value.currency,
        ref=activity.ref("/".join(filter(None, [element.tag, *words, time, *parties]))),
        note=", ".join(filter(None, [*words, f"for {time}"])),
        sources=activity.source_at(element.line),
    )
    yield Entry(event=event, restated=True)
    if end is not None and end < start:
        yield activity.remark(f"{PLANS[element.tag]} {ENDS_FIRST}", place, element, time)
