"""What happened: the closed union of event kinds, the amendments, and `Record`, what the log holds of each.

An event is an immutable, dated statement about the world with at least one source. Its kinds are the rows of `KINDS`;
a new kind is one class here and one row there. The classes know nothing of JSON.

Plain strings and numbers are taken wherever a value is meant:

>>> event = Delivery(date="2022/2023", donor="JP", item="truck", quantity="2..4", via="undp",
...                  sources=[Source(publisher="Rubryka", published="2023-11-28")])
>>> event.quantity.high, event.via, event.kind
(Decimal('4'), ('undp',), 'delivery')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias, TypeVar

import attrs
from attrs import field, frozen

from aidtimeline.errors import InvalidValue, Problem, Severity
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange

Role = Literal["funding", "accountable", "extending", "implementing", "beneficiary", "lead", "member"]
ActivityStatus = Literal["pipeline", "implementation", "finalisation", "closed", "cancelled", "suspended"]
Side = Literal["provider", "receiver"]

ROLES: tuple[Role, ...] = (
    "funding",
    "accountable",
    "extending",
    "implementing",
    "beneficiary",
    "lead",
    "member",
)
STATUSES: tuple[ActivityStatus, ...] = (
    "pipeline",
    "implementation",
    "finalisation",
    "closed",
    "cancelled",
    "suspended",
)
SIDES: tuple[Side, ...] = ("provider", "receiver")
TRAINING_UNITS = ("person", "course")

MAX_SLUG = 200
RECORD_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


# What may stand in a field: each function takes what a person writes and gives the value, or raises InvalidValue.


def to_slug(value: str) -> str:
    """A short name for a thing, party, project or place; an unknown one is fine, an unprintable one is not."""
    if isinstance(value, str) and value and value.isprintable() and value == value.strip() and len(value) <= MAX_SLUG:
        return value
    raise InvalidValue(value, f"a slug: 1 to {MAX_SLUG} printable characters without space around them")


def to_optional_slug(value: str | None) -> str | None:
    """A slug, or nothing."""
    return None if value is None else to_slug(value)


def to_slugs(value: str | Iterable[str]) -> tuple[str, ...]:
    """Slugs in the order given; a single one may stand alone."""
    return tuple(to_slug(each) for each in ([value] if isinstance(value, str) else value))


def to_optional_text(value: str | None) -> str | None:
    """Text of any length that can be written as UTF-8; an empty one is no text."""
    if value is None:
        return None
    if isinstance(value, str) and value.strip() and "\0" not in value:
        try:
            value.encode()
        except UnicodeEncodeError:
            pass
        else:
            return value
    raise InvalidValue(value, "text that is not empty and can be written as UTF-8")


def to_text(value: str) -> str:
    """Text that must be there."""
    text = to_optional_text(value)
    if text is None:
        raise InvalidValue(value, "text")
    return text


def to_record_id(value: str) -> str:
    """The whole id of a record: 32 lower-case hexadecimal digits."""
    if isinstance(value, str) and RECORD_ID.fullmatch(value):
        return value
    raise InvalidValue(value, "the id of a record: 32 hexadecimal digits")


def to_optional_record_id(value: str | None) -> str | None:
    """The whole id of a record, or nothing."""
    return None if value is None else to_record_id(value)


def to_record_ids(value: str | Iterable[str]) -> tuple[str, ...]:
    """Whole ids of records, each once, in the order given; a single one may stand alone."""
    return tuple(dict.fromkeys(to_record_id(each) for each in ([value] if isinstance(value, str) else value)))


def to_date(value: str | DateRange) -> DateRange:
    """A date as EDTF text."""
    return value if isinstance(value, DateRange) else DateRange.parse(value)


def to_optional_date(value: str | DateRange | None) -> DateRange | None:
    """A date as EDTF text, or nothing."""
    return None if value is None else to_date(value)


def to_quantity(value: Quantity | str | float) -> Quantity:
    """A quantity: a number, or text such as `2..4`."""
    return value if isinstance(value, Quantity) else Quantity.parse(value)


def to_optional_quantity(value: Quantity | str | float | None) -> Quantity | None:
    """A quantity, or nothing."""
    return None if value is None else to_quantity(value)


def to_money(value: Money | str) -> Money:
    """An amount of money: `Money`, or text such as `USD 4500000`."""
    return value if isinstance(value, Money) else Money.parse(value)


def to_optional_money(value: Money | str | None) -> Money | None:
    """An amount of money, or nothing."""
    return None if value is None else to_money(value)


def _one_of(allowed: tuple[str, ...], value: str) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    raise InvalidValue(value, "one of " + ", ".join(allowed))


def to_role(value: str) -> str:
    """A role in a project: IATI's four participating-org roles, and beneficiary, lead, member."""
    return _one_of(ROLES, value)


