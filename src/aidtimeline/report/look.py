"""What it takes to show a result: a `Look` for each kind of result, and what pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from aidtimeline.projections.results import Result
from aidtimeline.report.columns import Column, Json, json_row
from aidtimeline.report.words import cuts_in_words
from aidtimeline.semantics.view import Viewed
from aidtimeline.text import tables
from aidtimeline.values.dates import format_instant
from aidtimeline.vocabulary import NO_VOCABULARY, Vocabulary


class Grid(NamedTuple):
    """A table for people: its columns, and the texts of its cells."""

    columns: Sequence[tables.Column]
    cells: Sequence[Sequence[str]]


class Line(NamedTuple):
    """A text behind a lead, wrapped into the room that is left."""

    lead: str
    text: str


Part = Grid | Line | str
"""A part of a page. A plain text is one line, and never wrapped."""


class Shown(Protocol):
    """What can be written out."""

    def heading(self) -> list[str]:
        """What is shown, line by line."""

    def page(self) -> Iterator[Part]:
        """What people read."""

    def json(self) -> Json:
        """The same as one object of JSON."""


R = TypeVar("R", bound=Result[Any, Any])


class Look(Generic[R]):
    """How a result looks: its title and cuts, its columns as data, and its page for people.

    A subclass for each kind of result says what is its own. It stands in a module of its own, and in `LOOKS`.
    """

    def __init__(self, result: R) -> None:
        self.result = result

    @property
    def view(self) -> Viewed | None:
        """The view that was asked, if there is one."""
        return self.result.view

    @property
    def vocabulary(self) -> Vocabulary:
        """The labels of slugs."""
        return NO_VOCABULARY if self.view is None else self.view.vocabulary

    @property
    def as_of(self) -> date | None:
        """The day of the view; None if the result is about every day."""
        return None if self.view is None else self.view.as_of

    def title(self) -> str:
        """What is shown."""
        raise NotImplementedError

    def heading(self) -> list[str]:
        """What is shown, and the cuts of the view; nothing if there is no view."""
        view = self.view
        return [] if view is None else [self.title(), cuts_in_words(self.as_of, view.known_at, view.recorded_until)]

    def columns(self) -> Sequence[Column]:
        """What the rows have."""
        raise NotImplementedError

    def rows(self) -> Iterable[Any]:
        """The rows that the columns read."""
        return self.result.rows

    def page(self) -> Iterator[Part]:
        """What people read."""
        raise NotImplementedError

    def json(self) -> Json:
        """One object: the cuts of the view, and the rows. A contract (docs/json.md)."""
        return {**self.json_cuts(), "rows": self.json_rows()}

    def json_cuts(self) -> Json:
        """The cuts of the view."""
        return cuts_as_json(self.view, self.as_of)

    def json_rows(self) -> list[Json]:
        """The rows as objects of JSON."""
        columns = self.columns()
        return [json_row(columns, row) for row in self.rows()]


def cuts_as_json(view: Viewed | None, as_of: date | None) -> Json:
    """The cuts of a view: `as_of` is null if the answer is about every day, `known_at` if all is known."""
    cut = None if view is None else view.known_at
    known_at = format_instant(cut) if isinstance(cut, datetime) else cut and cut.isoformat()
    return {"as_of": as_of and as_of.isoformat(), "known_at": known_at}
