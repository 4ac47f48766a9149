"""The tables that are asked with SQL: views and macros in a database of its own, which is then locked.

The database in memory has the store attached, read-only. After that it takes neither files nor settings any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from attrs import define, field

from aidtimeline.engines.embedded.asked import value_in
from aidtimeline.engines.embedded.base import in_memory
from aidtimeline.engines.embedded.store import add
from aidtimeline.engines.facts.rows import TEXT_COLUMNS, Flag, Text
from aidtimeline.engines.sql.books import in_doubt
from aidtimeline.engines.sql.columns import PLACES, Kinds, columns, flag, number_of_cut, number_of_day
from aidtimeline.engines.sql.source import Source
from aidtimeline.engines.sql.thought import BOOKS, SHARES, SIZE, Thought
from aidtimeline.projections.sums.counting import COUNTED_KINDS, VALUED_KINDS

LOCKS = (
    "SET python_enable_replacements = false",
    "SET TimeZone = 'UTC'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
"""What is set before others may ask."""


@define(eq=False)
class Tables:
    """The tables of a source. `connection` has them; `with_thought`: also those of what is handed over.

    `facts` and `handed_over` are as of `today`.
    """

    source: Source
    today: date
    with_thought: bool
    connection: Any = field(init=False, repr=False)
    _several: dict[tuple[str, str], bool] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.connection = in_memory()
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def lock(self) -> None:
        """Take from the database what a query must not use: files, settings, variables of Python."""
        for each in LOCKS:
            self.connection.execute(each)

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    @cached_property
    def left_out(self) -> int:
        """How many records have to do with facts that are handed over at some time."""
        store = self.source.store
        handed_over = "component IN (SELECT component FROM handed_over)"
        [(linked,)] = store.rows(f"SELECT count(DISTINCT id) FROM linked WHERE {handed_over}")
        [(large,)] = store.rows(f"SELECT count(*) FROM facts WHERE component = 0 AND {flag(Flag.LARGE)}")
        components = ", ".join(str(each) for (each,) in store.rows("SELECT DISTINCT component FROM handed_over"))
        [(others,)] = self.connection.execute(
            "SELECT count(DISTINCT (id, id_rest)) FROM raw.plain WHERE why IS NOT NULL"
            f" AND component NOT IN ({components or -1})"
        ).fetchall()
        return int(linked + large + others)

    def turn(self, *, again: bool) -> None:
        """Let other numbers stand for open ends, or again those that are larger than all others."""
        self.connection.execute("UPDATE raw.turn SET again = ?", [again])

    def has_several(self, measure: str, column: str) -> bool:
        """Whether `facts` has several values of a column, of what has a quantity or a value."""
        if (measure, column) not in self._several:
            is_there = flag(Flag.VALUED if measure == "value" else Flag.QUANTIFIED)
            found = self.connection.execute(
                f'SELECT DISTINCT "{column}" FROM raw.plain WHERE why IS NULL AND {is_there} LIMIT 2'
            ).fetchall()
            self._several[measure, column] = len(found) > 1
        return self._several[measure, column]

    def _make(self) -> None:
        store, vocabulary = self.source.store, self.source.vocabulary
        self.source.lay_into(self.connection)
        self.connection.execute("CREATE SCHEMA raw; CREATE TABLE raw.turn AS SELECT false AS again")
        thought = Thought.of(store) if self.with_thought else None
        for name in TEXT_COLUMNS:
            new = () if thought is None else [text for text, _ in thought.columns.texts[name].new]
            texts = [*store.texts(name), *new]
            self._add_list(name, [written(each) for each in texts])
            if name == "item":
                self._add_list("item-category", [value_in("item-category", each, vocabulary) for each in texts])
        self._add_list("file", [path or None for path in self.source.files])
        self._make_rows(thought)
        self._make_views()

    def _add_list(self, name: str, texts: Sequence[str | None]) -> None:
        """Add the texts of a column, by their numbers, as one row: reading one of them takes no join."""
        self.connection.execute(f'CREATE TABLE raw."{name}" (texts VARCHAR[])')
        self.connection.execute(f'INSERT INTO raw."{name}" VALUES (?)', [list(texts)])

    def _make_rows(self, thought: Thought | None) -> None:
        shared, too_fine = flag(Flag.SHARED), f"greatest(quantity_places, value_places) > {PLACES}"
        books = in_doubt(self.source.store, self.source.vocabulary)
        self.connection.execute(f"""
            CREATE VIEW raw.plain AS SELECT *, CAST(NULL AS VARCHAR) AS quantity_text,
                CAST(NULL AS VARCHAR) AS value_text,
                CASE WHEN {too_fine} THEN '{SIZE}' WHEN {shared} THEN '{SHARES}' WHEN {books} THEN '{BOOKS}' END AS why
            FROM over.facts WHERE NOT {flag(Flag.LARGE)}
        """)
        if thought is None:
            return
        self.connection.execute("CREATE TABLE raw.thought AS SELECT * FROM raw.plain LIMIT 0")
        beside = {"quantity_text": thought.quantity, "value_text": thought.value, "why": thought.why}
        names = [name for name, *_ in self.connection.execute("DESCRIBE raw.thought").fetchall()]
        numbers = {**thought.columns.numbers, **beside}
        add(self.connection, "raw.thought", {name: numbers[name] for name in names})
        self.connection.execute("CREATE VIEW raw.everything AS FROM raw.plain UNION ALL FROM raw.thought")

    def _make_views(self) -> None:
        numbers = self.source.store.numbers("kind")
        kinds = Kinds(
            *(tuple(numbers[kind] for kind in each if kind in numbers) for each in (COUNTED_KINDS, VALUED_KINDS))
        )
        self._make_view("facts", "raw.plain", "why IS NULL", kinds)
        if self.with_thought:
            self._make_view("handed_over", "raw.everything", "why IS NOT NULL", kinds)
            self.connection.execute(f"CREATE VIEW history AS SELECT {_listed(kinds)} FROM raw.everything")

    def _make_view(self, name: str, rows: str, where: str, kinds: Kinds) -> None:
        """Make the macro of a cut, and the view of today."""
        day, known = number_of_day("day"), number_of_cut("known_at")
        holds = f"since <= {day} AND {day} < until AND known_from <= {known} AND {known} < known_to"
        self.connection.execute(f"""
            CREATE MACRO {name}_at(day, known_at := NULL) AS TABLE
            SELECT {_listed(kinds, day, why=name != "facts")} FROM {rows} WHERE {where} AND {holds}
        """)
        self.connection.execute(f"CREATE VIEW {name} AS FROM {name}_at('{self.today.isoformat()}')")


def _listed(kinds: Kinds, cut: str | None = None, *, why: bool = True) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns(kinds, cut).items() if why or name != "handed_over")


def written(text: Text) -> str | None:
    """A text of a column as analysts see it: several parties are joined by `+`."""
    if text is None or isinstance(text, str):
        return text
    return "+".join(sorted(text)) if isinstance(text, tuple) else str(text)