def to_optional_role(value: str | None) -> str | None:
    """A role in a project, or nothing."""
    return None if value is None else to_role(value)


def to_status(value: str) -> str:
    """A status of IATI's ActivityStatus codelist, by name."""
    return _one_of(STATUSES, value)


def to_side(value: str) -> str:
    """Whose books a flow of money is from."""
    return _one_of(SIDES, value)


def to_intent(value: str) -> str:
    """The kind of event that an announcement intends."""
    return _one_of(tuple(EVENT_KINDS), value)


def to_training_unit(value: str | None) -> str | None:
    """What trainings are counted in."""
    return None if value is None else _one_of(TRAINING_UNITS, value)


def to_flag(value: bool) -> bool:
    """True or false, and nothing that is like it."""
    if isinstance(value, bool):
        return value
    raise InvalidValue(value, "true or false")


# The common fields stand first in a line, what a kind carries beside them next, the links and sources last.
_LAST = ("fulfils", "supersedes", "ref", "note", "sources")


def _in_line_order(_cls: type, fields: list[attrs.Attribute]) -> list[attrs.Attribute]:  # type: ignore[type-arg]
    return sorted(fields, key=lambda each: _LAST.index(each.name) + 1 if each.name in _LAST else 0)


@frozen(kw_only=True)
class Source:
    """A report that says so. What it did not give stays empty; nothing is composed from its URL.

    `published` is when one could read it; `retrieved` when it was read for this log; `attribution` whom the report
    itself cites ("a government source"); `quote` the words it rests on. `dataset` is the name under which all versions
    of a file or register are one, where this was taken from data and not from a text; `locator` is where in it.
    """

    publisher: str | None = field(default=None, converter=to_optional_text)
    title: str | None = field(default=None, converter=to_optional_text)
    url: str | None = field(default=None, converter=to_optional_text)
    published: DateRange | None = field(default=None, converter=to_optional_date)
    retrieved: DateRange | None = field(default=None, converter=to_optional_date)
    attribution: str | None = field(default=None, converter=to_optional_text)
    quote: str | None = field(default=None, converter=to_optional_text)
    dataset: str | None = field(default=None, converter=to_optional_slug)
    locator: str | None = field(default=None, converter=to_optional_text)

    def __attrs_post_init__(self) -> None:
        if not (self.publisher or self.title or self.url or self.attribution or self.dataset):
            raise InvalidValue({}, "a source with a publisher, title, url, attribution or dataset")


def to_sources(value: Source | Iterable[Source]) -> tuple[Source, ...]:
    """Sources in the order given; a single one may stand alone."""
    sources = (value,) if isinstance(value, Source) else tuple(value)
    for each in sources:
        if not isinstance(each, Source):
            raise InvalidValue(each, "a source")
    return sources


def to_some_sources(value: Source | Iterable[Source]) -> tuple[Source, ...]:
    """At least one source."""
    return to_sources(value) or _refuse([], "at least one source")


