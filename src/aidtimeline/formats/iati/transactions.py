"""Transactions: pledges, commitments, and money paid, spent and received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from attrs import frozen

from aidtimeline.events import Commitment, Disbursement, Expenditure, Pledge, Receipt
from aidtimeline.formats.iati.activity import Activity, country
from aidtimeline.formats.iati.values import MAX_NOTE, Fault, day, money, narrative, shortened, slug, stated_day
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading

Transaction: TypeAlias = Pledge | Commitment | Disbursement | Receipt | Expenditure

A_TRANSACTION = "a transaction"
ALIKE = "transactions alike in type, date, value, provider and receiver: each is counted"
AFTER_REPORT = "a transaction dated after the report that tells of it"
NO_VALUE_DATE = "a transaction whose value-date is no day: it is left out"
PARTS = "transactions of a type that a parent in the file reports too: they are not summed beside it"


@frozen
class _Flow:
    """What a type of transactions is, and whose books it is from: the provider's, or the receiver's."""

    kind: type[Transaction]
    side: str = "provider"


#: IATI codelist TransactionType.
FLOWS = {
    "1": _Flow(Receipt, "receiver"),
    "2": _Flow(Commitment),
    "3": _Flow(Disbursement),
    "4": _Flow(Expenditure),
    "11": _Flow(Commitment, "receiver"),
    "12": _Flow(Pledge),
    "13": _Flow(Pledge, "receiver"),
}
OTHERS = {
    "5": "interest payment",
    "6": "loan repayment",
    "7": "reimbursement",
    "8": "purchase of equity",
    "9": "sale of equity",
    "10": "credit guarantee",
}


def transactions(activity: Activity) -> list[Reading]:
    """What the transactions of an activity tell."""
    told: list[Reading] = []
    elements = activity.all("transaction")
    refs = [slug(each.get("ref")) for each in elements]
    often = Counter(refs) if len(refs) > 1 else {}
    whole = None
    for number, (ref, element) in enumerate(zip(refs, elements, strict=True), start=1):
        place = f"transaction {number}"
        try:
            event, remarks = _transaction(activity, element, ref if often.get(ref, 1) == 1 else "")
        except Fault as fault:
            told.append(activity.skipped(A_TRANSACTION, place, element, fault))
            continue
        told.append(Entry(event=event))
        if event.part_of is not None and whole is None:
            whole = event.part_of
            told.append(activity.remark(PARTS, place, element, whole))
        told += [activity.remark(reason, place, element, event.ref) for reason in remarks]
    return told


def _transaction(activity: Activity, element: Element, own_ref: str) -> tuple[Transaction, list[str]]:
    """One transaction, and what is to be remarked on it. Raises `Fault`.

    Where the provider of outgoing or the receiver of incoming funds is omitted, it is the reporting organisation (IATI
    2.03, `transaction/provider-org` and `transaction/receiver-org`). Of the other party, where that is omitted, the
    standard assumes nothing: it is unknown.
    """
    parts = {each.tag: each for each in reversed(element.children)}
    type_, flow = _flow(parts.get("transaction-type"))
    date = stated_day(parts.get("transaction-date"))
    value = money(parts.get("value"), activity.currency)
    provider, receiver = parts.get("provider-org"), parts.get("receiver-org")
    donor, recipient = activity.party(provider), activity.party(receiver)
    if flow.side == "provider":
        donor = donor or activity.reporter.slug
    else:
        recipient = recipient or activity.reporter.slug
    if not own_ref:
        paid = f"{value.amount.text}{value.currency}"
        own_ref = ":".join([type_, date.text, paid, activity.called(provider), activity.called(receiver)])
    own_ref = f"transaction/{own_ref}"
    ref = activity.ref(own_ref)
    valued = parts["value"].get("value-date")
    value_date = day(valued)
    event = flow.kind(
        date=date,
        project=activity.identifier,
        donor=donor,
        recipient=recipient,
        location=_country(parts) or activity.location,
        value=value,
        value_date=value_date,
        side=flow.side,
        part_of=activity.version.part_of(activity.identifier, type_),
        ref=ref,
        note=_note(activity, parts),
        sources=activity.source_at(element.line),
    )
    remarks = []
    if valued and value_date is None:
        remarks.append(NO_VALUE_DATE)
    if activity.published is not None and date > activity.published:
        remarks.append(AFTER_REPORT)
    if activity.often[own_ref] > 1:
        remarks.append(ALIKE)
    return event, remarks


def _flow(type_: Element | None) -> tuple[str, _Flow]:
    code = "" if type_ is None else type_.get("code")
    if code in FLOWS:
        return code, FLOWS[code]
    if code in OTHERS:
        raise Fault(f"of type {code}, {OTHERS[code]}: no kind of event is one", code, type_)
    raise Fault("of a type that IATI does not have" if code else "without a type", code or None, type_)


def _country(parts: Mapping[str, Element]) -> str | None:
    places = [parts[tag] for tag in ("recipient-country", "recipient-region") if tag in parts]
    return country(places) if places else None


def _note(activity: Activity, parts: Mapping[str, Element]) -> str | None:
    """What the transaction is described as, and which activities it goes from and to."""
    notes = [shortened(narrative(parts.get("description"), activity.language), MAX_NOTE)]
    for org, attribute in (("provider-org", "provider-activity-id"), ("receiver-org", "receiver-activity-id")):
        if org in parts and (other := slug(parts[org].get(attribute))):
            notes.append(f"{attribute} {other}")
    return "; ".join(filter(None, notes)) or None
