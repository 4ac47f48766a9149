"""How the overview of a day looks: what was delivered, the money, and the projects with their state."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from aidtimeline.events import Source
from aidtimeline.projections import ProjectTable, Table
from aidtimeline.report.columns import Json
from aidtimeline.report.frame import Frame
from aidtimeline.report.look import Part
from aidtimeline.report.projects import ProjectsLook
from aidtimeline.report.sums import SumsLook
from aidtimeline.report.unknown import unknown_values
from aidtimeline.report.words import narrowed


@frozen
class Overview:
    """The overview of a view: its counts, money and projects. `name` is that of the log."""

    name: str
    delivered: Table
    money: Table
    projects: ProjectTable

    def heading(self) -> list[str]:
        """The name of the log, and the cuts of the view."""
        where = narrowed(self.delivered.question.selection.where)
        return [f"aid as recorded in {self.name}{where}", *SumsLook(self.delivered).heading()[1:]]

    def page(self) -> Iterator[Part]:
        """Three tables, after what is asked for that nobody knows; that alone if all of them are empty."""
        unknown = [f"{each} in this log" for each in unknown_values(self.delivered)]
        if unknown and not (self.delivered.rows or self.money.rows or self.projects.rows):
            yield f"Nothing: {', '.join(unknown)}."
            return
        yield from unknown
        yield "Delivered"
        yield from SumsLook(self.delivered).page()
        yield from ("", "Money")
        yield from SumsLook(self.money).page()
        yield from ("", "Projects")
        yield from ProjectsLook(self.projects).overview()

    def frames(self) -> list[Frame]:
        """A table of each: deliveries, money and projects."""
        looks = {"delivered": SumsLook(self.delivered), "money": SumsLook(self.money)}
        sums = (evolve(frame, name=name) for name, look in looks.items() for frame in look.frames())
        return [*sums, *ProjectsLook(self.projects).frames()]

    def sources(self) -> Iterator[Source]:
        """Who reports the sums."""
        for table in (self.delivered, self.money):
            yield from SumsLook(table).sources()

    def json(self) -> Json:
        """The counts as a JSON object, with the rows of money and projects beside theirs."""
        others = {"money": SumsLook(self.money).json_rows(), "projects": ProjectsLook(self.projects).json_rows()}
        return {**SumsLook(self.delivered).json(), **others}
