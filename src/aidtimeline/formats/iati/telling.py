"""An activity as an element, of the facts of a project. The reverse of reading.

What is written is read again, by the same code as files are. A transaction of which something else is read is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from aidtimeline.events import State
from aidtimeline.formats.iati.activity import DATASETS, Activity, Version
from aidtimeline.formats.iati.describing import NO_REPORTER, Profile, Reporter, reporter_of
from aidtimeline.formats.iati.elements import made
from aidtimeline.formats.iati.families import CHILD, PARENT, THIRD_PARTY, may_be_part_of
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.sayable import (
    BARE_SHARES,
    BY_OTHERS,
    NO_VALUE_DATE,
    NOTE,
    OTHERWISE,
    PURPOSE,
    day_of,
    left_out_of,
)
from aidtimeline.formats.iati.sharing import PURPOSES, Written, is_bare, lacks_type, written
from aidtimeline.formats.iati.stating import Stating, flag
from aidtimeline.formats.iati.transactions import transactions
from aidtimeline.formats.iati.values import LANGUAGE, as_stated, identifier, is_xml
from aidtimeline.formats.reading.xml import Element
from aidtimeline.formats.readings import Entry, Skipped
from aidtimeline.projections.states import ProjectState
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import format_instant

NO_SCOPE_TYPE = "the type or list of a plan or emergency that nobody states: it is empty, since IATI wants one"

NO_PARENT_TOLD = "a part of an activity that is not written"

LOWER = "2"
"""The level of an activity that may be part of one above it: the log does not know of which lower level it is."""


@define
class Told:
    """What became of the facts of an activity: its element, if it is written, and what is not, each with its reason."""

    element: Element | None = None
    transactions: int = 0
    left_out: list[tuple[str, str]] = field(factory=list)
    without: list[tuple[str, str]] = field(factory=list)


@frozen
class Teller:
    """Tells of activities, such that a version reads the same of them.

    `otherwise` is who reports what nobody else is known to report, and `language` that of all texts. `parents` are
    those that the version knows: each activity adds its own before it is read.
    """

    organisations: Organisations
    version: Version
    parents: dict[str, frozenset[str]]
    otherwise: Reporter | None = None
    language: str | None = None

    def tell(
        self, facts: Sequence[Fact], state: ProjectState, children: Sequence[str], funders: frozenset[str]
    ) -> Told:
        """The activity of a project, given its facts that can be said, its state, and parts that it alone names.

        `funders` are the activities that its incoming funds come from, whether these can be said or not.
        """
        reporter = reporter_of(facts, self.otherwise)
        if reporter is None:
            return Told(left_out=[(NO_REPORTER, each.id) for each in facts])
        states = [each for each in facts if isinstance(each.event, State)]
        money = [each for each in facts if not isinstance(each.event, State)]
        own = [each for each in money if self._is_told_by(reporter, each)]
        profile = Profile(state, reporter, self.organisations, self.version, next(iter(own), None))
        missing = profile.missing()
        if missing is not None:
            return Told(left_out=[(missing, each.id) for each in facts])
        told = Told(left_out=[(BY_OTHERS, each.id) for each in money if not self._is_told_by(reporter, each)])
        parents = profile.parents(states)
        self.parents[state.project] = frozenset(parents)
        _Telling(self, profile, told, states, parents, children, funders).tell(own)
        return told

    def _is_told_by(self, reporter: Reporter, fact: Fact) -> bool:
        dataset = fact.dataset
        if dataset is not None and dataset.startswith(DATASETS):
            return dataset == reporter.dataset
        return self.otherwise is not None and self.otherwise.dataset == reporter.dataset


@frozen
class _Telling:
    """An activity while it is told: its profile with the facts of it, and the activities that it has to do with."""

    teller: Teller
    profile: Profile
    told: Told
    states: Sequence[Fact]
    parents: Sequence[str]
    children: Sequence[str]
    funders: frozenset[str]

    @property
    def project(self) -> str:
        """The slug of the activity."""
        return self.profile.state.project

    def tell(self, money: Sequence[Fact]) -> None:
        """Write the activity. Facts of which something else would be read are left out, until there are none."""
        told, otherwise = self.told, set[str]()
        while True:
            facts = [each for each in money if each.id not in otherwise]
            purposes = written([_purposes(each) for each in facts])
            element = self._element(facts, purposes)
            found = self._read_otherwise(element, facts, purposes)
            if not found:
                break
            otherwise |= found
        told.left_out += [(OTHERWISE, each.id) for each in money if each.id in otherwise]
        told.left_out += self.profile.left_out(self.states)
        told.element, told.transactions = element, len(facts)
        lacking = [*self.profile.lacking(), *[NO_SCOPE_TYPE] * lacks_type(purposes.activity)]
        told.without += [(reason, self.project) for reason in lacking]
        for fact, said in zip(facts, purposes.said, strict=True):
            told.without += [(reason, fact.id) for reason in _without(fact, said)]

    def _element(self, facts: Sequence[Fact], purposes: Written) -> Element:
        hierarchy, others = self._overlapping(facts)
        known = max(each.known_since for each in [*self.states, *facts])
        related = {PARENT: self.parents, CHILD: self.children, THIRD_PARTY: others}
        stated = {
            "last-updated-datetime": format_instant(known.replace(microsecond=0)),
            LANGUAGE: self.teller.language,
            "humanitarian": flag(purposes.humanitarian),
            "hierarchy": hierarchy,
        }
        own = zip(facts, purposes.transactions, strict=True)
        stating = Stating(self.teller.organisations, self.project, self.profile.reporting_party)
        return made(
            "iati-activity",
            stated,
            [
                *self.profile.elements(),
                *sorted(purposes.activity, key=lambda each: _OF_ACTIVITY.index(each.tag)),
                *(stating.element(fact, *purpose) for fact, purpose in own),
                *(
                    made("related-activity", {"type": type_, "ref": as_stated(each)})
                    for type_, several in related.items()
                    for each in several
                ),
            ],
        )

    def _overlapping(self, facts: Sequence[Fact]) -> tuple[str | None, list[str]]:
        """The level of an activity, and others that may tell of the same, by which the overlaps of all facts are read.

        A fact that overlaps with less is then read with more: sums are bounds where they were exact. Those with funders
        are read of incoming funds, or not at all: a funder is no other report on the same activity.
        """
        rest = {other for each in facts for other in each.overlaps} - set(self.parents) - self.funders
        reporter = identifier(self.profile.reporter.ref)
        wider = set() if self.parents else set(may_be_part_of(self.project, reporter, LOWER))
        hierarchy = LOWER if wider and wider <= rest else None
        others = rest - wider if hierarchy else rest
        return hierarchy, sorted(each for each in others if as_stated(each) is not None)

    def _read_otherwise(self, element: Element, facts: Sequence[Fact], purposes: Written) -> set[str]:
        """The facts of which something else is read, or nothing."""
        activity = Activity(self.teller.version, self.project, element)
        read = [each for each in transactions(activity) if isinstance(each, Entry | Skipped)]
        return {
            fact.id
            for fact, said, each in zip(facts, purposes.said, read, strict=True)
            if isinstance(each, Skipped) or not _is_same(fact, said, each.event)
        }


def _purposes(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in PURPOSES}


def _without(fact: Fact, said: Mapping[str, Any]) -> list[str]:
    """What a transaction is written without, or with though nobody states it."""
    reasons = {
        NO_VALUE_DATE: fact.value_date is None,
        PURPOSE: any(value is not None and said.get(name) is None for name, value in _purposes(fact).items()),
        BARE_SHARES: any(is_bare(said.get(name), name) for name in PURPOSES),
        NOTE: fact.event.note is not None and not is_xml(fact.event.note),
    }
    return [*left_out_of(fact), *(reason for reason, applies in reasons.items() if applies)]


_SAME = ("kind", "project", "donor", "recipient", "counterpart")


def _is_same(fact: Fact, said: Mapping[str, Any], event: Any) -> bool:
    """Whether an event that is read says what a fact does, and for its purposes what is said of them.

    It may overlap with more: with a parent of which only the profile speaks. Its sums are then bounds where they were
    exact, and never exact where they were bounds.
    """
    return (
        all(getattr(event, name) == getattr(fact, name) for name in _SAME)
        and event.side == (fact.side or "provider")
        and event.value == fact.value
        and day_of(event.date) == day_of(fact.date)
        and day_of(event.value_date) == (day_of(fact.value_date) or day_of(fact.date))
        and all(getattr(event, name) == said.get(name) for name in PURPOSES)
        and set(event.overlaps) >= set(fact.overlaps)
    )


#: The order in which the elements of an activity stand that say what its money is for (IATI 2.03).
_OF_ACTIVITY = (
    *("recipient-country", "recipient-region", "sector", "humanitarian-scope"),
    *("default-aid-type", "default-tied-status"),
)
