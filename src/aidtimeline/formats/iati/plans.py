"""Budgets and planned disbursements: what is planned to be spent or paid, which is observed, and never summed.

A plan is stated by its activity's report, and is for a period that may lie ahead: so its event is dated as what the
activity states of itself, and the period stands in its reference and note.
"""

from __future__ import annotations

from aidtimeline.events import Observation
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.values import Fault, money, period, period_ends
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading

#: What a person calls the elements that are plans.
PLANS = {"budget": "a budget", "planned-disbursement": "a planned disbursement"}

#: IATI codelists BudgetType and BudgetStatus. A budget that does not state its status is indicative (IATI 2.03).
TYPES = {"1": "original", "2": "revised"}
STATUSES = {"1": "indicative", "2": "committed"}


def plans(activity: Activity) -> list[Reading]:
    """The budgets and planned disbursements of an activity."""
    told: list[Reading] = []
    for tag, what in PLANS.items():
        for number, element in enumerate(activity.all(tag), start=1):
            place = f"{tag} {number}"
            try:
                told.append(Entry(event=_plan(activity, element), restated=True))
            except Fault as fault:
                told.append(activity.skipped(what, place, element, fault))
                continue
            try:
                period(element)
            except Fault as fault:
                told.append(activity.remark(f"{what} {fault.reason}", place, element, fault.found))
    return told


def _plan(activity: Activity, element: Element) -> Observation:
    """The provider of a planned disbursement is the reporting organisation where it is omitted (IATI 2.03)."""
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
    return Observation(
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
