"""What a question needs of a store: the rows that hold at its cuts, and the facts that are handed to the reference."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Protocol

from attrs import Factory, frozen

from aidtimeline.engines.embedded.database import DamagedStore, asking
from aidtimeline.engines.embedded.files import Lines
from aidtimeline.engines.embedded.store import value_of
from aidtimeline.engines.facts.linking import Place, of_id
from aidtimeline.engines.facts.rows import FIELD_COLUMNS, FOR_GOOD, Flag, Text, instant
from aidtimeline.events import Record
from aidtimeline.projections.dated import DATED, days_of_periods
from aidtimeline.projections.fields import FIELDS, SHARED, Condition, Selection, Value
from aidtimeline.remembering import Remembered
from aidtimeline.semantics import Belief, Fact, believe, cut
from aidtimeline.values.dates import DateRange, end_of
from aidtimeline.vocabulary import Vocabulary


class Known(Protocol):
    """What is known of the first rows of a store."""

    @property
    def flags(self) -> int:
        """All flags that they have."""

    def texts(self, column: str) -> Sequence[Text]:
        """The texts of a column, by their numbers."""


@frozen(slots=False)
class Store:
    """A store that can be asked: a connection to its tables, and the lines behind them.

    `is_intact` says whether its file still is what it was. `base` knows what the first rows have, and the schema
    `more` has the others; None: there is none.
    """

    connection: Any
    lines: Lines
    is_intact: Callable[[], bool] = lambda: True
    base: Known | None = None
    more: str | None = "main"
    threads: Any = Factory(threading.RLock)

    @cached_property
    def _texts(self) -> dict[str, list[Text]]:
        return {}

    @cached_property
    def _numbers(self) -> dict[str, Mapping[Text, int]]:
        return {}

    @cached_property
    def handed_over(self) -> dict[Cuts, list[Fact]]:
        """The facts that no row stands for at the cuts that were asked last, if they are kept."""
        return {}

    def texts(self, column: str) -> Sequence[Text]:
        """The texts of a column, by their numbers."""
        if column not in self._texts:
            known = [None] if self.base is None else self.base.texts(column)
            self._texts[column] = [*known, *self._more_texts(column)]
        return self._texts[column]

    def _more_texts(self, column: str) -> Iterable[Text]:
        if self.more is None:
            return ()
        query = f'SELECT text FROM {self.more}.texts WHERE "column" = ? ORDER BY number'
        return (value_of(text) for (text,) in self.rows(query, column))

    @cached_property
    def flags(self) -> int:
        """All flags that rows may have."""
        flags = 0 if self.base is None else self.base.flags
        if self.more is None:
            return flags
        [(more,)] = self.rows(f"SELECT coalesce(bit_or(flags), 0) FROM {self.more}.facts")
        return flags | int(more)

    def numbers(self, column: str) -> Mapping[Text, int]:
        """The numbers of the texts of a column."""
        if column not in self._numbers:
            self._numbers[column] = {text: number for number, text in enumerate(self.texts(column))}
        return self._numbers[column]

    def of_components(self, components: str) -> Iterator[Record]:
        """The records of components, which a query gives, in the order of the log."""
        query = f'SELECT file, "offset", line FROM linked WHERE component IN ({components})'
        return self.records(Place(*each) for each in self.rows(query))

    def records(self, places: Iterable[Place]) -> Iterator[Record]:
        """The records of lines, in the order of the log."""
        return (record for record, _ in self.lines.records(places))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query gives. Raises `DamagedStore` if it cannot be told."""
        with self.threads, asking():  # one connection is not for several threads at once
            found: list[tuple[Any, ...]] = self.connection.execute(query, values).fetchall()
        if not self.is_intact():
            raise DamagedStore
        return found

    def arrays(self, query: str) -> Mapping[str, Any]:
        """What a query gives, as an array of each column. Raises `DamagedStore` as `rows` does."""
        with self.threads, asking():
            found: Mapping[str, Any] = self.connection.execute(query).fetchnumpy()
        if not self.is_intact():
            raise DamagedStore
        return found


