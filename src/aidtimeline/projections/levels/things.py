"""What levels are of: things, and which facts lie in them.

A thing is what an observation states: an item or indicator, the kind of events that it adds up, parties, project, place
and unit. A fact lies in it *surely* if each field that the thing states equals or contains the fact's; *maybe* if the
fact leaves it unsaid, or states something wider; else not at all.

    the level is of what went to     Ukraine   an agency of it
    the fact went to Ukraine         surely    maybe
    to that agency                   surely    surely
    to another agency of Ukraine     surely    no
    nobody says to whom              maybe     maybe
    to Lithuania                     no        no
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from attrs import frozen

from aidtimeline.projections.containing import Containing
from aidtimeline.projections.fields import SHARED, Condition, during, together
from aidtimeline.semantics import Fact
from aidtimeline.values.amounts import ZERO, Quantity
from aidtimeline.values.dates import DateRange
from aidtimeline.values.shares import ALL, Portion, Shares, one_whole, portion, vocabulary_of
from aidtimeline.vocabulary import Vocabulary

In: TypeAlias = Literal["surely", "maybe", "no"]
"""How something lies in something else."""

MAY_COUNT_AS: Mapping[str, tuple[str, ...]] = {
    "commitment": ("pledge",),
    "training": ("delivery",),
    "disbursement": ("receipt", "expenditure"),
    "receipt": ("disbursement", "expenditure"),
    "expenditure": ("disbursement", "receipt"),
}
"""What else a source may count events of a kind as: "paid" is in anybody's books, "pledged" has what is committed."""


class Thing(NamedTuple):
    """What a level is of: what an observation states. Levels of one thing are of the same, so the last of them holds.

    `kind` is None if an indicator is not said to be of any kind. Amounts of money have a currency, others a unit (None:
    pieces). Several shares of a location, sector, scope or type of aid are their text.
    """

    item: str | None
    indicator: str | None
    kind: str | None
    donor: str | None
    recipient: str | None
    project: str | None
    location: str | None
    unit: str | None
    currency: str | None
    via: str | None
    package: str | None
    sector: str | None
    humanitarian: bool | None
    scope: str | None
    aid_type: str | None
    tied: str | None
    period: str | None

    @classmethod
    def of(cls, observed: Fact, currency: str | None) -> Thing:
        """What an observation is a level of: by its value in this currency, or (None) by its quantity."""
        event = observed.event
        unsaid = observed.indicator is not None and observed.of_kind == "delivery"
        return cls(
            item=observed.item,
            indicator=observed.indicator,
            kind=None if unsaid else observed.of_kind,
            donor=observed.donor,
            recipient=observed.recipient,
            project=observed.project,
            location=_text(event.location),
            unit=None if currency else observed.unit,
            currency=currency,
            via=together(event.via),
            package=event.package,
            sector=_text(event.sector),
            humanitarian=event.humanitarian,
            scope=_text(observed.scope),
            aid_type=_text(observed.aid_type),
            tied=observed.tied,
            period=_text(observed.period and observed.period.text),
        )

    @property
    def words(self) -> str:
        """What it is, in short."""
        what = ", ".join(filter(None, (self.item, self.indicator)))
        kind = None if self.kind in (None, "delivery") and what else self.kind
        said = [
            f"{what} ({kind})" if what and kind else what or kind,
            self.donor and f"from {self.donor}",
            self.recipient and f"to {self.recipient}",
            self.project and f"project {self.project}",
            self.location and f"at {self.location}",
            self.narrower,
        ]
        return ", ".join(filter(None, said))

    @property
    def narrower(self) -> str:
        """What narrows it beside its item, parties, project and place, in short."""
        said = [f"{name} {value}" for name in ("via", "package", "sector") if (value := getattr(self, name))]
        if self.humanitarian is not None:
            said.append("humanitarian" if self.humanitarian else "not humanitarian")
        named = {"for": self.scope, "aid type": self.aid_type, "": self.tied}
        said += [f"{name} {value}".lstrip() for name, value in named.items() if value]
        if self.period:
            said.append(f"for {DateRange.parse(self.period)}")
        return ", ".join(said)

    @property
    def measure(self) -> str | None:
        """What it is measured in: a currency or a unit; None: pieces."""
        return self.currency or self.unit

    @property
    def stands_alone(self) -> bool:
        """Whether nothing of the record lies in it: it is of an indicator."""
        return self.indicator is not None


@frozen
class Lying:
    """How a fact lies in a thing: how much of it, and whether it surely does, or else maybe."""

    surely: bool
    portion: Portion = ALL

    def of(self, amount: Quantity) -> Quantity:
        """What of an amount lies in the thing; nothing, too, if it only may."""
        part = amount.part(self.portion.least, self.portion.most)
        return part if self.surely else part.hull(ZERO)