def to_some_record_ids(value: str | Iterable[str]) -> tuple[str, ...]:
    """At least one id of a record."""
    return to_record_ids(value) or _refuse([], "the id of at least one record")


def _refuse(found: object, expected: str) -> tuple[()]:
    raise InvalidValue(found, expected)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Event:
    """The fields that every kind of event has.

    `date` is when it happened (valid time). `via` names intermediaries: what "UNICEF bought with the support of Japan"
    is counted once, at its donor. `package` joins goods promised or handed over together. `fulfils` names the promises
    this makes good; `supersedes` the facts this replaces from its date on. `ref` is the source's own reference.
    """

    kind: ClassVar[str]

    date: DateRange = field(converter=to_date)
    project: str | None = field(default=None, converter=to_optional_slug)
    package: str | None = field(default=None, converter=to_optional_slug)
    donor: str | None = field(default=None, converter=to_optional_slug)
    recipient: str | None = field(default=None, converter=to_optional_slug)
    via: tuple[str, ...] = field(default=(), converter=to_slugs)
    location: str | None = field(default=None, converter=to_optional_slug)
    fulfils: tuple[str, ...] = field(default=(), converter=to_record_ids)
    supersedes: tuple[str, ...] = field(default=(), converter=to_record_ids)
    ref: str | None = field(default=None, converter=to_optional_text)
    note: str | None = field(default=None, converter=to_optional_text)
    sources: tuple[Source, ...] = field(converter=to_some_sources)

    def __attrs_pre_init__(self) -> None:
        if type(self) is Event:
            raise TypeError("an event is of some kind: make a Delivery, a Pledge, … (aidtimeline.events.EVENT_KINDS)")


@frozen(kw_only=True, field_transformer=_in_line_order)
class Announcement(Event):
    """Somebody stated an intention. It is never counted as a pledge.

    `intent` is the kind of event that is intended; `party` and `role` say who is to take which role in the project.
    """

    kind = "announcement"

    intent: str = field(converter=to_intent)
    party: str | None = field(default=None, converter=to_optional_slug)
    role: str | None = field(default=None, converter=to_optional_role)
    item: str | None = field(default=None, converter=to_optional_slug)
    quantity: Quantity | None = field(default=None, converter=to_optional_quantity)
    unit: str | None = field(default=None, converter=to_optional_slug)
    value: Money | None = field(default=None, converter=to_optional_money)


# What carries money has a `value_date`, the day on which it is valued (IATI value/@value-date); a `side`, whose books
# it is from; and where its money is part of another flow's or project's, `part_of`: told once more, never summed twice.


