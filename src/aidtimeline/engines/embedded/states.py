"""States from a store: the database finds the rows that may decide, and the reference folds their facts."""

from __future__ import annotations

from collections.abc import Collection

from aidtimeline.engines.embedded.asked import Asked, apart, one_of
from aidtimeline.engines.embedded.sums import summed
from aidtimeline.events import Announcement, Participation, Project, Status
from aidtimeline.projections import fold
from aidtimeline.projections.fields import SHARED, Selection
from aidtimeline.projections.states import Participations, ParticipationTable, ProjectStates, ProjectTable

LATEST = (Status.kind, Participation.kind)
"""The kinds of which the last report of the same project, party and role decides."""


def participation(asked: Asked, question: Participations) -> ParticipationTable:
    """Who has which role in which project."""
    handed_over = asked.handed_over(question.selection, shares=_shares(question.selection))
    deciding = asked.facts_of(_deciding(asked, question.selection, (Participation.kind,)))
    return question.finish(question.merge(fold(deciding, question), fold(handed_over, question)))


def projects(asked: Asked, question: ProjectStates) -> ProjectTable:
    """The state of each project."""
    states = question.states
    handed_over = list(asked.handed_over(question.selection, shares=_shares(question.selection)))
    kinds = (Status.kind, Project.kind, Participation.kind, Announcement.kind)
    deciding = fold(asked.facts_of(_deciding(asked, question.selection, kinds)), states)
    found = states.merge(deciding, fold(handed_over, states))
    found["named"] = found["named"].union(_named(asked, question.selection))
    sums = {name: each.finish(summed(asked, each, handed_over)) for name, each in question.sums.items()}
    return question.table({**states.finish(found), **sums})


def _shares(selection: Selection) -> bool:
    """Whether facts are chosen by places or sectors, which may be shared."""
    return any(condition.name in SHARED for condition in selection.where)


def _kinds(asked: Asked, kinds: Collection[str]) -> str:
    numbers = asked.store.numbers("kind")
    return one_of("kind", [numbers[kind] for kind in kinds if kind in numbers])


def _surely(asked: Asked, selection: Selection) -> str:
    """The condition that a row is surely of a fact that is asked for, and that the row says all of it."""
    return f"{asked.holds} AND {asked.selected(selection)} AND NOT {apart(_shares(selection))}"


def _named(asked: Asked, selection: Selection) -> set[str]:
    """The projects that rows name."""
    texts = asked.store.texts("project")
    query = f"SELECT DISTINCT project FROM facts WHERE project <> 0 AND {_surely(asked, selection)}"
    return {str(texts[number]) for (number,) in asked.store.rows(query)}


def _deciding(asked: Asked, selection: Selection, kinds: Collection[str]) -> str:
    """The condition that a row of these kinds is asked for, and may decide a state.

    It does not if its last day lies before the first day of another that surely counts and states the same thing.
    """
    day = asked.cuts.as_of.toordinal()
    outdated = f"""
        SELECT file, "offset" FROM (
            SELECT file, "offset", latest,
                max(since) FILTER (certain <= {day}) OVER (PARTITION BY kind, project, party, role) AS least
            FROM facts WHERE component = 0 AND {_kinds(asked, LATEST)} AND {_surely(asked, selection)}
        ) WHERE latest < least
    """
    return f'{_kinds(asked, kinds)} AND {asked.selected(selection)} AND (file, "offset") NOT IN ({outdated})'
