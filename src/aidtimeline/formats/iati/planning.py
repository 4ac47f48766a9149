"""Budgets and planned disbursements as elements, of what is observed of plans. The reverse of `plans`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from aidtimeline.formats.iati.activity import stem_of
from aidtimeline.formats.iati.elements import made
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.plans import FOR, STATUSES, TYPES, plan_ref
from aidtimeline.formats.iati.sayable import days_of_plan
from aidtimeline.formats.iati.stating import called_as, without_ordinal
from aidtimeline.formats.reading.xml import Element
from aidtimeline.semantics import Fact

_CODES_OF_TYPES: Mapping[str, str] = {word: code for code, word in TYPES.items()}
_CODES_OF_STATUSES: Mapping[str, str] = {word: code for code, word in STATUSES.items()}


@frozen
class Planning:
    """States the plans of an activity, which an organisation reports."""

    organisations: Organisations
    reporting_party: str | None

    def element(self, fact: Fact) -> Element:
        """The budget or planned disbursement that a fact is."""
        tag, (start, end) = fact.indicator or "", days_of_plan(fact) or ("", None)
        value = {"currency": fact.unit, "value-date": start}
        words = words_of(fact)
        return made(
            tag,
            {"type": words.get("type"), "status": words.get("status") if tag == "budget" else None},
            [
                made("period-start", {"iso-date": start}),
                None if end is None else made("period-end", {"iso-date": end}),
                made("value", value, text="" if fact.quantity is None else f"{fact.quantity.low:f}"),
                *(self._parties(fact, "/".join(filter(None, [start, end]))) if tag != "budget" else ()),
            ],
        )

    def _parties(self, fact: Fact, time: str) -> Sequence[Element | None]:
        """Provider and receiver. The organisation that reports may have been left out, and is so again."""
        named = (("provider-org", fact.donor), ("receiver-org", fact.recipient))
        orgs = [None if slug is None else self.organisations.element(tag, slug) for tag, slug in named]
        stem = stem_of(fact.project or "")
        if fact.donor == self.reporting_party and fact.ref is not None:
            bare = [None, orgs[1]]
            ref = plan_ref(fact.indicator or "", "", time, [called_as(each) for each in bare])
            if without_ordinal(fact.ref) == stem + ref:
                return bare
        return orgs


def words_of(fact: Fact) -> Mapping[str, str]:
    """The codes of what the note of a plan says of it, if it is one as reading writes it: its type and its status."""
    *words, time = (fact.event.note or "").split(", ")
    found: dict[str, str] = {}
    for name, codes in (("type", _CODES_OF_TYPES), ("status", _CODES_OF_STATUSES)):
        if words and words[0] in codes:
            found[name] = codes[words.pop(0)]
    return found if not words and time.startswith(FOR) else {}


def has_own_note(fact: Fact) -> bool:
    """Whether its note says something that IATI has no element for."""
    return fact.event.note is not None and not words_of(fact) and not fact.event.note.startswith(FOR)
