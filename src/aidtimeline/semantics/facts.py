"""A fact: what an event says once amendments are applied, with all known accounts of it combined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeAlias, TypeVar, cast, overload

from attrs import field, fields, frozen, make_class

from aidtimeline.events import AnyEvent, Nature, Record, stated
from aidtimeline.semantics.accounts import Account, Alone
from aidtimeline.semantics.lines import Keeps, PromiseLine, TakenOff
from aidtimeline.semantics.links import Group, Happened
from aidtimeline.semantics.overlap import Line
from aidtimeline.values.amounts import Money, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import Shares

T = TypeVar("T")
Day: TypeAlias = date
Rank: TypeAlias = tuple[Any, ...]
"""What facts are ordered by."""
UNDISPUTED: frozenset[str] = frozenset()
"""What the accounts of a fact that agree contradict each other on: nothing."""


class _Stated(Generic[T]):
    """A property of a fact: what its event says, as corrected, in the field of that name.

    None: the event does not say, or its kind has no such field.
    """

    def __init__(self, of: type[T], meaning: str) -> None:
        self.of, self.__doc__ = of, meaning

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, fact: None, owner: type) -> Self: ...
    @overload
    def __get__(self, fact: Fact, owner: type) -> T | None: ...
    def __get__(self, fact: Fact | None, owner: type) -> Self | T | None:
        return self if fact is None else getattr(fact.event, self.name, None)


class Behind(Protocol):
    """What is behind a fact, and makes these once somebody asks for them: most facts are only counted.

    Of a fact that stands by itself it is the record; see `aidtimeline.semantics.accounts.Alone`.
    """

    @property
    def event(self) -> AnyEvent:
        """`Fact.event`."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """`Fact.accounts`."""

    @property
    def members(self) -> tuple[str, ...]:
        """`Fact.members`."""


class Promising(Protocol):
    """What a cut says of promises, once somebody asks: few questions are about them."""

    def line(self, fact: Fact) -> PromiseLine | None:
        """`Fact.promised`."""

    def keeps(self, fact: Fact) -> Keeps | None:
        """`Fact.keeps`."""


@frozen(weakref_slot=False)
class Fact:
    """What an event says, as corrected, with all known accounts of it combined.

    `id` and `recorded_at` are those of the original record. `event` is its text as corrected (of several records that
    are one fact that of the first known, with the id `base`), while `date`, `quantity`
    and `value` are what the accounts give together. `disputed` names those of the three on which accounts contradict
    each other, or one states an amount in another unit or currency. Goods of which nobody states a number are some:
    `quantity` is `1..` (`0..` of what is measured), while that of `event` is None. `members` are the ids of the records
    that are this one fact: its own and its duplicates. `fulfils` are the ids of the promises that it makes good;
    `takes_off` has the promises of which a cancellation ends the amount that it states. What else the event states are
    properties. A fact is `planned` if its date lies wholly after every report of it: it may
    have happened from its first day on, but never surely.

    In a view, `certain` says that the fact counts in every world, `by` is the day of the view if the fact may happen
    after it, and `group` links the fact to others that may replace it, or that it may replace. `line` is where the
    fact stands among those that may report the same; None: it overlaps with none. `promised` is the line of a promise
    and what replaces it (None: the fact alone), and `keeps` names the lines that the fact keeps or cancels.

    `known_since` is the instant from which on it counts as known. `accounts` are its accounts, one for each record that
    tells of it and is believed. `behind` and `promises` make on demand
    what is kept in other fields: `accounts`, `promised` and the like; programs need not look at them.

    >>> from aidtimeline import Timeline
    >>> [fact] = [each for each in Timeline.open("events").as_of("2024-07-31").facts if each.disputed]
    >>> print(fact.item, "·", fact.event.quantity, "·", fact.quantity, "·", sorted(fact.disputed))
    mechanical-demining-machine · 2 · 2 to 4 · ['date', 'quantity']
    >>> print(*(account.quantity for account in fact.accounts))
    2 4 2 4 4
    """

    id: str
    recorded_at: datetime
    known_since: datetime
    event: AnyEvent
    base: str
    date: DateRange
    quantity: Quantity | None
    value: Money | None
    accounts: tuple[Account, ...]
    members: tuple[str, ...]
    disputed: frozenset[str]
    fulfils: tuple[str, ...] = field(default=(), eq=False)
    planned: bool = False
    behind: Record | Behind | None = field(default=None, eq=False, repr=False)
    promises: Promising | None = field(default=None, eq=False, repr=False)
    certain: bool = True
    by: Day | None = field(default=None, eq=False)
    group: Group | None = None
    line: Line | None = field(default=None, eq=False, repr=False)
    takes_off: TakenOff | None = field(default=None, eq=False, repr=False)
    promised: PromiseLine | None = field(default=None, eq=False, repr=False)
    keeps: Keeps | None = field(default=None, eq=False, repr=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make what is made on demand, and keep it."""
            if name in BY_BEHIND:
                made = getattr(Alone(self.behind) if isinstance(self.behind, Record) else self.behind, name)
            elif name in BY_PROMISES:
                made = self.promises.line(self) if name == "promised" else self.promises.keeps(self)
            else:
                raise AttributeError(f"a fact has no {name!r}", name=name, obj=self)
            object.__setattr__(self, name, made)
            return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Facts are sent elsewhere with all that they say, and without what would make it on demand."""
        without = {"behind": None, "promises": None}
        return type(self), tuple(without[each] if each in without else getattr(self, each) for each in _NAMES)

    def __str__(self) -> str:
        number = None if self.quantity is None else " ".join(filter(None, (str(self.quantity), self.unit)))
        what = (self.party, self.role, self.status, self.item, self.indicator, number, self.value, self.project)
        return f"{self.date}: {', '.join(str(each) for each in (self.kind, *what) if each is not None)}"

    @property
    def kind(self) -> str:
        """The kind of the event, as corrected."""
        return self.event.kind

    @property
    def nature(self) -> Nature:
        """What events of its kind are: plans, promises, deeds, states, levels or ends."""
        return self.event.nature

    @property
    def datasets(self) -> frozenset[str]:
        """The datasets that the sources of its accounts are from."""
        found = {source.dataset for account in self.accounts for source in account.sources}
        return frozenset(each for each in found if each is not None)

    @property
    def dataset(self) -> str | None:
        """The dataset of the first source of its text that is from one."""
        return next((source.dataset for source in self.event.sources if source.dataset is not None), None)

    @property
    def rank(self) -> Rank:
        """What facts are ordered by: (latest, earliest, known_since, recorded_at, id)."""
        return (
            self.date.latest or date.max,
            self.date.earliest or date.min,
            self.known_since,
            self.recorded_at,
            self.id,
        )

    @property
    def first(self) -> Rank:
        """Its place among other facts if it happened on the first of its days: (day, known_since, recorded_at, id)."""
        return (self.date.earliest or date.min, self.known_since, self.recorded_at, self.id)

    @property
    def last(self) -> Rank:
        """Its place if it happened on the last of its days, in a view on the last by the day of the view."""
        return (min(self.date.latest or date.max, self.by or date.max), self.known_since, self.recorded_at, self.id)

    @property
    def via(self) -> tuple[str, ...]:
        """The intermediaries."""
        return self.event.via

    @property
    def location(self) -> str | Shares | None:
        """Where it happened: one place, or shares of several."""
        return self.event.location

    @property
    def sector(self) -> str | Shares | None:
        """What it serves: one sector, or shares of several."""
        return self.event.sector

    @property
    def scope(self) -> str | Shares | None:
        """The humanitarian plan or emergency that it is for, or shares of several."""
        return self.event.scope

    @property
    def aid_type(self) -> str | Shares | None:
        """How it is given: one type of aid, or shares of several."""
        found: str | Shares | None = getattr(self.event, "aid_type", None)
        return found

    @property
    def overlaps(self) -> tuple[str, ...]:
        """Records and projects that may tell of the same, wholly or in part."""
        return self.event.overlaps

    @property
    def valued(self) -> tuple[Money, ...]:
        """What the source makes of the value in other currencies."""
        return stated(self.event, "valued", tuple) or ()

    donor: ClassVar[_Stated[str]] = _Stated(str, "Who gives, or promises to.")
    recipient: ClassVar[_Stated[str]] = _Stated(str, "Who gets it.")
    project: ClassVar[_Stated[str]] = _Stated(str, "The project that it belongs to.")
    package: ClassVar[_Stated[str]] = _Stated(str, "The package of goods that it belongs to.")
    item: ClassVar[_Stated[str]] = _Stated(str, "What was given, promised, trained or observed.")
    unit: ClassVar[_Stated[str]] = _Stated(str, "What the quantity is counted in; None: pieces.")
    side: ClassVar[_Stated[str]] = _Stated(str, "Whose books it is from, provider or receiver; None: no money.")
    part_of: ClassVar[_Stated[str]] = _Stated(str, "The record, or the `ref` of the entry, that already includes it.")
    humanitarian: ClassVar[_Stated[bool]] = _Stated(bool, "Whether it is humanitarian aid.")
    tied: ClassVar[_Stated[str]] = _Stated(str, "Whether it is tied, partially tied or untied.")
    period: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "The time that the money is for.")
    counterpart: ClassVar[_Stated[str]] = _Stated(str, "The project that the money goes to or comes from.")
    of_kind: ClassVar[_Stated[str]] = _Stated(str, "What an observation is a level of.")
    due: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "When the promise is to be kept.")
    intent: ClassVar[_Stated[str]] = _Stated(str, "The kind of event that is announced.")
    indicator: ClassVar[_Stated[str]] = _Stated(str, "What is observed, if it is not the number of an item.")
    party: ClassVar[_Stated[str]] = _Stated(str, "Who takes a role in a project, or is to take it.")
    role: ClassVar[_Stated[str]] = _Stated(str, "The role that the party takes.")
    left: ClassVar[_Stated[bool]] = _Stated(bool, "Whether the party gives up the role.")
    status: ClassVar[_Stated[str]] = _Stated(str, "The status of the project from the date on.")
    title: ClassVar[_Stated[str]] = _Stated(str, "The title of the project.")
    parent: ClassVar[_Stated[str]] = _Stated(str, "The project that the project is a part of.")
    planned_start: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "When the project is to start.")
    planned_end: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "When the project is to end.")
    actual_start: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "When the project started.")
    actual_end: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "When the project ended.")
    value_date: ClassVar[_Stated[DateRange]] = _Stated(DateRange, "The day on which the value is valued.")
    ref: ClassVar[_Stated[str]] = _Stated(str, "The source's own reference.")
    note: ClassVar[_Stated[str]] = _Stated(str, "A note by the recorder.")

    @property
    def quantity_stated(self) -> bool:
        """Whether an account that takes part states the quantity, in the fact's unit."""
        return any(each.quantity is not None and each.unit == self.unit for each in self.weighed)

    @property
    def weighed(self) -> tuple[Account, ...]:
        """The accounts that take part in date, quantity and value: plans only if nothing else is reported."""
        return self.accounts if self.planned else tuple(each for each in self.accounts if not each.planned)

    @property
    def surely_from(self) -> Day | None:
        """The day from which on it has surely happened; None: an open date, or a plan."""
        return None if self.planned else self.date.latest

    def happened(self, day: Day) -> Happened:
        """Whether it has happened by a day (inclusive): surely, perhaps or never.

        >>> from aidtimeline import Timeline
        >>> facts = Timeline.open("events").as_of("2023-01-01").facts
        >>> [fact.happened(date(2023, 1, 1)) for fact in facts if fact.item == "truck" and fact.kind == "delivery"]
        ['perhaps']
        """
        last = self.date.latest
        if last is not None and last <= day and not self.planned:
            return "surely"
        return "perhaps" if self.date.possible_by(day) else "never"

    @property
    def currency(self) -> str | None:
        """The currency of its value."""
        return None if self.value is None else self.value.currency


