"""What money is for, as elements: of an activity, or of each of its transactions. The reverse of `purposes`.

What holds for all of them stands at the activity, which alone can state percentages, plans and emergencies. What
differs stands at the transactions. Whatever is written is read again, and is left out if anything else is read of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from attrs import frozen

from aidtimeline.formats.iati.elements import made
from aidtimeline.formats.iati.purposes import SCOPE_TYPES, SCOPES, TIED, of_activity, of_transaction
from aidtimeline.formats.iati.values import is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.values.shares import (
    DAC,
    HUNDRED,
    Percent,
    Shares,
    one_whole,
    plain_aid_type,
    vocabulary_of,
)

PURPOSES = ("location", "sector", "humanitarian", "scope", "aid_type", "tied")
"""The fields that say what money is for."""

#: The vocabularies of plans and emergencies, and the types of these: IATI HumanitarianScopeVocabulary and -Type.
_VOCABULARIES_OF_SCOPES = {named: vocabulary for vocabulary, named in SCOPES.items()}
_TYPES_OF_VOCABULARIES = {"1-2": "1", "2-1": "2"}
_TYPES_OF_SCOPES = {**{named: type_ for type_, named in SCOPE_TYPES.items()}, "scope": ""}
_CODES_OF_TIED: Mapping[str, str] = {word: code for code, word in TIED.items()}
_NARRATED = ("98", "99")
"""The vocabularies of an organisation's own: their codes need a text beside them."""

_COUNTRY = re.compile("[A-Z]{2}")
_REGION = re.compile("(?:([0-9]{1,2}):)?(.+)", re.DOTALL)
_VOCABULARY = re.compile("[0-9]{1,2}")
_VOCABULARY_OF_SCOPES = re.compile("[0-9]{1,2}(?:-[0-9]{1,2})?")


@frozen
class Written:
    """What is written of the purposes of transactions: elements and flag of their activity, and those of each.

    `said` is what is read of each again, by the names of `PURPOSES`.
    """

    activity: Sequence[Element]
    humanitarian: bool | None
    transactions: Sequence[tuple[Sequence[Element], bool | None]]
    said: Sequence[Mapping[str, Any]]


def written(purposes: Sequence[Mapping[str, Any]]) -> Written:
    """How the purposes of the transactions of an activity are written, each by the names of `PURPOSES`."""
    activity: list[Element] = []
    flag: bool | None = None
    transactions: list[tuple[list[Element], bool | None]] = [([], None) for _ in purposes]
    said: list[dict[str, Any]] = [{} for _ in purposes]
    for name in PURPOSES:
        values = [each.get(name) for each in purposes]
        common = _common(name, values)
        if common is not None:
            activity += _whole(name, common) or ()
            flag = common if name == "humanitarian" else flag
        for number, value in enumerate(values):
            own = None if value == common or value is None else _own(name, value)
            said[number][name] = common if own is None else value
            if own is not None:
                elements, own_flag = transactions[number]
                transactions[number] = [*elements, *own], value if name == "humanitarian" else own_flag
    return Written(activity, flag, transactions, said)


def _common(name: str, values: Sequence[Any]) -> Any:
    """What an activity says for its transactions, so that what is read of none is wrong; None if nothing.

    Where all say the same it is that. Else transactions say it themselves, if they can. If one cannot, because it is
    shared, the activity may say that, and the others what they differ in.
    """
    distinct = list(dict.fromkeys(values))
    if len(distinct) == 1:
        return distinct[0] if distinct[0] is not None and _whole(name, distinct[0]) is not None else None
    shared = [each for each in distinct if each is not None and _own(name, each) is None]
    if len(shared) == 1 and None not in distinct and _whole(name, shared[0]) is not None:
        return shared[0]
    return None


def is_bare(value: Any, name: str) -> bool:
    """Whether percentages are lacking, or do not come to 100: so it is written, and the ruleset of IATI refuses it."""
    if not isinstance(value, Shares) or name not in ("location", "sector"):
        return False
    wholes: dict[str, list[Percent]] = {}
    whole_of = one_whole if name == "location" else vocabulary_of
    for slug, percent in value.parts:
        wholes.setdefault(whole_of(slug), []).append(percent)
    return any(None in each or sum(percent or 0 for percent in each) != HUNDRED for each in wholes.values())


def lacks_type(elements: Iterable[Element]) -> bool:
    """Whether the type or the vocabulary of a plan or an emergency is empty."""
    scopes = (each for each in elements if each.tag == "humanitarian-scope")
    return any(not each.get("type") or not each.get("vocabulary") for each in scopes)


