"""Transactions: pledges, commitments, and money paid, spent and received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from aidtimeline.events import Commitment, Disbursement, Expenditure, Pledge, Receipt, Side
from aidtimeline.formats.iati.activity import Activity, country
from aidtimeline.formats.iati.values import MAX_NOTE, day, money, narrative, shortened, slug, stated_day
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading, SkipError

Transaction: TypeAlias = Pledge | Commitment | Disbursement | Receipt | Expenditure

A_TRANSACTION = "a transaction"
ALIKE = "transactions alike in type, date, value, provider and receiver: each is counted"
AFTER_REPORT = "a transaction dated after the report that states it"
NO_VALUE_DATE = "a transaction whose value-date is not a day: the value-date is left out"
OVERLAPS = "transactions of an activity with a parent, which may report them too: sums over both are bounds"


#: IATI codelist TransactionType: the kind of event, and whose books it is from.
FLOWS: dict[str, tuple[type[Transaction], Side]] = {
    "1": (Receipt, "receiver"),
    "2": (Commitment, "provider"),
    "3": (Disbursement, "provider"),
    "4": (Expenditure, "provider"),
    "11": (Commitment, "receiver"),
    "12": (Pledge, "provider"),
    "13": (Pledge, "receiver"),
}
OTHERS = {
    "5": "interest payment",
    "6": "loan repayment",
    "7": "reimbursement",
    "8": "purchase of equity",
    "9": "sale of equity",
    "10": "credit guarantee",
}


def transactions(activity: Activity) -> Iterator[Reading]:
    """The transactions of an activity."""
    refs = [slug(each.get("ref")) for each in activity.all("transaction")]
    many = Counter(refs) if len(refs) > 1 else {}
    parents: tuple[str, ...] = ()
    for ref, (place, element) in zip(refs, activity.numbered("transaction"), strict=True):
        try:
            event, remarks = _transaction(activity, element, ref if many.get(ref, 1) == 1 else "")
        except SkipError as error:
            yield activity.skipped(A_TRANSACTION, place, element, error)
            continue
        yield Entry(event=event, within=True)
        if event.overlaps and not parents:
            parents = event.overlaps
            yield activity.remark(OVERLAPS, place, element, ", ".join(parents))
        for reason in remarks:
            yield activity.remark(reason, place, element, event.ref)


def _transaction(activity: Activity, element: Element, own_ref: str) -> tuple[Transaction, list[str]]:
    """One transaction, and the reasons why it is worth a look. Raises `SkipError`.

    If the provider of outgoing or the receiver of incoming funds is omitted, it is the reporting organisation (IATI
    2.03, `transaction/provider-org` and `transaction/receiver-org`). If the other party is omitted, it is unknown: the
    standard assumes nothing.
    """
    parts = {each.tag: each for each in reversed(element.children)}
    type_ = _type(parts.get("transaction-type"))
    kind, side = FLOWS[type_]
    date = stated_day(parts.get("transaction-date"))
    value = money(parts.get("value"), activity.currency)
    provider, receiver = parts.get("provider-org"), parts.get("receiver-org")
    donor, recipient = activity.party(provider), activity.party(receiver)
    if side == "provider":
        donor = donor or activity.reporter.slug
    else:
        recipient = recipient or activity.reporter.slug
    if not own_ref:
        paid = f"{value.amount.text}{value.currency}"
        own_ref = ":".join([type_, date.text, paid, activity.called(provider), activity.called(receiver)])
    ref = activity.ref(f"transaction/{own_ref}")
    valued = parts["value"].get("value-date")
    value_date = day(valued)
    event = kind(
        date=date,
        project=activity.identifier,
        donor=donor,
        recipient=recipient,
        location=_country(parts) or activity.location,
        value=value,
        value_date=value_date,
        side=side,
        overlaps=sorted(activity.version.parents_of(activity.identifier)),
        ref=ref,
        note=_note(activity, parts),
        sources=activity.source_at(element.line),
    )
    remarks = {
        NO_VALUE_DATE: valued and value_date is None,
        AFTER_REPORT: activity.published is not None and date > activity.published,
        ALIKE: ref != f"{activity.stem}transaction/{own_ref}",
    }
    return event, [reason for reason, applies in remarks.items() if applies]


def _type(element: Element | None) -> str:
    """The code of a type of transaction that is read. Raises `SkipError`."""
    code = "" if element is None else element.get("code")
    if code in FLOWS:
        return code
    line = None if element is None else element.line
    if code in OTHERS:
        raise SkipError(f"of type {code}, {OTHERS[code]}: no kind of event is one", code, line)
    raise SkipError("of a type that IATI does not have" if code else "without a type", code, line)


def _country(parts: Mapping[str, Element]) -> str | None:
    places = [parts[tag] for tag in ("recipient-country", "recipient-region") if tag in parts]
    return country(places) if places else None


def _note(activity: Activity, parts: Mapping[str, Element]) -> str | None:
    """The description of a transaction, and the activities that it goes from and to."""
    notes = [shortened(narrative(parts.get("description"), activity.language), MAX_NOTE)]
    for org, attribute in (("provider-org", "provider-activity-id"), ("receiver-org", "receiver-activity-id")):
        if org in parts and (other := slug(parts[org].get(attribute))):
            notes.append(f"{attribute} {other}")
    return "; ".join(filter(None, notes)) or None
