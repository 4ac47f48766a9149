"""Flows of OCHA's Financial Tracking Service (FTS): the JSON of its API, and the same flattened to a table.

The API: https://api.hpc.tools/docs/v1/; the words: https://fts.unocha.org/glossary. Each flow is one event under
`flow/<id>`, and counts once, however many organisations, countries or years share it.

- A pledge is a pledge, a commitment a commitment, a paid flow a disbursement. Paid in kind it is a delivery with a
  value, of goods that FTS does not name.
- Its value is the amount in the currency in which it was given. The amount that FTS states in USD is what it makes of
  that (`valued`), or the value if FTS states no other.
- It happened on the flow's `date`, and was known in this version since the day of `updatedAt`. A later version is news
  of the day on which it was made.
- FTS says of each flow whether it is new money, reported for the first time. What is not (what a fund passes on, what
  was carried over from the year before) is part of its parent flow. If it has none, nobody says what it is part of, and
  its value starts at zero. A child of new money is new itself: FTS takes it out of its parent's amount.
- It is for years of use (`period`), for a plan or an emergency (`scope`), and for clusters (`sector`).
- Tables have less than the API: places by their codes, no parents, mostly not what is new money. What the log has of
  these from the API stands.

FTS's own totals are those of a boundary (a country and a year): what crosses it inwards, new or not, without pledges
and without what is shared with other countries or years. The boundary depends on the question, not on the flow, and so
it is not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from attrs import evolve

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Commitment, Delivery, Disbursement, Event, Pledge, Source
from aidtimeline.formats.fts.classes import CLUSTER, EMERGENCY, PLAN, PLAN_CLUSTER, classified, places, span
from aidtimeline.formats.fts.flows import MULTIPLE, Flow, besides_places, is_of_tags, of_object, of_row
from aidtimeline.formats.reading.files import File, as_slug
from aidtimeline.formats.reading.plaintext import json_document
from aidtimeline.formats.reading.sheets import fold, kind_of, rows
from aidtimeline.formats.readings import Entry, Reading, Remark, SkipError, Skipped
from aidtimeline.text.safe import bare, shown
from aidtimeline.values.amounts import ZERO, Money, Quantity
from aidtimeline.values.dates import DateRange

PUBLISHER = "OCHA Financial Tracking Service"
DATASET = "fts"
TWICE = "a row that repeats a flow, as those do that several countries share: it counts once"
NO_YEARS = "years of use that are not all years: they are left out"
OLDER = "an older version of a flow that the file has in a newer one, too: that is read instead"
NOT_SAID = "a table that does not say which flows are new money: what is passed on may be counted as well"

WANTED = ("id", "status", "date", "amountUSD")
"""The columns that a table of flows must have."""
FIRST_READING = 0.4
"""The share of the first of the two times that a table is read: it finds flows that stand on several rows."""

NO_KIND = "a table that does not say which flows are in kind: what is paid is read as money"
UNSAID = {"newMoney": NOT_SAID, "contributionType": NO_KIND}
"""What is said of a table without a column."""

#: Fields of which a table says less than the API if it has not all of these columns.
_COLUMNS = {
    "part_of": ("parentFlowId",),
    "value": ("newMoney",),
    "valued": ("originalAmount", "originalCurrency"),
    "sector": ("destGlobalClusters", "destClusters"),
    "scope": ("destPlan", "destEmergency"),
    "period": ("destUsageYearStart", "destUsageYearEnd"),
}
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)
_VERSION = re.compile("[0-9]{1,9}")
_KINDS: dict[str, type[Event]] = {"pledge": Pledge, "commitment": Commitment, "paid": Disbursement}


def read(file: File) -> Iterator[Reading]:
    """What a file of flows says, flow by flow. Raises `UnreadableFile`."""
    with file.open() as stream:
        if kind_of(file, stream) == "json":
            yield from _read_api(file, stream)
            return
    shared = _shared(file.part(0, FIRST_READING))
    read = 0
    met: dict[str, int] = {}
    for read, row in enumerate(rows(file.part(FIRST_READING, 1), wanted=WANTED), start=1):
        if read == 1:
            told = set(map(fold, row.cells))
            lacking = (reason for column, reason in UNSAID.items() if fold(column) not in told)
            yield from (Remark(reason=reason, place=file.name) for reason in lacking)
        if row.overflows:
            yield Skipped(reason="a row with more cells than the header", place=row.place, line=row.number)
        elif not is_of_tags(row):
            flow, cells = of_row(row), besides_places(row)
            flow = evolve(flow, locations=tuple(shared.get(flow["id"], flow.locations)))
            if flow["id"] and met.get(flow["id"]) == cells:
                yield Remark(reason=TWICE, place=row.place, line=row.number, found=f"flow/{flow['id']}")
                continue
            met[flow["id"]] = cells
            yield from _readings(file, flow, yields=_of_the_api(row.cells, flow))
    if not read:
        yield Remark(reason="no flows in the file", place=file.name)


def _shared(file: File) -> Mapping[str, Iterable[str]]:
    """The countries of each flow that stands on several rows, which differ in nothing else."""
    met: dict[str, tuple[int, tuple[str, ...]]] = {}
    found: dict[str, dict[str, None]] = {}
    for row in rows(file, wanted=WANTED):
        if row.overflows or is_of_tags(row):
            continue
        flow = of_row(row)
        told = besides_places(row), flow.locations
        first = met.setdefault(flow["id"], told)
        if first[0] == told[0] and first[1] != told[1]:
            found.setdefault(flow["id"], dict.fromkeys(first[1])).update(dict.fromkeys(told[1]))
    return found


def _of_the_api(header: Iterable[str], flow: Flow) -> frozenset[str]:
    """The fields of which a row of a table says less than the API."""
    told = set(map(fold, header)) - (set() if flow["newMoney"] else {fold("newMoney")})
    less = (field for field, columns in _COLUMNS.items() if not told.issuperset(map(fold, columns)))
    return frozenset({"location", "sources", *less})


def _readings(file: File, flow: Flow, yields: frozenset[str] = frozenset()) -> Iterator[Reading]:
    place = f"flow {flow['id']}" if flow["id"] else flow.locator
    remarks: dict[str, str] = {}
    try:
        event = _event(file, flow, remarks)
    except SkipError as error:
        yield Skipped(reason=error.reason, place=place, line=flow.line, found=bare(error.found))
        return
    for reason, found in remarks.items():
        yield Remark(reason=reason, place=place, line=flow.line, found=bare(found))
    yield Entry(event=event, yields=yields)


def _event(file: File, flow: Flow, remarks: dict[str, str]) -> Event:
    """The event of a flow. Adds to `remarks` the reasons why it is worth a look, with what was found.

    Raises `SkipError`.
    """
    if not flow["id"]:
        raise SkipError("a flow without an id", flow["description"] or None)
    status = fold(flow["status"])
    if status not in _KINDS:
        raise SkipError("a flow whose status is not pledge, commitment or paid", status or None)
    kind = Delivery if status == "paid" and flow.in_kind else _KINDS[status]
    value, usd = _value(flow, remarks)
    published = _day(flow["updatedAt"]) if flow["updatedAt"] else file.published
    source = Source(
        publisher=PUBLISHER,
        published=published,
        dataset=file.dataset or DATASET,
        locator=f"{file.name}, {flow.locator}",
    )
    date = _date(flow)
    if published is not None and published < date:
        remarks["a date after the version that states it"] = date.text
    if MULTIPLE in flow.donors + flow.recipients:
        remarks["several organisations, none of them named"] = MULTIPLE
    period = span(flow.years)
    if period is None and any(flow.years):
        remarks[NO_YEARS] = ", ".join(flow.years)
    parent = None if flow.new_money or not flow["parentFlowId"] else f"flow/{flow['parentFlowId']}"
    counts = flow.new_money or parent is not None
    fields: dict[str, Any] = {
        "date": date,
        "value": value if counts else _perhaps(value),
        "valued": [usd if counts else _perhaps(usd)] if usd is not None and value.currency != "USD" else [],
        "donor": _together(file.party(name) for name in flow.donors if name != MULTIPLE),
        "recipient": _together(file.party(name) for name in flow.recipients if name != MULTIPLE),
        "location": places(flow.locations),
        "sector": classified({CLUSTER: flow.clusters, PLAN_CLUSTER: flow.plan_clusters}),
        "scope": classified({PLAN: flow.plans, EMERGENCY: flow.emergencies}),
        "period": period,
        "project": _together(flow.projects),
        "part_of": parent,
        "ref": f"flow/{flow['id']}",
        "note": _note(flow, value) or None,
        "sources": [source, *flow.reports],
    }
    try:
        return kind(**fields)
    except InvalidValue as error:
        raise SkipError("a flow with a text that cannot be recorded", error.found) from None


def _value(flow: Flow, remarks: dict[str, str]) -> tuple[Money, Money | None]:
    """What was given, in the currency in which it was given, or in USD if FTS does not say that; and what FTS makes of
    it in USD."""
    usd = _money(flow["amountUSD"], "USD") if flow["amountUSD"] else None
    amount, currency = flow["originalAmount"], flow["originalCurrency"]
    if amount and currency:
        try:
            given = _money(amount, currency)
        except InvalidValue as error:
            if usd is None:
                raise SkipError("a flow in a currency that ISO 4217 does not have", error.found) from None
            remarks["a currency that ISO 4217 does not have: the amount in USD was taken"] = currency
        else:
            if given.amount.low or usd is None or not usd.amount.low:
                return given, usd
    if usd is None:
        raise SkipError("a flow without an amount", flow["description"] or None)
    return usd, usd


def _perhaps(value: Money) -> Money:
    """A value that may have been counted already. A reversal takes off as much at most."""
    low, high = sorted((ZERO.low, value.amount.low))
    return Money(Quantity(low, high), value.currency)


def _money(amount: str, currency: str) -> Money:
    """Money. Raises `SkipError` if the amount is not a number, and `InvalidValue` for an unknown currency."""
    try:
        Money(amount, "USD")
    except InvalidValue:
        raise SkipError("a flow whose amount is not a number", amount) from None
    return Money(amount, currency)


def _date(flow: Flow) -> DateRange:
    """When it happened: on the flow's own date, else on that of the decision, else by when it was first reported."""
    if stated := flow["date"] or flow["decisionDate"]:
        return _day(stated)
    if reported := flow["firstReportedDate"]:
        return DateRange.parse(f"[..{_day(reported).text}]")
    raise SkipError("a flow without a date")


