"""Activities and transactions of a log as a file of IATI 2.03 (https://iatistandard.org/en/iati-standard/203/).

What is believed at the cuts of a view is written, and no history: corrections are in it, and what was taken back is
not. Each project is an activity. What IATI cannot say is left out, and listed by reason; nothing vague becomes exact.

The facts of so many projects at a time are in memory as `AT_ONCE` says, and all that may be of the same money as any,
where the engine can narrow a view: the embedded one can, the fold has all records in memory anyway. Beside them are
held the names of all projects, what projects say of their parts, and the ids that the report lists.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from uuid import uuid4

from attrs import define, field, frozen

from aidtimeline.errors import InvalidValue, UsageError
from aidtimeline.events import State
from aidtimeline.formats.iati.activity import Version
from aidtimeline.formats.iati.describing import said_to_report
from aidtimeline.formats.iati.elements import lines_of
from aidtimeline.formats.iati.families import Families
from aidtimeline.formats.iati.organisations import Organisations
from aidtimeline.formats.iati.sayable import CANCELLED, NO_PROJECT, why_not
from aidtimeline.formats.iati.telling import NO_PARENT_TOLD, Teller, Told
from aidtimeline.formats.iati.values import as_stated, is_xml
from aidtimeline.formats.reading.files import File
from aidtimeline.formats.reading.xml import Element
from aidtimeline.log.disk import as_log_error
from aidtimeline.projections import Facts, ProjectStates, ProjectTable
from aidtimeline.projections.fields import Selection, Where, select
from aidtimeline.projections.states import PROFILE, ProjectState
from aidtimeline.semantics import Fact
from aidtimeline.timeline import View

AT_ONCE = 10_000
"""The facts of so many projects are in memory at a time. Narrowing a view takes long where many overlap with others."""

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">'
FOOT = "</iati-activities>"
_LANGUAGE = re.compile("[a-z]{2}")


@define
class Exported:
    """What was written: how many activities and transactions, of so many facts that were asked for.

    `left_out` has the ids of the facts that were not written, by reason. `without` has those that were written without
    something that they state, or with what IATI wants and nobody states; of what is the same for a whole activity, it
    has the project.
    """

    activities: int = 0
    transactions: int = 0
    facts: int = 0
    left_out: dict[str, list[str]] = field(factory=dict)
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
    _free(path, force)
    made = path.with_name(f".{path.name}.{uuid4().hex}")
    with as_log_error(path):
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
        try:
            with made.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(f"{text}\n" for text in texts)
            if exported.activities:
                _free(path, force)
                os.replace(made, path)
        finally:
            with contextlib.suppress(OSError):
                made.unlink(missing_ok=True)
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


def _free(path: Path, force: bool) -> None:
    if os.path.lexists(path) and (not force or path.is_dir()):
        raise UsageError(f"{path} is there already" + ("" if path.is_dir() else ": --force replaces it"))


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
        named, told_by_parents = self._named_by_parents()
        for project, facts, state, reduced in self._by_project():
            chosen = {each.id for each in facts if each in self.selection}
            self.exported.facts += len(chosen)
            said = []
            for fact in facts:
                if fact.id in told_by_parents or not (fact.id in chosen or isinstance(fact.event, State)):
                    continue
                reason = CANCELLED if fact.id in reduced else why_not(fact)
                if reason is None:
                    said.append(fact)
                elif fact.id in chosen:
                    self.exported.leave_out(reason, fact.id)
            if any(each.id in chosen for each in said):
                funders = frozenset(each.counterpart for each in facts if each.side == "receiver" and each.counterpart)
                told = teller.tell(said, state, sorted(named.get(project, ())), funders)
                self._note(told, chosen)
                parents.clear()
                if told.element is not None:
                    named.pop(project, None)
                    yield told.element
        for several in named.values():
            if ids := list(chain.from_iterable(several.values())):
                self.exported.leave_out(NO_PARENT_TOLD, *ids)

    def _note(self, told: Told, chosen: set[str]) -> None:
        """What became of the facts of an activity that are asked for."""
        if told.element is not None:
            self.exported.activities += 1
            self.exported.transactions += told.transactions
        for reason, id_ in told.left_out:
            if id_ in chosen:
                self.exported.leave_out(reason, id_)
        for reason, each in told.without:
            self.exported.without.setdefault(reason, []).append(each)

    def _named_by_parents(self) -> tuple[dict[str, dict[str, list[str]]], set[str]]:
        """Of each activity the parts that it alone names, each with the facts that say so and are asked for; and all.

        Such a part says nothing of itself: neither a title nor a date. The facts are given by their ids.
        """
        of_projects = select("project", None, self.view.vocabulary)
        facts = [each for each in self.view.narrowed(of_projects).facts if each.kind == "project"]
        tells_itself = {
            fact.project
            for fact in facts
            if any(getattr(fact.event, name) is not None for name in PROFILE if name != "parent")
        }
        found: dict[str, dict[str, list[str]]] = defaultdict(dict)
        all_of_them: set[str] = set()
        for fact in facts:
            child, parent = fact.project, fact.parent
            if child is None or parent is None or child in tells_itself or as_stated(child) is None:
                continue
            if why_not(fact) is None:
                all_of_them.add(fact.id)
                found[parent].setdefault(child, []).extend([fact.id] if fact in self.selection else [])
        return found, all_of_them

    def _by_project(self) -> Iterator[tuple[str, list[Fact], ProjectState, frozenset[str]]]:
        """Each project, its facts, its state, and the promises of which a part is cancelled."""
        self._leave_out_of_no_project()
        projects = sorted(self._projects())
        whole = self.view.narrowed(self.selection).engine is self.view.engine
        waiting = iter(projects)
        while several := list(islice(waiting, len(projects) if whole else AT_ONCE)):
            yield from self._of(several)

    def _leave_out_of_no_project(self) -> None:
        near = self.view.narrowed(select(None, {"project": None}, self.view.vocabulary))
        for fact in near.facts:
            if fact.project is None and fact in self.selection:
                self.exported.facts += 1
                self.exported.leave_out(why_not(fact) or NO_PROJECT, fact.id)

    def _projects(self) -> Iterable[str]:
        """The projects that may have facts that are asked for."""
        if not self.selection.where:
            return self.view.known.values("project")
        near = self.view.narrowed(self.selection)
        return {each.project for each in near.facts if each.project is not None and each in self.selection}

    def _of(self, projects: Sequence[str]) -> Iterator[tuple[str, list[Fact], ProjectState, frozenset[str]]]:
        """The same, of some projects."""
        near = self.view.narrowed(select(None, {"project": projects}, self.view.vocabulary))
        states = _states(near)
        facts = _grouped(near.facts)
        reduced = frozenset(
            promise.id for each in near.facts if each.takes_off is not None for promise in each.takes_off.promises
        )
        for project in projects:
            if project in facts:
                yield project, facts[project], states[project], reduced


def _states(view: View) -> ProjectTable:
    """The states of the projects of a view. Nobody asks for their sums here, so these are empty."""
    question = ProjectStates(vocabulary=view.vocabulary)
    sums = {name: each.finish(each.initial()) for name, each in question.sums.items()}
    return question.table({**view.replay(question.states), **sums})


def _grouped(facts: Iterable[Fact]) -> dict[str | None, list[Fact]]:
    found: dict[str | None, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.project].append(fact)
    return found
