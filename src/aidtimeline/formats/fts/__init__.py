"""Flows of OCHA's Financial Tracking Service (FTS): the JSON of its API, and the same flattened to a table.

The API: https://api.hpc.tools/docs/v1/; the words: https://fts.unocha.org/glossary. Each flow is one event under
`flow/<id>`, and counts once, however many organisations, countries or years share it.

- A pledge is a pledge, a commitment a commitment, what was paid a disbursement; paid in kind it is a delivery, of goods
  that FTS does not name, with its value.
- Its value is the amount in the currency in which it was given. What FTS makes of that in USD is a note, and the value
  where it has nothing else.
- It happened on the flow's `date`, and was known, as it stands, on the day of `updatedAt`. Another version of it is
  news of the day on which that was made.
- FTS says of each flow whether it is new money, told here for the first time. What is not (what a fund passes on, what
  was carried over from the year before) is part of its parent flow, or of `fts/told-before` where it has none, and so
  left out of sums. A child of new money is new itself: FTS takes it out of its parent's amount.

FTS's own totals are of a boundary (a country and a year): what crosses it inwards, new or not, without pledges and
without what is shared with what lies beyond. Which boundary that is depends on what was asked, not on the flow, and so
is not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Commitment, Delivery, Disbursement, Event, Pledge, Source
from aidtimeline.formats.fts.flows import MULTIPLE, Flow, of_object, of_row
from aidtimeline.formats.reading.files import File, as_slug
from aidtimeline.formats.reading.jsonstream import JsonStream
from aidtimeline.formats.reading.sheets import fold, rows
from aidtimeline.formats.readings import Entry, Reading, Remark, Skipped
from aidtimeline.text.safe import shown
from aidtimeline.values.amounts import Money
from aidtimeline.values.dates import DateRange

PUBLISHER = "OCHA Financial Tracking Service"
DATASET = "fts"
TOLD_BEFORE = "fts/told-before"
NOT_SAID = "a table that does not say which flows are new money: what is passed on may be counted as well"

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)
_KINDS: dict[tuple[str, bool], type[Event]] = {
    ("pledge", False): Pledge,
    ("pledge", True): Pledge,
    ("commitment", False): Commitment,
    ("commitment", True): Commitment,
    ("paid", False): Disbursement,
    ("paid", True): Delivery,
}


class _SkipError(Exception):
    """Why a flow is no event, and what was found."""

    def __init__(self, reason: str, found: object) -> None:
        self.reason, self.found = reason, shown(found)


def read(file: File) -> Iterator[Reading]:
    """What a file of flows tells, flow by flow."""
    with file.open() as stream:
        start = stream.read(512).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
        stream.seek(0)
        if start.startswith(b"{"):
            yield from _read_api(file, stream)
            return
    read = 0
    for row in rows(file, wanted=("id", "status", "date", "amountUSD")):
        read += 1
        if read == 1 and fold("newMoney") not in map(fold, row.cells):
            yield Remark(reason=NOT_SAID, place=file.name)
        if row.overflows:
            yield Skipped(reason="a row with more cells than the header", place=row.place, line=row.number)
        else:
            yield from _readings(file, of_row(row))
    if not read:
        yield Remark(reason="no flows in the file", place=file.name)


def _readings(file: File, flow: Flow) -> Iterator[Reading]:
    place = f"flow {flow.id}" if flow.id else flow.stands
    try:
        event, remarks = _event(file, flow)
    except _SkipError as error:
        yield Skipped(reason=error.reason, place=place, line=flow.line, found=error.found)
    else:
        for reason, found in remarks:
            yield Remark(reason=reason, place=place, line=flow.line, found=found)
        yield Entry(event=event)


def _event(file: File, flow: Flow) -> tuple[Event, list[tuple[str, str]]]:
    """The event of a flow, and what is worth a look in it."""
    remarks: list[tuple[str, str]] = []
    if not flow.id:
        raise _SkipError("a flow without an id", flow.description or None)
    kind = _KINDS.get((flow.status, flow.in_kind))
    if kind is None:
        raise _SkipError("a flow whose status is none of pledge, commitment and paid", flow.status or None)
    value = _value(flow, remarks)
    updated = _day(flow.updated) if flow.updated else None
    published = file.published if updated is None else DateRange.parse(updated)
    source = Source(
        publisher=PUBLISHER,
        published=published,
        dataset=file.dataset or DATASET,
        locator=f"{file.name}, {flow.stands}",
    )
    date = _date(flow)
    if published is not None and published < date:
        remarks.append(("a date after the version that tells it", date.text))
    if MULTIPLE in flow.donors + flow.recipients:
        remarks.append(("several organisations, of which none is named", MULTIPLE))
    known: dict[str, Any] = {
        "date": date,
        "value": value,
        "donor": _together(file.party(name) for name in flow.donors if name != MULTIPLE),
        "recipient": _together(file.party(name) for name in flow.recipients if name != MULTIPLE),
        "location": _together(flow.locations),
        "project": _together(flow.projects),
        "part_of": None if flow.new_money else as_slug(f"flow/{flow.parent}") if flow.parent else TOLD_BEFORE,
        "ref": f"flow/{flow.id}",
        "note": _note(flow, value) or None,
        "sources": [source, *flow.reports],
    }
    try:
        return kind(**known), remarks
    except InvalidValue as error:
        raise _SkipError("a flow with a text that cannot be recorded", error.found) from None


def _value(flow: Flow, remarks: list[tuple[str, str]]) -> Money:
    """What was given, in the currency in which it was given; where FTS does not say that, in USD."""
    usd = _money(flow.usd, "USD") if flow.usd else None
    if flow.original and flow.currency:
        try:
            given = _money(flow.original, flow.currency)
        except InvalidValue as error:
            if usd is None:
                raise _SkipError("a flow in a currency that ISO 4217 does not have", error.found) from None
            remarks.append(("a currency that ISO 4217 does not have: the amount in USD was taken", flow.currency))
        else:
            if given.amount.low or usd is None or not usd.amount.low:
                return given
    if usd is None:
        raise _SkipError("a flow without an amount", flow.description or None)
    return usd


def _money(amount: str, currency: str) -> Money:
    """Money, of which only the currency may be wrong."""
    try:
        Money(amount, "USD")
    except InvalidValue:
        raise _SkipError("a flow whose amount is no number", amount) from None
    return Money(amount, currency)


def _date(flow: Flow) -> DateRange:
    """When it happened: the flow's own date, else that of the decision, else by when it was reported."""
    if flow.date or flow.decided:
        return DateRange.parse(_day(flow.date or flow.decided))
    if flow.reported:
        return DateRange.parse(f"[..{_day(flow.reported)}]")
    raise _SkipError("a flow without a date", None)


