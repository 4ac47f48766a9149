"""How the problems of a log look, and what a code means."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import asdict, frozen

from aidtimeline.checks.codes import Code
from aidtimeline.errors import Problem
from aidtimeline.report.columns import COUNT, TEXT, Column, Json, json_row
from aidtimeline.report.look import Line, Part

COLUMNS = (
    Column("file", TEXT),
    Column("line", COUNT),
    Column("severity", TEXT),
    Column("code", TEXT),
    Column("path", TEXT),
    Column("message", TEXT),
    Column("event_id", TEXT),
    Column("hint", TEXT),
)
"""The columns of a problem: where it is, how bad, and what it is."""


@frozen
class Problems:
    """The problems of a log; `records` is how many records the log has."""

    problems: tuple[Problem, ...]
    records: int

    def heading(self) -> list[str]:
        """No heading: each problem names its file."""
        return []

    def page(self) -> Iterator[Part]:
        """A line for each problem."""
        if not self.problems:
            yield f"no problems in {self.records} records"
        yield from map(str, self.problems)

    def json(self) -> Json:
        """The problems as the rows of a JSON object."""
        return {"rows": [json_row(COLUMNS, each) for each in self.problems]}


@frozen
class Explained:
    """What a code means, and how it is mended."""

    code: Code

    def heading(self) -> list[str]:
        """The code, and how bad it is."""
        return [f"{self.code.name} ({' or '.join(self.code.severities)})"]

    def page(self) -> Iterator[Part]:
        """What it means, in three sentences, and where more is said."""
        yield self.code.meaning
        yield Line("Meanwhile: ", self.code.meanwhile)
        yield Line("To mend it: ", self.code.mending)
        yield Line("An example: ", f"docs/checks/{self.code.name}.md of the documentation")

    def json(self) -> Json:
        """The same as a JSON object."""
        return asdict(self.code)
