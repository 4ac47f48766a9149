"""Activities and transactions of a log as a file of IATI 2.03 (https://iatistandard.org/en/iati-standard/203/).

What is believed at the cuts of a view is written, and no history: corrections are in it, and what was taken back is
not. Each project is an activity. What IATI cannot say is left out, and listed by reason; nothing vague becomes exact.

The facts of so many projects at a time are in memory as `gathering.AT_ONCE` says, and all that may be of the same money
as any, where the engine can narrow a view: the embedded one can, the fold has all records in memory anyway. Beside them
are held the names of all projects, what projects say of their parts, and the ids that the report lists.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from attrs import define, field, frozen

from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.events import State
from aidtimeline.formats.iati.activity import Version
from aidtimeline.formats.iati.describing import said_to_report
from aidtimeline.formats.iati.elements import lines_of
from aidtimeline.formats.iati.families import Families
from aidtimeline.formats.iati.gathering import Gathered, Gathering
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.sayable import CANCELLED, NO_PROJECT, why_not
from aidtimeline.formats.iati.telling import NO_PARENT_TOLD, Teller, Told
from aidtimeline.formats.iati.values import is_xml
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.xml import Element
from aidtimeline.log.disk import as_log_error
from aidtimeline.log.whole import made_whole
from aidtimeline.projections import Facts
from aidtimeline.projections.fields import Selection, Where
from aidtimeline.semantics import Fact
from aidtimeline.timeline import View

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">'
FOOT = "</iati-activities>"
_LANGUAGE = re.compile("[a-z]{2}")


@define
class Exported:
    """What was written: how many activities, with how many transactions, plans and results, of the facts asked for.

    `plans` are budgets and planned disbursements, `results` values of indicators, also their baselines and targets.

    `left_out` has the ids of the facts that were not written, by reason. `without` has those that were written without
    something that they state, or with what IATI wants and nobody states; of what is the same for a whole activity, it
    has the project. `taken_back` are retractions of what was asked for: what they take back is not there, and IATI has
    no word for that.
    """

    activities: int = 0
    transactions: int = 0
    plans: int = 0
    results: int = 0
    facts: int = 0
    left_out: dict[str, list[str]] = field(factory=dict)
    taken_back: list[str] = field(factory=list)
    without: dict[str, list[str]] = field(factory=dict)

    def leave_out(self, reason: str, *ids: str) -> None:
        """Note facts that are not written."""
        self.left_out.setdefault(reason, []).extend(ids)


def export_iati(
    view: View,
    path: str | os.PathLike[str],
    *,
    where: Where | None = None,
    reporting_org: str | None = None,
    language: str | None = None,
    force: bool = False,
) -> Exported:
    """Write activities and transactions of a view to a file of IATI 2.03, and say what was left out.

    Args:
        view: What is believed at its cuts is written.
        path: The file. It is there whole, or not at all: also if there is no activity to be written.
        where: Which facts, as in `View.facts_table`. The profile of an activity is written as a whole.
        reporting_org: The identifier of the organisation that reports what the log does not say who reports.
        language: The language of the texts as ISO 639-1 names it ("en"), which IATI asks for. None: it is not stated.
        force: Replace a file that is there.

    Raises `UsageError` for an unknown field, for what is no identifier or language, and for a file that is there,
    `MisspeltValue` as `View.check` does, and `LogError` if the file cannot be written.

    >>> from aidtimeline import EventLog, Disbursement, Participation, Project, Source, Status, Timeline
    >>> log = EventLog(getfixture("tmp_path") / "log")
    >>> report = Source(publisher="An agency", published="2023-03-01", dataset="iati/XM-DAC-701-8")
    >>> road = {"project": "XM-DAC-701-8-77", "sources": report}
    >>> _ = log.append([
    ...     Project(date="2023-01-10", title="A road", actual_start="2023-01-10", **road),
    ...     Status(date="2023-01-10", status="implementation", **road),
    ...     Participation(date="2023-01-10", party="XM-DAC-701-8", role="funding", **road),
    ...     Disbursement(date="2023-02-01", value="USD 100", donor="XM-DAC-701-8", **road),
    ...     Disbursement(date="2023-02", value="USD 200", donor="XM-DAC-701-8", **road),
    ... ])
    >>> view = Timeline.open(log.folder).as_of("2023-12-31")
    >>> found = export_iati(view, getfixture("tmp_path") / "road.xml")
    >>> found.activities, found.transactions, *found.left_out
    (1, 1, 'of a vague date: IATI has days only')
    """
    path, exported = Path(path), Exported()
    texts = iati_texts(view, exported, where=where, reporting_org=reporting_org, language=language)
    with as_log_error(path), made_whole(path, force=force) as made:
        with made.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{text}\n" for text in texts)
        if not exported.activities:
            made.unlink()
    return exported


def iati_texts(
    view: View,
    exported: Exported,
    *,
    where: Where | None = None,
    reporting_org: str | None = None,
    language: str | None = None,
) -> Iterator[str]:
    """The file in parts of whole lines, without their last line end; what becomes of facts is told to `exported`.

    No part is given if there is no activity to be written. Raises as `export_iati` does, before the first part.
    """
    asked = Facts(where=where, vocabulary=view.vocabulary)
    view.check(asked)
    if reporting_org is not None and (not is_xml(reporting_org) or reporting_org.split() != [reporting_org]):
        expected = "the identifier of an organisation, such as XM-DAC-701-8"
        raise UsageError(f"reporting_org: {InvalidValue(reporting_org, expected)}")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise UsageError(f"language: {InvalidValue(language, 'a language of ISO 639-1, such as en')}")
    return _texts(_Export(view, asked.selection, exported, reporting_org, language))


def _texts(export: _Export) -> Iterator[str]:
    for element in export.activities():
        if export.exported.activities == 1:
            yield HEAD
        yield "\n".join(lines_of(element, 1))
    if export.exported.activities:
        yield FOOT


@frozen
class _Export:
    """Which facts of a view are asked for, and the report on what becomes of them."""

    view: View
    selection: Selection
    exported: Exported
    reporting_org: str | None
    language: str | None

    def activities(self) -> Iterator[Element]:
        """The activities that can be written, ordered by project."""
        parents: dict[str, frozenset[str]] = {}
        version = Version(
            File(path=Path("activities.xml"), vocabulary=self.view.vocabulary), None, Families(parents=parents)
        )
        organisations = Organisations(self.view.vocabulary, version)
        ref = self.reporting_org
        otherwise = None if ref is None else said_to_report(ref, organisations, version)
        teller = Teller(organisations, version, parents, otherwise, self.language)
        gathering = Gathering(self.view, self.selection)
        self._leave_out_of_no_project(gathering)
        self.exported.taken_back += gathering.taken_back()
        named, told_by_parents = gathering.named_by_parents()
        for each in gathering.by_project():
            chosen = {fact.id for fact in each.facts if fact in self.selection}
            self.exported.facts += len(chosen)
            said = self._said(each, chosen, told_by_parents)
            if any(fact.id in chosen for fact in said):
                told = teller.tell(said, each.state, sorted(named.get(each.project, ())), each.funders, each.together)
                self._note(told, chosen)
                parents.clear()
                if told.element is not None:
                    named.pop(each.project, None)
                    yield told.element
        for several in named.values():
            if ids := list(chain.from_iterable(several.values())):
                self.exported.leave_out(NO_PARENT_TOLD, *ids)

    def _leave_out_of_no_project(self, gathering: Gathering) -> None:
        for fact in gathering.of_no_project():
            self.exported.facts += 1
            self.exported.leave_out(why_not(fact) or NO_PROJECT, fact.id)

    def _said(self, gathered: Gathered, chosen: set[str], told_by_parents: set[str]) -> list[Fact]:
        """The facts of a project that can be said, as far as they are asked for; its profile is written as a whole."""
        reduced = gathered.reduced
        reasons = {each.id: CANCELLED if each.id in reduced.unsaid else why_not(each) for each in gathered.facts}
        promises = (each for each in reduced.parts if each in chosen and reasons[each] is None)
        parts = {part.id for each in promises for part in reduced.parts[each]}
        said = []
        for fact in gathered.facts:
            if fact.id in told_by_parents or not (fact.id in chosen or isinstance(fact.event, State)):
                continue
            reason = reasons[fact.id]
            if reason is None:
                said += [fact, *reduced.parts.get(fact.id, ())]
            elif fact.id in chosen and fact.id not in parts:
                self.exported.leave_out(reason, fact.id)
        return said

    def _note(self, told: Told, chosen: set[str]) -> None:
        """What became of the facts of an activity that are asked for."""
        if told.element is not None:
            self.exported.activities += 1
            self.exported.transactions += told.transactions
            self.exported.plans += told.plans
            self.exported.results += told.results
        for reason, id_ in told.left_out:
            if id_ in chosen:
                self.exported.leave_out(reason, id_)
        for reason, each in told.without:
            self.exported.without.setdefault(reason, []).append(each)
