"""Activities that a file has several times: which of them is read, and what is lost with the others.

Files are put together from others, so one activity may stand in them in several versions, or in parts: its
transactions of each year. Nobody says which. The one that was updated last is read, and of such the first. An older
one, and one that says the same, is no loss. What else another one has is skipped, with its sums, and what the log has
of the activity stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from attrs import Factory, define, frozen

from aidtimeline.formats.iati.values import instant, money
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Reading, Remark, SkipError, Skipped
from aidtimeline.values.amounts import Money

AGAIN = "an activity that the file has again, with nothing else in it"
OLDER = "an activity that the file has in a newer version, too: that is read instead"
DIFFERS = "an activity with the iati-identifier of another one in the file: the first is read"
OF_ANOTHER = "a transaction of an activity with the iati-identifier of another one in the file, which has it not"

_IDENTIFIER = re.compile(rb"<iati-identifier[^<>]{0,200}>\s*([^<]{1,500})<")
_LONGEST = 1024


class Repeats:
    """Whether a file may have an identifier twice, found in its bytes without parsing it, block by block."""

    def __init__(self) -> None:
        self._end = b""
        self._before = 0
        self._done = 0
        self._met: set[int] = set()

    def any_in(self, block: bytes) -> bool:
        """Whether one stands in the next block that stood before."""
        both = self._end + block
        for found in _IDENTIFIER.finditer(both):
            if self._before + found.start() >= self._done:
                self._done = self._before + found.end()
                identifier = hash(found[1].rstrip())
                if identifier in self._met:
                    return True
                self._met.add(identifier)
        self._end = both[-_LONGEST:]
        self._before += len(both) - len(self._end)
        return False


def updated(activity: Element) -> datetime:
    """The instant of an activity's `last-updated-datetime`; without one, before all others."""
    return instant(activity.get("last-updated-datetime")) or datetime.min.replace(tzinfo=UTC)


@frozen
class _Copy:
    """One of several: where it stands, what it says, and its transactions, by what these say."""

    place: str
    line: int
    updated: datetime
    said: int
    transactions: Mapping[int, Skipped]


@define
class Copies:
    """The activities of a file that it has several times. `chosen` says which of each is read: 0 is the first."""

    chosen: Mapping[str, int]
    _told: dict[str, list[_Copy]] = Factory(lambda: defaultdict(list))
    _met: Counter[str] = Factory(Counter)

    def add(self, named: str, number: int, element: Element, stem: str) -> None:
        """Note one of them: the `number` of an activity in the file. The `ref`s of its entries begin with the stem."""
        transactions = {
            _said(each): _skipped(each, f"transaction {at} of {named}", element.get("default-currency"), stem)
            for at, each in enumerate(element.all("transaction"), start=1)
        }
        told = _Copy(f"activity {number}", element.line, updated(element), _said(element), transactions)
        self._told[named].append(told)

    def is_read(self, named: str) -> bool:
        """Whether the next one that the file has is read."""
        self._met[named] += 1
        return self._met[named] - 1 == self.chosen[named]

    def others(self, named: str) -> Iterator[Reading]:
        """What the file has of an activity beside the one that is read."""
        told = self._told[named]
        read = told[self.chosen[named]]
        for each in told:
            if each is read:
                continue
            if each.said == read.said or each.updated < read.updated:
                reason = AGAIN if each.said == read.said else OLDER
                yield Remark(reason=reason, place=each.place, line=each.line, found=named)
                continue
            lost = [skipped for said, skipped in each.transactions.items() if said not in read.transactions]
            yield from lost or [Skipped(reason=DIFFERS, place=each.place, line=each.line, found=named)]


def worth(activity: Element) -> Money | None:
    """What the transactions of an activity that is not read come to; None if not all are readable, of one currency."""
    currency = activity.get("default-currency")
    try:
        found = [money(each.first("value"), currency) for each in activity.all("transaction")]
        [of_all] = {each.currency for each in found}
        return Money(sum((each.amount.low for each in found), Decimal(0)), of_all)
    except (SkipError, ValueError):
        return None


def _skipped(transaction: Element, place: str, currency: str, stem: str) -> Skipped:
    try:
        value = money(transaction.first("value"), currency)
    except SkipError:
        value = None
    return Skipped(
        reason=OF_ANOTHER,
        place=place,
        line=transaction.line,
        found=None if value is None else value.text,
        spares=stem,
        value=value,
    )


def _said(element: Element) -> int:
    """A digest of all that is read of an element, but for when it was updated."""
    stated = ((name, text) for name, text in element.attributes.items() if name != "last-updated-datetime")
    return hash((element.tag, *sorted(stated), element.text.strip(), *map(_said, element.children)))
