"""The mapping of a table: which column is what, as `aidtimeline.formats.tables.toml` reads it from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import Factory, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.sheets import fold
from aidtimeline.formats.tables.values import Habits

MAX_COLUMNS = 20
"""How many cells at most a text is made of: each may be long."""

_MARKS = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


@frozen
class Template:
    """A text in which `{Column}` is replaced by the cell of a row; `columns` are the headers in it."""

    text: str
    columns: tuple[str, ...]
    _folded: Mapping[str, str]
    _alone: str | None = None

    @classmethod
    def parse(cls, text: str) -> Template:
        """The template of a text. Raises `InvalidValue` for an unmatched brace.

        >>> Template.parse("{Item} of {{{Country}}}").columns
        ('Item', 'Country')
        """
        columns = []
        for match in _MARKS.finditer(text):
            if match[0] in "{}":
                raise InvalidValue(text, "a text with {Column} in it; a brace of its own is written twice")
            if match[1] is not None:
                columns.append(match[1])
                if len(columns) > MAX_COLUMNS:
                    raise InvalidValue(text, f"a text with at most {MAX_COLUMNS} times a {{Column}} in it")
        alone = fold(columns[0]) if len(columns) == 1 and text == f"{{{columns[0]}}}" else None
        return cls(text, tuple(columns), {name: fold(name) for name in columns}, alone)

    def fill(self, cells: Mapping[str, str]) -> str:
        """The text with the cells of a row, whose headers are folded; empty if all its cells are empty.

        >>> Template.parse("{Item} of {{{Country}}}").fill({"item": "Truck", "country": "Japan"})
        'Truck of {Japan}'
        """
        if self._alone is not None:
            return cells.get(self._alone, "")
        texts = {name: cells.get(folded, "") for name, folded in self._folded.items()}
        if texts and not any(texts.values()):
            return ""
        return _MARKS.sub(lambda each: texts[each[1]] if each[1] else each[0][0], self.text).strip()


@frozen(kw_only=True)
class EventMapping:
    """How one event of a row is made. Its `name` distinguishes it from the others of the row.

    It is made if no column that it `needs` is empty. `fields` has the templates of each field; only `via` and
    `overlaps` may have several.
    """

    name: str
    kind: Template
    needs: tuple[str, ...] = ()
    restated: bool = False
    fields: Mapping[str, tuple[Template, ...]]


@frozen(kw_only=True)
class TableMapping:
    """Which column of a table is what, and what its texts mean.

    `unknown` are texts that mean nothing; `skip` has, by column, the texts of rows to leave out; `words` has, by field,
    what the texts of the table mean. Texts and columns are folded in these. `key` are the columns that name a row.
    `complete`: each version of the table has everything.
    """

    dataset: str
    source: Mapping[str, Template]
    reports: tuple[Template, ...] = ()
    sheet: str | None = None
    key: tuple[str, ...] = ()
    complete: bool = False
    unknown: frozenset[str] = frozenset()
    habits: Habits
    skip: Mapping[str, frozenset[str]] = Factory(dict)
    words: Mapping[str, Mapping[str, str]] = Factory(dict)
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
        """All templates of the mapping."""
        yield from self.source.values()
        yield from self.reports
        for event in self.events:
            yield event.kind
            for each in event.fields.values():
                yield from each

    def meant(self, name: str, text: str) -> str | None:
        """What a text means in a field; None if the mapping does not say."""
        words = self.words.get(name)
        return None if words is None else words.get(fold(text))