def lying(fact: Fact, thing: Thing, containing: Containing) -> Lying | None:
    """How a fact lies in a thing, whatever unit or currency it is in; None: it does not."""
    event = fact.event
    found: list[In] = [
        _of_kind(fact.kind, thing.kind),
        _same(fact.item, thing.item),
        _within("donor", fact.donor, thing.donor, containing, fact.via),
        _within("recipient", fact.recipient, thing.recipient, containing),
        _within("project", fact.project, thing.project, containing),
        _through(event.via, thing.via),
        _same(event.package, thing.package),
        _same(event.humanitarian, thing.humanitarian),
        _same(fact.tied, thing.tied),
        _during(fact.period, thing.period),
    ]
    if "no" in found:
        return None
    surely, share = "maybe" not in found, ALL
    for stated, asked, related, whole_of in (
        (event.location, thing.location, _place, one_whole),
        (event.sector, thing.sector, _code, vocabulary_of),
        (fact.scope, thing.scope, _code, vocabulary_of),
        (fact.aid_type, thing.aid_type, _code, vocabulary_of),
    ):
        part = _part(stated, asked, related, whole_of)
        if part is None:
            return None
        surely, share = surely and part.surely, share.and_(part.portion)
    return Lying(surely, share)


def _of_kind(kind: str, asked: str | None) -> In:
    return "surely" if kind == asked else "maybe" if asked in MAY_COUNT_AS.get(kind, ()) else "no"


def _same(found: object, asked: object) -> In:
    return "surely" if asked in (None, found) else "maybe" if found is None else "no"


def _through(found: tuple[str, ...], asked: str | None) -> In:
    through = asked is None or set(asked.split("+")) <= set(found)
    return "surely" if through else "no" if found else "maybe"


def _during(found: DateRange | None, asked: str | None) -> In:
    if asked is None:
        return "surely"
    if found is None:
        return "maybe"
    portion = during(found, (asked,))
    return "surely" if portion is ALL else "maybe" if portion.most else "no"


def _text(value: str | Shares | None) -> str | None:
    return None if value is None else str(value)


def _within(name: str, found: str | None, asked: str | None, containing: Containing, via: Iterable[str] = ()) -> In:
    """Parties and projects. Who passed something on may be taken for its donor."""
    if asked is None or found == asked:
        return "surely"
    if found is None:
        return "maybe"
    wider = containing.wider(name, found)
    if wider.get(asked):
        return "surely"
    if asked in wider or found in containing.wider(name, asked) or containing.may_be_in_any(name, found):
        return "maybe"
    return "maybe" if any(asked == each or asked in containing.wider(name, each) for each in via) else "no"


def is_country(place: str) -> bool:
    """Whether a place is a whole country, by its code of ISO 3166-1."""
    return len(place) == len("UA") and place.isalpha() and place.isupper()


def _place(found: str, asked: str) -> In:
    """Nobody says which country a place is in."""
    return "surely" if found == asked else "maybe" if is_country(found) != is_country(asked) else "no"


def _code(found: str, asked: str) -> In:
    """Nobody says how sectors of different vocabularies are related, or types of aid, or plans and emergencies."""
    return "surely" if found == asked else "no" if vocabulary_of(found) == vocabulary_of(asked) else "maybe"


def several(asked: str) -> bool:
    """Whether a location, sector, scope or type of aid is the text of several shares."""
    return " " in asked


def _part(
    stated: str | Shares | None,
    asked: str | None,
    related: Callable[[str, str], In],
    whole_of: Callable[[str], str],
) -> Lying | None:
    """How a fact with this location or sector lies in a thing, if it does.

    Of shares, those that nobody has been given may lie in it, and so does part of what nobody says. Sectors of another
    vocabulary give all of it once more, and say nothing of this one.
    """
    if asked is None or (stated is not None and str(stated) == asked):
        return Lying(surely=True)
    if stated is None or several(asked):
        return Lying(surely=False)
    if isinstance(stated, str):
        how = related(stated, asked)
        return None if how == "no" else Lying(how == "surely")
    parts = [part for part in stated.parts if whole_of(part[0]) == whole_of(asked)]
    if not parts:
        return Lying(surely=False)
    near = Shares(parts)
    surely = [slug for slug in near.slugs if related(slug, asked) == "surely"]
    maybe = [slug for slug in near.slugs if related(slug, asked) != "no"]
    least, most = portion(near, surely, one_whole).least, portion(near, [*maybe, None], one_whole).most
    return Lying(True, Portion(least, most)) if most else None


_GOODS = ("item", "item-category", "package", "unit", "currency")
_PARTIES = ("donor", "recipient", "via", "project", *SHARED, "tied", "period")
NARROWING = frozenset((*_GOODS, *_PARTIES))
"""The fields in which a level may say that it is of something else than what is asked for."""


def may_be_of(observed: Fact, asked: Condition, vocabulary: Vocabulary, containing: Containing) -> bool:
    """Whether an observation may be of what has one of some values in a field: it says none, one, or a wider one."""
    if asked.name not in NARROWING:
        return True
    own = asked.get(observed, vocabulary)
    if asked.name == "period":
        return own is None or asked.portion(observed).most > 0
    if asked.name in SHARED and own is not None:
        related = _place if asked.name == "location" else _code
        return several(own) or any(value is None or related(own, value) != "no" for value in asked.values)
    return own is None or any(
        value is None
        or value == own
        or value in containing.wider(asked.name, own)
        or own in containing.wider(asked.name, value)
        for value in asked.values
    )
