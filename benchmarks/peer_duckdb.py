"""The peer of questions: DuckDB, with its table of the same lines, and the SQL that one writes at first.

    python benchmarks/peer_duckdb.py STEP FOLDER RECORDS

The SQL leaves out what a retraction aims at, and takes the first day of a report. It knows nothing of vague dates and
amounts, of corrections, duplicates, other accounts and supersession: where these are, its sums are wrong. Where all is
exact (`made.EXACT`) they must be those of the maker.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from made import CUTS, EXACT
from measure import Laps, run_step

LOG = "log"

TEXTS = (
    *(
        "kind",
        "id",
        "recorded_at",
        "date",
        "project",
        "donor",
        "recipient",
        "location",
        "sector",
        "party",
        "role",
        "status",
    ),
    *("title", "parent", "planned_start", "planned_end", "item", "quantity", "unit", "due"),
    *("of", "duplicate_of", "reason", "ref"),
)
OF_SOURCES = ("publisher", "title", "url", "published", "attribution", "dataset")
COLUMNS = {
    **dict.fromkeys(TEXTS, "VARCHAR"),
    **dict.fromkeys(("humanitarian", "left"), "BOOLEAN"),
    **dict.fromkeys(("via", "fulfils", "supersedes"), "VARCHAR[]"),
    "v": "INTEGER",
    "value": "STRUCT(amount VARCHAR, currency VARCHAR)",
    "event": "JSON",
    "sources": f"STRUCT({', '.join(f'{name} VARCHAR' for name in OF_SOURCES)})[]",
}
"""All that stands in the lines. (DuckDB can find out by itself, in twice the time, but fails on what is rare.)"""

QUESTION = """
SELECT item, unit, sum(try_cast(quantity AS DECIMAL(38, 9))) AS quantity FROM {lines}
WHERE kind = 'delivery' AND date <= $as_of AND ($place IS NULL OR location = $place)
  AND ($known_at IS NULL OR list_min(list_transform(sources, lambda each: each.published)) <= $known_at)
  AND id NOT IN (SELECT "of" FROM {lines} WHERE kind = 'retraction')
GROUP BY ALL ORDER BY ALL
"""


def one_shot(folder: Path) -> str:
    """A program that asks one question over the lines, without a table, and prints the sums."""
    as_of, known_at = CUTS[0]
    asked = {"as_of": as_of, "known_at": known_at, "place": None}
    return f"import duckdb; print(duckdb.execute({QUESTION.format(lines=_lines(folder))!r}, {asked!r}).fetchall())"


def create(folder: Path, _records: int) -> tuple[Laps, Any]:
    """Read the lines into a table in memory: all fields, in one process, with as many threads as DuckDB takes."""
    laps = Laps()
    with _connect() as database:
        laps(lambda: database.execute(_table(folder)))
        return laps, [_ask(database, *CUTS[0], EXACT)]


def questions(folder: Path, _records: int) -> tuple[Laps, Any]:
    """The question at every pair of cuts, on a table that is there."""
    laps = Laps()
    with _connect() as database:
        database.execute(_table(folder))
        for cut in CUTS:
            laps(lambda cut=cut: _ask(database, *cut))  # type: ignore[misc]
        return laps, [_ask(database, *cut, EXACT) for cut in CUTS]


def _connect() -> Any:
    import duckdb  # noqa: PLC0415  (the table of targets needs no more than the text of a question)

    return duckdb.connect()


def _table(folder: Path) -> str:
    return f"CREATE TABLE facts AS SELECT * FROM {_lines(folder)}"


def _lines(folder: Path) -> str:
    columns = ", ".join(f"\"{name}\": '{type_}'" for name, type_ in COLUMNS.items())
    return f"read_json('{folder / LOG}/*.jsonl', format = 'newline_delimited', columns = {{{columns}}})"


def _ask(database: Any, as_of: str, known_at: str | None, place: str | None = None) -> dict[str, int]:
    asked = {"as_of": as_of, "known_at": known_at, "place": place}
    found = database.execute(QUESTION.format(lines="facts"), asked).fetchall()
    return {item: int(quantity) for item, _unit, quantity in found if quantity is not None}


if __name__ == "__main__":
    run_step({"create": create, "questions": questions})
