"""What an activity or a transaction is for: its places, its sectors, plans and emergencies, and how its aid is given.

What is said of a transaction itself holds for it; else what is said of its activity (IATI 2.03, `transaction/sector`,
`transaction/recipient-country` and others; `default-aid-type`, `default-tied-status`, `iati-activity/@humanitarian`).

Percentages are shares of the whole: all places together, sectors and types of aid in each vocabulary, plans and
emergencies in each list. A code that stands alone has all of it. Nobody states the shares of several without
percentages, nor of such as come to more than 100 %: they may be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.iati.values import number, slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.values.shares import DAC, HUNDRED, NONE, Percent, Shares, plain_aid_type, plain_sector
from aidtimeline.values.words import Tied

#: IATI codelist TiedStatus.
TIED: Mapping[str, Tied] = {"3": "partially-tied", "4": "tied", "5": "untied"}
#: IATI codelist HumanitarianScopeVocabulary, and HumanitarianScopeType where no vocabulary is stated.
SCOPES = {"1-2": "glide", "2-1": "plan"}
SCOPE_TYPES = {"1": "emergency", "2": "appeal"}
#: The vocabularies of sectors as IATI 1.x called them; files of 2.x have them too.
OLD_VOCABULARIES = {"DAC": "1", "DAC-3": "2", "COFOG": "3", "NACE": "4", "NTEE": "5", "WB": "6", "RO": "99"}

ROUNDED = Decimal(1)
"""By so much percentages may come to more than 100 because they are rounded: it is taken off the largest."""
MANY = 1000
"""Of more codes of one element none is kept."""

TOO_MUCH = "percentages that come to more than 100: nobody can say what is right, so each may be anything"
NO_PERCENTAGE = "a percentage that is not a number of 0 or more: it is read as one that nobody states"
TOO_MANY = f"more than {MANY:,} codes of one element: none is read"

Part: TypeAlias = tuple[str, str, str]
"""A share as it stands in a file: what it is a share of, a slug, and the percentage, which may be empty."""


class Purposes(NamedTuple):
    """What is stated, as fields of an event, and what is worth a look."""

    fields: Mapping[str, Any]
    remarks: tuple[str, ...] = ()


def of_activity(parts: Mapping[str, Sequence[Element]], humanitarian: str) -> Purposes:
    """What an activity is for, by its elements of each name."""
    return _purposes(parts, humanitarian, "default-aid-type", "default-tied-status")


def of_transaction(children: Iterable[Element], humanitarian: str) -> Purposes:
    """What is said of a transaction itself."""
    found: dict[str, list[Element]] = {}
    for each in children:
        if each.tag in _SAID:
            found.setdefault(each.tag, []).append(each)
    return _purposes(found, humanitarian, "aid-type", "tied-status")


_SAID = frozenset({"recipient-country", "recipient-region", "sector", "aid-type", "tied-status"})
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
NOTHING_SAID = Purposes({})


def _purposes(parts: Mapping[str, Sequence[Element]], humanitarian: str, aid_type: str, tied_status: str) -> Purposes:
    """What is stated in elements by their names, of which two are others of an activity than of a transaction."""
    stated: dict[str, Iterable[Part]] = {}
    if "recipient-country" in parts or "recipient-region" in parts:
        stated["location"] = _places(parts.get("recipient-country", ()), parts.get("recipient-region", ()))
    for field, name, read in (
        ("sector", "sector", _sectors),
        ("scope", "humanitarian-scope", _scopes),
        ("aid_type", aid_type, _aid_types),
    ):
        if name in parts:
            stated[field] = read(parts[name])
    tied = parts.get(tied_status)
    if not stated and not humanitarian and not tied:
        return NOTHING_SAID
    shares = {name: _shared(tuple(each)) for name, each in stated.items()}
    fields = {
        **{name: found for name, (found, _) in shares.items()},
        "humanitarian": _FLAGS.get(humanitarian),
        "tied": TIED.get(tied[0].get("code")) if tied else None,
    }
    remarks = dict.fromkeys(remark for _, remark in shares.values() if remark)
    return Purposes({name: found for name, found in fields.items() if found is not None}, tuple(remarks))


def _places(countries: Sequence[Element], regions: Sequence[Element]) -> Iterator[Part]:
    """Countries, and the regions beside them: of several vocabularies those of the DAC, or else the first.

    Countries that have all of it leave nothing for regions: these only say where the countries are. Nor do such as
    have all but what is lost by rounding, beside regions that do not fit.
    """
    for each in countries:
        yield "", slug(each.get("code")).upper(), each.get("percentage")
    if countries and regions:
        stated, more = _stated(countries), _stated(regions)
        if stated >= HUNDRED or (stated >= HUNDRED - ROUNDED and stated + more > HUNDRED + ROUNDED):
            return
    vocabularies = [each.get("vocabulary") or DAC for each in regions]
    kept = DAC if DAC in vocabularies else next(iter(vocabularies), DAC)
    for vocabulary, each in zip(vocabularies, regions, strict=True):
        code = slug(each.get("code"))
        if vocabulary == kept and code:
            yield "", code if kept == DAC else slug(f"{kept}:{code}"), each.get("percentage")


def _stated(elements: Sequence[Element]) -> Decimal:
    return sum((_percent(each.get("percentage")) or NONE for each in elements), NONE)


def _sectors(sectors: Sequence[Element]) -> Iterator[Part]:
    for vocabulary, code, each in _coded(sectors):
        yield vocabulary, plain_sector(f"{vocabulary}:{code}"), each.get("percentage")


def _aid_types(types: Sequence[Element]) -> Iterator[Part]:
    for vocabulary, code, _ in _coded(types):
        yield vocabulary, plain_aid_type(f"{vocabulary}:{code}"), ""


def _coded(elements: Sequence[Element]) -> Iterator[tuple[str, str, Element]]:
    for each in elements:
        code = each.get("code")
        if code:
            stated = each.get("vocabulary") or DAC
            yield slug(OLD_VOCABULARIES.get(stated, stated)).replace(":", "-"), code, each


def _scopes(scopes: Sequence[Element]) -> Iterator[Part]:
    for each in scopes:
        code = each.get("code")
        if code:
            vocabulary = each.get("vocabulary")
            type_ = each.get("type")
            named = SCOPES.get(vocabulary) or vocabulary.replace(":", "-") or SCOPE_TYPES.get(type_, "scope")
            yield named, f"{named}:{code}", ""


@lru_cache(2**12)
def _shared(parts: tuple[Part, ...]) -> tuple[str | Shares | None, str | None]:
    """What is stated, as one slug or shares of several, and why that is worth a look."""
    wholes: dict[str, dict[str, list[Percent]]] = {}
    for whole, stated, percentage in parts[: MANY + 1]:
        found = slug(stated)
        if found:
            wholes.setdefault(whole, {}).setdefault(found, []).append(_percent(percentage))
    if len(parts) > MANY:
        return None, TOO_MANY
    shares: dict[str, Percent] = {}
    remark = NO_PERCENTAGE if any(text and _percent(text) is None for _, _, text in parts) else None
    for each in wholes.values():
        of_whole, fits = _of_one({name: _added(stated) for name, stated in each.items()})
        remark = remark if fits else TOO_MUCH
        shares |= of_whole
    if not shares:
        return None, remark
    [(only, percent), *others] = shares.items()
    if not others and percent == HUNDRED:
        return only, remark
    try:
        return Shares(shares), remark
    except InvalidValue:
        return Shares(dict.fromkeys(shares)), TOO_MUCH


def _percent(text: str) -> Percent:
    found = number(text)
    return found if found is not None and found >= NONE else None


def _added(stated: Sequence[Percent]) -> Percent:
    """One code that stands several times: the sum of its percentages, if all state one."""
    known = [each for each in stated if each is not None]
    return sum(known, NONE) if len(known) == len(stated) else None


def _of_one(parts: dict[str, Percent]) -> tuple[Mapping[str, Percent], bool]:
    """The shares of one whole, and whether they fit into it."""
    if len(parts) == 1:
        [(only, percent)] = parts.items()
        if percent is None:
            return {only: HUNDRED}, True
        return ({only: percent}, True) if NONE < percent <= HUNDRED else ({only: None}, False)
    excess = sum((each or NONE for each in parts.values()), NONE) - HUNDRED
    if excess <= NONE:
        return parts, True
    largest = max(parts, key=lambda name: parts[name] or NONE)
    if excess <= ROUNDED and None not in parts.values():
        return {**parts, largest: (parts[largest] or NONE) - excess}, True
    return dict.fromkeys(parts), False