@lru_cache(2**12)
def _whole(name: str, value: Hashable) -> tuple[Element, ...] | None:
    """The elements by which an activity states what it is for; None if none say the same."""
    if name == "humanitarian":
        return ()
    elements = _elements(name, value, whole=True)
    parts: dict[str, list[Element]] = {}
    for each in elements or ():
        parts.setdefault(each.tag, []).append(each)
    return elements if elements and of_activity(parts, "").fields.get(name) == value else None


@lru_cache(2**12)
def _own(name: str, value: Hashable) -> tuple[Element, ...] | None:
    """The elements by which a transaction states what it is for; None if none say the same."""
    if name == "humanitarian":
        return ()
    if name == "scope":
        return None
    elements = _elements(name, value, whole=False) or ()
    places = [each.tag for each in elements if each.tag.startswith("recipient-")]
    if len(places) > len(set(places)) or any("percentage" in each.attributes for each in elements):
        return None
    return elements if elements and of_transaction(elements, "").fields.get(name) == value else None


def _elements(name: str, value: Any, *, whole: bool) -> tuple[Element, ...] | None:
    """One element for each part of a value; None if IATI has no element for a part."""
    parts: Iterable[tuple[str, Percent]] = value.parts if isinstance(value, Shares) else ((value, HUNDRED),)
    found = [_MADE[name](slug, _percentage(percent), whole) for slug, percent in parts if is_xml(slug)]
    return tuple(sorted((each for each in found if each is not None), key=_in_order)) if all(found) else None


def _percentage(percent: Percent) -> str | None:
    return None if percent is None or percent == HUNDRED else f"{percent:f}"


def _in_order(element: Element) -> int:
    """Countries stand before regions."""
    return 0 if element.tag == "recipient-country" else 1


def _place(slug: str, percentage: str | None, _whole: bool) -> Element | None:
    if _COUNTRY.fullmatch(slug):
        return made("recipient-country", {"code": slug, "percentage": percentage})
    found = _REGION.fullmatch(slug)
    if found is None or not (found[1] or slug.isdigit()):
        return None
    stated = {"code": found[2], "vocabulary": found[1] or DAC, "percentage": percentage}
    return made("recipient-region", stated)


def _sector(slug: str, percentage: str | None, _whole: bool) -> Element | None:
    vocabulary = vocabulary_of(slug)
    if not _VOCABULARY.fullmatch(vocabulary):
        return None
    code = slug.removeprefix(f"{vocabulary}:")
    narrated = [made("narrative", text=code)] if vocabulary in _NARRATED else []
    return made("sector", {"vocabulary": vocabulary, "code": code, "percentage": percentage}, narrated)


def _scope(slug: str, percentage: str | None, _whole: bool) -> Element | None:
    """A plan or emergency; its type or vocabulary is empty where nobody states it, since IATI wants one."""
    named, _, code = slug.partition(":")
    if not code or percentage is not None:
        return None
    if named in _TYPES_OF_SCOPES:
        type_, vocabulary = _TYPES_OF_SCOPES[named], ""
    else:
        vocabulary = _VOCABULARIES_OF_SCOPES.get(named, named)
        type_ = _TYPES_OF_VOCABULARIES.get(vocabulary, "")
        if not _VOCABULARY_OF_SCOPES.fullmatch(vocabulary):
            return None
    return made("humanitarian-scope", {"type": type_, "vocabulary": vocabulary, "code": code})


def _aid_type(slug: str, percentage: str | None, whole: bool) -> Element | None:
    vocabulary, colon, code = slug.partition(":")
    if not colon:
        vocabulary, code = DAC, slug
    if (
        not _VOCABULARY.fullmatch(vocabulary)
        or percentage is not None
        or plain_aid_type(f"{vocabulary}:{code}") != slug
    ):
        return None
    return made("default-aid-type" if whole else "aid-type", {"vocabulary": vocabulary, "code": code})


def _tied(word: str, _percentage: str | None, whole: bool) -> Element | None:
    return made("default-tied-status" if whole else "tied-status", {"code": _CODES_OF_TIED[word]})


_MADE: Mapping[str, Callable[[str, str | None, bool], Element | None]] = {
    "location": _place,
    "sector": _sector,
    "scope": _scope,
    "aid_type": _aid_type,
    "tied": _tied,
}
