"""The mapping of a table: which column is what, as `aidtimeline.formats.tables.toml` reads it from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from attrs import Factory, field, frozen

from aidtimeline.errors import InvalidValue
from aidtimeline.formats.reading.cells import Figure, fold
from aidtimeline.formats.tables.conditions import ALWAYS, Conditions, Like
from aidtimeline.formats.tables.values import Habits

MAX_COLUMNS = 20
"""How many cells at most a text is made of: each may be long."""

OWN_NAMES = ("each", "cell")
"""What stands for no column where an event is made for each of several: its name or text, and what is there."""

_MARKS = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


@frozen
class Template:
    """A text in which `{Column}` is replaced by the cell of a row; `columns` are the headers in it.

    `alone` is the folded header of the only column, if there is nothing but that.
    """

    text: str
    columns: tuple[str, ...]
    _folded: Mapping[str, str]
    alone: str | None = None

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

    def fill(self, cells: Mapping[str, str], decimal: str = ".") -> str:
        """The text with the cells of a row, whose headers are folded; empty if all its cells are empty.

        The number of a cell that is no text has this mark for decimals, if it is not the whole text.

        >>> Template.parse("{Item} of {{{Country}}}").fill({"item": "Truck", "country": "Japan"})
        'Truck of {Japan}'
        """
        if self.alone is not None:
            return cells.get(self.alone, "")
        texts = {name: cells.get(folded, "") for name, folded in self._folded.items()}
        if not any(texts.values()):
            return "" if texts else _MARKS.sub(lambda each: each[0][0], self.text).strip()
        if decimal != ".":
            texts = {
                name: each.replace(".", decimal) if isinstance(each, Figure) else each for name, each in texts.items()
            }
        return _MARKS.sub(lambda each: texts[each[1]] if each[1] else each[0][0], self.text).strip()


@frozen(kw_only=True)
class Text:
    """One way to fill a field: a text, under which conditions, how it is read, and what it means.

    `words` are folded. A number is taken `times` another, which may stand in a column. With `split`, what is between
    these texts are several values. `remembered` is what texts have meant so far.
    """

    template: Template
    conditions: Conditions = ALWAYS
    habits: Habits
    words: Mapping[str, str] = Factory(dict)
    times: Template | None = None
    split: tuple[str, ...] = ()
    remembered: dict[Any, Any] = field(factory=dict, eq=False, repr=False)

    def columns(self) -> Iterator[str]:
        """The headers that it needs."""
        yield from self.template.columns
        yield from self.conditions.columns()
        if self.times is not None:
            yield from self.times.columns


Field: TypeAlias = tuple[Text, ...]
"""Ways to fill a field: the first counts that applies and is not empty."""


@frozen(kw_only=True)
class Each:
    """What an event is made for: `columns` by their names, the elements of a `list` of JSON, or the parts of a text.

    Names of columns may have `*` for any text; those in `without` are left out.
    """

    columns: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    list: str | None = None
    split: Template | None = None
    by: tuple[str, ...] = ()

    def wanted(self) -> Iterator[str]:
        """The headers that it needs."""
        yield from (name for name in self.columns if "*" not in name)
        if self.split is not None:
            yield from self.split.columns


@frozen(kw_only=True)
class EventMapping:
    """How one event of a row is made. Its `name` distinguishes it from the others of the row.

    It is made if the `conditions` hold; with `each`, for each of several. `key` are the columns that name it, if they
    are others than those of the row: what has the same key is one event. `fields` has the ways to fill each field; only
    `via` and `overlaps` may have several values.
    """

    name: str
    kind: Field
    conditions: Conditions = ALWAYS
    key: tuple[str, ...] = ()
    each: Each | None = None
    restated: bool = False
    fields: Mapping[str, tuple[Field, ...]]

    def columns(self) -> Iterator[str]:
        """The headers that the event needs, but for those that stand for no column."""
        own = OWN_NAMES if self.each is not None else ()
        found = [*self.key, *self.conditions.columns(), *(self.each.wanted() if self.each else ())]
        for ways in (self.kind, *(each for fields in self.fields.values() for each in fields)):
            found += [column for text in ways for column in text.columns()]
        yield from (name for name in found if fold(name) not in own)


@frozen(kw_only=True)
class TableMapping:
    """Which column of a table is what, and what its texts mean.

    `unknown` are folded texts that mean nothing; of rows for which the `conditions` do not hold nothing is read. `key`
    are the columns that name a row, and `scope` those that name a part of the dataset. `optional` columns are lacking
    in some versions, which say nothing of what would stand there; in `down` an empty cell is as the one above.
    `complete`: each version of the table has everything, or everything in each `scope` that it has. `header` are the
    rows of the header, `rows` the list of a JSON document. `totals`: rows of totals count too.
    """

    dataset: str
    source: Mapping[str, Field]
    reports: tuple[Field, ...] = ()
    sheet: tuple[str, ...] = ()
    header: int = 1
    rows: str | None = None
    key: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    complete: bool = False
    totals: bool = False
    unknown: frozenset[str] = frozenset()
    conditions: Conditions = ALWAYS
    habits: Habits
    events: tuple[EventMapping, ...]

    def columns(self) -> Iterator[str]:
        """The headers that the table must have."""
        yield from (*self.key, *self.scope, *self.conditions.columns())
        rare = [Like.parse(each) for each in self.optional]
        for name in (*self.down, *self._of_sources(), *(name for event in self.events for name in event.columns())):
            if not any(each.fits(name) for each in rare):
                yield name

    def _of_sources(self) -> Iterator[str]:
        for ways in (*self.source.values(), *self.reports):
            yield from (column for text in ways for column in text.columns())
