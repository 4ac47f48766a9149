"""What makes a log hard to replay, and which share of drawn logs has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations

from aidtimeline.events import Amendment, Correction, Corroboration, Event, Record
from aidtimeline.testing.laws import Cuts
from aidtimeline.values.shares import Shares

SHARES: Mapping[str, float] = {
    "a date that straddles the cut": 0.20,
    "a vague quantity": 0.30,
    "an open quantity": 0.07,
    "an approximate account": 0.35,
    "supersession": 0.35,
    "a chain": 0.12,
    "two superseders": 0.04,
    "supersession across keys": 0.08,
    "a circle": 0.015,
    "a part of another": 0.10,
    "an overlap": 0.08,
    "shares of several": 0.15,
    "a repair that corrects": 0.08,
    "a repair that retracts": 0.08,
    "news that corrects": 0.10,
    "news that retracts": 0.12,
    "several amendments of one record": 0.10,
    "a corroboration": 0.10,
    "a dispute": 0.03,
    "a duplicate": 0.06,
    "a circle of duplicates": 0.005,
    "an amendment of an amendment": 0.05,
    "an amendment of nothing": 0.03,
    "a record unknown at the cut": 0.25,
}
"""The least share of drawn logs (with drawn cuts) that has each feature; a test holds `logs` and `cuts` to it."""


def features(records: Iterable[Record], cuts: Cuts) -> frozenset[str]:
    """Which of the features in `SHARES` a log has, at these cuts.

    >>> from aidtimeline.events import Source, Status
    >>> status = Status(date="2023", project="hd", status="closed", sources=Source(publisher="Kyodo News"))
    >>> features([Record("0" * 32, datetime(2024, 1, 1), status)], Cuts(date(2023, 6, 1)))
    frozenset({'a date that straddles the cut'})
    """
    written = {record.id: record for record in records}
    said = {each.id: each.event for each in written.values() if isinstance(each.event, Event)}
    amendments = [each.event for each in written.values() if not isinstance(each.event, Event)]
    found = {
        *_features_of_values(said, amendments, cuts),
        *_features_of_links(said, amendments),
        *_features_of_amendments(written, said, amendments),
    }
    if cuts.known_at is not None and any(not _may_be_known(each, cuts.known_at) for each in written.values()):
        found.add("a record unknown at the cut")
    return frozenset(found)


def shares(drawn: Iterable[tuple[Iterable[Record], Cuts]]) -> dict[str, float]:
    """Of some logs and cuts, the share from 0 to 1 that has each feature in `SHARES`."""
    found: Counter[str] = Counter()
    size = 0
    for records, asked in drawn:
        found.update(features(records, asked))
        size += 1
    return {name: found[name] / max(size, 1) for name in SHARES}


def _may_be_known(record: Record, cut: date | datetime) -> bool:
    dates = [
        date for source in record.event.sources for date in (source.published, source.retrieved) if date is not None
    ]
    since = min((each.latest for each in dates if each.latest is not None), default=record.recorded_at.date())
    return since <= (cut.date() if isinstance(cut, datetime) else cut)


def _features_of_values(said: Mapping[str, Event], amendments: Sequence[Amendment], cuts: Cuts) -> Iterable[str]:
    day = cuts.as_of
    for each in said.values():
        if each.date.possible_by(day) and not each.date.certain_by(day):
            yield "a date that straddles the cut"
    accounts: list[Event | Corroboration] = [
        *said.values(),
        *(each for each in amendments if isinstance(each, Corroboration)),
    ]
    for account in accounts:
        quantity = getattr(account, "quantity", None)
        if quantity is not None and not quantity.is_exact:
            yield "a vague quantity"
            if quantity.high is None:
                yield "an open quantity"
        if (quantity is not None and quantity.approximate) or (account.date is not None and account.date.qualified):
            yield "an approximate account"


def _features_of_links(said: Mapping[str, Event], amendments: Sequence[Amendment]) -> Iterable[str]:
    links = {each: {of for of in event.supersedes if of in said} for each, event in said.items()}
    superseded = Counter(of for others in links.values() for of in others)
    for event in said.values():
        if event.part_of in said:
            yield "a part of another"
        if not said.keys().isdisjoint(event.overlaps):
            yield "an overlap"
        if isinstance(event.location, Shares) or isinstance(event.sector, Shares):
            yield "shares of several"
    for each, others in links.items():
        for other in others:
            yield "supersession"
            if links[other]:
                yield "a chain"
            if superseded[other] > 1:
                yield "two superseders"
            if getattr(said[each], "item", None) != getattr(said[other], "item", None):
                yield "supersession across keys"
    for amendment in amendments:
        if isinstance(amendment, Correction) and isinstance(amendment.event, Event):
            links.setdefault(amendment.of, set()).update(amendment.event.supersedes)
    if any(node in _reached(links, node) for node in links):
        yield "a circle"


def _features_of_amendments(
    written: Mapping[str, Record], said: Mapping[str, Event], amendments: Sequence[Amendment]
) -> Iterable[str]:
    twins: dict[str, set[str]] = {}
    for each in amendments:
        if each.of not in written:
            yield "an amendment of nothing"
            continue
        if each.of not in said:
            yield "an amendment of an amendment"
            continue
        if isinstance(each, Correction):
            yield "news that corrects" if each.sources else "a repair that corrects"
        elif isinstance(each, Corroboration):
            yield "a corroboration"
            if _contradicts(each, said[each.of]):
                yield "a dispute"
        else:
            yield "news that retracts" if each.sources else "a repair that retracts"
            if each.duplicate_of in said:
                yield "a duplicate"
                twins.setdefault(each.of, set()).add(str(each.duplicate_of))
    if any(one.of == other.of for one, other in combinations(amendments, 2)):
        yield "several amendments of one record"
    if any(node in _reached(twins, node) for node in twins):
        yield "a circle of duplicates"


def _contradicts(account: Corroboration, event: Event) -> bool:
    own = getattr(event, "quantity", None)
    quantities = account.quantity is not None and own is not None and not own.overlaps(account.quantity)
    return quantities or (account.date is not None and (account.date < event.date or account.date > event.date))


def _reached(links: Mapping[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(links.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(links.get(node, ()))
    return reached
