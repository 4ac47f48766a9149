"""An activity as an element, of the facts of a project. The reverse of reading.

What is written is read again, by the same code as files are. A transaction, a plan or a value of an indicator of which
something else is read is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define, field, frozen

from aidtimeline.events import State
from aidtimeline.formats.iati import lacking, linking
from aidtimeline.formats.iati.activity import DATASETS, Activity, Version
from aidtimeline.formats.iati.describing import NO_REPORTER, Profile, Reporter, reporter_of
from aidtimeline.formats.iati.elements import made
from aidtimeline.formats.iati.families import CHILD, PARENT, THIRD_PARTY, may_be_part_of
from aidtimeline.formats.iati.measuring import results
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.planning import Planning
from aidtimeline.formats.iati.plans import PLANS
from aidtimeline.formats.iati.rereading import observed_otherwise, read_otherwise
from aidtimeline.formats.iati.sayable import BY_OTHERS, OTHERWISE, is_plan
from aidtimeline.formats.iati.sharing import PURPOSES, Written, written
from aidtimeline.formats.iati.stating import Stating, flag, ordinal
from aidtimeline.formats.iati.values import LANGUAGE, as_stated, identifier
from aidtimeline.formats.reading.xml import Element
from aidtimeline.projections.states import ProjectState
from aidtimeline.semantics import Fact
from aidtimeline.values.dates import format_instant, in_utc

NO_PARENT_TOLD = "a part of an activity that is not written"

LOWER = "2"
"""The level of an activity that may be part of one above it: the log does not know of which lower level it is."""


@define
class Told:
    """What became of the facts of an activity: its element, if it is written, and what is not, each with its reason."""

    element: Element | None = None
    transactions: int = 0
    plans: int = 0
    results: int = 0
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
        self,
        facts: Sequence[Fact],
        state: ProjectState,
        children: Sequence[str],
        funders: frozenset[str],
        together: Sequence[frozenset[str]] = (),
    ) -> Told:
        """The activity of a project, given its facts that can be said, its state, and parts that it alone names.

        `funders` are the activities that its incoming funds come from, whether these can be said or not. Facts that
        stand `together`, by their ids, are all written or none is: a promise, and what is cancelled of it.
        """
        reporter = reporter_of(facts, self.otherwise)
        if reporter is None:
            return Told(left_out=[(NO_REPORTER, each.id) for each in facts])
        states = [each for each in facts if isinstance(each.event, State)]
        others = [each for each in facts if not isinstance(each.event, State)]
        foreign = _with_theirs({each.id for each in others if not self._is_told_by(reporter, each)}, together)
        own = [each for each in others if each.id not in foreign]
        money = (each for each in own if each.kind != "observation")
        profile = Profile(state, reporter, self.organisations, self.version, next(money, None))
        missing = profile.missing()
        if missing is not None:
            return Told(left_out=[(missing, each.id) for each in facts])
        told = Told(left_out=[(BY_OTHERS, each.id) for each in others if each.id in foreign])
        parents = profile.parents(states)
        self.parents[state.project] = frozenset(parents)
        _Telling(self, profile, told, states, parents, children, funders, together).tell(own)
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
    together: Sequence[frozenset[str]]

    @property
    def project(self) -> str:
        """The slug of the activity."""
        return self.profile.state.project

    def tell(self, own: Sequence[Fact]) -> None:
        """Write the activity. Facts of which something else would be read are left out, until there are none."""
        told, otherwise = self.told, set[str]()
        while True:
            facts = [each for each in own if each.id not in otherwise]
            money = [each for each in facts if each.kind != "observation"]
            observed = sorted((each for each in facts if each.kind == "observation"), key=ordinal)
            purposes = written([_purposes(each) for each in money])
            known = max(each.known_since for each in [*self.states, *facts]).replace(microsecond=0)
            element = self._element(money, purposes, observed, known)
            activity = Activity(self.teller.version, self.project, element)
            found = read_otherwise(activity, money, purposes) | observed_otherwise(activity, observed, known)
            if not found:
                break
            otherwise |= _with_theirs(found, self.together)
        told.left_out += [(OTHERWISE, each.id) for each in own if each.id in otherwise]
        told.left_out += self.profile.left_out(self.states)
        told.element, told.transactions = element, len(money)
        told.plans = sum(map(is_plan, observed))
        told.results = len(observed) - told.plans
        self._note_lacking(element, money, purposes, observed)

    def _note_lacking(
        self, element: Element, money: Sequence[Fact], purposes: Written, observed: Sequence[Fact]
    ) -> None:
        """What the activity is written without."""
        without = [(reason, self.project) for reason in (*self.profile.lacking(), *lacking.of_activity(element))]
        for fact, said in zip(money, purposes.said, strict=True):
            without += [(reason, fact.id) for reason in lacking.of_transaction(fact, said)]
        for fact in observed:
            without += [(reason, fact.id) for reason in lacking.of_level(fact)]
        linked = [*self._documented(), *(each for each in observed if not is_plan(each))]
        self.told.without += [*without, *linking.lacking(linked)]

    def _documented(self) -> Sequence[Fact]:
        return [each for each in self.states if each.kind == "project"]

    def _element(self, money: Sequence[Fact], purposes: Written, observed: Sequence[Fact], known: datetime) -> Element:
        hierarchy, others = self._overlapping(money)
        related = {PARENT: self.parents, CHILD: self.children, THIRD_PARTY: others}
        stated = {
            "last-updated-datetime": format_instant(known),
            LANGUAGE: self.teller.language,
            "humanitarian": flag(purposes.humanitarian),
            "hierarchy": hierarchy,
        }
        own = zip(money, purposes.transactions, strict=True)
        stating = Stating(self.teller.organisations, self.project, self.profile.reporting_party)
        planning = Planning(self.teller.organisations, self.profile.reporting_party)
        plans = [each for each in observed if is_plan(each)]
        levels = [each for each in observed if not is_plan(each)]
        return made(
            "iati-activity",
            stated,
            [
                *self.profile.elements(),
                *sorted(purposes.activity, key=lambda each: _OF_ACTIVITY.index(each.tag)),
                *(planning.element(each) for tag in PLANS for each in plans if each.indicator == tag),
                *(stating.element(fact, *purpose) for fact, purpose in own),
                *linking.documents(self._documented()),
                *(
                    made("related-activity", {"type": type_, "ref": as_stated(each)})
                    for type_, several in related.items()
                    for each in several
                ),
                *results(levels, in_utc(known).date()),
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


def _with_theirs(ids: set[str], together: Sequence[frozenset[str]]) -> set[str]:
    """Facts by their ids, and those that stand together with any of them."""
    return ids.union(*(each for each in together if not each.isdisjoint(ids)))


def _purposes(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in PURPOSES}


#: The order in which the elements of an activity stand that say what its money is for (IATI 2.03).
_OF_ACTIVITY = (
    *("recipient-country", "recipient-region", "sector", "humanitarian-scope"),
    *("default-aid-type", "default-tied-status"),
)