@frozen
class Cuts:
    """The cuts of a question, all inclusive; `known_at` and `recorded_until` None: no cut."""

    as_of: date
    known_at: date | datetime | None = None
    recorded_until: date | datetime | None = None

    @property
    def known(self) -> int:
        """The last instant of knowledge as a number."""
        return FOR_GOOD - 1 if self.known_at is None else instant(end_of(self.known_at))

    @property
    def recorded(self) -> int:
        """The last instant of recording as a number."""
        return FOR_GOOD - 1 if self.recorded_until is None else instant(end_of(self.recorded_until))

    def belief(self, records: Iterable[Record]) -> Belief:
        """What is believed of records at these cuts."""
        return believe(records, known_at=self.known_at, recorded_until=self.recorded_until)

    def facts(self, records: Iterable[Record]) -> tuple[Fact, ...]:
        """The facts of records at these cuts."""
        return cut(self.belief(records), self.as_of)


def column_of(name: str) -> str:
    """The column that a field is read from."""
    return "item" if name == "item-category" else name


def value_in(name: str, text: Text, vocabulary: Vocabulary) -> Value:
    """The value of a field, given the text of its column."""
    if name in FIELD_COLUMNS:
        return text  # type: ignore[return-value]
    return FIELDS[name](_only(name, text), vocabulary)


def _only(name: str, text: Text) -> Any:
    """What a getter of a field reads, and no more of a fact."""
    return SimpleNamespace(**{column_of(name).replace("-", "_"): () if name == "via" and text is None else text})


def _for_period(text: Text) -> Any:
    return SimpleNamespace(period=None if text is None else DateRange.parse(str(text)))


@frozen
class Asked:
    """A store at the cuts of one question."""

    store: Store
    cuts: Cuts

    @property
    def holds(self) -> str:
        """The condition that a row holds at the cuts."""
        day = self.cuts.as_of.toordinal()
        return f"since <= {day} AND {day} < until AND {self.known}"

    @property
    def known(self) -> str:
        """The condition that a row holds on some day, at the cuts of knowledge and record."""
        known = self.cuts.known
        return f"known_from <= {known} AND {known} < known_to AND recorded <= {self.cuts.recorded}"

    def facts_of(self, rows: str, table: str = "facts") -> Iterator[Fact]:
        """The facts of rows that hold and meet a condition; `table` may be one with other columns too."""
        query = f'SELECT file, "offset", line FROM {table} AS facts WHERE component = 0 AND {self.holds} AND {rows}'
        yield from self.cuts.facts(self.store.records(Place(*each) for each in self.store.rows(query)))
        linked = f"FROM {table} AS facts WHERE component <> 0 AND {self.holds} AND {rows}"
        ids = {name for (name,) in self.store.rows(f"SELECT id {linked}")}
        for fact in self.cuts.facts(self.store.of_components(f"SELECT component {linked}")) if ids else ():
            if fact.group is None and of_id(fact.id) in ids:
                yield fact

    def selected(self, selection: Selection) -> str:
        """The condition that a row is of a fact that is asked for; a shared one may be, if shares are asked for."""
        found = []
        if selection.kinds:
            numbers = self.store.numbers("kind")
            found.append(one_of("kind", [numbers[kind] for kind in selection.kinds if kind in numbers]))
        if selection.ids is not None:
            found.append(one_of("id", sorted(map(of_id, selection.ids))))
        for condition in selection.where:
            if condition.name in DATED:
                found.append(_may_lie_in(condition))
                continue
            is_it = one_of(column_of(condition.name), self._allowed(condition, selection.vocabulary))
            found.append(f"({is_it} OR {flag(Flag.SHARED)})" if condition.name in SHARED else is_it)
        return " AND ".join(found) or "true"

    def _allowed(self, condition: Condition, vocabulary: Vocabulary) -> list[int]:
        """The numbers of the texts that a condition allows."""
        if condition.name == "period":
            texts = self.store.texts("period")
            return [n for n, text in enumerate(texts) if condition.portion(_for_period(text)).most > 0]
        if condition.name in FIELD_COLUMNS or condition.name in SHARED:
            numbers = self.store.numbers(condition.name)
            return [numbers[value] for value in condition.values if value in numbers]
        texts = self.store.texts(column_of(condition.name))
        return [n for n, text in enumerate(texts) if condition.allows(_only(condition.name, text), vocabulary)]

    def handed_over(self, selection: Selection, *, shares: bool, converted: bool = False) -> Iterator[Fact]:
        """The facts that no row stands for at the cuts. More may be among them than are asked for."""
        yield from self.cuts.facts(self.store.of_components(self._whole))
        for fact in self.cuts.facts(self.store.of_components(self._in_groups)):
            if fact.group is not None:
                yield fact
        if self.store.flags & flags_apart(shares, converted):
            yield from self.facts_of(f"{apart(shares, converted)} AND {self.selected(selection)}")

    def thought_of(self, selection: Selection, *, shares: bool, converted: bool = False) -> list[Record]:
        """The records of all facts that are handed over on some day, and of all that these have to do with."""
        query = f'SELECT file, "offset", line FROM facts WHERE component = 0 AND {apart(shares, converted)}'
        alone = self.store.rows(f"{query} AND {self.known} AND {self.selected(selection)}")
        return [
            *self.store.of_components(self.handing_over(every_day=True, converted=converted)),
            *self.store.records(Place(*each) for each in alone),
        ]

    def handing_over(self, *, every_day: bool = False, converted: bool = False) -> str:
        """The components of which all or some facts are handed over, on the day of the cut or on any day."""
        some = f"{self._whole} UNION ({self._handed_over if every_day else self._in_groups})"
        if not converted:
            return some
        return f"{some} UNION SELECT component FROM facts WHERE component <> 0 AND {flag(Flag.APPRAISED)}"

    @property
    def _in_groups(self) -> str:
        """The components of which some facts are handed over, but not all."""
        day = self.cuts.as_of.toordinal()
        return f"{self._handed_over} AND since <= {day} AND {day} < until AND NOT whole EXCEPT ({self._whole})"

    @property
    def _whole(self) -> str:
        """The components of which all facts are handed over."""
        whole = f"{self._handed_over} AND whole"
        if self.cuts.recorded_until is None:
            return whole
        return f"{whole} UNION SELECT component FROM components WHERE recorded > {self.cuts.recorded}"

    @property
    def _handed_over(self) -> str:
        """The components that are handed over on some day, as far as the log is read to its end."""
        known = self.cuts.known
        return f"SELECT component FROM handed_over WHERE known_from <= {known} AND {known} < known_to"