def _day(text: str) -> str:
    match = _DAY.fullmatch(text)
    try:
        return DateRange.parse(match[1] if match else text).text
    except InvalidValue:
        raise _SkipError("a flow with a date that is none", text) from None


def _note(flow: Flow, value: Money) -> str:
    """What the flow says beside what an event has fields for."""
    rate = f" at FTS's rate of {flow.rate}" if flow.rate else ""
    parts = {
        flow.description: flow.description,
        f"reference {flow.reference}": flow.reference,
        f"USD {flow.usd}{rate}": flow.usd and value.currency != "USD",
        f"decided on {flow.decided[:10]}": flow.decided and flow.date and flow.decided[:10] != flow.date[:10],
        f"flow type: {flow.type}": flow.type and fold(flow.type) != "standard",
    }
    return "; ".join(part for part, told in parts.items() if told)


def _together(names: Iterable[str]) -> str | None:
    """One slug for all, since it cannot be said whose part is how large."""
    return as_slug(" + ".join(dict.fromkeys(filter(None, names)))) or None


def _read_api(file: File, stream: BinaryIO) -> Iterator[Reading]:
    document = JsonStream(file, stream)
    said: dict[str, Any] = {}
    count = None
    for name in document.members():
        if name == "data" and document.next_is("{"):
            for part in document.members():
                if part == "flows" and document.next_is("["):
                    count = 0
                    for _ in document.items():
                        count += 1
                        yield from _of_api(file, document.value(), count)
                else:
                    document.value()
        else:
            said[name] = document.value()
    document.end()
    status = said.get("status", "ok")
    if status != "ok":
        raise file.unreadable(f"FTS answered {shown(status)}: {shown(said.get('message'))}, and gave no flows")
    if count is None:
        raise file.unreadable("found no flows under data.flows", hint="ask the API for flows, without groupby")
    if not count:
        yield Remark(reason="no flows in the file", place=file.name)
    meta = said.get("meta")
    of_all = meta.get("count") if isinstance(meta, dict) else None
    if isinstance(of_all, int) and of_all > count:
        yield Remark(reason="a page of an answer: the others have more flows", place=file.name, found=f"{of_all} flows")


def _of_api(file: File, found: Any, place: int) -> Iterator[Reading]:
    try:
        flow = of_object(found, place)
    except (TypeError, AttributeError, InvalidValue):
        reason = "a flow that is not of the form that the API gives"
        yield Skipped(reason=reason, place=f"flow {place} of the file", found=shown(found))
    else:
        yield from _readings(file, flow)
