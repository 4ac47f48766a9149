"""How results look: as text, as HTML for notebooks and as JSON, for `print` and the command line alike.

A `Look` (module `look`) describes one kind of result: its title, its columns as data (module `columns`) and its page
for people. Each kind of result has its look in a module: `sums`, `series`, `levels`, `fulfilment`, `projects`,
`explanation`, `changes`. Some pages are not of a result: `overview`, `problems`, `imports` and `cached`. `write` writes
pages out; `words` and `days` put dates, slugs, bounds and reports into words.

A new format is a function here that takes a look. A new kind of result is a look, and a row of `LOOKS`.

>>> from aidtimeline import Timeline, report
>>> counts = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
>>> for line in report.lines(counts):
...     print(line)
delivery by item, where item is truck
as of 28 Nov 2023 · with all that is known today (no --known-at cut)
<BLANKLINE>
item   label  number  reports
─────  ─────  ──────  ──────────────────
truck  Truck      30  Rubryka 2023-11-28
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from aidtimeline.engines.sql.answer import SqlAnswer
from aidtimeline.projections import Result
from aidtimeline.report.look import Look, Part, Shown
from aidtimeline.report.unknown import unknown_values
from aidtimeline.report.write import page_html, page_lines, room, written

__all__ = ["LOOKS", "Shown", "html", "json", "lines", "look", "text"]

LOOKS: Mapping[str, str] = {
    "Table": "sums.SumsLook",
    "Series": "series.SeriesLook",
    "FulfilmentTable": "fulfilment.FulfilmentLook",
    "LevelTable": "levels.LevelsLook",
    "ProjectTable": "projects.ProjectsLook",
    "ParticipationTable": "projects.ParticipationLook",
    "Explanation": "explanation.ExplanationLook",
    "Changes": "changes.ChangesLook",
    "FulfilmentChanges": "promises.FulfilmentChangesLook",
}
"""The look of each kind of result of this library, by the name of its class: loaded when the first is shown."""


def look(result: Result[Any, Any] | SqlAnswer | Shown) -> Shown:
    """The look of a result. Something that has heading, page and JSON of its own is returned as it is.

    A class that `LOOKS` does not have looks like the nearest class that it is derived from, or else plain.
    """
    if isinstance(result, SqlAnswer):
        from aidtimeline.report.answers import SqlAnswerLook  # noqa: PLC0415

        return SqlAnswerLook(result)
    return look_of(type(result))(result) if isinstance(result, Result) else result


def look_of(kind: type[Result[Any, Any]]) -> type[Look[Any]]:
    """The class of the look of a kind of result."""
    ours = (each.__name__ for each in kind.__mro__ if each.__module__.startswith("aidtimeline."))
    module, _, name = next((LOOKS[each] for each in ours if each in LOOKS), "look.Look").partition(".")
    found: type[Look[Any]] = getattr(import_module(f"{__name__}.{module}"), name)
    return found


def page(result: Result[Any, Any] | SqlAnswer | Shown) -> Iterator[Part]:
    """The page of a result for people, and what the question asks for that nobody knows: instead of an empty page."""
    unknown = unknown_values(result) if isinstance(result, Result) else []
    if unknown and isinstance(result, Result) and not result.rows:
        yield f"Nothing: {', '.join(f'{each} in this log' for each in unknown)}."
    else:
        yield from look(result).page()
        yield from (f"{each} in this log" for each in unknown)


def lines(result: Result[Any, Any] | SqlAnswer | Shown, width: int | None = None) -> Iterator[str]:
    """The lines of a result for people.

    `width` is in terminal cells: wider lines are wrapped, and labels left out. None: any width.
    """
    return page_lines(look(result).heading(), page(result), width)


def text(result: Result[Any, Any] | SqlAnswer | Shown) -> str:
    """A result for people, wrapped to the width of the terminal; the same as `str(result)`."""
    return "\n".join(lines(result, room()))


def html(result: Result[Any, Any] | SqlAnswer | Shown) -> str:
    """A result as HTML, as a notebook shows it: tables and paragraphs, all text escaped.

    >>> from aidtimeline import Timeline, report
    >>> report.html(Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"}))[:44]
    '<table><caption>delivery by item, where item'
    """
    return page_html(look(result).heading(), page(result))


def json(result: Result[Any, Any] | SqlAnswer | Shown) -> str:
    """A result as one JSON object, in ASCII. The members are a contract: see docs/json.md.

    >>> from aidtimeline import Timeline, report
    >>> leads = Timeline.open("events").as_of("2023-11-28").participation({"project": "contact-group"})
    >>> print(report.json(leads))
    {
      "as_of": "2023-11-28",
      "known_at": null,
      "rows": [
        {"project": "contact-group", "party": "US", "role": "lead", "certain": true}
      ]
    }
    """
    return written(look(result).json())
