"""What happened: the closed union of event kinds, the amendments, and `Record`, what the log holds of each.

An event is an immutable, dated statement about the world with at least one source. What a kind is stands on its class:
its fields, its `nature`, and the traits of `Event`; checks, sums and projections ask the class. So a new kind is one
class here and one row in `EVENT_KINDS`. The classes know nothing of JSON.

Plain strings and numbers are taken wherever a value is meant:

>>> event = Delivery(date="2022/2023", donor="JP", item="truck", quantity="2..4", via="undp",
...                  sources=[Source(publisher="Rubryka", published="2023-11-28")])
>>> event.quantity.high, event.via, event.kind
(Decimal('4'), ('undp',), 'delivery')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar, get_args

import attrs
from attrs import field, frozen

from aidtimeline.errors import InvalidValue, Problem
from aidtimeline.values.amounts import Money, Quantity, optional_quantity
from aidtimeline.values.converters import (
    optional_date,
    optional_flag,
    optional_money,
    optional_record_id,
    optional_slug,
    optional_text,
    to_date,
    to_flag,
    to_money,
    to_monies,
    to_record_id,
    to_record_ids,
    to_slug,
    to_slugs,
    to_slugs_once,
    to_some_record_ids,
)
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares, optional_aid_type, optional_location, optional_scope, optional_sector
from aidtimeline.values.words import (
    ROLES,
    SIDES,
    STATUSES,
    TIED,
    TRAINING_UNITS,
    AmendmentKind,
    EventKind,
    ProjectStatus,
    Role,
    Side,
    Tied,
    TrainingUnit,
    one_of,
    optional_role_field,
    optional_tied_field,
    optional_unit_field,
    role_field,
    side_field,
    status_field,
    to_role,
    to_side,
    to_status,
)

__all__ = [
    "AMENDMENT_KINDS",
    "DEED",
    "END",
    "EVENT_KINDS",
    "KINDS",
    "LEVEL",
    "PLAN",
    "PROMISE",
    "ROLES",
    "SIDES",
    "STATE",
    "STATUSES",
    "TIED",
    "TRAINING_UNITS",
    "Amendment",
    "AmendmentKind",
    "Announcement",
    "AnyEvent",
    "Booked",
    "Cancellation",
    "Commitment",
    "Correction",
    "Corroboration",
    "Delivery",
    "Disbursement",
    "Event",
    "EventKind",
    "Expenditure",
    "Goods",
    "Nature",
    "Observation",
    "Participation",
    "Payment",
    "Pledge",
    "Project",
    "ProjectStatus",
    "Promise",
    "Receipt",
    "Record",
    "Retraction",
    "Role",
    "Side",
    "Source",
    "State",
    "Status",
    "Tied",
    "Training",
    "TrainingUnit",
    "Valued",
    "kinds_that",
    "stated",
    "to_kind",
    "to_role",
    "to_side",
    "to_status",
]


def __dir__() -> list[str]:
    return __all__


def to_kind(value: str) -> EventKind:
    """A kind of event, by its name.

    >>> to_kind("delivery")
    'delivery'
    """
    return EVENT_KINDS[one_of(EVENT_KINDS, value)].kind


def _kind_field(value: EventKind) -> EventKind:
    return to_kind(value)


def _summed_kind_field(value: EventKind) -> EventKind:
    return one_of(kinds_that(lambda each: each.nature.summed and issubclass(each, Goods | Valued)), value)


#: The order of fields in a line. A field that is not listed is a kind's own: it stands at the dots, in class order.
#: So does the project of a kind that must have one.
_IN_LINE = (
    *("of", "date", "project", "package", "donor", "recipient", "via", "location", "sector", "humanitarian", "scope"),
    *("...", "item", "indicator", "quantity", "unit", "value", "valued", "aid_type", "tied", "period"),
    *("due", "value_date", "side", "counterpart"),
    *("part_of", "overlaps", "fulfils", "supersedes", "ref", "note", "sources"),
)


def _in_line_order(_cls: type, fields: list[attrs.Attribute]) -> list[attrs.Attribute]:  # type: ignore[type-arg]
    def place(each: attrs.Attribute) -> int:  # type: ignore[type-arg]
        own = each.name not in _IN_LINE or (each.name == "project" and each.default is attrs.NOTHING)
        return _IN_LINE.index("..." if own else each.name)

    return sorted(fields, key=place)


@frozen
class Nature:
    """What the events of a kind are, and what follows from that.

    `may_supersede` names the natures that they may supersede, beside their own kind. `may_fulfil`: they make promises
    good; `may_be_fulfilled`: others make them good. `summed`: their quantities and values are added up.

    `name` is the word for it, such as promise, by which `may_supersede` refers to it.
    """

    name: str
    may_supersede: tuple[str, ...]
    may_fulfil: bool = True
    may_be_fulfilled: bool = False
    summed: bool = True


PLAN = Nature("plan", ("plan", "promise", "end"), may_be_fulfilled=True)
"""An intention, which promises nothing."""
PROMISE = Nature("promise", ("plan", "promise", "end"), may_be_fulfilled=True)
"""Goods or money that are to come."""
DEED = Nature("deed", ("plan",))
"""Goods were handed over, money was paid: it has happened, and cannot be cancelled."""
STATE = Nature("state", ("plan",))
"""What a project is, or who takes part in it; the latest holds."""
LEVEL = Nature("level", (), may_fulfil=False, summed=False)
"""What a source has added up or measured. It stands beside the sums."""
END = Nature("end", ("plan", "promise", "state", "level"), may_fulfil=False, summed=False)
"""What it supersedes ends, with nothing in its place, or by the amount that it states."""


@frozen(kw_only=True)
class Source:
    """A report that says so. What it did not give stays empty; nothing is composed from its URL.

    `published` is when one could read it; `retrieved` when it was read for this log; `attribution` whom the report
    itself cites ("a government source"); `quote` its words; `archived` the address of a copy that was kept. If it is
    data and not a text, `dataset` is the name that all versions of the file or register share, and `locator` the place
    in it.

    Each field, with its type and an example, is in `docs/kinds.md`.

    >>> Source(publisher="JICA", published="2023-01").published
    DateRange(text='2023-01')
    >>> Source(published="2023-11-28")
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found {}, expected a source with a publisher, title, url, attribution or dataset
    """

    publisher: str | None = field(default=None, converter=optional_text)
    title: str | None = field(default=None, converter=optional_text)
    url: str | None = field(default=None, converter=optional_text)
    published: DateRange | None = field(default=None, converter=optional_date)
    retrieved: DateRange | None = field(default=None, converter=optional_date)
    attribution: str | None = field(default=None, converter=optional_text)
    quote: str | None = field(default=None, converter=optional_text)
    dataset: str | None = field(default=None, converter=optional_slug)
    locator: str | None = field(default=None, converter=optional_text)
    archived: str | None = field(default=None, converter=optional_text)

    def __attrs_post_init__(self) -> None:
        check_source(self)


def check_source(found: Any) -> None:
    """Raise `InvalidValue` if a source, or what one is to be made of, does not say where it can be found."""
    if not (found.publisher or found.title or found.url or found.attribution or found.dataset):
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
    sources = to_sources(value)
    if not sources:
        raise InvalidValue([], "at least one source")
    return sources


# What several kinds carry stands on a class of its own.


@frozen(kw_only=True, slots=False)
class Goods:
    """Carries goods: so many of an item, in a unit (None: pieces).

    Each field, with its type and an example, is in `docs/kinds.md`.
    """

    __slots__ = ()

    item: str | None = field(default=None, converter=optional_slug)
    quantity: Quantity | None = field(default=None, converter=optional_quantity)
    unit: str | None = field(default=None, converter=optional_slug)


@frozen(kw_only=True, slots=False)
class Valued:
    """Carries money, or says what something is worth; `valued` is what the source makes of it in other currencies.

    `aid_type` is how it is given: one type of aid or `Shares` of several, each `VOCABULARY:CODE` of IATI's list
    AidTypeVocabulary, or a code of the DAC. `tied` says whether it has to be spent at the donor's, and `period` is the
    time that the money is for: the year of a plan, the days of a budget.

    Each field, with its type and an example, is in `docs/kinds.md`.

    >>> source = Source(publisher="FTS", published="2024-05-01")
    >>> paid = Disbursement(date="2023-12-20", value="USD 100", aid_type="C01", period="2024", sources=source)
    >>> print(paid.aid_type, "·", paid.tied, "·", paid.period)
    C01 · None · 2024
    """

    __slots__ = ()

    value: Money | None = field(default=None, converter=optional_money)
    valued: tuple[Money, ...] = field(default=(), converter=to_monies)
    aid_type: str | Shares | None = field(default=None, converter=optional_aid_type)
    tied: Tied | None = field(default=None, converter=optional_tied_field)
    period: DateRange | None = field(default=None, converter=optional_date)


@frozen(kw_only=True, slots=False)
class Booked(Valued):
    """Carries money as it stands in one party's books.

    `value_date` is the day on which it is valued (IATI value/@value-date), `side` says whose books they are, and
    `counterpart` which project the money goes to, or in the receiver's books, comes from.

    Each field, with its type and an example, is in `docs/kinds.md`.
    """

    __slots__ = ()

    value_date: DateRange | None = field(default=None, converter=optional_date)
    side: Side = field(default="provider", converter=side_field)
    counterpart: str | None = field(default=None, converter=optional_slug)


class _Room:
    """Room in an event for what it may carry: of several bases, Python lets only one have slots."""

    __slots__ = tuple(each.name for carried in (Goods, Booked) for each in attrs.fields(carried))


@frozen(kw_only=True, field_transformer=_in_line_order)
class Event(_Room):
    """The fields that every kind of event has, and the traits in which kinds differ.

    `date` is when it happened (valid time). `via` names intermediaries: what "UNICEF bought with the support of Japan"
    is counted once, at its donor. `package` joins goods promised or handed over together. `location` and `sector` are
    one slug or `Shares` of several; a sector is `VOCABULARY:CODE` of IATI's list SectorVocabulary, or one of the DAC's
    five-digit codes. `humanitarian` is None where nobody says. `scope` is the humanitarian plan or the emergency that
    it is for, or `Shares` of several, such as `plan:HUKR22` and `glide:EQ-2015-000048-NPL`: each vocabulary in full.

    `part_of` names what already includes this: the id of a record, or the `ref` of another entry of the same dataset.
    `overlaps` names what may tell of the same as this, wholly or in part: ids of records, or a project. `fulfils` names
    the promises that this makes good; `supersedes` the facts that this replaces from its date on. `ref` is the
    source's own reference.

    Each field, with its type and an example, is in `docs/kinds.md`.

    >>> source = Source(publisher="Rubryka", published="2023-11-28")
    >>> event = Delivery(date="2022/2023", donor="JP", via="undp", item="truck", sources=source)
    >>> event.date.earliest, event.via, event.sources[0].publisher
    (datetime.date(2022, 1, 1), ('undp',), 'Rubryka')
    >>> Delivery(date="2023", donor="JP", item="truck", sources=[])
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found [], expected at least one source
    """

    kind: ClassVar[EventKind]
    nature: ClassVar[Nature]
    firmness: ClassVar[int] = 3
    """From 0, an intention, to 3, what has happened. No event is fulfilled by one that is less firm."""
    makes_good: ClassVar[tuple[str, ...]] = ()
    """What of it is counted toward promises: `goods`, `money`."""
    may_make_good: ClassVar[tuple[str, ...]] = ()
    """What of it may be counted toward promises, because it may be the same that another kind counts."""
    units: ClassVar[tuple[str, ...]] = ()
    """The units that its quantity can be in. Empty: any, and pieces if none is stated."""

    date: DateRange = field(converter=to_date)
    project: str | None = field(default=None, converter=optional_slug)
    package: str | None = field(default=None, converter=optional_slug)
    donor: str | None = field(default=None, converter=optional_slug)
    recipient: str | None = field(default=None, converter=optional_slug)
    via: tuple[str, ...] = field(default=(), converter=to_slugs)
    location: str | Shares | None = field(default=None, converter=optional_location)
    sector: str | Shares | None = field(default=None, converter=optional_sector)
    humanitarian: bool | None = field(default=None, converter=optional_flag)
    scope: str | Shares | None = field(default=None, converter=optional_scope)
    part_of: str | None = field(default=None, converter=optional_text)
    overlaps: tuple[str, ...] = field(default=(), converter=to_slugs_once)
    fulfils: tuple[str, ...] = field(default=(), converter=to_record_ids)
    supersedes: tuple[str, ...] = field(default=(), converter=to_record_ids)
    ref: str | None = field(default=None, converter=optional_text)
    note: str | None = field(default=None, converter=optional_text)
    sources: tuple[Source, ...] = field(converter=to_some_sources)

    def __attrs_pre_init__(self) -> None:
        if not hasattr(self, "kind"):
            raise TypeError("an event is of some kind: make a Delivery, a Pledge, … (aidtimeline.events.EVENT_KINDS)")


@frozen(kw_only=True, field_transformer=_in_line_order)
class Announcement(Event, Goods, Valued):
    """A stated intention. It is never counted as a pledge.

    `intent` is the kind of event that is intended; `party` and `role` say who is to take which role in the project.

    >>> source = Source(publisher="Kyodo News", published="2023-11-28")
    >>> plan = Announcement(date="2023-11-28", donor="JP", intent="delivery", item="demining-equipment", sources=source)
    >>> plan.intent, plan.nature.name, plan.firmness < Pledge.firmness
    ('delivery', 'plan', True)
    """

    kind: ClassVar[Literal["announcement"]] = "announcement"
    nature = PLAN
    firmness = 0

    intent: EventKind = field(converter=_kind_field)
    party: str | None = field(default=None, converter=optional_slug)
    role: Role | None = field(default=None, converter=optional_role_field)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Promise(Event, Goods, Booked):
    """What pledges and commitments have in common. `due` is when the promise is to be kept."""

    nature = PROMISE

    due: DateRange | None = field(default=None, converter=optional_date)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Pledge(Promise):
    """A promise that does not bind (IATI transaction types 12 and 13).

    >>> source = Source(publisher="JICA", published="2023-01-24")
    >>> pledge = Pledge(date="[..2023-01-24]", item="mine-detector", quantity=4, due="2023", sources=source)
    >>> print(f"{pledge.date}: {pledge.quantity} due in {pledge.due}")
    by 24 Jan 2023: 4 due in 2023
    >>> pledge.due.latest
    datetime.date(2023, 12, 31)
    """

    kind: ClassVar[Literal["pledge"]] = "pledge"
    firmness = 1


@frozen(kw_only=True, field_transformer=_in_line_order)
class Commitment(Promise):
    """A firm, written promise: grant agreement, contract, allocation (IATI transaction types 2 and 11).

    >>> source = Source(publisher="UNDP", published="2022-04-06")
    >>> grant = Commitment(date="2022-04-05", donor="JP", via="undp", value="USD 4500000", sources=source)
    >>> print(grant.value, "·", grant.due, "·", grant.firmness > Pledge.firmness)
    USD 4,500,000 · None · True
    """

    kind: ClassVar[Literal["commitment"]] = "commitment"
    firmness = 2


@frozen(kw_only=True, field_transformer=_in_line_order)
class Payment(Event, Booked):
    """What flows of money have in common."""

    nature = DEED

    value: Money = field(converter=to_money)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Disbursement(Payment):
    """Money paid out (IATI transaction type 3).

    >>> source = Source(publisher="UNDP", published="2022-04-06")
    >>> paid = Disbursement(date="2022-04", donor="JP", value="USD 2000000..4500000", sources=source)
    >>> print(paid.value, "·", paid.side)
    USD 2,000,000 to 4,500,000 · provider
    >>> Disbursement(date="2022-04", value="4500000", sources=source)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found '4500000', expected money such as USD 4500000: an ISO 4217 code, ...
    """

    kind: ClassVar[Literal["disbursement"]] = "disbursement"
    makes_good: ClassVar[tuple[str, ...]] = ("money",)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Receipt(Payment):
    """Money received, in the receiver's books (IATI transaction type 1, incoming funds).

    >>> source = Source(publisher="UNDP", published="2022-04-06")
    >>> received = Receipt(date="2022-04", recipient="undp", value="USD 4500000", side="receiver", sources=source)
    >>> print(received.value, "·", received.side)
    USD 4,500,000 · receiver
    """

    kind: ClassVar[Literal["receipt"]] = "receipt"
    may_make_good: ClassVar[tuple[str, ...]] = ("money",)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Expenditure(Payment):
    """Money spent by the implementer on goods and services (IATI transaction type 4).

    >>> spent = Expenditure(date="2022-04/2022-12", via="undp", value="USD ~195000", sources=Source(publisher="UNDP"))
    >>> print(spent.value, "·", spent.date)
    about USD 195,000 · Apr 2022 to Dec 2022
    >>> Expenditure.makes_good, Disbursement.makes_good
    ((), ('money',))
    """

    kind: ClassVar[Literal["expenditure"]] = "expenditure"
    may_make_good: ClassVar[tuple[str, ...]] = ("money",)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Delivery(Event, Goods, Booked):
    """Goods handed over. A value for several items stands once, on an event of the package without an item.

    >>> source = Source(publisher="Interfax-Ukraine", published="2023-01-11")
    >>> package = {"date": "2023-01-11~", "donor": "JP", "package": "undp-2023-01", "sources": source}
    >>> radios, worth = Delivery(item="radio", quantity="1..", **package), Delivery(value="USD 195000", **package)
    >>> print(radios.quantity, "·", radios.value, "·", worth.value)
    at least 1 · None · USD 195,000
    """

    kind: ClassVar[Literal["delivery"]] = "delivery"
    nature = DEED
    makes_good: ClassVar[tuple[str, ...]] = ("goods", "money")


@frozen(kw_only=True, field_transformer=_in_line_order)
class Training(Event, Goods):
    """People trained (unit `person`), or courses held (unit `course`).

    >>> source = Source(publisher="JICA", published="2023-01-24")
    >>> Training(date="2023-01", item="demining-training", quantity=8, unit="people", sources=source)
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found 'people', expected one of person, course
    """

    kind: ClassVar[Literal["training"]] = "training"
    nature = DEED
    makes_good: ClassVar[tuple[str, ...]] = ("goods",)
    units: ClassVar[tuple[str, ...]] = TRAINING_UNITS

    unit: TrainingUnit | None = field(default=None, converter=optional_unit_field)


@frozen(kw_only=True, field_transformer=_in_line_order)
class State(Event):
    """What the states of a project have in common."""

    nature = STATE

    project: str = field(converter=to_slug)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Project(State):
    """A project's profile. The latest word on each field holds; a field left out says nothing.

    >>> source = Source(publisher="Rubryka", published="2023-11-28")
    >>> profile = Project(date="[..2023-11-28]", project="hd-equipment", planned_end="2025", sources=source)
    >>> profile.planned_end.latest, profile.actual_end
    (datetime.date(2025, 12, 31), None)
    >>> Project(date="[..2023-11-28]", title="Emergency Recovery Programme", sources=source)
    Traceback (most recent call last):
        ...
    TypeError: Project.__init__() missing 1 required keyword-only argument: 'project'
    """

    kind: ClassVar[Literal["project"]] = "project"

    title: str | None = field(default=None, converter=optional_text)
    parent: str | None = field(default=None, converter=optional_slug)
    planned_start: DateRange | None = field(default=None, converter=optional_date)
    planned_end: DateRange | None = field(default=None, converter=optional_date)
    actual_start: DateRange | None = field(default=None, converter=optional_date)
    actual_end: DateRange | None = field(default=None, converter=optional_date)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Status(State):
    """A project's status (IATI ActivityStatus, by name) from this date on.

    >>> source = Source(publisher="Rubryka", published="2023-11-28")
    >>> Status(date="[..2023-11-28]", project="hd-equipment", status="running", sources=source)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found 'running', expected one of pipeline, implementation, ...
    """

    kind: ClassVar[Literal["status"]] = "status"

    status: ProjectStatus = field(converter=status_field)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Participation(State):
    """A party takes a role in a project or framework, or (`left`) gives it up.

    >>> source = Source(publisher="Kyodo News", published="2023-11-28")
    >>> joins = {"date": "[..2023-11-28]", "project": "contact-group-demining", "party": "LT", "sources": source}
    >>> Participation(role="lead", **joins).left
    False
    >>> Participation(role="leader", **joins)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found 'leader', expected one of funding, accountable, extending, ...
    """

    kind: ClassVar[Literal["participation"]] = "participation"

    party: str = field(converter=to_slug)
    role: Role = field(converter=role_field)
    left: bool = field(default=False, converter=to_flag)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Cancellation(Event, Goods, Valued):
    """A promise or plan ends with nothing in its place: what it `supersedes` no longer counts from its date on.

    With a quantity or value only so much of it ends.

    >>> from aidtimeline import EventLog, Timeline
    >>> log, source = EventLog(getfixture("tmp_path")), Source(publisher="JICA")
    >>> [pledge] = log.append(Pledge(date="2023-01-24", item="mine-detector", quantity=4, sources=source))
    >>> _ = log.append(Cancellation(date="2023-06-01", supersedes=pledge.id, sources=source))
    >>> timeline = Timeline(log.read())
    >>> [len(timeline.as_of(day).counts(kind="pledge")) for day in ("2023-05-31", "2023-06-01")]
    [1, 0]
    """

    kind: ClassVar[Literal["cancellation"]] = "cancellation"
    nature = END

    supersedes: tuple[str, ...] = field(converter=to_some_record_ids)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Observation(Event, Goods, Valued):
    """A reported level or measurement ("about 50 so far", "30 %"): never summed, held against the sums.

    It has a quantity (of an item or indicator), a value or both; `of_kind` is what it is a level of.

    >>> source = Source(publisher="Kyodo News", published="2023-11-28")
    >>> aid = Observation(date="2023-11-28", donor="JP", indicator="direct-military-aid", quantity=0, sources=source)
    >>> aid.quantity.is_exact, aid.nature.summed
    (True, False)
    >>> paid = Observation(date="2023-11-28", value="USD 2800000000", of_kind="disbursement", sources=source)
    >>> print(paid.value)
    USD 2,800,000,000
    >>> Observation(date="2023-11-28", quantity=30, sources=source)
    Traceback (most recent call last):
        ...
    aidtimeline.errors.InvalidValue: found null, expected an observation's item or indicator
    """

    kind: ClassVar[Literal["observation"]] = "observation"
    nature = LEVEL

    indicator: str | None = field(default=None, converter=optional_slug)
    of_kind: EventKind = field(default="delivery", converter=_summed_kind_field)

    def __attrs_post_init__(self) -> None:
        if self.quantity is None and self.value is None:
            raise InvalidValue(None, "an observation's quantity or value")
        if self.quantity is not None and self.item is None and self.indicator is None:
            raise InvalidValue(None, "an observation's item or indicator")


@frozen(kw_only=True, field_transformer=_in_line_order)
class _Amending:
    """The fields that every amendment has: `of` is the id of the record it is about.

    Each field, with its type and an example, is in `docs/kinds.md`.
    """

    of: str = field(converter=to_record_id)
    ref: str | None = field(default=None, converter=optional_text)
    note: str | None = field(default=None, converter=optional_text)
    sources: tuple[Source, ...] = field(default=(), converter=to_sources)


def _to_event(value: Event | Amendment) -> AnyEvent | Amendment:
    """What a correction says instead: checked to be an event or amendment."""
    if isinstance(value, Event | Correction | Retraction | Corroboration):
        return value  # type: ignore[return-value]  # an event that is of no kind cannot be made
    raise InvalidValue(value, "an event or a sourced amendment")


@frozen(kw_only=True, field_transformer=_in_line_order)
class Correction(_Amending):
    """A record said something wrong; `event` is the whole of what it should have said.

    Without a source it is a repair (it was written down wrongly), with one it is news (the world reported otherwise).

    >>> from aidtimeline import EventLog, Timeline
    >>> log, source = EventLog(getfixture("tmp_path")), Source(publisher="Rubryka")
    >>> wrong, right = (Delivery(date="2023-11-28", item="truck", quantity=n, sources=source) for n in (300, 30))
    >>> [record] = log.append(wrong)
    >>> _ = log.append(Correction(of=record.id, event=right, reason="misread: a zero too many"))
    >>> print(Timeline(log.read()).as_of("2023-11-28").counts()["truck"])
    30
    """

    kind: ClassVar[Literal["correction"]] = "correction"

    event: AnyEvent | Amendment = field(converter=_to_event)
    reason: str | None = field(default=None, converter=optional_text)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Retraction(_Amending):
    """A record should not count. With `duplicate_of` it does, but as one fact with another record.

    >>> from aidtimeline import EventLog, Timeline
    >>> log = EventLog(getfixture("tmp_path"))
    >>> kyodo, rubryka = log.append(
    ...     Delivery(date="2023-11-28", item="truck", quantity=30, sources=Source(publisher=publisher))
    ...     for publisher in ("Kyodo News", "Rubryka")
    ... )
    >>> _ = log.append(Retraction(of=rubryka.id, duplicate_of=kyodo.id))
    >>> [fact] = Timeline(log.read()).as_of("2023-11-28").facts
    >>> print(fact.quantity, "·", len(fact.accounts), "accounts")
    30 · 2 accounts
    """

    kind: ClassVar[Literal["retraction"]] = "retraction"

    reason: str | None = field(default=None, converter=optional_text)
    duplicate_of: str | None = field(default=None, converter=optional_record_id)


@frozen(kw_only=True, field_transformer=_in_line_order)
class Corroboration(_Amending):
    """Another account of the same fact; what it does not state is taken from the record.

    >>> from aidtimeline import EventLog, Timeline
    >>> log = EventLog(getfixture("tmp_path"))
    >>> [two] = log.append(Delivery(date="2024-07-09", item="truck", quantity=2, sources=Source(publisher="JICA")))
    >>> _ = log.append(Corroboration(of=two.id, quantity=4, sources=Source(publisher="Yomiuri")))
    >>> print(Timeline(log.read()).as_of("2024-07-31").counts()["truck"])
    2 to 4
    """

    kind: ClassVar[Literal["corroboration"]] = "corroboration"

    date: DateRange | None = field(default=None, converter=optional_date)
    quantity: Quantity | None = field(default=None, converter=optional_quantity)
    value: Money | None = field(default=None, converter=optional_money)
    sources: tuple[Source, ...] = field(converter=to_some_sources)


Amendment: TypeAlias = Correction | Retraction | Corroboration
"""An amendment of any kind: what is recorded about another record."""

T = TypeVar("T")


def stated(event: Event | Amendment, field: str, of: type[T]) -> T | None:
    """What an event states in a field, of that type; None also if its kind has no such field.

    >>> event = Status(date="2023", project="hd", status="closed", sources=Source(publisher="Rubryka"))
    >>> stated(event, "status", str), stated(event, "item", str)
    ('closed', None)
    """
    found = getattr(event, field, None)
    return found if isinstance(found, of) else None


AnyEvent: TypeAlias = (
    Announcement
    | Pledge
    | Commitment
    | Disbursement
    | Receipt
    | Expenditure
    | Delivery
    | Training
    | Project
    | Status
    | Participation
    | Cancellation
    | Observation
)
"""An event of any kind, in the order in which people read them: checkers know that there are no others. `Event` is
their base."""

EVENT_KINDS: dict[str, type[AnyEvent]] = {each.kind: each for each in get_args(AnyEvent)}
"""The table of kinds: the class of each, by its name."""


def kinds_that(fits: Callable[[type[Event]], bool]) -> tuple[EventKind, ...]:
    """The kinds of events whose class fits, in the order of the table.

    >>> kinds_that(lambda each: each.nature is PROMISE)
    ('pledge', 'commitment')
    """
    return tuple(each.kind for each in EVENT_KINDS.values() if fits(each))


AMENDMENT_KINDS: dict[str, type[Amendment]] = {each.kind: each for each in get_args(Amendment)}
KINDS: dict[str, type[AnyEvent | Amendment]] = {**EVENT_KINDS, **AMENDMENT_KINDS}


def _recorded(value: Event | Amendment) -> AnyEvent | Amendment:
    return value  # type: ignore[return-value]


@frozen
class Record:
    """An event or amendment as written in the log: its content id, and the instant (UTC) it was recorded.

    `file` and `line` (from 1) say where it was read; they have no meaning of their own and take no part in equality.

    `id` is the content id, 32 hexadecimal digits; `recorded_at` has a time zone; `event` is the event or amendment
    itself.

    >>> from aidtimeline import EventLog
    >>> record = next(EventLog("events").read())
    >>> record.id, record.event.kind, record.file, record.line
    ('643af20d3e48a3712e2bd3306ec2855f', 'announcement', 'events/japan-demining.jsonl', 1)
    """

    id: str = field(converter=to_record_id)
    recorded_at: datetime
    event: AnyEvent | Amendment = field(converter=_recorded)
    file: str | None = field(default=None, eq=False, kw_only=True)
    line: int | None = field(default=None, eq=False, kw_only=True)

    def problem(self, code: str, message: str, hint: str | None = None) -> Problem:
        """An error in this record, with its file and line: its `code`, a `message`, and a `hint` how to mend it.

        >>> from aidtimeline import EventLog
        >>> print(next(EventLog("events").read()).problem("dangling", "it fulfils a record that is not there"))
        events/japan-demining.jsonl:1: error dangling: it fulfils a record that is not there
        """
        problem = Problem(code=code, severity="error", message=message, event_id=self.id, hint=hint)
        return problem.at(self.file, self.line)
