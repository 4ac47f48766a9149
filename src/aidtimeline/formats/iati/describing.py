"""The profile of an activity as elements: who reports it, its title, status, dates, parties and parents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from aidtimeline.events import State
from aidtimeline.formats.iati.activity import DATASETS, Version
from aidtimeline.formats.iati.elements import made, narrated
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.profile import DATES, ROLES, STATUSES
from aidtimeline.formats.iati.sayable import day_of
from aidtimeline.formats.iati.values import as_stated, identifier, is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.projections.states import PROFILE, ProjectState
from aidtimeline.semantics import Fact
from aidtimeline.values.converters import is_record_id

# Why an activity is not written, and nothing of it.
NO_IDENTIFIER = "of an activity whose identifier no XML file may have"
NO_REPORTER = "of an activity that nobody is known to report in IATI (--reporting-org REF says who does)"
NO_DATE = "of an activity without transactions and without an exact date of its start or end, which IATI wants"
NO_PARTY = "of an activity without transactions and without a certain party in a role that IATI has, which it wants"

# Why a fact of the profile is not written.
NO_ROLE = "a role that IATI does not have"
NOT_SO = "a state that is in doubt, or no longer so"

# What is not written of an activity, or stands there because IATI wants it.
NO_TITLE = "a title that nobody states: the identifier stands there, since IATI wants one"
NO_TYPE = "the type of the organisation that reports, which no kind in the vocabulary says: it is empty"
NO_STATUS = "a status that is in doubt, or that nobody states: it is empty, since IATI wants one"
OF_TRANSACTION = "a date of its start or end: that of a transaction stands there without a type, since IATI wants one"
BY_TRANSACTION = (
    "a party in a role that IATI has: that of a transaction stands there without a role, since IATI wants one"
)
VAGUE_PROFILE = "a date of the activity that is vague or in doubt"

_CODES_OF_STATUSES: Mapping[str, str] = {status: code for code, status in STATUSES.items()}
_CODES_OF_ROLES: Mapping[str, str] = {role: code for code, role in ROLES.items()}


@frozen
class Reporter:
    """Who reports an activity: its identifier, its name, and the dataset of what it says."""

    ref: str
    name: str
    dataset: str


def reporter_of(facts: Sequence[Fact], otherwise: Reporter | None) -> Reporter | None:
    """Who reports most of the profile of an activity, or else of its transactions; otherwise who is said to report."""
    for chosen in ([each for each in facts if isinstance(each.event, State)], facts):
        datasets = Counter(each.dataset for each in chosen if each.dataset and each.dataset.startswith(DATASETS))
        for dataset in sorted(datasets, key=lambda each: (-datasets[each], each)):
            ref = (as_stated(dataset) or "").removeprefix(DATASETS)
            if ref and " " not in ref:
                return Reporter(ref, _publisher(facts, dataset) or ref, dataset)
    return otherwise


def said_to_report(ref: str, organisations: Organisations, version: Version) -> Reporter:
    """The organisation that the user says reports what nobody else is known to report."""
    party = organisations.party(version.party(made("org", {"ref": ref}), ""))
    return Reporter(ref, ref if party is None else party.name, identifier(DATASETS + ref))


def _publisher(facts: Iterable[Fact], dataset: str) -> str | None:
    """The name of the publisher of a dataset, as it was known last."""
    for fact in sorted(facts, key=lambda each: (each.known_since, each.id), reverse=True):
        for source in fact.event.sources:
            if source.dataset == dataset and source.publisher and is_xml(source.publisher):
                return source.publisher
    return None


@frozen
class Profile:
    """What is written of an activity beside its transactions, of which one may lend it what IATI wants.

    If nobody states a date or a party, an activity has the day and the party of its first transaction, without saying
    what these are to it. So nothing is read of them again.
    """

    state: ProjectState
    reporter: Reporter
    organisations: Organisations
    version: Version
    first: Fact | None

    @property
    def reporting_party(self) -> str | None:
        """The slug of the organisation that reports."""
        return self.version.reporter(self._reporting_org(), "").slug

    def missing(self) -> str | None:
        """Why the activity cannot be written; None if it can."""
        reasons = {
            NO_IDENTIFIER: as_stated(self.state.project) is None,
            NO_REPORTER: self.version.reporter(self._reporting_org(), "").dataset != self.reporter.dataset,
            NO_DATE: not self._dates() and self._lent_date() is None,
            NO_PARTY: not list(self._participants()) and self._lent_party() is None,
        }
        return next((reason for reason, applies in reasons.items() if applies), None)

    def elements(self) -> Iterator[Element]:
        """The elements that stand before those of its transactions, in their order."""
        identified = as_stated(self.state.project) or ""
        title = self._title() or identified
        yield made("iati-identifier", text=identified)
        yield self._reporting_org()
        yield narrated("title", title)
        yield narrated("description", title)
        yield from [element for *_, element in self._participants()] or filter(None, [self._lent_party()])
        yield made("activity-status", {"code": self._status()})
        yield from self._dates() or filter(None, [self._lent_date()])

    def parents(self, facts: Iterable[Fact]) -> list[str]:
        """The activities that it is part of, by the facts of its profile; that of its state first."""
        [parent, *others] = self.state.parent
        first = [parent] if parent is not None and not others else []
        named = sorted(each for fact in facts for each in fact.overlaps if not is_record_id(each))
        known = dict.fromkeys([*first, *named])
        return [each for each in known if each != self.state.project and as_stated(each) is not None]

    def lacking(self) -> Iterator[str]:
        """What is not written of it, or stands there because IATI wants it."""
        stated = [name for name in DATES.values() if getattr(self.state, name) != (None,)]
        reasons = {
            OF_TRANSACTION: not self._dates(),
            BY_TRANSACTION: not list(self._participants()),
            VAGUE_PROFILE: len(self._dates()) < len(stated),
            NO_TITLE: self._title() is None,
            NO_STATUS: not self._status(),
            NO_TYPE: not self._reporting_org().get("type"),
        }
        return (reason for reason, applies in reasons.items() if applies)

    def left_out(self, facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
        """The facts of the profile that are not written, each after the reason."""
        participants = {(party, role) for party, role, _ in self._participants()}
        for fact in facts:
            if fact.kind == "participation" and fact.role not in _CODES_OF_ROLES:
                yield NO_ROLE, fact.id
            elif not self._is_so(fact, participants):
                yield NOT_SO, fact.id

    def _is_so(self, fact: Fact, participants: set[tuple[str, str]]) -> bool:
        """Whether the activity says what a fact of its profile says, but for dates that are vague."""
        if fact.kind == "status":
            return self.state.status == (fact.status,)
        if fact.kind == "participation":
            return not fact.left and (fact.party or "", fact.role or "") in participants
        stated = {name: getattr(fact.event, name) for name in PROFILE}
        return all(value is None or (value,) == getattr(self.state, name) for name, value in stated.items())

    def _reporting_org(self) -> Element:
        slug = self.version.party(made("org", {"ref": self.reporter.ref}), "")
        stated = {"ref": self.reporter.ref, "type": self.organisations.type_of(slug)}
        return made("reporting-org", stated, [made("narrative", text=self.reporter.name)])

    def _title(self) -> str | None:
        [title, *others] = self.state.title
        return title if title is not None and not others and title.strip() and is_xml(title) else None

    def _status(self) -> str:
        [status, *others] = self.state.status
        return "" if others or status is None else _CODES_OF_STATUSES[status]

    def _dates(self) -> list[Element]:
        found = []
        for code, name in DATES.items():
            values = getattr(self.state, name)
            day = day_of(values[0]) if len(values) == 1 else None
            if day is not None:
                found.append(made("activity-date", {"type": code, "iso-date": day}))
        return found

    def _lent_date(self) -> Element | None:
        day = None if self.first is None else day_of(self.first.date)
        return None if day is None else made("activity-date", {"type": "", "iso-date": day})

    def _lent_party(self) -> Element | None:
        first = self.first
        party = None if first is None else first.recipient if first.side == "receiver" else first.donor
        return None if party is None else self.organisations.element("participating-org", party, {"role": ""})

    def _participants(self) -> Iterator[tuple[str, str, Element]]:
        """The party, its role and its element, of each that surely takes part in a role that IATI has."""
        for part in self.state.parties:
            code = _CODES_OF_ROLES.get(part.role)
            if part.certain and code is not None:
                element = self.organisations.element("participating-org", part.party, {"role": code})
                if element is not None:
                    yield part.party, part.role, element