def _day(text: str) -> DateRange:
    match = _DAY.fullmatch(text)
    try:
        return DateRange.parse(match[1] if match else text)
    except InvalidValue:
        raise SkipError("a flow whose date is not a date", text) from None


def _note(flow: Flow, value: Money) -> str:
    """What the flow states beyond the fields of an event."""
    rate = f" at FTS's rate of {flow['exchangeRate']}" if flow["exchangeRate"] else ""
    decided, type_ = flow["decisionDate"][:10], flow["flowType"]
    parts = {
        flow["description"]: flow["description"],
        f"reference {flow['refCode']}": flow["refCode"],
        f"USD {flow['amountUSD']}{rate}": flow["amountUSD"] and value.currency != "USD",
        f"decided on {decided}": decided and flow["date"] and decided != flow["date"][:10],
        f"flow type: {type_}": type_ and fold(type_) != "standard",
    }
    return "; ".join(part for part, stated in parts.items() if stated)


def _together(names: Iterable[str]) -> str | None:
    """One slug for all of them: FTS does not say how large the part of each is."""
    return as_slug(" + ".join(dict.fromkeys(filter(None, names)))) or None


def _newest(flows: Iterable[Any]) -> Mapping[str, int]:
    """The newest version that an answer has of each flow."""
    found: dict[str, int] = {}
    for each in flows:
        if isinstance(each, dict):
            found[str(each.get("id"))] = max(_version(each), found.get(str(each.get("id")), 0))
    return found


