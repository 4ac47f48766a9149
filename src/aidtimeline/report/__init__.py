"""How results look: one place for each, used by `print`, by notebooks and by the command line alike.

A `Look` (`look`) says of a kind of result its title, its columns as data (`columns`) and its page for people. There is
one for each, in the module of its name: `sums`, `series`, `fulfilment`, `projects`, `explanation`, `changes`. Pages of
their own are `overview`, `problems` and `imports`. `write` writes any of them out: as lines for a terminal, HTML for a
notebook, or JSON. `words` and `days` are how people say dates, slugs, bounds and reports.

A new format is a function here that takes a look; a new kind of result is a look, and a row of `LOOKS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aidtimeline.diff import Changes
from aidtimeline.explain import Explanation
from aidtimeline.projections import FulfilmentTable, ParticipationTable, ProjectTable, Result, Series, Table
from aidtimeline.report.changes import ChangesLook
from aidtimeline.report.explanation import ExplanationLook
from aidtimeline.report.fulfilment import FulfilmentLook
from aidtimeline.report.imports import Imported
from aidtimeline.report.look import Look, Shown
from aidtimeline.report.overview import Overview
from aidtimeline.report.problems import Problems
from aidtimeline.report.projects import ParticipationLook, ProjectsLook
from aidtimeline.report.series import SeriesLook
from aidtimeline.report.sums import SumsLook
from aidtimeline.report.write import page_html, page_lines, room, written

__all__ = ["LOOKS", "Imported", "Overview", "Problems", "Shown", "html", "json", "lines", "look", "room", "text"]

LOOKS: dict[type[Result[Any, Any]], type[Look[Any]]] = {
    Table: SumsLook,
    Series: SeriesLook,
    FulfilmentTable: FulfilmentLook,
    ProjectTable: ProjectsLook,
    ParticipationTable: ParticipationLook,
    Explanation: ExplanationLook,
    Changes: ChangesLook,
}


def look(result: Result[Any, Any] | Shown) -> Shown:
    """How a result looks. What says itself how it looks is returned as it is."""
    return LOOKS[type(result)](result) if isinstance(result, Result) else result


def lines(result: Result[Any, Any] | Shown, width: int | None = None) -> Iterator[str]:
    """A result as people read it, in a room of so many terminal cells (None: any)."""
    shown = look(result)
    return page_lines(shown.heading(), shown.page(), width)


def text(result: Result[Any, Any] | Shown) -> str:
    """A result as people read it, in the room that the terminal has."""
    return "\n".join(lines(result, room()))


def html(result: Result[Any, Any] | Shown) -> str:
    """A result as a notebook shows it."""
    shown = look(result)
    return page_html(shown.heading(), shown.page())


def json(result: Result[Any, Any] | Shown) -> str:
    """A result as one object of JSON. A contract: docs/json.md."""
    return written(look(result).json())
