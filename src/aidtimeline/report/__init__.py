"""How results look, for `print`, notebooks, files and the command line alike.

A `Look` (module `look`) describes one kind of result: its title, its columns as data (module `columns`) and its page
for people. Each kind of result has its look in a module: `sums`, `series`, `levels`, `fulfilment`, `projects`,
`facts`, `explanation`, `changes`. Some pages are not of a result: `overview`, `problems`, `imports` and `cached`.
`write` writes pages out; `words` and `days` put dates, slugs, bounds and reports into words.

For files and data frames a look has its rows as plain columns (module `frame`), and `forms` writes these. A new format
is a module of `forms`, and a row of `FORMATS`. A new kind of result is a look, and a row of `LOOKS`.

`citing` makes citations of answers, and `bundles` files that derive them again elsewhere. `feeds` and `releases` tell
what changed, as `changed` takes it apart.

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
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aidtimeline.engines.sql.answer import SqlAnswer
from aidtimeline.errors import UsageError
from aidtimeline.projections import Result
from aidtimeline.report.frame import Frame
from aidtimeline.report.look import Framed, Look, Part, Shown
from aidtimeline.report.unknown import unknown_values
from aidtimeline.report.write import page_html, page_lines, room, written
from aidtimeline.text.colours import Paint, plain
from aidtimeline.text.safe import shown

if TYPE_CHECKING:
    from aidtimeline.explain import Explanation
    from aidtimeline.report.bundles import Verdict
    from aidtimeline.timeline import Timeline

__all__ = [
    "FORMATS",
    "LOOKS",
    "Frame",
    "Framed",
    "Shown",
    "arrow",
    "bundle",
    "cite",
    "frame",
    "html",
    "json",
    "lines",
    "look",
    "pandas",
    "plot",
    "polars",
    "text",
    "verify",
    "write",
]

LOOKS: Mapping[str, str] = {
    "Table": "sums.SumsLook",
    "Series": "series.SeriesLook",
    "Within": "within.WithinLook",
    "FulfilmentTable": "fulfilment.FulfilmentLook",
    "LevelTable": "levels.LevelsLook",
    "FactTable": "facts.FactsLook",
    "FlowTable": "flows.FlowsLook",
    "ProjectTable": "projects.ProjectsLook",
    "ParticipationTable": "projects.ParticipationLook",
    "Explanation": "explanation.ExplanationLook",
    "Changes": "changes.ChangesLook",
    "FulfilmentChanges": "promises.FulfilmentChangesLook",
}
"""The look of each kind of result of this library, by the name of its class: loaded when the first is shown."""


FORMATS = ("table", "csv", "markdown", "html", "xlsx", "json")
"""What results can be written as; XLSX (a workbook) is bytes, all others are texts."""


PICTURES = ("png", "svg")
"""The formats of charts, and the endings of their files."""


def look(result: Result[Any, Any] | SqlAnswer | Shown) -> Shown:
    """The look of a result. Something that has heading, page and JSON of its own is returned as it is.

    A class that `LOOKS` does not have looks like the nearest class that it is derived from, or else plain.

    >>> from aidtimeline import Timeline, report
    >>> trucks = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
    >>> report.look(trucks).heading()[0]
    'delivery by item, where item is truck'
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


def lines(
    result: Result[Any, Any] | SqlAnswer | Shown, width: int | None = None, paint: Paint = plain
) -> Iterator[str]:
    """The lines of a `result` for people.

    `width` is in terminal cells: wider lines are wrapped, and labels left out. None: any width. `paint` gives a few
    things their colours.

    >>> from aidtimeline import Timeline, report
    >>> trucks = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
    >>> next(report.lines(trucks))
    'delivery by item, where item is truck'
    """
    return page_lines(look(result).heading(), page(result), width, paint)


