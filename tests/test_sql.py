"""SQL over the table of facts: what adds up there is what the reference says, and nothing else can be reached."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings, strategies as st

from aidtimeline import (
    Commitment,
    Correction,
    Delivery,
    Disbursement,
    EventLog,
    Pledge,
    Retraction,
    Source,
    Timeline,
    report,
)
from aidtimeline.cli import application
from aidtimeline.errors import LogError, UsageError
from aidtimeline.events import Event, Record
from aidtimeline.projections import Counts, MoneySums
from aidtimeline.projections.protocol import fold
from aidtimeline.projections.sums.counting import Sums
from aidtimeline.semantics import Fact
from aidtimeline.testing.drawnlogs import cuts, logs
from aidtimeline.testing.engines import written
from aidtimeline.testing.laws import Cuts
from aidtimeline.testing.strategies import repeatable
from aidtimeline.timeline import View
from aidtimeline.values.amounts import plain
from aidtimeline.values.dates import format_instant

duckdb: Any = pytest.importorskip("duckdb")

PAPER = Source(publisher="Daily", published="2023-03-05")
AT = "(?, known_at := ?)"


def cut(value: date | datetime | None) -> str | None:
    if value is None:
        return None
    return format_instant(value) if isinstance(value, datetime) else value.isoformat()


def asked(timeline: Timeline, sql: str, view: View) -> list[dict[str, Any]]:
    return timeline.sql(sql, [cut(view.as_of), cut(view.known_at)]).to_dicts()


def counts(view: View) -> Sums:
    return Counts(["item", "donor"], kind=[], vocabulary=view.vocabulary)


def money(view: View) -> Sums:
    return MoneySums(["donor"], vocabulary=view.vocabulary)


SUMS: Sequence[tuple[str, Callable[[View], Sums], str]] = (
    ("quantity", counts, "kind, item, donor, unit"),
    ("value", money, "kind, currency, donor"),
)


def hold(timeline: Timeline, reference: View) -> None:
    """What `facts_at` adds up to is what the reference says of all that is not handed over; nothing is lost."""
    handed = {row["id"] for row in asked(timeline, f"SELECT id FROM handed_over_at{AT}", reference)}
    rows = {row["id"]: row for row in asked(timeline, f"SELECT * FROM facts_at{AT}", reference)}
    facts = {fact.id: fact for fact in reference.facts}
    assert rows.keys() | handed >= facts.keys() >= rows.keys()
    assert not rows.keys() & handed
    kept = [fact for fact in reference.facts if fact.id not in handed]
    for measure, question, key in SUMS:
        sums = question(reference)
        table = sums.finish(fold(kept, sums.piece))
        low, high = f"sum({measure}_low)", f"sum({measure}_high)"
        sql = f"SELECT {key}, {low}, {high} FROM facts_at{AT} WHERE {measure}_low IS NOT NULL GROUP BY ALL"
        found = {tuple(row.values())[:-2]: tuple(row.values())[-2:] for row in asked(timeline, sql, reference)}
        assert found == {key: (bounds.low, bounds.high) for key, bounds in dict(table).items()}
    for each, row in rows.items():
        same_columns(facts[each], row)


SAME = ("kind", "item", "unit", "donor", "recipient", "project", "package", "indicator", "side", "party", "role")


def same_columns(fact: Fact, row: Mapping[str, Any]) -> None:
    """The columns of a row are what the fact says."""
    assert {name: row[name] for name in SAME} == {name: getattr(fact, name) for name in SAME}
    assert (row["via"], row["currency"]) == ("+".join(sorted(fact.via)) or None, fact.currency)
    assert (row["location"], row["sector"], row["date"]) == (fact.location, fact.sector, fact.date.text)
    assert (row["disputed"], row["planned"]) == (bool(fact.disputed), fact.planned)
    for name, amount in (("quantity", fact.quantity), ("value", None if fact.value is None else fact.value.amount)):
        text, is_open = (None, None) if amount is None else (amount.text, amount.high is None)
        assert (row[name], row[f"{name}_open"]) == (text, is_open)


@settings(repeatable(16), phases=[Phase.generate, Phase.shrink])
@given(logs(1, 14), st.lists(cuts(), min_size=2, max_size=2), st.randoms(use_true_random=False))
def test_what_adds_up_is_what_the_reference_says(records: list[Record], at: list[Cuts], random: Random) -> None:
    """For drawn logs that grow step by step, at drawn cuts, over either engine."""
    with TemporaryDirectory() as folder:
        for _ in written(Path(folder), records, random):
            reference = Timeline.open(folder, engine="fold")
            with Timeline.open(folder, engine=random.choice(("fold", "embedded"))) as timeline:
                for each in at:
                    hold(timeline, reference.as_of(each.as_of, known_at=each.known_at))


def mixed(folder: Path, random: Random, number: int = 60) -> None:
    """A log with everything that does not just add up: books of both sides, datasets that overlap, shares, sizes."""
    (folder / "vocabulary").mkdir()
    names: Sequence[tuple[str, list[str]]] = ("kiel", ["fts"]), ("fts", []), ("own", [])
    lines = ({"slug": slug, "name": slug, "overlaps": others} for slug, others in names)
    (folder / "vocabulary" / "datasets.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    log, ids = EventLog(folder), list[str]()
    for at in range(number):
        day = f"2023-0{random.randint(1, 3)}-{random.randint(1, 28):02}"
        fields: dict[str, Any] = {
            "date": random.choice((day, f"{day}/2023-04-02", f"{day}/..")),
            "donor": random.choice(("JP", "LT", None)),
            "ref": str(at),
            "location": random.choice((None, "KE", {"KE": 60, "UG": 40})),
            "supersedes": random.sample(ids, 1) if ids and random.random() < 0.1 else [],
            "sources": [
                Source(
                    publisher="Daily",
                    published=f"2023-04-0{random.randint(1, 9)}",
                    dataset=random.choice((None, "own", "own", "kiel", "fts")),
                )
            ],
        }
        amounts = str(at), f"1..{at + 2}", f"~{at}.25", f"{at}..", f"..{at + 1}", f"-{at}", "0.0123456789", "9" * 25
        amount = random.choice(amounts)
        if random.random() < 0.4:
            event: Event = Delivery(item=random.choice(("truck", "radio")), quantity=amount, **fields)
        elif random.random() < 0.5:
            event = Disbursement(value=f"USD {amount}", side=random.choice(("provider", "receiver")), **fields)
        else:
            event = random.choice((Pledge, Commitment))(value=f"{random.choice(('USD', 'EUR'))} {amount}", **fields)
        [record] = log.append(event)
        if isinstance(event, Pledge):
            ids = [record.id]
        if random.random() < 0.1:
            log.append(Retraction(of=record.id, sources=[Source(publisher="Daily", published="2023-04-20")]))


@pytest.mark.parametrize("seed", range(6))
def test_what_takes_thought_is_handed_over(seed: int, tmp_path: Path) -> None:
    """Books that may repeat others, shares, and amounts of many digits are left out of `facts`, and found beside it."""
    mixed(tmp_path, Random(seed))
    reference = Timeline.open(tmp_path, engine="fold")
    with Timeline.open(tmp_path, engine="embedded") as timeline:
        for as_of, known_at in (("2023-02-15", None), ("2023-03-20", "2023-04-05"), ("2025-01-01", "2023-04-21")):
            hold(timeline, reference.as_of(as_of, known_at=known_at))
        [found] = timeline.sql("SELECT list(DISTINCT handed_over ORDER BY handed_over) FROM handed_over")
        assert set(found[0]) >= {"books", "shares", "size"}


def test_cuts_are_inclusive_and_ends_are_not(tmp_path: Path) -> None:
    """On the day it is published a correction is known, in place of what it corrects; on its day a pledge is raised."""
    log = EventLog(tmp_path)
    paper, later = (Source(publisher="Daily", published=day) for day in ("2023-03-05", "2023-04-05"))
    trucks = Delivery(date="2023-03-01", item="truck", quantity=30, sources=paper)
    [wrong] = log.append(trucks)
    log.append(Correction(of=wrong.id, event=attrs.evolve(trucks, quantity=13), sources=later))
    [first] = log.append(Pledge(date="2023-01-01", item="tent", quantity=100, sources=paper))
    log.append(Pledge(date="2023-03-10", item="tent", quantity=150, supersedes=[first.id], sources=later))
    timeline = Timeline.open(tmp_path)

    def numbers(item: str, day: str, known_at: str | None = None) -> list[Any]:
        query = f"SELECT quantity_low FROM facts_at{AT} WHERE item = '{item}'"
        return [row[0] for row in timeline.sql(query, [day, known_at])]

    for known_at, number in (
        ("2023-03-04", []),
        ("2023-03-05", [30]),
        ("2023-04-04", [30]),
        ("2023-04-05T23:59:59.999998Z", [30]),
        ("2023-04-05T23:59:59.999999Z", [13]),
        ("2023-04-06T01:59:59.999999+02:00", [13]),
        ("2023-04-06T01:59:59.999998+02:00", [30]),
        ("2023-04-05", [13]),
        (None, [13]),
    ):
        assert numbers("truck", "2023-03-01", known_at) == number
    assert numbers("truck", "2023-02-28") == []
    for day, number in (("2022-12-31", []), ("2023-01-01", [100]), ("2023-03-09", [100]), ("2023-03-10", [150])):
        assert numbers("tent", day) == number


def test_amounts_are_exact_or_handed_over_as_text(tmp_path: Path) -> None:
    """No number is rounded; one that does not fit is a text, and in no sum."""
    EventLog(tmp_path).append(
        [
            Delivery(date="2023-03-01", item="salt", unit="kg", quantity=amount, sources=PAPER)
            for amount in ("0.000000001", "1000000000000000000", "0.0000000001", "9" * 30, "2.5..")
        ]
    )
    timeline = Timeline.open(tmp_path)
    facts = {row["quantity"]: row for row in timeline.sql("FROM facts").to_dicts()}
    assert {text: (row["quantity_low"], row["quantity_high"]) for text, row in facts.items()} == {
        "0.000000001": (Decimal("0.000000001"),) * 2,
        "1000000000000000000": (Decimal(10**18),) * 2,
        "2.5..": (Decimal("2.5"), None),
    }
    handed = timeline.sql("SELECT quantity, quantity_low, handed_over FROM handed_over ORDER BY 1").rows
    assert handed == (("0.0000000001", None, "size"), ("9" * 30, None, "size"))
    [(low, high)] = timeline.sql("SELECT sum(quantity_low), sum(quantity_high) FROM facts WHERE unit = 'kg'")
    assert (low, high) == (Decimal("1000000000000000002.500000001"), None)


@pytest.mark.parametrize(
    "made",
    [
        *("sum(quantity_high)", "avg(quantity_high)", "sum(quantity_high) / 1e9", "sum(quantity_high)::HUGEINT"),
        *("sqrt(sum(quantity_high))", "log10(sum(quantity_high))", "50 / sum(quantity_high)", "stddev(quantity_high)"),
        *("sum(quantity_high)::VARCHAR", "to_json(sum(quantity_high))", "list(quantity_high)", "max(until - since)"),
        *("sum(quantity_high)::DECIMAL(38,0) % 1000003", "max(until)", "min(until) - max(certain)"),
    ],
)
def test_what_depends_on_an_open_end_is_null(made: str) -> None:
    """Whatever is made of it: a number would be one that nobody has reported."""
    statement = f"SELECT {made} AS made FROM facts WHERE kind = 'delivery' AND item = 'mine-detector'"
    assert Timeline.open("events", engine="fold").sql(statement).to_dicts() == [{"made": None}]


def test_shares_of_an_open_total_are_null() -> None:
    """In the order of their rows, which the open ends do not decide; where they would, it is an error."""
    timeline = Timeline.open("events", engine="fold")
    totals = "SELECT item, sum(quantity_high) AS high FROM facts WHERE kind = 'delivery' GROUP BY item"
    query = f"SELECT item, high, high / sum(high) OVER () AS share FROM ({totals}) ORDER BY high DESC, item"
    shares = timeline.sql(query)
    highs = [row[1] for row in shares if row[0] is not None]
    assert highs[:2] == [None, None]
    assert highs == sorted(highs, key=lambda high: (high is not None, -(high or 0)))
    assert {row[2] for row in shares} == {None}
    assert {row[0] for row in shares if row[1] is not None} >= {"truck", "pyrotechnic-vehicle"}
    with pytest.raises(UsageError, match="depends on ends that are open"):
        timeline.sql(f"SELECT item FROM ({totals}) WHERE high BETWEEN 10001e18 AND 19999e18")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sum(a) FROM (SELECT COLUMNS('quantity_low') FROM facts) t(a)",
        "SELECT sum(COLUMNS('quantity_lo.*')) FROM facts",
        "SELECT avg(quantity_low) FROM facts",
        "SELECT list_sum(list(quantity_low)) FROM facts",
        "SELECT sum(quantity_low), count(DISTINCT unit), count(DISTINCT kind) FROM facts",
        "SELECT sum(quantity_low) FROM facts WHERE unit = 'l' AND (kind = 'delivery' OR kind = 'pledge')",
        "SELECT sum(quantity_low) FROM facts WHERE unit IS NULL AND kind IN ('delivery', 'pledge')",
    ],
)
def test_sums_of_several_kinds_are_noted(statement: str) -> None:
    """However they are written; only grouping, or choosing one, keeps them apart."""
    notes = Timeline.open("events", engine="fold").sql(statement).notes
    assert any("may add up different kinds" in note for note in notes)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT kind, unit, sum(quantity_low) FROM facts GROUP BY ALL",
        "SELECT kind, sum(quantity_low) FROM facts WHERE unit IS NULL GROUP BY 1",
        "SELECT sum(quantity_low) FROM facts WHERE unit IS NULL AND kind = 'delivery'",
        "SELECT sum(quantity_low) OVER (PARTITION BY kind, unit) FROM facts",
    ],
)
def test_sums_that_are_kept_apart_are_not_noted(statement: str) -> None:
    """By a group, a window, or a condition."""
    notes = Timeline.open("events", engine="fold").sql(statement).notes
    assert not any("may add up" in note for note in notes)


def test_what_is_nested_deeply_is_answered_or_refused() -> None:
    """How deep Python can go differs between its versions; it is never another answer, or a traceback."""
    found: object = None
    try:
        found = list(Timeline.open("events", engine="fold").sql("SELECT " + "+".join(["1"] * 900)))
    except UsageError as error:
        found = str(error)
    assert found == [(900,)] or "nested too deep" in str(found)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT count(*) FROM facts_at('infinity')", "expected a day"),
        ("SELECT count(*) FROM facts_at(NULL)", "expected a day"),
        ("SELECT count(*) FROM facts_at('2023-11-28', known_at := 'infinity')", "expected a day or an instant"),
        ("SELECT " + "+".join(["1"] * 1100), "nested too deep|depth limit"),
        ("SELECT '\udcff'", "expected a text in Unicode"),
        ("SHOW DATABASES", "out of reach"),
        ("FROM (SHOW ALL TABLES)", "out of reach"),
        ("SELECT current_setting('temp_directory')", "out of reach"),
    ],
)
def test_what_is_no_question_is_an_error(statement: str, said: str) -> None:
    """And never "nothing", or a traceback."""
    with pytest.raises(UsageError, match=said):
        Timeline.open("events", engine="fold").sql(statement)


def test_a_sum_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    """It never wraps, and is never rounded."""
    EventLog(tmp_path).append([Delivery(date="2023", item="salt", quantity=10**18, sources=PAPER)])
    with pytest.raises(UsageError, match="Out of Range"):
        Timeline.open(tmp_path).sql("SELECT sum(quantity_low * 100000) FROM facts, range(1000000)")


def test_what_the_log_grows_by_is_in_it(tmp_path: Path) -> None:
    """Over the table that is kept lies what came since, also what hides old rows."""
    log = EventLog(tmp_path)
    [first, _] = log.append([Delivery(date="2023-03-01", item="truck", quantity=n, sources=PAPER) for n in (3, 4)])
    query = "SELECT sum(quantity_low) FROM facts"
    with Timeline.open(tmp_path, engine="embedded") as timeline:
        assert timeline.sql(query).rows == ((Decimal(7),),)
    log.append([Delivery(date="2023-03-02", item="radio", quantity=10, sources=PAPER), Retraction(of=first.id)])
    with Timeline.open(tmp_path, engine="embedded") as timeline:
        assert timeline.sql(query).rows == ((Decimal(14),),)


def test_a_damaged_table_is_not_believed(tmp_path: Path) -> None:
    """Where the file of the table is damaged or gone, the records of the log are asked instead."""
    log = EventLog(tmp_path)
    log.append([Delivery(date="2023-03-01", item="truck", quantity=n, sources=PAPER) for n in (3, 4)])
    for spoil in (damage, Path.unlink):
        with Timeline.open(tmp_path, engine="embedded") as timeline:
            for path in (tmp_path / ".aidtimeline").glob("*.duckdb"):
                spoil(path)
            for _ in range(2):
                assert timeline.sql("SELECT sum(quantity_low) FROM facts").rows == ((Decimal(7),),)


def damage(path: Path) -> None:
    found = bytearray(path.read_bytes())
    for at in range(4096, len(found), 97):
        found[at] ^= 255
    path.write_bytes(found)


# What is out of reach.

SECRET = "secret"


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """The record of this repository, beside which lies a file that nobody must read."""
    folder = tmp_path_factory.mktemp("sql")
    copytree("events", folder / "events", ignore=ignore_patterns(".*"))
    (folder / "secret.csv").write_text(f"word\n{SECRET}\n")
    return Timeline.open(folder / "events", engine="embedded")


OTHER_STATEMENTS = """
COPY facts TO '{out}'
COPY (SELECT 1) TO '{out}'
EXPORT DATABASE '{out}'
ATTACH '{out}' AS other
ATTACH '{file}' AS other
INSTALL httpfs
LOAD httpfs
PRAGMA enable_profiling
PRAGMA version
CALL pragma_version()
SET threads = 1
SET enable_external_access = true
RESET threads
USE memory
CREATE TABLE more AS SELECT 1
CREATE VIEW more AS SELECT 1
INSERT INTO raw.file VALUES (['x'])
DELETE FROM raw.file
UPDATE raw.file SET texts = []
DROP VIEW facts
CHECKPOINT
VACUUM
BEGIN
PREPARE one AS SELECT 1
EXECUTE one
EXPLAIN SELECT 1
EXPLAIN ANALYZE SELECT 1
PIVOT facts ON kind USING count(*)
IMPORT DATABASE '{out}'
DETACH base
SELECT 1; SELECT 2
SELECT 1; COPY (SELECT 1) TO '{out}'
WITH one AS (SELECT 1) INSERT INTO raw.file SELECT ['x']

