"""How an amendment looks before it is recorded: what it says otherwise, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from aidtimeline.amending import Effects
from aidtimeline.codec import event_to_json, record_id
from aidtimeline.events import Amendment, Correction, Corroboration, Event, Retraction
from aidtimeline.log.flat import texts
from aidtimeline.log.shorthand import described
from aidtimeline.projections import LevelRow, ProjectState, ProjectTable
from aidtimeline.report.changes import ChangesLook
from aidtimeline.report.columns import Json
from aidtimeline.report.levels import LevelsLook, beyond, in_words
from aidtimeline.report.look import Line, Part
from aidtimeline.report.projects import ProjectsLook
from aidtimeline.report.words import NOTHING, cuts_in_words, possible
from aidtimeline.semantics.amendments import is_finding, is_repair
from aidtimeline.semantics.standing import Standing

INDENT = "  "


@frozen
class AmendmentShown:
    """An amendment of a record, as it stands, and its effects."""

    standing: Standing
    amendment: Amendment
    effects: Effects
    dry_run: bool

    def heading(self) -> list[str]:
        """What it amends, and whether it is a repair or news."""
        of, made = self.standing.record.id, self.amendment
        if isinstance(made, Corroboration):
            return [f"another account of {of}"]
        what = "found to be a duplicate" if is_finding(made) else "a repair" if is_repair(made) else "news"
        return [f"{made.kind} of {of}: {what}"]

    def page(self) -> Iterator[Part]:
        """What it says otherwise, and the sums, states and levels that change."""
        yield from (Line(INDENT, each) for each in self._says())
        view = self.effects.before
        yield ""
        yield f"what changes {cuts_in_words(view.as_of, view.known_at, None)}"
        for changes in (self.effects.counts, self.effects.money):
            yield from (Line(INDENT, each) for each in ChangesLook(changes).changed())
        yield from (Line(INDENT, each) for each in (*self._of_projects(), *self._of_levels()))
        if self.effects.nothing:
            yield Line(INDENT, "nothing")
        yield from (Line("", each) for each in self._remarks())

    def json(self) -> Json:
        """The draft of the amendment, its id, and the rows that differ, as a JSON object; see docs/json.md."""
        found, view = self.effects, self.effects.before
        return {
            "dry_run": self.dry_run,
            "id": record_id(self.amendment),
            "draft": event_to_json(self.amendment),
            "as_of": view.as_of.isoformat(),
            "counts": ChangesLook(found.counts).json(),
            "money": ChangesLook(found.money).json(),
            "projects": _both([ProjectsLook(each).json_rows() for each in found.projects]),
            "levels": _both([LevelsLook(each).json_rows() for each in found.levels]),
        }

    def is_as(self, other: AmendmentShown) -> bool:
        """Whether another page says the same."""
        return (self.standing, self.amendment, self.json()) == (other.standing, other.amendment, other.json())

    def _says(self) -> Iterator[str]:
        """The fields that it changes, or states, or what it withdraws."""
        made = self.amendment
        if isinstance(made, Correction):
            now = self.standing.repaired if is_repair(made) else self.standing.event
            before, after = (texts(event_to_json(_event(each))) for each in (now, made.event))
            for name in dict.fromkeys((*before, *after)):
                if name != "v" and before.get(name) != after.get(name):
                    yield f"{name}: {before.get(name, NOTHING)} → {after.get(name, NOTHING)}"
        else:
            yield described(event_to_json(_event(self.standing.event))) or ""
        if isinstance(made, Corroboration):
            stated = texts(event_to_json(made))
            yield from (f"{name}: {text}" for name, text in stated.items() if name not in ("kind", "v", "of"))
        elif made.reason is not None:
            yield f"reason: {made.reason}"
        if isinstance(made, Retraction) and made.duplicate_of is not None:
            yield f"the same fact as {made.duplicate_of}"

    def _remarks(self) -> Iterator[str]:
        """What else decides, if that is why nothing changes."""
        deciding = self.standing.deciding
        if deciding is None or is_finding(self.amendment) or isinstance(self.amendment, Corroboration):
            return
        if self.standing.retracted and isinstance(self.amendment, Correction):
            yield f"it was retracted, by {deciding.id}"
        if is_repair(self.amendment) and not is_repair(deciding.event):
            yield f"news of it decides, {deciding.id}: if that was written down wrongly, amend that"

    def _of_projects(self) -> Iterator[str]:
        before, after = ({row.project: (row, table) for row in table.rows} for table in self.effects.projects)
        for project in dict.fromkeys((*before, *after)):
            was, is_now = (_project(*each[project]) if project in each else {} for each in (before, after))
            for head in dict.fromkeys((*was, *is_now)):
                if was.get(head) != is_now.get(head):
                    yield f"{project}: {head}: {was.get(head, NOTHING)} → {is_now.get(head, NOTHING)}"

    def _of_levels(self) -> Iterator[str]:
        before, after = ({row.thing: row for row in table.rows} for table in self.effects.levels)
        for thing in dict.fromkeys((*before, *after)):
            was, is_now = (_level(each[thing]) if thing in each else NOTHING for each in (before, after))
            if was != is_now:
                yield f"{thing.words}: {was} → {is_now}"


def _event(said: Event | Amendment) -> Event | Amendment:
    """What is stated: of a correction, its event."""
    while isinstance(said, Correction):
        said = said.event
    return said


def _project(state: ProjectState, table: ProjectTable) -> Mapping[str, str]:
    """What is known of a project, by head; without what is not known."""
    found = {"title": [possible(state.title)], **ProjectsLook(table).texts(state)}
    return {head: "; ".join(filter(None, several)) for head, several in found.items() if any(several)}


def _level(row: LevelRow) -> str:
    return "; ".join((in_words(row), *beyond(row)))


def _both(rows: list[Any]) -> Json:
    return dict(zip(("from", "to"), rows, strict=True))
