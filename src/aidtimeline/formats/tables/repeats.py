"""What is repeated on several rows, and is one: the total of a group beside each of its parts."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from attrs import Factory, define

from aidtimeline.errors import InvalidValue
from aidtimeline.events import Event
from aidtimeline.formats.readings import Entry, Remark, Skipped
from aidtimeline.formats.tables.dates import hull
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

DIFFERENT = "rows of one key that say different {}: it is between the least and the most of them"
CONTRADICTING = "rows of one key that say different {}: none of them is taken"


@define
class _Repeated:
    entry: Entry
    named: tuple[str, ...]
    line: int | None
    place: str
    different: dict[str, None] = Factory(dict)
    contradicting: dict[str, None] = Factory(dict)


@define
class Repeats:
    """Events by their keys, until the end of the table: what one row lacks may stand in another."""

    _found: dict[str, _Repeated] = Factory(dict)
    _lacking: dict[str, Skipped] = Factory(dict)

    def add(self, entry: Entry, named: tuple[str, ...], place: str, line: int | None) -> None:
        """What a row says. Its key columns are `named` so: "a/b" and "c", and "a" and "b/c", make one `ref`."""
        ref = str(entry.event.ref)
        before = self._found.get(ref)
        if before is None:
            self._found[ref] = _Repeated(entry, named, line, place)
        elif before.named != named:
            before.contradicting["key columns"] = None
        elif type(before.entry.event) is not type(entry.event):
            before.contradicting["kinds"] = None
        else:
            before.entry = attrs.evolve(before.entry, event=_both(before, before.entry.event, entry.event))

    def lacks(self, ref: str, skipped: Skipped) -> None:
        """A row lacks what the event needs, which may stand in another."""
        self._lacking.setdefault(ref, skipped)

    def readings(self) -> Iterator[Entry | Remark | Skipped]:
        """Each event once, and what the rows of one key contradict each other in."""
        for ref, each in self._found.items():
            place, said = each.place, ref.rpartition("/")[0]
            if each.contradicting:
                reason = CONTRADICTING.format(" and ".join(each.contradicting))
                yield Skipped(
                    reason=reason, place=place, line=each.line, found=said, spares=ref, value=each.entry.value
                )
                continue
            if each.different:
                reason = DIFFERENT.format(" and ".join(each.different))
                yield Remark(reason=reason, place=place, line=each.line, found=said)
            yield each.entry
        yield from (each for ref, each in self._lacking.items() if ref not in self._found)


def _both(repeated: _Repeated, one: Event, other: Event) -> Event:
    """What two rows say of one event."""
    changed = {}
    for field in attrs.fields(type(one)):
        before, now = getattr(one, field.name), getattr(other, field.name)
        if field.name in ("sources", "ref") or before == now or now in (None, (), ""):
            continue
        if before in (None, (), ""):
            changed[field.name] = now
            continue
        try:
            changed[field.name] = _between(before, now)
        except InvalidValue:
            repeated.contradicting[field.name] = None
        else:
            repeated.different[field.name] = None
    return attrs.evolve(one, **changed) if changed else one


def _between(one: object, other: object) -> object:
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return one.hull(other)
    if isinstance(one, Money) and isinstance(other, Money) and one.currency == other.currency:
        return Money(one.amount.hull(other.amount), one.currency)
    if isinstance(one, DateRange) and isinstance(other, DateRange):
        return DateRange.parse(hull([one.text, other.text]))
    raise InvalidValue(other, "the same")