@frozen(kw_only=True, field_transformer=_in_line_order)
class Pledge(Event):
    """A promise that does not bind (IATI transaction types 12 and 13). `due` is when it is to be kept."""

    kind = "pledge"

    item: str | None = field(default=None, converter=to_optional_slug)
    quantity: Quantity | None = field(default=None, converter=to_optional_quantity)
    unit: str | None = field(default=None, converter=to_optional_slug)
    value: Money | None = field(default=None, converter=to_optional_money)
    due: DateRange | None = field(default=None, converter=to_optional_date)
    value_date: DateRange | None = field(default=None, converter=to_optional_date)
    side: str = field(default="provider", converter=to_side)
    part_of: str | None = field(default=None, converter=to_optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Commitment(Event):
    """A firm, written promise: grant agreement, contract, allocation (IATI transaction types 2 and 11)."""

    kind = "commitment"

    item: str | None = field(default=None, converter=to_optional_slug)
    quantity: Quantity | None = field(default=None, converter=to_optional_quantity)
    unit: str | None = field(default=None, converter=to_optional_slug)
    value: Money | None = field(default=None, converter=to_optional_money)
    due: DateRange | None = field(default=None, converter=to_optional_date)
    value_date: DateRange | None = field(default=None, converter=to_optional_date)
    side: str = field(default="provider", converter=to_side)
    part_of: str | None = field(default=None, converter=to_optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Disbursement(Event):
    """Money paid out (IATI transaction type 3)."""

    kind = "disbursement"

    value: Money = field(converter=to_money)
    value_date: DateRange | None = field(default=None, converter=to_optional_date)
    side: str = field(default="provider", converter=to_side)
    part_of: str | None = field(default=None, converter=to_optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Receipt(Event):
    """Money received, in the receiver's books (IATI transaction type 1, incoming funds)."""

    kind = "receipt"

    value: Money = field(converter=to_money)
    value_date: DateRange | None = field(default=None, converter=to_optional_date)
    side: str = field(default="provider", converter=to_side)
    part_of: str | None = field(default=None, converter=to_optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Expenditure(Event):
    """Money spent by the implementer on goods and services (IATI transaction type 4)."""

    kind = "expenditure"

    value: Money = field(converter=to_money)
    value_date: DateRange | None = field(default=None, converter=to_optional_date)
    side: str = field(default="provider", converter=to_side)
    part_of: str | None = field(default=None, converter=to_optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Delivery(Event):
    """Goods handed over. A value for several items stands once, on an event of the package without an item."""

    kind = "delivery"

    item: str | None = field(default=None, converter=to_optional_slug)
    quantity: Quantity | None = field(default=None, converter=to_optional_quantity)
    unit: str | None = field(default=None, converter=to_optional_slug)
    value: Money | None = field(default=None, converter=to_optional_money)
    value_date: DateRange | None = field(default=None, converter=to_optional_date)
    side: str = field(default="provider", converter=to_side)
    part_of: str | None = field(default=None, converter=to_optional_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Training(Event):
    """People trained (unit `person`), or courses held (unit `course`)."""

    kind = "training"

    item: str | None = field(default=None, converter=to_optional_slug)
    quantity: Quantity | None = field(default=None, converter=to_optional_quantity)
    unit: str | None = field(default=None, converter=to_training_unit)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Project(Event):
    """A project's profile. The latest word on each field holds; a field left out says nothing."""

    kind = "project"

    project: str = field(converter=to_slug)
    title: str | None = field(default=None, converter=to_optional_text)
    parent: str | None = field(default=None, converter=to_optional_slug)
    planned_start: DateRange | None = field(default=None, converter=to_optional_date)
    planned_end: DateRange | None = field(default=None, converter=to_optional_date)
    actual_start: DateRange | None = field(default=None, converter=to_optional_date)
    actual_end: DateRange | None = field(default=None, converter=to_optional_date)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Status(Event):
    """A project's status (IATI ActivityStatus, by name) from this date on."""

    kind = "status"

    project: str = field(converter=to_slug)
    status: str = field(converter=to_status)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Participation(Event):
    """A party takes a role in a project or framework, or (`left`) gives it up."""

    kind = "participation"

    project: str = field(converter=to_slug)
    party: str = field(converter=to_slug)
    role: str = field(converter=to_role)
    left: bool = field(default=False, converter=to_flag)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Cancellation(Event):
    """A promise or plan ends with nothing in its place: what it `supersedes` no longer counts from its date on."""

    kind = "cancellation"

    supersedes: tuple[str, ...] = field(converter=to_some_record_ids)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Observation(Event):
    """A reported level or measurement ("about 50 so far", "30 %"): never summed, held against the counts."""

    kind = "observation"

    item: str | None = field(default=None, converter=to_optional_slug)
    indicator: str | None = field(default=None, converter=to_optional_slug)
    quantity: Quantity = field(converter=to_quantity)
    unit: str | None = field(default=None, converter=to_optional_slug)

    def __attrs_post_init__(self) -> None:
        if self.item is None and self.indicator is None:
            raise InvalidValue(None, "an observation's item or indicator")


@frozen(kw_only=True, field_transformer=_in_line_order)
class Correction:
    """A record said something wrong; `event` is the whole of what it should have said.

    Without a source it is a repair (we wrote it down wrongly), with one it is news (the world reported otherwise).
    """

    kind: ClassVar[str] = "correction"

    of: str = field(converter=to_record_id)
    event: Event | Amendment = field()
    reason: str | None = field(default=None, converter=to_optional_text)
    ref: str | None = field(default=None, converter=to_optional_text)
    note: str | None = field(default=None, converter=to_optional_text)
    sources: tuple[Source, ...] = field(default=(), converter=to_sources)

    @event.validator
    def _is_event(self, _attribute: object, value: object) -> None:
        if not isinstance(value, Event | Correction | Retraction | Corroboration):
            raise InvalidValue(value, "an event or a sourced amendment")


@frozen(kw_only=True, field_transformer=_in_line_order)
class Retraction:
    """A record should not count; with `duplicate_of`, because another record states the same fact."""

    kind: ClassVar[str] = "retraction"

    of: str = field(converter=to_record_id)
    reason: str | None = field(default=None, converter=to_optional_text)
    duplicate_of: str | None = field(default=None, converter=to_optional_record_id)
    ref: str | None = field(default=None, converter=to_optional_text)
    note: str | None = field(default=None, converter=to_optional_text)
    sources: tuple[Source, ...] = field(default=(), converter=to_sources)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Corroboration:
    """Another account of the same fact; what it does not state it takes from the record."""

    kind: ClassVar[str] = "corroboration"

    of: str = field(converter=to_record_id)
    date: DateRange | None = field(default=None, converter=to_optional_date)
    quantity: Quantity | None = field(default=None, converter=to_optional_quantity)
    value: Money | None = field(default=None, converter=to_optional_money)
    ref: str | None = field(default=None, converter=to_optional_text)
    note: str | None = field(default=None, converter=to_optional_text)
    sources: tuple[Source, ...] = field(converter=to_some_sources)


Amendment: TypeAlias = Correction | Retraction | Corroboration
T = TypeVar("T")


def stated(event: Event | Amendment, field: str, of: type[T]) -> T | None:
    """What an event states in a field, of that type; None also if its kind has no such field.

    >>> event = Status(date="2023", project="hd", status="closed", sources=Source(publisher="Rubryka"))
    >>> stated(event, "status", str), stated(event, "item", str)
    ('closed', None)
    """
    found: T | None = getattr(event, field, None)
    return found


#: The table of kinds, in the order in which people read them.
EVENT_KINDS: dict[str, type[Event]] = {
    each.kind: each
    for each in (
        Announcement,
        Pledge,
        Commitment,
        Disbursement,
        Receipt,
        Expenditure,
        Delivery,
        Training,
        Project,
        Status,
        Participation,
        Cancellation,
        Observation,
    )
}
AMENDMENT_KINDS: dict[str, type[Amendment]] = {each.kind: each for each in (Correction, Retraction, Corroboration)}
KINDS: dict[str, type[Event] | type[Amendment]] = {**EVENT_KINDS, **AMENDMENT_KINDS}


@frozen
class Record:
    """An event or amendment as written in the log: its content id, and the instant (UTC) it was recorded.

    `file` and `line` (from 1) say where it was read; they have no meaning of their own and take no part in equality.
    """

    id: str = field(converter=to_record_id)
    recorded_at: datetime
    event: Event | Amendment
    file: str | None = field(default=None, eq=False, kw_only=True)
    line: int | None = field(default=None, eq=False, kw_only=True)

    def problem(
        self,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        severity: Severity = "error",
        path: str | None = None,
    ) -> Problem:
        """A problem of this record, with the file and line it was read from."""
        return Problem(
            code=code,
            severity=severity,
            message=message,
            file=self.file,
            line=self.line,
            path=path,
            event_id=self.id,
            hint=hint,
        )