def _version(flow: Mapping[str, Any]) -> int:
    stated = str(flow.get("versionId"))
    return int(stated) if _VERSION.fullmatch(stated) else 0


def _read_api(file: File, stream: BinaryIO) -> Iterator[Reading]:
    answer = json_document(file, stream)
    status = answer.get("status", "ok")
    if status != "ok":
        raise file.unreadable(f"FTS answered {shown(status)}: {shown(answer.get('message'))}, without flows")
    data, meta = answer.get("data"), answer.get("meta")
    flows = data.get("flows") if isinstance(data, dict) else None
    if not isinstance(flows, list):
        raise file.unreadable("found no flows under data.flows", hint="ask the API for flows, without groupby")
    if not flows:
        yield Remark(reason="no flows in the file", place=file.name)
    newest = _newest(flows)
    for number, found in enumerate(flows, start=1):
        try:
            flow = of_object(found, number)
        except (TypeError, AttributeError, InvalidValue):
            reason = "a flow that is not of the form of the API"
            yield Skipped(reason=reason, place=f"flow {number} of the file", found=bare(found))
            continue
        if flow["id"] and _version(found) < newest[str(found.get("id"))]:
            yield Remark(reason=OLDER, place=f"flow {flow['id']}", found=flow.locator)
        else:
            yield from _readings(file, flow)
    of_all = meta.get("count") if isinstance(meta, dict) else None
    if isinstance(of_all, int) and of_all > len(flows):
        yield Remark(reason="one page of several: the others have more flows", place=file.name, found=f"{of_all} flows")