def one_of(column: str, numbers: Iterable[int]) -> str:
    """The condition that a column has one of some numbers."""
    listed = ", ".join(map(str, numbers))
    return f'"{column}" IN ({listed})' if listed else "false"


def _may_lie_in(condition: Condition) -> str:
    """The condition that the date of a row may lie in one of some periods; the reference says whether it does.

    A row that hangs together with others may begin after its date does, and a plan may be carried out later.
    """
    found = []
    for first, last in days_of_periods(condition.name, condition.values):
        begins = f"(component <> 0 OR since <= {last.toordinal()})"
        found.append(f"({begins} AND (latest >= {first.toordinal()} OR {flag(Flag.PLANNED)}))")
    return f"({' OR '.join(found) or 'false'})"


def apart(shares: bool, converted: bool = False) -> str:
    """The condition that a row does not say enough for a question: its fact is handed over.

    The question may be of `shares`, and what it asks for may be `converted` to another currency.
    """
    return flag(flags_apart(shares, converted))


def flags_apart(shares: bool, converted: bool = False) -> int:
    """The flags of such rows."""
    return int(Flag.LARGE) | shares * Flag.SHARED | converted * Flag.APPRAISED


def flag(which: int) -> str:
    """The condition that a row has one of some flags."""
    return f"((flags & {int(which)}) != 0)"


def key_of(name: str, store: Store, vocabulary: Vocabulary) -> Callable[[int], Value]:
    """A function that gives the value of a field, given the number of a text."""
    texts = store.texts(column_of(name))

    def value(number: int) -> Value:
        return value_in(name, texts[number], vocabulary)

    return Remembered(value, len(texts) + 1).__getitem__
