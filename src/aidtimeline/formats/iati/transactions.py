"""Transactions: pledges, commitments, and money paid, spent and received."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median_low
from typing import Any, TypeAlias

from aidtimeline.codec.making import quickly
from aidtimeline.events import Commitment, Disbursement, Expenditure, Pledge, Receipt, Side
from aidtimeline.formats.iati.activity import Activity
from aidtimeline.formats.iati.purposes import of_transaction
from aidtimeline.formats.iati.values import MAX_NOTE, day, identifier, money, narrative, shortened, slug, stated_day
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Reading, SkipError
from aidtimeline.values.amounts import Money

Transaction: TypeAlias = Pledge | Commitment | Disbursement | Receipt | Expenditure

A_TRANSACTION = "a transaction"
ALIKE = "transactions alike in type, date, value, provider and receiver: each is counted"
AFTER_REPORT = "a transaction dated after the report that states it"
NO_VALUE_DATE = "a transaction whose value-date is not a day: the value-date is left out"
OVERLAPS = "transactions of an activity with a parent, which may report them too: sums over both are bounds"
CHAIN = "transactions of an activity that others fund: they may pass on its money, so sums over both are bounds"
UNDATED = "a transaction without a date: it happened some time until its report"
OLD_CODE = "a transaction of a type that is a code of IATI 1.x: it is read as what it meant"
MUCH = "a transaction of a thousand times what others of its type in the activity come to, or more"

TIMES = 1000
"""So many times what its neighbours come to is worth a look: somebody may have written thousands for ones."""


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
#: The codes of IATI 1.x, which some files of 2.x still have.
OLD_TYPES = {"C": "2", "D": "3", "E": "4", "IF": "1", "IR": "5", "LR": "6", "R": "7", "QP": "8", "QS": "9", "CG": "10"}
OTHERS = {
    "5": "interest payment",
    "6": "loan repayment",
    "7": "reimbursement",
    "8": "purchase of equity",
    "9": "sale of equity",
    "10": "credit guarantee",
}


_NEW: Mapping[type[Transaction], Callable[..., Transaction]] = {kind: quickly(kind) for kind, _ in FLOWS.values()}


def transactions(activity: Activity) -> Iterator[Reading]:
    """The transactions of an activity."""
    if not activity.all("transaction"):
        return
    refs = [slug(each.get("ref")) for each in activity.all("transaction")]
    above, funders = activity.above, _funders(activity)
    many = Counter(refs) if len(refs) > 1 else {}
    overlaps = tuple(sorted({*above, *funders, *activity.former}))
    told = not above and not funders
    sums: dict[tuple[str, str], list[tuple[Decimal, str, Element]]] = defaultdict(list)
    for ref, (place, element) in zip(refs, activity.numbered("transaction"), strict=True):
        own_ref = ref if many.get(ref, 1) == 1 else ""
        try:
            event, remarks = _transaction(activity, element, own_ref, overlaps)
        except SkipError as error:
            yield _skipped(activity, place, element, f"transaction/{own_ref}", error)
            continue
        yield Entry(event=event, within=True, yields=_DATE if UNDATED in remarks else _NOTHING)
        if not told:
            told = True
            for reason, others in ((OVERLAPS, above), (CHAIN, funders)):
                if others:
                    yield activity.remark(reason, place, element, ", ".join(others))
        for reason in remarks:
            yield activity.remark(reason, place, element, event.ref)
        value: Any = event.value
        sums[event.kind, value.currency].append((abs(value.amount.low), place, element))
    for amounts in sums.values():
        yield from _beyond_others(activity, amounts)


def _funders(activity: Activity) -> tuple[str, ...]:
    """The activities that the incoming funds of an activity come from: what it pays out may be their money."""
    found: dict[str, None] = {}
    for element in activity.all("transaction"):
        provider = element.first("provider-org")
        if provider is not None and "provider-activity-id" in provider.attributes:
            type_ = element.first("transaction-type")
            code = "" if type_ is None else type_.get("code")
            _, side = FLOWS.get(OLD_TYPES.get(code, code), (None, None))
            funder = _other_end(activity, provider)
            if side == "receiver" and funder is not None:
                found[funder] = None
    return tuple(sorted(found))


def _other_end(activity: Activity, org: Element | None) -> str | None:
    """The activity of another organisation, or another of the same, that a transaction goes to or comes from."""
    if org is None:
        return None
    other = identifier(org.attributes.get("provider-activity-id") or org.attributes.get("receiver-activity-id", ""))
    return other if other and other != activity.identifier else None


_DATE, _NOTHING = frozenset({"date"}), frozenset[str]()


def _beyond_others(activity: Activity, amounts: Sequence[tuple[Decimal, str, Element]]) -> Iterator[Reading]:
    """Remarks of the amounts that are far beyond the others. Nothing is said of what comes to nothing."""
    stated = sorted(amount for amount, _, _ in amounts if amount)
    if len(stated) < 2 or stated[-1] < TIMES * stated[0]:
        return
    for amount, place, element in amounts:
        if amount >= TIMES * stated[0]:
            others = stated.copy()
            others.remove(amount)
            if amount >= TIMES * median_low(others):
                yield activity.remark(MUCH, place, element, f"{amount:f}")


def _skipped(activity: Activity, place: str, element: Element, key: str, error: SkipError) -> Reading:
    """That a transaction cannot be read: what it states, and what its `ref` begins with if the log may have it."""
    parts = {each.tag: each for each in reversed(element.children)}
    if error.value is None:
        with contextlib.suppress(SkipError):
            error.value = money(parts.get("value"), activity.currency)
    is_none = error.found in OTHERS or OLD_TYPES.get(str(error.found)) in OTHERS
    return activity.skipped(A_TRANSACTION, place, element, error, None if is_none else key)


def _transaction(
    activity: Activity, element: Element, own_ref: str, overlaps: tuple[str, ...]
) -> tuple[Transaction, list[str]]:
    """One transaction, and the reasons why it is worth a look. Raises `SkipError`.

    If the provider of outgoing or the receiver of incoming funds is omitted, it is the reporting organisation (IATI
    2.03, `transaction/provider-org` and `transaction/receiver-org`). If the other party is omitted, it is unknown: the
    standard assumes nothing.
    """
    parts = {each.tag: each for each in reversed(element.children)}
    type_, is_old = _type(parts.get("transaction-type"))
    kind, side = FLOWS[type_]
    stated = parts.get("transaction-date")
    undated = stated is None or not stated.get("iso-date")
    date = activity.said if undated else stated_day(stated)
    value = money(parts.get("value"), activity.currency)
    provider, receiver = parts.get("provider-org"), parts.get("receiver-org")
    donor, recipient = activity.party(provider), activity.party(receiver)
    if side == "provider":
        donor = donor or activity.reporter.slug
    else:
        recipient = recipient or activity.reporter.slug
    if not own_ref:
        own_ref = made_ref(type_, "" if undated else date.text, value, [*map(activity.called, (provider, receiver))])
    ref = activity.ref(f"transaction/{own_ref}")
    own = of_transaction(element.children, element.get("humanitarian").casefold())
    valued = parts["value"].get("value-date")
    value_date = day(valued)
    event = _NEW[kind](
        date=date,
        project=activity.identifier,
        donor=donor,
        recipient=recipient,
        value=value,
        value_date=value_date,
        side=side,
        counterpart=_other_end(activity, provider if side == "receiver" else receiver),
        overlaps=overlaps,
        ref=ref,
        note=_note(activity, parts),
        sources=activity.source_at(element.line),
        **{**activity.purposes.fields, **own.fields},
    )
    remarks = {
        **dict.fromkeys(own.remarks, True),
        UNDATED: undated,
        OLD_CODE: is_old,
        NO_VALUE_DATE: valued and value_date is None,
        AFTER_REPORT: not undated and activity.published is not None and date > activity.published,
        ALIKE: ref != f"{activity.stem}transaction/{own_ref}",
    }
    return event, [reason for reason, applies in remarks.items() if applies]


def made_ref(type_: str, day: str, value: Money, parties: Sequence[str]) -> str:
    """The reference of a transaction that has none of its own, by what it states; `parties` as they are called.

    >>> made_ref("3", "2023-02-01", Money.parse("USD 100"), ["XM-A-1", ""])
    '3:2023-02-01:100USD:XM-A-1:'
    """
    return ":".join([type_, day, f"{value.amount.text}{value.currency}", *parties])


def _type(element: Element | None) -> tuple[str, bool]:
    """The code of a type of transaction that is read, and whether it was one of IATI 1.x. Raises `SkipError`."""
    stated = "" if element is None else element.get("code")
    code = OLD_TYPES.get(stated, stated)
    if code in FLOWS:
        return code, code != stated
    line = None if element is None else element.line
    if code in OTHERS:
        raise SkipError(f"of type {code}, {OTHERS[code]}: no kind of event is one", code, line)
    raise SkipError("of a type that IATI does not have" if code else "without a type", code, line)


def _note(activity: Activity, parts: Mapping[str, Element]) -> str | None:
    """The description of a transaction, and the activities that it goes from and to."""
    notes = [shortened(narrative(parts.get("description"), activity.language), MAX_NOTE)]
    for org, attribute in (("provider-org", "provider-activity-id"), ("receiver-org", "receiver-activity-id")):
        if org in parts and (other := identifier(parts[org].get(attribute))):
            notes.append(f"{attribute} {other}")
    return "; ".join(filter(None, notes)) or None