def text(result: Result[Any, Any] | SqlAnswer | Shown) -> str:
    """A result for people, wrapped to the width of the terminal; the same as `str(result)`.

    >>> from aidtimeline import Timeline, report
    >>> trucks = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
    >>> report.text(trucks) == str(trucks)
    True
    """
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
    >>> print(report.json(leads))  # doctest: +ELLIPSIS
    {
      "as_of": "2023-11-28",
      "known_at": null,
      "rows": [
        {"project": "contact-group", "party": "US", "role": "lead", "certain": true}
      ],
      "about": [
        {"labels": {"project": "Ukraine Defense Contact Group", "party": "United States"}, ...
      ]
    }
    """
    return written(look(result).json())


def write(result: Result[Any, Any] | SqlAnswer | Framed, form: str) -> str | bytes:
    """A `result` in a `form`: one of `FORMATS`, one of the `OWN_FORMS` of its look, or its chart as "png" or "svg".

    Raises `UsageError` for any other, for a workbook without openpyxl (extra `xlsx`), and for a chart as
    `aidtimeline.Result.plot`.

    >>> from aidtimeline import Timeline, report
    >>> leads = Timeline.open("events").as_of("2023-11-28").participation({"project": "contact-group"})
    >>> print(report.write(leads, "csv").split(",sources")[0])
    project,project_label,party,party_label,role,certain,loose,facts
    """
    if form == "table":
        return text(result)
    if form == "json":
        return json(result)
    look_ = framed(result)
    if form in PICTURES:
        from aidtimeline.report.plots import picture  # noqa: PLC0415

        return picture(look_, page(result), form)
    module, _, name = getattr(look_, "OWN_FORMS", {}).get(form, "").partition(".")
    if module:
        own: str = getattr(import_module(f"{__name__}.{module}"), name)(result)
        return own
    if form not in FORMATS:
        raise UsageError(f"this cannot be written as {shown(form)} (formats: {', '.join(FORMATS)})")
    form_module = import_module(f"{__name__}.forms.{form}")
    if form in ("csv", "xlsx"):
        found: str | bytes = form_module.written(look_.frames())
    else:
        found = form_module.written(look_.heading(), page(result), list(dict.fromkeys(look_.sources())))
    return found


def framed(result: Result[Any, Any] | SqlAnswer | Framed) -> Framed:
    """The look of a result, which is tables too."""
    return look(result)  # type: ignore[return-value]


def frame(result: Result[Any, Any] | SqlAnswer) -> Frame:
    """A result as a table of plain columns.

    >>> from aidtimeline import Timeline, report
    >>> counts = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
    >>> [each.name for each in report.frame(counts).fields][:5]
    ['item', 'item_label', 'unit', 'low', 'high']
    """
    return framed(result).frames()[0]


def arrow(
    result: Result[Any, Any] | SqlAnswer, requested_schema: Any = None, *, decimals: bool = False, places: int = 2
) -> Any:
    """A `result` as a stream of Arrow, in a capsule, which any library that reads Arrow takes (needs nanoarrow).

    `requested_schema` is a capsule too, as the protocol of Arrow has it; None: its own. Numbers are floats, or with
    `decimals` decimal numbers of so many `places` after the point. Raises `UsageError` for impossible ones.

    >>> from aidtimeline import Timeline, report
    >>> type(report.arrow(Timeline.open("events").as_of("2023-11-28").counts())).__name__
    'PyCapsule'
    """
    from aidtimeline.report.forms.arrow import stream  # noqa: PLC0415
    from aidtimeline.report.forms.decimals import check_places  # noqa: PLC0415

    return stream(frame(result), check_places(decimals, places), requested_schema)


def pandas(result: Result[Any, Any] | SqlAnswer, *, decimals: bool = False, places: int = 2) -> Any:
    """A `result` as a data frame of pandas; see `aidtimeline.Result.to_pandas`.

    Numbers are floats, or with `decimals` decimal numbers of so many `places` after the point.

    >>> from aidtimeline import Timeline, report
    >>> trucks = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
    >>> report.pandas(trucks)[["item", "low", "high"]].to_dict("records")
    [{'item': 'truck', 'low': 30.0, 'high': 30.0}]
    """
    from aidtimeline.report.forms.decimals import check_places  # noqa: PLC0415
    from aidtimeline.report.forms.pandas import data_frame  # noqa: PLC0415

    return data_frame(frame(result), check_places(decimals, places))


def plot(result: Result[Any, Any]) -> Any:
    """A chart of a result as a `matplotlib.figure.Figure`; see `aidtimeline.Result.plot`.

    >>> from aidtimeline import Timeline, report
    >>> type(report.plot(Timeline.open("events").as_of("2023-11-28").counts())).__name__
    'Figure'
    """
    from aidtimeline.report.plots import plot as drawn  # noqa: PLC0415

    return drawn(look_of(type(result))(result), page(result))


def polars(result: Result[Any, Any] | SqlAnswer, *, decimals: bool = False, places: int = 2) -> Any:
    """A `result` as a data frame of polars; see `aidtimeline.Result.to_polars`.

    Numbers are floats, or with `decimals` decimal numbers of so many `places` after the point.

    >>> from aidtimeline import Timeline, report
    >>> trucks = Timeline.open("events").as_of("2023-11-28").counts(where={"item": "truck"})
    >>> report.polars(trucks)["low"].to_list()
    [30.0]
    """
    from aidtimeline.report.forms.polars import data_frame  # noqa: PLC0415

    return data_frame(Stream(result, decimals, places))


class Stream:
    """A result that hands itself out as Arrow, with numbers as they are asked for."""

    def __init__(self, result: Result[Any, Any] | SqlAnswer, decimals: bool, places: int) -> None:
        self._result, self._decimals, self._places = result, decimals, places

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return arrow(self._result, requested_schema, decimals=self._decimals, places=self._places)


def cite(explanation: Explanation, format: str = "text", *, made: date | None = None) -> str:
    """The answer of an `explanation` with its dates and sources, ready to be pasted; see `Explanation.cite`.

    `format` is one of its formats; `made` is the day on which it is made (None: today, UTC).

    >>> from aidtimeline import Timeline, report
    >>> view = Timeline.open("events").as_of("2023-11-28", known_at="2023-11-28")
    >>> print(report.cite(view.counts().explain("truck")).splitlines()[0])
    As of 28 Nov 2023, deliveries of Truck came to 30, going by what was known on 28 Nov 2023.
    """
    from aidtimeline.report import citing  # noqa: PLC0415  (few answers are cited)

    return citing.cite(explanation, format, made=made)


def bundle(explanation: Explanation, *, made: date | None = None) -> str:
    """The answer of an `explanation` with all that it rests on, which `verify` derives again; see `Explanation.bundle`.

    `made` is the day on which it is made (None: today, UTC).

    >>> from aidtimeline import Timeline, report
    >>> bundle = report.bundle(Timeline.open("events").as_of("2023-11-28").counts().explain("truck"))
    >>> report.verify(bundle).holds
    True
    """
    from aidtimeline.report import bundles  # noqa: PLC0415

    return bundles.bundle(explanation, made=made)


def verify(bundle: str | bytes, timeline: Timeline | None = None) -> Verdict:
    """Derive the answer of a `bundle`, its text or bytes, again; see `aidtimeline.report.bundles`.

    With a `timeline`, the log of today, also whether that still has its lines and gives this answer at the same cuts.

    >>> from aidtimeline import Timeline, report
    >>> timeline = Timeline.open("events")
    >>> bundle = timeline.as_of("2023-11-28").counts().explain("truck").bundle()
    >>> report.verify(bundle, timeline).holds, report.verify(bundle.replace('"30"', '"31"')).holds
    (True, False)
    """
    from aidtimeline.report import bundles  # noqa: PLC0415

    return bundles.verify(bundle, timeline)