-- nothing
"""

BEYOND = """
SELECT * FROM read_csv('{file}')
SELECT * FROM read_text('{file}')
SELECT * FROM read_blob('{file}')
SELECT * FROM read_json('{file}')
SELECT * FROM read_parquet('{file}')
SELECT * FROM sniff_csv('{file}')
SELECT * FROM '{file}'
FROM '{file}'
SELECT (SELECT count(*) FROM read_csv('{file}'))
WITH one AS (FROM read_csv('{file}')) SELECT * FROM one
SELECT 1 ORDER BY (SELECT max(content) FROM read_text('{file}'))
SELECT count(*) FILTER (WHERE kind IN (FROM read_csv('{file}'))) FROM facts
DESCRIBE SELECT * FROM read_csv('{file}')
SUMMARIZE '{file}'
SELECT * FROM glob('{folder}/*')
SELECT * FROM query('SELECT 1')
SELECT * FROM query_table('facts')
SELECT * FROM json_execute_serialized_sql('')
SELECT * FROM enable_profiling(save_location := '{out}')
SELECT * FROM enable_logging(storage := 'file', storage_path := '{out}')
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_databases
SELECT * FROM main.duckdb_views
FROM pg_class
FROM sqlite_master
SELECT * FROM force_checkpoint()
SELECT getenv('HOME')
SELECT * FROM base.facts
SELECT * FROM raw.plain
SELECT * FROM over.facts
SELECT * FROM variable
"""


@pytest.mark.parametrize("statement", [*OTHER_STATEMENTS.splitlines(), *BEYOND.strip().splitlines()])
def test_nothing_else_can_be_read_or_written(statement: str, asker: Timeline, tmp_path: Path) -> None:
    """Anything but one SELECT over the tables is one line that says so; no file is read, and none appears."""
    folder = Path(str(asker.engine.store.lines.paths[0])).parent.parent  # type: ignore[attr-defined]
    file, out = folder / "secret.csv", tmp_path / "out"
    variable = {"word": [SECRET]}
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError) as error:
        asker.sql(statement.format(file=file, out=out, folder=folder))
    assert "\n" not in str(error.value)
    assert "Traceback" not in str(error.value)
    assert variable["word"] == [SECRET]
    assert not out.exists()
    assert sorted(folder.rglob("*")) == before
    assert asker.sql("SELECT count(*) FROM facts").rows == ((62,),)


def test_the_database_itself_is_locked(asker: Timeline) -> None:
    """Even what the reading of a statement let pass would find no file, no setting and no table to write to."""
    asker.sql("SELECT 1")
    made = asker._asking
    assert made is not None
    assert made._tables is not None
    connection = made._tables.connection
    path = Path(str(asker.engine.store.lines.paths[0])).parent.parent / "secret.csv"  # type: ignore[attr-defined]
    for statement in (
        f"SELECT * FROM read_csv('{path}')",
        f"COPY (SELECT 1) TO '{path}.2'",
        f"ATTACH '{path}.3'",
        "SET threads = 1",
        "SET enable_external_access = true",
        "INSERT INTO base.facts SELECT * FROM base.facts",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)


ONE_LINE = {
    "SELEC 1": "Parser Error",
    "SELECT * FROM fact": 'Did you mean "facts"',
    "SELECT colour FROM facts": "colour",
    "SELECT * FROM facts_at('28 Nov 2023')": "invalid date",
    "SELECT * FROM facts_at()": "facts_at",
    "SELECT ?": "parameters",
    "SELECT error('x')": "x",
    "SELECT 'a'::INTEGER": "Conversion Error",
}


@pytest.mark.parametrize("statement", ONE_LINE)
def test_an_error_is_one_line(statement: str, asker: Timeline) -> None:
    """It says what DuckDB says."""
    with pytest.raises(UsageError, match=ONE_LINE[statement]) as error:
        asker.sql(statement)
    assert "\n" not in str(error.value)
    found = CliRunner().invoke(application, ["sql", statement])
    assert (found.exit_code, found.stdout, found.stderr.count("\n")) == (2, "", 1)


def test_a_statement_that_is_no_text_is_refused(asker: Timeline) -> None:
    """So is one of a timeline that was closed."""
    with pytest.raises(UsageError, match="expected a text"):
        asker.sql(3)  # type: ignore[arg-type]
    with Timeline.open("events", engine="fold") as timeline:
        timeline.sql("SELECT 1")


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_ends_a_statement(asker: Timeline) -> None:
    """However long it would take; the next one is answered."""
    asker.sql("SELECT 1")
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        asker.sql("SELECT count(*) FROM range(100000000) a, range(1000) b WHERE a.range % 7 = b.range % 13")
    timer.join()
    assert asker.sql("SELECT 1").rows == ((1,),)


def test_what_is_left_out_is_noted(tmp_path: Path) -> None:
    """With how many, unless `handed_over` is asked for too; and so are sums over kinds and currencies."""
    mixed(tmp_path, Random(1))
    timeline = Timeline.open(tmp_path)
    [left_out] = timeline.sql("SELECT count(*) FROM facts").notes
    assert re.match(r"facts leaves out what cannot just be added up, .* of \d+ records; handed_over has it", left_out)
    assert timeline.sql("SELECT 1").notes == timeline.sql("FROM facts UNION ALL BY NAME FROM handed_over").notes == ()
    assert "do not add up" in timeline.sql("FROM history").notes[0]
    notes = timeline.sql("SELECT sum(value_low) FROM facts").notes
    assert [note.rpartition("different ")[2] for note in notes[1:]] == [
        "currencies: group by currency",
        "kinds: group by kind",
    ]
    assert len(timeline.sql("SELECT kind, currency, sum(value_low) FROM facts GROUP BY ALL").notes) == 1


def test_every_column_is_documented(asker: Timeline) -> None:
    """The page has each column of `history`, in order, with its type."""
    page = Path("docs/sql.md").read_text(encoding="utf-8").partition("## Columns")[2].partition("\n## ")[0]
    lines = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    documented = []
    for names, kinds in lines:
        columns, types = re.findall(r"`(\w+)`", names), [each.strip() for each in re.split(r", (?=[A-Z])", kinds)]
        documented += list(zip(columns, types * len(columns) if len(types) == 1 else types, strict=False))
    assert documented == [each[:2] for each in asker.sql("DESCRIBE history").rows]


# Files.


@pytest.mark.parametrize("shape", ["parquet", "arrow", "csv", "duckdb"])
def test_files_have_all_rows_of_history(shape: Any, tmp_path: Path) -> None:
    """Whatever the format, and in the same bytes again."""
    if shape == "arrow":
        pytest.importorskip("pyarrow")
    (tmp_path / "log").mkdir()
    mixed(tmp_path / "log", Random(2))
    timeline = Timeline.open(tmp_path / "log")
    paths = [tmp_path / f"{name}.{shape}" for name in "ab"]
    numbers = [timeline.export_facts(path, None if path is paths[0] else shape) for path in paths]
    expected = timeline.sql("FROM history ORDER BY id, known_from, since, known_to, until, handed_over").to_dicts()
    assert numbers == [len(expected)] * 2
    if shape != "duckdb":
        assert paths[0].read_bytes() == paths[1].read_bytes()
    found = read(paths[0], shape)
    names = ["id", "quantity", "quantity_low", "quantity_high", "value_high", "until", "handed_over"]
    assert [[row[name] for name in names] for row in found] == [[row[name] for name in names] for row in expected]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{shape}", f"b.{shape}", "log"]


def read(path: Path, shape: str) -> list[dict[str, Any]]:
    connection = duckdb.connect()
    if shape == "arrow":
        import pyarrow.ipc

        table = pyarrow.ipc.open_file(str(path)).read_all()
        found = connection.from_arrow(table)
    elif shape == "duckdb":
        connection.execute(f"ATTACH '{path}' AS other (READ_ONLY)")
        found = connection.sql("FROM other.facts")
    elif shape == "csv":
        numbers = ", ".join(
            f"'{name}_{end}': 'DECIMAL(38,9)'" for name in ("quantity", "value") for end in ("low", "high")
        )
        texts = "'quantity': 'VARCHAR', 'value': 'VARCHAR', 'handed_over': 'VARCHAR'"
        found = connection.sql(f"FROM read_csv('{path}', types = {{{numbers}, {texts}}})")
    else:
        found = connection.sql(f"FROM '{path}'")
    names = found.columns
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        for name, value in row.items():
            if isinstance(value, Decimal):
                row[name] = plain(value)
            elif shape == "csv" and isinstance(value, str):
                row[name] = value.removeprefix("'")
    return rows


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """Unless it is to be replaced; and a failure leaves nothing."""
    timeline, path = Timeline.open("events"), tmp_path / "facts.csv"
    path.write_text("mine")
    with pytest.raises(UsageError, match="--force replaces it"):
        timeline.export_facts(path)
    assert path.read_text() == "mine"
    timeline.export_facts(path, force=True)
    assert path.read_text().startswith("id,kind,")
    with pytest.raises(UsageError, match="there is no format 'xls'"):
        timeline.export_facts(tmp_path / "facts.xls")
    with pytest.raises(LogError, match="No such file or directory"):
        timeline.export_facts(tmp_path / "nowhere" / "facts.csv")
    with pytest.raises(UsageError, match="is there already"):
        timeline.export_facts(tmp_path, "csv", force=True)
    assert [each.name for each in tmp_path.iterdir()] == ["facts.csv"]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """Texts that a spreadsheet would run begin with an apostrophe; numbers are numbers."""
    source = Source(publisher="=cmd|' /C calc'!A0", published="2023-03-05")
    EventLog(tmp_path / "log").append([Delivery(date="2023-03-01", item="truck", quantity=-5, sources=source)])
    timeline = Timeline.open(tmp_path / "log")
    timeline.export_facts(tmp_path / "facts.csv")
    [row] = csv.DictReader((tmp_path / "facts.csv").read_text().splitlines())
    assert (row["publisher"], row["quantity_low"]) == ("'=cmd|' /C calc'!A0", "-5")
    command = ["--log", str(tmp_path / "log"), "sql", "SELECT publisher, quantity_low FROM facts", "--format", "csv"]
    assert CliRunner().invoke(application, command).stdout == "publisher,quantity_low\n'=cmd|' /C calc'!A0,-5\n"


def test_json_numbers_are_exact() -> None:
    """Exact numbers are integers or texts; a DOUBLE is a number; a list of objects is printed."""
    statement = "SELECT 2.50 AS a, 30.0 AS b, 0.5::DOUBLE AS c, NULL AS d, DATE '2023-11-28' AS e, 'NaN'::DOUBLE AS f"
    found = CliRunner().invoke(application, ["sql", statement, "--json"])
    assert json.loads(found.stdout) == [{"a": "2.5", "b": 30, "c": 0.5, "d": None, "e": "2023-11-28", "f": "nan"}]
    both = CliRunner().invoke(application, ["sql", statement, "--json", "--format", "csv"])
    assert (both.exit_code, both.stdout) == (2, "")


def test_without_duckdb_it_says_what_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same for pyarrow."""
    timeline = Timeline.open("events", engine="fold")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'aidtimeline[arrow]'")):
        timeline.export_facts(tmp_path / "facts.arrow")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'aidtimeline[fast]'")):
        timeline.sql("SELECT 1")


def test_an_answer_is_handed_to_other_programs() -> None:
    """As files and data frames, like any other; what is no number, flag or text of the language is a text."""
    columns = "1.50 AS one, true AS flag, '=1' AS text, [1, 2] AS several, NULL::INT AS no"
    answer = Timeline.open("events").sql(f"SELECT {columns}")
    assert str(report.write(answer, "csv")) == 'one,flag,text,several,no\n1.5,true,\'=1,"[1, 2]",'
    assert answer.to_polars().to_dicts() == [{"one": 1.5, "flag": True, "text": "=1", "several": "[1, 2]", "no": None}]
    assert [str(each) for each in answer.to_pandas().dtypes] == ["Float64", "boolean", "string", "string", "Float64"]
