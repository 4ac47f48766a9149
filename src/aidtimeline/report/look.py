"""What it takes to show a result: a `Look` for each kind of result, and the parts of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from aidtimeline.events import Source
from aidtimeline.projections.results import Result
from aidtimeline.report.columns import ANY, SAID, SLUG, Column, Json, json_row
from aidtimeline.report.frame import Frame, cut, flattened, label, with_cuts
from aidtimeline.report.words import cuts_in_words
from aidtimeline.semantics.view import Viewed
from aidtimeline.text import tables
from aidtimeline.vocabulary import NO_VOCABULARY, SLUG_FIELDS, Vocabulary


class Grid(NamedTuple):
    """A table for people: its columns, and the texts of its cells, row by row."""

    columns: Sequence[tables.Column]
    cells: Sequence[Sequence[str]]


class Line(NamedTuple):
    """A text after a lead, such as a bullet. It is wrapped, and the lead indents its further lines."""

    lead: str
    text: str


Part = Grid | Line | str
"""A part of a page. A plain text is wrapped like a line, with its own margin as the lead."""


class Shown(Protocol):
    """Something that can be shown: the look of a result, or a page of its own.

    >>> from aidtimeline import report
    >>> class Note:
    ...     def heading(self):
    ...         return ["A note"]
    ...     def page(self):
    ...         yield "Nothing was delivered."
    ...     def json(self):
    ...         return {"note": "Nothing was delivered."}
    >>> list(report.lines(Note()))
    ['A note', '', 'Nothing was delivered.']
    """

    def heading(self) -> list[str]:
        """The lines above the page: what is shown, and the cuts."""

    def page(self) -> Iterator[Part]:
        """The page for people, part by part."""

    def json(self) -> Json:
        """The same as a JSON object."""


class Framed(Shown, Protocol):
    """Something that can be shown, and is tables too, which can be written as files: the look of every result.

    >>> from aidtimeline import Timeline, report
    >>> look = report.look(Timeline.open("events").as_of("2023-11-28").counts())
    >>> [frame.name for frame in look.frames()], len(set(look.sources())) > 1
    (['sums'], True)
    """

    def frames(self) -> Sequence[Frame]:
        """The same as tables of plain columns, one or several."""

    def sources(self) -> Iterable[Source]:
        """Who reports what is shown, as far as it is named."""


R = TypeVar("R", bound=Result[Any, Any])


class Look(Generic[R]):
    """How a result looks: its title and cuts, its columns as data, and its page for people.

    Each kind of result has a subclass, which defines `title`, `columns` and `page`. `aidtimeline.report.LOOKS` lists
    them. A title may rely on the question being one of `QUESTION`: the result of another projection is titled with its
    name. The result of a class that is not in `LOOKS` is shown by this class, with the fields of its rows as columns.
    """

    QUESTION: ClassVar[type] = object
    OWN_FORMS: ClassVar[Mapping[str, str]] = {}
    """The formats that this kind of result writes in its own way: the function of each, in this package."""
    NAME: ClassVar[str] = "rows"
    """One word for the rows, such as the name of their sheet."""

    def __init__(self, result: R) -> None:
        self.result = result

    @property
    def view(self) -> Viewed | None:
        """The view that the result is of, or None."""
        return self.result.view

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels of slugs; without a view there are none."""
        return NO_VOCABULARY if self.view is None else self.view.vocabulary

    @property
    def as_of(self) -> date | None:
        """The day of the view; None if the result is about every day."""
        return None if self.view is None else self.view.as_of

    def title(self) -> str:
        """What is shown, in one line: by default the name of the projection."""
        return type(self.result.question).__name__

    def heading(self) -> list[str]:
        """The title, and the cuts of the view; nothing if there is no view."""
        view = self.view
        if view is None:
            return []
        title = self.title() if isinstance(self.result.question, self.QUESTION) else Look.title(self)
        return [title, cuts_in_words(self.as_of, view.known_at, view.recorded_until)]

    def columns(self) -> Sequence[Column]:
        """The columns of the rows."""
        return [Column(name, ANY) for row in self.result.rows[:1] for name in row._fields]

    def page(self) -> Iterator[Part]:
        """The page for people, part by part."""
        columns = self.columns()
        cells = [[str(each.value(row)) for each in columns] for row in self.result.rows]
        yield Grid([tables.Column(each.name) for each in columns], cells) if cells else "Nothing."

    def json(self) -> Json:
        """The cuts of the view, the rows, and what stands beside each, as a JSON object; see docs/json.md."""
        return {**self.json_cuts(), "rows": self.json_rows(), **self.json_about()}

    def json_cuts(self) -> Json:
        """The cuts of the view: `as_of` is null if the answer is about every day, `known_at` if all is known."""
        return {"as_of": cut(self.as_of), "known_at": cut(None if self.view is None else self.view.known_at)}

    def json_rows(self) -> list[Json]:
        """The rows as JSON objects."""
        columns = self.columns()
        return [json_row(columns, row) for row in self.result.rows]

    def json_about(self) -> Json:
        """What stands beside each row, in the order of the rows: labels, and what plain columns have beside its own."""
        if self.view is None:
            return {}
        columns = self.columns()
        own = {each.name for each in columns}
        beside = [each for each in self.plain_columns() if each.name not in own]
        labelled = [each for each in columns if each.kind is SLUG and each.name in SLUG_FIELDS]
        about = []
        for row in self.result.rows if beside or labelled else ():
            values = ((each.name, each.value(row)) for each in labelled)
            labels = {name: label(self.vocabulary, name, value) for name, value in values if value is not None}
            about.append({"labels": labels, **json_row(beside, row)})
        return {"about": about} if beside or labelled else {}

    def frames(self) -> Sequence[Frame]:
        """The rows as one table of plain columns, with the cuts of the view in the last ones."""
        fields, values = flattened(self.plain_columns(), self.plain_rows(), self.vocabulary)
        return [Frame(self.NAME, self.heading(), *with_cuts(fields, values, self.plain_cuts()))]

    def sources(self) -> Iterable[Source]:
        """Who reports the rows, as far as it is named."""
        columns = [each for each in self.plain_columns() if each.kind is SAID]
        return (said.source for row in self.plain_rows() for each in columns for said in each.value(row) or ())

    def plain_columns(self) -> Sequence[Column]:
        """The columns that plain ones are made of: by default those of the rows."""
        return self.columns()

    def plain_rows(self) -> Sequence[Any]:
        """The rows that a table of plain columns has: by default those of the result."""
        return self.result.rows

    def plain_cuts(self) -> Iterable[tuple[str, str | None]]:
        """The cuts of the view, by name."""
        view = self.view
        cuts = (None, None) if view is None else (view.known_at, view.recorded_until)
        return zip(("as_of", "known_at", "recorded_until"), map(cut, (self.as_of, *cuts)), strict=True)
