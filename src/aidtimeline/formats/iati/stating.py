"""A transaction as an element: its reference, type, day, value and parties, of a fact that can be said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import frozen

from aidtimeline.formats.iati.activity import stem_of
from aidtimeline.formats.iati.elements import made, narrated
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.sayable import CODES, day_of
from aidtimeline.formats.iati.transactions import made_ref
from aidtimeline.formats.iati.values import as_stated, identifier, is_xml, narrative, slug
from aidtimeline.formats.reading.xml import Element
from aidtimeline.semantics import Fact

_ORDINAL = re.compile("#[0-9]{1,9}$")
_ENDS = re.compile(
    r"(?P<text>.*?)"
    r"(?:(?:^|; )provider-activity-id (?P<provider>.+?))?"
    r"(?:(?:^|; )receiver-activity-id (?P<receiver>.+))?",
    re.DOTALL,
)


@frozen
class Stating:
    """States transactions of an activity, which an organisation reports."""

    organisations: Organisations
    project: str
    reporting_party: str | None

    def element(self, fact: Fact, own: Sequence[Element], humanitarian: bool | None) -> Element:
        """The transaction that a fact is, with its own elements and flag that say what its money is for."""
        value, day, side = fact.value, day_of(fact.date), fact.side or "provider"
        text, ends = _ends(fact, side)
        code = CODES[fact.kind, side]
        money = {} if value is None else {"currency": value.currency, "value-date": day_of(fact.value_date) or day}
        ref, orgs = self._ref_and_orgs(fact, code, ends)
        return made(
            "transaction",
            {"ref": ref, "humanitarian": flag(humanitarian)},
            [
                made("transaction-type", {"code": code}),
                made("transaction-date", {"iso-date": day}),
                made("value", money, text="" if value is None else f"{value.amount.low:f}"),
                narrated("description", text) if text else None,
                *orgs,
                *sorted(own, key=lambda each: _OF_TRANSACTION.index(each.tag)),
            ],
        )

    def _ref_and_orgs(
        self, fact: Fact, code: str, ends: Mapping[str, str | None]
    ) -> tuple[str | None, Sequence[Element | None]]:
        """The reference of a transaction, and its provider and receiver.

        Where reading makes the same reference of what is written, none is. The organisation that reports may have been
        left out, and then reading made it without.
        """
        orgs = [
            self._org("provider-org", fact.donor, ends["provider"]),
            self._org("receiver-org", fact.recipient, ends["receiver"]),
        ]
        ref, stem = fact.ref or "", f"{stem_of(self.project)}transaction/"
        own = ref.removeprefix(stem)
        if not own or not is_xml(own):
            return None, orgs
        if ref.startswith(f"{stem}{code}:") and fact.value is not None:
            for several in (orgs, self._without_reporter(fact, orgs)):
                called = [called_as(each) for each in several]
                if without_ordinal(own) == made_ref(code, day_of(fact.date) or "", fact.value, called):
                    return None, several
        return own, orgs

    def _without_reporter(self, fact: Fact, orgs: Sequence[Element | None]) -> Sequence[Element | None]:
        """The organisations of a transaction, without the one that reports it, in whose books it is."""
        at, party = (1, fact.recipient) if fact.side == "receiver" else (0, fact.donor)
        owner = orgs[at]
        if owner is None or party != self.reporting_party or len(owner.attributes) > 1:
            return orgs
        return [None if number == at else each for number, each in enumerate(orgs)]

    def _org(self, tag: str, slug: str | None, activity: str | None) -> Element | None:
        stated = {tag.replace("-org", "-activity-id"): None if activity is None else as_stated(activity)}
        if slug is not None:
            return self.organisations.element(tag, slug, stated)
        return None if activity is None else made(tag, stated)


def called_as(org: Element | None) -> str:
    """What an organisation is called in the reference of what it is a party to, as reading makes it."""
    return "" if org is None else identifier(org.get("ref")) or slug(narrative(org, ""))


def without_ordinal(ref: str) -> str:
    """A reference that reading made, without the number that tells it from others that are alike."""
    return _ORDINAL.sub("", ref)


def ordinal(fact: Fact) -> int:
    """The number that tells the reference of a fact from others that are alike, which are read in this order."""
    found = _ORDINAL.search(fact.ref or "")
    return int(found[0][1:]) if found else 1


def flag(humanitarian: bool | None) -> str | None:
    """The text of a flag, if it is stated."""
    return None if humanitarian is None else str(int(humanitarian))


def _ends(fact: Fact, side: str) -> tuple[str, Mapping[str, str | None]]:
    """The description of a transaction, and the activities at its ends, which reading adds to the description."""
    note = " ".join((fact.event.note or "").split())
    note = note if is_xml(note) else ""
    other = "receiver" if side == "provider" else "provider"
    found = _ENDS.fullmatch(note)
    ends = found.groupdict() if found is not None else {}
    text = ends.pop("text", "")
    if ends.get(other) == fact.counterpart and all(as_stated(each) is not None for each in ends.values() if each):
        return text, ends
    return note, {"provider": None, "receiver": None, other: fact.counterpart}


#: The order in which the elements of a transaction stand that say what its money is for (IATI 2.03).
_OF_TRANSACTION = ("sector", "recipient-country", "recipient-region", "aid-type", "tied-status")