_report = attrgetter("known_since", "recorded_at", "id")


def in_order(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Facts in the order of `Fact.rank`. Few are of the same days, and only these need to be compared further."""
    by_days: dict[tuple[Day, Day], list[Fact]] = defaultdict(list)
    for fact in facts:
        dated = fact.date
        by_days[dated.latest or date.max, dated.earliest or date.min].append(fact)
    for days in sorted(by_days):
        yield from sorted(by_days.pop(days), key=_report)


BY_BEHIND, BY_PROMISES = ("event", "accounts", "members"), ("promised", "keeps")
"""The fields of a fact that may be made on demand: by `Fact.behind`, and by `Fact.promises`."""

_NAMES = tuple(each.name for each in fields(Fact))
_at_hand = attrgetter(*(each for each in _NAMES if each not in BY_BEHIND + BY_PROMISES))
_by_behind, _by_promises = attrgetter(*BY_BEHIND), attrgetter(*BY_PROMISES)

# A fact that is being made: the fields of a frozen class are set one by one, which takes four times as long.
_Unfrozen: Any = make_class(
    "_Unfrozen",
    {
        each.name: field(init=False) if each.name in BY_BEHIND + BY_PROMISES else field(default=each.default)
        for each in fields(Fact)
    },
    slots=True,
    weakref_slot=False,
)


def fact_from(
    behind: Record | Behind,
    event: AnyEvent | None,
    *,
    id: str,
    recorded_at: datetime,
    known_since: datetime,
    base: str,
    date: DateRange,
    quantity: Quantity | None,
    value: Money | None,
    disputed: frozenset[str],
    fulfils: tuple[str, ...],
    planned: bool,
) -> Fact:
    """A fact that leaves to `behind` what is made on demand, the event too if it is None."""
    made = _Unfrozen(id, recorded_at, known_since, base, date, quantity, value, disputed, fulfils, planned, behind)
    if event is not None:
        made.event = event
    made.promised = made.keeps = None
    made.__class__ = Fact
    return cast(Fact, made)


def changed(fact: Fact, **changes: Any) -> Fact:
    """What `attrs.evolve` gives, in a fifth of the time. It makes nothing that may be made on demand."""
    made = _Unfrozen(*_at_hand(fact))
    for name, value in changes.items():
        setattr(made, name, value)
    if made.behind is None:
        made.event, made.accounts, made.members = _by_behind(fact)
    if made.promises is None:
        made.promised, made.keeps = _by_promises(fact)
    made.__class__ = Fact
    return cast(Fact, made)
