"""The mapping of a table: which column is what, as `aidtimeline.formats.tables.toml` reads it from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.sheets import fold
from aidtimeline.formats.tables.values import Habits

_MARKS = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


@frozen
class Template:
    """A text in which `{Column}` stands for what the row has there; `columns` are their headers."""

    text: str
    columns: tuple[str, ...]
    _folded: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Template:
        """The template of a text. Raises `InvalidValue` for a brace that is not closed.

        >>> Template.parse("{Item} of {{{Country}}}").columns
        ('Item', 'Country')
        """
        columns = []
        for match in _MARKS.finditer(text):
            if match[0] in "{}":
                raise InvalidValue(text, "a text with {Column} in it; a brace of its own is written twice")
            if match[1] is not None:
                columns.append(match[1])
        return cls(text, tuple(columns), {name: fold(name) for name in columns})

    def fill(self, cells: Mapping[str, str]) -> str:
        """The text with the cells of a row, whose headers are folded; nothing where all of its cells are empty.

        >>> Template.parse("{Item} of {{{Country}}}").fill({"item": "Truck", "country": "Japan"})
        'Truck of {Japan}'
        """
        told = {name: cells.get(folded, "") for name, folded in self._folded.items()}
        if told and not any(told.values()):
            return ""
        return _MARKS.sub(lambda each: told[each[1]] if each[1] else each[0][0], self.text).strip()


@frozen(kw_only=True)
class EventMapping:
    """What one event of a row is made of; `name` tells it from the others of the row.

    It is made where all columns that it `needs` hold something. `fields` are the templates of each field, of which
    only `via` may have several.
    """

    name: str
    kind: Template
    needs: tuple[str, ...]
    restated: bool
    fields: Mapping[str, tuple[Template, ...]]


@frozen(kw_only=True)
class TableMapping:
    """Which column of a table is what, and what its texts mean.

    `unknown` are the texts that say nothing, `skip` by column those of rows to leave out, and `words` by field what
    the texts of a table mean; texts and columns are folded there. `key` are the columns that name a row, and `complete`
    says that each version of the table tells everything.
    """

    path: Path
    dataset: str
    source: Mapping[str, Template]
    reports: tuple[Template, ...]
    sheet: str | None
    key: tuple[str, ...]
    complete: bool
    habits: Habits
    unknown: frozenset[str]
    skip: Mapping[str, frozenset[str]]
    words: Mapping[str, Mapping[str, str]]
    events: tuple[EventMapping, ...]

    def columns(self) -> Iterator[str]:
        """The headers that the table must have."""
        yield from self.key
        yield from self.skip
        for template in self.templates():
            yield from template.columns
        for event in self.events:
            yield from event.needs

    def templates(self) -> Iterator[Template]:
        """Every template that is in it."""
        yield from self.source.values()
        yield from self.reports
        for event in self.events:
            yield event.kind
            for each in event.fields.values():
                yield from each

    def meant(self, name: str, text: str) -> str | None:
        """What a text means in a field of this name, where the mapping says so."""
        words = self.words.get(name)
        return None if words is None else words.get(fold(text))
